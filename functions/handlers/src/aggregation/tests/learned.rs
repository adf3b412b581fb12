//! What a report says of findings and of the account beside evaluation results: whose it is, when it is asked for, and what a
//! failure costs.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use functions_core::configuration::{MonitoringConfiguration, PackEntry, RuleEntry};
use serde_json::{Value, json};

use super::account::{Account, PREFIX, row};

/// A row of a rule that is told of a resource in a region.
fn row_in(region: &str, id: &str, kind: &str, rule: &str) -> String {
    row("1", id, "NON_COMPLIANT")
        .replace("eu-central-1", region)
        .replace("AWS::S3::Bucket", kind)
        .replace("\"a\"", &format!("\"{rule}\""))
}

#[tokio::test(start_paused = true)]
async fn resources_of_one_id_in_two_regions_keep_their_own_details_and_reasons() {
    let kind = "AWS::DynamoDB::Table";
    let rows = ["eu-central-1", "us-east-1"].map(|region| row_in(region, "orders", kind, "a")).to_vec();
    let account = Account::refusing(vec![rows], move |request| {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        if request.body.contains("resourceId IN") {
            let row = |region: &str| {
                json!({ "accountId": "1", "awsRegion": region, "resourceType": kind, "resourceId": "orders",
                        "arn": format!("arn:aws:dynamodb:{region}:1:table/orders"),
                        "tags": [{ "key": "owner", "value": format!("team of {region}") }] })
                .to_string()
            };
            return Some((200, json!({ "Results": (["eu-central-1", "us-east-1"].map(row)) }).to_string()));
        }
        (request.operation() == "GetAggregateComplianceDetailsByConfigRule").then(|| {
            let result = json!({ "Annotation": format!("why in {}", body["AwsRegion"].as_str().unwrap()),
                "EvaluationResultIdentifier": { "EvaluationResultQualifier": {
                    "ConfigRuleName": "a", "ResourceType": kind, "ResourceId": "orders" } } });
            (200, json!({ "AggregateEvaluationResults": [result] }).to_string())
        })
    });
    account.run(&json!({}), "run-1").await.unwrap();
    let report = account.report("run-1");
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2);
    for finding in findings {
        let region = finding["region"].as_str().unwrap();
        assert_eq!(finding["owner"], format!("team of {region}"));
        assert_eq!(finding["arn"], format!("arn:aws:dynamodb:{region}:1:table/orders"));
        assert_eq!(finding["annotation"], format!("why in {region}"));
    }
}

#[tokio::test(start_paused = true)]
async fn reasons_of_rules_of_packs_and_of_global_resources_are_learned() {
    let rule = |name: &str| RuleEntry { name: name.to_owned(), ..RuleEntry::default() };
    let pack = PackEntry { name: "p".to_owned(), rules: vec![rule("p-b")] };
    let configuration = MonitoringConfiguration::new([rule("a")]).unwrap().with_packs([pack]).unwrap();
    let user = "AWS::IAM::User";
    let rows = vec![
        row("1", "one", "NON_COMPLIANT").replace("\"a\"", "\"p-b-conformance-pack-x1\""),
        row_in("us-east-1", "alice", user, "a"),
    ];
    let account = Account::configured(&configuration, vec![rows], move |request| {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let of_user =
            request.operation() == "GetAggregateComplianceDetailsByConfigRule" && body["ConfigRuleName"] == "a";
        of_user.then(|| {
            assert_eq!(body["AwsRegion"], "us-east-1");
            let result = json!({ "Annotation": "why alice", "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": { "ConfigRuleName": "a", "ResourceType": user, "ResourceId": "alice" } } });
            (200, json!({ "AggregateEvaluationResults": [result] }).to_string())
        })
    });
    account.run(&json!({}), "run-1").await.unwrap();
    let asked: Vec<Value> = account
        .aws
        .requests()
        .iter()
        .filter(|request| request.operation() == "GetAggregateComplianceDetailsByConfigRule")
        .map(|request| serde_json::from_str::<Value>(&request.body).unwrap()["ConfigRuleName"].clone())
        .collect();
    assert_eq!(asked, [json!("p-b-conformance-pack-x1"), json!("a")]);
    let report = account.report("run-1");
    let reasons: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|one| (&one["rule"], &one["annotation"])).collect();
    assert_eq!(reasons, [(&json!("a"), &json!("why alice")), (&json!("p-b"), &json!("why one"))]);
}

