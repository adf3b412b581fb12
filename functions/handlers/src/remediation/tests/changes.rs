//! Remediations from the finding to the confirmation, and whatever can go wrong between.

use functions_core::remediation::{
    decision::Wish,
    settings::{Mode, Settings},
};
use serde_json::{Value, json};

use super::account::{Account, OPT_IN, PERSON, RULE, configuration, settings};
use crate::tests::support::{batch, change_event};

const HOUR: u64 = 60;

/// A policy of a bucket with a statement of its own.
fn own() -> String {
    json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "Mine", "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*" }] }).to_string()
}

async fn planned(mode: Mode) -> Account {
    let account = Account::new(settings(mode));
    account.bad("b", 0, &[OPT_IN]);
    account.world.lock().unwrap().policies.insert("b".to_owned(), own());
    account.sweep("run-1", 1).await;
    account
}

fn policy(account: &Account) -> Value {
    serde_json::from_str(&account.world.lock().unwrap().policies["b"]).unwrap()
}

#[tokio::test(start_paused = true)]
async fn dry_run_stores_the_change_and_makes_none() {
    let account = planned(Mode::DryRun).await;
    let plan = account.item("b").plan.unwrap();
    assert_eq!(plan.before["policy"], serde_json::from_str::<Value>(&own()).unwrap());
    assert_eq!(plan.after["policy"]["Statement"].as_array().unwrap().len(), 2);
    for (run, minutes) in [("run-2", 2 * HOUR), ("run-3", 20 * HOUR)] {
        assert_eq!(account.sweep(run, minutes).await["states"], json!({ "planned": 1 }));
    }
    let answer = account.decide("b", Wish::Approve, PERSON, 21 * HOUR).await;
    assert!(answer["note"].as_str().unwrap().contains("mode `dryRun`"), "{answer}");
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn approved_change_is_made_verified_and_undone() {
    let account = planned(Mode::Approve).await;
    let notice = account.world.lock().unwrap().state.published[0]["email"].as_str().unwrap().to_owned();
    let item = account.item("b");
    let digest = item.plan.as_ref().unwrap().digest();
    let command = format!("remediation approve {} --plan {digest} --table ledger --region eu-central-1", item.id);
    assert!(notice.contains(&command), "{notice}");
    account.sweep("run-2", 2).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("awaiting approval", Vec::new()));

    account.decide("b", Wish::Approve, PERSON, 3).await;
    let item = account.item("b");
    assert_eq!((item.state.word(), item.approved_by.as_deref()), ("verifying", Some(PERSON)));
    assert_eq!(policy(&account)["Statement"].as_array().unwrap().len(), 2);

    // Neither an older result nor one that is not compliant is a confirmation.
    account.judge("b", "COMPLIANT", 2);
    account.sweep("run-3", 4).await;
    assert_eq!(account.state("b"), "verifying");
    account.judge("b", "NON_COMPLIANT", 10);
    account.sweep("run-4", 11).await;
    assert_eq!(account.state("b"), "verifying");
    account.judge("b", "COMPLIANT", 20);
    account.finding("b", 20, false);
    account.sweep("run-5", 21).await;
    assert_eq!(account.state("b"), "fixed");

    account.decide("b", Wish::Undo, PERSON, 30).await;
    assert_eq!(account.state("b"), "undone");
    assert_eq!(policy(&account), serde_json::from_str::<Value>(&own()).unwrap());
    // The finding is the same one until it was closed: nothing is planned again.
    account.bad("b", 0, &[]);
    account.sweep("run-6", 2 * HOUR).await;
    assert_eq!(account.state("b"), "undone");
    account.bad("b", 3 * HOUR, &[]);
    account.sweep("run-7", 4 * HOUR).await;
    let item = account.item("b");
    assert_eq!((item.state.word(), item.round), ("awaiting approval", 2));
    assert_eq!(account.writes(), ["put b", "put b"]);
}

#[tokio::test(start_paused = true)]
async fn change_that_aws_config_does_not_confirm_is_failed() {
    let account = planned(Mode::Approve).await;
    account.decide("b", Wish::Approve, PERSON, 2).await;
    account.judge("b", "NON_COMPLIANT", 10);
    account.sweep("run-2", 47 * HOUR).await;
    assert_eq!(account.state("b"), "verifying");
    account.sweep("run-3", 49 * HOUR).await;
    assert_eq!(account.state("b"), "failed");
    assert!(account.item("b").reason().contains("within 48 hours"));
}

