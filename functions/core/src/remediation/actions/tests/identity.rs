//! Undo after a change is the identity on the saved part: each action against a model of its service that takes its requests.

use std::collections::BTreeMap;

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use crate::remediation::{
    action::{Action, Parameters, Proposal, Risk, Target, are_alike},
    actions::ALL,
    call::{Call, Content},
};

/// What a service answers to the requests of an action, and what a write makes of it.
trait Model: std::fmt::Debug {
    fn answers(&self) -> Vec<Value>;
    fn take(&mut self, call: &Call);
}

fn members(call: &Call) -> &Value {
    match &call.content {
        Content::Json(members) => members,
        other => panic!("{other:?}"),
    }
}

fn fields(call: &Call) -> BTreeMap<&str, &str> {
    match &call.content {
        Content::Form(fields) => fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        other => panic!("{other:?}"),
    }
}

fn body(call: &Call) -> Option<&str> {
    match &call.content {
        Content::Bucket { body, .. } => body.as_deref(),
        other => panic!("{other:?}"),
    }
}

/// The text of an element.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    xml.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

/// A switch, and how its service answers.
#[derive(Debug)]
struct Switch {
    on: bool,
    kind: &'static str,
}

impl Model for Switch {
    fn answers(&self) -> Vec<Value> {
        let (on, text) = (self.on, self.on.to_string());
        match self.kind {
            "cloudtrail-validation" => vec![json!({ "trailList": [{
                "Name": "trail", "HomeRegion": "eu-central-1", "LogFileValidationEnabled": on,
                "TrailARN": "arn:aws:cloudtrail:eu-central-1:123456789012:trail/trail",
            }] })],
            "ebs-encryption-by-default" => vec![json!({ "ebsEncryptionByDefault": [text] })],
            "kms-rotation" => vec![
                json!({ "KeyMetadata": {
                    "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS", "KeyState": "Enabled",
                } }),
                json!({ "KeyRotationEnabled": on }),
            ],
            "rds-deletion-protection" => vec![database(&text, "1")],
            "instance-type" => vec![json!({ "reservationSet": [{ "item": [{ "instancesSet": [{ "item": [{
                "instanceType": ["m1.large"], "rootDeviceType": ["ebs"],
                "instanceState": [{ "name": [if on { "stopping" } else { "running" }] }],
            }] }] }] }] })],
            "sqs-encryption" => vec![json!({ "Attributes": { "SqsManagedSseEnabled": text } })],
            other => panic!("{other}"),
        }
    }

    fn take(&mut self, call: &Call) {
        self.on = match call.operation {
            "EnableEbsEncryptionByDefault" | "EnableKeyRotation" | "StopInstances" => true,
            "DisableEbsEncryptionByDefault" | "DisableKeyRotation" | "StartInstances" => false,
            "UpdateTrail" => members(call)["EnableLogFileValidation"].as_bool().unwrap(),
            "ModifyDBInstance" => fields(call)["DeletionProtection"] == "true",
            "SetQueueAttributes" => members(call)["Attributes"]["SqsManagedSseEnabled"] == "true",
            other => panic!("{other}"),
        };
    }
}

fn database(protected: &str, days: &str) -> Value {
    json!({ "DescribeDBInstancesResult": [{ "DBInstances": [{ "DBInstance": [{
        "DBInstanceIdentifier": ["orders"], "DbiResourceId": ["db-X"], "BackupRetentionPeriod": [days],
        "DeletionProtection": [protected],
    }] }] }] })
}

/// A bucket.
#[derive(Debug)]
struct Bucket {
    policy: Option<Value>,
    block: Option<[bool; 4]>,
    website: bool,
    status: Option<String>,
    kind: &'static str,
}

const SETTINGS: [&str; 4] = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

impl Model for Bucket {
    fn answers(&self) -> Vec<Value> {
        match self.kind {
            "s3-tls-only" => vec![self.policy.clone().unwrap_or_default()],
            "s3-versioning" => {
                vec![self.status.as_ref().map_or(json!({}), |status| json!({ "Status": [status] }))]
            }
            _ => {
                let block = self.block.map(|block| {
                    let pairs = SETTINGS.iter().zip(block);
                    Value::Object(pairs.map(|(name, on)| ((*name).to_owned(), json!([on.to_string()]))).collect())
                });
                vec![
                    block.unwrap_or_default(),
                    if self.website { json!({ "IndexDocument": [""] }) } else { Value::Null },
                ]
            }
        }
    }

