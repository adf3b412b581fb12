//! No input is accepted and ignored: each changes a child, an output, a message or what is wrong.
//!
//! The inputs are those of `schema.json`, so a new one is tested without another line here, unless only a particular value
//! of it has an effect: [`programs`] then needs one that gives it.

use std::collections::BTreeSet;

use pulumi_component::Error;
use pulumi_component::testing::{MockMonitor, inputs};
use pulumi_component::value::Value;
use serde_json::{Value as Json, json};

use crate::by_name::{PARTS, construct};
use crate::support::{answers_in, every_input, shown};

/// Inputs that are given to several parts as they are, and of which each part uses some: the whole uses all.
const SHARED: [(&str, &str); 7] = [
    ("Alerts", "notifications"),
    ("Functions", "frameworks"),
    ("Functions", "notifications"),
    ("Functions", "rules"),
    ("ReportStore", "reports.objectLock"),
    ("RuleSet", "frameworks"),
    ("RuleSet", "rules"),
];
/// Inputs that matter where a template of a pack is larger than a request, which takes hundreds of large parameters:
/// `parts::rule_set::packs` tests it.
const LARGE_TEMPLATES: [(&str, &str); 2] = [("RuleSet", "bucketName"), ("RuleSet", "kmsKeyArn")];
/// How the account is inspected, which a mock of the engine does not do: `tests/engine/test_account.py` and
/// `test_account_look.py` test it, and `tests/look/test_access.py` the profile.
const SCAN: &str = "lookup";
/// It admits what is refused where something is deployed: `account::existing` and `state_machine` test it.
const REPLACEMENT: &str = "reports.allowReplacement";

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1";
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alerts";

/// Waivers with every selector.
fn waived() -> Json {
    json!({
        "frameworks": [{ "id": "pci-dss-3.2.1" }], "waiverMaxDays": 200,
        "waivers": [
            { "rule": "ebs-volumes-encrypted", "resource": "legacy-*", "accounts": ["111122223333"], "regions": ["eu-west-1"],
              "tags": { "team": "data" }, "owner": "data-team", "reason": "migration", "expires": "2027-03-31", "ticket": "SEC-1" },
            { "framework": "pci-dss-3.2.1", "control": "3.4", "owner": "data-team", "reason": "migration",
              "expires": "2027-03-31" },
        ],
    })
}

fn remediated() -> Json {
    json!({
        "rules": { "managed": [
            { "identifier": "S3_BUCKET_SSL_REQUESTS_ONLY" },
            { "identifier": "CMK_BACKING_KEY_ROTATION_ENABLED" },
            { "identifier": "CW_LOGGROUP_RETENTION_PERIOD_CHECK" },
        ] },
        "remediation": {
            "mode": "automatic", "optInTag": "fix", "optOutTag": "keep", "fourEyes": true, "trustSessionNames": true, "approvalHours": 24,
            "verificationHours": 24, "limits": { "maxActions": 5, "maxPercent": 10 },
            "windows": ["Mon-Fri 08:00-16:00 UTC"],
            "rules": {
                "s3-bucket-ssl-requests-only": { "action": "s3-versioning" },
                "cmk-backing-key-rotation-enabled": { "optInTag": "fix-keys" },
                "cw-loggroup-retention-period-check": { "mode": "approve", "parameters": { "days": "90" } },
            },
        },
    })
}

