use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use compliance_types::{resource::ResourceIdentity, severity::Severity, time::Timestamp};
use functions_core::configuration::{MonitoringConfiguration, NotAssessed, PackEntry, RuleEntry};
use functions_core::sha256;
use functions_core::{compliance::Compliance, environment::StorageEnvironment};
use functions_report::gathered::Gathered;

use super::*;
use crate::testing::{self, Answer, FakeAws, Request, invocation};

pub(super) const PREFIX: &str = "reports/aggregation/2026/03/04/123456789012/eu-central-1/run-1/";

pub(super) type Objects = Arc<Mutex<BTreeMap<String, String>>>;

pub(super) fn row(account: &str, resource: &str, verdict: &str) -> String {
    json!({ "accountId": account, "awsRegion": "eu-central-1",
            "configuration": { "targetResourceType": "AWS::S3::Bucket", "targetResourceId": resource,
                               "configRuleList": [{ "configRuleName": "a", "complianceType": verdict }] } })
    .to_string()
}

/// A bucket that keeps what is written and minds conditions, beside an aggregator with these pages.
pub(super) struct Account {
    pub aws: FakeAws,
    pub objects: Objects,
    configuration: String,
}

impl Account {
    pub fn new(pages: Vec<Vec<String>>) -> Self {
        Self::refusing(pages, |_| None)
    }

    pub fn refusing(
        pages: Vec<Vec<String>>,
        refuse: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let rule = RuleEntry { name: "a".to_owned(), ..RuleEntry::default() };
        Self::configured(&MonitoringConfiguration::new([rule]).unwrap(), pages, refuse)
    }

    pub fn configured(
        configuration: &MonitoringConfiguration,
        pages: Vec<Vec<String>>,
        refuse: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let configuration = configuration.render().unwrap();
        let (objects, document) = (Objects::default(), configuration.clone());
        let kept = Arc::clone(&objects);
        let aws = FakeAws::start(move |request| {
            refuse(request).unwrap_or_else(|| match request.operation() {
                line if line.contains(key::CONFIGURATION) => (200, document.clone()),
                line if line.contains("/functions/") => (202, String::new()),
                line if line.contains("/operation/") => (200, String::new()),
                "SelectAggregateResourceConfig" if request.body.contains("resourceId IN") => described(request),
                "SelectAggregateResourceConfig" => page(&pages, request),
                "GetAggregateComplianceDetailsByConfigRule" => reasons(request),
                "DescribeConfigurationAggregatorSourcesStatus" => (200, sources()),
                "DescribeConfigurationRecorderStatus" => (200, recorder(true, "SUCCESS")),
                "DescribeConfigurationRecorders" => (200, recorders()),
                "DescribeConfigRules" => rules(request),
                _ => object(&kept, request),
            })
        });
        Self { aws, objects, configuration }
    }

    pub async fn run(&self, event: &Value, run: &str) -> Result<Value, HandlerError> {
        self.run_within(event, run, 300_000).await
    }

    /// A run at a time.
    pub async fn run_on(&self, event: &Value, run: &str, time: &str) -> Result<Value, HandlerError> {
        self.run_at(event, run, 300_000, Timestamp::parse(time).unwrap()).await
    }

    /// A run that has so many milliseconds.
    pub async fn run_within(&self, event: &Value, run: &str, millis: u64) -> Result<Value, HandlerError> {
        self.run_at(event, run, millis, invocation().run.time).await
    }

    async fn run_at(&self, event: &Value, run: &str, millis: u64, time: Timestamp) -> Result<Value, HandlerError> {
        let sha256 = sha256::hex(self.configuration.as_bytes());
        let variables = [
            ("ACCOUNT_ALIAS", "payments"),
            ("AGGREGATOR_NAME", "compliance-aggregator"),
            ("CONFIGURATION_KEY", key::CONFIGURATION),
            ("CONFIGURATION_SHA256", &sha256),
        ];
        let environment = testing::environment(&variables);
        let clients = testing::clients(&self.aws);
        let aggregation = Aggregation::new(environment, &clients)?;
        let mut invocation = invocation();
        invocation.run.id = run.to_owned();
        invocation.run.time = time;
        invocation.deadline_unix_millis = invocation.started_unix_millis + millis;
        aggregation.handle(event, &invocation).await
    }

    pub fn put(&self, key: &str, body: &str) {
        self.objects.lock().unwrap().insert(key.to_owned(), body.to_owned());
    }