    fn take(&mut self, call: &Call) {
        let body = body(call);
        match call.operation {
            "PutBucketPolicy" => self.policy = Some(serde_json::from_str(body.unwrap()).unwrap()),
            "DeleteBucketPolicy" => self.policy = None,
            "PutBucketVersioning" => self.status = element(body.unwrap(), "Status").map(str::to_owned),
            "PutPublicAccessBlock" => {
                self.block = Some(SETTINGS.map(|name| element(body.unwrap(), name) == Some("true")));
            }
            "DeletePublicAccessBlock" => self.block = None,
            other => panic!("{other}"),
        }
    }
}

/// A security group: protocol, ports, range, description.
type Opening = (String, Option<i64>, Option<i64>, String, Option<String>);

#[derive(Debug)]
struct Group(Vec<Opening>);

impl Model for Group {
    fn answers(&self) -> Vec<Value> {
        let item = |(protocol, from, to, cidr, description): &Opening| {
            let mut permission = json!({ "ipProtocol": [protocol] });
            for (name, port) in [("fromPort", from), ("toPort", to)] {
                if let Some(port) = port {
                    permission[name] = json!([port.to_string()]);
                }
            }
            let (list, member) = if cidr.contains(':') { ("ipv6Ranges", "cidrIpv6") } else { ("ipRanges", "cidrIp") };
            let mut range = json!({ member: [cidr] });
            if let Some(description) = description {
                range["description"] = json!([description]);
            }
            permission[list] = json!([{ "item": [range] }]);
            permission
        };
        let items: Vec<Value> = self.0.iter().map(item).collect();
        let group = json!({ "securityGroupInfo": [{ "item": [{ "ipPermissions": [{ "item": items }] }] }] });
        vec![group, json!({ "networkInterfaceSet": [""] })]
    }

    fn take(&mut self, call: &Call) {
        let fields = fields(call);
        for number in 1.. {
            let field = |name: &str| fields.get(format!("IpPermissions.{number}.{name}").as_str()).copied();
            let Some(protocol) = field("IpProtocol") else { break };
            let port = |name: &str| field(name).map(|port| port.parse().unwrap());
            let (cidr, description) = match field("IpRanges.1.CidrIp") {
                Some(cidr) => (cidr, field("IpRanges.1.Description")),
                None => (field("Ipv6Ranges.1.CidrIpv6").unwrap(), field("Ipv6Ranges.1.Description")),
            };
            let (from, to) = (port("FromPort"), port("ToPort"));
            let same = |one: &Opening| (one.0.as_str(), one.1, one.2, one.3.as_str()) == (protocol, from, to, cidr);
            match call.operation {
                "RevokeSecurityGroupIngress" => self.0.retain(|one| !same(one)),
                "AuthorizeSecurityGroupIngress" => {
                    self.0.push((protocol.to_owned(), from, to, cidr.to_owned(), description.map(str::to_owned)));
                }
                other => panic!("{other}"),
            }
        }
    }
}

/// The account's password policy, as numbers and flags.
#[derive(Debug)]
struct Passwords(Option<BTreeMap<String, String>>);

impl Model for Passwords {
    fn answers(&self) -> Vec<Value> {
        let policy = self.0.as_ref().map(|policy| {
            let members: serde_json::Map<String, Value> =
                policy.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
            json!({ "GetAccountPasswordPolicyResult": [{ "PasswordPolicy": [members] }] })
        });
        vec![policy.unwrap_or_default()]
    }

    fn take(&mut self, call: &Call) {
        let fields = fields(call).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        self.0 = (call.operation == "UpdateAccountPasswordPolicy").then_some(fields);
    }
}

/// One value: the key of a topic, days of retention.
#[derive(Debug)]
struct One {
    value: Option<String>,
    kind: &'static str,
}

