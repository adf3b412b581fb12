//! Which rules are watched since when, and whose findings are news.
//!
//! Right after a deployment AWS Config judges everything for the first time, some resources sooner than others. That is no
//! news: a rule's findings are written down in silence until the rule has settled, and told as a summary. A rule settles
//! when it has a verdict at two whole looks in a row: what the first of them missed of the first evaluation, the second has.
//! The early looks of a deployment, minutes apart, settle nothing: all of them lie within the first evaluation.
//!
//! A rule can lose its verdict: its results were deleted, it was made anew, or its last resource is gone. What was open
//! stays so for [`SETTLES_AFTER_HOURS`], and until the rule is judged whole again: that a resource has no verdict means
//! nothing where nothing has one.

use std::{collections::BTreeMap, time::Duration};

use compliance_types::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    evaluate::Trigger,
    finding::UnreadableEntry,
    ledger::{Entry, Write, of_origin},
    run::Origin,
};

/// Hours after which a rule that never gave a verdict has settled. The slowest rules are evaluated once in 24 hours (AWS
/// Config API Reference, "ConfigRule", `MaximumExecutionFrequency`).
pub const SETTLES_AFTER_HOURS: u64 = 25;

const SORT: &str = "rules";

/// The rules that were seen, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    rules: BTreeMap<String, Watched>,
    /// The revision of its entry; 0 before the first run.
    revision: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Watched {
    since: Timestamp,
    settled: bool,
    /// Whether it had a verdict at the last whole look.
    #[serde(default)]
    judged: bool,
    /// Whether its findings are informational: once the rule is gone, nothing else says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    informational: bool,
    /// Since when it has no verdict, where it had settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    silent: Option<Timestamp>,
    /// Open findings that the last summary told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<usize>,
}

/// What one run saw of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'a> {
    /// Name of the rule.
    pub rule: &'a str,
    /// Whether AWS Config gives a verdict.
    pub judged: bool,
    /// Resources that do not comply with it.
    pub open: usize,
    /// Whether its findings are informational.
    pub informational: bool,
    /// Whether its results could be read.
    pub readable: bool,
}

impl Seen<'_> {
    /// Whether results of it are still to come.
    #[must_use]
    pub const fn waits(&self) -> bool {
        !self.judged || !self.readable
    }
}

/// What a whole look leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// What is watched from now on.
    pub watch: Watch,
    /// Rules that a summary tells: those with their first verdict, those that settled with another number of open findings than
    /// was told, and those that settled without a verdict.
    pub summed: Vec<String>,
}

impl Watch {
    /// Out of its entry; nothing where there is none.
    ///
    /// # Errors
    /// When the entry does not read.
    pub fn read(entry: Option<&Entry>) -> Result<Self, UnreadableEntry> {
        let Some(entry) = entry else { return Ok(Self::default()) };
        let rules = serde_json::from_str(&entry.body).map_err(|error| UnreadableEntry {
            partition: entry.partition.clone(),
            sort: entry.sort.clone(),
            cause: error.to_string(),
        })?;
        Ok(Self { rules, revision: entry.revision })
    }

    /// Partition and key of its entry.
    #[must_use]
    pub fn place(origin: &Origin) -> (String, &'static str) {
        (of_origin("watch", origin), SORT)
    }

