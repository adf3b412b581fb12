//! An account with buckets and their policies, stacks, findings and a table; it can refuse any operation and end a function at
//! any call.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use compliance_types::{resource::Resource, time::Timestamp};
use functions_core::{
    configuration::{MonitoringConfiguration, RuleEntry},
    finding,
    ledger::Write,
    remediation::{
        decision::{self, Decision, Wish},
        item::{self, Item},
        settings::{Mode, RuleSettings, Settings},
    },
    sha256,
    transition::{Kind, Transition},
};
use serde_json::{Value, json};

use super::Remediation;
use crate::{
    error::HandlerError,
    tests::{
        services::{State, TOPIC},
        support::{self, Answer, FakeAws, Request, at, invocation},
    },
};

pub const RULE: &str = "tls";
pub const PERSON: &str = "AROAX:alice";
pub const OPT_IN: &str = "compliance:auto-fix";

/// What the account has.
#[derive(Default)]
pub struct World {
    pub state: State,
    /// Policy of each bucket that has one.
    pub policies: BTreeMap<String, String>,
    /// Stack of each physical id.
    pub stacks: BTreeMap<String, String>,
    /// Number of buckets that AWS Config counts.
    pub buckets: u64,
    /// Names of the tags of each bucket, where AWS Config does not know them yet.
    pub tags: BTreeMap<String, BTreeSet<String>>,
    /// Operations that are refused.
    pub refused: BTreeSet<String>,
    /// Operations that have no effect and no answer, and how often they were tried.
    pub broken: BTreeSet<String>,
    pub tried: usize,
    /// Writes of buckets' policies, in order.
    pub writes: Vec<String>,
    /// Calls after which nothing has an effect any more.
    pub dies_after: Option<usize>,
    pub calls: usize,
    /// The policy that a bucket `b` gets from somebody else when a change of it begins.
    pub on_begin: Option<String>,
    /// Of a hundred calls, how many are throttled, by a rule of the number.
    pub throttled: usize,
}

pub struct Account {
    pub aws: FakeAws,
    pub world: Arc<Mutex<World>>,
    document: String,
}

pub fn settings(mode: Mode) -> Settings {
    let rule = RuleSettings {
        action: "s3-tls-only".to_owned(),
        mode,
        opt_in_tag: Some(OPT_IN.to_owned()),
        ..RuleSettings::default()
    };
    Settings { rules: [(RULE.to_owned(), rule)].into(), ..Settings::default() }
}

pub fn configuration(settings: Settings) -> MonitoringConfiguration {
    let rule = RuleEntry {
        identifier: "S3_BUCKET_SSL_REQUESTS_ONLY".to_owned(),
        name: RULE.to_owned(),
        ..RuleEntry::default()
    };
    MonitoringConfiguration::new([rule]).unwrap().with_remediation(Some(settings))
}

impl Account {
    pub fn new(settings: Settings) -> Self {
        Self::with(&configuration(settings))
    }

    pub fn with(configuration: &MonitoringConfiguration) -> Self {
        let document = configuration.render().unwrap();
        let mut world = World { buckets: 1_000, ..World::default() };
        world.state.rows = 1_000;
        world.state.objects.insert(functions_core::key::CONFIGURATION.to_owned(), document.clone());
        world.state.results.insert(RULE.to_owned(), BTreeMap::new());
        let world = Arc::new(Mutex::new(world));
        let own = Arc::clone(&world);
        let aws = FakeAws::start(move |request: &Request| own.lock().unwrap().answer(request));
        Self { aws, world, document }
    }

    /// The same account with another configuration, as after a deployment.
    pub fn deployed(&self, configuration: &MonitoringConfiguration) -> Self {
        let document = configuration.render().unwrap();
        let mut world = self.world.lock().unwrap();
        world.state.objects.insert(functions_core::key::CONFIGURATION.to_owned(), document.clone());
        Self { aws: self.aws.clone(), world: Arc::clone(&self.world), document }
    }

