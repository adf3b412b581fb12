mod examples;

use compliance_types::{resource::Resource, severity::Severity};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::{
    configuration::{MonitoringConfiguration, Notices, Route, RuleEntry},
    details::{Details, Label, clipped},
    run::tests::run,
    transition::Kind,
};

fn rule(name: &str, severity: Severity, framework: Option<&str>) -> RuleEntry {
    let controls = (1..=7).map(|number| format!("c{number}")).collect();
    RuleEntry {
        identifier: name.to_uppercase(),
        name: name.to_owned(),
        severity,
        frameworks: framework.map(|id| (id.to_owned(), controls)).into_iter().collect(),
        page: (name == "a").then(|| "restricted-ssh".to_owned()),
        remediation: (name == "a").then(|| "AWS-DisablePublicAccessForSecurityGroup".to_owned()),
    }
}

fn configuration(routes: &[(&str, Route)]) -> MonitoringConfiguration {
    let rules = [
        rule("a", Severity::Critical, Some("hipaa")),
        rule("b", Severity::Low, None),
        rule("c", Severity::High, Some("pci")),
    ];
    let routes = routes.iter().map(|(name, route)| ((*name).to_owned(), route.clone())).collect();
    MonitoringConfiguration::new(rules).unwrap().with_notices(Notices { routes, ..Notices::default() })
}

fn facts(configuration: &MonitoringConfiguration) -> Facts<'_> {
    Facts { configuration, bucket: "reports", home: "eu-central-1", alias: Some("prod") }
}

fn transition(kind: Kind, rule: &str, id: &str) -> Transition {
    Transition {
        kind,
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        rule: rule.to_owned(),
        resource: Resource { resource_type: "AWS::S3::Bucket".to_owned(), resource_id: id.to_owned() },
        since: run().time,
        at: run().time,
        annotation: None,
        label: None,
        waiver_ended: false,
    }
}

fn of(transitions: Vec<Transition>, facts: &Facts<'_>) -> Vec<Notice> {
    notices(transitions, facts, &run().origin, &run().time).unwrap()
}

fn texts(wanted: &[&str]) -> Vec<String> {
    wanted.iter().map(|&text| text.to_owned()).collect()
}

fn parts(message: &Message) -> (Value, String) {
    let body: Value = serde_json::from_str(&message.body).unwrap();
    (serde_json::from_str(body["default"].as_str().unwrap()).unwrap(), body["email"].as_str().unwrap().to_owned())
}

#[test]
fn a_message_reads_well() {
    let configuration = configuration(&[]);
    let facts = facts(&configuration);
    let transitions = vec![
        transition(Kind::NonCompliant, "b", "low-one"),
        transition(Kind::NonCompliant, "a", "bad one"),
        transition(Kind::Fixed, "c", "good"),
    ];
    let [notice] = of(transitions, &facts).try_into().unwrap();
    let message = notice.message(&facts, 1);
    assert_eq!(message.subject, "Compliance: 2 not compliant, 1 fixed - prod (123456789012)");
    let (_, text) = parts(&message);
    let look = "https://eu-central-1.console.aws.amazon.com";
    let expected = format!(
        "3 changes in account prod (123456789012), region eu-central-1, seen at 2026-03-04T05:06:07Z.

DOES NOT COMPLY

  AWS::S3::Bucket bad one
    rule        a (critical)
    framework   hipaa: c1, c2, c3, c4, c5 and 2 more
    since       2026-03-04T05:06:07Z
    look        {look}/config/home?region=eu-central-1#/resources/details?resourceId=bad%20one&resourceType=AWS::S3::Bucket
    rule page   https://docs.aws.amazon.com/config/latest/developerguide/restricted-ssh.html
    remediation AWS-DisablePublicAccessForSecurityGroup
    what to do  {look}/s3/object/reports?region=eu-central-1&prefix=runbooks/non-compliance.md

  AWS::S3::Bucket low-one
    rule        b (low)
    since       2026-03-04T05:06:07Z
    look        {look}/config/home?region=eu-central-1#/resources/details?resourceId=low-one&resourceType=AWS::S3::Bucket
    what to do  {look}/s3/object/reports?region=eu-central-1&prefix=runbooks/non-compliance.md

COMPLIES AGAIN

  AWS::S3::Bucket good
    rule        c (high)
    framework   pci: c1, c2, c3, c4, c5 and 2 more
    open since  2026-03-04T05:06:07Z
    look        {look}/config/home?region=eu-central-1#/resources/details?resourceId=good&resourceType=AWS::S3::Bucket

1 subscription of this topic not confirmed yet: look for AWS's message to each receiver.

Latest report: {look}/s3/object/reports?region=eu-central-1&prefix=reports/latest/index.html
Message {} of compliance monitoring.
",
        notice.id
    );
    assert_eq!(text, expected);
}

