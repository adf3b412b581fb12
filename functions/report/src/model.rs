//! The report as data. Its JSON is this, member for member.

use std::sync::Arc;

use functions_core::compliance::Counts;
use serde::{Deserialize, Serialize};

use crate::{input::Severity, score::Score};

/// How many runs the trend keeps: two weeks of one every six hours, and some.
pub const TREND_RUNS: usize = 60;

/// The version of the JSON and CSV. A change that a reader must know of raises it.
pub const SCHEMA_VERSION: u32 = 1;

/// One run's report.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// Open findings of each severity, the worst first.
    pub severities: Vec<(Severity, u64)>,
    /// What changed since the run before; absent in the first.
    pub change: Option<Change>,
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
    /// Verdicts by account, region and rule, sorted by these.
    #[serde(skip)]
    pub cells: Vec<Cell>,
    /// Open findings, the worst and newest first.
    pub findings: Vec<Finding>,
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

/// One run in the trend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrendPoint {
    /// Id of the run.
    pub run_id: String,
    /// When it was asked for.
    pub time: String,
    /// Its score in thousandths of a point, 0 to 100,000; absent where nothing was judged.
    pub score_millipoints: Option<u64>,
    /// Open findings.
    pub non_compliant: u64,
    /// Verdicts that it counted.
    pub verdicts: u64,
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
    /// Whether it gave a verdict in this run.
    pub reported: bool,
    /// Time of the last run in which it did; absent if it never did.
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
    /// Its verdicts.
    #[serde(flatten)]
    pub counts: Counts,
    /// Findings among them that are new.
    pub new: u64,
    /// Findings that are fixed.
    pub fixed: u64,
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

/// A resource that does not comply with a rule: a line of the CSV.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Severity of the rule.
    pub severity: Severity,
    /// Name of the rule.
    pub rule: Arc<str>,
    /// Account id.
    pub account: Arc<str>,
    /// Region.
    pub region: Arc<str>,
    /// Type of the resource.
    pub resource_type: Arc<str>,
    /// Id of the resource.
    pub resource_id: Box<str>,
    /// Time of the first run that saw it open without a break.
    pub since: Arc<str>,
    /// Whether the run before did not see it open.
    pub new: bool,
    /// Time of the run that saw it last, where its source did not report in this one; else empty.
    pub as_of: Arc<str>,
}

impl Finding {
    pub(crate) fn key(&self) -> (&str, &str, &str, &str, &str) {
        (&self.account, &self.region, &self.rule, &self.resource_type, &self.resource_id)
    }
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
        }
    }
}