    pub fn remediation(&self) -> Remediation {
        let sha256 = sha256::hex(self.document.as_bytes());
        let more = [
            ("CONFIGURATION_KEY", functions_core::key::CONFIGURATION),
            ("CONFIGURATION_SHA256", sha256.as_str()),
            ("LEDGER_TABLE", "ledger"),
            ("TOPIC_ARN", TOPIC),
        ];
        Remediation::new(support::environment(&more), &support::clients(&self.aws)).unwrap()
    }

    /// An open finding of the bucket since the minute, and the bucket with these tags.
    pub fn bad(&self, bucket: &str, minutes: u64, tags: &[&str]) {
        self.finding(bucket, minutes, true);
        let tags: Vec<Value> = tags.iter().map(|tag| json!({ "key": tag, "value": "yes" })).collect();
        let row = json!({ "arn": format!("arn:aws:s3:::{bucket}"), "tags": tags });
        self.world.lock().unwrap().state.details.insert(bucket.to_owned(), row);
    }

    /// The bucket has these tags now, of which AWS Config does not know yet.
    pub fn tagged(&self, bucket: &str, tags: &[&str]) {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        self.world.lock().unwrap().tags.insert(bucket.to_owned(), tags);
    }

    /// AWS Config recorded the bucket in the minute.
    pub fn record(&self, bucket: &str, minutes: u64) {
        let time = Timestamp::from_unix_seconds(at("x", minutes).started_unix_millis / 1_000);
        let mut world = self.world.lock().unwrap();
        if let Some(row) = world.state.details.get_mut(bucket) {
            row["configurationItemCaptureTime"] = json!(time.as_str());
        }
    }

    /// What processing writes of a finding.
    pub fn finding(&self, bucket: &str, minutes: u64, open: bool) {
        let time = Timestamp::from_unix_seconds(at("x", minutes).started_unix_millis / 1_000);
        let origin = invocation().run.origin;
        let transition = Transition {
            kind: if open { Kind::NonCompliant } else { Kind::Fixed },
            account: origin.account,
            region: origin.region,
            rule: RULE.to_owned(),
            resource: resource(bucket),
            since: time.clone(),
            at: time.clone(),
            annotation: None,
            label: None,
            waiver_ended: false,
        };
        let beside = finding::Beside::default();
        let Write::Put(entry) = finding::write(&transition, None, &time, beside).unwrap() else { panic!("no entry") };
        self.put(&entry.partition, &entry.sort, &entry.body);
    }

    /// Writes an entry as if IAM allowed it.
    pub fn put(&self, partition: &str, sort: &str, body: &str) {
        let mut world = self.world.lock().unwrap();
        let key = (partition.to_owned(), sort.to_owned());
        let number = |item: &Value| item["revision"]["N"].as_str().and_then(|text| text.parse::<u64>().ok());
        let revision = world.state.table.get(&key).and_then(number).unwrap_or(0) + 1;
        let item = json!({
            "partition": { "S": partition }, "sort": { "S": sort }, "body": { "S": body },
            "revision": { "N": revision.to_string() },
        });
        world.state.table.insert(key, item);
    }

    /// Says what AWS Config finds of a bucket from the minute on, by its record of then.
    pub fn judge(&self, bucket: &str, verdict: &str, minutes: u64) {
        self.record(bucket, minutes);
        self.evaluate(bucket, verdict, minutes);
    }

    /// Says what AWS Config finds of a bucket from the minute on, whatever record it is of.
    pub fn evaluate(&self, bucket: &str, verdict: &str, minutes: u64) {
        let mut world = self.world.lock().unwrap();
        let results = world.state.results.entry(RULE.to_owned()).or_default();
        results.insert(("AWS::S3::Bucket".to_owned(), bucket.to_owned()), verdict.to_owned());
        // Results are recorded in minutes since the hour before the first run.
        world.state.judged.insert(RULE.to_owned(), u32::try_from(minutes + 13).unwrap());
    }

    pub async fn handle(&self, event: &Value, run: &str, minutes: u64) -> Result<Value, HandlerError> {
        self.remediation().handle(event, &at(run, minutes)).await
    }

