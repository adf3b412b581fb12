use compliance_types::recorder::{RecorderMode, RecordingFrequency};
use serde_json::{Value, json};

use super::*;
use crate::look::{
    Aggregator, Concurrency, DeliveryChannel, FrequencyOverride, Key, Namesake, NamesakeKind, Recorded, Recorder,
    RecorderKind, RuleCount, Tags, Unread,
};
use crate::request::{OWNER_TAG, Owner, PlannedConcurrency, PlannedKey, PlannedName, PlannedRule};
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
    DeliveryChannel { name: name.into(), bucket: "config-bucket".into(), key_prefix: None, topic_arn: None }
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
        conformance_packs: vec![PlannedName { path: ("frameworks", 0, "as").into(), name: "compliance-cis".into() }],
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

#[test]
fn a_good_account_has_one_line() {
    expect_status(
        &good(),
        &request(),
        "account 111122223333, region eu-west-1: the recorder `default` records all resource types, global ones \
         included, continuously",
    );
}

#[test]
fn no_recorder_with_reuse_names_create() {
    let look = without_recorder();
    assert_eq!(
        told(&look, &request()),
        ["Error recorder.mode: account 111122223333 has no configuration recorder in eu-west-1; set it to `create`"]
    );
    let look = Look { recorders: Some(vec![linked()]), ..look };
    expect(
        &look,
        &request(),
        "Error recorder.mode:",
        &["`AWSConfigurationRecorderForObservability` records for a service"],
    );
}

#[test]
fn a_recorder_that_does_not_record_is_a_warning() {
    let stopped = with_recorder(|recorder| recorder.recording = Some(false));
    expect(
        &stopped,
        &request(),
        "Warning recorder.mode: the recorder `default` is stopped",
        &["start-configuration-recorder --configuration-recorder-name default"],
    );
    let look = Look { delivery_channels: Some(Vec::new()), ..stopped };
    expect(&look, &request(), "Warning recorder.mode:", &["is stopped and has no delivery channel"]);
    let look = with_recorder(|recorder| recorder.last_error = Some("the bucket is gone".into()));
    expect(&look, &request(), "Warning recorder.mode:", &["could not deliver", "the bucket is gone"]);
    let tower = with_recorder(|recorder| {
        recorder.kind = RecorderKind::ControlTower;
        recorder.recording = Some(false);
    });
    expect(&tower, &request(), "Warning recorder.mode: the recorder `default` of AWS Control Tower is stopped", &[]);
}

#[test]
fn what_becomes_of_the_recorder() {
    use RecorderAction::{Create, Keep, Refuse, Reuse, Unknown};
    let named = with_recorder(|recorder| recorder.name = "compliance-recorder".into());
    let tagged = with_recorder(|recorder| recorder.tags = tags(OWNER_TAG, "audit/prod/compliance"));
    let of_another = with_recorder(|recorder| {
        recorder.name = "compliance-recorder".into();
        recorder.tags = tags(OWNER_TAG, "audit/dev/compliance");
    });
    let tower = with_recorder(|recorder| recorder.kind = RecorderKind::ControlTower);
    let only_linked = Look { recorders: Some(vec![linked()]), ..without_recorder() };
    let unseen = Look { recorders: None, ..good() };
    let channel_left = Look { delivery_channels: Some(vec![channel("default")]), ..without_recorder() };
    let own_channel_left = Look { delivery_channels: Some(vec![channel("compliance-recorder")]), ..without_recorder() };
    for (name, look, reuse, auto, create) in [
        ("none", without_recorder(), Refuse, Create, Create),
        ("service-linked only", only_linked, Refuse, Create, Create),
        ("somebody's", good(), Reuse, Reuse, Refuse),
        ("Control Tower's", tower, Reuse, Reuse, Refuse),
        ("ours by name", named, Refuse, Keep, Keep),
        ("ours by tag", tagged, Refuse, Keep, Keep),
        ("our name, another's tag", of_another, Reuse, Reuse, Refuse),
        ("unseen", unseen, Unknown, Unknown, Unknown),
        ("somebody's channel", channel_left, Refuse, Refuse, Refuse),
        ("our channel", own_channel_left, Refuse, Create, Create),
    ] {
        for (mode, action) in [(RecorderMode::Reuse, reuse), (RecorderMode::Auto, auto), (RecorderMode::Create, create)]
        {
            let request = with_mode(mode);
            assert_eq!(recorder_action(&look, &request), action, "{name}, {mode:?}");
            let refused = told(&look, &request).iter().any(|line| line.starts_with("Error recorder.mode: "));
            let expected = action == Refuse || (action == Unknown && mode == RecorderMode::Auto);
            assert_eq!(
                refused, expected,
                "{name}, {mode:?}: every refusal has its reason, and nothing else is refused"
            );
        }
    }
}

