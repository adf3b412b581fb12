//! How far the first evaluation after a deployment has come.
//!
//! AWS Config evaluates new rules within minutes, some a day later, and the aggregator collects their results after that. A
//! report of this time says so: an empty one would look as if everything complied.

use std::time::Duration;

use compliance_types::time::Timestamp;
use functions_core::watch::SETTLES_AFTER_HOURS;
use serde::{Deserialize, Serialize};

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

/// What the run before left of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before<'a> {
    /// How far it had come; absent where the run was one of a version that did not ask.
    pub first_evaluation: Option<&'a FirstEvaluation>,
    /// Time of the earliest run that is kept.
    pub first_run: Option<&'a str>,
}

impl FirstEvaluation {
    /// As it is at `now`, after the run before. `any`: whether there is any result, those of rules that somebody
    /// else deployed included where they count.
    pub(crate) fn at(now: &str, (rules, with_results, any): (u64, u64, bool), before: Option<Before<'_>>) -> Self {
        let known = before.and_then(|before| before.first_evaluation);
        let earliest = before.and_then(|before| before.first_run);
        let since = known.map(|known| known.since.as_str()).or(earliest).unwrap_or(now).to_owned();
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
    let elapsed = Timestamp::parse(now).and_then(|now| Ok(now.duration_since(&Timestamp::parse(since)?)));
    elapsed.map_or(true, |elapsed| elapsed >= Duration::from_hours(SETTLES_AFTER_HOURS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "2026-03-04T00:00:00Z";

    fn at(now: &str, rules: u64, with_results: u64, before: Option<Before<'_>>) -> FirstEvaluation {
        FirstEvaluation::at(now, (rules, with_results, with_results > 0), before)
    }

    fn after(first_evaluation: Option<&FirstEvaluation>) -> Option<Before<'_>> {
        Some(Before { first_evaluation, first_run: Some("2026-03-03T00:00:00Z") })
    }

    #[test]
    fn finding_8_the_first_evaluation_runs_until_every_rule_has_results_or_a_day_is_over() {
        let first = at(START, 4, 0, None);
        assert_eq!((first.state, first.since.as_str()), (Progress::NotStarted, START));
        for (now, with_results, expected) in [
            ("2026-03-04T00:15:00Z", 0, Progress::NotStarted),
            ("2026-03-04T00:15:00Z", 3, Progress::Running),
            ("2026-03-04T00:15:00Z", 4, Progress::Done),
            ("2026-03-05T00:59:00Z", 3, Progress::Running),
            ("2026-03-05T01:00:00Z", 3, Progress::Done),
            ("2026-03-05T01:00:00Z", 0, Progress::Done),
        ] {
            let found = at(now, 4, with_results, after(Some(&first)));
            assert_eq!((found.state, found.since.as_str()), (expected, START), "{now} {with_results}");
        }
    }

    #[test]
    fn finding_8_what_was_done_stays_so_and_nothing_to_evaluate_is_done() {
        assert_eq!(at(START, 0, 0, None).state, Progress::Done);
        let done = at(START, 1, 1, None);
        assert_eq!(at("2026-03-04T00:15:00Z", 9, 1, after(Some(&done))).state, Progress::Done);
        let older = at("2026-03-04T00:15:00Z", 9, 1, after(None));
        assert_eq!((older.state, older.since.as_str()), (Progress::Done, "2026-03-03T00:00:00Z"));
    }
}
