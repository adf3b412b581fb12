//! The files of a run: the page and its parts, JSON, CSV, what the next run needs, and the index of runs.

use std::io;

use askama::Template;
use thiserror::Error;

use crate::{
    chart::{self, ChartError},
    collect::CARRY_DAYS,
    input::Severity,
    model::{Breakdown, Finding, Report, Source, Summary, TrendPoint},
    table::{Cell, Column, Cut, Table, cost, grouped, points},
};

/// No page or part is longer, in bytes.
pub const PAGE_BYTES: usize = 1_000_000;
/// How many part files a table has at most; the CSV has all of its rows.
pub const PARTS: usize = 40;
/// What each table may take of the first page: five tables leave room for the first screen.
const TABLE_BYTES: usize = 150_000;
const PART_BYTES: usize = 700_000;
/// How many lines each list of the first screen shows.
const SHOWN: usize = 8;

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
/// `index.html` after what it links to, and `summary.json` last, so that a run that stops leaves nothing that looks whole.
///
/// # Errors
/// When a file cannot be made, or the sink refuses one.
pub fn write<E>(report: &Report, mut sink: impl FnMut(File) -> Result<(), E>) -> Result<(), FileError<E>> {
    let mut put = |name: &str, content_type, body| {
        sink(File { name: name.to_owned(), content_type, body }).map_err(FileError::Sink)
    };
    let mut entries = Vec::new();
    entries.push(paged(report, "rules", "Rules", RULES, report.rules.len(), rules(report), &mut put)?);
    let accounts = report.accounts.iter().map(|account| breakdown(account, account.alias.as_deref()));
    entries.push(paged(report, "accounts", "Accounts", PLACES, report.accounts.len(), accounts, &mut put)?);
    let regions = report.regions.iter().map(|region| breakdown(region, None));
    entries.push(paged(report, "regions", "Regions", PLACES, report.regions.len(), regions, &mut put)?);
    let findings = report.findings.iter().map(finding);
    entries.push(paged(report, "resources", "Resources", FINDINGS, report.findings.len(), findings, &mut put)?);
    put("findings.csv", "text/csv; charset=utf-8", findings_csv(&report.findings)?)?;
    put("rules.csv", "text/csv; charset=utf-8", rules_csv(report)?)?;
    put("report.json", "application/json", serde_json::to_vec(report)?)?;
    let trend = chart::trend(&report.trend)?;
    put("index.html", HTML, page(report, entries, trend).render()?.into_bytes())?;
    put("summary.json", "application/json", serde_json::to_vec(&report.summary())?)
}

/// The page that lists the runs, the newest first. `place` gives the address of a run's page from the index.
///
/// # Errors
/// When the page does not render.
pub fn runs_page(runs: &[TrendPoint], place: impl Fn(&TrendPoint) -> String) -> Result<File, FileError<io::Error>> {
    let links: Vec<(String, String)> =
        runs.iter().rev().map(|run| (place(run), format!("{}: {}", when(&run.time), said(run)))).collect();
    let body = RunsPage { links: &links }.render()?.into_bytes();
    Ok(File { name: "index.html".to_owned(), content_type: HTML, body })
}

/// The findings of a run, as `findings.csv` has them.
///
/// # Errors
/// When the bytes are not that CSV.
pub fn read_findings(bytes: &[u8]) -> Result<Vec<Finding>, csv::Error> {
    csv::Reader::from_reader(bytes).deserialize().collect()
}

/// What a run left in `summary.json`.
///
/// # Errors
/// When the bytes are not that JSON.
pub fn read_summary(bytes: &[u8]) -> Result<Summary, serde_json::Error> {
    serde_json::from_slice(bytes)
}

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
];

struct Entry {
    table: Table,
    lower: String,
    total: String,
    nothing: &'static str,
    more: String,
    parts: Vec<(String, usize)>,
}

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
        let links = vec![("index.html".to_owned(), "The report".to_owned())];
        let part = Page {
            title: format!("{title}, part {number}"),
            subtitle: format!("Run of {}", when(&report.time)),
            links,
            first: None,
            tables: vec![entry(table, more, Vec::new())],
            footer: FOOTER,
        };
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
            "The first {} of {}; the parts reach to {}, findings.csv has all. Parts:",
            grouped(wide(shown)),
            grouped(wide(total)),
            grouped(wide(listed))
        )
    };
    Ok(entry(Table { id, title, columns, rows, shown, total }, more, parts))
}

