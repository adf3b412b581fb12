//! Each guard made impossible to evaluate, or forbidding: nothing is changed.

use functions_core::{
    remediation::{
        decision::{self, Wish},
        settings::{Limits, Mode, Settings},
    },
    waiver::Waiver,
};
use serde_json::json;

use super::account::{Account, OPT_IN, PERSON, RULE, configuration, settings};
use crate::tests::support::invocation;

const HOUR: u64 = 60;

/// An account with a change that somebody approves next.
async fn waiting(mode: Mode) -> Account {
    let account = Account::new(settings(mode));
    account.bad("b", 0, &[OPT_IN]);
    account.sweep("run-1", 1).await;
    account
}

async fn refusing(account: &Account, operation: &str, minutes: u64) -> serde_json::Value {
    account.world.lock().unwrap().refused.insert(operation.to_owned());
    account.decide("b", Wish::Approve, PERSON, minutes).await
}

#[tokio::test(start_paused = true)]
async fn guard_that_cannot_be_evaluated_stops_an_approved_change_and_says_so() {
    for (operation, reason) in [
        ("SelectResourceConfig", "tags of the resource cannot be determined"),
        ("GetResources", "tags of the resource cannot be determined"),
        ("DescribeStackResources", "whether a CloudFormation stack owns the resource cannot be determined"),
        ("GetDiscoveredResourceCounts", "how many resources there are cannot be determined"),
        ("GetBucketPolicy", "the resource cannot be read"),
    ] {
        let account = waiting(Mode::Approve).await;
        let answer = refusing(&account, operation, 2).await;
        assert!(answer["note"].as_str().unwrap().contains(reason), "{operation}: {answer}");
        assert_eq!((account.state("b").as_str(), account.writes()), ("approved", Vec::new()), "{operation}");
        // The next run neither.
        let result = account.sweep("run-2", 3).await;
        assert_eq!((&result["changed"], account.writes()), (&json!(0), Vec::new()), "{operation}");
        assert!(result["left"].as_object().unwrap().keys().any(|left| left.contains(reason)), "{result}");
        // And when it can be evaluated again, the change is made.
        account.world.lock().unwrap().refused.clear();
        assert_eq!(account.sweep("run-3", 4).await["changed"], 1, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn table_that_cannot_be_read_or_written_stops_everything() {
    for operation in ["GetItem", "Query", "TransactWriteItems"] {
        let account = waiting(Mode::Approve).await;
        let item = account.item("b");
        let digest = item.plan.as_ref().unwrap().digest();
        let decision = json!({ "wish": "approve", "digest": digest, "round": 1, "at": "2026-03-04T05:06:07Z" });
        account.put(&format!("approvals/{PERSON}"), &item.id, &decision.to_string());
        account.world.lock().unwrap().refused.insert(operation.to_owned());
        let event = json!({ "trigger": "decision", "id": item.id, "by": PERSON });
        // A decision is about one remediation, and queries nothing.
        if operation != "Query" {
            assert!(account.handle(&event, "run-2", 2).await.is_err(), "{operation}");
        }
        let event = json!({ "trigger": "remediation" });
        assert!(account.handle(&event, "run-3", 3).await.is_err(), "{operation}");
        assert_eq!(account.writes(), Vec::<String>::new(), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn guard_that_cannot_be_evaluated_plans_nothing() {
    for operation in ["SelectResourceConfig", "DescribeStackResources", "GetBucketPolicy"] {
        let account = Account::new(settings(Mode::Approve));
        account.bad("b", 0, &[]);
        account.world.lock().unwrap().refused.insert(operation.to_owned());
        let result = account.sweep("run-1", 1).await;
        assert_eq!((&result["planned"], account.state("b").as_str()), (&json!(0), "none"), "{operation}");
        assert_eq!(result["left"].as_object().unwrap().len(), 1, "{result}");
    }
}

#[tokio::test(start_paused = true)]
async fn resource_that_is_not_recorded_is_not_changed() {
    let account = Account::new(settings(Mode::Approve));
    account.bad("b", 0, &[]);
    account.world.lock().unwrap().state.details.clear();
    let result = account.sweep("run-1", 1).await;
    assert!(result["left"].to_string().contains("does not record the resource"), "{result}");
}

#[tokio::test(start_paused = true)]
async fn what_begins_to_forbid_a_change_while_it_waits_is_obeyed() {
    type Forbid = fn(&Account);
    let stack: Forbid = |account| {
        account.world.lock().unwrap().stacks.insert("b".to_owned(), "shop".to_owned());
    };
    let tag: Forbid = |account| {
        let tags = json!({ "arn": "arn:aws:s3:::b", "tags": [{ "key": "compliance:opt-out", "value": "" }] });
        account.world.lock().unwrap().state.details.insert("b".to_owned(), tags);
    };
    let policy: Forbid = |account| {
        account.world.lock().unwrap().policies.insert("b".to_owned(), json!({ "Statement": [] }).to_string());
    };
    for (forbid, state) in [(stack, "advised"), (tag, "superseded"), (policy, "superseded")] {
        let account = waiting(Mode::Approve).await;
        forbid(&account);
        account.decide("b", Wish::Approve, PERSON, 2).await;
        assert_eq!((account.state("b").as_str(), account.writes()), (state, Vec::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn resource_that_changes_while_the_change_begins_is_left_as_it_is() {
    let account = waiting(Mode::Approve).await;
    account.world.lock().unwrap().on_begin = Some(json!({ "Statement": [] }).to_string());
    account.decide("b", Wish::Approve, PERSON, 2).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("superseded", Vec::new()));
    let leases =
        account.world.lock().unwrap().state.table.keys().filter(|(_, sort)| sort.starts_with("lease/")).count();
    assert_eq!(leases, 0, "the lease is given back");
}

#[tokio::test(start_paused = true)]
async fn approval_that_is_not_in_the_table_any_more_or_was_never_there_is_none() {
    let account = Account::new(Settings { windows: vec!["Wed 08:00-09:00 UTC".to_owned()], ..settings(Mode::Approve) });
    account.bad("b", 0, &[]);
    account.sweep("run-1", 1).await;
    account.decide("b", Wish::Approve, PERSON, 2).await;
    let item = account.item("b");
    assert_eq!(item.state.word(), "approved");
    // Somebody who can write remediations but no decisions says that another person approved it.
    let forged = functions_core::remediation::item::Item { approved_by: Some("AROAX:bob".to_owned()), ..item.clone() };
    let partition = functions_core::remediation::item::partition(&invocation().run.origin);
    let sort = functions_core::remediation::item::Item::sort(&item.id);
    account.put(&partition, &sort, &serde_json::to_string(&forged).unwrap());
    let result = account.sweep("run-2", 3 * HOUR + 30).await;
    assert!(result["left"].to_string().contains("no approval of this plan by AROAX:bob"), "{result}");
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn stop_switch_without_its_attributes_stops() {
    let account = waiting(Mode::Approve).await;
    let control = decision::control(&invocation().run.origin);
    account.put(&control, decision::SWITCH, "{}");
    {
        let mut world = account.world.lock().unwrap();
        let entry = world.state.table.get_mut(&(control, decision::SWITCH.to_owned())).unwrap();
        entry.as_object_mut().unwrap().remove("revision");
    }
    let event = json!({ "trigger": "remediation" });
    assert!(account.handle(&event, "run-2", 2).await.is_err());
    let id = account.item("b").id;
    let digest = account.item("b").plan.unwrap().digest();
    let decided = json!({ "wish": "approve", "digest": digest, "round": 1, "at": "2026-03-04T05:06:07Z" });
    account.put(&format!("approvals/{PERSON}"), &id, &decided.to_string());
    let event = json!({ "trigger": "decision", "id": id, "by": PERSON });
    assert!(account.handle(&event, "run-3", 3).await.is_err());
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn waiver_that_is_added_while_a_plan_waits_is_obeyed() {
    let account = waiting(Mode::Approve).await;
    let waiver = Waiver {
        expires: "2026-03-31".to_owned(),
        owner: "data-team".to_owned(),
        reason: "migration".to_owned(),
        rule: Some(RULE.to_owned()),
        ..Waiver::default()
    };
    let account = account.deployed(&configuration(settings(Mode::Approve)).with_waivers(vec![waiver], 365));
    account.decide("b", Wish::Approve, PERSON, 2).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("superseded", Vec::new()));
    assert!(account.item("b").reason().contains("data-team"));
}

#[tokio::test(start_paused = true)]
async fn stop_switch_stops_a_change_at_once_until_it_is_turned_again() {
    let account = waiting(Mode::Approve).await;
    let control = decision::control(&invocation().run.origin);
    for body in [r#"{"stopped":true,"at":"2026-03-04T05:06:07Z","by":"alice","reason":"incident"}"#, "not json"] {
        account.put(&control, decision::SWITCH, body);
        account.decide("b", Wish::Approve, PERSON, 2).await;
        let result = account.sweep("run-2", 3).await;
        assert!(result["stopped"].is_string(), "{result}");
        assert_eq!((account.state("b").as_str(), account.writes()), ("approved", Vec::new()));
    }
    account.put(&control, decision::SWITCH, r#"{"stopped":false,"at":"2026-03-04T05:06:07Z"}"#);
    account.sweep("run-3", 4).await;
    assert_eq!((account.state("b").as_str(), account.writes().len()), ("verifying", 1));
}

#[tokio::test(start_paused = true)]
async fn change_is_made_in_a_window_alone() {
    // The first run is on a Wednesday at 05:06.
    let windows = vec!["Wed 08:00-09:00 UTC".to_owned()];
    let account = Account::new(Settings { windows, ..settings(Mode::Approve) });
    account.bad("b", 0, &[]);
    account.sweep("run-1", 1).await;
    let answer = account.decide("b", Wish::Approve, PERSON, 2).await;
    assert!(answer["note"].as_str().unwrap().contains("no change window is open"), "{answer}");
    account.sweep("run-2", 2 * HOUR).await;
    assert_eq!(account.writes(), Vec::<String>::new());
    account.sweep("run-3", 3 * HOUR + 30).await;
    assert_eq!(account.writes(), ["put b"]);
}

#[tokio::test(start_paused = true)]
async fn limit_holds_over_decisions_and_runs_and_the_rest_is_reported() {
    let limits = Limits { max_actions: 2, max_percent: 100 };
    let account = Account::new(Settings { limits, ..settings(Mode::Approve) });
    for number in 0..5 {
        account.bad(&format!("b-{number}"), 0, &[]);
    }
    account.sweep("run-1", 1).await;
    for number in 0..5 {
        account.decide(&format!("b-{number}"), Wish::Approve, PERSON, 2).await;
    }
    assert_eq!(account.writes().len(), 2);
    let result = account.sweep("run-2", 30).await;
    assert_eq!(result["left"]["the limit of 2 changes a run is reached"], 3, "{result}");
    assert_eq!(account.writes().len(), 2);
    account.sweep("run-3", 63).await;
    assert_eq!(account.writes().len(), 4, "an hour later is another run");
}

#[tokio::test(start_paused = true)]
async fn failures_stop_the_rule() {
    let account = Account::new(settings(Mode::Approve));
    for number in 0..5 {
        account.bad(&format!("b-{number}"), 0, &[]);
    }
    account.sweep("run-1", 1).await;
    account.world.lock().unwrap().refused.insert("PutBucketPolicy".to_owned());
    for number in 0..3 {
        account.decide(&format!("b-{number}"), Wish::Approve, PERSON, 2).await;
        assert_eq!(account.state(&format!("b-{number}")), "failed");
    }
    account.world.lock().unwrap().refused.clear();
    let answer = account.decide("b-3", Wish::Approve, PERSON, 3).await;
    assert!(answer["note"].as_str().unwrap().contains("3 remediations of the rule failed"), "{answer}");
    assert_eq!(account.writes(), Vec::<String>::new());
}
