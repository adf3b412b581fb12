//! What is said of a whole scan: one line where all is well, what was not read, the table.

use super::key::with_key;
use super::*;

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
fn case_28_a_region_without_packs_is_a_possible_cause_of_a_refusal() {
    let call = "config:DescribeConformancePacks".to_owned();
    let message = "`config:DescribeConformancePacks` is not allowed to these credentials".to_owned();
    let unread = Unread { part: Part::ConformancePacks, call, reason: Reason::Denied, message };
    let said = told(&Look { unread: vec![unread], ..good() }, &request()).join("\n");
    assert!(said.contains("Warning frameworks[0].deployAs: not read: conformance packs"), "{said}");
    assert!(
        said.contains("eu-west-1 does not offer conformance packs") && said.contains("`deployAs: rules`"),
        "{said}"
    );
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
    let severities: Vec<_> = scan_messages(&look, &request()).into_iter().map(|one| one.level).collect();
    assert_eq!(severities, [ScanLevel::Error, ScanLevel::Warning]);
}

#[test]
fn the_table_shows_what_is_there_and_what_it_means() {
    let look = Look { recorders: Some(vec![recorder(), linked()]), ..good() };
    let text = crate::table(&look, &scan_messages(&look, &request()));
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
    assert_eq!(crate::table(&look, &scan_messages(&look, &request())), "info     no region\n");
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