fn entry(table: Table, more: String, parts: Vec<(String, usize)>) -> Entry {
    let nothing = match table.id {
        "resources" => "No resource breaks a rule.",
        "rules" => "No rule is known.",
        _ => "Nothing reported yet.",
    };
    let shown = if table.shown == table.total { String::new() } else { format!("{} of ", grouped(wide(table.shown))) };
    Entry {
        lower: table.title.to_lowercase(),
        total: format!("{shown}{}", grouped(wide(table.total))),
        nothing,
        table,
        more,
        parts,
    }
}

fn rules(report: &Report) -> impl Iterator<Item = Vec<Cell>> {
    let costs: std::collections::BTreeMap<&str, u64> =
        report.score.costs.iter().map(|cost| (&*cost.rule, cost.millipoints)).collect();
    report.rules.iter().map(move |rule| {
        let severity = rule.severity.unwrap_or_default();
        let price = costs.get(&*rule.name).copied().unwrap_or_default();
        let price_text = if price == 0 { "–".to_owned() } else { cost(price) };
        let mut cells = vec![
            Cell::noted(&*rule.name, rule.controls.join(", ")),
            severity_cell(severity),
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

fn finding(finding: &Finding) -> Vec<Cell> {
    let mut since = day(&finding.since).to_owned();
    if finding.new {
        since.push_str(" (new)");
    }
    let seen = if finding.as_of.is_empty() { String::new() } else { format!("as of {}", day(&finding.as_of)) };
    vec![
        severity_cell(finding.severity),
        Cell::noted(&*finding.resource_id, &*finding.resource_type),
        Cell::text(&*finding.rule),
        Cell::text(&*finding.account),
        Cell::text(&*finding.region),
        Cell::noted(since, seen),
    ]
}

fn severity_cell(severity: Severity) -> Cell {
    let (class, rank) = match severity {
        Severity::Critical => ("sev-critical", 0),
        Severity::High => ("sev-high", 1),
        Severity::Medium => ("sev-medium", 2),
        Severity::Low => ("sev-low", 3),
        Severity::Informational => ("sev-informational", 4),
    };
    Cell { sort: Some(rank), ..Cell::class(severity.word(), class) }
}

fn findings_csv(findings: &[Finding]) -> Result<Vec<u8>, csv::Error> {
    // The header is written even where no line follows.
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record([
        "severity",
        "rule",
        "account",
        "region",
        "resourceType",
        "resourceId",
        "since",
        "new",
        "asOf",
    ])?;
    findings.iter().try_for_each(|finding| writer.serialize(finding))?;
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()).into())
}

fn rules_csv(report: &Report) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "rule",
        "severity",
        "controls",
        "nonCompliant",
        "compliant",
        "insufficientData",
        "notApplicable",
        "new",
        "fixed",
    ])?;
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
        writer.write_record(words.iter().chain(&numbers))?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()).into())
}

const FOOTER: &str = "Score: 100 less what each open rule costs. A rule costs its weight (critical 10, high 6, medium 3, low 1; informational rules stay outside) among all rules that judged something, times the share of judged resources that do not comply. Verdicts without data or that do not apply cost nothing. Times are UTC.";

#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    title: String,
    subtitle: String,
    links: Vec<(String, String)>,
    first: Option<First>,
    tables: Vec<Entry>,
    footer: &'static str,
}

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage<'a> {
    links: &'a [(String, String)],
}

