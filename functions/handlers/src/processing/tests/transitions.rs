//! What became non-compliant, fixed, deleted or unrecorded, and what is sent of it.

use serde_json::json;

use super::{BAD, GOOD, settled};

#[tokio::test(start_paused = true)]
async fn each_kind_of_transition_is_told_once_in_one_message() {
    let account = settled(&[("fixed", BAD), ("gone", BAD), ("stays", BAD), ("good", GOOD)]).await;
    account.judge("a", &[("fixed", GOOD), ("stays", BAD), ("good", BAD)]);
    account.look("run-1", 10).await;
    assert_eq!(account.kinds(), ["transitions"]);
    assert_eq!(account.told(), ["nonCompliant good", "fixed fixed", "deleted gone"]);
    account.look("run-2", 20).await;
    assert_eq!(account.kinds().len(), 1);
    // Whoever is fixed may fail again.
    account.judge("a", &[("fixed", BAD), ("stays", BAD), ("good", BAD)]);
    account.look("run-3", 30).await;
    assert_eq!(account.told()[3..], ["nonCompliant fixed"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_recorded_any_more_is_not_called_fixed_or_deleted() {
    let account = settled(&[("x", BAD)]).await;
    account.state.lock().unwrap().recorded.clear();
    account.judge("a", &[]);
    account.look("run-1", 10).await;
    assert_eq!(account.told(), ["notRecorded x"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_says_where_what_and_since_when() {
    let account = settled(&[]).await;
    account.judge("a", &[("x", BAD)]);
    account.look("run-1", 10).await;
    account.look("run-2", 20).await;
    let messages = account.messages();
    // The rule had no verdict before, so that this is its summary.
    assert_eq!(messages[0]["kind"], "summary");
    account.judge("a", &[("x", BAD), ("y", BAD)]);
    account.state.lock().unwrap().unconfirmed = 2;
    account.look("run-3", 30).await;
    let told = &account.messages()[1]["transitions"][0];
    assert_eq!(
        (&told["accountAlias"], &told["region"], &told["since"]),
        (&json!("prod"), &json!("eu-central-1"), &json!("2026-03-04T04:53:20Z"))
    );
    let text = account.state.lock().unwrap().published[1]["email"].as_str().unwrap().to_owned();
    assert!(text.contains("2 subscriptions of this topic not confirmed yet"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn what_no_event_told_the_next_scheduled_read_finds() {
    let account = settled(&[("x", GOOD), ("y", BAD)]).await;
    account.judge("a", &[("x", BAD), ("y", GOOD)]);
    account.look("run-1", 360).await;
    assert_eq!(account.told(), ["nonCompliant x", "fixed y"]);
}

#[tokio::test(start_paused = true)]
async fn names_in_any_script_stay_what_they_are() {
    let account = settled(&[("x", GOOD)]).await;
    let long = "語".repeat(250);
    let names = ["<script>", "日本 مرحبا", "a/b#c|d", long.as_str()];
    account.judge("a", &names.map(|name| (name, BAD)));
    account.look("run-1", 10).await;
    let mut told: Vec<_> = account.told().iter().map(|told| told.replace("nonCompliant ", "")).collect();
    told.sort();
    let mut expected = names.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(told, expected);
    account.judge("a", &[("x", GOOD)]);
    account.look("run-2", 20).await;
    assert_eq!(account.told().len(), 8, "each of them is found again by its key");
}