impl Model for One {
    fn answers(&self) -> Vec<Value> {
        let days = || self.value.as_ref().map(|days| days.parse::<u64>().unwrap());
        match self.kind {
            "sns-encryption" => {
                let key = self.value.iter().map(|key| json!({ "key": ["KmsMasterKeyId"], "value": [key] }));
                let entries: Vec<Value> =
                    std::iter::once(json!({ "key": ["Owner"], "value": ["1"] })).chain(key).collect();
                vec![json!({ "GetTopicAttributesResult": [{ "Attributes": [{ "entry": entries }] }] })]
            }
            "log-retention" => {
                let mut group = json!({ "logGroupName": "g" });
                if let Some(days) = days() {
                    group["retentionInDays"] = json!(days);
                }
                vec![json!({ "logGroups": [group] })]
            }
            _ => vec![database("false", self.value.as_deref().unwrap())],
        }
    }

    fn take(&mut self, call: &Call) {
        self.value = match call.operation {
            "SetTopicAttributes" => Some(fields(call)["AttributeValue"].to_owned()).filter(|key| !key.is_empty()),
            "PutRetentionPolicy" => Some(members(call)["retentionInDays"].to_string()),
            "DeleteRetentionPolicy" => None,
            "ModifyDBInstance" => Some(fields(call)["BackupRetentionPeriod"].to_owned()),
            other => panic!("{other}"),
        };
    }
}

fn resource(id: &str) -> &'static str {
    match id {
        "instance-type" => "i-1",
        "kms-rotation" => "k",
        "log-retention" => "g",
        "rds-backup" | "rds-deletion-protection" => "db-X",
        "security-group-admin-ports" => "sg-1",
        "sns-encryption" => "arn:aws:sns:eu-central-1:123456789012:t",
        "sqs-encryption" => "https://sqs.eu-central-1.amazonaws.com/123456789012/q",
        "cloudtrail-validation" => "trail",
        "ebs-encryption-by-default" | "iam-password-policy" => "123456789012",
        _ => "b",
    }
}

/// Makes the planned change of a resource and undoes it. False where there is nothing to change, or undo refuses.
fn is_undone(action: &dyn Action, model: &mut dyn Model) -> Result<bool, TestCaseError> {
    let target = Target {
        partition: "aws".to_owned(),
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        resource_id: resource(action.id()).to_owned(),
        ..Target::default()
    };
    let given = BTreeMap::new();
    let parameters = Parameters { given: &given, known: action.parameters() };
    let (id, before) = (action.id(), action.part(&target, &model.answers()).unwrap());
    let Proposal::Change { after, approval, .. } = action.propose(&target, &parameters, &before).unwrap() else {
        return Ok(false);
    };
    action.write(&target, &before, &after).unwrap().iter().for_each(|call| model.take(call));
    let made = action.part(&target, &model.answers()).unwrap();
    prop_assert!(are_alike(action, &made, &after), "{}: planned {}, made {}", id, after, made);
    let again = action.propose(&target, &parameters, &made).unwrap();
    prop_assert!(again == Proposal::Complies || action.contains(), "{}: {:?}", id, again);
    match action.write(&target, &after, &before) {
        Ok(calls) => {
            calls.iter().for_each(|call| model.take(call));
            let restored = action.part(&target, &model.answers()).unwrap();
            let same = are_alike(action, &restored, &before);
            // What undo cannot restore needs an approval, which says so.
            prop_assert!(same || approval.is_some(), "{}: was {}, is {}", id, before, restored);
            Ok(same)
        }
        Err(reason) => {
            let warned = approval.is_some() || matches!(action.risk(), Risk::Approval(_));
            prop_assert!(warned, "{}: {}", id, reason);
            Ok(false)
        }
    }
}

fn statement() -> impl Strategy<Value = Value> {
    ("[A-Z][a-z]{0,6}", prop::bool::ANY, prop::collection::vec("s3:(Get|Put)Object", 1..3)).prop_map(
        |(sid, allow, actions)| {
            let effect = if allow { "Allow" } else { "Deny" };
            json!({ "Sid": sid, "Effect": effect, "Principal": "*", "Action": actions, "Resource": "arn:aws:s3:::b/*" })
        },
    )
}

