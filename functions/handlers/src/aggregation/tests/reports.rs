//! What a run writes, and what it answers and refuses.

use compliance_types::{choices::ObjectLockMode, resource::ResourceIdentity};
use functions_core::{
    compliance::Compliance,
    configuration::{MonitoringConfiguration, ObjectLock, RuleEntry},
    environment::StorageEnvironment,
    key,
};
use functions_report::gathered::Gathered;
use serde_json::{Value, json};

use super::account::{Account, PREFIX, row};
use crate::{
    aggregation::{known::Known, writing},
    store::Store,
    tests::support::{self, invocation},
};

#[tokio::test(start_paused = true)]
async fn every_page_is_read_and_a_report_a_history_and_their_list_are_written() {
    let first = vec![row("1", "one", "NON_COMPLIANT"), row("2", "two", "COMPLIANT")];
    let account = Account::new(vec![first, vec![row("1", "three", "NON_COMPLIANT"), "{}".to_owned()]]);
    let event = json!({ "responsePayload": { "record": "reports/processing/x.json" } });
    let answer = account.run(&event, "run-1").await.unwrap();
    assert_eq!(
        answer,
        json!({ "report": format!("{PREFIX}index.html"), "processingRecord": "reports/processing/x.json",
                "resources": 4, "unreadableResources": 1, "otherEvaluations": 0, "firstEvaluation": "done",
                "scoreMillipoints": 33_334,
                "compliant": 1, "nonCompliant": 2, "notApplicable": 0, "insufficientData": 0 })
    );
    let own = ["findings.csv", "fixed.csv", "index.html", "manifest.json", "report.json", "rules.csv", "summary.json"];
    let mut expected: Vec<String> = own.iter().map(|name| format!("{PREFIX}{name}")).collect();
    expected.extend(
        ["details.json", "index.html", "latest.json", "runs.json", "state.json"]
            .map(|name| format!("reports/aggregation/{name}")),
    );
    expected.push(key::REPORT_PAGE.to_owned());
    for source in ["1", "2"] {
        let place = format!("date=2026-03-04/account={source}/region=eu-central-1");
        expected.push(format!("history/evaluations/{place}/run-1.parquet"));
    }
    expected.sort();
    assert_eq!(account.keys(), expected);
    let report = account.report("run-1");
    assert_eq!(report["totals"]["nonCompliant"], 2);
    let silent: Vec<_> =
        report["sources"].as_array().unwrap().iter().filter(|source| source["reported"] == false).collect();
    assert_eq!((silent.len(), silent[0]["account"].as_str()), (1, Some("9")), "who should report and did not is named");
    assert_eq!((&silent[0]["lastReported"], &silent[0]["ageDays"]), (&json!("2026-03-03T01:06:40Z"), &json!(1)));
    assert_eq!(report["unreadableResources"], 1);
    assert!(account.object(&format!("{PREFIX}index.html")).contains("One of 4 resources came in a form"));
    assert_eq!(account.object("reports/aggregation/state.json"), "{}\n", "nothing is kept of a run that is whole");
    let list = account.object("reports/aggregation/index.html");
    assert!(list.contains("2026/03/04/123456789012/eu-central-1/run-1/index.html"), "{list}");
    let limited = account.aws.requests().iter().filter(|request| request.body.contains("\"Limit\":100")).count();
    assert_eq!(limited, 5, "sources, two pages, details and reasons of findings that are new");
}

