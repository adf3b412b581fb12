//! A run that is short of time, throttled, killed at any call, or not alone: what it leaves is what one pass leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use functions_core::configuration::{MonitoringConfiguration, RuleEntry};
use serde_json::{Value, json};

use super::account::{Account, PREFIX, row};
use crate::tests::support::{Answer, Request};

type Kept = BTreeMap<String, String>;

/// What processing's destination says: Lambda tries it again.
fn asked() -> Value {
    json!({ "responsePayload": { "record": "reports/processing/x.json" } })
}

fn pages(count: usize, rows: usize) -> Vec<Vec<String>> {
    let verdict = |number: usize| if number.is_multiple_of(3) { "NON_COMPLIANT" } else { "COMPLIANT" };
    let row = |number: usize| row(&format!("{}", number % 2), &format!("bucket-{number}"), verdict(number));
    (0..count).map(|page| (page * rows..(page + 1) * rows).map(row).collect()).collect()
}

/// What one pass over these pages leaves, after what `before` left.
async fn one_pass(pages: Vec<Vec<String>>, run: &str, before: &Kept) -> (Kept, usize) {
    let account = Account::new(pages);
    account.objects.lock().unwrap().extend(before.clone());
    account.run(&asked(), run).await.unwrap();
    let kept = account.objects.lock().unwrap().clone();
    (kept, account.aws.requests().len())
}

