//! What must not weaken a guard: time that passes, decisions that are repeated, failures that are forgotten, one entry that does
//! not read, settings that changed since.

use functions_core::remediation::{
    decision::{self, Wish},
    item::{self, Item},
    settings::{Mode, RuleSettings, Settings},
};
use serde_json::{Value, json};

use super::account::{Account, OPT_IN, PERSON, RULE, configuration, settings};
use crate::tests::support::{change_event, invocation};

const HOUR: u64 = 60;
const OPT_OUT: &str = "compliance:opt-out";

async fn waiting(settings: Settings) -> Account {
    let account = Account::new(settings);
    account.bad("b", 0, &[OPT_IN]);
    account.sweep("run-1", 1).await;
    account
}

/// An account whose change was made in minute 2.
async fn made() -> Account {
    let account = waiting(settings(Mode::Approve)).await;
    account.decide("b", Wish::Approve, PERSON, 2).await;
    assert_eq!((account.state("b").as_str(), account.writes().len()), ("verifying", 1));
    account
}

fn note(answer: &Value) -> &str {
    answer["note"].as_str().unwrap()
}

/// Replaces the stored remediation of the bucket, as if IAM allowed it.
fn overwrite(account: &Account, item: &Item) {
    let partition = item::partition(&invocation().run.origin);
    account.put(&partition, &Item::sort(&item.id), &serde_json::to_string(item).unwrap());
}