#[test]
fn case_16_what_an_account_cannot_reserve_is_refused_with_the_nearest() {
    let look = |limit: u32, unreserved: u32| Look { concurrency: Some(Concurrency { limit, unreserved }), ..good() };
    let asking = |runs: u32| {
        let path = ["functions", "reservedConcurrency"].into();
        LookRequest { concurrency: Some(PlannedConcurrency { path, functions: 3, runs, least: 2 }), ..request() }
    };
    for (limit, unreserved, runs, severity, part) in [
        (10, 10, 2, "Error", "may have 10 concurrent runs"),
        (10, 10, 2, "Error", "leave it out, or ask for a higher quota"),
        (50, 50, 20, "Error", "nearest: `13`"),
        (1000, 1000, 400, "Error", "nearest: `300`"),
        (1000, 103, 2, "Warning", "103 unreserved"),
    ] {
        let said = told(&look(limit, unreserved), &asking(runs)).join("\n");
        assert!(said.contains(&format!("{severity} functions.reservedConcurrency: ")) && said.contains(part), "{said}");
    }
    for (limit, unreserved, runs) in [(1000, 900, 2), (50, 44, 2), (16, 16, 2)] {
        let said = told(&look(limit, unreserved), &asking(runs)).join("\n");
        assert!(!said.contains("reservedConcurrency"), "{said}");
    }
}

#[test]
fn case_28_a_region_without_packs_is_a_possible_cause_of_a_refusal() {
    let call = "config:DescribeConformancePacks".to_owned();
    let message = "`config:DescribeConformancePacks` is not allowed to these credentials".to_owned();
    let unread = Unread { part: Part::ConformancePacks, call, reason: Reason::Denied, message };
    let said = told(&Look { unread: vec![unread], ..good() }, &request()).join("\n");
    assert!(said.contains("Warning frameworks[0].as: not read: conformance packs"), "{said}");
    assert!(said.contains("eu-west-1 does not offer conformance packs") && said.contains("`as: rules`"), "{said}");
}

#[test]
fn case_12_the_recorder_of_another_stack_is_reused_and_never_taken_over() {
    use RecorderAction::{Keep, Refuse, Reuse};
    let of_name = |bucket: &str| {
        let look = with_recorder(|recorder| recorder.name = "compliance-recorder".into());
        let channel = DeliveryChannel { bucket: bucket.into(), ..channel("compliance-recorder") };
        Look { delivery_channels: Some(vec![channel]), ..look }
    };
    let (theirs, ours) = (of_name("config-archive"), of_name("compliance-reports-111122223333-eu-west-1"));
    let unread = Look { delivery_channels: None, ..theirs.clone() };
    let half_made = Look { delivery_channels: Some(Vec::new()), ..theirs.clone() };
    for (name, look, reuse, auto, create) in [
        ("another stack's", &theirs, Reuse, Refuse, Refuse),
        ("ours", &ours, Refuse, Keep, Keep),
        ("channel not read", &unread, Refuse, Refuse, Refuse),
        ("without a channel", &half_made, Refuse, Keep, Keep),
    ] {
        for (mode, action) in [(RecorderMode::Reuse, reuse), (RecorderMode::Auto, auto), (RecorderMode::Create, create)]
        {
            let mut request = with_mode(mode);
            request.recorder.bucket = Some("compliance-reports-111122223333-eu-west-1".into());
            assert_eq!(recorder_action(look, &request), action, "{name}, {mode:?}");
            let said = told(look, &request).join("\n");
            assert_eq!(said.contains("Error recorder.mode: "), action == Refuse, "{name}, {mode:?}: {said}");
            assert!(mode != RecorderMode::Reuse || name == "ours" || !said.contains("keep `create`"), "{said}");
            request.owner.as_mut().unwrap().unmarked_is_ours = true;
            let adopted = if mode == RecorderMode::Reuse { action } else { Keep };
            assert_eq!(recorder_action(look, &request), adopted, "{name}, {mode:?}, adopting");
        }
    }
}