#[test]
fn machines_get_everything_as_json_and_attributes_to_filter_by() {
    let configuration = configuration(&[]);
    let facts = facts(&configuration);
    let [notice] = of(vec![transition(Kind::NonCompliant, "a", "b"), transition(Kind::Fixed, "b", "c")], &facts)
        .try_into()
        .unwrap();
    let message = notice.message(&facts, 0);
    let (machine, text) = parts(&message);
    assert!(!text.contains("not confirmed"));
    let first = &machine["transitions"][0];
    for (name, value) in [
        ("kind", "nonCompliant"),
        ("account", "123456789012"),
        ("accountAlias", "prod"),
        ("region", "eu-central-1"),
        ("resourceType", "AWS::S3::Bucket"),
        ("resourceId", "b"),
        ("rule", "a"),
        ("identifier", "A"),
        ("severity", "critical"),
        ("since", "2026-03-04T05:06:07Z"),
    ] {
        assert_eq!(first[name], value, "{name}");
    }
    assert_eq!(first["frameworks"]["hipaa"]["more"], 2);
    assert!(first["console"].as_str().unwrap().starts_with("https://eu-central-1.console"));
    assert!(first["runbook"].as_str().unwrap().ends_with("runbooks/non-compliance.md"));
    let list = |name| message.attributes[name].value();
    assert_eq!(list("severity"), r#"["critical","low"]"#);
    assert_eq!((list("rule"), list("kind")), (r#"["a","b"]"#.to_owned(), r#"["fixed","nonCompliant"]"#.to_owned()));
    assert_eq!((list("framework"), list("account")), (r#"["hipaa"]"#.to_owned(), "123456789012".to_owned()));
    assert_eq!(message.attributes["rule"].data_type(), "String.Array");
    assert!(!message.attributes.contains_key("route"), "no route takes it");
}

#[test]
fn a_route_gets_its_own_and_nothing_else() {
    let routes = [
        ("soc", Route { severities: vec![Severity::Critical, Severity::High], ..Route::default() }),
        ("hipaa", Route { frameworks: texts(&["hipaa"]), rules: texts(&["a", "b"]), ..Route::default() }),
        ("other", Route { accounts: texts(&["999999999999"]), ..Route::default() }),
    ];
    let configuration = configuration(&routes);
    let facts = facts(&configuration);
    let notices = of(["a", "b", "c", "a"].map(|rule| transition(Kind::NonCompliant, rule, rule)).to_vec(), &facts);
    let told: Vec<_> = notices
        .iter()
        .map(|notice| {
            let Content::Transitions { transitions } = &notice.content else { panic!("no transitions") };
            (notice.routes.join(" "), transitions.iter().map(|each| each.rule.as_str()).collect::<String>())
        })
        .collect();
    let expected =
        [("", "b"), ("hipaa soc", "aa"), ("soc", "c")].map(|(routes, rules)| (routes.to_owned(), rules.to_owned()));
    assert_eq!(told, expected);
    assert_eq!(notices[1].message(&facts, 0).attributes["route"].value(), r#"["hipaa","soc"]"#);
}

#[test]
fn an_id_is_the_same_for_the_same_news_and_from_every_region_for_a_global_resource() {
    let configuration = configuration(&[]);
    let facts = facts(&configuration);
    let id = |mut each: Transition, region: &str, kind: &str, at: &str| {
        each.region = region.to_owned();
        each.resource.resource_type = kind.to_owned();
        each.at = Timestamp::parse(at).unwrap();
        of(vec![each], &facts)[0].id.clone()
    };
    let (one, two) = ("2026-03-04T05:06:07Z", "2026-03-04T05:09:00Z");
    let open = transition(Kind::NonCompliant, "a", "x");
    let first = id(open.clone(), "eu-central-1", "AWS::IAM::Role", one);
    assert_eq!(first, id(open.clone(), "us-east-1", "AWS::IAM::Role", two));
    assert_ne!(first, id(open.clone(), "eu-central-1", "AWS::S3::Bucket", one));
    assert_ne!(first, id(transition(Kind::Fixed, "a", "x"), "eu-central-1", "AWS::IAM::Role", one));
    let ended = Transition { waiver_ended: true, ..open };
    let again = id(ended.clone(), "eu-central-1", "AWS::IAM::Role", one);
    assert_ne!(first, again, "the end of a waiver is news once more");
    assert_eq!(again, id(ended.clone(), "us-east-1", "AWS::IAM::Role", two));
    assert_ne!(again, id(ended, "eu-central-1", "AWS::IAM::Role", "2026-04-04T05:06:07Z"));
}

#[test]
fn a_summary_tells_how_many_and_the_worst_first() {
    let configuration = configuration(&[]);
    let facts = facts(&configuration);
    let open = BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 30)]);
    let summary = Summary { first: true, judged: 3, unsettled: 2, waiting: 1, open };
    let notice = Notice::new(&run().origin, &run().time, vec![], Content::Summary(summary)).unwrap();
    let message = notice.message(&facts, 0);
    let (machine, text) = parts(&message);
    assert_eq!(message.subject, "Compliance: 3 rules watched, 32 open findings - prod (123456789012)");
    assert!(
        text.starts_with(
            "Compliance monitoring began in account prod (123456789012), region eu-central-1.\n\n3 rules evaluated"
        ),
        "{text}"
    );
    assert!(text.contains("\n      30  b (low)\n       2  a (critical)\n"), "{text}");
    assert!(text.contains("1 rule waits for a first result"), "{text}");
    assert!(text.contains("one more summary. From the next scheduled run on only changes are sent"), "{text}");
    assert_eq!((&machine["openFindings"], &machine["openFindingsByRule"]["b"]), (&32.into(), &30.into()));
    assert_eq!(message.attributes["kind"].value(), r#"["summary"]"#);
}

#[test]
fn a_name_does_not_break_a_line_or_a_subject() {
    let configuration = configuration(&[]);
    let mut facts = facts(&configuration);
    facts.alias = Some("ünï\ncode");
    let [notice] = of(vec![transition(Kind::NonCompliant, "a", "x\r\nSubject: y\u{202e}")], &facts).try_into().unwrap();
    let message = notice.message(&facts, 0);
    assert!(message.subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", message.subject);
    let (machine, text) = parts(&message);
    assert!(!text.contains('\r') && !text.contains('\u{202e}') && !text.contains("\nSubject"), "{text}");
    assert_eq!(machine["transitions"][0]["resourceId"], "x\r\nSubject: y\u{202e}", "machines get what it is");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_message_fits_and_no_transition_is_lost_or_doubled(
        count in 0..200_usize, length in 1..700_usize, quote in any::<bool>(), wide in any::<bool>(),
    ) {
        let routes = [("soc", Route { severities: vec![Severity::Critical], ..Route::default() })];
        let configuration = configuration(&routes);
        let facts = facts(&configuration);
        let filler = if quote { "\"" } else if wide { "語" } else { "x" }.repeat(length);
        let all: Vec<_> = (0..count)
            .map(|number| transition(Kind::NonCompliant, if number % 3 == 0 { "a" } else { "b" }, &format!("{number}{filler}")))
            .collect();
        let notices = of(all.clone(), &facts);
        let mut told = Vec::new();
        for notice in &notices {
            let message = notice.message(&facts, 3);
            prop_assert!(message.bytes() <= MESSAGE_BYTES, "{}", message.bytes());
            prop_assert!(message.subject.len() <= SUBJECT_LENGTH);
            let Content::Transitions { transitions } = &notice.content else { panic!("no transitions") };
            prop_assert!((1..=TRANSITIONS).contains(&transitions.len()));
            told.extend(transitions.iter().map(|each| each.resource.resource_id.clone()));
        }
        let ids: std::collections::BTreeSet<_> = notices.iter().map(|notice| &notice.id).collect();
        prop_assert_eq!(ids.len(), notices.len());
        told.sort();
        let mut expected: Vec<_> = all.into_iter().map(|each| each.resource.resource_id).collect();
        expected.sort();
        prop_assert_eq!(told, expected);
    }

    /// Whatever AWS Config returns of a resource, and however many waivers end at once.
    #[test]
    fn every_entry_fits_into_an_item(count in 1..200_usize, length in 1..3_000_usize, filler in "[\"x語\n]") {
        let configuration = configuration(&[]);
        let facts = facts(&configuration);
        let long = filler.repeat(length);
        let tags = (0..50).map(|number| (format!("{number}{long}"), long.clone())).chain([("owner".to_owned(), long.clone())]);
        let details = Details { arn: Some(long.clone()), name: Some(long.clone()), tags: tags.collect() };
        let transitions: Vec<_> = (0..count)
            .map(|number| Transition {
                label: Label::of(&details),
                annotation: Some(clipped(&long)),
                ..transition(Kind::NonCompliant, "a", &format!("{number}{}", "語".repeat(200)))
            })
            .collect();
        let waiver = crate::waiver::Waiver { reason: clipped(&long), ..Default::default() };
        let waivers = vec![Ending { waiver, days_left: 3 }; count];
        let ending = endings(&waivers, &facts, &run().origin, &run().time).unwrap();
        let told = |notice: &Notice| match &notice.content {
            Content::WaiversEnd { waivers } => waivers.len(),
            Content::Transitions { transitions } => transitions.len(),
            _ => 0,
        };
        prop_assert_eq!(ending.iter().map(told).sum::<usize>(), count);
        let sent = of(transitions.clone(), &facts);
        prop_assert_eq!(sent.iter().map(told).sum::<usize>(), count);
        for notice in sent.iter().chain(&ending) {
            let crate::ledger::Write::Put(entry) = crate::outbox::put(notice).unwrap() else { panic!("no entry") };
            prop_assert!(entry.body.len() <= crate::ledger::ENTRY_BYTES);
            prop_assert!(notice.message(&facts, 1).bytes() <= MESSAGE_BYTES);
        }
        let held = crate::digest::hold(&transitions, &run().origin, &run().time).unwrap();
        let mut all = 0;
        for (transitions, write) in held {
            let crate::ledger::Write::Put(entry) = write else { panic!("no entry") };
            prop_assert!(entry.body.len() <= crate::ledger::ENTRY_BYTES && !transitions.is_empty());
            all += transitions.len();
        }
        prop_assert_eq!(all, count);
    }
}

#[test]
fn finding_says_why_what_it_is_called_and_who_owns_it() {
    let configuration = configuration(&[]);
    let facts = facts(&configuration);
    let label = Label {
        arn: Some("arn:aws:s3:::b".to_owned()),
        name: Some("orders".to_owned()),
        owner: Some("data-team".to_owned()),
    };
    let annotation = Some("The policy admits\nplain HTTP.".to_owned());
    let each = Transition { annotation, label: Some(label), ..transition(Kind::NonCompliant, "a", "b") };
    let (machine, text) = parts(&of(vec![each], &facts)[0].message(&facts, 0));
    for line in
        ["    name        orders", "    owner       data-team", "    why         The policy admits\u{fffd}plain HTTP."]
    {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let each = &machine["transitions"][0];
    assert_eq!((&each["owner"], &each["resourceName"]), (&"data-team".into(), &"orders".into()));
    assert_eq!(
        (&each["arn"], &each["annotation"]),
        (&"arn:aws:s3:::b".into(), &"The policy admits\nplain HTTP.".into())
    );
}

#[test]
fn waivers_that_end_are_a_message_of_their_own() {
    use crate::{waived::Ending, waiver::Waiver};

    let configuration = configuration(&[]);
    let facts = facts(&configuration);
    let waiver = |days_left, ticket: Option<&str>| Ending {
        waiver: Waiver {
            expires: "2027-03-31".to_owned(),
            owner: "data-team".to_owned(),
            reason: "migration".to_owned(),
            rule: Some("a".to_owned()),
            ticket: ticket.map(str::to_owned),
            ..Waiver::default()
        },
        days_left,
    };
    let content = Content::WaiversEnd { waivers: vec![waiver(14, Some("SEC-1")), waiver(1, None), waiver(0, None)] };
    let notice = Notice::new(&run().origin, &run().time, Vec::new(), content).unwrap();
    let message = notice.message(&facts, 0);
    assert_eq!(message.subject, "Compliance: 3 waivers end soon - prod (123456789012)");
    let (machine, text) = parts(&message);
    for line in [
        "  rule a\n    ends        2027-03-31, in 14 days\n    owner       data-team\n    reason      migration\n    ticket      SEC-1\n",
        "2027-03-31, tomorrow",
        "2027-03-31, today",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!((&machine["kind"], &machine["waivers"][0]["daysLeft"]), (&"waiversEnd".into(), &14.into()));
}

#[test]
fn route_to_a_chat_gets_a_custom_notification_and_others_what_they_had() {
    let chat = Route { chat: true, severities: vec![Severity::Critical], ..Route::default() };
    let configuration = configuration(&[("chat", chat)]);
    let facts = facts(&configuration);
    let label = Label { owner: Some("data".to_owned()), ..Label::default() };
    let all: Vec<_> = (0..12)
        .map(|number| Transition {
            annotation: Some("open to *all* <!here> @channel".to_owned()),
            label: Some(label.clone()),
            ..transition(Kind::NonCompliant, "a", &format!("b`{number}"))
        })
        .chain([transition(Kind::NonCompliant, "b", "low")])
        .collect();
    let notices = of(all, &facts);
    let body = |notice: &Notice| serde_json::from_str::<Value>(&notice.message(&facts, 0).body).unwrap();
    let of_route = |routes: &[&str]| notices.iter().find(|notice| notice.routes == *routes).unwrap();
    assert_eq!(body(of_route(&[]))["https"], Value::Null);
    let whole = body(of_route(&["chat"]));
    assert!(whole["email"].is_string() && whole["default"].is_string());
    let chat: Value = serde_json::from_str(whole["https"].as_str().unwrap()).unwrap();
    assert_eq!((&chat["version"], &chat["source"]), (&"1.0".into(), &"custom".into()));
    let content = &chat["content"];
    assert_eq!(content["textType"], "client-markdown");
    assert_eq!(content["title"], "Compliance: 12 not compliant - prod (123456789012)");
    let lines: Vec<&str> = content["description"].as_str().unwrap().lines().collect();
    assert_eq!((lines.len(), lines[10]), (11, "and 2 more changes"));
    assert_eq!(
        lines[0],
        "• AWS::S3::Bucket `b'0` does not comply with `a` (critical, owner `data`): open to  all   !here   channel"
    );
    assert_eq!(
        content["nextSteps"][0],
        "Run `AWS-DisablePublicAccessForSecurityGroup` for `a`: \
         https://docs.aws.amazon.com/config/latest/developerguide/restricted-ssh.html"
    );
    let steps = content["nextSteps"].as_array().unwrap();
    assert!(steps.len() == 2 && steps[1].as_str().unwrap().starts_with("Open the report: https://"), "{steps:?}");
    assert_eq!(chat["metadata"]["relatedResources"].as_array().unwrap().len(), 10);
}
