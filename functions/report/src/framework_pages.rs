//! A page for each framework: its controls with their rules, and the findings that are the evidence, for an auditor to print.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use crate::{
    findings::{FindingRow, FindingRows},
    model::{Control, Framework, FrameworkPart, Report, State},
    page::{Entry, Page, entry},
    rows::{Remedies, resource, severity},
    table::{Cell, Column, Cut, Table, grouped},
    wording::{day, wide},
};

/// What each table may take of a page, in bytes.
const TABLE_BYTES: usize = 300_000;

/// What is said of a framework of which no source maps rules to controls.
const UNPUBLISHED: &str = "control mapping not published";

/// Columns of the table of frameworks.
pub(crate) const COLUMNS: &[Column] = &[
    Column("Framework", false),
    Column("Failing", true),
    Column("Complying", true),
    Column("Waived", true),
    Column("Judged nothing", true),
    Column("Not assessed", true),
    Column("Manual", true),
];
/// Columns of the table of rules and controls of all frameworks.
pub(crate) const PARTS: &[Column] =
    &[Column("Framework", false), Column("Rule or control", false), Column("State", false), Column("Controls", false)];
const CONTROLS: &[Column] = &[
    Column("Control", false),
    Column("Status", false),
    Column("Rules", false),
    Column("Evaluated", true),
    Column("Failing", true),
    Column("Waived", true),
];
const EVIDENCE: &[Column] = &[
    Column("Control", false),
    Column("Severity", false),
    Column("Resource", false),
    Column("Rule", false),
    Column("Account", false),
    Column("Region", false),
    Column("Since", false),
    Column("Owner", false),
    Column("Remediation", false),
];
const WAIVED: &[Column] = &[
    Column("Control", false),
    Column("Severity", false),
    Column("Resource", false),
    Column("Rule", false),
    Column("Account", false),
    Column("Region", false),
    Column("Waiver", false),
    Column("Owner", false),
];

/// Controls of each rule of a framework.
type ControlsOf<'a> = BTreeMap<&'a str, String>;

/// The page of each framework: the name of its file, the framework, and the bytes.
pub(crate) fn pages(report: &Report) -> impl Iterator<Item = Result<(String, String, Vec<u8>), askama::Error>> + '_ {
    let mut names = BTreeSet::new();
    // What no framework asks for has no controls.
    report.frameworks.iter().filter(|framework| !framework.id.is_empty()).map(move |framework| {
        let name = file_name(&framework.id, &mut names);
        let page = Page::beside(report, format!("{}: controls", framework.id), tables(report, framework)?);
        Ok((name, framework.id.clone(), page.render()?.into_bytes()))
    })
}

/// A name of letters, digits, `.` and `-` that no other framework has.
fn file_name(id: &str, names: &mut BTreeSet<String>) -> String {
    let allowed = |character: char| match character {
        'a'..='z' | '0'..='9' | '.' => character,
        _ => '-',
    };
    let base: String = id.to_lowercase().chars().map(allowed).collect();
    let mut name = format!("framework-{base}.html");
    let mut number = 2;
    while !names.insert(name.clone()) {
        name = format!("framework-{base}-{number}.html");
        number += 1;
    }
    name
}

fn tables(report: &Report, framework: &Framework) -> Result<Vec<Entry>, askama::Error> {
    let deployed = framework.parts.iter().filter(|part| !matches!(part.state, State::Manual | State::NotAssessed));
    let of: ControlsOf<'_> = deployed.map(|part| (part.name.as_str(), part.controls.join(", "))).collect();
    let counted = report.rules.iter().filter(|rule| of.contains_key(&*rule.name)).map(|rule| rule.counts);
    let (mut failing, mut waived) = (0, 0);
    for counts in counted {
        failing += counts.non_compliant;
        waived += counts.waived;
    }
    let (not_offered, unnamed) =
        (not_offered(report), if has_controls(framework) { "no control named" } else { UNPUBLISHED });
    let controls = framework.controls.iter().map(|each| control(each, unnamed, &not_offered));
    let mut entries = vec![table(
        report,
        ("controls", "Controls", CONTROLS),
        wide(framework.controls.len()),
        controls,
        "report.json has all of them",
    )?];
    let whole = "findings.csv and its further parts have all of them, each with its controls";
    let remedies = Remedies::of(report);
    let rows = under(&report.findings, &of, &remedies, evidence);
    entries.push(table(report, ("evidence", "Findings", EVIDENCE), failing, rows, whole)?);
    if waived > 0 {
        let rows = under(&report.waived, &of, &remedies, waiver);
        entries.push(table(report, ("waived", "Waived findings", WAIVED), waived, rows, whole)?);
    }
    Ok(entries)
}

