//! The judgement of scans, by subject; here what they share.

mod key;
mod messages;
mod namesakes;
mod recorder;
mod rules;
mod sources;

use compliance_types::recorder::{RecorderMode, RecordingFrequency};
use serde_json::{Value, json};

use super::*;
use crate::look::{
    Aggregator, Concurrency, DeliveryChannel, FailedSource, FrequencyOverride, Key, Namesake, NamesakeKind, Recorded,
    Recorder, RecorderKind, RuleCount, Tags, Unread,
};
use crate::request::{
    OWNER_TAG, Owner, PlannedConcurrency, PlannedKey, PlannedName, PlannedResource, PlannedRule, PlannedSource,
    RecorderPlan,
};
use crate::{RecorderAction, key_users, recorder_action};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";

/// A recorder as a landing zone leaves it.
fn recorder() -> Recorder {
    Recorder {
        name: "default".into(),
        arn: Some("arn:recorder".into()),
        kind: RecorderKind::CustomerManaged,
        service_principal: None,
        role_arn: None,
        recording: Some(true),
        last_error: None,
        records: Some(Recorded::All { global_types: true }),
        frequency: Some(RecordingFrequency::Continuous),
        overrides: Vec::new(),
        tags: Some(Tags::new()),
    }
}

fn linked() -> Recorder {
    Recorder {
        name: "AWSConfigurationRecorderForObservability".into(),
        kind: RecorderKind::ServiceLinked,
        records: None,
        ..recorder()
    }
}

fn channel(name: &str) -> DeliveryChannel {
    DeliveryChannel {
        name: name.into(),
        bucket: "config-bucket".into(),
        bucket_tags: Some(Tags::new()),
        key_prefix: None,
        topic_arn: None,
    }
}

/// An account where all is well.
fn good() -> Look {
    Look {
        account: Some(ACCOUNT.into()),
        caller: Some(format!("arn:aws:iam::{ACCOUNT}:root")),
        region: Some(REGION.into()),
        recorders: Some(vec![recorder()]),
        delivery_channels: Some(vec![channel("default")]),
        rules: Some(RuleCount { used: 12, allowed: 1000 }),
        aggregators: Some(Vec::new()),
        ..Look::default()
    }
}

fn with_recorder(change: impl FnOnce(&mut Recorder)) -> Look {
    let mut own = recorder();
    change(&mut own);
    Look { recorders: Some(vec![own]), ..good() }
}

fn without_recorder() -> Look {
    Look { recorders: Some(Vec::new()), delivery_channels: Some(Vec::new()), ..good() }
}

/// The request of a default deployment, cut to two rules.
fn request() -> LookRequest {
    let rule = |path: PropertyPath, name: &str, kind: &str| PlannedRule {
        path,
        name: name.into(),
        identifier: "X".into(),
        resource_types: vec![kind.into()],
        change_triggered: true,
        pack: None,
    };
    LookRequest {
        owner: Some(Owner::new("audit", "prod", "compliance")),
        rules: vec![
            rule(["rules", "baseline"].into(), "ebs-volumes-encrypted", "AWS::EC2::Volume"),
            rule(PropertyPath::from(["rules", "managed"]).index(0).member("name"), "users", "AWS::IAM::User"),
        ],
        aggregator: Some(PlannedName { path: "namePrefix".into(), name: "compliance-aggregator".into() }),
        event_rules: vec![PlannedName { path: "namePrefix".into(), name: "compliance-schedule".into() }],
        dashboard: Some(PlannedName { path: "namePrefix".into(), name: "ComplianceMonitoring".into() }),
        alarms: vec![PlannedName { path: "namePrefix".into(), name: "compliance-score-fell".into() }],
        conformance_packs: vec![PlannedName {
            path: ("frameworks", 0, "deployAs").into(),
            name: "compliance-cis".into(),
        }],
        conformance_packs_allowed: 50,
        ..LookRequest::default()
    }
}

fn with_mode(mode: RecorderMode) -> LookRequest {
    let mut request = request();
    request.recorder.mode = Some(mode);
    request.recorder.name = Some("compliance-recorder".into());
    request
}

fn tags(name: &str, value: &str) -> Option<Tags> {
    Some(Tags::from([(name.into(), value.into())]))
}

fn namesake(kind: NamesakeKind, name: &str, tags: Option<Tags>) -> Namesake {
    Namesake { kind, name: name.into(), arn: format!("arn:{name}"), created_by: None, tags }
}

fn with_namesake(namesake: Namesake) -> Look {
    Look { namesakes: vec![namesake], ..good() }
}

/// `severity path: message`, all of them.
fn told(look: &Look, request: &LookRequest) -> Vec<String> {
    let line = |finding: ScanMessage| format!("{:?} {}: {}", finding.level, finding.path, finding.message);
    findings(look, request).into_iter().map(line).collect()
}

/// Expects the only finding that is no status to begin so and to contain each part.
#[track_caller]
fn expect(look: &Look, request: &LookRequest, start: &str, parts: &[&str]) {
    let told: Vec<_> = told(look, request).into_iter().filter(|line| !line.starts_with("Status")).collect();
    let [line] = told.as_slice() else { panic!("expected one, got {told:#?}") };
    assert!(line.starts_with(start), "{line}");
    for part in parts {
        assert!(line.contains(part), "{part:?} is not in {line:?}");
    }
}

#[track_caller]
fn expect_status(look: &Look, request: &LookRequest, status: &str) {
    assert_eq!(told(look, request), [format!("Status : {status}")]);
}