/// Programs that give every input of a component between them, each with its region.
fn programs(part: &str) -> Vec<(&'static str, Json)> {
    let here = |given: Json| ("eu-west-1", given);
    match part {
        "ComplianceMonitoring" => {
            let every = shown(&Value::Object(every_input()).into());
            let recorder = |more: Json| {
                let mut given = json!({ "recorder": {
                    "mode": "create", "roleArn": "arn:aws:iam::111122223333:role/config", "strategy": "allExcept",
                    "resourceTypes": ["AWS::EC2::Volume"], "globalTypes": false, "frequency": "continuous",
                    "dailyTypes": ["AWS::S3::Bucket"],
                } });
                merge(&mut given, more);
                here(given)
            };
            let route = |more: Json| {
                let mut given = json!({ "rules": ["ebs-volumes-encrypted"], "frameworks": ["hipaa"],
                    "accounts": ["111122223333"], "severities": ["high"] });
                merge(&mut given, more);
                here(json!({ "notifications": { "emails": { "a": "a@example.com" }, "routes": { "soc": given } } }))
            };
            vec![
                here(every),
                here(
                    json!({ "kmsKeyArn": KEY, "reports": { "objectLock": { "days": 30, "mode": "compliance" }, "onDestroy": "refuse" }, "aggregation": { "allRegions": true } }),
                ),
                here(json!({ "hardened": true })),
                here(waived()),
                here(remediated()),
                recorder(json!({})),
                recorder(json!({ "recorder": { "frequency": "daily", "dailyTypes": [] } })),
                route(json!({ "chat": true })),
                route(json!({ "email": "soc@example.com" })),
                route(json!({ "https": "https://example.com/hook" })),
                (
                    "ca-west-1",
                    json!({ "rules": { "managed": [
                    { "identifier": "ACCESS_KEYS_ROTATED", "onUnavailable": "skip" },
                ] } }),
                ),
                here(json!({ "rules": {
                    "managed": [
                        { "identifier": "NEWER_THAN_THE_CATALOGUE", "unchecked": true },
                        { "identifier": "ACCESS_KEYS_ROTATED", "parameters": { "maxAccessKeyAge": "30" } },
                        { "identifier": "S3_BUCKET_VERSIONING_ENABLED",
                          "scope": { "tagKey": "team", "tagValue": "security" },
                          "remediation": { "document": "AWS-ConfigureS3BucketVersioning", "acceptInferred": true } },
                    ],
                    "custom": [
                        { "name": "other-account", "scope": { "tagKey": "team", "tagValue": "security" },
                          "function": { "arn": "arn:aws:lambda:eu-west-1:111122223333:function:own", "grantInvoke": false } },
                        { "name": "policy", "parameters": { "most": "3" }, "description": "Volumes are encrypted",
                          "guard": { "policy": "rule own { a exists }", "runtime": "guard-2.x.x" },
                          "scope": { "resourceTypes": ["AWS::EC2::Volume"], "resourceId": "vol-1" } },
                    ],
                } })),
                here(json!({ "frameworks": [{
                    "id": "hipaa", "parameters": { "ACCESS_KEYS_ROTATED": { "maxAccessKeyAge": "30" } },
                    "exclude": ["ENCRYPTED_VOLUMES"], "severities": { "ACCESS_KEYS_ROTATED": "low" },
                }] })),
            ]
        }
        "Encryption" => vec![here(
            json!({ "namePrefix": "audit", "tags": { "a": "b" }, "configDelivery": true, "budgetNotices": true, "onDestroy": "refuse" }),
        )],
        "ReportStore" => vec![
            here(json!({
                "namePrefix": "audit", "tags": { "a": "b" }, "kmsKeyArn": KEY, "configDelivery": true,
                "reports": { "retentionDays": 90, "forceDestroy": true, "objectLock": {} },
            })),
            here(json!({ "kmsKeyArn": KEY, "reports": { "bucketName": "audit-reports", "onDestroy": "refuse" } })),
        ],
        "History" => vec![here(json!({
            "namePrefix": "audit", "tags": { "a": "b" }, "kmsKeyArn": KEY, "bucketName": "reports",
        }))],
        "Alerts" => vec![here(json!({
            "namePrefix": "audit", "tags": { "a": "b" }, "kmsKeyArn": KEY, "budgetNotices": true,
            "notifications": { "emails": { "a": "a@example.com" } },
        }))],
        "Alarms" => vec![here(json!({
            "namePrefix": "audit", "tags": { "a": "b" }, "topicArn": TOPIC, "bucketName": "reports",
            "settings": { "enabled": true, "severities": ["low"], "scoreDrop": 5, "silentHours": 20 },
        }))],
        "Budget" => vec![here(json!({
            "tags": { "a": "b" }, "topicArn": TOPIC, "monthlyUsd": 20, "notifyAtPercent": [50], "regions": ["us-east-1"],
        }))],
        "Recorder" => {
            let given = json!({
                "namePrefix": "audit", "kmsKeyArn": KEY, "bucketName": "abc", "bucketArn": "arn:aws:s3:::abc",
                "settings": {
                    "mode": "create", "roleArn": "arn:aws:iam::111122223333:role/config", "strategy": "allExcept",
                    "resourceTypes": ["AWS::EC2::Volume"], "globalTypes": false, "frequency": "continuous",
                    "dailyTypes": ["AWS::S3::Bucket"],
                },
            });
            vec![here(given)]
        }
        "RuleSet" => vec![here(json!({
            "namePrefix": "audit", "tags": { "a": "b" }, "bucketName": "templates", "kmsKeyArn": KEY,
            "iam": { "path": "/audit/", "permissionsBoundary": "arn:aws:iam::111122223333:policy/boundary" },
            "rules": { "managed": [{
                "identifier": "S3_BUCKET_VERSIONING_ENABLED", "remediation": { "acceptInferred": true },
            }] },
            "frameworks": [{
                "id": "hipaa", "deployAs": "conformancePack", "exclude": ["ENCRYPTED_VOLUMES"],
                "parameters": { "ACCESS_KEYS_ROTATED": { "maxAccessKeyAge": "30" } },
                "severities": { "ACCESS_KEYS_ROTATED": "low" },
            }],
        }))],
        "Functions" => vec![
            {
                let aggregation = json!({ "accounts": ["444455556666"] });
                let mut given = json!({ "bucketName": "reports", "kmsKeyArn": KEY, "aggregation": aggregation });
                merge(&mut given, waived());
                here(given)
            },
            here(
                json!({ "bucketName": "reports", "kmsKeyArn": KEY, "objectLock": { "days": 30, "mode": "compliance" } }),
            ),
            {
                let aggregation = json!({ "regions": ["us-east-1"] });
                let mut given = json!({ "bucketName": "reports", "kmsKeyArn": KEY, "aggregation": aggregation });
                merge(&mut given, remediated());
                here(given)
            },
            here(json!({
                "namePrefix": "audit", "tags": { "a": "b" }, "bucketName": "reports", "kmsKeyArn": KEY,
                "aggregation": { "allRegions": true }, "topicArn": TOPIC, "deliveryQueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/audit-delivery-test",
                "iam": { "path": "/audit/", "permissionsBoundary": "arn:aws:iam::111122223333:policy/boundary" },
                "rules": { "baseline": false }, "frameworks": [{ "id": "hipaa" }], "notifications": { "digest": "daily" },
                "exports": { "ocsf": true, "securityHub": true },
                "settings": {
                    "architecture": "arm64",
                    "memoryMib": 512, "timeoutSeconds": 60, "logRetentionDays": 30, "schedule": "rate(1 hour)",
                    "reservedConcurrency": 2, "countedRules": "all",
                    "vpc": { "subnetIds": ["subnet-0123456789abcdef0"], "securityGroupIds": ["sg-0123456789abcdef0"] },
                },
            })),
        ],
        "Aggregation" => vec![
            here(json!({
                "namePrefix": "audit", "tags": { "a": "b" },
                "settings": { "accounts": ["444455556666"], "regions": ["us-east-1"] },
            })),
            here(json!({ "settings": { "allRegions": true } })),
        ],
        "AggregationSource" => vec![here(json!({
            "aggregatorAccountId": "444455556666", "aggregatorRegion": "us-east-1", "tags": { "a": "b" },
        }))],
        "Dashboard" => vec![here(json!({ "namePrefix": "audit" }))],
        other => panic!("no program of {other}"),
    }
}