    /// A run so many minutes after the first.
    pub async fn sweep(&self, run: &str, minutes: u64) -> Value {
        self.handle(&json!({ "trigger": "remediation" }), run, minutes).await.unwrap()
    }

    /// A decision of a person, stored as the command does and done by the function.
    pub async fn decide(&self, bucket: &str, wish: Wish, by: &str, minutes: u64) -> Value {
        let item = self.item(bucket);
        let digest = item.plan.as_ref().map(functions_core::remediation::item::Plan::digest).unwrap_or_default();
        let at = Timestamp::from_unix_seconds(at("x", minutes).started_unix_millis / 1_000);
        let decision = Decision { wish, digest, round: item.round, at, reason: String::new() };
        self.put(&decision::partition(by), &item.id, &serde_json::to_string(&decision).unwrap());
        self.decided(&item.id, by, minutes).await
    }

    pub async fn decided(&self, id: &str, by: &str, minutes: u64) -> Value {
        let event = json!({ "trigger": "decision", "id": id, "by": by });
        self.handle(&event, &format!("decision-{minutes}"), minutes).await.unwrap()
    }

    pub fn item(&self, bucket: &str) -> Item {
        let origin = invocation().run.origin;
        let key = (item::partition(&origin), Item::sort(&item::id(&origin, RULE, &resource(bucket))));
        let world = self.world.lock().unwrap();
        let found = world.state.table.get(&key).unwrap_or_else(|| panic!("{bucket} has no remediation"));
        serde_json::from_str(found["body"]["S"].as_str().unwrap()).unwrap()
    }

    /// State of the bucket's remediation in words; `none` where there is none.
    pub fn state(&self, bucket: &str) -> String {
        let origin = invocation().run.origin;
        let key = (item::partition(&origin), Item::sort(&item::id(&origin, RULE, &resource(bucket))));
        let has = self.world.lock().unwrap().state.table.contains_key(&key);
        if has { self.item(bucket).state.word().to_owned() } else { "none".to_owned() }
    }

    pub fn writes(&self) -> Vec<String> {
        self.world.lock().unwrap().writes.clone()
    }
}

pub fn resource(bucket: &str) -> Resource {
    Resource { resource_type: "AWS::S3::Bucket".to_owned(), resource_id: bucket.to_owned() }
}