    /// Whether no run ended yet.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.revision == 0
    }

    /// Whether findings of this rule are news.
    #[must_use]
    pub fn is_settled(&self, rule: &str) -> bool {
        self.rules.get(rule).is_some_and(|watched| watched.settled)
    }

    /// Whether findings of this rule were informational at the last look at all rules.
    #[must_use]
    pub fn was_informational(&self, rule: &str) -> bool {
        self.rules.get(rule).is_some_and(|watched| watched.informational)
    }

    /// Rules that were watched and are not among `rules` any more.
    pub fn gone<'a>(&'a self, rules: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.rules.keys().map(String::as_str).filter(move |rule| !rules.contains(rule))
    }

    /// Rules that are watched, without those that had results and have had none for [`SETTLES_AFTER_HOURS`]: where a rule is known
    /// by its results alone, such a one does not exist any more.
    pub fn present<'a>(&'a self, now: &'a Timestamp) -> impl Iterator<Item = &'a str> {
        let is_gone = |watched: &Watched| watched.silent.as_ref().is_some_and(|since| has_passed(since, now));
        self.rules.iter().filter(move |(_, watched)| !is_gone(watched)).map(|(rule, _)| rule.as_str())
    }

    /// Whether a resource of which this rule says nothing any more is one that is gone, at a whole look at `now` that finds the
    /// rule `judged` or not.
    #[must_use]
    pub fn trusts_absence(&self, rule: &str, judged: bool, now: &Timestamp) -> bool {
        let Some(watched) = self.rules.get(rule).filter(|watched| watched.settled) else { return true };
        match (&watched.silent, judged) {
            (None, judged) => judged,
            (Some(since), false) => has_passed(since, now),
            // Its verdicts come back one after the other.
            (Some(_), true) => false,
        }
    }

    /// The same after a whole look at all rules at `now`. A rule that is not among `seen` begins anew when it comes back.
    /// Events do not let a rule settle: they come while it is judged for the first time.
    #[must_use]
    pub fn after(&self, seen: &[Seen<'_>], trigger: Trigger, now: &Timestamp) -> After {
        if trigger == Trigger::Queue {
            return After { watch: self.clone(), summed: Vec::new() };
        }
        let (mut rules, mut summed) = (BTreeMap::new(), Vec::new());
        for &Seen { rule, judged, open, informational, readable } in seen {
            let before = self.rules.get(rule);
            // What it has is not known: it stays as it was, so that it neither settles nor begins anew by a failed read.
            if !readable {
                rules.extend(before.map(|watched| (rule.to_owned(), watched.clone())));
                continue;
            }
            let since = before.map_or_else(|| now.clone(), |watched| watched.since.clone());
            let was_settled = before.is_some_and(|watched| watched.settled);
            // The runs soon after a deployment come while AWS Config still evaluates: what they find more is no news yet.
            let twice = trigger != Trigger::Deployment && judged && before.is_some_and(|watched| watched.judged);
            let settled = was_settled || twice || has_passed(&since, now);
            let mut told = before.and_then(|watched| watched.told);
            if !was_settled && (judged || settled) && told != Some(open) {
                told = Some(open);
                summed.push(rule.to_owned());
            }
            let earlier = before.and_then(|watched| watched.silent.clone());
            let silent = (was_settled && !judged).then(|| earlier.unwrap_or_else(|| now.clone()));
            rules.insert(rule.to_owned(), Watched { since, settled, judged, informational, silent, told });
        }
        After { watch: Self { rules, revision: self.revision }, summed }
    }

    /// The write that keeps it; `None` where it is `before`.
    ///
    /// # Errors
    /// Never: the body renders.
    pub fn write(&self, before: &Self, origin: &Origin) -> Result<Option<Write>, serde_json::Error> {
        if self == before && !before.is_first() {
            return Ok(None);
        }
        let (partition, sort) = Self::place(origin);
        let (sort, revision, body) = (sort.to_owned(), before.revision + 1, serde_json::to_string(&self.rules)?);
        Ok(Some(Write::Put(Entry { partition, sort, revision, body, expires: None })))
    }
}

