//! Runs soon after a deployment, against an account that remembers what it was sent.

use serde_json::{Value, json};

use super::account::{Account, Fault};
use crate::tests::support::batch;

fn invoked(account: &Account) -> Vec<Value> {
    account.state.lock().unwrap().invoked.iter().map(|event| serde_json::from_str(event).unwrap()).collect()
}

fn sent(account: &Account) -> Vec<(String, u64)> {
    account.state.lock().unwrap().sent.clone()
}

#[tokio::test(start_paused = true)]
async fn finding_8_a_deployment_is_followed_by_runs_after_15_45_and_90_minutes_and_then_by_none() {
    let account = Account::new(&["a"]);
    account.run(&json!({ "trigger": "deployment" }), "first", 0).await.unwrap();
    let mut runs_after = Vec::new();
    for step in 1..=6 {
        let messages = sent(&account);
        assert_eq!(messages.len(), step, "each message is followed by one");
        let (body, delay) = messages.last().unwrap().clone();
        assert_eq!(delay, 900);
        let before = invoked(&account).len();
        let answer = account.run(&batch(&[("message", body)]), &format!("hop-{step}"), 15).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
        if invoked(&account).len() > before {
            runs_after.push(step * 15);
        }
    }
    assert_eq!(runs_after, [15, 45, 90]);
    assert_eq!(sent(&account).len(), 6, "the chain ends");
    assert_eq!(invoked(&account), vec![json!({ "trigger": "followUp" }); 3]);
}

#[tokio::test(start_paused = true)]
async fn finding_8_such_a_run_leaves_a_record_and_sends_no_message() {
    let account = Account::new(&["a"]);
    let answer = account.run(&json!({ "trigger": "followUp" }), "soon", 15).await.unwrap();
    assert!(answer["record"].as_str().is_some_and(|key| key.ends_with("soon.json")), "{answer}");
    assert!(sent(&account).is_empty());
}

#[tokio::test(start_paused = true)]
async fn finding_8_a_message_whose_run_is_refused_comes_again_and_the_chain_does_not_part() {
    let account = Account::new(&["a"]);
    account.fail(|_, request| request.line.contains("/functions/").then_some(Fault::Refused("AccessDenied")));
    let message = batch(&[("message", r#"{"followUp":3}"#.to_owned())]);
    let answer = account.run(&message, "refused", 45).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "message" }] }));
    assert!(sent(&account).is_empty());
    account.heal();
    account.run(&message, "again", 60).await.unwrap();
    assert_eq!(sent(&account).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn finding_8_a_deployment_does_not_fail_where_the_queue_refuses() {
    let account = Account::new(&["a"]);
    account.fail(|_, request| (request.operation() == "SendMessage").then_some(Fault::Refused("AccessDenied")));
    assert!(account.run(&json!({ "trigger": "deployment" }), "first", 0).await.is_ok());
}
