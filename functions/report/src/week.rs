//! What changed within a week: the report is that of one run, and people ask about longer than from one run to the next.

use std::collections::BTreeMap;

use compliance_types::{severity::Severity, time::Timestamp};
use serde::Serialize;

use crate::{findings::FindingRows, fixes::Fix, trend::TrendPoint, wording::wide};

const SECONDS: u64 = 7 * 86_400;

/// What changed within a week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Week {
    /// Time of the run that this one is compared with: the earliest one of the last seven days in the trend.
    pub since: String,
    /// Findings that later runs saw first and that are open.
    pub new: u64,
    /// Findings that later runs saw fixed, by severity, the worst first.
    pub fixed: Vec<(Severity, u64)>,
    /// Open findings of that run.
    pub open_before: u64,
    /// Score now less score then, in thousandths of a point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_millipoints: Option<i64>,
}

/// What changed since the earliest run of the last seven days; none where there is no such run. Runs during the first
/// evaluation do not count: every finding of the rules that had no results then would be new.
pub(crate) fn of(trend: &[TrendPoint], findings: &FindingRows, fixes: &[Fix]) -> Option<Week> {
    let (own, earlier) = trend.split_last()?;
    let now = Timestamp::parse(&own.time).ok()?;
    let first = earlier.iter().filter(|run| !run.first_evaluation && run.score_millipoints.is_some()).find(|run| {
        Timestamp::parse(&run.time).is_ok_and(|time| time < now && now.duration_since(&time).as_secs() <= SECONDS)
    })?;
    let since = Timestamp::parse(&first.time).ok()?;
    let mut later = Later::than(&first.time)?;
    let new = wide(findings.iter().filter(|finding| later.is(finding.since)).count());
    let mut fixed: BTreeMap<Severity, u64> = BTreeMap::new();
    for fix in fixes.iter().filter(|fix| Timestamp::parse(&fix.at).is_ok_and(|at| at > since)) {
        *fixed.entry(fix.severity).or_default() += fix.count;
    }
    let score = |run: &TrendPoint| i64::try_from(run.score_millipoints?).ok();
    Some(Week {
        since: first.time.clone(),
        new,
        fixed: fixed.into_iter().rev().collect(),
        open_before: first.non_compliant,
        score_millipoints: score(own).zip(score(first)).map(|(now, then)| now - then),
    })
}

/// Which times are later than another. A few runs saw all findings first, so that each time is read once.
pub(crate) struct Later<'a> {
    since: Timestamp,
    known: BTreeMap<&'a str, bool>,
}

impl<'a> Later<'a> {
    /// Than this time; none where it does not read.
    pub(crate) fn than(since: &str) -> Option<Self> {
        Some(Self { since: Timestamp::parse(since).ok()?, known: BTreeMap::new() })
    }

    pub(crate) fn is(&mut self, time: &'a str) -> bool {
        let since = &self.since;
        *self.known.entry(time).or_insert_with(|| Timestamp::parse(time).is_ok_and(|time| time > *since))
    }
}
