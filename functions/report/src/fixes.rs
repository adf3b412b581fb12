//! How long findings were open before they were fixed.

use std::collections::BTreeMap;

use compliance_types::{severity::Severity, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{findings::FindingRows, wording::wide};

/// Days for which fixes count.
pub const FIX_DAYS: u64 = 90;
/// Entries that are retained; of more the oldest are dropped.
const ENTRIES: usize = 5_000;

/// Findings of one severity that were open for the same number of hours when a run saw them fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// Time of the run.
    pub at: String,
    /// Their severity.
    pub severity: Severity,
    /// Whole hours from the first run that saw them open.
    pub hours: u64,
    /// How many they are.
    pub count: u64,
}

/// How long findings of a severity were open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeToFix {
    /// The severity.
    pub severity: Severity,
    /// Findings that were fixed in the last [`FIX_DAYS`].
    pub fixed: u64,
    /// The median of the hours that they were open.
    pub median_hours: u64,
}

/// What counts after a run at `now` that saw `fixed`: that, and what counted before and is recent.
pub(crate) fn retained(before: &[Fix], fixed: &FindingRows, now: &str) -> Vec<Fix> {
    let Ok(time) = Timestamp::parse(now) else { return before.to_vec() };
    let since = |text: &str| Timestamp::parse(text).ok();
    let mut counts: BTreeMap<(Severity, u64), u64> = BTreeMap::new();
    for finding in fixed.iter() {
        if let Some(since) = since(finding.since) {
            *counts.entry((finding.severity, time.duration_since(&since).as_secs() / 3_600)).or_default() += 1;
        }
    }
    let is_recent = |fix: &&Fix| since(&fix.at).is_some_and(|at| time.days_since(&at) <= FIX_DAYS);
    let mut all: Vec<Fix> = before.iter().filter(is_recent).cloned().collect();
    all.extend(counts.into_iter().map(|((severity, hours), count)| Fix { at: now.to_owned(), severity, hours, count }));
    all.split_off(all.len().saturating_sub(ENTRIES))
}

/// The median of each severity of which something was fixed, the worst first.
pub(crate) fn medians(fixes: &[Fix]) -> Vec<TimeToFix> {
    let mut by_severity: BTreeMap<Severity, BTreeMap<u64, u64>> = BTreeMap::new();
    for fix in fixes {
        *by_severity.entry(fix.severity).or_default().entry(fix.hours).or_default() += fix.count;
    }
    let medians = by_severity.into_iter().rev().map(|(severity, hours)| {
        let fixed = hours.values().sum::<u64>();
        // Of an even number the mean of the two in the middle.
        let (lower, upper) = (at(&hours, fixed.saturating_sub(1) / 2), at(&hours, fixed / 2));
        TimeToFix { severity, fixed, median_hours: lower.midpoint(upper) }
    });
    medians.collect()
}

/// The hours of the finding at a place, in the order of hours.
fn at(hours: &BTreeMap<u64, u64>, place: u64) -> u64 {
    let mut passed = 0;
    for (hours, count) in hours {
        passed += count;
        if passed > place {
            return *hours;
        }
    }
    0
}

/// Hours as people read them: `5 hours`, `3 days`.
pub(crate) fn words(hours: u64) -> String {
    match (hours, hours / 24) {
        (1, _) => "1 hour".to_owned(),
        (hours, 0..2) => format!("{hours} hours"),
        (_, days) => format!("{days} days"),
    }
}

/// Whole days that a finding is open.
pub(crate) fn days_open(since: &str, now: &str) -> u64 {
    let read = |text: &str| Timestamp::parse(text).ok();
    read(now).zip(read(since)).map_or(0, |(now, since)| now.duration_since(&since).as_secs() / 86_400)
}

/// How many findings the fixes are of.
#[must_use]
pub fn count(fixes: &[TimeToFix]) -> u64 {
    fixes.iter().map(|one| one.fixed).fold(wide(0), u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fix(severity: Severity, hours: u64, count: u64) -> Fix {
        Fix { at: "2026-03-04T00:00:00Z".to_owned(), severity, hours, count }
    }

    #[test]
    fn hours_read_well() {
        assert_eq!([0, 1, 47, 48, 240].map(words), ["0 hours", "1 hour", "47 hours", "2 days", "10 days"]);
        assert_eq!(days_open("2026-03-04T12:00:00Z", "2026-03-07T00:00:00Z"), 2);
    }

    #[test]
    fn old_fixes_do_not_count() {
        let before = [fix(Severity::High, 5, 2)];
        let kept = |now| retained(&before, &FindingRows::default(), now).len();
        assert_eq!((kept("2026-06-02T00:00:00Z"), kept("2026-06-03T00:00:00Z")), (1, 0));
    }

    proptest! {
        #[test]
        fn median_is_that_of_the_sorted_list(fixes in proptest::collection::vec((0..200_u64, 1..4_u64), 1..30)) {
            let all: Vec<Fix> = fixes.iter().map(|(hours, count)| fix(Severity::Low, *hours, *count)).collect();
            let mut list: Vec<u64> = fixes.iter().flat_map(|(hours, count)| vec![*hours; *count as usize]).collect();
            list.sort_unstable();
            let middle = list.len() / 2;
            let expected = if list.len() % 2 == 1 { list[middle] } else { (list[middle - 1] + list[middle]) / 2 };
            let found = medians(&all);
            prop_assert_eq!((found[0].median_hours, found[0].fixed as usize), (expected, list.len()));
        }
    }
}
