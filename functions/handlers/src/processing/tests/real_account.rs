//! What a real account has and small ones do not: results about the account itself, informational rules, reads that are
//! refused, a throttled table.

use compliance_types::{choices::DigestPeriod, severity::Severity};
use functions_core::configuration::{MonitoringConfiguration, Notices};
use serde_json::{Value, json};

use super::{
    BAD, GOOD,
    account::{Account, Fault, entry},
    change, settled,
};
use crate::tests::support::{Request, batch};

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
async fn with_an_informational_rule(digest: DigestPeriod) -> Account {
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
    let account = with_an_informational_rule(DigestPeriod::Immediate).await;
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
    let account = with_an_informational_rule(DigestPeriod::Daily).await;
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

/// The read of one rule is rejected: the service model says that `GetComplianceDetailsByConfigRule` takes 64 characters of a name
/// that may have 128.
fn reject_details_of(rule: &'static str, code: &'static str) -> impl FnMut(usize, &Request) -> Option<Fault> + Send {
    move |_, request| {
        let details = request.operation() == "GetComplianceDetailsByConfigRule";
        (details && request.body.contains(&format!("\"ConfigRuleName\":\"{rule}\""))).then_some(Fault::Refused(code))
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_whose_results_are_refused_is_in_the_record_and_the_others_are_notified() {
    for code in ["ValidationException", "AccessDeniedException"] {
        let account = Account::new(&["a", "b", "c"]);
        for rule in ["a", "b", "c"] {
            account.judge(rule, &[(&format!("old-{rule}"), BAD)]);
        }
        account.settle().await;
        for rule in ["a", "b", "c"] {
            account.judge(rule, &[(&format!("new-{rule}"), BAD)]);
        }
        account.fail(reject_details_of("b", code));
        let answer = account.look("run-1", 10).await;
        assert_eq!(
            (&answer["rules"], &answer["nonCompliant"], &answer["unreadable"]),
            (&json!(3), &json!(3), &json!(1))
        );
        let mut told = account.told();
        told.sort_unstable();
        assert_eq!(told, ["deleted old-a", "deleted old-c", "nonCompliant new-a", "nonCompliant new-c"], "{code}");
        let key = answer["record"].as_str().unwrap();
        let record: Value = serde_json::from_str(&account.state.lock().unwrap().objects[key]).unwrap();
        let reason = record["rules"][1]["unreadable"].as_str().unwrap();
        assert!(reason.contains("GetComplianceDetailsByConfigRule of `b`") && reason.contains(code), "{reason}");
        assert!(record["rules"][0].get("unreadable").is_none());
        // What is known of it stays, and once it can be read its changes are sent.
        account.heal();
        account.look("run-2", 20).await;
        assert_eq!(account.told()[4..], ["nonCompliant new-b", "deleted old-b"], "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_rule_whose_results_are_refused_is_no_dead_letter() {
    for code in ["ValidationException", "AccessDeniedException"] {
        let account = settled(&[("x", GOOD)]).await;
        account.judge("a", &[("x", BAD)]);
        account
            .fail(move |_, request| request.operation().starts_with("GetCompliance").then_some(Fault::Refused(code)));
        assert_eq!(account.run(&change("x"), "run-1", 1).await.unwrap(), json!({ "batchItemFailures": [] }));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_rule_beside_one_without_findings_ends_no_run() {
    for code in ["ValidationException", "AccessDeniedException"] {
        let account = Account::new(&["a", "b"]);
        // Two findings are confirmed by the rule, one alone by its resource.
        account.judge("a", &[("x", BAD), ("y", BAD)]);
        account.judge("b", &[("x", GOOD)]);
        account.fail(reject_details_of("a", code));
        let answer = account.look("run-1", 0).await;
        assert_eq!((&answer["rules"], &answer["unreadable"]), (&json!(2), &json!(1)), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_can_read_no_rule_fails() {
    for code in ["ValidationException", "AccessDeniedException"] {
        let account = Account::new(&["a"]);
        // Two findings are confirmed by the rule, one alone by its resource.
        account.judge("a", &[("x", BAD), ("y", BAD)]);
        account.fail(reject_details_of("a", code));
        let error = account.run(&json!({}), "run-1", 1).await.unwrap_err();
        assert_eq!(error.error_type(), "GiveUp.Aws", "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_describe_rejects_leaves_the_other_rules_of_the_call() {
    let account = Account::new(&["a", "b"]);
    account.judge("a", &[("x", BAD)]);
    account.judge("b", &[("x", GOOD)]);
    account.fail(|_, request| {
        let named = request.operation() == "DescribeComplianceByConfigRule" && request.body.contains("\"b\"");
        named.then_some(Fault::Refused("ValidationException"))
    });
    let answer = account.look("run-1", 0).await;
    let counts = ["nonCompliant", "insufficientData", "missing", "unreadable"].map(|count| answer[count].as_u64());
    assert_eq!(counts, [Some(1), Some(1), Some(0), Some(1)]);
}