/// The rows of findings of a framework's rules.
fn under<'a>(
    findings: &'a FindingRows,
    of: &'a ControlsOf<'_>,
    remedies: &'a Remedies<'_>,
    row: fn(&str, &FindingRow<'_>, &Remedies<'_>) -> Vec<Cell>,
) -> impl Iterator<Item = Vec<Cell>> + 'a {
    findings.iter().filter_map(move |finding| of.get(finding.rule).map(|controls| row(controls, &finding, remedies)))
}

fn table(
    report: &Report,
    (id, title, columns): (&'static str, &'static str, &'static [Column]),
    total: u64,
    rows: impl Iterator<Item = Vec<Cell>>,
    whole: &str,
) -> Result<Entry, askama::Error> {
    let (rows, shown) = Cut::new(rows).next_part(TABLE_BYTES)?.unwrap_or_default();
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let more = match shown == total {
        true => String::new(),
        false => format!("The first {} of {}; {whole}.", grouped(wide(shown)), grouped(wide(total))),
    };
    Ok(entry(report, Table { id, title, columns, rows, shown, total }, more, Vec::new()))
}

fn control(control: &Control, unnamed: &str, not_offered: &str) -> Vec<Cell> {
    let id = if control.id.is_empty() { unnamed } else { &control.id };
    let missing = match control.not_deployed.as_slice() {
        [] => String::new(),
        all => format!("{not_offered}: {}", all.join(", ")),
    };
    let counts = [control.evaluated, control.failing, control.waived].map(Cell::number);
    let (words, rank, class) = match control.state {
        State::Failing => ("fails", 0, "bad"),
        State::NotAssessed => ("not assessed", 1, ""),
        State::Silent => ("no results", 2, ""),
        State::Manual => ("manual", 3, ""),
        State::Waived => ("passes with waivers", 4, ""),
        State::Compliant => ("passes", 5, "good"),
    };
    [Cell::text(id), Cell::sorted(words, rank, class), Cell::noted(control.rules.join(", "), missing)]
        .into_iter()
        .chain(counts)
        .collect()
}

fn evidence(controls: &str, finding: &FindingRow<'_>, remedies: &Remedies<'_>) -> Vec<Cell> {
    let mut cells = row(controls, finding, remedies, Cell::text(day(finding.since)));
    cells.push(remedies.remediation(finding));
    cells
}

fn waiver(controls: &str, finding: &FindingRow<'_>, remedies: &Remedies<'_>) -> Vec<Cell> {
    row(controls, finding, remedies, Cell::text(finding.waiver))
}

fn row(controls: &str, finding: &FindingRow<'_>, remedies: &Remedies<'_>, last: Cell) -> Vec<Cell> {
    vec![
        Cell::text(controls),
        severity(finding.severity),
        resource(finding),
        remedies.rule(finding),
        Cell::text(finding.account),
        Cell::text(finding.region),
        last,
        Cell::text(finding.owner),
    ]
}

/// A framework with how its rules and controls stand.
pub(crate) fn row_of(framework: &Framework) -> Vec<Cell> {
    let Framework { failing, compliant, waived, silent, not_assessed, manual, .. } = *framework;
    let counts = [failing, compliant, waived, silent, not_assessed, manual].map(Cell::number);
    std::iter::once(Cell::text(name_of(framework))).chain(counts).collect()
}

/// A rule or control of a framework.
pub(crate) fn part(report: &Report, framework: &Framework, part: &FrameworkPart) -> Vec<Cell> {
    let not_offered = not_offered(report);
    let (words, rank, class) = match part.state {
        State::Failing => ("failing", 0, "bad"),
        State::NotAssessed => (not_offered.as_str(), 1, ""),
        State::Silent => ("no result", 2, ""),
        State::Manual => ("manual: no rule evaluates it", 3, ""),
        State::Waived => ("complying apart from waived findings", 4, ""),
        State::Compliant => ("complying", 5, "good"),
    };
    vec![
        Cell::text(name_of(framework)),
        Cell::text(&*part.name),
        Cell::sorted(words, rank, class),
        Cell::text(if has_controls(framework) { part.controls.join(", ") } else { UNPUBLISHED.to_owned() }),
    ]
}

/// What is said of a rule that is asked for and not deployed.
fn not_offered(report: &Report) -> String {
    match report.region.as_str() {
        "" => "not offered in this region".to_owned(),
        region => format!("not offered in {region}"),
    }
}

/// Whether a source names a control for any rule of a framework, or the framework is none.
fn has_controls(framework: &Framework) -> bool {
    framework.id.is_empty() || framework.parts.iter().any(|part| !part.controls.is_empty())
}

fn name_of(framework: &Framework) -> &str {
    if framework.id.is_empty() { "in no framework" } else { &framework.id }
}
