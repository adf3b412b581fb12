//! What becomes of the recorder, and what is said of it.

use super::*;

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