#[tokio::test(start_paused = true)]
async fn rule_that_changes_its_action_or_was_off_in_between_has_a_dry_run_again() {
    let other = |mut settings: Settings| {
        let rule = settings.rules.get_mut(RULE).unwrap();
        rule.parameters.insert("x".to_owned(), "1".to_owned());
        settings
    };
    let account = waiting(settings(Mode::Automatic)).await;
    let changed = account.deployed(&configuration(other(settings(Mode::Automatic))));
    let result = changed.sweep("run-2", 2 * HOUR).await;
    assert_eq!(result["left"]["the first run of a rule is a dry run"], 1, "{result}");
    assert_eq!(changed.writes(), Vec::<String>::new());
    changed.sweep("run-3", 4 * HOUR).await;
    assert_eq!(changed.writes(), ["put b"]);

    for between in [Settings::default(), settings(Mode::DryRun)] {
        let account = waiting(settings(Mode::Automatic)).await;
        account.deployed(&configuration(between)).sweep("run-2", 2 * HOUR).await;
        let again = account.deployed(&configuration(settings(Mode::Automatic)));
        again.sweep("run-3", 4 * HOUR).await;
        assert_eq!(again.writes(), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn plan_of_other_parameters_is_not_made() {
    let account = waiting(settings(Mode::Approve)).await;
    let mut changed = settings(Mode::Approve);
    changed.rules.get_mut(RULE).unwrap().parameters.insert("x".to_owned(), "1".to_owned());
    let changed = account.deployed(&configuration(changed));
    changed.decide("b", Wish::Approve, PERSON, 2).await;
    assert_eq!((changed.state("b").as_str(), changed.writes()), ("superseded", Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn tag_that_aws_config_does_not_know_yet_is_obeyed() {
    let account = waiting(settings(Mode::Approve)).await;
    account.tagged("b", &[OPT_OUT]);
    account.decide("b", Wish::Approve, PERSON, 2).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("superseded", Vec::new()));
    // The tag that permits a change is gone, which AWS Config does not know either.
    let account = waiting(settings(Mode::Automatic)).await;
    account.tagged("b", &[]);
    account.sweep("run-2", 2 * HOUR).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("advised", Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn resource_whose_tags_are_not_recorded_is_asked_for_them() {
    let account = Account::new(settings(Mode::Approve));
    account.bad("b", 0, &[]);
    account.world.lock().unwrap().state.details.insert("b".to_owned(), json!({ "arn": "arn:aws:s3:::b" }));
    account.tagged("b", &[OPT_OUT]);
    let result = account.sweep("run-1", 1).await;
    assert_eq!((&result["planned"], account.state("b").as_str()), (&json!(0), "none"), "{result}");
    // And where nobody answers, nothing is planned.
    account.tagged("b", &[]);
    account.world.lock().unwrap().refused.insert("GetResources".to_owned());
    assert_eq!(account.sweep("run-2", 2).await["planned"], 0);
    account.world.lock().unwrap().refused.clear();
    assert_eq!(account.sweep("run-3", 3).await["planned"], 1);
}

#[tokio::test(start_paused = true)]
async fn window_that_closes_during_a_run_stops_what_is_left_of_it() {
    // The run starts on a Wednesday at 05:07:07 and takes minutes; the window closes at 05:08.
    let account =
        waiting(Settings { windows: vec!["Wed 05:00-05:08 UTC".to_owned()], ..settings(Mode::Approve) }).await;
    let slow = invocation_at(&account, 1, 120);
    let item = account.item("b");
    let digest = item.plan.as_ref().unwrap().digest();
    let decided = json!({ "wish": "approve", "digest": digest, "round": 1, "at": "2026-03-04T05:06:07Z" });
    account.put(&decision::partition(PERSON), &item.id, &decided.to_string());
    let event = json!({ "trigger": "decision", "id": item.id, "by": PERSON });
    let answer = account.remediation().handle(&event, &slow).await.unwrap();
    assert!(note(&answer).contains("no change window is open"), "{answer}");
    assert_eq!(account.writes(), Vec::<String>::new());
}

/// An invocation of the minute that has taken so many seconds already.
fn invocation_at(_: &Account, minutes: u64, seconds: u64) -> crate::invocation::Invocation {
    let mut slow = crate::tests::support::at("slow", minutes);
    slow.began = tokio::time::Instant::now().checked_sub(std::time::Duration::from_secs(seconds)).unwrap();
    slow
}

#[tokio::test(start_paused = true)]
async fn evaluation_of_an_older_record_or_during_the_run_confirms_nothing() {
    let account = made().await;
    // A rule that runs once a day may evaluate what was recorded before the change.
    account.record("b", 1);
    account.evaluate("b", "COMPLIANT", 10);
    account.sweep("run-2", 11).await;
    assert_eq!(account.state("b"), "verifying");
    account.record("b", 12);
    account.sweep("run-3", 13).await;
    assert_eq!(account.state("b"), "fixed");
}

#[tokio::test(start_paused = true)]
async fn change_of_a_finding_that_is_closed_or_unknown_is_not_made() {
    let account = waiting(settings(Mode::Approve)).await;
    account.finding("b", 2, false);
    account.decide("b", Wish::Approve, PERSON, 3).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("superseded", Vec::new()));

    // A finding that AWS Config has and processing has not stored yet is planned at most.
    let account = Account::new(settings(Mode::Approve));
    account.bad("b", 0, &[OPT_IN]);
    account.evaluate("b", "NON_COMPLIANT", 0);
    let mut event = change_event("b");
    event["detail"]["configRuleName"] = json!(RULE);
    account.world.lock().unwrap().state.table.clear();
    account.handle(&crate::tests::support::batch(&[("m1", event.to_string())]), "run-1", 1).await.unwrap();
    let answer = account.decide("b", Wish::Approve, PERSON, 2).await;
    assert!(note(&answer).contains("processing has not stored the finding"), "{answer}");
    account.sweep("run-2", 3).await;
    assert_eq!((account.state("b").as_str(), account.writes()), ("superseded", Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn decision_of_somebody_is_followed_once_whoever_repeats_it() {
    let windows = vec!["Wed 05:00-06:00 UTC".to_owned()];
    let account = waiting(Settings { windows, ..settings(Mode::Approve) }).await;
    account.decide("b", Wish::Approve, PERSON, 2).await;
    let answer = account.decide("b", Wish::Undo, PERSON, 4 * HOUR).await;
    assert!(note(&answer).contains("no change window is open"), "{answer}");
    assert!(account.item("b").reason().contains("undo was refused"));
    // A week later the window is open, and another person repeats the event.
    let id = account.item("b").id;
    for minutes in [20 * HOUR, 7 * 24 * HOUR] {
        account.decided(&id, PERSON, minutes).await;
    }
    assert_eq!(account.writes(), ["put b"]);
    account.decide("b", Wish::Undo, PERSON, 7 * 24 * HOUR).await;
    assert_eq!((account.state("b").as_str(), account.writes().len()), ("undone", 2));
}

#[tokio::test(start_paused = true)]
async fn entry_that_does_not_read_ends_no_run() {
    let account = waiting(settings(Mode::Approve)).await;
    account.decide("b", Wish::Approve, PERSON, 2).await;
    let partition = item::partition(&invocation().run.origin);
    account.put(&partition, &Item::sort("0000000000000000"), "{}");
    account.bad("c", 0, &[]);
    account.judge("b", "COMPLIANT", 20);
    let result = account.sweep("run-2", 21).await;
    assert_eq!((account.state("b").as_str(), &result["planned"]), ("fixed", &json!(1)), "{result}");
    assert!(result["left"].to_string().contains("item/0000000000000000"), "{result}");
}

#[tokio::test(start_paused = true)]
async fn long_reason_of_a_person_does_not_outgrow_the_entry() {
    let account = waiting(settings(Mode::Approve)).await;
    let item = account.item("b");
    let digest = item.plan.as_ref().unwrap().digest();
    let reason = "x".repeat(300_000);
    let decided = json!({
        "wish": "approve", "digest": digest, "round": 1, "at": "2026-03-04T05:06:07Z", "reason": reason,
    });
    account.put(&decision::partition(PERSON), &item.id, &decided.to_string());
    account.decided(&item.id, PERSON, 2).await;
    assert_eq!(account.writes(), ["put b"]);
    assert!(serde_json::to_string(&account.item("b")).unwrap().len() < 10_000);
}

#[tokio::test(start_paused = true)]
async fn approved_change_that_expired_is_planned_and_asked_for_again() {
    let windows = vec!["Sun 00:00-00:01 UTC".to_owned()];
    let account = waiting(Settings { windows, ..settings(Mode::Approve) }).await;
    account.decide("b", Wish::Approve, PERSON, 71 * HOUR).await;
    // The plan is older than three days, and the approval is not.
    account.sweep("run-2", 100 * HOUR).await;
    assert_eq!(account.state("b"), "approved");
    account.sweep("run-3", 144 * HOUR).await;
    let item = account.item("b");
    assert_eq!((item.state.word(), item.round), ("awaiting approval", 2));
    assert_eq!(account.world.lock().unwrap().state.published.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn undo_and_verification_of_a_rule_that_is_off_have_a_reason_and_are_no_failures() {
    for later in [settings(Mode::DryRun), Settings::default()] {
        let account = made().await;
        let account = account.deployed(&configuration(later));
        let answer = account.decide("b", Wish::Undo, PERSON, 3).await;
        assert!(note(&answer).contains("undo needs its mode `approve`"), "{answer}");
        assert_eq!((account.state("b").as_str(), account.writes()), ("verifying", vec!["put b".to_owned()]));
    }
    let account = made().await;
    let off = account.deployed(&configuration(Settings::default()));
    off.world.lock().unwrap().refused.insert("GetComplianceDetailsByResource".to_owned());
    off.sweep("run-2", 72 * HOUR).await;
    let item = off.item("b");
    assert_eq!((item.state.word(), item.reason().contains("not verified")), ("superseded", true));
    // When the rule is on again, the change can be undone.
    off.world.lock().unwrap().refused.clear();
    let on = off.deployed(&configuration(settings(Mode::Approve)));
    on.decide("b", Wish::Undo, PERSON, 73 * HOUR).await;
    assert_eq!((on.state("b").as_str(), on.writes().len()), ("undone", 2));
}

#[tokio::test(start_paused = true)]
async fn interrupted_change_is_recovered_whatever_the_settings_are_now() {
    for later in [settings(Mode::DryRun), Settings::default()] {
        let account = waiting(settings(Mode::Approve)).await;
        let item = account.item("b");
        let begun = Item { state: functions_core::remediation::state::State::Acting, ..item };
        overwrite(&account, &begun);
        let account = account.deployed(&configuration(later));
        account.sweep("run-2", 2 * HOUR).await;
        assert_ne!(account.state("b"), "acting");
    }
}

#[tokio::test(start_paused = true)]
async fn failures_count_for_a_day_whatever_becomes_of_their_remediations() {
    let account = Account::new(settings(Mode::Approve));
    for number in 0..4 {
        account.bad(&format!("b-{number}"), 0, &[]);
    }
    account.sweep("run-1", 1).await;
    account.world.lock().unwrap().refused.insert("PutBucketPolicy".to_owned());
    for number in 0..3 {
        account.decide(&format!("b-{number}"), Wish::Approve, PERSON, 2).await;
    }
    account.world.lock().unwrap().refused.clear();
    // The findings open again, and their remediations begin anew.
    for number in 0..3 {
        account.bad(&format!("b-{number}"), 10, &[]);
    }
    account.sweep("run-2", 11).await;
    assert_eq!(account.state("b-0"), "awaiting approval");
    // A switch of the future does not hide them either.
    let control = decision::control(&invocation().run.origin);
    account.put(&control, decision::SWITCH, r#"{"stopped":false,"at":"2099-01-01T00:00:00Z"}"#);
    let answer = account.decide("b-3", Wish::Approve, PERSON, 12).await;
    assert!(note(&answer).contains("3 remediations of the rule failed"), "{answer}");
    account.put(&control, decision::SWITCH, r#"{"stopped":false,"at":"2026-03-04T06:00:00Z"}"#);
    account.sweep("run-3", 2 * HOUR).await;
    assert_eq!(account.writes(), ["put b-3"]);
}

#[tokio::test(start_paused = true)]
async fn change_that_had_no_effect_is_a_failure() {
    let account =
        waiting(Settings { rules: [(RULE.to_owned(), automatic())].into(), ..settings(Mode::Automatic) }).await;
    account.world.lock().unwrap().broken.insert("PutBucketPolicy".to_owned());
    for run in 1..12 {
        account.sweep(&format!("run-{run}"), 2 * HOUR * run).await;
    }
    assert_eq!(account.world.lock().unwrap().tried, 3, "three failures of a rule within a day stop it");
}

fn automatic() -> RuleSettings {
    settings(Mode::Automatic).rules.remove(RULE).unwrap()
}

#[tokio::test(start_paused = true)]
async fn number_of_resources_that_is_none_stops_a_change() {
    let account = waiting(settings(Mode::Approve)).await;
    account.world.lock().unwrap().buckets = 0;
    let answer = account.decide("b", Wish::Approve, PERSON, 2).await;
    assert!(note(&answer).contains("how many resources there are cannot be determined"), "{answer}");
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn undo_has_the_guards_of_a_change() {
    type Forbid = fn(&Account);
    let stack: Forbid = |account| {
        account.world.lock().unwrap().stacks.insert("b".to_owned(), "shop".to_owned());
    };
    let tag: Forbid = |account| account.tagged("b", &[OPT_OUT]);
    let unknown: Forbid = |account| {
        account.world.lock().unwrap().refused.insert("DescribeStackResources".to_owned());
    };
    let uncounted: Forbid = |account| account.world.lock().unwrap().buckets = 0;
    for forbid in [stack, tag, unknown, uncounted] {
        let account = made().await;
        forbid(&account);
        let answer = account.decide("b", Wish::Undo, PERSON, 3).await;
        assert_eq!(
            (account.state("b").as_str(), account.writes()),
            ("verifying", vec!["put b".to_owned()]),
            "{answer}"
        );
    }
    // It takes from the limits of the run, too, but for what the run itself changed.
    let mut limited = settings(Mode::Approve);
    limited.limits.max_actions = 1;
    let account = Account::new(limited);
    for (bucket, minutes) in [("b", 0), ("c", 2 * HOUR)] {
        account.bad(bucket, 0, &[]);
        account.sweep("run", minutes + 1).await;
        account.decide(bucket, Wish::Approve, PERSON, minutes + 2).await;
    }
    let answer = account.decide("b", Wish::Undo, PERSON, 2 * HOUR + 3).await;
    assert!(note(&answer).contains("limit of 1 changes"), "{answer}");
    account.decide("c", Wish::Undo, PERSON, 2 * HOUR + 4).await;
    account.decide("b", Wish::Undo, PERSON, 4 * HOUR).await;
    assert_eq!((account.state("b").as_str(), account.state("c").as_str()), ("undone", "undone"));
}

#[tokio::test(start_paused = true)]
async fn with_four_eyes_one_person_alone_undoes_nothing() {
    let account = waiting(Settings { four_eyes: true, ..settings(Mode::Approve) }).await;
    let bob = "AROAY:bob";
    account.decide("b", Wish::Approve, PERSON, 2).await;
    // The second person is asked as well.
    assert_eq!(account.world.lock().unwrap().state.published.len(), 2);
    // Another session of the same role is the same person.
    account.decide("b", Wish::Approve, "AROAX:bob", 3).await;
    assert_eq!(account.writes(), Vec::<String>::new());
    account.decide("b", Wish::Approve, bob, 4).await;
    assert_eq!(account.writes(), ["put b"]);
    for (by, minutes) in [(PERSON, 5), (PERSON, 6), ("AROAX:bob", 7)] {
        account.decide("b", Wish::Undo, by, minutes).await;
    }
    assert_eq!(account.writes(), ["put b"]);
    account.decide("b", Wish::Undo, bob, 8).await;
    assert_eq!(account.state("b"), "undone");
}

#[tokio::test(start_paused = true)]
async fn request_for_approval_that_was_not_sent_is_sent_by_the_next_run() {
    let account = Account::new(settings(Mode::Approve));
    account.bad("b", 0, &[]);
    account.world.lock().unwrap().refused.insert("Publish".to_owned());
    let result = account.sweep("run-1", 1).await;
    assert_eq!((account.state("b").as_str(), &result["planned"]), ("awaiting approval", &json!(1)));
    account.world.lock().unwrap().refused.clear();
    let published = |account: &Account| account.world.lock().unwrap().state.published.len();
    account.sweep("run-2", 2).await;
    assert_eq!(published(&account), 1);
    account.sweep("run-3", 3).await;
    assert_eq!(published(&account), 1, "it is sent once");
}

#[tokio::test(start_paused = true)]
async fn parts_beyond_a_bound_are_not_held_in_memory_and_never_lost() {
    let account = waiting(settings(Mode::Approve)).await;
    let item = account.item("b");
    let long = json!({ "policy": "x".repeat(300_000) });
    for number in 0..30 {
        let mut other = item.clone();
        other.id = format!("{number:016x}");
        other.resource.resource_id = format!("c-{number}");
        other.plan.as_mut().unwrap().before = long.clone();
        overwrite(&account, &other);
    }
    let (items, _) = account.remediation().items(&invocation().run.origin).await.unwrap();
    let held = items.iter().filter(|item| !item.partial).count();
    assert!((25..28).contains(&held), "{held}");
    // Their findings are gone: each ends with its parts.
    account.sweep("run-2", 2).await;
    let partition = item::partition(&invocation().run.origin);
    let world = account.world.lock().unwrap();
    let stored = &world.state.table[&(partition, Item::sort("000000000000001d"))]["body"]["S"];
    let stored: Item = serde_json::from_str(stored.as_str().unwrap()).unwrap();
    assert_eq!((stored.state.word(), &stored.plan.unwrap().before), ("superseded", &long));
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_approved_findings_keep_to_the_limit_and_the_rest_is_reported() {
    for mode in [Mode::Approve, Mode::Automatic] {
        let mut all = settings(mode);
        all.limits.max_actions = 7;
        let account = waiting(all).await;
        let item = account.item("b");
        let approved = |item: &Item| {
            let mut item = item.clone();
            item.state = functions_core::remediation::state::State::Approved;
            item.approved_by = Some(PERSON.to_owned());
            item.note(item.state, &invocation().run.time, PERSON, "");
            item
        };
        let origin = invocation().run.origin;
        let digest = item.plan.as_ref().unwrap().digest();
        let decided = json!({ "wish": "approve", "digest": digest, "round": 1, "at": "2026-03-04T05:06:07Z" });
        for number in 0..10_000 {
            let bucket = format!("b-{number:05}");
            account.bad(&bucket, 0, &[OPT_IN]);
            let mut other = item.clone();
            other.resource.resource_id = bucket.clone();
            other.arn = Some(format!("arn:aws:s3:::{bucket}"));
            other.id = item::id(&origin, RULE, &other.resource);
            // The plan of each bucket names it.
            let plan = other.plan.as_mut().unwrap();
            plan.after =
                serde_json::from_str(&plan.after.to_string().replace(":::b", &format!(":::{bucket}"))).unwrap();
            let digest = plan.digest();
            let decided = Value::String(decided.to_string().replace(decided["digest"].as_str().unwrap(), &digest));
            account.put(&decision::partition(PERSON), &other.id, decided.as_str().unwrap());
            overwrite(&account, &if mode == Mode::Approve { approved(&other) } else { other });
        }
        account.world.lock().unwrap().state.rows = 20_000;
        account.world.lock().unwrap().buckets = 20_000;
        let result = account.sweep("run-2", 2 * HOUR).await;
        assert_eq!((&result["changed"], account.writes().len()), (&json!(7), 7), "{mode:?}: {result}");
        let left = result["left"]["the limit of 7 changes a run is reached"].as_u64().unwrap();
        // All of them, and the first one where it is automatic as well.
        assert!((9_993..=9_994).contains(&left), "{mode:?}: {result}");
    }
}
