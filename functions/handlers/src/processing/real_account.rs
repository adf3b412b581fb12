//! What a real account has and small ones do not: results about the account itself, informational rules, reads that are
//! refused, a throttled table.

use compliance_types::severity::Severity;
use functions_core::configuration::{MonitoringConfiguration, Notices, Period};
use serde_json::{Value, json};

use super::{
    fake::{Account, Fault, entry},
    tests::{BAD, GOOD, change, settled},
};
use crate::testing::batch;

/// A result about the account itself, as EventBridge delivers it.
fn account_change(verdict: &str) -> Value {
    let event = json!({
        "id": "event-of-the-account", "detail-type": "Config Rules Compliance Change", "source": "aws.config",
        "time": "2026-03-04T05:06:07Z",
        "detail": {
            "awsAccountId": "123456789012", "awsRegion": "eu-central-1", "configRuleName": "a",
            "resourceType": "AWS::::Account", "resourceId": "123456789012",
            "newEvaluationResult": { "complianceType": verdict, "annotation": null },
        },
    });
    batch(&[("m", event.to_string())])
}

fn judge_account(account: &Account, verdict: &str) {
    let resource = ("AWS::::Account".to_owned(), "123456789012".to_owned());
    account.state.lock().unwrap().results.insert("a".to_owned(), [(resource, verdict.to_owned())].into());
}

#[tokio::test(start_paused = true)]
async fn finding_5_a_result_about_the_account_is_told_like_any_other_and_no_dead_letter() {
    let account = settled(&[("x", GOOD)]).await;
    judge_account(&account, BAD);
    let answer = account.run(&account_change(BAD), "run-1", 1).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(account.told(), ["nonCompliant 123456789012"]);
    let told = &account.messages()[0]["transitions"][0];
    assert_eq!((&told["resourceType"], &told["region"]), (&json!("AWS::::Account"), &json!("eu-central-1")));
    assert!(told["console"].as_str().unwrap().ends_with("#/rules/details?configRuleName=a"), "{told}");
    judge_account(&account, GOOD);
    account.run(&account_change(GOOD), "run-2", 2).await.unwrap();
    assert_eq!(account.told()[1..], ["fixed 123456789012"]);
}

#[tokio::test(start_paused = true)]
async fn finding_5_a_result_about_the_account_that_is_gone_is_not_called_unrecorded() {
    let account = settled(&[("x", GOOD)]).await;
    judge_account(&account, BAD);
    account.look("run-1", 1).await;
    account.judge("a", &[("x", GOOD)]);
    account.look("run-2", 2).await;
    assert_eq!(account.told(), ["nonCompliant 123456789012", "deleted 123456789012"]);
}

/// An account whose rules `loud` and `quiet` have settled, of which the second one is informational.
async fn with_an_informational_rule(digest: Period) -> Account {
    let mut quiet = entry("quiet");
    quiet.severity = Severity::Informational;
    let notices = Notices { digest, ..Notices::default() };
    let account = Account::with(MonitoringConfiguration::new([entry("loud"), quiet]).unwrap().with_notices(notices));
    for rule in ["loud", "quiet"] {
        account.judge(rule, &[("x", GOOD)]);
    }
    account.settle().await;
    account.state.lock().unwrap().published.clear();
    account
}

#[tokio::test(start_paused = true)]
async fn finding_7_informational_findings_are_never_sent_at_once() {
    let account = with_an_informational_rule(Period::Immediate).await;
    for (run, verdict) in [("run-1", BAD), ("run-2", GOOD), ("run-3", BAD)] {
        account.judge("loud", &[("x", verdict)]);
        account.judge("quiet", &[("x", verdict)]);
        account.look(run, 10).await;
    }
    let rules: Vec<_> = account
        .messages()
        .iter()
        .map(|message| message["transitions"][0]["rule"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(rules, ["loud", "loud", "loud"]);
    assert_eq!(account.told().len(), 3, "{:?}", account.told());
    assert_eq!(account.entries("findings/"), 2, "they are known all the same");
}

#[tokio::test(start_paused = true)]
async fn finding_7_informational_findings_are_in_the_digest() {
    let account = with_an_informational_rule(Period::Daily).await;
    account.judge("quiet", &[("x", BAD)]);
    // The first digest of all is due at once, the next one a day later.
    account.look("run-1", 10).await;
    assert_eq!(account.told(), ["nonCompliant x"]);
    account.judge("quiet", &[("x", GOOD)]);
    account.look("run-2", 20).await;
    assert_eq!(account.told().len(), 1);
    account.run(&json!({ "trigger": "digest" }), "run-3", 25 * 60).await.unwrap();
    assert_eq!(account.told()[1..], ["fixed x"]);
}

#[tokio::test(start_paused = true)]
async fn finding_4_where_what_is_recorded_may_not_be_read_the_run_goes_on() {
    let account = settled(&[("fixed", BAD), ("gone", BAD)]).await;
    account.judge("a", &[("fixed", GOOD)]);
    account.fail(|_, request| {
        (request.operation() == "DescribeConfigurationRecorders").then_some(Fault::Refused("AccessDeniedException"))
    });
    account.look("run-1", 10).await;
    assert_eq!(account.told(), ["fixed fixed", "deleted gone"]);
}

#[tokio::test(start_paused = true)]
async fn finding_4_another_failure_of_that_read_still_ends_the_run() {
    let account = settled(&[("gone", BAD)]).await;
    account.judge("a", &[("good", GOOD)]);
    account.fail(|_, request| {
        (request.operation() == "DescribeConfigurationRecorders").then_some(Fault::Refused("ThrottlingException"))
    });
    let error = account.run(&change("gone"), "run-1", 10).await.unwrap_err();
    assert_eq!(error.error_type(), "Retry.Aws");
}
