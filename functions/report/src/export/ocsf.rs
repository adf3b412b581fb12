//! Findings as Compliance Findings of the Open Cybersecurity Schema Framework (OCSF), class 2003, one JSON object a line.

use std::{collections::BTreeSet, io::Write};

use compliance_types::{region::partition_of_region, resource::GLOBAL, severity::Severity, time::Timestamp};
use serde_json::{Value, json};

use super::{PRODUCT, Rules, clipped, description, finding_id, remediation, tags, title};
use crate::{
    findings::{FindingRow, FindingRows},
    model::Report,
    parts::{self, LINES},
};

/// The version of the schema.
pub const VERSION: &str = "1.3.0";
/// The media type of the files.
pub(crate) const JSON_LINES: &str = "application/x-ndjson";
const CLASS: u32 = 2003;
/// Longest text of a message.
const CHARACTERS: usize = 1_024;

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Open,
    Waived,
    Fixed,
}

impl Became {
    /// Number and name of the activity and of the status (OCSF, class `finding`).
    const fn numbers(self, new: bool) -> ((u32, &'static str), (u32, &'static str)) {
        match (self, new) {
            (Self::Open, true) => ((1, "Create"), (1, "New")),
            (Self::Open, false) => ((2, "Update"), (1, "New")),
            (Self::Waived, true) => ((1, "Create"), (3, "Suppressed")),
            (Self::Waived, false) => ((2, "Update"), (3, "Suppressed")),
            (Self::Fixed, _) => ((3, "Close"), (4, "Resolved")),
        }
    }
}

/// Name of a file of findings.
#[must_use]
pub(crate) fn file(kind: &str, number: usize) -> String {
    format!("{}.ocsf.jsonl", parts::file(kind, number).trim_end_matches(".csv"))
}

/// Findings of a report, file by file, as the CSV files have them: open and waived ones, or the fixed ones.
pub(crate) fn files<'a>(
    report: &'a Report,
    kind: &'a str,
) -> impl Iterator<Item = (String, Result<Vec<u8>, serde_json::Error>)> + use<'a> {
    let rules = Rules::of(report);
    let of = |findings: &'a FindingRows, became: Became| findings.iter().map(move |finding| (finding, became));
    let (first, second) = match kind {
        "fixed" => (of(&report.fixed, Became::Fixed), None),
        _ => (of(&report.findings, Became::Open), Some(of(&report.waived, Became::Waived))),
    };
    let count = match kind {
        "fixed" => report.fixed.len(),
        _ => report.findings.len() + report.waived.len(),
    };
    let mut left = first.chain(second.into_iter().flatten());
    (1..=parts::files(count)).map(move |number| {
        let mut body = Vec::new();
        let written = left.by_ref().take(LINES).try_for_each(|(finding, became)| {
            serde_json::to_writer(&mut body, &line(report, &finding, became, &rules))?;
            body.write_all(b"\n").map_err(serde_json::Error::io)
        });
        (file(kind, number), written.map(|()| body))
    })
}

/// A finding.
fn line(report: &Report, finding: &FindingRow<'_>, became: Became, rules: &Rules<'_>) -> Value {
    let rule = rules.get(finding.rule);
    let now = millis(&report.time).unwrap_or_default();
    let since = millis(finding.since).unwrap_or(now);
    let ((activity, activity_name), (status, status_name)) = became.numbers(finding.new);
    let (severity, severity_name) = severity(finding.severity);
    let (result, result_name) = if became == Became::Fixed { (1, "Pass") } else { (3, "Fail") };
    let region = if finding.region == GLOBAL { report.region.as_str() } else { finding.region };
    let controls = rule.map(|rule| rule.controls.as_slice()).unwrap_or_default();
    let title = clipped(&title(finding.rule, finding.name, finding.resource_id), CHARACTERS);
    let uid = finding_id(finding.account, finding.region, finding.rule, finding.resource_type, finding.resource_id);
    let mut told = json!({
        "activity_id": activity,
        "activity_name": activity_name,
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Compliance Finding",
        "class_uid": CLASS,
        "cloud": {
            "account": { "name": account_name(report, finding.account), "type": "AWS Account", "type_id": 10, "uid": finding.account },
            "provider": "AWS",
            "region": region,
        },
        "compliance": {
            "control": finding.rule,
            "requirements": controls,
            "standards": standards(controls),
            "status": result_name,
            "status_id": result,
        },
        "finding_info": {
            "created_time": since,
            "desc": clipped(&description(finding), CHARACTERS),
            "first_seen_time": since,
            "last_seen_time": now,
            "title": &title,
            "types": ["Software and Configuration Checks"],
            "uid": uid,
        },
        "message": &title,
        "metadata": {
            "product": { "name": PRODUCT, "vendor_name": PRODUCT, "version": env!("CARGO_PKG_VERSION") },
            "profiles": ["cloud"],
            "version": VERSION,
        },
        "resources": [resource(finding, region)],
        "severity": severity_name,
        "severity_id": severity,
        "status": status_name,
        "status_id": status,
        "time": now,
        "type_name": format!("Compliance Finding: {activity_name}"),
        "type_uid": CLASS * 100 + activity,
    });
    if let (Some((text, page)), Some(members)) = (remediation(rule), told.as_object_mut()) {
        let pages: Vec<_> = page.into_iter().collect();
        members.insert("remediation".to_owned(), json!({ "desc": text, "references": pages }));
    }
    if let (Became::Waived, Some(members)) = (became, told.as_object_mut()) {
        members.insert("comment".to_owned(), clipped(finding.waiver, CHARACTERS).into());
    }
    told
}

fn resource(finding: &FindingRow<'_>, region: &str) -> Value {
    let uid = if finding.arn.is_empty() { finding.resource_id } else { finding.arn };
    let labels: Vec<String> = tags(finding).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut told = json!({
        "cloud_partition": partition_of_region(region),
        "labels": labels,
        "name": if finding.name.is_empty() { finding.resource_id } else { finding.name },
        "region": region,
        "type": finding.resource_type,
        "uid": uid,
    });
    if let (false, Some(members)) = (finding.owner.is_empty(), told.as_object_mut()) {
        members.insert("owner".to_owned(), json!({ "name": finding.owner }));
    }
    told
}

fn account_name<'a>(report: &'a Report, account: &'a str) -> &'a str {
    let known = report.accounts.iter().find(|one| &*one.name == account);
    known.and_then(|one| one.alias.as_deref()).unwrap_or(account)
}

/// Ids of the frameworks of these controls. A finding has one standard at least: a rule of no framework is one of AWS Config.
fn standards(controls: &[String]) -> Vec<&str> {
    let ids: BTreeSet<&str> = controls.iter().filter_map(|control| control.split(' ').next()).collect();
    if ids.is_empty() { vec!["AWS Config"] } else { ids.into_iter().collect() }
}

const fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn millis(time: &str) -> Option<u64> {
    Timestamp::parse(time).ok().map(|time| time.unix_millis())
}
