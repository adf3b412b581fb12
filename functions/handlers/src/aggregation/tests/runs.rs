//! A run after others: what it compares itself with, what it continues, and the list of all of them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use functions_core::key;
use serde_json::{Value, json};

use super::account::{Account, PREFIX, row};

#[tokio::test(start_paused = true)]
async fn a_run_that_comes_again_changes_nothing_of_its_report() {
    let account = Account::new(vec![vec![row("1", "one", "NON_COMPLIANT")]]);
    let first = account.run(&json!({}), "run-1").await.unwrap();
    let before = account.objects.lock().unwrap().clone();
    assert_eq!(account.run(&json!({}), "run-1").await.unwrap(), first);
    assert_eq!(*account.objects.lock().unwrap(), before);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_killed_is_made_whole_by_the_next_try() {
    for broken in [
        "findings.csv",
        "fixed.csv",
        "state.json",
        "runs.json",
        "details.json",
        "manifest.json",
        "report.json",
        "index.html",
        "summary.json",
        "latest.json",
        ".parquet",
    ] {
        let fails = Arc::new(AtomicBool::new(true));
        let failing = Arc::clone(&fails);
        let account = Account::refusing(vec![vec![row("1", "one", "NON_COMPLIANT")]], move |request| {
            let hit = request.line.starts_with("PUT") && request.line.split('?').next().unwrap().ends_with(broken);
            (hit && failing.load(Ordering::Relaxed)).then(|| (400, "<Error><Code>Killed</Code></Error>".to_owned()))
        });
        let error = account.run(&json!({}), "run-1").await.unwrap_err();
        assert!(error.to_string().contains("Killed"), "{broken}: {error}");
        fails.store(false, Ordering::Relaxed);
        account.run(&json!({}), "run-1").await.unwrap();
        assert_eq!(account.keys().len(), 14, "{broken}");
        assert_eq!(account.report("run-1")["change"], Value::Null, "{broken}: it does not compare itself with itself");
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_run_says_what_changed() {
    let account = Account::new(vec![vec![row("1", "one", "NON_COMPLIANT"), row("1", "two", "NON_COMPLIANT")]]);
    account.run(&json!({}), "run-1").await.unwrap();
    let rows = [("one", "COMPLIANT"), ("two", "NON_COMPLIANT"), ("three", "NON_COMPLIANT")];
    let later = Account::new(vec![rows.iter().map(|(name, verdict)| row("1", name, verdict)).collect()]);
    later.objects.lock().unwrap().extend(account.objects.lock().unwrap().clone());
    later.run(&json!({}), "run-2").await.unwrap();
    let report = later.report("run-2");
    let change = &report["change"];
    assert_eq!((&change["new"], &change["fixed"], &change["stillOpen"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(report["trend"].as_array().unwrap().len(), 2);
    assert!(later.object("reports/aggregation/latest.json").contains("run-2"));
    let list = later.object("reports/aggregation/index.html");
    assert!(list.contains("run-1/index.html") && list.contains("run-2/index.html"), "{list}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_finds_another_one_moving_on_looks_again_and_a_later_one_stays() {
    let missed = AtomicBool::new(false);
    let account = Account::refusing(vec![vec![row("1", "one", "NON_COMPLIANT")]], move |request| {
        let moving = request.line.starts_with("PUT") && request.line.contains("latest.json");
        let first = moving && request.headers.contains_key("if-match") && !missed.swap(true, Ordering::Relaxed);
        first.then(|| (412, "<Error><Code>PreconditionFailed</Code></Error>".to_owned()))
    });
    account.run(&json!({}), "run-1").await.unwrap();
    account.run(&json!({}), "run-2").await.unwrap();
    assert!(account.object("reports/aggregation/latest.json").contains("run-2"));

    let later = json!({ "schemaVersion": 1, "runId": "run-9", "time": "2026-03-05T00:00:00Z", "prefix": "gone/" });
    account.put("reports/aggregation/latest.json", &later.to_string());
    account.run(&json!({}), "run-3").await.unwrap();
    assert!(account.object("reports/aggregation/latest.json").contains("run-9"));
    assert_eq!(account.report("run-3")["change"], Value::Null, "what it would compare itself with is gone");
}

#[tokio::test(start_paused = true)]
async fn a_latest_report_that_cannot_be_read_is_not_overwritten() {
    let account = Account::refusing(vec![vec![]], |request| {
        let denied = request.line.starts_with("GET") && request.line.contains("latest.json");
        denied.then(|| (403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>".to_owned()))
    });
    account.put("reports/aggregation/latest.json", "{}");
    let error = account.run(&json!({}), "run-1").await.unwrap_err();
    assert_eq!(error.error_type(), "GiveUp.Report");
    assert!(error.to_string().contains("may this function read its reports?"), "{error}");
    assert_eq!(account.object("reports/aggregation/latest.json"), "{}");
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_run_left_and_does_not_read_is_named() {
    let account = Account::new(vec![vec![]]);
    account.put("reports/aggregation/latest.json", "{}");
    let error = account.run(&json!({}), "run-1").await.unwrap_err().to_string();
    assert!(error.starts_with("reading `reports/aggregation/latest.json`, which an earlier run wrote: "), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_list_has_every_report_that_is_kept_and_none_that_is_gone() {
    let account = Account::new(vec![vec![]]);
    let run = |number: usize| {
        let (day, hour) = (1 + number / 24, number % 24);
        json!({ "runId": format!("old-{number}"), "time": format!("2026-01-{day:02}T{hour:02}:00:00Z"),
                "scoreMillipoints": 1000, "nonCompliant": 1, "verdicts": 2 })
    };
    let runs: Vec<_> = (0..200).map(run).collect();
    account.put(key::REPORT_RUNS, &json!({ "schemaVersion": 1, "runs": runs }).to_string());
    for number in 3..200 {
        let day = 1 + number / 24;
        let place = format!("2026/01/{day:02}/123456789012/eu-central-1/old-{number}");
        account.put(&format!("reports/aggregation/{place}/index.html"), "");
    }
    account.run(&json!({}), "run-1").await.unwrap();
    let list = account.object("reports/aggregation/index.html");
    assert_eq!(list.matches("/index.html\"").count(), 198);
    for (name, there) in [("old-2/", false), ("old-3/", true), ("old-199/", true), ("run-1/", true)] {
        assert_eq!(list.contains(name), there, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn runs_are_sealed_and_chained_and_the_last_page_leads_to_its_run() {
    let account = Account::new(vec![vec![row("1", "one", "NON_COMPLIANT")]]);
    let mut runs = Vec::new();
    for run in ["run-1", "run-2", "run-3"] {
        account.run(&json!({}), run).await.unwrap();
        let prefix = PREFIX.replace("run-1", run);
        let objects = account.objects.lock().unwrap();
        let files = objects.iter().filter_map(|(key, body)| Some((key.strip_prefix(&prefix)?, body)));
        let digest = |body: &String| functions_core::sha256::hex(body.as_bytes());
        let files: BTreeMap<String, String> = files.map(|(name, body)| (name.to_owned(), digest(body))).collect();
        let manifest = objects[&format!("{prefix}manifest.json")].clone().into_bytes();
        let files = files.into_iter().filter(|(name, _)| name != "manifest.json").collect();
        runs.push(functions_core::manifest::FoundRun { place: run.to_owned(), manifest: Some(manifest), files });
    }
    // The runs have one time, and are in order by their ids.
    let chain = functions_core::manifest::verify(&runs, Some("run-3")).unwrap();
    assert_eq!((chain.times.len(), chain.begins_after), (3, None));
    let page = account.object(key::REPORT_PAGE);
    let folder = PREFIX.replace("run-1", "run-3").replace("reports/", "");
    assert!(page.contains(&format!("href=\"../{folder}findings.csv\"")), "{page}");
    assert!(page.contains(&format!("href=\"../{folder}../../../../../../index.html\"")), "all runs");
}
