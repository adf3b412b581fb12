//! What remediation plans, waits for and did.

use std::collections::BTreeMap;

use compliance_types::{choices::RemediationMode as Mode, resource::Resource, time::Timestamp};
use functions_core::remediation::{
    item::Step,
    listed::{Line, Listed},
    state::State,
};
use functions_report::{files::File, gathered::Gathered, input::Context};

use crate::sample::{context, files, report};

fn step(state: State, minute: u64, by: &str, reason: &str) -> Step {
    let at = Timestamp::from_unix_seconds(1_772_600_000 + minute * 60);
    Step { state, at, by: by.to_owned(), reason: reason.to_owned() }
}

fn line(id: &str, state: State, steps: Vec<Step>) -> Line {
    Line {
        id: id.to_owned(),
        rule: "s3-bucket-ssl-requests-only".to_owned(),
        account: "111111111111".to_owned(),
        region: "eu-central-1".to_owned(),
        resource: Resource { resource_type: "AWS::S3::Bucket".to_owned(), resource_id: format!("bucket-of-{id}") },
        action: "s3-tls-only".to_owned(),
        mode: Mode::Approve,
        state,
        change: "deny requests without TLS".to_owned(),
        approval: Some("<b>the owner is not known".to_owned()),
        steps,
    }
}

fn listed(remediations: Vec<Line>) -> Listed {
    Listed {
        schema_version: 1,
        run_id: "run-r".to_owned(),
        at: Timestamp::from_unix_seconds(1_772_600_000),
        stopped: Some("changes are stopped since noon by alice: incident".to_owned()),
        states: BTreeMap::new(),
        left: [("the limit of 10 changes a run is reached".to_owned(), 1_234)].into(),
        total: 7,
        remediations,
    }
}

fn written(remediation: Option<Listed>) -> Vec<File> {
    let context = Context { remediation, ..context("1", "2026-03-04T06:00:00Z") };
    files(&report(context, Gathered::default(), &[]))
}

fn text<'a>(files: &'a [File], name: &str) -> &'a str {
    std::str::from_utf8(&files.iter().find(|file| file.name == name).unwrap().body).unwrap()
}

#[test]
fn page_has_each_remediation_with_its_state_and_every_step() {
    let steps = vec![
        step(State::Planned, 0, "run-1", "deny requests without TLS"),
        step(State::AwaitingApproval, 0, "run-1", ""),
        step(State::Approved, 5, "AROAX:alice", "agreed"),
        step(State::Fixed, 90, "run-2", "AWS Config finds the resource compliant"),
    ];
    let all = vec![
        line("1", State::AwaitingApproval, vec![step(State::Planned, 0, "run-1", "")]),
        line("2", State::Fixed, steps.clone()),
    ];
    let files = written(Some(listed(all)));
    let page = text(&files, "index.html");
    let section = page.split("id=\"remediations\"").nth(1).unwrap().split("</section>").next().unwrap();
    for words in [
        "As of the run of 2026-03-04 04:53 UTC. Changes are stopped since noon by alice: incident. 1\u{202f}234 left: the limit of 10 changes a run is reached. \
         There are 7 remediations; pulumi-resource-aws-compliance remediation list shows all of them.",
        "<td class=\"bad\" data-key=\"0\">awaiting approval<small>1</small></td><td>bucket-of-1<small>AWS::S3::Bucket</small></td>",
        "<td class=\"good\" data-key=\"1\">fixed<small>2</small></td>",
        "s3-bucket-ssl-requests-only<small>s3-tls-only, mode approve</small>",
        "needs approval: &#60;b&#62;the owner is not known",
        "2026-03-04 06:23 UTC fixed by run-2: AWS Config finds the resource compliant<small>2026-03-04 04:53 UTC planned by run-1: deny requests without TLS; \
         2026-03-04 04:53 UTC awaiting approval by run-1; 2026-03-04 04:58 UTC approved by AROAX:alice: agreed</small>",
    ] {
        assert!(section.contains(words), "{words} in {section}");
    }
    let json: serde_json::Value = serde_json::from_str(text(&files, "report.json")).unwrap();
    let kept: Vec<Step> = serde_json::from_value(json["remediation"]["remediations"][1]["steps"].clone()).unwrap();
    assert_eq!(kept, steps);
}

#[test]
fn report_without_a_run_of_remediation_or_with_nothing_to_say_has_no_such_section() {
    let nothing = Listed { total: 0, left: BTreeMap::new(), ..listed(Vec::new()) };
    for remediation in [None, Some(nothing)] {
        assert!(!text(&written(remediation), "index.html").contains("id=\"remediations\""));
    }
    let left = Listed { total: 0, ..listed(Vec::new()) };
    let files = written(Some(left));
    assert!(text(&files, "index.html").contains("Nothing is planned."), "what was left is said");
}

#[test]
fn many_remediations_with_many_steps_leave_the_page_within_its_bound() {
    let steps: Vec<Step> = (0..12).map(|minute| step(State::Planned, minute, "run", &"x".repeat(100))).collect();
    let all = (0..500).map(|number| line(&number.to_string(), State::Planned, steps.clone())).collect();
    let files = written(Some(listed(all)));
    for file in files.iter().filter(|file| file.name.ends_with(".html")) {
        assert!(file.body.len() <= functions_report::files::PAGE_BYTES, "{}", file.name);
    }
    let parts = files.iter().filter(|file| file.name.starts_with("remediations-"));
    let names: Vec<_> = parts.clone().map(|file| file.name.as_str()).collect();
    let has_last = |file: &File| String::from_utf8_lossy(&file.body).contains("bucket-of-499");
    assert_eq!(parts.filter(|file| has_last(file)).count(), 1, "one of the parts has the last: {names:?}");
}
