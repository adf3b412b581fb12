//! What reports count, and how long a run may take to make them.

use pulumi_component::testing::inputs;
use pulumi_component::value::PropertyMap;
use serde_json::{Value as Json, json};

use crate::whole::Deployed;

async fn document(given: Json) -> Json {
    let deployed = Deployed::with(inputs(given)).await;
    let content = deployed.named("compliance-functions-configuration")["content"].as_str().expect("a text").to_owned();
    serde_json::from_str(&content).expect("it is JSON")
}

#[tokio::test]
async fn finding_6_reports_count_the_rules_of_this_deployment_unless_all_are_asked_for() {
    for (given, expected) in [
        (json!({}), Json::Null),
        (json!({ "functions": { "countedRules": "own" } }), Json::Null),
        (json!({ "functions": { "countedRules": "all" } }), json!("all")),
    ] {
        assert_eq!(document(given.clone()).await["reportedRules"], expected, "{given}");
    }
}

#[tokio::test]
async fn finding_10_a_run_may_take_900_seconds_and_messages_stay_hidden_for_six_runs() {
    for (given, seconds) in [(PropertyMap::new(), 900), (inputs(json!({ "functions": { "timeoutSeconds": 60 } })), 60)]
    {
        let deployed = Deployed::with(given).await;
        for handler in ["processing", "aggregation", "remediation"] {
            let function = deployed.named(&format!("compliance-functions-{handler}"));
            assert_eq!(function["timeout"], json!(seconds), "{handler}");
        }
        for handler in ["processing", "remediation"] {
            let queue = deployed.named(&format!("compliance-functions-{handler}-events"));
            // At most 12 hours (Amazon SQS API Reference, "CreateQueue", `VisibilityTimeout`).
            assert_eq!(queue["visibilityTimeoutSeconds"], json!(6 * seconds), "{handler}");
            assert!(6 * seconds <= 43_200);
        }
    }
}

#[tokio::test]
async fn reports_are_locked_for_days_by_a_function_that_may_do_so_once_the_bucket_has_it_enabled() {
    for (given, expected, may) in [
        (json!({}), Json::Null, false),
        (json!({ "reports": { "objectLock": {} } }), Json::Null, false),
        (json!({ "hardened": true }), Json::Null, false),
        (
            json!({ "reports": { "retentionDays": 90, "objectLock": { "days": 90 } } }),
            json!({ "days": 90, "mode": "governance" }),
            true,
        ),
        (
            json!({ "reports": { "retentionDays": 90, "objectLock": { "days": 90, "mode": "compliance" } } }),
            json!({ "days": 90, "mode": "compliance" }),
            true,
        ),
    ] {
        assert_eq!(document(given.clone()).await["objectLock"], expected, "{given}");
        let deployed = Deployed::with(inputs(given.clone())).await;
        let policy = deployed.named("compliance-functions-aggregation-policy")["policy"].to_string();
        assert_eq!(policy.contains("s3:PutObjectRetention"), may, "{given}: {policy}");
    }
}