fn has_passed(since: &Timestamp, now: &Timestamp) -> bool {
    now.duration_since(since) >= Duration::from_hours(SETTLES_AFTER_HOURS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::run;

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_unix_seconds(1_772_600_000 + hours * 3600)
    }

    fn seen(rule: &str, judged: bool) -> Seen<'_> {
        Seen { rule, judged, open: 0, informational: false, readable: true }
    }

    fn open(rule: &str, open: usize) -> Seen<'_> {
        Seen { rule, judged: true, open, informational: false, readable: true }
    }

    fn after(watch: &Watch, seen: &[Seen<'_>], hours: u64) -> (Watch, Vec<String>) {
        let After { watch, summed } = watch.after(seen, Trigger::Schedule, &at(hours));
        (watch, summed)
    }

    /// A watch whose rule `a` has settled.
    fn settled() -> Watch {
        let (first, _) = after(&Watch::default(), &[seen("a", true)], 0);
        after(&first, &[seen("a", true)], 6).0
    }

    #[test]
    fn a_rule_settles_with_its_second_verdict_in_a_row_at_a_whole_look() {
        let (first, summed) = after(&Watch::default(), &[seen("a", true), seen("b", false)], 0);
        assert_eq!(summed, ["a"]);
        assert!(!first.is_settled("a") && !first.is_settled("b"));
        let event = first.after(&[seen("a", true)], Trigger::Queue, &at(1));
        assert_eq!(event, After { watch: first.clone(), summed: vec![] });
        let (second, summed) = after(&first, &[seen("a", true), seen("b", true)], 6);
        assert_eq!(summed, ["b"]);
        assert!(second.is_settled("a") && !second.is_settled("b"));
        let (lost, _) = after(&second, &[seen("a", true), seen("b", false)], 12);
        assert!(!after(&lost, &[seen("b", true)], 18).0.is_settled("b"), "not in a row");
    }

    /// AWS Config still evaluates then: what comes between two of these runs is no news of its own.
    #[test]
    fn finding_8_runs_of_a_deployment_settle_no_rule() {
        let mut watch = Watch::default();
        for (hours, found) in [(0, 3), (1, 50), (2, 400)] {
            let after = watch.after(&[open("a", found)], Trigger::Deployment, &at(hours));
            assert_eq!(after.summed, ["a"], "each that finds more is a summary");
            assert!(!after.watch.is_settled("a"));
            watch = after.watch;
        }
        assert!(after(&watch, &[open("a", 400)], 6).0.is_settled("a"), "the next scheduled one finds it evaluated");
    }

    #[test]
    fn finding_7_that_a_rule_is_informational_is_known_once_it_is_gone() {
        let informational = Seen { informational: true, ..seen("a", true) };
        let (first, _) = after(&Watch::default(), &[informational, seen("b", true)], 0);
        let Some(Write::Put(entry)) = first.write(&Watch::default(), &run().origin).unwrap() else {
            panic!("no write")
        };
        let read = Watch::read(Some(&entry)).unwrap();
        assert!(read.was_informational("a") && !read.was_informational("b") && !read.was_informational("c"));
    }

    #[test]
    fn what_the_first_look_missed_is_summed_up_once_more() {
        let (first, summed) = after(&Watch::default(), &[open("a", 3), open("b", 2)], 0);
        assert_eq!(summed, ["a", "b"]);
        let (second, summed) = after(&first, &[open("a", 500), open("b", 2)], 6);
        assert_eq!(summed, ["a"]);
        assert_eq!(after(&second, &[open("a", 501), open("b", 2)], 12).1, Vec::<String>::new());
    }

    #[test]
    fn a_rule_with_nothing_to_judge_settles_after_a_day() {
        let (first, _) = after(&Watch::default(), &[seen("a", false)], 0);
        let (later, summed) = after(&first, &[seen("a", false)], 24);
        assert!(summed.is_empty() && !later.is_settled("a"));
        let (later, summed) = after(&later, &[seen("a", false)], 25);
        assert!(later.is_settled("a") && summed == ["a"]);
    }

    #[test]
    fn a_settled_rule_stays_so_without_verdicts_and_begins_anew_when_it_was_gone() {
        let first = settled();
        assert!(after(&first, &[seen("a", false)], 12).0.is_settled("a"));
        assert!(!after(&first, &[], 12).0.is_settled("a"));
        assert_eq!(first.gone(&[]).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn rule_without_results_for_a_day_is_not_present_any_more() {
        let (silent, _) = after(&settled(), &[seen("a", false)], 12);
        assert_eq!(silent.present(&at(36)).collect::<Vec<_>>(), ["a"]);
        assert_eq!(silent.present(&at(37)).count(), 0);
        let (waiting, _) = after(&Watch::default(), &[seen("b", false)], 0);
        assert_eq!(waiting.present(&at(99)).collect::<Vec<_>>(), ["b"], "it never had any");
    }

    #[test]
    fn a_rule_that_cannot_be_read_stays_as_it_was() {
        let unreadable = Seen { readable: false, ..open("a", 0) };
        assert!(unreadable.waits() && !open("a", 0).waits(), "a summary counts it among those without results");
        let (first, summed) = after(&Watch::default(), &[unreadable], 0);
        assert!(summed.is_empty() && !after(&first, &[unreadable], 30).0.is_settled("a"), "it never settles unread");
        let (read, summed) = after(&first, &[open("a", 7)], 36);
        assert!(summed == ["a"] && !read.is_settled("a"), "what it has is a summary once it can be read");
        let before = settled();
        assert_eq!(after(&before, &[unreadable], 12), (before, vec![]));
    }

    #[test]
    fn that_a_resource_is_missing_means_nothing_while_a_rule_has_no_verdict_and_until_it_is_whole_again() {
        let trusts = |watch: &Watch, judged, hours| watch.trusts_absence("a", judged, &at(hours));
        let first = settled();
        assert!(trusts(&first, true, 12) && !trusts(&first, false, 12));
        let (silent, _) = after(&first, &[seen("a", false)], 12);
        let (silent, _) = after(&silent, &[seen("a", false)], 18);
        assert!(!trusts(&silent, false, 36) && !trusts(&silent, true, 36));
        assert!(trusts(&silent, false, 37), "25 hours after the first look without");
        let (back, _) = after(&silent, &[seen("a", true)], 24);
        assert!(trusts(&back, true, 30));
        assert!(Watch::default().trusts_absence("a", false, &at(0)), "what is no news may go at once");
    }

    #[test]
    fn it_reads_back_and_is_written_only_where_it_changed() {
        let first = settled();
        let Some(Write::Put(entry)) = first.write(&Watch::default(), &run().origin).unwrap() else {
            panic!("no write")
        };
        assert_eq!(
            (entry.partition.as_str(), entry.sort.as_str(), entry.revision),
            ("watch/123456789012/eu-central-1", "rules", 1)
        );
        let read = Watch::read(Some(&entry)).unwrap();
        assert!(read.is_settled("a") && !read.is_first() && Watch::read(None).unwrap().is_first());
        let (same, _) = after(&read, &[seen("a", true)], 12);
        assert_eq!(same.write(&read, &run().origin).unwrap(), None);
        let (nothing, _) = after(&Watch::default(), &[], 0);
        assert!(
            nothing.write(&Watch::default(), &run().origin).unwrap().is_some(),
            "a first run without rules is over, too"
        );
    }
}
