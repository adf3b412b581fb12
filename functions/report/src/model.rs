//! The report as data. Its JSON is this, member for member.

use std::sync::Arc;

use compliance_types::severity::Severity;
use functions_core::{compliance::Counts, exports::Exports, manifest::Previous, remediation::listed::Listed};
use serde::{Deserialize, Serialize};

use crate::{
    evaluated::Evaluated,
    findings::FindingRows,
    fixes::{Fix, TimeToFix},
    input::{Coverage, Elsewhere},
    parts,
    progress::FirstEvaluation,
    score::Score,
    trend::TrendPoint,
    week::Week,
};

/// The version of the JSON and CSV. A change that a reader must know of raises it.
pub const SCHEMA_VERSION: u32 = 1;

/// One run's report.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Id of the run.
    pub run_id: String,
    /// When the run was asked for.
    pub time: String,
    /// The score and what each open rule costs.
    pub score: Score,
    /// All verdicts, those carried forward included.
    pub totals: Counts,
    /// Resources that the aggregator gave.
    pub resources: u64,
    /// Resources among them that could not be read, and count nowhere else.
    pub unreadable_resources: u64,
    /// Evaluations that count nowhere, because somebody else deployed their rules.
    pub other_evaluations: u64,
    /// How far the first evaluation has come.
    pub first_evaluation: FirstEvaluation,
    /// Open findings of each severity, the worst first.
    pub severities: Vec<(Severity, u64)>,
    /// What changed since the run before; absent in the first.
    pub change: Option<Change>,
    /// What changed within a week; absent where no earlier run of it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub week: Option<Week>,
    /// Kept runs, the oldest first, this one last.
    pub trend: Vec<TrendPoint>,
    /// Accounts and regions, and whether they reported.
    pub sources: Vec<Source>,
    /// Breakdown by rule, the worst first.
    pub rules: Vec<Breakdown>,
    /// Breakdown by account, the worst first.
    pub accounts: Vec<Breakdown>,
    /// Breakdown by region, the worst first.
    pub regions: Vec<Breakdown>,
    /// What each framework asks for, and how it stands.
    pub frameworks: Vec<Framework>,
    /// Region of the deployment, which decides on the rules that are offered.
    #[serde(skip)]
    pub region: String,
    /// The folder of the run's files in the report bucket, which ends in `/`; empty where there is none.
    #[serde(skip)]
    pub folder: String,
    /// The manifest of the run before.
    #[serde(skip)]
    pub previous_manifest: Option<Previous>,
    /// Where findings are exported to.
    #[serde(skip)]
    pub exports: Exports,
    /// Verdicts by account, region and rule, sorted by these.
    #[serde(skip)]
    pub cells: Vec<Cell>,
    /// Open findings, the worst and newest first. JSON has the first [`crate::findings::JSON_FINDINGS`] of them, CSV all.
    pub findings: FindingRows,
    /// Findings that the run before saw open and that are fixed. JSON has as many at most.
    pub fixed: FindingRows,
    /// Findings that waivers cover. They count nowhere else. JSON has as many at most.
    pub waived: FindingRows,
    /// Waivers in the order given, and what they match.
    pub waivers: Vec<WaiverLine>,
    /// The open findings that are open the longest.
    pub oldest: FindingRows,
    /// How long findings were open before they were fixed, by severity.
    pub time_to_fix: Vec<TimeToFix>,
    /// Every evaluation result of the run.
    #[serde(skip)]
    pub evaluated: Evaluated,
    /// Fixes that count.
    #[serde(skip)]
    pub fixes: Vec<Fix>,
    /// What other regions of the deployment do not evaluate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<Elsewhere>,
    /// What remediation plans, waits for and did, as its last run left it; absent where it has not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Listed>,
    /// What the account and region of the deployment record, and how their rules evaluate; absent where that may not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
}

/// How many of the oldest findings a report has.
pub const OLDEST: usize = 10;

/// A waiver as the report lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaiverLine {
    /// Its selectors.
    pub selectors: String,
    /// Who answers for it.
    pub owner: String,
    /// Why the findings are accepted.
    pub reason: String,
    /// Its last day.
    pub expires: String,
    /// Where it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// `in force`, `expired` or `invalid`.
    pub state: &'static str,
    /// Days until its last one, where it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_left: Option<u32>,
    /// What deserves attention: that it matches nothing, has ended, or why it is invalid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// Findings that it covers. Of several waivers that match a finding the first one in force covers it.
    pub findings: u64,
}

/// What changed since the run before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Time of the run before.
    pub since: String,
    /// Findings that were not open then.
    pub new: u64,
    /// Findings open then and not now, in sources that reported.
    pub fixed: u64,
    /// Findings open in both.
    pub still_open: u64,
    /// Score now less score then, in thousandths of a point.
    pub score_millipoints: Option<i64>,
}

