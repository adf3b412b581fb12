//! What remediation left, in the report.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use functions_core::remediation::listed::KEY;
use serde_json::{Value, json};

use super::account::{Account, PREFIX, row};

fn rows() -> Vec<Vec<String>> {
    vec![vec![row("1", "one", "NON_COMPLIANT")]]
}

/// A list as remediation writes it, with one remediation in this state.
fn list(state: &str) -> String {
    let step = json!({ "state": state, "at": "2026-03-04T05:06:07Z", "by": "run-r", "reason": "why" });
    json!({
        "schemaVersion": 1, "runId": "run-r", "at": "2026-03-04T05:06:07Z", "states": {}, "left": {}, "total": 1,
        "remediations": [{
            "id": "0123456789abcdef", "rule": "a", "account": "1", "region": "eu-central-1", "resourceType": "AWS::S3::Bucket",
            "resourceId": "one", "action": "s3-tls-only", "mode": "approve", "state": state, "change": "deny plain HTTP",
            "steps": [step],
        }],
    })
    .to_string()
}

fn state(report: &Value) -> Option<&str> {
    report["remediation"]["remediations"][0]["state"].as_str()
}

#[tokio::test(start_paused = true)]
async fn report_has_the_remediations_of_the_last_run() {
    let account = Account::new(rows());
    account.objects.lock().unwrap().insert(KEY.to_owned(), list("awaitingApproval"));
    account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!(state(&account.report("run-1")), Some("awaitingApproval"));
    let page = account.object(&format!("{PREFIX}index.html"));
    assert!(page.contains("awaiting approval<small>0123456789abcdef</small>"), "{page}");
}

#[tokio::test(start_paused = true)]
async fn report_does_without_remediations_that_are_not_there_or_do_not_read() {
    for left in [None, Some("not json".to_owned()), Some(list("anotherState"))] {
        let account = Account::new(rows());
        account.objects.lock().unwrap().extend(left.map(|text| (KEY.to_owned(), text)));
        account.run(&json!({}), "run-1").await.unwrap();
        assert_eq!(account.report("run-1")["remediation"], Value::Null);
    }
    let account = Account::refusing(rows(), |request| {
        request.line.contains(KEY).then(|| (400, "<Error><Code>InvalidRequest</Code></Error>".to_owned()))
    });
    account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!(account.report("run-1")["remediation"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn report_that_is_written_again_has_the_remediations_of_the_first_try() {
    let fails = Arc::new(AtomicBool::new(true));
    let failing = Arc::clone(&fails);
    let account = Account::refusing(rows(), move |request| {
        let hit = request.line.starts_with("PUT") && request.line.contains("summary.json");
        (hit && failing.load(Ordering::Relaxed)).then(|| (400, "<Error><Code>Killed</Code></Error>".to_owned()))
    });
    account.objects.lock().unwrap().insert(KEY.to_owned(), list("approved"));
    account.run(&json!({}), "run-1").await.unwrap_err();
    let first = account.report("run-1");
    account.objects.lock().unwrap().insert(KEY.to_owned(), list("fixed"));
    fails.store(false, Ordering::Relaxed);
    account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!((state(&first), &account.report("run-1")), (Some("approved"), &first));
}