#[test]
fn case_12_mode_and_bucket_that_change_in_one_run_never_delete_this_deployments_recorder() {
    use RecorderAction::{Keep, Refuse, Reuse};
    const DEFAULT: &str = "compliance-reports-111122223333-eu-west-1";
    let delivering = |bucket: &str| {
        let look = with_recorder(|recorder| recorder.name = "compliance-recorder".into());
        let channel = DeliveryChannel { bucket: bucket.into(), ..channel("compliance-recorder") };
        Look { delivery_channels: Some(vec![channel]), ..look }
    };
    for (delivers_to, given, reuse, create) in [
        // From the default bucket to one that is given: the recorder is this deployment's.
        (DEFAULT, "audit", Refuse, Keep),
        // From one bucket that was given to another one: whose it is cannot be known.
        ("audit", "archive", Refuse, Refuse),
        ("audit", "audit", Refuse, Keep),
        // Another stack's, beside a deployment with the default bucket.
        ("config-archive", DEFAULT, Reuse, Refuse),
    ] {
        let look = delivering(delivers_to);
        for (mode, action) in [(RecorderMode::Reuse, reuse), (RecorderMode::Create, create)] {
            let mut request = with_mode(mode);
            request.recorder.bucket = Some(given.into());
            request.recorder.default_bucket = Some(DEFAULT.into());
            assert_eq!(recorder_action(&look, &request), action, "{delivers_to} to {given}, {mode:?}");
        }
    }
    let mut request = with_mode(RecorderMode::Reuse);
    request.recorder.bucket = Some("archive".into());
    request.recorder.default_bucket = Some(DEFAULT.into());
    expect(&delivering("audit"), &request, "Error recorder.mode:", &["in two runs", "another `namePrefix`"]);
}

#[test]
fn a_recorder_without_a_tag_is_not_ours_because_rules_without_one_are() {
    let mut request = with_mode(RecorderMode::Auto);
    request.owner.as_mut().unwrap().unmarked_is_ours = true;
    assert_eq!(recorder_action(&good(), &request), RecorderAction::Reuse);
}

#[test]
fn the_modes_are_refused_in_words() {
    let create = with_mode(RecorderMode::Create);
    expect(&good(), &create, "Error recorder.mode:", &["has the recorder `default` in eu-west-1 already", "`reuse`"]);
    let tower = with_recorder(|recorder| recorder.kind = RecorderKind::ControlTower);
    expect(&tower, &create, "Error recorder.mode:", &["of AWS Control Tower"]);
    let own = with_recorder(|recorder| recorder.name = "compliance-recorder".into());
    expect(&own, &with_mode(RecorderMode::Reuse), "Error recorder.mode:", &["`reuse` would delete it"]);
    let left = Look { delivery_channels: Some(vec![channel("default")]), ..without_recorder() };
    expect(&left, &create, "Error recorder.mode:", &["`config-bucket`", "--delivery-channel-name default"]);
    expect_status(
        &without_recorder(),
        &create,
        "account 111122223333, region eu-west-1: no recorder yet, one is created",
    );
}