#[tokio::test(start_paused = true)]
async fn everything_is_encrypted_with_the_key_and_says_what_it_is() {
    let account = Account::new(vec![vec![row("1", "one", "NON_COMPLIANT")]]);
    account.run(&json!({}), "run-1").await.unwrap();
    let puts: Vec<_> = account.aws.requests().into_iter().filter(|request| request.line.starts_with("PUT")).collect();
    assert_eq!(puts.len(), 15);
    for put in puts {
        assert_eq!(put.headers["x-amz-server-side-encryption"], "aws:kms", "{}", put.line);
        assert_eq!(put.headers["x-amz-server-side-encryption-aws-kms-key-id"], support::KMS_KEY_ARN);
        let expected = match put.line.split('?').next().unwrap().rsplit('.').next().unwrap() {
            "html" => "text/html; charset=utf-8",
            "csv" => "text/csv; charset=utf-8",
            "parquet" => "application/vnd.apache.parquet",
            _ => "application/json",
        };
        assert_eq!(put.headers["content-type"], expected, "{}", put.line);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_to_see_is_a_report_that_says_so() {
    let account = Account::new(vec![vec![]]);
    let answer = account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!((&answer["resources"], &answer["scoreMillipoints"]), (&json!(0), &Value::Null));
    assert_eq!(account.keys().len(), 12, "no history of nothing");
}

#[tokio::test(start_paused = true)]
async fn a_long_history_of_one_account_and_region_is_several_files() {
    let account = Account::new(Vec::new());
    let storage =
        StorageEnvironment { report_bucket: support::BUCKET.to_owned(), kms_key_arn: support::KMS_KEY_ARN.to_owned() };
    let store = Store::new(support::clients(&account.aws).s3, storage);
    let mut gathered = Gathered::default();
    for (place, count) in [("1", 5), ("2", 2), ("3", 1)] {
        for number in 0..count {
            let resource_id = format!("bucket-{number}");
            let resource =
                ResourceIdentity { account: place, region: "r", resource_type: "T", resource_id: &resource_id };
            gathered.add(resource, [("a", Compliance::Compliant)]);
        }
    }
    let verdicts = gathered.settle();
    let count = writing::history(&store, verdicts.iter(), &Known::default(), &invocation().run, 2).await.unwrap();
    let names: Vec<_> = account.keys().iter().map(|key| key.split("account=").nth(1).unwrap().to_owned()).collect();
    assert_eq!(
        names,
        [
            "1/region=r/run-1-2.parquet",
            "1/region=r/run-1-3.parquet",
            "1/region=r/run-1.parquet",
            "2/region=r/run-1.parquet",
            "3/region=r/run-1.parquet"
        ]
    );
    assert_eq!(count, 5);
}

#[tokio::test(start_paused = true)]
async fn names_in_any_script_stay_what_they_are() {
    let name = "<script>alert(1)</script> 日本 مرحبا";
    let account = Account::new(vec![vec![row("1", name, "NON_COMPLIANT")]]);
    account.run(&json!({}), "run-1").await.unwrap();
    assert!(!account.object(&format!("{PREFIX}index.html")).contains("<script>alert"));
    assert_eq!(account.report("run-1")["findings"][0]["resourceId"], name);
}

#[tokio::test(start_paused = true)]
async fn an_aggregator_that_is_not_there_is_named_and_nothing_is_written() {
    let account = Account::refusing(vec![], |request| {
        let gone = json!({ "__type": "NoSuchConfigurationAggregatorException", "message": "no" });
        (request.operation() == "DescribeConfigurationAggregatorSourcesStatus").then(|| (400, gone.to_string()))
    });
    let error = account.run(&json!({}), "run-1").await.unwrap_err();
    assert_eq!(error.error_type(), "GiveUp.Aws");
    assert_eq!(
        error.to_string(),
        "DescribeConfigurationAggregatorSourcesStatus of `compliance-aggregator`: \
         NoSuchConfigurationAggregatorException: no"
    );
    assert!(account.keys().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_own_account_is_told_by_its_alias() {
    let account = Account::new(vec![vec![row("123456789012", "one", "NON_COMPLIANT")]]);
    account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!(account.report("run-1")["accounts"][0]["alias"], "payments");
}

#[tokio::test(start_paused = true)]
async fn a_digest_is_no_reason_for_a_report() {
    let recorded = |name: &str| -> Value {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/testdata/events");
        serde_json::from_str(&std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()).unwrap()
    };
    let account = Account::new(vec![vec![row("1", "x", "COMPLIANT")]]);
    assert_eq!(account.run(&recorded("destination-of-a-digest"), "run-1").await.unwrap(), json!({}));
    assert!(account.keys().is_empty() && account.aws.operations().is_empty());
    let answer = account.run(&recorded("destination-of-a-look"), "run-2").await.unwrap();
    let record = answer["processingRecord"].as_str().unwrap();
    let error = account.run(&recorded("schedule"), "run-3").await.unwrap_err();
    assert!(error.to_string().starts_with("expected the record of a run of processing"), "{error}");
    assert!(record.ends_with("/e4b46cbf-b738-xmpl-8880-a18cdf61200e.json") && !account.keys().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_files_of_a_report_are_locked_and_what_every_run_writes_again_is_not() {
    let rule = RuleEntry { name: "a".to_owned(), ..RuleEntry::default() };
    for (mode, named) in [(ObjectLockMode::Governance, "GOVERNANCE"), (ObjectLockMode::Compliance, "COMPLIANCE")] {
        let lock = ObjectLock { days: 30, mode };
        let configuration = MonitoringConfiguration::new([rule.clone()]).unwrap().with_object_lock(Some(lock));
        let account = Account::configured(&configuration, vec![vec![row("1", "one", "NON_COMPLIANT")]], |_| None);
        account.run_on(&json!({}), "run-1", "2026-03-04T05:06:07Z").await.unwrap();
        let puts = account.aws.requests().into_iter().filter(|request| request.line.starts_with("PUT"));
        let (mut locked, mut free) = (0, 0);
        for put in puts {
            let header = |name: &str| put.headers.get(name).map(String::as_str);
            let expected = if put.line.contains(PREFIX) {
                locked += 1;
                assert!(header("x-amz-checksum-crc32").or(header("x-amz-trailer")).is_some(), "{}", put.line);
                (Some(named), Some("2026-04-03T05:06:07Z"))
            } else {
                free += 1;
                (None, None)
            };
            let sent = (header("x-amz-object-lock-mode"), header("x-amz-object-lock-retain-until-date"));
            assert_eq!(sent, expected, "{}", put.line);
        }
        assert!(locked >= 7 && free >= 5, "{locked} locked, {free} free");
    }
}
