use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use compliance_types::{choices::DigestPeriod, severity::Severity};
use functions_core::configuration::{Notices, Route};
use functions_core::evaluate::RULES_PER_CALL;

use super::fake::{Account, Fault, at, entry};
use super::*;
use crate::testing::{batch, change_event};

const KEY: &str = "reports/processing/2026/03/04/123456789012/eu-central-1/run-1.json";
pub const BAD: &str = "NON_COMPLIANT";
pub const GOOD: &str = "COMPLIANT";

/// An account whose rule `a` has settled with these results.
pub async fn settled(results: &[(&str, &str)]) -> Account {
    let account = Account::new(&["a", "b"]);
    account.judge("a", results);
    account.settle().await;
    account.state.lock().unwrap().published.clear();
    account
}

pub fn change(id: &str) -> Value {
    batch(&[("m", change_event(id).to_string())])
}

#[tokio::test(start_paused = true)]
async fn rules_are_read_25_a_call_and_one_record_is_written() {
    let names: Vec<String> = (0..60).map(|number| format!("rule-{number:02}")).collect();
    let account = Account::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for name in &names {
        account.judge(name, &[("x", GOOD)]);
    }
    let answer = account.run(&json!({}), "run-1", 0).await.unwrap();
    assert_eq!(
        answer,
        json!({ "record": KEY, "rules": 60, "compliant": 60, "nonCompliant": 0, "notApplicable": 0,
                "insufficientData": 0, "missing": 0 })
    );
    let described = account.operations().iter().filter(|each| *each == "DescribeComplianceByConfigRule").count();
    assert_eq!(described, 60_usize.div_ceil(RULES_PER_CALL));
    let record: EvaluationRecord = serde_json::from_str(&account.state.lock().unwrap().objects[KEY]).unwrap();
    assert_eq!((record.trigger, record.rules.len()), (Trigger::Manual, 60));
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_is_gone_does_not_hide_the_others() {
    let account = Account::new(&["a", "b", "c"]);
    account.judge("a", &[("x", GOOD)]);
    account.judge("c", &[("x", BAD)]);
    account.state.lock().unwrap().results.remove("b");
    let answer = account.look("run-1", 0).await;
    assert_eq!((&answer["compliant"], &answer["nonCompliant"], &answer["missing"]), (&json!(1), &json!(1), &json!(1)));
}

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
async fn what_no_event_told_the_next_scheduled_read_finds() {
    let account = settled(&[("x", GOOD), ("y", BAD)]).await;
    account.judge("a", &[("x", BAD), ("y", GOOD)]);
    account.look("run-1", 360).await;
    assert_eq!(account.told(), ["nonCompliant x", "fixed y"]);
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
async fn two_runs_at_once_lose_no_update_and_tell_nothing_twice() {
    for round in 0..8 {
        let account = settled(&[("x", BAD), ("z", GOOD)]).await;
        account.judge("a", &[("x", GOOD), ("y", BAD), ("z", BAD)]);
        let (event, schedule) = (change("y"), json!({ "detail-type": "Scheduled Event" }));
        let (first, second) =
            tokio::join!(account.run(&event, "run-1", 1), account.run(&schedule, "run-2", 1 + round % 2),);
        first.unwrap();
        second.unwrap();
        // One may have left the other's notice alone while that one was sending it.
        account.look("run-3", 20).await;
        let mut told = account.told();
        told.sort();
        assert_eq!(told, ["fixed x", "nonCompliant y", "nonCompliant z"]);
    }
}

/// Every call of a run fails once, in turn, in every way; then the same run comes again, as Lambda does it, or another one.
#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_at_any_step_and_comes_again_does_nothing_twice_and_loses_nothing() {
    for retried in ["run-1", "run-2"] {
        let mut step = 0;
        loop {
            let account = settled(&[("x", BAD), ("z", GOOD)]).await;
            account.judge("a", &[("x", GOOD), ("y", BAD), ("z", BAD)]);
            let (hit, taken) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
            let (counted, published) = (Arc::clone(&hit), Arc::clone(&taken));
            account.fail(move |call, request| {
                // A process that is dead makes no further call.
                let dead = call >= step;
                counted.fetch_add(usize::from(dead), Ordering::Relaxed);
                if request.body.contains("Action=Publish") && !dead {
                    published.store(call, Ordering::Relaxed);
                }
                dead.then_some(Fault::Refused("Killed"))
            });
            let answer = account.run(&json!({}), "run-1", 1).await;
            account.heal();
            if hit.load(Ordering::Relaxed) == 0 {
                answer.unwrap();
                assert!(step > 12, "the run made {step} calls");
                break;
            }
            answer.unwrap_err();
            // After the claims of the dead run have ended.
            account.run(&json!({}), retried, 10).await.unwrap();
            // The message that SNS took and that nobody could write down any more comes again, under its id.
            let doubled = taken.load(Ordering::Relaxed).checked_add(1) == Some(step);
            let messages = account.messages();
            assert_eq!(messages.len(), if doubled { 2 } else { 1 }, "killed at call {step}, then {retried}");
            assert!(messages.iter().all(|message| message["id"] == messages[0]["id"]));
            let mut told = account.told().into_iter().take(3).collect::<Vec<_>>();
            told.sort();
            assert_eq!(told, ["fixed x", "nonCompliant y", "nonCompliant z"], "killed at call {step}, then {retried}");
            assert_eq!(account.entries("ready/"), 0);
            step += 1;
        }
    }
}

/// The answer of each call is lost once, after its effect. What SNS took and nobody could note comes again, under one id.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_doubles_no_transition_and_at_most_the_message_under_way() {
    let mut step = 0;
    loop {
        let account = settled(&[("x", BAD), ("z", GOOD)]).await;
        account.judge("a", &[("x", GOOD), ("y", BAD), ("z", BAD)]);
        let hit = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&hit);
        account.fail(move |call, request| {
            let lost = call == step;
            if lost {
                *kept.lock().unwrap() = Some(request.body.contains("Action=Publish"));
            }
            lost.then_some(Fault::Unheard)
        });
        let first = account.run(&json!({}), "run-1", 1).await;
        account.heal();
        let Some(publishing) = *hit.lock().unwrap() else {
            first.unwrap();
            break;
        };
        account.run(&json!({}), "run-2", 10).await.unwrap();
        let messages = account.messages();
        let ids: std::collections::BTreeSet<_> = messages.iter().map(|message| message["id"].to_string()).collect();
        assert_eq!(ids.len(), 1, "lost at call {step}");
        assert_eq!(messages.len(), if publishing { 2 } else { 1 }, "lost at call {step}");
        step += 1;
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_third_of_all_calls_throttled_everything_is_told_once_in_the_end() {
    for seed in 1..6_usize {
        let account = settled(&[("x", BAD), ("z", GOOD)]).await;
        account.judge("a", &[("x", GOOD), ("y", BAD), ("z", BAD)]);
        let mut state = seed;
        account.fail(move |_, request| {
            // A linear congruential generator: the same calls in every run of the test.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let code = if request.line.starts_with("GET /reports") || request.line.starts_with("PUT") {
                "SlowDown"
            } else {
                "ThrottlingException"
            };
            (state >> 33 & 1023 < 307).then_some(Fault::Refused(code))
        });
        let mut minutes = 1;
        for run in 0..400 {
            let answer = account.run(&change("y"), &format!("run-{run}"), minutes).await;
            if let Err(error) = &answer {
                assert!(error.error_type().starts_with("Retry."), "{error}");
            }
            minutes += 6;
        }
        account.heal();
        account.look("last", minutes).await;
        // A message that SNS took and that could not be noted comes again, under its id.
        let mut ids = std::collections::BTreeSet::new();
        account.state.lock().unwrap().published.retain(|message| {
            let machine: Value = serde_json::from_str(message["default"].as_str().unwrap()).unwrap();
            ids.insert(machine["id"].as_str().unwrap().to_owned())
        });
        let mut told = account.told();
        told.sort();
        assert_eq!(told, ["fixed x", "nonCompliant y", "nonCompliant z"], "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_digest_gathers_until_its_time_and_tells_everything_once() {
    let notices = Notices { digest: DigestPeriod::Daily, ..Notices::default() };
    let account = Account::with(MonitoringConfiguration::new([entry("a")]).unwrap().with_notices(notices));
    account.judge("a", &[("x", GOOD), ("y", GOOD)]);
    account.settle().await;
    assert_eq!(account.kinds(), ["summary"], "a summary does not wait");
    account.judge("a", &[("x", BAD), ("y", GOOD)]);
    account.look("run-1", 1).await;
    assert_eq!(account.told(), ["nonCompliant x"], "the first digest is due at once");
    account.judge("a", &[("x", GOOD), ("y", BAD)]);
    account.look("run-2", 60).await;
    account.judge("a", &[("x", GOOD), ("y", GOOD)]);
    account.look("run-3", 120).await;
    assert_eq!(account.told().len(), 1);
    let digest = json!({ "trigger": "digest" });
    assert_eq!(account.run(&digest, "run-4", 1_400).await.unwrap(), json!({ "notices": 0 }));
    assert_eq!(account.run(&digest, "run-5", 1_441).await.unwrap(), json!({ "notices": 1 }));
    let mut told = account.told();
    told.sort();
    assert_eq!(told, ["fixed x", "fixed y", "nonCompliant x", "nonCompliant y"]);
    assert_eq!(account.entries("held/"), 0);
    assert_eq!(account.run(&digest, "run-6", 2_900).await.unwrap(), json!({ "notices": 0 }), "nothing, so no message");
}

#[tokio::test(start_paused = true)]
async fn a_route_gets_a_message_of_its_own() {
    let route = Route { severities: vec![Severity::Critical], ..Route::default() };
    let notices = Notices { routes: [("soc".to_owned(), route)].into(), ..Notices::default() };
    let mut critical = entry("a");
    critical.severity = Severity::Critical;
    let account = Account::with(MonitoringConfiguration::new([critical, entry("b")]).unwrap().with_notices(notices));
    account.judge("a", &[("x", GOOD)]);
    account.judge("b", &[("x", GOOD)]);
    account.settle().await;
    account.judge("a", &[("x", BAD)]);
    account.judge("b", &[("x", BAD)]);
    account.look("run-1", 1).await;
    let mut rules: Vec<_> = account.messages()[1..]
        .iter()
        .map(|message| message["transitions"][0]["rule"].as_str().unwrap().to_owned())
        .collect();
    rules.sort();
    assert_eq!(rules, ["a", "b"], "a message each");
}

#[tokio::test(start_paused = true)]
async fn the_way_through_the_topic_is_tested_once() {
    let account = settled(&[]).await;
    let alarms = account.state.lock().unwrap().alarms.clone();
    assert_eq!(alarms.len(), 2);
    assert!(
        alarms[0].starts_with("ALARM ") && alarms[1].starts_with("OK ") && alarms[1].contains("run-0"),
        "{alarms:?}"
    );
    account.look("run-1", 10).await;
    account.look("run-2", 20).await;
    let state = account.state.lock().unwrap();
    assert_eq!((state.alarms.len(), state.queue.len(), state.published.len()), (2, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_is_slow_finds_the_message_and_one_that_is_too_slow_does_not_cry_wolf() {
    for days in [2, 7, 13, 14, 30] {
        let account = Account::new(&["a"]);
        account.look("run-0", 0).await;
        account.look("run-1", days * 24 * 60).await;
        account.look("run-2", 2 * days * 24 * 60).await;
        assert_eq!(account.kinds().iter().filter(|kind| *kind == "deliveryLost").count(), 0, "{days} days");
    }
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_does_not_come_is_told_once_and_tested_again() {
    let account = Account::new(&["a"]);
    account.state.lock().unwrap().deaf = true;
    account.look("run-0", 0).await;
    account.look("run-1", 2).await;
    assert_eq!(account.kinds(), ["summary"], "it may still come");
    account.look("run-2", 10).await;
    account.state.lock().unwrap().deaf = false;
    account.look("run-3", 20).await;
    assert_eq!(account.kinds(), ["summary", "deliveryLost"]);
    assert_eq!(account.state.lock().unwrap().alarms.len(), 6);
    account.look("run-4", 30).await;
    account.look("run-5", 40).await;
    assert_eq!(account.state.lock().unwrap().alarms.len(), 6, "it came");
}

#[tokio::test(start_paused = true)]
async fn another_configuration_than_deployed_is_refused_before_anything_is_read_by_it() {
    let account = Account::new(&["a"]);
    account.state.lock().unwrap().objects.insert(key::CONFIGURATION.to_owned(), "{}".to_owned());
    let error = account.run(&json!({}), "run-1", 0).await.unwrap_err();
    assert_eq!(error.error_type(), "Retry.OtherConfiguration");
    assert_eq!(account.operations().len(), 1);
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

#[tokio::test(start_paused = true)]
async fn an_event_of_no_known_kind_is_refused_with_what_is_expected() {
    let account = Account::new(&["a"]);
    let error = account.run(&json!({ "detail-type": "Something" }), "run-1", 0).await.unwrap_err();
    assert_eq!(error.error_type(), "GiveUp.Event");
    assert!(error.to_string().starts_with("expected a scheduled event"), "{error}");
    assert!(account.operations().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_table_a_bucket_or_a_topic_that_is_gone_is_named_and_nothing_is_half_written() {
    for (broken, code, expected) in [
        ("TransactWriteItems", "ResourceNotFoundException", "TransactWriteItems of "),
        ("Query", "ResourceNotFoundException", "Query `findings/123456789012` of `ledger`"),
        ("GET /reports", "NoSuchBucket", "GetObject `configuration/monitoring.json` of `reports`"),
        ("PUT /reports", "NoSuchBucket", "PutObject `reports/processing/"),
        ("Publish", "NotFound", "Publish to `arn:aws:sns"),
    ] {
        let account = settled(&[("x", GOOD)]).await;
        account.judge("a", &[("x", BAD)]);
        account.fail(move |_, request| {
            let hit = request.operation() == broken
                || request.line.starts_with(broken)
                || request.body.contains(&format!("Action={broken}&"));
            hit.then_some(Fault::Refused(code))
        });
        let error = account.run(&change("x"), "run-1", 1).await.unwrap_err();
        assert_eq!(error.error_type(), "GiveUp.Aws", "{broken}");
        assert!(error.to_string().contains(expected), "{broken}: {error}");
        assert!(account.told().is_empty());
        account.heal();
        account.run(&change("x"), "run-2", 2).await.unwrap();
        assert_eq!(account.told(), ["nonCompliant x"], "{broken}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_somebody_spoilt_is_named() {
    let account = settled(&[("x", BAD)]).await;
    for item in account.state.lock().unwrap().table.values_mut() {
        item["body"] = json!({ "S": "spoilt" });
    }
    let error = account.run(&json!({}), "run-1", 1).await.unwrap_err();
    assert_eq!(error.error_type(), "GiveUp.Ledger");
    assert!(error.to_string().contains("does not read"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_another_run_is_sending_is_left_to_it() {
    let account = settled(&[("x", GOOD)]).await;
    account.judge("a", &[("x", BAD)]);
    // It dies after SNS took the message.
    account.fail(|_, request| request.body.contains("Action=Publish").then_some(Fault::Unheard));
    account.run(&change("x"), "run-1", 1).await.unwrap_err();
    account.heal();
    account.run(&change("x"), "run-2", 2).await.unwrap();
    assert_eq!(account.told().len(), 1, "the claim of the first run lasts");
    account.run(&change("x"), "run-3", 7).await.unwrap();
    assert_eq!(account.told(), ["nonCompliant x", "nonCompliant x"], "what may have been lost comes again");
    let ids: Vec<_> = account.messages().iter().map(|message| message["id"].clone()).collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test(start_paused = true)]
async fn a_run_without_rules_or_results_is_a_summary_of_nothing() {
    let account = Account::new(&[]);
    let answer = account.look("run-1", 0).await;
    assert_eq!((&answer["rules"], account.kinds().as_slice()), (&json!(0), ["summary".to_owned()].as_slice()));
    assert_eq!(account.messages()[0]["openFindings"], 0);
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

#[tokio::test(start_paused = true)]
async fn the_run_of_a_deployment_is_like_any_other() {
    let account = Account::new(&["a"]);
    account.run(&json!({ "trigger": "deployment" }), "run-1", 0).await.unwrap();
    let record: EvaluationRecord = serde_json::from_str(&account.state.lock().unwrap().objects[KEY]).unwrap();
    assert_eq!(record.trigger, Trigger::Deployment);
    assert_eq!(at("run-1", 0).run.id, "run-1");
}
