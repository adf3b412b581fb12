//! Which rules are watched since when, and whose findings are news.
//!
//! Right after a deployment AWS Config judges everything for the first time. That is no news: a rule's findings are
//! written down in silence until the rule has settled, and then told as one summary.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    evaluate::Trigger,
    finding::UnreadableEntry,
    ledger::{Entry, Write, of_origin},
    run::Origin,
    timestamp::Timestamp,
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
}

/// What one run saw of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'a> {
    /// Name of the rule.
    pub rule: &'a str,
    /// Whether AWS Config gives a verdict.
    pub judged: bool,
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

    /// Rules that were watched and are not among `rules` any more.
    pub fn gone<'a>(&'a self, rules: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.rules.keys().map(String::as_str).filter(move |rule| !rules.contains(rule))
    }

    /// The same after a whole look at all rules at `now`, and the names of those that settled by it. A rule that is not among
    /// `seen` begins anew when it comes back. Events do not let a rule settle: they come while it is judged for the first time.
    #[must_use]
    pub fn after(&self, seen: &[Seen<'_>], trigger: Trigger, now: &Timestamp) -> (Self, Vec<String>) {
        if trigger == Trigger::Queue {
            return (self.clone(), Vec::new());
        }
        let (mut rules, mut settled) = (BTreeMap::new(), Vec::new());
        for &Seen { rule, judged } in seen {
            let before = self.rules.get(rule);
            let since = before.map_or_else(|| now.clone(), |watched| watched.since.clone());
            let waited = now.unix_millis().saturating_sub(since.unix_millis()) >= SETTLES_AFTER_HOURS * 3_600_000;
            let was_settled = before.is_some_and(|watched| watched.settled);
            if !was_settled && (judged || waited) {
                settled.push(rule.to_owned());
            }
            rules.insert(rule.to_owned(), Watched { since, settled: was_settled || judged || waited });
        }
        (Self { rules, revision: self.revision }, settled)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::run;

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_unix_seconds(1_772_600_000 + hours * 3600)
    }

    fn seen(rule: &str, judged: bool) -> Seen<'_> {
        Seen { rule, judged }
    }

    #[test]
    fn a_rule_settles_with_its_first_verdict_at_a_whole_look() {
        let (first, settled) = Watch::default().after(&[seen("a", true), seen("b", false)], Trigger::Manual, &at(0));
        assert_eq!(
            (settled.as_slice(), first.is_settled("a"), first.is_settled("b")),
            (["a".to_owned()].as_slice(), true, false)
        );
        let (event, settled) = first.after(&[seen("b", true)], Trigger::Queue, &at(1));
        assert_eq!((event, settled), (first.clone(), vec![]));
        let (second, settled) = first.after(&[seen("a", true), seen("b", true)], Trigger::Schedule, &at(6));
        assert_eq!((settled, second.is_settled("b")), (vec!["b".to_owned()], true));
    }

    #[test]
    fn a_rule_with_nothing_to_judge_settles_after_a_day() {
        let (first, _) = Watch::default().after(&[seen("a", false)], Trigger::Manual, &at(0));
        let (later, settled) = first.after(&[seen("a", false)], Trigger::Schedule, &at(24));
        assert!(settled.is_empty() && !later.is_settled("a"));
        let (later, settled) = later.after(&[seen("a", false)], Trigger::Schedule, &at(25));
        assert!(later.is_settled("a") && settled == ["a"]);
    }

    #[test]
    fn a_settled_rule_stays_so_without_verdicts_and_begins_anew_when_it_was_gone() {
        let (first, _) = Watch::default().after(&[seen("a", true)], Trigger::Manual, &at(0));
        assert!(first.after(&[seen("a", false)], Trigger::Schedule, &at(6)).0.is_settled("a"));
        let (without, _) = first.after(&[], Trigger::Schedule, &at(12));
        assert!(!without.is_settled("a"));
        assert_eq!(first.gone(&[]).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn it_reads_back_and_is_written_only_where_it_changed() {
        let (first, _) = Watch::default().after(&[seen("a", true)], Trigger::Manual, &at(0));
        let Some(Write::Put(entry)) = first.write(&Watch::default(), &run().origin).unwrap() else {
            panic!("no write")
        };
        assert_eq!(
            (entry.partition.as_str(), entry.sort.as_str(), entry.revision),
            ("watch/123456789012/eu-central-1", "rules", 1)
        );
        let read = Watch::read(Some(&entry)).unwrap();
        assert!(read.is_settled("a") && !read.is_first() && Watch::read(None).unwrap().is_first());
        let (same, _) = read.after(&[seen("a", true)], Trigger::Schedule, &at(6));
        assert_eq!(same.write(&read, &run().origin).unwrap(), None);
        let (nothing, _) = Watch::default().after(&[], Trigger::Manual, &at(0));
        assert!(
            nothing.write(&Watch::default(), &run().origin).unwrap().is_some(),
            "a first run without rules is over, too"
        );
    }
}