    pub fn keys(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    pub fn object(&self, key: &str) -> String {
        self.objects.lock().unwrap()[key].clone()
    }

    pub fn report(&self, run: &str) -> Value {
        let key = format!("{}report.json", PREFIX.replace("run-1", run));
        serde_json::from_str(&self.object(&key)).unwrap()
    }
}

fn page(pages: &[Vec<String>], request: &Request) -> Answer {
    let asked: Value = serde_json::from_str(&request.body).unwrap();
    let number = asked["NextToken"].as_str().map_or(0, |token| token.parse::<usize>().unwrap());
    let mut answer = json!({ "Results": pages.get(number).cloned().unwrap_or_default() });
    if number + 1 < pages.len() {
        answer["NextToken"] = (number + 1).to_string().into();
    }
    (200, answer.to_string())
}

/// A row of each resource that is asked for but those whose ids begin with `unknown`.
fn described(request: &Request) -> Answer {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let (_, ids) = body["Expression"].as_str().unwrap().split_once(" IN (").unwrap();
    let ids = ids.trim_end_matches(')').split(", ").map(|id| id.trim_matches('\''));
    let row = |account: &str, id: &str| {
        json!({ "accountId": account, "awsRegion": "eu-central-1", "resourceType": "AWS::S3::Bucket", "resourceId": id,
                "resourceName": format!("name of {id}"), "arn": format!("arn:aws:s3:::{id}"),
                "tags": [{ "key": "team", "value": format!("team of {id}") }] })
        .to_string()
    };
    let known = ids.filter(|id| !id.starts_with("unknown"));
    let rows: Vec<String> = known.flat_map(|id| ["0", "1", "2"].map(|account| row(account, id))).collect();
    (200, json!({ "Results": rows }).to_string())
}

/// A reason for bucket `one` and `x` under whatever rule is asked for.
fn reasons(request: &Request) -> Answer {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["ComplianceType"], "NON_COMPLIANT");
    let result = |id: &str| {
        json!({ "Annotation": format!("why {id}"), "ComplianceType": "NON_COMPLIANT",
                "EvaluationResultIdentifier": { "EvaluationResultQualifier": {
                    "ConfigRuleName": body["ConfigRuleName"], "ResourceType": "AWS::S3::Bucket", "ResourceId": id } } })
    };
    (200, json!({ "AggregateEvaluationResults": [result("one"), result("x")] }).to_string())
}

fn recorder(recording: bool, last: &str) -> String {
    json!({ "ConfigurationRecordersStatus": [{ "name": "default", "recording": recording, "lastStatus": last }] })
        .to_string()
}

fn recorders() -> String {
    let overrides = json!([{ "resourceTypes": ["AWS::EC2::Volume"], "recordingFrequency": "DAILY" }]);
    json!({ "ConfigurationRecorders": [{
        "name": "default", "recordingGroup": { "allSupported": false, "resourceTypes": [],
        "exclusionByResourceTypes": { "resourceTypes": ["AWS::S3::Bucket"] } },
        "recordingMode": { "recordingFrequency": "CONTINUOUS", "recordingModeOverrides": overrides } }] })
    .to_string()
}

/// Two pages of rules, of which one counts.
fn rules(request: &Request) -> Answer {
    if request.body.contains("NextToken") {
        return (
            200,
            json!({ "ConfigRules": [{ "ConfigRuleName": "somebody-elses", "Source": { "Owner": "AWS" } }] })
                .to_string(),
        );
    }
    let rule = json!({ "ConfigRuleName": "a", "InputParameters": "{\"days\":\"90\"}", "Source": { "Owner": "AWS" },
        "MaximumExecutionFrequency": "TwentyFour_Hours", "Scope": { "ComplianceResourceTypes": ["AWS::S3::Bucket"] } });
    (200, json!({ "ConfigRules": [rule], "NextToken": "2" }).to_string())
}

fn sources() -> String {
    let source = |id, kind, region, status| {
        let updated = if status == "FAILED" { 1_772_500_000 } else { 1_772_590_000 };
        json!({ "SourceId": id, "SourceType": kind, "AwsRegion": region, "LastUpdateStatus": status,
                "LastUpdateTime": updated })
    };
    json!({ "AggregatedSourceStatusList": [
        source("1", "ACCOUNT", Some("eu-central-1"), "SUCCEEDED"), source("9", "ACCOUNT", Some("eu-west-1"), "FAILED"),
        source("o-1", "ORGANIZATION", None, "SUCCEEDED"),
    ] })
    .to_string()
}

