//! Runs of processing, against an account that keeps what is written to it.

mod account;
mod any_order;
mod at_scale;
mod changes;
mod delivery;
mod elsewhere;
mod faults;
mod nothing_new;
mod notices;
mod real_account;
mod replay;
mod runs;
mod soon;
mod source_faults;
mod sources;
mod transitions;
mod verdicts;
mod waivers;

use serde_json::Value;

use self::account::Account;
use super::Processing;
use crate::tests::support::{batch, change_event};

/// The record of the run `run-1`.
const KEY: &str = "reports/processing/2026/03/04/123456789012/eu-central-1/run-1.json";
const BAD: &str = "NON_COMPLIANT";
const GOOD: &str = "COMPLIANT";

/// An account whose rule `a` has settled with these results.
async fn settled(results: &[(&str, &str)]) -> Account {
    let account = Account::new(&["a", "b"]);
    account.judge("a", results);
    account.settle().await;
    account.state.lock().unwrap().published.clear();
    account
}

fn change(id: &str) -> Value {
    batch(&[("m", change_event(id).to_string())])
}
