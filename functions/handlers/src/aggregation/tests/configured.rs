//! Severities, frameworks and waivers of the configuration in a report.

use std::collections::BTreeMap;

use compliance_types::severity::Severity;
use functions_core::configuration::{MonitoringConfiguration, NotAssessed, PackEntry, RuleEntry};
use serde_json::json;

use super::account::{Account, PREFIX, row};

#[tokio::test(start_paused = true)]
async fn rules_weigh_and_count_as_the_configuration_says() {
    let rule = |name: &str, severity| RuleEntry {
        frameworks: BTreeMap::from([("hipaa".to_owned(), ["164.312".to_owned()].into())]),
        name: name.to_owned(),
        severity,
        ..RuleEntry::default()
    };
    let verdict = |resource: &str, rule: &str, compliance: &str| row("1", resource, compliance).replace("\"a\"", rule);
    let pack = PackEntry { name: "p".to_owned(), rules: vec![rule("p-c", Severity::Critical)] };
    let rules = [rule("a", Severity::Low), rule("b", Severity::Informational)];
    let lacking = NotAssessed {
        frameworks: BTreeMap::from([("hipaa".to_owned(), vec!["164.312".to_owned()])]),
        identifier: "NOT_OFFERED".to_owned(),
    };
    let configuration = MonitoringConfiguration::new(rules).unwrap().with_packs([pack]).unwrap();
    let configuration = configuration
        .with_not_assessed([lacking])
        .with_manual(BTreeMap::from([("hipaa".to_owned(), vec!["164.308".to_owned()])]));
    let rows = vec![
        verdict("one", "\"a\"", "NON_COMPLIANT"),
        verdict("two", "\"b\"", "NON_COMPLIANT"),
        verdict("three", "\"p-c-conformance-pack-x1\"", "COMPLIANT"),
    ];
    let account = Account::configured(&configuration, vec![rows], |_| None);
    let answer = account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!(answer["scoreMillipoints"], 90_910, "1 of 11, and the informational one outside");
    let report = account.report("run-1");
    let rules: BTreeMap<_, _> =
        report["rules"].as_array().unwrap().iter().map(|one| (one["name"].as_str(), one)).collect();
    let of = |name: &str| rules[&Some(name)];
    assert_eq!(rules.len(), 3, "the pack's rule counts under the name of its template");
    assert_eq!((&of("p-c")["severity"], &of("p-c")["compliant"]), (&json!("critical"), &json!(1)));
    assert_eq!((&of("a")["severity"], &of("a")["controls"]), (&json!("low"), &json!(["hipaa 164.312"])));
    assert_eq!(
        report["severities"],
        json!([["critical", 0], ["high", 0], ["medium", 0], ["low", 1], ["informational", 1]])
    );
    assert!(account.object(&format!("{PREFIX}rules.csv")).contains("a,low,hipaa 164.312,"));
    assert!(account.object(&format!("{PREFIX}findings.csv")).contains("informational,b,"));
    let hipaa = &report["frameworks"][0];
    for (state, count) in [("failing", 2), ("compliant", 1), ("notAssessed", 1), ("manual", 1), ("silent", 0)] {
        assert_eq!(hipaa[state], count, "{state}: {hipaa}");
    }
    let parts: BTreeMap<_, _> =
        hipaa["parts"].as_array().unwrap().iter().map(|one| (one["name"].as_str(), &one["state"])).collect();
    assert_eq!((parts[&Some("NOT_OFFERED")], parts[&Some("164.308")]), (&json!("notAssessed"), &json!("manual")));
}

#[tokio::test(start_paused = true)]
async fn another_configuration_than_the_environment_names_is_refused() {
    let mut account = Account::new(vec![vec![]]);
    account.configuration.push(' ');
    let error = account.run(&json!({}), "run-1").await.unwrap_err().to_string();
    assert!(error.contains("configuration/monitoring.json"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn waived_findings_leave_score_and_counts_and_are_listed_with_their_waiver() {
    use functions_core::waiver::Waiver;

    let rule = RuleEntry { name: "a".to_owned(), ..RuleEntry::default() };
    let waiver = |resource: &str, expires: &str| Waiver {
        expires: expires.to_owned(),
        owner: "data-team".to_owned(),
        reason: "migration".to_owned(),
        resource: Some(resource.to_owned()),
        ..Waiver::default()
    };
    let waivers =
        vec![waiver("name of one", "2026-12-31"), waiver("nothing", "2026-12-31"), waiver("two", "2026-01-01")];
    let configuration = MonitoringConfiguration::new([rule]).unwrap().with_waivers(waivers, 365);
    let rows = vec![row("1", "one", "NON_COMPLIANT"), row("1", "two", "NON_COMPLIANT"), row("1", "good", "COMPLIANT")];
    let account = Account::configured(&configuration, vec![rows], |_| None);
    let answer = account.run(&json!({}), "run-1").await.unwrap();
    assert_eq!((&answer["nonCompliant"], &answer["scoreMillipoints"]), (&json!(1), &json!(50_000)));
    let report = account.report("run-1");
    assert_eq!((&report["totals"]["waived"], &report["totals"]["nonCompliant"]), (&json!(1), &json!(1)));
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    let waived = &report["waived"][0];
    assert_eq!((&waived["resourceId"], &waived["waiver"]), (&json!("one"), &json!("data-team until 2026-12-31")));
    let states: Vec<_> =
        report["waivers"].as_array().unwrap().iter().map(|one| (&one["state"], &one["findings"])).collect();
    assert_eq!(
        states,
        [(&json!("in force"), &json!(1)), (&json!("in force"), &json!(0)), (&json!("expired"), &json!(0))]
    );
    let page = account.object(&format!("{PREFIX}index.html"));
    for text in ["Waived findings", "data-team until 2026-12-31", "It matches no finding.", "It has ended"] {
        assert!(page.contains(text), "{text}");
    }
    let csv = account.object(&format!("{PREFIX}findings.csv"));
    assert!(
        csv.lines().next().unwrap().ends_with(",annotation,waiver,detailsAsOf,reasonAsOf,rulePage,remediation"),
        "{csv}"
    );
    assert!(csv.contains("data-team until 2026-12-31"));
}
