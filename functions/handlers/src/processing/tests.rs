use functions_core::configuration::RuleEntry;

use super::*;
use crate::testing::{self, Answer, FakeAws, Request, batch, change_event, invocation};

const KEY: &str = "reports/processing/2026/03/04/123456789012/eu-central-1/run-1.json";

/// A configuration document of that many rules: `rule-00`, `rule-01`, ...
fn document(rules: usize) -> String {
    let entry = |number| RuleEntry { identifier: "ENCRYPTED_VOLUMES".to_owned(), name: format!("rule-{number:02}") };
    MonitoringConfiguration::new((0..rules).map(entry)).unwrap().render().unwrap()
}

/// An account that holds `document`, and every rule but `missing`, each of them compliant.
fn account(document: String, missing: &'static str) -> FakeAws {
    FakeAws::start(move |request| match request.operation() {
        "DescribeComplianceByConfigRule" => describe(request, missing),
        line if line.starts_with("GET ") => (200, document.clone()),
        _ => (200, String::new()),
    })
}

fn describe(request: &Request, missing: &str) -> Answer {
    let asked: Value = serde_json::from_str(&request.body).unwrap();
    let names = asked["ConfigRuleNames"].as_array().unwrap();
    assert!(names.len() <= RULES_PER_CALL);
    if names.iter().any(|name| name == missing) {
        return (400, json!({ "__type": "NoSuchConfigRuleException", "message": "no" }).to_string());
    }
    let rules: Vec<Value> = names
        .iter()
        .map(|name| json!({ "ConfigRuleName": name, "Compliance": { "ComplianceType": "COMPLIANT" } }))
        .collect();
    (200, json!({ "ComplianceByConfigRules": rules }).to_string())
}

fn processing(aws: &FakeAws, document: &str) -> Processing {
    let sha256 = sha256_hex(document.as_bytes());
    let more = [("CONFIGURATION_KEY", key::CONFIGURATION), ("CONFIGURATION_SHA256", sha256.as_str())];
    Processing::new(testing::environment(&more), &testing::clients(&aws.endpoint)).unwrap()
}

#[tokio::test]
async fn rules_are_read_25_a_call_and_one_record_is_written() {
    let document = document(60);
    let aws = account(document.clone(), "none");
    let answer = processing(&aws, &document).handle(&json!({}), &invocation()).await.unwrap();
    assert_eq!(
        answer,
        json!({ "record": KEY, "rules": 60, "compliant": 60, "nonCompliant": 0, "notApplicable": 0,
                "insufficientData": 0, "missing": 0 })
    );
    let operations = aws.operations();
    assert_eq!(operations.len(), 5, "{operations:?}");
    assert!(operations[0].starts_with("GET /reports/configuration/monitoring.json"), "{operations:?}");
    let record: EvaluationRecord = serde_json::from_str(&aws.requests()[4].body).unwrap();
    assert_eq!((record.trigger, record.rules.len()), (Trigger::Manual, 60));
}

#[tokio::test]
async fn a_rule_that_is_gone_does_not_hide_the_others() {
    let document = document(3);
    let aws = account(document.clone(), "rule-01");
    let answer = processing(&aws, &document).handle(&json!({}), &invocation()).await.unwrap();
    assert_eq!((&answer["compliant"], &answer["missing"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn every_page_of_a_call_is_read() {
    let document = document(2);
    let kept = document.clone();
    let aws = FakeAws::start(move |request| {
        let page = |name: &str, token: Value| {
            let rule = json!({ "ConfigRuleName": name, "Compliance": { "ComplianceType": "NON_COMPLIANT",
                "ComplianceContributorCount": { "CappedCount": 25, "CapExceeded": true } } });
            (200, json!({ "ComplianceByConfigRules": [rule], "NextToken": token }).to_string())
        };
        match (request.operation(), request.body.contains("NextToken")) {
            ("DescribeComplianceByConfigRule", false) => page("rule-00", json!("t")),
            ("DescribeComplianceByConfigRule", true) => page("rule-01", Value::Null),
            (line, _) if line.starts_with("GET ") => (200, kept.clone()),
            _ => (200, String::new()),
        }
    });
    let schedule = json!({ "detail-type": "Scheduled Event" });
    let answer = processing(&aws, &document).handle(&schedule, &invocation()).await.unwrap();
    assert_eq!(answer["nonCompliant"], 2);
    let record: EvaluationRecord = serde_json::from_str(&aws.requests()[3].body).unwrap();
    assert_eq!(record.trigger, Trigger::Schedule);
    assert_eq!(record.rules[1].non_compliant_resources, Some(ResourceCount { count: 25, exceeded: true }));
}

#[tokio::test]
async fn another_configuration_than_deployed_is_refused_before_anything_is_read_by_it() {
    let aws = account(document(1), "none");
    let error = processing(&aws, &document(2)).handle(&json!({}), &invocation()).await.unwrap_err();
    assert_eq!(error.error_type(), "Retry.OtherConfiguration");
    assert!(error.to_string().starts_with("object `configuration/monitoring.json` has sha256 "), "{error}");
    assert_eq!(aws.requests().len(), 1);
}

#[tokio::test]
async fn a_batch_makes_one_run_and_gives_back_what_does_not_read() {
    let document = document(1);
    let aws = account(document.clone(), "none");
    let messages =
        [("m1", change_event("b").to_string()), ("m2", "{}".to_owned()), ("m3", change_event("c").to_string())];
    let answer = processing(&aws, &document).handle(&batch(&messages), &invocation()).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m2" }] }));
    let record: EvaluationRecord = serde_json::from_str(&aws.requests()[2].body).unwrap();
    assert_eq!((record.trigger, record.changes), (Trigger::Queue, 2));
}

#[tokio::test]
async fn a_batch_without_a_change_in_it_reads_nothing() {
    let aws = account(document(1), "none");
    let messages = [("m1", "no json".to_owned())];
    let answer = processing(&aws, &document(1)).handle(&batch(&messages), &invocation()).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m1" }] }));
    assert!(aws.requests().is_empty());
}

#[tokio::test]
async fn a_batch_whose_run_fails_comes_again_whole() {
    let aws = FakeAws::start(|_| (503, String::new()));
    let messages = [("m1", change_event("b").to_string())];
    let error = processing(&aws, &document(1)).handle(&batch(&messages), &invocation()).await.unwrap_err();
    assert_eq!(error.error_type(), "Retry.Aws");
}
