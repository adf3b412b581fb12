//! The files of a run: the page and its parts, JSON, CSV, what the next run needs, and the index of runs.

use std::io;

use askama::Template;
use functions_core::{
    contract::Handler,
    key::{REPORTS_PREFIX, written_prefix},
    manifest::{self, Manifest},
};
use thiserror::Error;

use crate::{
    chart::{self, ChartError},
    coverage, elsewhere,
    export::ocsf,
    findings::{FindingRow, FindingRows, JSON_FINDINGS},
    first::{First, first},
    framework_pages, lines,
    model::{Breakdown, Report, Summary, WaiverLine},
    page::{Entry, FOOTER, Page, entry},
    parts, pictures, remediation,
    rows::{Remedies, resource, severity},
    table::{Cell, Column, Cut, Table, cost, grouped, points},
    trend::TrendPoint,
    wording::{day, when, wide},
};

/// No page or part is longer, in bytes.
pub const PAGE_BYTES: usize = 1_000_000;
/// How many part files a table has at most; the CSV has all of its rows.
pub const PARTS: usize = 40;
/// What each table may take of the first page: twelve tables leave room for the first screen.
const TABLE_BYTES: usize = 70_000;
const PART_BYTES: usize = 700_000;
/// Kinds of findings that have files of their own.
const FINDING_KINDS: [&str; 2] = ["findings", "fixed"];
/// How many runs the index lists at most.
pub const RUNS: usize = 4_000;

