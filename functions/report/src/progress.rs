//! How far the first evaluation after a deployment has come.
//!
//! AWS Config evaluates new rules within minutes, some a day later, and the aggregator collects their results after that. A
//! report of this time says so: an empty one would look as if everything complied.

use functions_core::{timestamp::Timestamp, watch::SETTLES_AFTER_HOURS};
use serde::{Deserialize, Serialize};

use crate::model::Summary;

/// How far the first evaluation has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FirstEvaluation {
    /// How far it has come.
    pub state: Progress,
    /// Rules of the deployment.
    pub rules: u64,
    /// Those of them that have results.
    pub with_results: u64,
    /// Time of the first run of all.
    pub since: String,
}

/// How far the first evaluation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Progress {
    /// No rule has results.
    NotStarted,
    /// Some rules have results.
    Running,
    /// Every rule has results, or had the time that the slowest one takes.
    Done,
}

impl FirstEvaluation {
    /// As it is at `now`, after the run that left `before`. `any`: whether there is any result, those of rules that somebody
    /// else deployed included where they count.
    pub(crate) fn at(now: &str, (rules, with_results, any): (u64, u64, bool), before: Option<&Summary>) -> Self {
        let known = before.and_then(|before| before.first_evaluation.as_ref());
        let earliest = || Some(before?.trend.first()?.time.clone());
        let since = known.map(|known| known.since.clone()).or_else(earliest).unwrap_or_else(|| now.to_owned());
        let was_done = known.map_or(before.is_some(), |known| known.state == Progress::Done);
        let is_done = was_done || with_results >= rules || is_over(&since, now);
        let state = match (is_done, any) {
            (true, _) => Progress::Done,
            (false, false) => Progress::NotStarted,
            (false, true) => Progress::Running,
        };
        Self { state, rules, with_results, since }
    }
}

/// Whether the slowest rule has been evaluated by `now`.
fn is_over(since: &str, now: &str) -> bool {
    let millis = |time: &str| Timestamp::parse(time).ok().map(|time| time.unix_millis());
    let elapsed = millis(now).zip(millis(since)).map(|(now, since)| now.saturating_sub(since));
    elapsed.is_none_or(|elapsed| elapsed >= SETTLES_AFTER_HOURS * 3_600_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "2026-03-04T00:00:00Z";

    fn at(now: &str, rules: u64, with_results: u64, before: Option<&Summary>) -> FirstEvaluation {
        FirstEvaluation::at(now, (rules, with_results, with_results > 0), before)
    }

    fn summary(first_evaluation: Option<FirstEvaluation>) -> Summary {
        Summary {
            schema_version: 1,
            run_id: "run-0".to_owned(),
            time: START.to_owned(),
            trend: Vec::new(),
            sources: Vec::new(),
            cells: Vec::new(),
            findings_files: 1,
            totals: functions_core::compliance::Counts::default(),
            resources: 0,
            unreadable_resources: 0,
            other_evaluations: 0,
            first_evaluation,
        }
    }

    #[test]
    fn finding_8_the_first_evaluation_runs_until_every_rule_has_results_or_a_day_is_over() {
        let first = at(START, 4, 0, None);
        assert_eq!((first.state, first.since.as_str()), (Progress::NotStarted, START));
        let before = summary(Some(first));
        for (now, with_results, expected) in [
            ("2026-03-04T00:15:00Z", 0, Progress::NotStarted),
            ("2026-03-04T00:15:00Z", 3, Progress::Running),
            ("2026-03-04T00:15:00Z", 4, Progress::Done),
            ("2026-03-05T00:59:00Z", 3, Progress::Running),
            ("2026-03-05T01:00:00Z", 3, Progress::Done),
            ("2026-03-05T01:00:00Z", 0, Progress::Done),
        ] {
            let found = at(now, 4, with_results, Some(&before));
            assert_eq!((found.state, found.since.as_str()), (expected, START), "{now} {with_results}");
        }
    }

    #[test]
    fn finding_8_what_was_done_stays_so_and_nothing_to_evaluate_is_done() {
        assert_eq!(at(START, 0, 0, None).state, Progress::Done);
        let done = summary(Some(at(START, 1, 1, None)));
        assert_eq!(at("2026-03-04T00:15:00Z", 9, 1, Some(&done)).state, Progress::Done);
        let older = summary(None);
        assert_eq!(at("2026-03-04T00:15:00Z", 9, 1, Some(&older)).state, Progress::Done);
    }
}
