//! Compliance changes from the queue: recorded once each, and planned.

use functions_core::{
    environment::RemediationEnvironment,
    remediation::settings::{Mode, Settings},
};
use serde_json::json;

use super::account::{Account, OPT_IN, RULE, settings};
use crate::tests::support::{self, batch, change_event};

const HOUR: u64 = 60;
const KEY: &str = "ledger/123456789012/eu-central-1/AWS.S3.Bucket/b/a/20260304T050607Z-event-of-b.json";

#[tokio::test(start_paused = true)]
async fn changes_of_the_queue_are_recorded_and_planned_and_never_made() {
    let account = Account::new(settings(Mode::Automatic));
    account.bad("b", 0, &[OPT_IN]);
    let mut event = change_event("b");
    event["detail"]["configRuleName"] = json!(RULE);
    let messages = [("m1", event.to_string()), ("m2", event.to_string()), ("m3", event.to_string())];
    for minutes in [1, 2, 3 * HOUR] {
        let answer = account.handle(&batch(&messages), "run", minutes).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }
    assert_eq!((account.state("b").as_str(), account.writes()), ("planned", Vec::new()));
    assert_eq!(account.item("b").round, 1);
}

#[tokio::test]
async fn a_change_is_written_once_encrypted_with_the_key() {
    let account = Account::new(Settings::default());
    let answer = account.handle(&change_event("b"), "run-1", 0).await.unwrap();
    assert_eq!(answer, json!({ "record": KEY, "note": "recorded, nothing changed" }));
    let requests = account.aws.requests();
    assert_eq!(requests.len(), 1);
    let header = |name: &str| requests[0].headers.get(name).map(String::as_str);
    assert!(requests[0].line.starts_with(&format!("PUT /{}/{KEY}", support::BUCKET)), "{}", requests[0].line);
    assert_eq!(header("if-none-match"), Some("*"));
    assert_eq!(header("x-amz-server-side-encryption"), Some("aws:kms"));
    assert_eq!(header("x-amz-server-side-encryption-aws-kms-key-id"), Some(support::KMS_KEY_ARN));
    // A second delivery is the same record.
    assert_eq!(account.handle(&change_event("b"), "run-2", 0).await.unwrap()["record"], KEY);
}

#[tokio::test]
async fn a_batch_gives_back_what_does_not_read_and_what_is_not_written() {
    let account = Account::new(Settings::default());
    account.world.lock().unwrap().refused.insert("Object".to_owned());
    let messages = [("m1", change_event("b").to_string()), ("m2", "no json".to_owned())];
    let answer = account.handle(&batch(&messages), "run-1", 0).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m2" }, { "itemIdentifier": "m1" }] }));
}

#[tokio::test]
async fn an_event_of_another_kind_gives_up() {
    let account = Account::new(Settings::default());
    for event in [json!({}), json!({ "trigger": "decision", "id": "x" }), json!({ "trigger": "deployment" })] {
        let error = account.handle(&event, "run-1", 0).await.unwrap_err();
        assert_eq!(error.error_type(), "GiveUp.Event", "{event}");
    }
    assert!(account.aws.requests().is_empty());
}

#[test]
fn environment_needs_table_and_configuration() {
    let error = RemediationEnvironment::read(support::environment(&[])).unwrap_err().to_string();
    assert!(error.contains("`LEDGER_TABLE` missing") && error.contains("`CONFIGURATION_KEY` missing"), "{error}");
}