/// A file beside the others of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name: letters, digits, `.` and `-`.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Why a file cannot be made.
#[derive(Debug, Error)]
pub enum FileError<E> {
    /// A template did not render.
    #[error("a page does not render: {0}")]
    Page(#[from] askama::Error),
    /// The trend could not be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// JSON was not written.
    #[error("the json: {0}")]
    Json(#[from] serde_json::Error),
    /// CSV was not written or read.
    #[error("the csv: {0}")]
    Csv(#[from] csv::Error),
    /// Bytes were not flushed.
    #[error("the csv: {0}")]
    Io(#[from] io::Error),
    /// Whoever takes the files refused one.
    #[error("{0}")]
    Sink(E),
}

/// Gives the files of a run to `sink`, one at a time, each made when the one before is taken: the parts first, the page
/// `index.html` after what it links to, the page of the last report ([`LATEST`]), the manifest of the others, and
/// `summary.json` last, so that a run that stops leaves nothing that looks whole.
///
/// # Errors
/// When a file cannot be made, or the sink refuses one.
pub fn write<E>(report: &Report, mut sink: impl FnMut(File) -> Result<(), E>) -> Result<(), FileError<E>> {
    let mut manifest = Manifest::new(&report.run_id, &report.time, report.previous_manifest.clone());
    let mut put = |name: &str, content_type, body: Vec<u8>| {
        manifest.add(name, &body);
        sink(File { name: name.to_owned(), content_type, body }).map_err(FileError::Sink)
    };
    let mut entries = Vec::new();
    entries.push(paged(report, "rules", "Rules", RULES, report.rules.len(), rules(report), &mut put)?);
    let accounts = report.accounts.iter().map(|account| breakdown(account, account.alias.as_deref()));
    entries.push(paged(report, "accounts", "Accounts", PLACES, report.accounts.len(), accounts, &mut put)?);
    let regions = report.regions.iter().map(|region| breakdown(region, None));
    entries.push(paged(report, "regions", "Regions", PLACES, report.regions.len(), regions, &mut put)?);
    if !report.frameworks.is_empty() {
        let all = report.frameworks.iter().map(framework_pages::row_of);
        let columns = framework_pages::COLUMNS;
        let mut entry = paged(report, "frameworks", "Frameworks", columns, report.frameworks.len(), all, &mut put)?;
        for page in framework_pages::pages(report) {
            let (name, title, body) = page?;
            put(&name, HTML, body)?;
            entry.pages.1.push((name, title));
        }
        entry.pages.0 = "By control:";
        entries.push(entry);
        let parts = report.frameworks.iter().map(|framework| framework.parts.len()).sum();
        let all = report
            .frameworks
            .iter()
            .flat_map(|framework| framework.parts.iter().map(|one| framework_pages::part(report, framework, one)));
        entries.push(paged(
            report,
            "controls",
            "Rules and controls of frameworks",
            framework_pages::PARTS,
            parts,
            all,
            &mut put,
        )?);
    }
    let remedies = Remedies::of(report);
    let findings = report.findings.iter().map(|one| finding(&one, &remedies));
    entries.push(paged(report, "resources", "Resources", FINDINGS, report.findings.len(), findings, &mut put)?);
    if !report.waivers.is_empty() {
        let all = report.waivers.iter().map(waiver);
        entries.push(paged(report, "waivers", "Waivers", WAIVERS, report.waivers.len(), all, &mut put)?);
    }
    if !report.waived.is_empty() {
        let all = report.waived.iter().map(|one| waived(&one, &remedies));
        entries.push(paged(report, "waived", "Waived findings", WAIVED, report.waived.len(), all, &mut put)?);
    }
    if let Some(known) = &report.coverage {
        let rows = coverage::recorded(known);
        let (columns, total) = (coverage::RECORDED, rows.len());
        entries.push(paged(report, "recorded", "Recorded types", columns, total, rows.into_iter(), &mut put)?);
        let rows = known.rules.iter().map(coverage::of_rule);
        let (columns, total) = (coverage::RULES, known.rules.len());
        entries.push(paged(report, "evaluators", "Rules and their parameters", columns, total, rows, &mut put)?);
    }
    if let Some(listed) = report.remediation.as_ref().filter(|listed| listed.total > 0 || !listed.left.is_empty()) {
        let rows = listed.remediations.iter().enumerate().map(remediation::row);
        let total = listed.remediations.len();
        let mut entry = paged(report, "remediations", "Remediation", remediation::COLUMNS, total, rows, &mut put)?;
        entry.note = remediation::words(listed);
        entries.push(entry);
    }
    if !report.elsewhere.is_empty() {
        let rows = elsewhere::rows(&report.elsewhere, &report.region);
        let (columns, total) = (elsewhere::COLUMNS, rows.len());
        let title = "Rules that other regions do not evaluate";
        entries.push(paged(report, "elsewhere", title, columns, total, rows.into_iter(), &mut put)?);
    }
    let none = FindingRows::default();
    for (kind, findings) in [("findings", [&report.findings, &report.waived]), ("fixed", [&report.fixed, &none])] {
        for (number, body) in (1..).zip(lines::of_findings(report, findings)) {
            put(&parts::file(kind, number), CSV, body?)?;
        }
    }
    if report.exports.ocsf {
        for (name, body) in FINDING_KINDS.iter().flat_map(|kind| ocsf::files(report, kind)) {
            put(&name, ocsf::JSON_LINES, body?)?;
        }
    }
    put("rules.csv", CSV, lines::of_rules(report)?)?;
    put("report.json", JSON, serde_json::to_vec(report)?)?;
    let (trend, pictures) = (chart::trend(&report.trend)?, pictures::of(report)?);
    let mut page = page(report, entries, first(report, trend, pictures));
    put("index.html", HTML, page.render()?.into_bytes())?;
    let mut put = |name: &str, content_type, body: Vec<u8>| {
        sink(File { name: name.to_owned(), content_type, body }).map_err(FileError::Sink)
    };
    if let Some(folder) = report.folder.strip_prefix(REPORTS_PREFIX) {
        page.base = format!("../{folder}");
        put(LATEST, HTML, page.render()?.into_bytes())?;
    }
    let summary = serde_json::to_vec(&report.summary())?;
    manifest.add(SUMMARY, &summary);
    put(manifest::NAME, JSON, manifest.render()?)?;
    put(SUMMARY, JSON, summary)
}

/// Name of the page of the last report among the files of a run, which belongs into a folder of its own.
pub const LATEST: &str = "latest/index.html";
/// Name of what the next run needs, which comes last.
pub const SUMMARY: &str = "summary.json";
const JSON: &str = "application/json";

/// The page that lists the runs, the newest first. `place` gives the address of a run's page from the index.
///
/// # Errors
/// When the page does not render.
pub fn runs_page(runs: &[TrendPoint], place: impl Fn(&TrendPoint) -> String) -> Result<File, FileError<io::Error>> {
    let links: Vec<(String, String)> =
        runs.iter().rev().take(RUNS).map(|run| (place(run), format!("{}: {}", when(&run.time), said(run)))).collect();
    let body = RunsPage { links: &links }.render()?.into_bytes();
    Ok(File { name: "index.html".to_owned(), content_type: HTML, body })
}

/// What a run left in `summary.json`.
///
/// # Errors
/// When the bytes are not that JSON.
pub fn read_summary(bytes: &[u8]) -> Result<Summary, serde_json::Error> {
    serde_json::from_slice(bytes)
}

const CSV: &str = "text/csv; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const RULES: &[Column] = &[
    Column("Rule", false),
    Column("Severity", false),
    Column("Cost", true),
    Column("Failing", true),
    Column("Complying", true),
    Column("No data", true),
    Column("Not applicable", true),
    Column("New", true),
    Column("Fixed", true),
];
const PLACES: &[Column] = &[
    Column("Name", false),
    Column("Failing", true),
    Column("Complying", true),
    Column("No data", true),
    Column("Not applicable", true),
    Column("New", true),
    Column("Fixed", true),
];
const FINDINGS: &[Column] = &[
    Column("Severity", false),
    Column("Resource", false),
    Column("Rule", false),
    Column("Account", false),
    Column("Region", false),
    Column("Since", false),
    Column("Owner", false),
    Column("Remediation", false),
];
const WAIVERS: &[Column] = &[
    Column("Waives", false),
    Column("State", false),
    Column("Ends", false),
    Column("Owner", false),
    Column("Reason", false),
    Column("Findings", true),
];
const WAIVED: &[Column] = &[
    Column("Severity", false),
    Column("Resource", false),
    Column("Rule", false),
    Column("Account", false),
    Column("Region", false),
    Column("Waiver", false),
    Column("Owner", false),
];

/// The first part of a table; the others go to files of their own.
fn paged<E>(
    report: &Report,
    id: &'static str,
    title: &'static str,
    columns: &'static [Column],
    total: usize,
    rows: impl Iterator<Item = Vec<Cell>>,
    put: &mut impl FnMut(&str, &'static str, Vec<u8>) -> Result<(), FileError<E>>,
) -> Result<Entry, FileError<E>> {
    let mut cut = Cut::new(rows);
    let (rows, shown) = cut.next_part(TABLE_BYTES)?.unwrap_or_default();
    let (mut parts, mut listed) = (Vec::new(), shown);
    while parts.len() < PARTS
        && let Some((rows, count)) = cut.next_part(PART_BYTES)?
    {
        let number = parts.len() + 2;
        let name = format!("{id}-{number}.html");
        let table = Table { id, title, columns, rows, shown: count, total };
        let more = format!("Rows {} to {} of {}.", listed + 1, listed + count, grouped(wide(total)));
        let part =
            Page::beside(report, format!("{title}, part {number}"), vec![entry(report, table, more, Vec::new())]);
        put(&name, HTML, part.render()?.into_bytes())?;
        listed += count;
        parts.push((name, number));
    }
    let more = if shown == total {
        String::new()
    } else if listed == total {
        format!("The first {} of {}. Further parts:", grouped(wide(shown)), grouped(wide(total)))
    } else {
        format!(
            "The first {} of {}; the parts reach to {}, {} all. Parts:",
            grouped(wide(shown)),
            grouped(wide(total)),
            grouped(wide(listed)),
            whole("findings", report.findings.len() + report.waived.len())
        )
    };
    Ok(entry(report, Table { id, title, columns, rows, shown, total }, more, parts))
}

/// Which files have all findings of a kind.
fn whole(kind: &str, findings: usize) -> String {
    match parts::files(findings) {
        1 => format!("{} has", parts::file(kind, 1)),
        count => format!("{} to {} have", parts::file(kind, 1), parts::file(kind, count)),
    }
}

fn rules(report: &Report) -> impl Iterator<Item = Vec<Cell>> {
    let costs: std::collections::BTreeMap<&str, u64> =
        report.score.costs.iter().map(|cost| (&*cost.rule, cost.millipoints)).collect();
    report.rules.iter().map(move |rule| {
        let price = costs.get(&*rule.name).copied().unwrap_or_default();
        let price_text = if price == 0 { "–".to_owned() } else { cost(price) };
        let mut cells = vec![
            Cell::noted(&*rule.name, rule.controls.join(", ")).linked(rule.page.as_deref().unwrap_or_default()),
            severity(rule.severity.unwrap_or_default()),
            Cell::sorted(price_text, price, "n"),
        ];
        cells.extend(numbers(rule));
        cells
    })
}

fn breakdown(place: &Breakdown, alias: Option<&str>) -> Vec<Cell> {
    let name = alias.map_or_else(|| Cell::text(&*place.name), |alias| Cell::noted(alias, &*place.name));
    std::iter::once(name).chain(numbers(place)).collect()
}

fn numbers(row: &Breakdown) -> [Cell; 6] {
    let counts = row.counts;
    [counts.non_compliant, counts.compliant, counts.insufficient_data, counts.not_applicable, row.new, row.fixed]
        .map(Cell::number)
}

fn finding(finding: &FindingRow<'_>, remedies: &Remedies<'_>) -> Vec<Cell> {
    let mut since = day(finding.since).to_owned();
    if finding.new {
        since.push_str(" (new)");
    }
    let seen = if finding.as_of.is_empty() { String::new() } else { format!("as of {}", day(finding.as_of)) };
    vec![
        severity(finding.severity),
        resource(finding),
        remedies.rule(finding),
        Cell::text(finding.account),
        Cell::text(finding.region),
        Cell::noted(since, seen),
        Cell::text(finding.owner),
        remedies.remediation(finding),
    ]
}

fn waived(finding: &FindingRow<'_>, remedies: &Remedies<'_>) -> Vec<Cell> {
    vec![
        severity(finding.severity),
        resource(finding),
        remedies.rule(finding),
        Cell::text(finding.account),
        Cell::text(finding.region),
        Cell::text(finding.waiver),
        Cell::text(finding.owner),
    ]
}

fn waiver(waiver: &WaiverLine) -> Vec<Cell> {
    let class = if waiver.warning.is_some() { "bad" } else { "good" };
    let ends = match waiver.days_left {
        Some(0) => "today".to_owned(),
        Some(1) => "tomorrow".to_owned(),
        Some(days) => format!("in {days} days"),
        None => String::new(),
    };
    vec![
        Cell::text(&*waiver.selectors),
        Cell { note: waiver.warning.clone().unwrap_or_default(), ..Cell::class(waiver.state, class) },
        Cell::noted(&*waiver.expires, ends),
        Cell::text(&*waiver.owner),
        Cell::noted(&*waiver.reason, waiver.ticket.clone().unwrap_or_default()),
        Cell::number(waiver.findings),
    ]
}

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage<'a> {
    links: &'a [(String, String)],
}

fn page(report: &Report, tables: Vec<Entry>, first: First) -> Page {
    let json = match report.findings.len().max(report.fixed.len()) {
        0..=JSON_FINDINGS => "JSON".to_owned(),
        _ => format!("JSON (with the first {} findings)", grouped(wide(JSON_FINDINGS))),
    };
    let mut links = vec![(format!("{}index.html", up(&report.folder)), "All runs".to_owned())];
    let counts =
        [("findings", report.findings.len() + report.waived.len(), "Findings"), ("fixed", report.fixed.len(), "Fixed")];
    for (kind, count, text) in counts {
        let files = parts::files(count);
        links.extend((1..=files).map(|number| match number {
            1 => (parts::file(kind, 1), format!("{text} as CSV")),
            number => (parts::file(kind, number), format!("{text} as CSV, part {number}")),
        }));
    }
    if report.exports.ocsf {
        for (kind, count, text) in counts {
            links.extend((1..=parts::files(count)).map(|number| match number {
                1 => (ocsf::file(kind, 1), format!("{text} as OCSF")),
                number => (ocsf::file(kind, number), format!("{text} as OCSF, part {number}")),
            }));
        }
    }
    links.push(("rules.csv".to_owned(), "Rules as CSV".to_owned()));
    links.push(("report.json".to_owned(), json));
    links.push((manifest::NAME.to_owned(), "Manifest".to_owned()));
    Page {
        base: String::new(),
        title: "Compliance report".to_owned(),
        subtitle: format!("{} · run {}", when(&report.time), report.run_id),
        links,
        first: Some(first),
        tables,
        footer: FOOTER,
    }
}

/// From the folder of a run to that of all reports.
fn up(folder: &str) -> String {
    let levels = folder.strip_prefix(&written_prefix(Handler::Aggregation)).map_or(1, |rest| rest.matches('/').count());
    "../".repeat(levels)
}

fn said(run: &TrendPoint) -> String {
    let score = match run.score_millipoints {
        Some(score) => format!("score {}", points(score)),
        None if run.first_evaluation => return "not yet evaluated".to_owned(),
        None => "no score".to_owned(),
    };
    format!("{score}, {} open findings", grouped(run.non_compliant))
}