#[tokio::test(start_paused = true)]
async fn automatic_change_follows_a_dry_run_in_an_earlier_run() {
    let account = planned(Mode::Automatic).await;
    account.sweep("run-2", 30).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("planned", Vec::new()));
    let result = account.sweep("run-3", 2 * HOUR).await;
    assert_eq!((&result["changed"], account.state("b").as_str()), (&json!(1), "verifying"));
}

#[tokio::test(start_paused = true)]
async fn automatic_change_that_the_queue_planned_has_a_dry_run_and_is_made() {
    let account = Account::new(settings(Mode::Automatic));
    account.bad("b", 0, &[OPT_IN]);
    let mut event = change_event("b");
    event["detail"]["configRuleName"] = json!(RULE);
    account.handle(&batch(&[("m1", event.to_string())]), "run-1", 1).await.unwrap();
    account.sweep("run-2", 30).await;
    assert_eq!(account.writes(), Vec::<String>::new());
    account.sweep("run-3", 30 + HOUR).await;
    assert_eq!(account.writes(), ["put b"]);
}

#[tokio::test(start_paused = true)]
async fn automatic_change_that_somebody_undid_needs_an_approval_from_then_on() {
    let account = planned(Mode::Automatic).await;
    account.sweep("run-2", 2 * HOUR).await;
    account.decide("b", Wish::Undo, PERSON, 3 * HOUR).await;
    assert_eq!(account.state("b"), "undone");
    // The finding closed while the change was there, and opens again by the undo.
    account.bad("b", 4 * HOUR, &[OPT_IN]);
    for (run, hours) in [("run-3", 5), ("run-4", 7), ("run-5", 9)] {
        account.sweep(run, hours * HOUR).await;
    }
    assert_eq!((account.state("b").as_str(), account.writes()), ("awaiting approval", vec!["put b".to_owned(); 2]));
    assert!(account.item("b").plan.unwrap().approval.unwrap().contains("undid"));
}

