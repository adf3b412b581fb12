//! Calls that fail, answers that are lost, runs that are killed or run at once: everything is sent, and nothing twice.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use super::{BAD, GOOD, account::Fault, change, settled};

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
