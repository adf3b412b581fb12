//! Exports of findings: what the function may do for them, and an account in which Security Hub is not enabled.

use aws_compliance::parts::functions::Functions;
use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use serde_json::{Value as Json, json};

use crate::support::answers;

const CLOUD_CONTROL: &str = "aws:cloudcontrol/getResource:getResource";

/// Children whose inputs name Security Hub.
async fn naming_security_hub(given: Json) -> Vec<String> {
    let monitor = answers(MockMonitor::update());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    let registrations = monitor.recorded().registrations.into_iter();
    let found = registrations.filter(|(_, one)| format!("{:?}", one.inputs).contains("securityhub:"));
    found.map(|(_, one)| one.name.clone()).collect()
}

#[tokio::test]
async fn role_of_aggregation_may_import_findings_of_its_product_where_they_are_exported() {
    assert_eq!(naming_security_hub(json!({ "exports": { "ocsf": true } })).await, Vec::<String>::new());
    let given = json!({ "exports": { "securityHub": true } });
    assert_eq!(naming_security_hub(given.clone()).await, ["compliance-functions-aggregation-policy"]);
    let monitor = answers(MockMonitor::update());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    let recorded = monitor.recorded();
    let policy = format!("{:?}", recorded.registration("compliance-functions-aggregation-policy").inputs);
    let arn = "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default";
    assert!(policy.contains("securityhub:BatchImportFindings") && policy.contains(arn), "{policy}");
}

#[tokio::test]
async fn account_without_security_hub_is_refused_with_the_command_that_enables_it() {
    let given = json!({ "exports": { "securityHub": true } });
    for reason in [
        "reading Cloud Control API Resource: couldn't find resource",
        "Account 111122223333 is not subscribed to AWS Security Hub",
    ] {
        let monitor = answers(MockMonitor::preview().refuse(CLOUD_CONTROL, reason));
        let error = construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given.clone())).await;
        let error = error.expect_err("it is refused").to_string();
        for part in ["exports.securityHub", "111122223333", "aws securityhub enable-security-hub --region eu-west-1"] {
            assert!(error.contains(part), "{error}");
        }
    }
    let part = json!({ "bucketName": "reports", "kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1",
                       "exports": { "securityHub": true } });
    let monitor = answers(MockMonitor::preview().refuse(CLOUD_CONTROL, "couldn't find resource"));
    let error = construct_with::<Functions>(&monitor, "functions", inputs(part)).await.expect_err("it is refused");
    assert!(error.to_string().contains("exports.securityHub"), "{error}");
}

#[tokio::test]
async fn deployer_who_may_not_ask_is_warned_and_without_the_export_nothing_is_asked() {
    let denied = |given: Json| async move {
        let monitor = answers(MockMonitor::preview().refuse(CLOUD_CONTROL, "AccessDenied: securityhub:DescribeHub"));
        construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
        let log = monitor.recorded().log.into_iter();
        log.map(|entry| entry.message).filter(|line| line.contains("Security Hub")).collect::<Vec<_>>()
    };
    let warned = denied(json!({ "exports": { "securityHub": true } })).await;
    assert!(matches!(&warned[..], [line] if line.contains("exports.securityHub")), "{warned:?}");
    assert_eq!(denied(json!({})).await, Vec::<String>::new());
}
