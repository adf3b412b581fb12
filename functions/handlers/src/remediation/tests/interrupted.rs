//! A function that ends at any of its calls, in a run of mode `automatic` and while it undoes a change.

use functions_core::remediation::{
    decision::{self, Wish},
    settings::Mode,
};
use serde_json::json;

use super::account::{Account, OPT_IN, PERSON, settings};

const HOUR: u64 = 60;

async fn planned(mode: Mode) -> Account {
    let account = Account::new(settings(mode));
    account.bad("b", 0, &[OPT_IN]);
    account.sweep("run-1", 1).await;
    account
}

/// From now on the function ends after so many calls.
fn dies(account: &Account, after: Option<usize>) {
    let mut world = account.world.lock().unwrap();
    (world.calls, world.dies_after) = (0, after);
}

#[tokio::test(start_paused = true)]
async fn run_that_ends_at_any_call_makes_an_automatic_change_once() {
    for calls in 1..40 {
        let account = planned(Mode::Automatic).await;
        dies(&account, Some(calls));
        // It may answer or fail: the process is gone.
        let _ = account.handle(&json!({ "trigger": "remediation" }), "run-2", 2 * HOUR).await;
        dies(&account, None);
        for hours in 3..8 {
            account.sweep(&format!("run-{hours}"), hours * HOUR).await;
            assert!(account.writes().len() <= 1, "after {calls} calls: {:?}", account.item("b").steps);
        }
        assert_eq!((account.writes(), account.state("b").as_str()), (vec!["put b".to_owned()], "verifying"));
    }
}

#[tokio::test(start_paused = true)]
async fn undo_that_ends_at_any_call_is_made_once_and_the_change_never_again() {
    for calls in 1..40 {
        let account = planned(Mode::Approve).await;
        account.decide("b", Wish::Approve, PERSON, 2).await;
        let item = account.item("b");
        let digest = item.plan.as_ref().unwrap().digest();
        let decided = json!({ "wish": "undo", "digest": digest, "round": 1, "at": "2026-03-04T05:06:07Z" });
        account.put(&decision::partition(PERSON), &item.id, &decided.to_string());
        let event = json!({ "trigger": "decision", "id": item.id, "by": PERSON });
        dies(&account, Some(calls));
        let _ = account.handle(&event, "run-2", 3).await;
        dies(&account, None);
        for hours in 1..4 {
            account.handle(&event, &format!("again-{hours}"), hours * HOUR).await.unwrap();
            account.sweep(&format!("run-{hours}"), hours * HOUR).await;
        }
        assert!(account.writes().len() <= 2, "after {calls} calls: {:?}", account.item("b").steps);
        if account.state("b") != "undone" {
            // It ended between the beginning and the change, and waits for another decision.
            account.decide("b", Wish::Undo, PERSON, 5 * HOUR).await;
        }
        assert_eq!(account.state("b"), "undone", "after {calls} calls: {:?}", account.item("b").steps);
        assert_eq!(account.writes(), ["put b", "delete b"], "after {calls} calls");
    }
}
