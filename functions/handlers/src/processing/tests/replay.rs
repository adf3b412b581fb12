//! The events of `functions/core/testdata/events` through the handler.

use serde_json::{Value, json};

use super::account::Account;

fn recorded(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/testdata/events");
    serde_json::from_str(&std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()).unwrap()
}

/// An account where a bucket has become bad since the last look; what the handler answers or refuses, and what was told.
async fn replayed(event: &Value) -> (Result<Value, String>, Vec<String>) {
    let account = Account::new(&["a"]);
    account.judge("a", &[("my-bucket", "COMPLIANT")]);
    account.settle().await;
    account.judge("a", &[("my-bucket", "NON_COMPLIANT")]);
    let answer = account.run(event, "run-1", 10).await;
    (answer.map_err(|error| error.error_type()), account.told())
}

#[tokio::test(start_paused = true)]
async fn whatever_asks_for_a_look_finds_what_changed() {
    for name in ["schedule", "deployment", "by-hand"] {
        let (answer, told) = replayed(&recorded(name)).await;
        assert_eq!(
            (&answer.unwrap()["nonCompliant"], told),
            (&json!(1), vec!["nonCompliant my-bucket".to_owned()]),
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_one_look_and_what_is_not_ours_goes_back() {
    let (answer, told) = replayed(&recorded("queue-batch")).await;
    let failed = json!({ "itemIdentifier": "059f36b4-87a3-44ab-83d2-661975830003" });
    assert_eq!(
        (answer.unwrap(), told),
        (json!({ "batchItemFailures": [failed] }), vec!["nonCompliant my-bucket".to_owned()])
    );
}

#[tokio::test(start_paused = true)]
async fn a_digest_looks_at_nothing() {
    let (answer, told) = replayed(&recorded("digest")).await;
    assert_eq!((answer.unwrap(), told), (json!({ "notices": 0 }), vec![]));
}

#[tokio::test(start_paused = true)]
async fn what_comes_by_another_way_than_its_own_is_refused_and_nothing_is_told() {
    for name in ["compliance-change", "destination-of-a-look", "destination-of-a-digest"] {
        let (answer, told) = replayed(&recorded(name)).await;
        assert_eq!((answer.unwrap_err().as_str(), told), ("GiveUp.Event", vec![]), "{name}");
    }
}