#[test]
fn rules_that_look_at_what_is_not_recorded() {
    let only = |types: &[&str]| {
        let resource_types = types.iter().map(|kind| (*kind).to_owned()).collect();
        with_recorder(|recorder| recorder.records = Some(Recorded::Only { resource_types }))
    };
    let compliance = "AWS::Config::ResourceCompliance";
    let look = only(&["AWS::IAM::User", compliance]);
    expect(
        &look,
        &request(),
        "Warning rules.baseline: the rule `ebs-volumes-encrypted` looks at `AWS::EC2::Volume`",
        &["the recorder `default` does not record: it has no results"],
    );
    let look = with_recorder(|recorder| recorder.records = Some(Recorded::All { global_types: false }));
    expect(&look, &request(), "Warning rules.managed[0].name:", &["`AWS::IAM::User`"]);
    let resource_types = vec!["AWS::EC2::Volume".to_owned()];
    let look = with_recorder(|recorder| recorder.records = Some(Recorded::AllExcept { resource_types }));
    expect(&look, &request(), "Warning rules.baseline:", &[]);
    let look = only(&["AWS::IAM::User", "AWS::EC2::Volume"]);
    expect(&look, &request(), "Warning :", &[compliance, "reports stay empty"]);
    let mut periodic = request();
    periodic.rules.iter_mut().for_each(|rule| rule.change_triggered = false);
    assert_eq!(told(&only(&[compliance]), &periodic).len(), 1, "a periodic rule needs no recording");
    let mut several = request();
    several.rules[0].resource_types.push("AWS::IAM::User".into());
    expect(&only(&["AWS::IAM::User", compliance]), &several, "Warning rules.baseline:", &["does not see these"]);
}

#[test]
fn a_recorder_of_ours_is_judged_by_what_it_will_record() {
    let planned = |mode, kind: &str| {
        let mut request = with_mode(mode);
        request.recorder.records = Some(Recorded::AllExcept { resource_types: vec![kind.to_owned()] });
        request.recorder.frequency = Some(RecordingFrequency::Continuous);
        request
    };
    let unrecorded = "Warning rules.baseline: the rule `ebs-volumes-encrypted` looks at `AWS::EC2::Volume`, which the \
                      recorder `compliance-recorder` does not record: it has no results until they are recorded";
    for mode in [RecorderMode::Create, RecorderMode::Auto] {
        expect(&without_recorder(), &planned(mode, "AWS::EC2::Volume"), unrecorded, &[]);
        assert_eq!(told(&without_recorder(), &planned(mode, "AWS::S3::Bucket")).len(), 1, "no rule looks at it");
        // Ours is updated in this run, whatever it records now.
        let kept = with_recorder(|recorder| "compliance-recorder".clone_into(&mut recorder.name));
        expect(&kept, &planned(mode, "AWS::EC2::Volume"), unrecorded, &[]);
    }
    let unseen = Look::skipped(Reason::TurnedOff, "off");
    assert!(told(&unseen, &planned(RecorderMode::Create, "AWS::EC2::Volume")).contains(&unrecorded.to_owned()));
    assert_eq!(told(&good(), &planned(RecorderMode::Reuse, "AWS::EC2::Volume")).len(), 1, "another one is in use");
    let mut daily = planned(RecorderMode::Create, "AWS::S3::Bucket");
    let resource_types = vec!["AWS::EC2::Volume".to_owned()];
    daily.recorder.overrides = vec![FrequencyOverride { resource_types, frequency: RecordingFrequency::Daily }];
    expect(&without_recorder(), &daily, "Warning rules.baseline:", &["recorded daily by `compliance-recorder`"]);
}

#[test]
fn rules_that_look_at_what_is_recorded_daily() {
    let daily = |types: &[&str], frequency| FrequencyOverride {
        resource_types: types.iter().map(|kind| (*kind).to_owned()).collect(),
        frequency,
    };
    let look = with_recorder(|r| r.overrides = vec![daily(&["AWS::EC2::Volume"], RecordingFrequency::Daily)]);
    expect(&look, &request(), "Warning rules.baseline:", &["`AWS::EC2::Volume`, recorded daily by `default`"]);
    let look = with_recorder(|recorder| {
        recorder.frequency = Some(RecordingFrequency::Daily);
        recorder.overrides = vec![daily(&["AWS::EC2::Volume"], RecordingFrequency::Continuous)];
    });
    expect(&look, &request(), "Warning rules.managed[0].name:", &["`AWS::IAM::User`, recorded daily"]);
}

#[test]
fn the_quota_counts_what_is_new() {
    let full = |used| Look { rules: Some(RuleCount { used, allowed: 1000 }), ..good() };
    assert_eq!(told(&full(998), &request()).len(), 1);
    expect(&full(999), &request(), "Error rules: 2 new rules do not fit", &["999 of the 1000", "higher quota"]);
    let ours = tags(OWNER_TAG, "audit/prod/compliance");
    let again = Look { namesakes: vec![namesake(NamesakeKind::Rule, "users", ours)], ..full(999) };
    assert_eq!(told(&again, &request()).len(), 1, "what is there already needs no room");
    expect(&full(1003), &request(), "Error rules:", &["1003 of the 1000"]);
}

