//! Compliance changes from the queue: what is read for them, and which of them come again.

use functions_core::evaluate::{EvaluationRecord, Trigger};
use serde_json::json;

use super::{BAD, GOOD, KEY, account::Account, change, settled};
use crate::tests::support::{batch, change_event};

#[tokio::test(start_paused = true)]
async fn a_change_makes_only_its_rule_be_looked_at() {
    let account = settled(&[("b", GOOD)]).await;
    account.judge("a", &[("b", BAD)]);
    let answer = account.run(&change("b"), "run-1", 1).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(account.told(), ["nonCompliant b"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_delivered_three_times_acts_once() {
    let account = settled(&[("b", GOOD)]).await;
    account.judge("a", &[("b", BAD)]);
    for run in ["run-1", "run-1", "run-2"] {
        account.run(&change("b"), run, 1).await.unwrap();
    }
    assert_eq!(account.told(), ["nonCompliant b"]);
    assert_eq!(account.entries("sent/"), 2, "the summary and the change");
}

#[tokio::test(start_paused = true)]
async fn an_old_event_that_comes_late_does_not_bring_back_what_is_over() {
    let account = settled(&[("b", BAD)]).await;
    account.judge("a", &[("b", GOOD)]);
    account.look("run-1", 1).await;
    // The event of the time when `b` did not comply.
    account.run(&change("b"), "run-2", 2).await.unwrap();
    assert_eq!(account.told(), ["fixed b"]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_makes_one_run_and_gives_back_what_is_not_for_it() {
    let account = Account::new(&["a"]);
    account.judge("someone-elses", &[("b", BAD)]);
    let mut unknown = change_event("b");
    unknown["detail"]["configRuleName"] = "someone-elses".into();
    let mut elsewhere = change_event("b");
    elsewhere["detail"]["awsAccountId"] = "210987654321".into();
    let messages = [
        ("m1", change_event("b").to_string()),
        ("m2", "{}".to_owned()),
        ("m3", change_event("c").to_string()),
        ("m4", unknown.to_string()),
        ("m5", elsewhere.to_string()),
    ];
    let answer = account.run(&batch(&messages), "run-1", 0).await.unwrap();
    let failed: Vec<_> = ["m2", "m4", "m5"].iter().map(|id| json!({ "itemIdentifier": id })).collect();
    assert_eq!(answer, json!({ "batchItemFailures": failed }));
    let record: EvaluationRecord = serde_json::from_str(&account.state.lock().unwrap().objects[KEY]).unwrap();
    assert_eq!((record.trigger, record.changes), (Trigger::Queue, 2));
}

/// Else each removal of a rule would end in the dead-letter queue and its alarm.
#[tokio::test(start_paused = true)]
async fn the_change_of_a_rule_that_was_removed_ends_in_silence() {
    let account = settled(&[("x", BAD)]).await;
    let mut removed = change_event("b");
    removed["detail"]["configRuleName"] = "removed".into();
    let messages = [("m1", removed.to_string()), ("m2", change_event("x").to_string())];
    let answer = account.run(&batch(&messages), "run-1", 1).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let alone = account.run(&batch(&messages[..1]), "run-2", 2).await.unwrap();
    assert_eq!(alone, json!({ "batchItemFailures": [] }));
    assert_eq!(account.told(), Vec::<String>::new());
    // A configuration that does not watch it yet is another matter: the change comes again.
    account.judge("removed", &[("b", BAD)]);
    let again = account.run(&batch(&messages[..1]), "run-3", 3).await.unwrap();
    assert_eq!(again, json!({ "batchItemFailures": [{ "itemIdentifier": "m1" }] }));
}

#[tokio::test(start_paused = true)]
async fn a_batch_without_a_change_in_it_reads_nothing() {
    let account = Account::new(&["a"]);
    let answer = account.run(&batch(&[("m1", "no json".to_owned())]), "run-1", 0).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m1" }] }));
    assert!(account.operations().is_empty());
}