fn xml_error(status: u16, code: &str, message: &str) -> Answer {
    (status, format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"))
}

impl World {
    fn answer(&mut self, request: &Request) -> Answer {
        self.calls += 1;
        let name = operation(request);
        if self.dies_after.is_some_and(|calls| self.calls > calls) {
            return (500, String::new());
        }
        let is_json = request.headers.contains_key("x-amz-target");
        // A rule of the number, so that a test is the same each time.
        let throttled = (self.calls * 7 + 3) % 10 < self.throttled / 10;
        if throttled {
            let body = json!({ "__type": "ThrottlingException", "message": "slow down" }).to_string();
            let xml = xml_error(400, "ThrottlingException", "slow down");
            return if is_json { (400, body) } else { xml };
        }
        if self.broken.contains(&name) {
            self.tried += 1;
            return (500, String::new());
        }
        if self.refused.contains(&name) {
            let body = json!({ "__type": "AccessDeniedException", "message": "no" }).to_string();
            return if is_json { (403, body) } else { xml_error(403, "AccessDenied", "no") };
        }
        if name == "TransactWriteItems"
            && request.body.contains("\\\"state\\\":\\\"acting")
            && let Some(policy) = self.on_begin.take()
        {
            self.policies.insert("b".to_owned(), policy);
        }
        match name.as_str() {
            "GetDiscoveredResourceCounts" => {
                let count = json!({ "resourceType": "AWS::S3::Bucket", "count": self.buckets });
                (200, json!({ "totalDiscoveredResources": self.buckets, "resourceCounts": [count] }).to_string())
            }
            "DescribeStackResources" => self.stack(&request.body),
            "GetResources" => self.tags_of(&request.body),
            "GetBucketPolicy" | "PutBucketPolicy" | "DeleteBucketPolicy" => self.policy(request),
            _ => self.state.answer(request),
        }
    }

    fn tags_of(&self, body: &str) -> Answer {
        let body: Value = serde_json::from_str(body).unwrap();
        let arn = body["ResourceARNList"][0].as_str().unwrap();
        let bucket = arn.rsplit(':').next().unwrap();
        let tag = |name: &str| json!({ "Key": name, "Value": "yes" });
        let tags: Vec<Value> = match (self.tags.get(bucket), self.state.details.get(bucket)) {
            (Some(tags), _) => tags.iter().map(|name| tag(name)).collect(),
            (None, Some(row)) => {
                let recorded = row["tags"].as_array().into_iter().flatten();
                recorded.map(|one| tag(one["key"].as_str().unwrap())).collect()
            }
            (None, None) => Vec::new(),
        };
        // What never had tags is not there.
        let known = self.tags.contains_key(bucket) || !tags.is_empty();
        let list: Vec<Value> = known.then(|| json!({ "ResourceARN": arn, "Tags": tags })).into_iter().collect();
        (200, json!({ "PaginationToken": "", "ResourceTagMappingList": list }).to_string())
    }

    fn stack(&self, body: &str) -> Answer {
        let id = body.split("PhysicalResourceId=").nth(1).unwrap_or_default();
        match self.stacks.get(id) {
            Some(stack) => {
                let member = format!("<member><StackName>{stack}</StackName></member>");
                let result = format!("<StackResources>{member}</StackResources>");
                let result = format!("<DescribeStackResourcesResult>{result}</DescribeStackResourcesResult>");
                (200, format!("<DescribeStackResourcesResponse>{result}</DescribeStackResourcesResponse>"))
            }
            None => xml_error(400, "ValidationError", &format!("Stack for {id} does not exist")),
        }
    }

    fn policy(&mut self, request: &Request) -> Answer {
        let (method, path) = request.line.split_once(' ').unwrap();
        let bucket = path.trim_start_matches('/').split('?').next().unwrap().to_owned();
        match method {
            "GET" => match self.policies.get(&bucket) {
                Some(policy) => (200, policy.clone()),
                None => (404, "<Error><Code>NoSuchBucketPolicy</Code><Message>no</Message></Error>".to_owned()),
            },
            "PUT" => {
                self.policies.insert(bucket.clone(), request.body.clone());
                self.writes.push(format!("put {bucket}"));
                (204, String::new())
            }
            _ => {
                self.policies.remove(&bucket);
                self.writes.push(format!("delete {bucket}"));
                (204, String::new())
            }
        }
    }
}

/// The operation of a request, in whichever protocol.
pub fn operation(request: &Request) -> String {
    if let Some(target) = request.headers.get("x-amz-target") {
        return target.rsplit('.').next().unwrap().to_owned();
    }
    if let Some(form) = request.body.strip_prefix("Action=") {
        return form.split('&').next().unwrap().to_owned();
    }
    match request.line.split_once(' ') {
        Some(("GET", path)) if path.ends_with("?policy") => "GetBucketPolicy".to_owned(),
        Some(("PUT", path)) if path.ends_with("?policy") => "PutBucketPolicy".to_owned(),
        Some(("DELETE", path)) if path.ends_with("?policy") => "DeleteBucketPolicy".to_owned(),
        _ => "Object".to_owned(),
    }
}

#[test]
fn operations_are_named_in_every_protocol() {
    let request =
        |line: &str, body: &str| Request { line: line.to_owned(), headers: BTreeMap::new(), body: body.to_owned() };
    assert_eq!(operation(&request("PUT /b?policy", "{}")), "PutBucketPolicy");
    assert_eq!(operation(&request("POST /", "Action=X&Version=1")), "X");
    assert_eq!(at("run", 1).started_unix_millis - at("run", 0).started_unix_millis, 60_000);
}
