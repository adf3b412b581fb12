//! CSV: one line a rule, or a finding; findings in files of a bounded number of lines, so that few are held at once.

use std::{collections::BTreeMap, io};

use crate::{
    cells::written,
    findings::{FindingRow, FindingRows},
    model::{Breakdown, Report},
    parts::{LINES, files},
};

// New columns go to the end.
const FINDING: [&str; 20] = [
    "severity",
    "rule",
    "account",
    "region",
    "resourceType",
    "resourceId",
    "since",
    "new",
    "asOf",
    "frameworks",
    "name",
    "arn",
    "owner",
    "tags",
    "annotation",
    "waiver",
    "detailsAsOf",
    "reasonAsOf",
    "rulePage",
    "remediation",
];
const RULE: [&str; 11] = [
    "rule",
    "severity",
    "controls",
    "nonCompliant",
    "compliant",
    "insufficientData",
    "notApplicable",
    "new",
    "fixed",
    "rulePage",
    "remediation",
];

/// Findings as CSV, file by file, one list after the other; each with what its rule counts for.
pub(crate) fn of_findings<'a>(
    report: &'a Report,
    findings: [&'a FindingRows; 2],
) -> impl Iterator<Item = Result<Vec<u8>, csv::Error>> {
    let of_rules: BTreeMap<&str, (String, &Breakdown)> =
        report.rules.iter().map(|rule| (&*rule.name, (rule.controls.join("; "), rule))).collect();
    let [first, second] = findings;
    let mut left = first.iter().chain(second.iter());
    (0..files(first.len() + second.len())).map(move |_| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(FINDING)?;
        for finding in left.by_ref().take(LINES) {
            let known = of_rules.get(finding.rule);
            let rule = known.map(|(_, rule)| *rule);
            write_line(&mut writer, line(&finding, known.map_or("", |(frameworks, _)| frameworks), rule))?;
        }
        bytes(writer)
    })
}

fn line<'a>(finding: &FindingRow<'a>, frameworks: &'a str, rule: Option<&'a Breakdown>) -> [&'a str; 20] {
    [
        finding.severity.word(),
        finding.rule,
        finding.account,
        finding.region,
        finding.resource_type,
        finding.resource_id,
        finding.since,
        if finding.new { "true" } else { "false" },
        finding.as_of,
        frameworks,
        finding.name,
        finding.arn,
        finding.owner,
        finding.tags,
        finding.annotation,
        finding.waiver,
        finding.details_as_of,
        finding.reason_as_of,
        rule.and_then(|rule| rule.page.as_deref()).unwrap_or_default(),
        rule.and_then(|rule| rule.remediation.as_deref()).unwrap_or_default(),
    ]
}

/// Rules as CSV.
pub(crate) fn of_rules(report: &Report) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(RULE)?;
    for rule in &report.rules {
        let counts = rule.counts;
        let numbers = [
            counts.non_compliant,
            counts.compliant,
            counts.insufficient_data,
            counts.not_applicable,
            rule.new,
            rule.fixed,
        ]
        .map(|number| number.to_string());
        let words =
            [rule.name.to_string(), rule.severity.unwrap_or_default().word().to_owned(), rule.controls.join("; ")];
        let known = [&rule.page, &rule.remediation].map(|text| text.as_deref().unwrap_or_default());
        write_line(&mut writer, words.iter().chain(&numbers).map(String::as_str).chain(known))?;
    }
    bytes(writer)
}

/// Writes a line whose cells no spreadsheet runs.
fn write_line<'a>(
    writer: &mut csv::Writer<Vec<u8>>,
    cells: impl IntoIterator<Item = &'a str>,
) -> Result<(), csv::Error> {
    cells.into_iter().try_for_each(|cell| writer.write_field(written(cell).as_bytes()))?;
    writer.write_record(None::<&[u8]>)
}

fn bytes(writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()).into())
}