/// What a killed function, or a service that is not well, answers.
fn failure(request: &Request, code: &str, status: u16) -> Answer {
    match request.headers.contains_key("x-amz-target") {
        true => (400, json!({ "__type": code, "message": "no" }).to_string()),
        false => (status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>")),
    }
}

/// How often a page of evaluation results was read.
fn pages_read(account: &Account) -> usize {
    account.aws.requests().iter().filter(|request| request.body.contains("AWS::Config::ResourceCompliance")).count()
}

/// Tries until it is done; how often.
async fn persist(account: &Account, run: &str, millis: u64) -> usize {
    for tries in 1..3_000 {
        match account.run_within(&asked(), run, millis).await {
            Ok(answer) if answer["unfinished"] == true => {}
            Ok(_) => return tries,
            Err(error) => assert!(error.error_type().starts_with("Retry."), "{error}"),
        }
    }
    panic!("it did not come to its end");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_short_of_time_goes_on_where_it_stood_and_reports_the_same() {
    let (expected, _) = one_pass(pages(50, 3), "run-1", &Kept::new()).await;
    let account = Account::new(pages(50, 3));
    let tries = persist(&account, "run-1", 0).await;
    assert_eq!(tries, 53, "a page each, and the three reads of what is known of the findings");
    assert_eq!(*account.objects.lock().unwrap(), expected);
    assert_eq!(pages_read(&account), 50, "no page is read twice");
}

/// The event of the last invocation that was asked for.
fn invoked(account: &Account) -> Value {
    let request = account.aws.requests().into_iter().rfind(|request| request.line.contains("/functions/")).unwrap();
    serde_json::from_str(&request.body).unwrap()
}

fn continuation(run: &str, number: u32) -> Value {
    json!({ "trigger": "continue", "of": "schedule", "number": number, "run": { "id": run, "time": "2026-03-04T05:06:07Z" } })
}

#[tokio::test(start_paused = true)]
async fn run_that_is_short_of_time_invokes_the_function_for_the_rest() {
    let (expected, _) = one_pass(pages(3, 3), "run-1", &Kept::new()).await;
    let account = Account::new(pages(3, 3));
    let answer = account.run_within(&json!({}), "run-1", 0).await.unwrap();
    assert_eq!(answer, json!({ "unfinished": true, "resources": 3 }));
    for (run, number) in [("other-1", 1), ("other-2", 2)] {
        let event = invoked(&account);
        assert_eq!(event, continuation("run-1", number));
        let millis = if number == 1 { 0 } else { 300_000 };
        account.run_within(&event, run, millis).await.unwrap();
    }
    assert_eq!(*account.objects.lock().unwrap(), expected, "one report, of the run that began");
    let answer = account.run(&continuation("run-1", 3), "other-3").await.unwrap();
    assert_eq!(answer["report"], format!("{PREFIX}index.html"), "nothing is left");
    assert_eq!(*account.objects.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn run_that_meets_an_unfinished_one_is_reported_however_short_its_time_is() {
    let account = Account::new(pages(3, 3));
    // It is never continued: its invocation was lost.
    account.run_within(&json!({}), "run-1", 0).await.unwrap();
    let mut answer = account.run_within(&json!({}), "run-2", 0).await.unwrap();
    for number in 1..=12 {
        if answer["unfinished"] != true {
            break;
        }
        assert_eq!(invoked(&account), continuation("run-2", number));
        answer = account.run_within(&continuation("run-2", number), &format!("other-{number}"), 0).await.unwrap();
    }
    for run in ["run-1", "run-2"] {
        assert_eq!(account.report(run)["totals"]["nonCompliant"], 3, "{run}: {answer}");
    }
    assert!(answer["report"].as_str().unwrap().contains("run-2"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn run_that_is_continued_too_often_fails() {
    let account = Account::new(pages(3, 3));
    account.run_within(&json!({}), "run-1", 0).await.unwrap();
    let error = account.run_within(&continuation("run-1", 12), "run-2", 0).await.unwrap_err();
    assert_eq!(error.error_type(), "Retry.Unfinished");
}

#[tokio::test(start_paused = true)]
async fn the_next_run_ends_what_another_one_began_and_then_does_its_own() {
    let (first, _) = one_pass(pages(9, 3), "run-1", &Kept::new()).await;
    let (expected, _) = one_pass(pages(9, 3), "run-2", &first).await;
    let account = Account::new(pages(9, 3));
    account.run_within(&asked(), "run-1", 0).await.unwrap();
    account.run(&asked(), "run-2").await.unwrap();
    assert_eq!(*account.objects.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn no_page_is_read_again_where_something_fails_after_the_last_one() {
    for fails in ["DescribeConfigurationAggregatorSourcesStatus", "DescribeConfigurationRecorderStatus", "latest.json"]
    {
        let fail = AtomicUsize::new(0);
        let account = Account::refusing(pages(5, 3), move |request| {
            let hit = request.operation().contains(fails) && fail.fetch_add(1, Ordering::Relaxed) == 0;
            hit.then(|| failure(request, "Killed", 400))
        });
        account.run(&asked(), "run-1").await.unwrap_err();
        account.run(&asked(), "run-1").await.unwrap();
        assert_eq!(pages_read(&account), 5, "{fails}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_run_left_and_nobody_can_end_does_not_keep_a_run_from_its_report() {
    let account = Account::refusing(pages(2, 3), |request| {
        request.line.contains("run-1/findings.csv").then(|| failure(request, "AccessDenied", 403))
    });
    account.run(&asked(), "run-1").await.unwrap_err();
    account.run(&asked(), "run-2").await.unwrap();
    assert_eq!(account.report("run-2")["totals"]["nonCompliant"], 2);
    assert_eq!(account.object("reports/aggregation/state.json"), "{}\n");
}

#[tokio::test(start_paused = true)]
async fn what_was_read_for_another_configuration_is_not_used() {
    let (expected, _) = one_pass(pages(4, 3), "run-1", &Kept::new()).await;
    let rule = RuleEntry { name: "other".to_owned(), ..RuleEntry::default() };
    let other = Account::configured(&MonitoringConfiguration::new([rule]).unwrap(), pages(9, 5), |_| None);
    other.run_within(&asked(), "run-1", 0).await.unwrap();
    let state = other.object("reports/aggregation/state.json");
    for state in
        [state.replace("compliance-aggregator", "another"), state, "{]".to_owned(), r#"{"gathered":1}"#.to_owned()]
    {
        let account = Account::new(pages(4, 3));
        account.put("reports/aggregation/state.json", &state);
        account.run(&asked(), "run-1").await.unwrap();
        assert_eq!(*account.objects.lock().unwrap(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_over_lets_the_run_begin_anew() {
    let (expected, _) = one_pass(pages(6, 3), "run-1", &Kept::new()).await;
    let asked_for = AtomicUsize::new(0);
    let account = Account::refusing(pages(6, 3), move |request| {
        let of_token = request.body.contains("ResourceCompliance") && request.body.contains("NextToken");
        let over = of_token && asked_for.fetch_add(1, Ordering::Relaxed) == 1;
        over.then(|| failure(request, "InvalidNextTokenException", 400))
    });
    account.run_within(&asked(), "run-1", 0).await.unwrap();
    account.run_within(&asked(), "run-1", 0).await.unwrap();
    account.run(&asked(), "run-1").await.unwrap();
    assert_eq!(*account.objects.lock().unwrap(), expected);
}

/// Everything under a run's report and its history was written with one content, however often.
fn assert_written_alike(account: &Account) {
    let mut written: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for request in account.aws.requests() {
        let path = request.line.split('?').next().unwrap().to_owned();
        if path.starts_with("PUT") && (path.contains("/history/") || path.contains("/run-")) {
            written.entry(path).or_default().insert(request.body);
        }
    }
    assert!(written.len() >= 8, "{:?}", written.keys());
    for (path, bodies) in written {
        assert_eq!(bodies.len(), 1, "{path}");
    }
}

/// Pages that are others each time they are read: whoever reads again reads something else.
fn moving(request: &Request, reads: &AtomicUsize) -> Option<Answer> {
    let number = reads.fetch_add(1, Ordering::Relaxed);
    let asked: Value = serde_json::from_str(&request.body).unwrap();
    let verdict = |one: usize| if (number + one).is_multiple_of(2) { "NON_COMPLIANT" } else { "COMPLIANT" };
    let rows: Vec<String> =
        (0..4).map(|one| row(&format!("{}", one % 2), &format!("bucket-{one}"), verdict(one / 2 + number))).collect();
    let mut answer = json!({ "Results": rows });
    if asked["NextToken"].is_null() {
        answer["NextToken"] = "2".into();
    }
    Some((200, answer.to_string()))
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_killed_at_any_call_and_comes_again_is_one_whole_report() {
    let (before, _) = one_pass(pages(1, 9), "run-0", &Kept::new()).await;
    let (expected, calls) = one_pass(pages(3, 3), "run-1", &before).await;
    assert!(calls > 20, "{calls}");
    for (killed, millis) in (0..calls).flat_map(|killed| [(killed, 300_000), (killed, 0)]) {
        // A process that is dead makes no further call.
        let (number, alive) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
        let revived = Arc::clone(&alive);
        let account = Account::refusing(pages(3, 3), move |request| {
            let dead = number.fetch_add(1, Ordering::Relaxed) >= killed && !revived.load(Ordering::Relaxed);
            dead.then(|| failure(request, "Killed", 400))
        });
        account.objects.lock().unwrap().extend(before.clone());
        let mut errors = Vec::new();
        for tries in 0.. {
            match account.run_within(&asked(), "run-1", millis).await {
                Ok(answer) if answer["unfinished"] == true => {}
                Ok(_) => break,
                Err(error) => {
                    errors.push(error.error_type());
                    alive.store(true, Ordering::Relaxed);
                }
            }
            assert!(tries < 9, "{errors:?}");
        }
        assert_eq!(errors.len(), 1, "at call {killed}: {errors:?}");
        assert_eq!(*account.objects.lock().unwrap(), expected, "at call {killed} of {millis} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn neither_killing_nor_a_retry_leaves_a_history_that_is_newer_than_its_report() {
    let (before, _) = one_pass(pages(1, 9), "run-0", &Kept::new()).await;
    for killed in 0..30 {
        let (number, reads, alive) = (AtomicUsize::new(0), AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
        let revived = Arc::clone(&alive);
        let account = Account::refusing(Vec::new(), move |request| {
            if number.fetch_add(1, Ordering::Relaxed) >= killed && !revived.load(Ordering::Relaxed) {
                return Some(failure(request, "Killed", 400));
            }
            request.body.contains("AWS::Config::ResourceCompliance").then(|| moving(request, &reads))?
        });
        account.objects.lock().unwrap().extend(before.clone());
        let mut failed = 0;
        for _ in 0..4 {
            failed += usize::from(account.run(&asked(), "run-1").await.is_err());
            alive.store(true, Ordering::Relaxed);
        }
        assert_eq!(failed, 1, "at call {killed}");
        assert_written_alike(&account);
    }
}

#[tokio::test(start_paused = true)]
async fn two_at_once_are_each_one_whole_report() {
    for runs in [["run-1", "run-1"], ["run-1", "run-2"]] {
        let reads = Arc::new(AtomicUsize::new(0));
        let account = Account::refusing(Vec::new(), move |request| {
            request.body.contains("AWS::Config::ResourceCompliance").then(|| moving(request, &reads))?
        });
        let event = asked();
        let (one, other) = tokio::join!(account.run(&event, runs[0]), account.run(&event, runs[1]));
        for (run, result) in runs.into_iter().zip([one, other]) {
            match result {
                Ok(answer) if answer["unfinished"] != true => {}
                Ok(_) => drop(persist(&account, run, 300_000).await),
                Err(error) => {
                    assert_eq!(error.error_type(), "Retry.Contended", "{error}");
                    persist(&account, run, 300_000).await;
                }
            }
        }
        assert_written_alike(&account);
        let list = account.object("reports/aggregation/index.html");
        for run in runs {
            account.object(&format!("{}summary.json", PREFIX.replace("run-1", run)));
            assert!(list.contains(run), "{run}: {list}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_three_tenths_of_whose_calls_are_throttled_comes_to_the_same_end() {
    let (expected, _) = one_pass(pages(20, 3), "run-1", &Kept::new()).await;
    let number = AtomicUsize::new(0);
    // Reads of AWS Config are sent again at their pace. A call of S3 is tried once here and fails the invocation, and so fewer of
    // them are throttled.
    let account = Account::refusing(pages(20, 3), move |request| {
        let mut hasher = DefaultHasher::new();
        number.fetch_add(1, Ordering::Relaxed).hash(&mut hasher);
        let hash = hasher.finish() % 100;
        match request.headers.contains_key("x-amz-target") {
            true => (hash < 30).then(|| failure(request, "ThrottlingException", 400)),
            false => (hash < 4).then(|| failure(request, "SlowDown", 503)),
        }
    });
    let tries = persist(&account, "run-1", 300_000).await;
    assert!(tries > 1, "no call was throttled to the end");
    assert_eq!(*account.objects.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_results_are_one_report() {
    let account = Account::new(pages(1_000, 100));
    let answer = account.run(&asked(), "run-1").await.unwrap();
    assert_eq!((&answer["resources"], &answer["nonCompliant"]), (&json!(100_000), &json!(33_334)));
    let findings = account.object(&format!("{PREFIX}findings.csv"));
    assert_eq!(findings.lines().count(), 33_335);
}