fn opening() -> impl Strategy<Value = Opening> {
    let cidr = prop_oneof![Just("0.0.0.0/0"), Just("::/0"), Just("10.0.0.0/8")];
    let ports = prop_oneof![Just((Some(22), Some(22))), Just((Some(443), Some(443))), Just((Some(0), Some(65_535)))];
    let named = prop_oneof![
        (Just("tcp".to_owned()), ports.clone()),
        (Just("udp".to_owned()), ports),
        Just(("-1".to_owned(), (None, None))),
    ];
    (named, cidr, prop::option::of("[a-z]{1,8}"))
        .prop_map(|((protocol, (from, to)), cidr, description)| (protocol, from, to, cidr.to_owned(), description))
}

fn model(id: &'static str) -> BoxedStrategy<Box<dyn Model>> {
    fn boxed(model: impl Model + 'static) -> Box<dyn Model> {
        Box::new(model)
    }
    match id {
        "s3-tls-only" | "s3-versioning" | "s3-public-access-block" => {
            let policy = prop::option::of(prop::collection::vec(statement(), 0..4));
            let status = prop::option::of(prop_oneof![Just("Enabled".to_owned()), Just("Suspended".to_owned())]);
            (policy, prop::option::of(prop::array::uniform4(prop::bool::ANY)), prop::bool::ANY, status)
                .prop_map(move |(policy, block, website, status)| {
                    let policy = policy.map(|statements| json!({ "Version": "2012-10-17", "Statement": statements }));
                    boxed(Bucket { policy, block, website, status, kind: id })
                })
                .boxed()
        }
        "security-group-admin-ports" => prop::collection::vec(opening(), 0..6)
            .prop_map(|mut openings| {
                // AWS has each permission once.
                openings.sort();
                openings
                    .dedup_by(|one, other| (&one.0, one.1, one.2, &one.3) == (&other.0, other.1, other.2, &other.3));
                boxed(Group(openings))
            })
            .boxed(),
        "iam-password-policy" => {
            let number = |range: std::ops::Range<u32>| range.prop_map(|value| value.to_string());
            let flag = || prop::bool::ANY.prop_map(|on| on.to_string());
            prop::option::of((number(6..40), number(1..400), number(1..25), flag(), flag()))
                .prop_map(|policy| {
                    boxed(Passwords(policy.map(|(length, age, reuse, symbols, change)| {
                        [
                            ("MinimumPasswordLength", length),
                            ("MaxPasswordAge", age),
                            ("PasswordReusePrevention", reuse),
                            ("RequireSymbols", symbols),
                            ("AllowUsersToChangePassword", change),
                        ]
                        .map(|(name, value)| (name.to_owned(), value))
                        .into()
                    })))
                })
                .boxed()
        }
        "sns-encryption" => {
            prop::option::of("alias/[a-z]{1,8}").prop_map(move |value| boxed(One { value, kind: id })).boxed()
        }
        "log-retention" => {
            let days = prop_oneof![Just("1"), Just("7"), Just("365"), Just("3653")].prop_map(str::to_owned);
            prop::option::of(days).prop_map(move |value| boxed(One { value, kind: id })).boxed()
        }
        "rds-backup" => {
            (0..36_u32).prop_map(move |days| boxed(One { value: Some(days.to_string()), kind: id })).boxed()
        }
        _ => prop::bool::ANY.prop_map(move |on| boxed(Switch { on, kind: id })).boxed(),
    }
}

#[test]
fn undo_after_a_change_is_the_identity_on_the_saved_part() {
    let never = ["log-retention", "rds-backup"];
    for action in ALL.iter().filter(|action| !action.changes().is_empty()) {
        let undone = std::cell::Cell::new(0);
        // One for each: it counts what it tried.
        let mut runner = TestRunner::new_with_rng(
            Config { failure_persistence: None, ..Config::default() },
            TestRng::deterministic_rng(RngAlgorithm::ChaCha),
        );
        let tried = runner.run(&model(action.id()).prop_map(std::cell::RefCell::new).no_shrink(), |model| {
            let same = is_undone(*action, model.borrow_mut().as_mut())?;
            undone.set(undone.get() + usize::from(same));
            Ok(())
        });
        assert!(tried.is_ok(), "{}: {tried:?}", action.id());
        assert_eq!(
            undone.get() == 0,
            never.contains(&action.id()),
            "{} was undone {} times",
            action.id(),
            undone.get()
        );
    }
}