#[test]
fn rules_of_packs_count_and_are_there_where_their_pack_is() {
    let full = |used| Look { rules: Some(RuleCount { used, allowed: 1000 }), ..good() };
    let mut request = request();
    request.rules.iter_mut().for_each(|rule| rule.pack = Some("compliance-cis".into()));
    expect(&full(999), &request, "Error rules: 2 new rules do not fit", &[]);
    let ours = tags(OWNER_TAG, "audit/prod/compliance");
    let again = Look { namesakes: vec![namesake(NamesakeKind::ConformancePack, "compliance-cis", ours)], ..full(1000) };
    assert_eq!(told(&again, &request).len(), 1, "what is there already needs no room");
}

#[test]
fn packs_have_a_quota_of_their_own() {
    let full = |used| Look { conformance_packs: Some(RuleCount { used, allowed: 50 }), ..good() };
    assert_eq!(told(&full(49), &request()).len(), 1);
    assert_eq!(
        told(&full(50), &request()),
        ["Error frameworks[0].as: 1 new conformance packs do not fit: account 111122223333 has 50 of the 50 that AWS \
             allows in eu-west-1; deploy frameworks as `rules`, or remove packs"]
    );
    let ours = tags(OWNER_TAG, "audit/prod/compliance");
    let again = Look { namesakes: vec![namesake(NamesakeKind::ConformancePack, "compliance-cis", ours)], ..full(50) };
    assert_eq!(told(&again, &request()).len(), 1, "what is there already needs no room");
}

#[test]
fn namesakes_of_others_are_refused_and_named() {
    use NamesakeKind::{Aggregator, Authorization, ConformancePack, Rule};
    let rule = "ebs-volumes-encrypted";
    for (name, found, start, parts) in [
        (
            "rule",
            namesake(Rule, "users", Some(Tags::new())),
            "Error rules.managed[0].name: a rule `users`",
            [
                "overwrite it and destroying would delete it",
                "tag-resource --resource-arn arn:users --tags Key=aws-compliance:owner,Value='audit/prod/compliance'",
            ],
        ),
        (
            "of another deployment",
            namesake(Rule, rule, tags(OWNER_TAG, "audit/dev/compliance")),
            "Error rules.baseline:",
            ["it belongs to the deployment `audit/dev/compliance`", "another name"],
        ),
        (
            "of CloudFormation",
            namesake(Rule, rule, tags("aws:cloudformation:stack-name", "base")),
            "Error rules.base",
            ["made by the CloudFormation stack `base`", ""],
        ),
        (
            "aggregator",
            namesake(Aggregator, "compliance-aggregator", Some(Tags::new())),
            "Error namePrefix:",
            ["an aggregator `compliance-aggregator`", "another `namePrefix`"],
        ),
        (
            "pack",
            namesake(ConformancePack, "compliance-cis", Some(Tags::new())),
            "Error frameworks[0].as:",
            ["a conformance pack `compliance-cis`", ""],
        ),
        (
            "event rule",
            namesake(NamesakeKind::EventRule, "compliance-schedule", Some(Tags::new())),
            "Error namePrefix: an event rule `compliance-schedule`",
            ["`aws events tag-resource --resource-arn arn:compliance-schedule --tags Key=", "another `namePrefix`"],
        ),
        (
            "dashboard",
            namesake(NamesakeKind::Dashboard, "ComplianceMonitoring-eu-west-1", Some(Tags::new())),
            "Error namePrefix: a dashboard `ComplianceMonitoring-eu-west-1`",
            ["text does not carry `aws-compliance:owner=audit/prod/compliance`", "set `dashboard.enabled` to false"],
        ),
        (
            "alarm",
            namesake(NamesakeKind::Alarm, "compliance-score-fell", Some(Tags::new())),
            "Error namePrefix: an alarm `compliance-score-fell`",
            [
                "`aws cloudwatch tag-resource --resource-arn arn:compliance-score-fell --tags Key=",
                "set `alarms.enabled` to false",
            ],
        ),
        (
            "authorization",
            namesake(Authorization, "111122223333/eu-west-1", Some(Tags::new())),
            "Warning namePrefix:",
            ["destroying this deployment takes it from others", ""],
        ),
    ] {
        println!("{name}");
        expect(&with_namesake(found), &request(), start, &parts);
    }
    let of_service = Namesake { created_by: Some("securityhub.amazonaws.com".into()), ..namesake(Rule, rule, None) };
    expect(
        &with_namesake(of_service),
        &request(),
        "Error rules.baseline:",
        &["by the service `securityhub.amazonaws.com`"],
    );
}