fn merge(into: &mut Json, more: Json) {
    match (into, more) {
        (Json::Object(into), Json::Object(more)) => {
            for (name, value) in more {
                merge(into.entry(name).or_insert(Json::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}

/// What a preview and an update come to: children and messages, or what is wrong. Components record what they are given,
/// which is no effect.
async fn observed(part: &str, region: &str, given: &Json) -> String {
    let preview = observed_with(MockMonitor::preview(), part, region, given).await;
    preview + &observed_with(MockMonitor::update(), part, region, given).await
}

async fn observed_with(monitor: MockMonitor, part: &str, region: &str, given: &Json) -> String {
    let monitor = answers_in(region, monitor);
    let result = construct(part, &monitor, "it", inputs(given.clone())).await;
    let recorded = monitor.recorded();
    let mut lines: Vec<_> = recorded
        .registrations
        .iter()
        .filter(|(_, one)| !one.type_token.starts_with("aws-compliance:"))
        .map(|(urn, one)| {
            let (retained, protected) = (one.options.retain_on_delete, one.options.protect);
            format!("{urn} {} {retained:?} {protected:?}", shown(&Value::Object(one.inputs.clone()).into()))
        })
        .chain(recorded.log.iter().map(|entry| entry.message.clone()))
        .collect();
    lines.sort();
    match result {
        Ok(()) => {}
        Err(Error::InvalidInputs(problems)) => lines.extend(problems.iter().map(ToString::to_string)),
        Err(error) => panic!("{part}: {error}"),
    }
    lines.join("\n")
}

/// A step down from a value.
#[derive(Clone, Debug)]
enum Step {
    Member(String),
    Index(usize),
}

/// An input that is given: its path in the schema, where it is in the program, and what other values it may have.
struct Given {
    path: String,
    steps: Vec<Step>,
    others: Vec<Json>,
}

/// The schema of the package, as a walk needs it.
struct Schema(Json);

impl Schema {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("../../../../schema.json")).expect("the schema is JSON"))
    }

    fn inputs(&self, part: &str) -> &Json {
        &self.0["resources"][format!("aws-compliance:index:{part}")]["inputProperties"]
    }

    fn referred(&self, property: &Json) -> Option<&Json> {
        let name = property["$ref"].as_str()?.strip_prefix("#/types/")?;
        Some(&self.0["types"][name])
    }

    /// Walks what a program gives beside the schema: every path of the schema, and the inputs that are given.
    fn walk(&self, property: &Json, given: Option<&Json>, path: String, steps: Vec<Step>, found: &mut Found) {
        let below = |steps: &[Step], step: Step| steps.iter().cloned().chain([step]).collect::<Vec<_>>();
        if let Some(kind) = self.referred(property) {
            if let Some(members) = kind["properties"].as_object() {
                for (name, member) in members {
                    let value = given.and_then(|given| given.get(name));
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    self.walk(member, value, path, below(&steps, Step::Member(name.clone())), found);
                }
                return;
            }
            let others = kind["enum"].as_array().into_iter().flatten().map(|one| one["value"].clone());
            return found.leaf(path, steps, given, others.collect());
        }
        for (part, marker) in [("items", "[]"), ("additionalProperties", "{}")] {
            let Some(inner) = property.get(part).filter(|inner| self.is_deep(inner)) else { continue };
            let path = format!("{path}{marker}");
            let mut any = false;
            let elements = given.and_then(Json::as_array).into_iter().flatten().enumerate();
            let elements = elements.map(|(index, value)| (Step::Index(index), value));
            let members = given.and_then(Json::as_object).into_iter().flatten();
            let members = members.map(|(name, value)| (Step::Member(name.clone()), value));
            for (step, value) in elements.chain(members) {
                any = true;
                self.walk(inner, Some(value), path.clone(), below(&steps, step), found);
            }
            if !any {
                self.walk(inner, None, path, steps.clone(), found);
            }
            return;
        }
        let others = match given {
            Some(Json::Bool(value)) => vec![json!(!value)],
            Some(Json::Number(value)) => vec![json!(value.as_u64().unwrap_or_default() + 1)],
            Some(Json::String(text)) => vec![json!(format!("{text}x"))],
            _ => Vec::new(),
        };
        found.leaf(path, steps, given, others);
    }

    /// Whether something has members of its own, in the end.
    fn is_deep(&self, property: &Json) -> bool {
        match self.referred(property) {
            Some(kind) => kind.get("properties").is_some(),
            None => ["items", "additionalProperties"]
                .iter()
                .any(|part| property.get(part).is_some_and(|inner| self.is_deep(inner))),
        }
    }
}

#[derive(Default)]
struct Found {
    paths: BTreeSet<String>,
    given: Vec<Given>,
}

impl Found {
    fn leaf(&mut self, path: String, steps: Vec<Step>, given: Option<&Json>, others: Vec<Json>) {
        if given.is_some() {
            self.given.push(Given { path: path.clone(), steps, others });
        }
        self.paths.insert(path);
    }
}

/// The program with another value at a place, or without any.
fn changed(program: &Json, steps: &[Step], value: Option<&Json>) -> Json {
    let mut program = program.clone();
    let Some((Step::Member(last), before)) = steps.split_last() else { return program };
    let mut place = &mut program;
    for step in before {
        place = match step {
            Step::Member(name) => &mut place[name],
            Step::Index(index) => &mut place[index],
        };
    }
    let members = place.as_object_mut().expect("the place is an object");
    match value {
        Some(value) => members.insert(last.clone(), value.clone()),
        None => members.remove(last),
    };
    program
}

fn is_exempt(part: &str, path: &str) -> bool {
    let first = path.split(['.', '[', '{']).next().unwrap_or_default();
    let is_below =
        |start: &str| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']));
    let is_shared = SHARED.iter().any(|(shared, start)| *shared == part && is_below(start));
    first == SCAN || path == REPLACEMENT || is_shared || LARGE_TEMPLATES.contains(&(part, first))
}

#[tokio::test]
async fn every_input_has_an_effect() {
    let (schema, mut ignored) = (Schema::read(), Vec::new());
    for part in PARTS {
        let (mut all, mut effective) = (BTreeSet::new(), BTreeSet::new());
        for (region, program) in programs(part) {
            let mut found = Found::default();
            for (name, property) in schema.inputs(part).as_object().expect("a component has inputs") {
                schema.walk(property, program.get(name), name.clone(), vec![Step::Member(name.clone())], &mut found);
            }
            all.extend(found.paths);
            let before = observed(part, region, &program).await;
            for Given { path, steps, others } in found.given {
                if is_exempt(part, &path) || effective.contains(&path) {
                    continue;
                }
                for value in std::iter::once(None).chain(others.iter().map(Some)) {
                    let other = changed(&program, &steps, value);
                    if other != program && observed(part, region, &other).await != before {
                        effective.insert(path.clone());
                        break;
                    }
                }
            }
        }
        let lacking = all.into_iter().filter(|path| !is_exempt(part, path) && !effective.contains(path));
        ignored.extend(lacking.map(|path| format!("{part}: {path}")));
    }
    assert_eq!(ignored, Vec::<String>::new());
}

/// What is exempt in a part is none in the whole, and is an input of the part.
#[tokio::test]
async fn every_exemption_is_an_input_of_the_whole() {
    let schema = Schema::read();
    for (part, input) in SHARED.into_iter().chain([("RuleSet", SCAN)]) {
        let (first, _) = input.split_once('.').unwrap_or((input, ""));
        assert!(schema.inputs(part).get(first).is_some(), "{part}.{input}");
        assert!(schema.inputs("ComplianceMonitoring").get(first).is_some(), "{input}");
    }
}