#[tokio::test(start_paused = true)]
async fn change_that_somebody_rejected_stays_rejected_under_another_mode() {
    let account = planned(Mode::Approve).await;
    account.decide("b", Wish::Reject, PERSON, 2).await;
    let account = account.deployed(&configuration(settings(Mode::Automatic)));
    account.sweep("run-2", 3).await;
    account.sweep("run-3", 2 * HOUR).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("rejected", Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn resource_without_the_tag_gets_advice_in_mode_automatic() {
    let account = Account::new(settings(Mode::Automatic));
    account.bad("b", 0, &[]);
    account.sweep("run-1", 1).await;
    account.sweep("run-2", 2 * HOUR).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("advised", Vec::new()));
    assert!(account.item("b").advice.unwrap().reason.contains(OPT_IN));
}

#[tokio::test(start_paused = true)]
async fn resource_of_a_stack_gets_advice() {
    let account = Account::new(settings(Mode::Approve));
    account.bad("b", 0, &[]);
    account.world.lock().unwrap().stacks.insert("b".to_owned(), "shop".to_owned());
    account.sweep("run-1", 1).await;
    assert_eq!(account.state("b"), "advised");
    let advice = account.item("b").advice.unwrap().reason;
    assert!(advice.contains("stack `shop`") && advice.contains("ComplianceTlsOnly"), "{advice}");
    account.sweep("run-2", 2).await;
    assert_eq!(account.item("b").round, 1, "advice is given once");
}

#[tokio::test(start_paused = true)]
async fn plan_that_nobody_approves_expires_and_is_not_made_later() {
    let account = planned(Mode::Approve).await;
    account.sweep("run-2", 73 * HOUR).await;
    assert_eq!(account.state("b"), "expired");
    let answer = account.decide("b", Wish::Approve, PERSON, 74 * HOUR).await;
    assert!(
        answer["note"].as_str().unwrap().contains("has expired")
            || answer["note"].as_str().unwrap().contains("expired")
    );
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn decision_that_is_not_in_the_table_counts_for_nothing() {
    let account = planned(Mode::Approve).await;
    let id = account.item("b").id;
    for (id, by) in [(id.as_str(), PERSON), (id.as_str(), "AROAX:mallory"), ("0000000000000000", PERSON)] {
        account.decided(id, by, 2).await;
    }
    assert_eq!((account.state("b").as_str(), account.writes()), ("awaiting approval", Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn with_four_eyes_one_person_alone_changes_nothing() {
    let account = Account::new(Settings { four_eyes: true, ..settings(Mode::Approve) });
    account.bad("b", 0, &[]);
    account.sweep("run-1", 1).await;
    for minutes in 2..5 {
        account.decide("b", Wish::Approve, PERSON, minutes).await;
    }
    assert_eq!(account.writes(), Vec::<String>::new());
    account.decide("b", Wish::Approve, "AROAY:bob", 5).await;
    assert_eq!(account.writes(), ["put b"]);
}

#[tokio::test(start_paused = true)]
async fn resource_that_changed_since_is_not_undone() {
    let account = planned(Mode::Approve).await;
    account.decide("b", Wish::Approve, PERSON, 2).await;
    account.world.lock().unwrap().policies.insert("b".to_owned(), json!({ "Statement": [] }).to_string());
    let answer = account.decide("b", Wish::Undo, PERSON, 3).await;
    assert!(answer["note"].as_str().unwrap().contains("changed since"), "{answer}");
    assert_eq!(account.writes(), ["put b"]);
}

#[tokio::test(start_paused = true)]
async fn mode_that_is_turned_down_ends_what_waits() {
    let account = planned(Mode::Approve).await;
    let account = account.deployed(&configuration(settings(Mode::DryRun)));
    account.sweep("run-2", 2).await;
    assert_eq!(account.state("b"), "planned", "planned again under the new mode");
    let account = account.deployed(&configuration(settings(Mode::Off)));
    account.sweep("run-3", 3).await;
    assert_eq!(account.state("b"), "superseded");
}

#[tokio::test(start_paused = true)]
async fn function_that_ends_at_any_call_changes_a_resource_at_most_once_and_is_recovered() {
    for dies_after in 1..40 {
        let account = planned(Mode::Approve).await;
        {
            let mut world = account.world.lock().unwrap();
            world.calls = 0;
            world.dies_after = Some(dies_after);
        }
        let item = account.item("b");
        let digest = item.plan.as_ref().unwrap().digest();
        let decision = json!({ "wish": "approve", "digest": digest, "round": 1, "at": "2026-03-04T05:06:07Z" });
        account.put(&format!("approvals/{PERSON}"), &item.id, &decision.to_string());
        let event = json!({ "trigger": "decision", "id": item.id, "by": PERSON });
        // It may answer or fail: the process is gone.
        let _ = account.handle(&event, "run-2", 2).await;
        account.world.lock().unwrap().dies_after = None;
        for (run, minutes) in [("run-3", 3), ("run-4", 2 * HOUR), ("run-5", 4 * HOUR)] {
            account.handle(&event, run, minutes).await.unwrap();
            account.sweep(run, minutes).await;
        }
        assert!(account.writes().len() <= 1, "after {dies_after} calls: {:?}", account.item("b").steps);
        if account.writes().is_empty() {
            // It ended between the beginning and the change: the change is planned again, and approved again.
            let item = account.item("b");
            assert_eq!((item.state.word(), item.round), ("awaiting approval", 2), "after {dies_after} calls");
            account.decide("b", Wish::Approve, PERSON, 5 * HOUR).await;
        }
        assert_eq!((account.writes(), account.state("b").as_str()), (vec!["put b".to_owned()], "verifying"));
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_and_repetition_lead_to_the_same_change_once() {
    for share in [10, 30] {
        let account = Account::new(settings(Mode::Approve));
        for number in 0..4 {
            account.bad(&format!("b-{number}"), 0, &[]);
        }
        account.world.lock().unwrap().throttled = share;
        let tries = |run: usize| (run as u64) * 2 + 1;
        for run in 0..12 {
            let _ = account.handle(&json!({ "trigger": "remediation" }), &format!("run-{run}"), tries(run)).await;
        }
        account.world.lock().unwrap().throttled = 0;
        account.sweep("last", 40).await;
        for number in 0..4 {
            for minutes in [41, 42, 43] {
                account.decide(&format!("b-{number}"), Wish::Approve, PERSON, minutes).await;
            }
        }
        assert_eq!(account.writes(), ["put b-0", "put b-1", "put b-2", "put b-3"]);
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_findings_are_planned_in_parts_and_the_rest_is_reported() {
    let account = Account::new(settings(Mode::Approve));
    for number in 0..10_000 {
        account.bad(&format!("b-{number:05}"), 0, &[]);
    }
    account.world.lock().unwrap().state.rows = 20_000;
    let result = account.sweep("run-1", 1).await;
    assert_eq!((&result["planned"], &result["left"]["more findings than a run plans"]), (&json!(500), &json!(9_500)));
}
