//! What a run leaves for the report of aggregation.

use functions_core::remediation::{
    decision::{self, Wish},
    listed::{KEY, Listed},
    settings::Mode,
    state::State,
};

use super::account::{Account, OPT_IN, PERSON, settings};
use crate::tests::support::invocation;

fn left(account: &Account) -> Listed {
    serde_json::from_str(&account.world.lock().unwrap().state.objects[KEY]).unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_run_leaves_every_remediation_with_its_steps() {
    let account = Account::new(settings(Mode::Approve));
    account.bad("b", 0, &[OPT_IN]);
    account.sweep("run-1", 1).await;
    let first = left(&account);
    assert_eq!((first.run_id.as_str(), first.total, first.stopped), ("run-1", 1, None));
    assert_eq!(first.remediations[0].state, State::AwaitingApproval);
    account.decide("b", Wish::Approve, PERSON, 2).await;
    let stop = r#"{"stopped":true,"at":"2026-03-04T05:06:07Z","by":"alice","reason":"incident"}"#;
    account.put(&decision::control(&invocation().run.origin), decision::SWITCH, stop);
    account.sweep("run-2", 3).await;
    let second = left(&account);
    assert_eq!((second.run_id.as_str(), second.remediations[0].state), ("run-2", State::Verifying));
    assert_eq!(second.remediations[0].steps, account.item("b").steps);
    assert!(second.remediations[0].steps.iter().any(|step| step.by == PERSON), "who approved it");
    assert!(second.stopped.unwrap().contains("incident"));
}
