//! What counts in a real account: the rules of this deployment, what may be read, and results once there are some.

use compliance_types::choices::CountedRules;
use functions_core::configuration::{MonitoringConfiguration, PackEntry, RuleEntry};
use serde_json::{Value, json};

use super::account::{Account, PREFIX, row};

fn rule(name: &str) -> RuleEntry {
    RuleEntry { name: name.to_owned(), ..RuleEntry::default() }
}

/// A row with what each of these rules says.
fn row_of(resource: &str, verdicts: &[(&str, &str)]) -> String {
    let verdicts: Vec<Value> =
        verdicts.iter().map(|(rule, verdict)| json!({ "configRuleName": rule, "complianceType": verdict })).collect();
    json!({ "accountId": "1", "awsRegion": "eu-central-1",
            "configuration": { "targetResourceType": "AWS::S3::Bucket", "targetResourceId": resource,
                               "configRuleList": verdicts } })
    .to_string()
}

const BAD: &str = "NON_COMPLIANT";

fn rows() -> Vec<String> {
    vec![
        row_of("one", &[("a", BAD), ("securityhub-s3-1", BAD), ("securityhub-s3-2", "COMPLIANT")]),
        row_of("two", &[("a", "COMPLIANT"), ("p-b-conformance-pack-x1", BAD)]),
        row_of("three", &[("securityhub-s3-1", BAD)]),
        row_of("four", &[("p-z-conformance-pack-x1", BAD)]),
    ]
}

fn configuration() -> MonitoringConfiguration {
    let pack = PackEntry { name: "p".to_owned(), rules: vec![rule("p-b")] };
    MonitoringConfiguration::new([rule("a")]).unwrap().with_packs([pack]).unwrap()
}

#[tokio::test(start_paused = true)]
async fn finding_6_only_rules_of_this_deployment_count_and_the_report_says_what_does_not() {
    let account = Account::configured(&configuration(), vec![rows()], |_| None);
    let answer = account.run(&json!({}), "run-1").await.unwrap();
    for (member, value) in [("nonCompliant", 2), ("compliant", 1), ("resources", 4), ("otherEvaluations", 4)] {
        assert_eq!(answer[member], value, "{member}");
    }
    let report = account.report("run-1");
    let rules: Vec<_> = report["rules"].as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    assert_eq!(rules, ["p-b", "a"]);
    assert_eq!((&report["otherEvaluations"], &report["findings"].as_array().unwrap().len()), (&json!(4), &2));
    let page = account.object(&format!("{PREFIX}index.html"));
    assert!(page.contains("4 evaluations are of rules that this deployment does not manage"), "{page}");
    assert!(!page.contains("securityhub"));
}

#[tokio::test(start_paused = true)]
async fn finding_6_every_rule_counts_where_that_is_asked_for() {
    let all = configuration().with_reported_rules(CountedRules::All);
    let account = Account::configured(&all, vec![rows()], |_| None);
    let answer = account.run(&json!({}), "run-1").await.unwrap();
    for (member, value) in [("nonCompliant", 5), ("compliant", 2), ("resources", 4), ("otherEvaluations", 0)] {
        assert_eq!(answer[member], value, "{member}");
    }
}

#[tokio::test(start_paused = true)]
async fn finding_6_what_does_not_count_is_the_same_however_many_invocations_read_it() {
    let pages = || vec![rows(), vec![row_of("five", &[("securityhub-s3-1", BAD)])]];
    let whole = Account::configured(&configuration(), pages(), |_| None);
    whole.run(&json!({}), "run-1").await.unwrap();
    let parts = Account::configured(&configuration(), pages(), |_| None);
    for _ in 0..2 {
        let answer = parts.run_within(&json!({}), "run-1", 0).await.unwrap();
        assert_eq!(answer["unfinished"], true);
    }
    let answer = parts.run(&json!({}), "run-1").await.unwrap();
    assert_eq!((&answer["otherEvaluations"], &answer["resources"]), (&json!(5), &json!(5)));
    assert_eq!(*parts.objects.lock().unwrap(), *whole.objects.lock().unwrap());
}

#[tokio::test(start_paused = true)]
async fn finding_4_a_recorder_that_may_not_be_read_is_unknown_and_the_report_is_whole() {
    let account = Account::refusing(vec![vec![row("1", "one", BAD)]], |request| {
        let refused = json!({ "__type": "AccessDeniedException", "message": "no" });
        (request.operation() == "DescribeConfigurationRecorderStatus").then(|| (400, refused.to_string()))
    });
    let answer = account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!(answer["nonCompliant"], 1);
    assert_eq!(account.report("run-1")["totals"]["nonCompliant"], 1);
}

#[tokio::test(start_paused = true)]
async fn finding_8_a_run_before_the_first_results_says_so_and_the_next_one_has_nothing_to_compare_with() {
    let early = Account::new(vec![vec![]]);
    let answer = early.run(&json!({ "trigger": "deployment" }), "run-1").await.unwrap();
    assert_eq!((&answer["firstEvaluation"], &answer["scoreMillipoints"]), (&json!("notStarted"), &Value::Null));
    let page = early.object(&format!("{PREFIX}index.html"));
    assert!(page.contains("Not yet evaluated") && page.contains("The first evaluation is still running."), "{page}");
    assert!(early.object("reports/aggregation/index.html").contains("not yet evaluated"));
    let later = Account::new(vec![vec![row("1", "one", BAD)]]);
    later.objects.lock().unwrap().extend(early.objects.lock().unwrap().clone());
    let answer = later.run(&json!({}), "run-2").await.unwrap();
    assert_eq!((&answer["firstEvaluation"], &answer["nonCompliant"]), (&json!("done"), &json!(1)));
    assert_eq!(later.report("run-2")["change"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn case_25_a_user_of_two_regions_is_one_row_of_report_and_history() {
    let user = |region: &str| {
        row("1", "alice", BAD).replace("eu-central-1", region).replace("AWS::S3::Bucket", "AWS::IAM::User")
    };
    let account = Account::new(vec![vec![user("eu-central-1"), user("us-east-1")]]);
    let answer = account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!(answer["nonCompliant"], 1);
    let history: Vec<_> = account.keys().into_iter().filter(|key| key.starts_with("history/")).collect();
    assert_eq!(history, ["history/evaluations/date=2026-03-04/account=1/region=global/run-1.parquet"]);
}