#[test]
fn our_own_things_are_not_refused() {
    let of = |tags| with_namesake(namesake(NamesakeKind::Rule, "users", tags));
    let ours = of(tags(OWNER_TAG, "audit/prod/compliance"));
    assert_eq!(told(&ours, &request()).len(), 1);
    let renamed = of(tags(OWNER_TAG, "audit/prod/old"));
    let mut request = request();
    assert!(told(&renamed, &request)[0].starts_with("Error"));
    request.owner = Some(Owner { former: vec!["audit/prod/old".into()], ..Owner::new("audit", "prod", "compliance") });
    assert_eq!(told(&renamed, &request).len(), 1);
    request.owner = Some(Owner { unmarked_is_ours: true, ..Owner::new("audit", "prod", "compliance") });
    assert!(told(&of(Some(Tags::new())), &request)[0].starts_with("Status"));
    assert!(told(&renamed, &request)[0].starts_with("Error"), "a tag of another counts all the same");
    assert!(told(&of(None), &request)[0].starts_with("Status"), "without tags nothing is claimed");
    request.owner = None;
    assert!(told(&of(Some(Tags::new())), &request)[0].starts_with("Status"), "nobody asks");
}

#[test]
fn a_second_aggregation_is_refused() {
    let other = |tags| Aggregator {
        name: "audit-aggregator".into(),
        arn: "arn:aggregator".into(),
        organization: false,
        accounts: vec![ACCOUNT.into()],
        created_by: None,
        tags,
    };
    let look = |tags| Look { aggregators: Some(vec![other(tags)]), ..good() };
    expect(
        &look(tags(OWNER_TAG, "audit/dev/compliance")),
        &request(),
        "Error namePrefix: the deployment",
        &[
            "`audit/dev/compliance` has an aggregation in account 111122223333, region eu-west-1 already",
            "`audit-aggregator`",
        ],
    );
    assert_eq!(
        told(&look(Some(Tags::new())), &request()).len(),
        1,
        "an aggregator that is none of ours disturbs nothing"
    );
    assert_eq!(
        told(&look(tags(OWNER_TAG, "audit/prod/compliance")), &request()).len(),
        1,
        "nor one that is being replaced"
    );
}

fn with_key(change: impl FnOnce(&mut Key)) -> (Look, LookRequest) {
    let arn = format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/1");
    let statements: Vec<Value> = key_users("aws", REGION, ACCOUNT, &[]).iter().map(crate::KeyUser::statement).collect();
    let mut key = Key {
        arn: arn.clone(),
        exists: Some(true),
        state: Some("Enabled".into()),
        spec: Some("SYMMETRIC_DEFAULT".into()),
        aws_managed: false,
        policy: Some(json!({ "Statement": statements })),
    };
    change(&mut key);
    let log_groups = vec!["/aws/lambda/compliance-processing".to_owned()];
    let request = LookRequest { key: Some(PlannedKey::new(arn, log_groups)), ..request() };
    (Look { key: Some(key), ..good() }, request)
}

