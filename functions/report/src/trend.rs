//! The runs that are kept, and how the score changed within a day.

use std::collections::BTreeMap;

use compliance_types::{severity::Severity, time::Timestamp};
use serde::{Deserialize, Serialize};

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
    /// Whether the first evaluation was still running.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first_evaluation: bool,
    /// Open findings of each severity.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub severities: BTreeMap<Severity, u64>,
    /// Open findings of the rules of each framework.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub frameworks: BTreeMap<String, u64>,
    /// Open findings of each account, of those with the most.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accounts: BTreeMap<String, u64>,
}

/// How many accounts a run of the trend has at most.
pub(crate) const ACCOUNTS: usize = 50;

impl TrendPoint {
    /// As the list of all runs has it.
    #[must_use]
    pub fn listed(self) -> Self {
        let (severities, frameworks, accounts) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { severities, frameworks, accounts, ..self }
    }
}

/// How many runs the trend keeps: two weeks of one every six hours, and some.
pub const TREND_RUNS: usize = 60;

/// The runs that are kept after one.
pub(crate) fn after(mut runs: Vec<TrendPoint>, own: TrendPoint) -> Vec<TrendPoint> {
    runs.retain(|run| run.run_id != own.run_id);
    runs.push(own);
    let surplus = runs.len().saturating_sub(TREND_RUNS);
    runs.drain(..surplus);
    runs
}

const HOUR: u64 = 3_600_000;
/// Between these ages, in milliseconds, an earlier run is one of about a day ago.
const DAY_AGO: std::ops::RangeInclusive<u64> = 20 * HOUR..=28 * HOUR;

/// The score of the last run of `trend` less that of the run about a day before it, in thousandths of a point. Where there
/// is none, less that of the oldest run that is younger. Runs during the first evaluation do not count: their score is that
/// of the few rules that had results.
#[must_use]
pub fn score_change(trend: &[TrendPoint]) -> Option<i64> {
    let (own, earlier) = trend.split_last()?;
    let (now, score) = scored(own)?;
    let aged: Vec<(u64, u64)> =
        earlier.iter().filter_map(scored).filter_map(|(time, score)| Some((now.checked_sub(time)?, score))).collect();
    let day_ago = aged.iter().filter(|(age, _)| DAY_AGO.contains(age)).min_by_key(|(age, _)| age.abs_diff(24 * HOUR));
    let younger = || aged.iter().filter(|(age, _)| age < DAY_AGO.start()).max_by_key(|(age, _)| *age);
    let (_, then) = day_ago.or_else(younger)?;
    i64::try_from(score).ok()?.checked_sub(i64::try_from(*then).ok()?)
}

/// When it was, in milliseconds, and its score; `None` where that is not one of the whole.
fn scored(run: &TrendPoint) -> Option<(u64, u64)> {
    let score = run.score_millipoints.filter(|_| !run.first_evaluation)?;
    Some((Timestamp::parse(&run.time).ok()?.unix_millis(), score))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run so many hours before the last one.
    fn run(hours: u64, score: Option<u64>) -> TrendPoint {
        let time = Timestamp::from_unix_seconds(1_772_600_000 - hours * 3_600);
        TrendPoint {
            run_id: hours.to_string(),
            time: time.as_str().to_owned(),
            score_millipoints: score,
            non_compliant: 0,
            verdicts: 1,
            first_evaluation: false,
            severities: BTreeMap::new(),
            frameworks: BTreeMap::new(),
            accounts: BTreeMap::new(),
        }
    }

    fn change(earlier: &[(u64, u64)]) -> Option<i64> {
        let mut trend: Vec<_> = earlier.iter().map(|(hours, score)| run(*hours, Some(*score))).collect();
        trend.push(run(0, Some(80_000)));
        score_change(&trend)
    }

    #[test]
    fn finding_12_the_score_is_compared_with_that_of_about_a_day_ago() {
        for (earlier, expected) in [
            (&[(48, 1), (30, 2), (24, 90_000), (18, 3), (6, 4)][..], Some(-10_000)),
            (&[(27, 1), (23, 70_000), (6, 4)], Some(10_000)),
            (&[(28, 79_999)], Some(1)),
            (&[(20, 80_000), (6, 1)], Some(0)),
            (&[(18, 85_000), (12, 1), (6, 2)], Some(-5_000)),
            (&[(48, 1), (29, 2), (19, 85_000), (12, 3)], Some(-5_000)),
            (&[(48, 1), (29, 2)], None),
            (&[], None),
        ] {
            assert_eq!(change(earlier), expected, "{earlier:?}");
        }
    }

    #[test]
    fn finding_12_runs_without_a_score_or_during_the_first_evaluation_are_not_compared() {
        let during = |point: TrendPoint| TrendPoint { first_evaluation: true, ..point };
        assert_eq!(score_change(&[]), None);
        assert_eq!(score_change(&[run(24, Some(1)), run(0, None)]), None);
        assert_eq!(score_change(&[run(24, Some(1)), during(run(0, Some(2)))]), None);
        assert_eq!(score_change(&[during(run(24, Some(1))), run(22, None), run(0, Some(2))]), None);
        assert_eq!(score_change(&[during(run(24, Some(1))), run(6, Some(5)), run(0, Some(2))]), Some(-3));
    }
}
