//! A process whose name or environment is invalid, and what the tests of all functions share.

pub mod aggregated;
pub mod services;
pub mod support;

use super::*;

async fn unusable(handler: &str) -> String {
    let clients = support::clients(&support::FakeAws::start(|_| (500, String::new())));
    let Err(error) = Function::new(handler, |_| None, &clients) else { panic!("{handler} started") };
    let function = Function::Unusable(error);
    function.handle(&Value::Null, &support::invocation()).await.unwrap_err().to_string()
}

#[tokio::test]
async fn an_unknown_handler_answers_with_the_names_there_are() {
    assert_eq!(
        unusable("index.handler").await,
        "unknown handler `index.handler`, expected `processing`, `aggregation` or `remediation`"
    );
}

#[tokio::test]
async fn a_function_without_its_environment_answers_with_every_missing_variable() {
    assert_eq!(
        unusable("aggregation").await,
        "environment variables: `REPORT_BUCKET` missing, `KMS_KEY_ARN` missing, `AGGREGATOR_NAME` missing, \
         `CONFIGURATION_KEY` missing, `CONFIGURATION_SHA256` missing"
    );
}