#[tokio::test(start_paused = true)]
async fn more_rules_than_one_run_asks_for_are_asked_for_by_the_next_ones_each_once() {
    let names: Vec<String> = (0..900).map(|number| format!("rule-{number:03}")).collect();
    let rules = names.iter().map(|name| RuleEntry { name: name.clone(), ..RuleEntry::default() });
    let rows = names.iter().map(|name| row_in("eu-central-1", "one", "AWS::S3::Bucket", name)).collect();
    let account = Account::configured(&MonitoringConfiguration::new(rules).unwrap(), vec![rows], |_| None);
    let mut asked = Vec::new();
    for run in 1..=4 {
        account.run(&json!({}), &format!("run-{run}")).await.unwrap();
        let requests = account.aws.requests();
        let of = requests.iter().filter(|request| request.operation() == "GetAggregateComplianceDetailsByConfigRule");
        asked.push(of.count());
    }
    assert_eq!(asked, [400, 800, 900, 900]);
    let report = account.report("run-4");
    assert!(report["findings"].as_array().unwrap().iter().all(|one| one["annotation"] == "why one"));
}

#[tokio::test(start_paused = true)]
async fn read_that_fails_costs_what_it_would_have_told_and_the_next_run_makes_it_again() {
    for (operation, lost, kept) in [
        ("GetAggregateComplianceDetailsByConfigRule", "annotation", "owner"),
        ("SelectAggregateResourceConfig", "owner", "annotation"),
    ] {
        let fails = Arc::new(AtomicBool::new(true));
        let failing = Arc::clone(&fails);
        let account = Account::refusing(vec![vec![row("1", "one", "NON_COMPLIANT")]], move |request| {
            let hit = request.operation() == operation && !request.body.contains("ResourceCompliance");
            let error = json!({ "__type": "LimitExceededException", "message": "no" }).to_string();
            (hit && failing.load(Ordering::Relaxed)).then_some((400, error))
        });
        for run in ["run-1", "run-2"] {
            account.run(&json!({}), run).await.unwrap();
            let finding = &account.report(run)["findings"][0];
            assert_eq!(finding[lost].is_null(), run == "run-1", "{operation}: {finding}");
            assert!(finding[kept].is_string(), "{operation}: {finding}");
            fails.store(false, Ordering::Relaxed);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn report_says_what_is_recorded_and_how_rules_evaluate_or_does_without() {
    for denied in [false, true] {
        let account = Account::refusing(vec![vec![row("1", "one", "NON_COMPLIANT")]], move |request| {
            let body = json!({ "__type": "AccessDeniedException", "message": "no" }).to_string();
            (denied && request.operation() == "DescribeConfigRules").then_some((400, body))
        });
        account.run(&json!({}), "run-1").await.unwrap();
        let coverage = account.report("run-1")["coverage"].clone();
        assert_eq!(coverage.is_null(), denied);
        let page = account.object(&format!("{PREFIX}index.html"));
        assert_eq!(page.contains("Rules and their parameters"), !denied);
        if denied {
            continue;
        }
        let recorder = &coverage["recorders"][0];
        assert_eq!((&recorder["all"], &recorder["excluded"]), (&json!(true), &json!(["AWS::S3::Bucket"])));
        assert_eq!(recorder["exceptions"], json!([["AWS::EC2::Volume", "DAILY"]]));
        let rules = coverage["rules"].as_array().unwrap();
        assert_eq!((rules.len(), &rules[0]["parameters"]), (1, &json!("{\"days\":\"90\"}")));
        for text in ["twenty four hours", "&#34;days&#34;", "all supported types", "AWS::EC2::Volume"] {
            assert!(page.contains(text), "{text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn finding_says_why_what_it_is_called_and_who_owns_it_and_is_asked_for_once() {
    let account = Account::new(vec![vec![row("1", "one", "NON_COMPLIANT"), row("1", "unknown-1", "NON_COMPLIANT")]]);
    let asked = |account: &Account| {
        let requests = account.aws.requests();
        requests.iter().filter(|request| request.operation() == "GetAggregateComplianceDetailsByConfigRule").count()
    };
    account.run(&json!({}), "run-1").await.unwrap();
    let finding = |run: &str, id: &str| -> Value {
        let report = account.report(run);
        report["findings"].as_array().unwrap().iter().find(|one| one["resourceId"] == id).unwrap().clone()
    };
    for run in ["run-1", "run-2"] {
        if run == "run-2" {
            account.run(&json!({}), run).await.unwrap();
        }
        let one = finding(run, "one");
        assert_eq!((&one["name"], &one["arn"]), (&json!("name of one"), &json!("arn:aws:s3:::one")));
        assert_eq!((&one["owner"], &one["annotation"]), (&json!("team of one"), &json!("why one")));
        assert_eq!(finding(run, "unknown-1")["arn"], Value::Null);
        let page = account.object(&format!("{}index.html", PREFIX.replace("run-1", run)));
        for text in ["name of one", "team of one", "why one"] {
            assert!(page.contains(text), "{text}");
        }
    }
    assert_eq!(asked(&account), 1, "what was asked for is asked for again after a week");
}
