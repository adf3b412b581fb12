//! `waivers`: the waivers of a deployment's inputs, and what they match in a report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use compliance_types::time::Timestamp;
use functions_core::waiver::{Standing, Subject, Waivers};
use serde::Deserialize;

use crate::cli::{file, terminal};
use crate::inputs::waivers::{self, max_days, today};

const NAME: &str = "pulumi-resource-aws-compliance waivers";
/// Findings that are listed under a waiver.
const SHOWN: usize = 10;

/// Lists the waivers of a deployment's inputs: how each stands, and with a report what it matches. Asks no account. Ends with
/// status 1 where a waiver is invalid or expired, or matches nothing of the report; with 2 where the command is not understood.
#[derive(Parser)]
#[command(name = NAME)]
struct Command {
    /// YAML or JSON with inputs of `ComplianceMonitoring`, of which `waivers` are listed; `-` for standard input.
    file: PathBuf,
    /// The `report.json` of a run.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The day, `yyyy-mm-dd`. Default: today in UTC.
    #[arg(long, value_name = "DAY", value_parser = day)]
    on: Option<String>,
}

fn day(text: &str) -> Result<String, String> {
    match Timestamp::parse(&format!("{text}T00:00:00Z")) {
        Ok(day) if day.date() == text => Ok(text.to_owned()),
        _ => Err("expected a day as `yyyy-mm-dd`, such as `2027-03-31`".to_owned()),
    }
}

/// What is read of a report.
#[derive(Deserialize)]
struct Report {
    findings: Vec<ReportedFinding>,
    #[serde(default)]
    waived: Vec<ReportedFinding>,
    rules: Vec<Rule>,
    /// Open findings of each severity.
    #[serde(default)]
    severities: Vec<(String, usize)>,
    /// The waivers of the run.
    #[serde(default)]
    waivers: Vec<Covered>,
}

#[derive(Deserialize)]
struct Covered {
    findings: usize,
}

impl Report {
    fn listed(&self) -> usize {
        self.findings.len().saturating_add(self.waived.len())
    }

    /// How many findings there were: a report lists a limited number of them.
    fn total(&self) -> usize {
        let counts = self.severities.iter().map(|(_, count)| *count);
        let counts = counts.chain(self.waivers.iter().map(|waiver| waiver.findings));
        counts.fold(0, usize::saturating_add).max(self.listed())
    }
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    #[serde(default)]
    controls: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReportedFinding {
    rule: String,
    account: String,
    region: String,
    resource_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    arn: String,
    #[serde(default)]
    tags: String,
}

/// Does what the arguments after `waivers` say.
pub fn run(arguments: &[String]) -> ExitCode {
    let command: Command = match terminal::parsed(NAME, arguments) {
        Ok(command) => command,
        Err(status) => return status,
    };
    match listed(&command) {
        Ok((text, good)) => {
            terminal::print(&text);
            if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problems) => {
            problems.iter().for_each(terminal::error);
            ExitCode::from(terminal::USAGE)
        }
    }
}

/// The list, and whether each waiver is in force and of use.
fn listed(command: &Command) -> Result<(String, bool), Vec<String>> {
    let args = file::inputs(&command.file)?.args;
    let report = command.report.as_deref().map(report).transpose().map_err(|reason| vec![reason])?;
    let day = command.on.clone().unwrap_or_else(|| today().date().to_owned());
    let waivers = waivers::waivers(&args.waivers, &args.name_prefix);
    let waivers = Waivers::on(&waivers, &day, max_days(args.waiver_max_days));
    if waivers.is_empty() {
        return Ok(("There are no waivers.\n".to_owned(), true));
    }
    let matched = report.as_ref().map(|report| matched(&waivers, report));
    let (mut text, mut good) = (String::new(), true);
    for (at, (waiver, standing)) in waivers.all().iter().enumerate() {
        let state = match standing {
            Standing::InForce { days_left: 0 } => "in force, ends today".to_owned(),
            Standing::InForce { days_left } => format!("in force, {days_left} days left"),
            Standing::Expired => "expired".to_owned(),
            Standing::Invalid(defect) => format!("invalid: {defect}"),
        };
        good &= standing.is_in_force();
        let _ = writeln!(text, "{}\n  {state}\n  {}: {}", waiver.selectors(), waiver.summary(), waiver.reason);
        let Some(found) = matched.as_ref().and_then(|matched| matched.get(at)) else { continue };
        if standing.is_in_force() && found.is_empty() {
            let (listed, total) = report.as_ref().map_or((0, 0), |report| (report.listed(), report.total()));
            if listed < total {
                let _ = writeln!(
                    text,
                    "  matches nothing among the {listed} of {total} findings that the file lists; the files \
                     `findings*.csv` of the run have all"
                );
            } else {
                good = false;
                let _ = writeln!(text, "  matches nothing in the report");
            }
        }
        for finding in found.iter().take(SHOWN) {
            let ReportedFinding { rule, account, region, resource_id, .. } = finding;
            let _ = writeln!(text, "  - {rule}: {resource_id} ({account}, {region})");
        }
        if let Some(more) = found.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            let _ = writeln!(text, "  and {more} more");
        }
    }
    Ok((text, good))
}

/// The findings that each waiver covers.
fn matched<'a>(waivers: &Waivers, report: &'a Report) -> Vec<Vec<&'a ReportedFinding>> {
    let frameworks: BTreeMap<&str, BTreeMap<String, BTreeSet<String>>> =
        report.rules.iter().map(|rule| (rule.name.as_str(), frameworks(&rule.controls))).collect();
    let none = BTreeMap::new();
    let mut found = vec![Vec::new(); waivers.all().len()];
    for finding in report.findings.iter().chain(&report.waived) {
        let tags: BTreeMap<String, String> = serde_json::from_str(&finding.tags).unwrap_or_default();
        let some = |text: &'a String| Some(text.as_str()).filter(|text| !text.is_empty());
        let subject = Subject {
            account: &finding.account,
            region: &finding.region,
            rule: &finding.rule,
            frameworks: frameworks.get(finding.rule.as_str()).unwrap_or(&none),
            resource_id: &finding.resource_id,
            name: some(&finding.name),
            arn: some(&finding.arn),
            tags: &tags,
        };
        if let Some(list) = waivers.of(&subject).and_then(|at| found.get_mut(at)) {
            list.push(finding);
        }
    }
    found
}

/// What a report writes as `hipaa` or `nzism 1847`, by framework.
fn frameworks(controls: &[String]) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in controls {
        let (id, control) = text.split_once(' ').map_or((text.as_str(), None), |(id, control)| (id, Some(control)));
        all.entry(id.to_owned()).or_default().extend(control.map(str::to_owned));
    }
    all
}

fn report(file: &Path) -> Result<Report, String> {
    let named = file.display();
    let bytes = std::fs::read(file).map_err(|error| format!("{named}: {error}"))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{named}: not the `report.json` of a run: {error}"))
}
