//! A bucket that keeps what is written and minds conditions, beside an aggregator with pages of evaluation results.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use compliance_types::time::Timestamp;
use functions_core::{
    configuration::{MonitoringConfiguration, RuleEntry},
    key, sha256,
};
use serde_json::{Value, json};

use super::Aggregation;
use crate::{
    error::HandlerError,
    tests::support::{self, Answer, FakeAws, Request, invocation},
};

pub const PREFIX: &str = "reports/aggregation/2026/03/04/123456789012/eu-central-1/run-1/";

pub type Objects = Arc<Mutex<BTreeMap<String, String>>>;

pub fn row(account: &str, resource: &str, verdict: &str) -> String {
    json!({ "accountId": account, "awsRegion": "eu-central-1",
            "configuration": { "targetResourceType": "AWS::S3::Bucket", "targetResourceId": resource,
                               "configRuleList": [{ "configRuleName": "a", "complianceType": verdict }] } })
    .to_string()
}

pub struct Account {
    pub aws: FakeAws,
    pub objects: Objects,
    pub configuration: String,
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
        let environment = support::environment(&variables);
        let clients = support::clients(&self.aws);
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

pub fn recorder(recording: bool, last: &str) -> String {
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
    let key = path.strip_prefix(&format!("/{}/", support::BUCKET)).unwrap().replace("%3D", "=");
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
        .is_some_and(|tag| kept.get(&key).map(|body| support::etag(body)).as_ref() != Some(tag))
    {
        return refused(412, "PreconditionFailed");
    }
    kept.insert(key, request.body.clone());
    (200, String::new())
}
