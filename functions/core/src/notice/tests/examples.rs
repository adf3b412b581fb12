//! The published schema of notices and the examples of the documentation, both made of the code.

use compliance_types::{resource::Resource, severity::Severity};
use serde_json::Value;

use super::super::{machine::Machine, *};
use crate::{
    configuration::{MonitoringConfiguration, Notices, RuleEntry},
    details::Label,
    run::tests::run,
    sources::Silence,
    transition::Kind,
    waiver::Waiver,
};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
const AGAIN: &str = "INSTA_UPDATE=always cargo test -p functions-core --lib notice::tests::examples";

/// The file of the documentation has this text, or gets it where that is asked for.
fn assert_documented(name: &str, expected: &str) {
    let path = format!("{DOCS}/{name}");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, expected).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), expected, "{AGAIN}");
}

#[test]
fn published_schema_is_that_of_the_structs() {
    let schema = schemars::schema_for!(Machine<'static>);
    assert_documented("notice.schema.json", &format!("{}\n", serde_json::to_string_pretty(&schema).unwrap()));
}

fn configuration() -> MonitoringConfiguration {
    let rule = RuleEntry {
        frameworks: [("pci-dss-4.0".to_owned(), ["1.2.5".to_owned(), "1.3.1".to_owned()].into())].into(),
        identifier: "INCOMING_SSH_DISABLED".to_owned(),
        name: "restricted-ssh".to_owned(),
        page: Some("restricted-ssh".to_owned()),
        remediation: Some("AWS-DisablePublicAccessForSecurityGroup".to_owned()),
        severity: Severity::Critical,
    };
    MonitoringConfiguration::new([rule]).unwrap().with_notices(Notices::default())
}

fn transition() -> Transition {
    Transition {
        kind: Kind::NonCompliant,
        account: run().origin.account,
        region: run().origin.region,
        rule: "restricted-ssh".to_owned(),
        resource: Resource {
            resource_type: "AWS::EC2::SecurityGroup".to_owned(),
            resource_id: "sg-0a1b2c3d4e5f60718".to_owned(),
        },
        since: run().time,
        at: run().time,
        annotation: Some("Port 22 is open to 0.0.0.0/0.".to_owned()),
        label: Some(Label {
            arn: Some("arn:aws:ec2:eu-central-1:123456789012:security-group/sg-0a1b2c3d4e5f60718".to_owned()),
            name: Some("bastion".to_owned()),
            owner: Some("platform".to_owned()),
        }),
        waiver_ended: false,
    }
}

fn silence() -> Silence {
    Silence { account: "210987654321".to_owned(), region: "eu-west-1".to_owned(), since: run().time }
}

/// One notice of each kind, with what it is.
fn examples() -> Vec<(&'static str, Content)> {
    let waiver = Waiver {
        expires: "2026-03-18".to_owned(),
        owner: "data-team".to_owned(),
        reason: "migration".to_owned(),
        rule: Some("restricted-ssh".to_owned()),
        ticket: Some("SEC-1234".to_owned()),
        ..Waiver::default()
    };
    let open = [("restricted-ssh".to_owned(), 4)].into();
    vec![
        ("A resource does not comply", Content::Transitions { transitions: vec![transition()] }),
        ("The first run", Content::Summary(Summary { first: true, judged: 12, unsettled: 12, waiting: 1, open })),
        ("A waiver ends soon", Content::WaiversEnd { waivers: vec![Ending { waiver, days_left: 14 }] }),
        ("Alarms do not reach the topic", Content::DeliveryLost { sent: run().time }),
        ("An account does not report any more", Content::Sources { silent: vec![silence()], back: Vec::new() }),
        ("An account reports again", Content::Sources { silent: Vec::new(), back: vec![silence()] }),
    ]
}

#[test]
fn examples_of_the_documentation_are_what_the_code_sends() {
    let configuration = configuration();
    let origin = run().origin;
    let facts = Facts {
        configuration: &configuration,
        bucket: "compliance-reports",
        home: &origin.region,
        alias: Some("production"),
    };
    let mut text = format!(
        "# Examples of notices\n\nGenerated from `functions/core/src/notice` by `{AGAIN}`. The schema of the JSON is \
         [notice.schema.json](notice.schema.json).\n"
    );
    for (title, content) in examples() {
        let notice = Notice::new(&run().origin, &run().time, Vec::new(), content).unwrap();
        let message = notice.message(&facts, 0);
        let body: Value = serde_json::from_str(&message.body).unwrap();
        let machine: Value = serde_json::from_str(body["default"].as_str().unwrap()).unwrap();
        let email = body["email"].as_str().unwrap().trim_end();
        text.push_str(&format!(
            "\n## {title}\n\nE-mail, `{}`:\n\n```text\n{email}\n```\n\nOther protocols:\n\n```json\n{}\n```\n",
            message.subject,
            serde_json::to_string_pretty(&machine).unwrap()
        ));
    }
    assert_documented("notice-examples.md", &text);
}