#[test]
fn finding_13_a_key_must_admit_aws_config_where_a_recorder_of_this_component_delivers() {
    let messages = |delivers: bool, admitted: bool| {
        let (mut look, mut request) = with_key(|key| {
            if let (true, Some(policy)) = (admitted, &mut key.policy) {
                let config = crate::key_policy::config_delivery(ACCOUNT).statement();
                policy["Statement"].as_array_mut().expect("statements").push(config);
            }
        });
        (look.recorders, look.delivery_channels) = (Some(Vec::new()), Some(Vec::new()));
        request.recorder.mode = Some(RecorderMode::Create);
        if let Some(key) = &mut request.key {
            key.config_delivers = delivers;
        }
        let found = crate::findings(&look, &request).into_iter().filter(|finding| finding.path == "kmsKeyArn".into());
        found.map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert!(messages(true, true).is_empty() && messages(false, false).is_empty());
    let [missing] = &messages(true, false)[..] else { panic!("one finding") };
    assert!(missing.contains("`config.amazonaws.com`") && missing.contains("\"Sid\": \"Config\""), "{missing}");
}

#[test]
fn a_key_is_of_use_and_admits_everyone() {
    let (look, request) = with_key(|_| {});
    assert_eq!(told(&look, &request).len(), 1);
    for (start, part, change) in [
        ("Error kmsKeyArn: there is no key", "leave it out", (|key| key.exists = Some(false)) as fn(&mut Key)),
        ("Error kmsKeyArn: the key cannot be used", "`PendingDeletion`", |key| {
            key.state = Some("PendingDeletion".into())
        }),
        ("Error kmsKeyArn: the key is of kind", "`RSA_4096`", |key| key.spec = Some("RSA_4096".into())),
        ("Error kmsKeyArn: the key is of us-east-1", "in eu-west-1", |key| {
            key.arn = "arn:aws:kms:us-east-1:111122223333:key/1".into()
        }),
    ] {
        let (look, request) = with_key(change);
        expect(&look, &request, start, &[part]);
    }
}

#[test]
fn the_statements_that_a_key_policy_lacks_are_printed() {
    let (look, request) = with_key(|key| {
        let statements = key.policy.as_mut().unwrap()["Statement"].as_array_mut().unwrap();
        statements.retain(|statement| !statement["Sid"].as_str().unwrap().contains("Event"));
        statements[1]["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"] =
            json!("arn:aws:logs:*:log-group:x");
    });
    expect(
        &look,
        &request,
        "Error kmsKeyArn: the key's policy does not admit `logs.eu-west-1.amazonaws.com` (",
        &[
            "`events.amazonaws.com` (events of EventBridge to the encrypted queues)",
            "add to the statements of its policy:\n{\n",
            "\"kms:EncryptionContext:aws:logs:arn\": \"arn:aws:logs:eu-west-1:111122223333:log-group:*\"",
            "},\n{",
            "\"Service\": \"events.amazonaws.com\"",
        ],
    );
    let (look, request) = with_key(|key| {
        key.aws_managed = true;
        key.policy = Some(json!({ "Statement": [] }));
    });
    expect(&look, &request, "Error kmsKeyArn:", &["its policy is AWS's and cannot be changed"]);
    let (look, request) = with_key(|key| {
        let statements = key.policy.as_mut().unwrap()["Statement"].as_array_mut().unwrap();
        statements[4]["Condition"] = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*" } });
    });
    expect(&look, &request, "Warning kmsKeyArn: whether the key's policy admits `sns.amazonaws.com` depends", &[]);
}

#[test]
fn what_could_not_be_read_is_a_warning() {
    let unread = |part, reason, call: &str| Unread { part, call: call.into(), reason, message: "`x:Y` is what".into() };
    let denied = |part, call| unread(part, Reason::Denied, call);
    let with = |unread| Look { unread, ..good() };
    let look = with(vec![denied(Part::Rules, "x:Y")]);
    expect(&look, &request(), "Warning : not read: rules that may belong to others; `x:Y` is what", &[]);
    let look = with(vec![denied(Part::Rules, "x:Y"), denied(Part::Aggregators, "x:Z"), denied(Part::Tags, "x:T")]);
    expect(
        &look,
        &request(),
        "Warning : not read: rules that may belong to others, aggregators that may belong to others and some tags",
        &["; `x:Y`, `x:Z` and `x:T` are not allowed to these credentials"],
    );
    let late = with(vec![denied(Part::Rules, "x:Y"), unread(Part::Tags, Reason::TimedOut, "x:T")]);
    assert_eq!(told(&late, &request()).len(), 3, "one for each reason, and the status");
    let (look, request) = with_key(|key| key.policy = None);
    let look = Look { unread: vec![denied(Part::KeyPolicy, "x:Y")], ..look };
    expect(&look, &request, "Warning kmsKeyArn: not read: the key's policy;", &[]);
    let look = Look { recorders: None, ..with(vec![denied(Part::Recorder, "x:Y")]) };
    expect(&look, &request, "Warning : not read: the configuration recorder;", &[]);
    let unknown = with(vec![unread(Part::ServiceLinkedRecorders, Reason::Failed, "x:Y")]);
    assert_eq!(told(&unknown, &request).len(), 1, "an older partition does not have them");
}

#[test]
fn a_skipped_look_says_one_sentence_and_never_fails_the_deployment() {
    for (reason, severity) in [
        (Reason::NoCredentials, "Status"),
        (Reason::UnsupportedCredentials, "Status"),
        (Reason::NoRegion, "Status"),
        (Reason::OtherAccount, "Status"),
        (Reason::AccountUnknown, "Status"),
        (Reason::TurnedOff, "Status"),
        (Reason::ExpiredCredentials, "Warning"),
        (Reason::InvalidCredentials, "Warning"),
        (Reason::Denied, "Warning"),
        (Reason::Throttled, "Warning"),
        (Reason::TimedOut, "Warning"),
        (Reason::Unreachable, "Warning"),
        (Reason::Failed, "Warning"),
    ] {
        for mode in [RecorderMode::Reuse, RecorderMode::Create] {
            let look = Look::skipped(reason, "because");
            assert_eq!(told(&look, &with_mode(mode)), [format!("{severity} : because")]);
        }
        let auto = told(&Look::skipped(reason, "because"), &with_mode(RecorderMode::Auto));
        let refused = auto[0].starts_with("Error recorder.mode: `auto` has to see the account");
        // Only a preview does not know the account; its update does, and sees.
        assert_eq!(refused, reason != Reason::AccountUnknown, "{auto:?}");
    }
}

#[test]
fn errors_come_first() {
    let look = Look {
        recorders: Some(vec![Recorder { recording: Some(false), ..recorder() }]),
        ..with_namesake(namesake(NamesakeKind::Rule, "users", Some(Tags::new())))
    };
    let severities: Vec<_> = findings(&look, &request()).into_iter().map(|finding| finding.level).collect();
    assert_eq!(severities, [ScanLevel::Error, ScanLevel::Warning]);
}

#[test]
fn the_table_shows_what_is_there_and_what_it_means() {
    let look = Look { recorders: Some(vec![recorder(), linked()]), ..good() };
    let text = crate::table(&look, &findings(&look, &request()));
    for line in [
        "account           111122223333\n",
        "recorder          default, recording: all resource types, global ones included, continuously\n",
        "recorder          AWSConfigurationRecorderForObservability (of a service of AWS)\n",
        "delivery channel  default, to the bucket config-bucket\n",
        "rules             12 of 1000\n",
        "\ninfo     account 111122223333, region eu-west-1:",
    ] {
        assert!(text.contains(line), "{line:?} is not in\n{text}");
    }
    for (role, said) in [
        ("aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", "(service-linked)"),
        ("landing-zone-config", "(not AWS Config's service-linked role: Security Hub's control Config.1 fails)"),
    ] {
        let arn = format!("arn:aws:iam::111122223333:role/{role}");
        let look = with_recorder(|recorder| recorder.role_arn = Some(arn.clone()));
        let text = crate::table(&look, &[]);
        assert!(text.contains(&format!("recorder's role   {arn} {said}\n")), "{text}");
    }
    let look = Look::skipped(Reason::NoRegion, "no region");
    assert_eq!(crate::table(&look, &findings(&look, &request())), "info     no region\n");
}

#[test]
fn a_look_is_data_in_camel_case_and_without_the_policy() {
    let (look, _) = with_key(|_| {});
    let data = serde_json::to_value(&look).unwrap();
    assert_eq!(data["recorders"][0]["records"], json!({ "strategy": "all", "globalTypes": true }));
    assert_eq!(data["deliveryChannels"][0]["bucket"], "config-bucket");
    assert_eq!(data["key"].get("policy"), None);
    assert_eq!(data.get("skipped"), None);
}