/// An account and region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Account id.
    pub account: Arc<str>,
    /// The account's alias, if it is known.
    pub alias: Option<String>,
    /// Region.
    pub region: Arc<str>,
    /// Whether its data arrives: the aggregator says so, or, where it says nothing of it, a verdict of it was there.
    pub reported: bool,
    /// When its data arrived last: the time of the run where they arrive; absent if they never did.
    pub last_reported: Option<String>,
    /// Whole days since then.
    pub age_days: Option<u64>,
}

/// The verdicts of one rule, account or region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Breakdown {
    /// Name of the rule or region, or id of the account.
    pub name: Arc<str>,
    /// The account's alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The rule's severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The rule's controls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<String>,
    /// Address of the rule's page at AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Systems Manager document that remediates the rule's findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<String>,
    /// Its verdicts.
    #[serde(flatten)]
    pub counts: Counts,
    /// Findings among them that are new.
    pub new: u64,
    /// Findings that are fixed.
    pub fixed: u64,
}

/// How one framework stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Framework {
    /// Its id.
    pub id: String,
    /// Rules that judged something and found nothing open.
    pub compliant: u64,
    /// Rules with an open finding.
    pub failing: u64,
    /// Rules that count for it and no result.
    pub silent: u64,
    /// Rules of it that are not deployed: what they would judge is not assessed.
    pub not_assessed: u64,
    /// Controls of it that no rule can judge.
    pub manual: u64,
    /// Rules of which waivers cover every finding.
    pub waived: u64,
    /// Its rules and controls, one by one, sorted by name.
    pub parts: Vec<FrameworkPart>,
    /// Its controls, sorted by id, each with the rules that evaluate it.
    pub controls: Vec<Control>,
}

/// One control of a framework. No public source gives titles of controls together with rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Control {
    /// Its id; empty for rules of which no source names a control.
    pub id: String,
    /// The worst state of its rules.
    pub state: State,
    /// Names of its rules.
    pub rules: Vec<String>,
    /// Identifiers of its rules that are not deployed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_deployed: Vec<String>,
    /// Resources that its rules evaluated, one for each rule and resource, those that are waived included.
    pub evaluated: u64,
    /// Those of them that do not comply.
    pub failing: u64,
    /// Those of them that do not comply and that a waiver covers.
    pub waived: u64,
}

impl Control {
    /// A control without an id or rules.
    pub(crate) const fn of(state: State) -> Self {
        Self {
            id: String::new(),
            state,
            rules: Vec::new(),
            not_deployed: Vec::new(),
            evaluated: 0,
            failing: 0,
            waived: 0,
        }
    }
}

/// One rule of a framework, or one control that no rule judges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameworkPart {
    /// Name of the rule, identifier of one that is not deployed, or a control.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// The controls that the rule counts for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<String>,
}

/// How a part of a framework stands, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// Something is open.
    Failing,
    /// The region does not offer the rule.
    NotAssessed,
    /// The rule no result.
    Silent,
    /// A person has to look.
    Manual,
    /// Waivers cover everything that does not comply.
    Waived,
    /// The rule judged something, and nothing is open.
    Compliant,
}

/// The verdicts of one rule in one account and region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// Account id.
    pub account: Arc<str>,
    /// Region.
    pub region: Arc<str>,
    /// Name of the rule.
    pub rule: Arc<str>,
    /// Its verdicts.
    pub counts: Counts,
}

/// What the next run needs of this one, beside its findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Id of the run.
    pub run_id: String,
    /// When it was asked for.
    pub time: String,
    /// Kept runs, that run last.
    pub trend: Vec<TrendPoint>,
    /// Its sources.
    pub sources: Vec<Source>,
    /// Its verdicts by account, region and rule.
    pub cells: Vec<Cell>,
    /// How many files its findings are in.
    #[serde(default = "one")]
    pub findings_files: usize,
    /// All verdicts.
    #[serde(default)]
    pub totals: Counts,
    /// Resources that the aggregator gave.
    #[serde(default)]
    pub resources: u64,
    /// Resources among them that could not be read.
    #[serde(default)]
    pub unreadable_resources: u64,
    /// Evaluations that count nowhere, because somebody else deployed their rules.
    #[serde(default)]
    pub other_evaluations: u64,
    /// How far the first evaluation had come; absent in a summary of a version that did not ask.
    #[serde(default)]
    pub first_evaluation: Option<FirstEvaluation>,
    /// Fixes that count for the time to fix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
}

/// A summary of a version that did not tell had one file of findings.
const fn one() -> usize {
    1
}

impl Report {
    /// What the next run needs of this one.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            schema_version: SCHEMA_VERSION,
            run_id: self.run_id.clone(),
            time: self.time.clone(),
            trend: self.trend.clone(),
            sources: self.sources.clone(),
            cells: self.cells.clone(),
            findings_files: parts::files(self.findings.len() + self.waived.len()),
            totals: self.totals,
            resources: self.resources,
            unreadable_resources: self.unreadable_resources,
            other_evaluations: self.other_evaluations,
            first_evaluation: Some(self.first_evaluation.clone()),
            fixes: self.fixes.clone(),
        }
    }
}