struct First {
    score: String,
    grade: &'static str,
    score_note: String,
    change: Option<Moved>,
    open: String,
    severities: Vec<(&'static str, String)>,
    costs: Vec<Line>,
    costs_left: usize,
    no_costs: &'static str,
    trend: Option<String>,
    trend_words: String,
    silent: Vec<(String, String)>,
    silent_left: usize,
    carry_days: u64,
}

struct Moved {
    new: String,
    new_some: bool,
    fixed: String,
    fixed_some: bool,
    still: String,
    score: String,
    since: String,
}

struct Line {
    rule: String,
    severity: &'static str,
    width: u64,
    points: String,
    failing: String,
    judged: String,
}

fn page(report: &Report, tables: Vec<Entry>, trend: Option<String>) -> Page {
    let links = [
        ("../index.html", "All runs"),
        ("findings.csv", "Findings as CSV"),
        ("rules.csv", "Rules as CSV"),
        ("report.json", "JSON"),
    ];
    Page {
        title: "Compliance report".to_owned(),
        subtitle: format!("{} · run {}", when(&report.time), report.run_id),
        links: links.map(|(to, text)| (to.to_owned(), text.to_owned())).into(),
        first: Some(first(report, trend)),
        tables,
        footer: FOOTER,
    }
}

fn first(report: &Report, trend: Option<String>) -> First {
    let score = &report.score;
    let silent: Vec<(String, String)> = report.sources.iter().filter(|source| !source.reported).map(silence).collect();
    let dearest = score.costs.first().map_or(1, |cost| cost.millipoints.max(1));
    let costs = score.costs.iter().take(SHOWN).map(|line| Line {
        rule: line.rule.to_string(),
        severity: line.severity.word(),
        width: line.millipoints * 100 / dearest,
        points: cost(line.millipoints),
        failing: grouped(line.failing),
        judged: grouped(line.judged),
    });
    First {
        score: score.millipoints.map_or_else(|| "–".to_owned(), points),
        grade: match score.millipoints {
            Some(90_000..) => "good",
            Some(60_000..) => "mid",
            Some(_) => "bad",
            None => "",
        },
        score_note: match (score.millipoints, score.costs.len()) {
            (None, _) if report.totals.total() == 0 => "No rule has judged a resource yet.".to_owned(),
            (None, _) => "No rule that counts has judged a resource yet.".to_owned(),
            (Some(_), 0) if report.findings.is_empty() => "Every judged resource complies.".to_owned(),
            (Some(_), 0) => "What is open is informational.".to_owned(),
            (Some(left), 1) => format!("One open rule costs {} points.", cost(100_000_u64.saturating_sub(left))),
            (Some(left), open) => {
                format!("{open} open rules cost {} points together.", cost(100_000_u64.saturating_sub(left)))
            }
        },
        change: report.change.as_ref().map(|change| Moved {
            new: grouped(change.new),
            new_some: change.new > 0,
            fixed: grouped(change.fixed),
            fixed_some: change.fixed > 0,
            still: grouped(change.still_open),
            score: change.score_millipoints.map_or_else(|| "–".to_owned(), signed),
            since: when(&change.since),
        }),
        open: grouped(wide(report.findings.len())),
        severities: report.severities.iter().map(|(severity, count)| (severity.word(), grouped(*count))).collect(),
        costs: costs.collect(),
        costs_left: score.costs.len().saturating_sub(SHOWN),
        no_costs: if score.millipoints.is_none() { "Nothing was judged." } else { "No rule that counts is open." },
        trend,
        trend_words: trend_words(&report.trend),
        silent_left: silent.len().saturating_sub(SHOWN * 3),
        silent: silent.into_iter().take(SHOWN * 3).collect(),
        carry_days: CARRY_DAYS,
    }
}

fn silence(source: &Source) -> (String, String) {
    let name = source.alias.as_ref().map_or_else(
        || format!("{}, {}", source.account, source.region),
        |alias| format!("{alias} ({}), {}", source.account, source.region),
    );
    let age = match (&source.last_reported, source.age_days) {
        (Some(last), Some(1)) => format!("last reported {}, one day ago", when(last)),
        (Some(last), Some(days)) => format!("last reported {}, {days} days ago", when(last)),
        (Some(last), None) => format!("last reported {}", when(last)),
        (None, _) => "has never reported".to_owned(),
    };
    (name, age)
}

fn trend_words(runs: &[TrendPoint]) -> String {
    let mut scored = runs.iter().filter_map(|run| run.score_millipoints.map(|score| (score, &run.time)));
    match (scored.next(), scored.next_back()) {
        (Some((from, then)), Some((to, now))) => {
            format!("Score from {} on {} to {} on {}.", points(from), when(then), points(to), when(now))
        }
        _ => String::new(),
    }
}

fn said(run: &TrendPoint) -> String {
    let score = run.score_millipoints.map_or_else(|| "no score".to_owned(), |score| format!("score {}", points(score)));
    format!("{score}, {} open findings", grouped(run.non_compliant))
}

fn signed(millipoints: i64) -> String {
    let sign = match millipoints {
        0 => "±",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", if millipoints == 0 { "0".to_owned() } else { cost(millipoints.unsigned_abs()) })
}

/// `2026-03-04T05:06:07Z` as `2026-03-04 05:06 UTC`.
fn when(time: &str) -> String {
    match (time.get(..10), time.get(11..16)) {
        (Some(date), Some(minute)) => format!("{date} {minute} UTC"),
        _ => time.to_owned(),
    }
}

fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