/// S3 as far as it matters here: an object that must be new, and one that is not there.
fn object(kept: &Objects, request: &Request) -> Answer {
    let (method, target) = request.line.split_once(' ').unwrap();
    let path = target.split('?').next().unwrap();
    let key = path.strip_prefix(&format!("/{}/", testing::BUCKET)).unwrap().replace("%3D", "=");
    let refused = |status, code: &str| (status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"));
    let mut kept = kept.lock().unwrap();
    if method == "HEAD" {
        return (if kept.contains_key(&key) { 200 } else { 403 }, String::new());
    }
    if method == "GET" {
        return kept.get(&key).map_or_else(|| refused(403, "AccessDenied"), |body| (200, body.clone()));
    }
    if request.headers.get("if-none-match").is_some_and(|tag| tag == "*") && kept.contains_key(&key) {
        return refused(412, "PreconditionFailed");
    }
    if request
        .headers
        .get("if-match")
        .is_some_and(|tag| kept.get(&key).map(|body| testing::etag(body)).as_ref() != Some(tag))
    {
        return refused(412, "PreconditionFailed");
    }
    kept.insert(key, request.body.clone());
    (200, String::new())
}

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
        assert_eq!(put.headers["x-amz-server-side-encryption-aws-kms-key-id"], testing::KMS_KEY_ARN);
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
async fn rules_weigh_and_count_as_the_configuration_says() {
    let rule = |name: &str, severity| RuleEntry {
        frameworks: BTreeMap::from([("hipaa".to_owned(), ["164.312".to_owned()].into())]),
        name: name.to_owned(),
        severity,
        ..RuleEntry::default()
    };
    let verdict = |resource: &str, rule: &str, compliance: &str| row("1", resource, compliance).replace("\"a\"", rule);
    let pack = PackEntry { name: "p".to_owned(), rules: vec![rule("p-c", Severity::Critical)] };
    let rules = [rule("a", Severity::Low), rule("b", Severity::Informational)];
    let lacking = NotAssessed {
        frameworks: BTreeMap::from([("hipaa".to_owned(), vec!["164.312".to_owned()])]),
        identifier: "NOT_OFFERED".to_owned(),
    };
    let configuration = MonitoringConfiguration::new(rules).unwrap().with_packs([pack]).unwrap();
    let configuration = configuration
        .with_not_assessed([lacking])
        .with_manual(BTreeMap::from([("hipaa".to_owned(), vec!["164.308".to_owned()])]));
    let rows = vec![
        verdict("one", "\"a\"", "NON_COMPLIANT"),
        verdict("two", "\"b\"", "NON_COMPLIANT"),
        verdict("three", "\"p-c-conformance-pack-x1\"", "COMPLIANT"),
    ];
    let account = Account::configured(&configuration, vec![rows], |_| None);
    let answer = account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!(answer["scoreMillipoints"], 90_910, "1 of 11, and the informational one outside");
    let report = account.report("run-1");
    let rules: BTreeMap<_, _> =
        report["rules"].as_array().unwrap().iter().map(|one| (one["name"].as_str(), one)).collect();
    let of = |name: &str| rules[&Some(name)];
    assert_eq!(rules.len(), 3, "the pack's rule counts under the name of its template");
    assert_eq!((&of("p-c")["severity"], &of("p-c")["compliant"]), (&json!("critical"), &json!(1)));
    assert_eq!((&of("a")["severity"], &of("a")["controls"]), (&json!("low"), &json!(["hipaa 164.312"])));
    assert_eq!(
        report["severities"],
        json!([["critical", 0], ["high", 0], ["medium", 0], ["low", 1], ["informational", 1]])
    );
    assert!(account.object(&format!("{PREFIX}rules.csv")).contains("a,low,hipaa 164.312,"));
    assert!(account.object(&format!("{PREFIX}findings.csv")).contains("informational,b,"));
    let hipaa = &report["frameworks"][0];
    for (state, count) in [("failing", 2), ("compliant", 1), ("notAssessed", 1), ("manual", 1), ("silent", 0)] {
        assert_eq!(hipaa[state], count, "{state}: {hipaa}");
    }
    let parts: BTreeMap<_, _> =
        hipaa["parts"].as_array().unwrap().iter().map(|one| (one["name"].as_str(), &one["state"])).collect();
    assert_eq!((parts[&Some("NOT_OFFERED")], parts[&Some("164.308")]), (&json!("notAssessed"), &json!("manual")));
}

#[tokio::test(start_paused = true)]
async fn another_configuration_than_the_environment_names_is_refused() {
    let mut account = Account::new(vec![vec![]]);
    account.configuration.push(' ');
    let error = account.run(&json!({}), "run-1").await.unwrap_err().to_string();
    assert!(error.contains("configuration/monitoring.json"), "{error}");
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
        StorageEnvironment { report_bucket: testing::BUCKET.to_owned(), kms_key_arn: testing::KMS_KEY_ARN.to_owned() };
    let store = Store::new(testing::clients(&account.aws).s3, storage);
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
async fn a_recorder_that_is_not_there_or_stands_still_or_fails_counts_as_stopped() {
    for (status, stopped) in [
        (recorder(true, "SUCCESS"), false),
        (recorder(true, "PENDING"), false),
        (recorder(true, "FAILURE"), true),
        (recorder(false, "SUCCESS"), true),
        (json!({ "ConfigurationRecordersStatus": [] }).to_string(), true),
    ] {
        let aws = FakeAws::start(move |_| (200, status.clone()));
        let config = ConfigReads::new(testing::clients(&aws).config);
        assert_eq!(recording::is_stopped(&config).await.unwrap(), stopped, "{:?}", aws.operations());
    }
}

/// A deployment over `us-east-1`, too, whose recorder answers `there`.
async fn stopped_with(there: Answer) -> Option<bool> {
    let aws = FakeAws::start(move |request| match request.headers.get("authorization") {
        Some(signed) if signed.contains("/us-east-1/") => there.clone(),
        _ => (200, recorder(true, "SUCCESS")),
    });
    let config = ConfigReads::new(testing::clients(&aws).config);
    recording::any_stopped(&config, ["us-east-1"].into_iter(), &invocation().run).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_recorder_that_is_stopped_in_another_region_counts_as_stopped() {
    assert_eq!(stopped_with((200, recorder(false, "SUCCESS"))).await, Some(true));
    assert_eq!(stopped_with((200, recorder(true, "SUCCESS"))).await, Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_region_that_does_not_answer_ends_no_report() {
    let refused = json!({ "__type": "UnrecognizedClientException", "message": "no" }).to_string();
    assert_eq!(stopped_with((400, refused)).await, Some(false));
}

#[tokio::test(start_paused = true)]
async fn finding_4_a_denied_read_of_the_recorder_is_unknown_and_ends_no_report() {
    for code in ["AccessDeniedException", "AccessDenied"] {
        let body = json!({ "__type": code, "message": "User is not authorized" }).to_string();
        let aws = FakeAws::start(move |_| (400, body.clone()));
        let config = ConfigReads::new(testing::clients(&aws).config);
        assert!(recording::is_stopped(&config).await.unwrap_err().is_refusal(), "{code}");
    }
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

#[tokio::test(start_paused = true)]
async fn waived_findings_leave_score_and_counts_and_are_listed_with_their_waiver() {
    use functions_core::waiver::Waiver;

    let rule = RuleEntry { name: "a".to_owned(), ..RuleEntry::default() };
    let waiver = |resource: &str, expires: &str| Waiver {
        expires: expires.to_owned(),
        owner: "data-team".to_owned(),
        reason: "migration".to_owned(),
        resource: Some(resource.to_owned()),
        ..Waiver::default()
    };
    let waivers =
        vec![waiver("name of one", "2026-12-31"), waiver("nothing", "2026-12-31"), waiver("two", "2026-01-01")];
    let configuration = MonitoringConfiguration::new([rule]).unwrap().with_waivers(waivers, 365);
    let rows = vec![row("1", "one", "NON_COMPLIANT"), row("1", "two", "NON_COMPLIANT"), row("1", "good", "COMPLIANT")];
    let account = Account::configured(&configuration, vec![rows], |_| None);
    let answer = account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!((&answer["nonCompliant"], &answer["scoreMillipoints"]), (&json!(1), &json!(50_000)));
    let report = account.report("run-1");
    assert_eq!((&report["totals"]["waived"], &report["totals"]["nonCompliant"]), (&json!(1), &json!(1)));
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    let waived = &report["waived"][0];
    assert_eq!((&waived["resourceId"], &waived["waiver"]), (&json!("one"), &json!("data-team until 2026-12-31")));
    let states: Vec<_> =
        report["waivers"].as_array().unwrap().iter().map(|one| (&one["state"], &one["findings"])).collect();
    assert_eq!(
        states,
        [(&json!("in force"), &json!(1)), (&json!("in force"), &json!(0)), (&json!("expired"), &json!(0))]
    );
    let page = account.object(&format!("{PREFIX}index.html"));
    for text in ["Waived findings", "data-team until 2026-12-31", "It matches no finding.", "It has ended"] {
        assert!(page.contains(text), "{text}");
    }
    let csv = account.object(&format!("{PREFIX}findings.csv"));
    assert!(
        csv.lines().next().unwrap().ends_with(",annotation,waiver,detailsAsOf,reasonAsOf,rulePage,remediation"),
        "{csv}"
    );
    assert!(csv.contains("data-team until 2026-12-31"));
}
