//! How many resources a run may change, and the breakers.
//!
//! A run is an hour: however often the function is invoked within it, its limits are those of one run. The entry is written in
//! the transaction that begins a change, over the revision that was read, so that two functions cannot both take the last place.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::{resource::Resource, time::Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    guard::Fact,
    item::{Item, partition},
    settings::{Limits, RuleSettings},
};
use crate::{
    finding::UnreadableEntry,
    ledger::{Entry, Write},
    run::Origin,
    sha256,
};

/// The key of the entry.
pub const SORT: &str = "budget";
/// Shortest time between the starts of two runs.
pub const RUN_SECONDS: u64 = 3_600;
/// Remediations of a rule that fail within a day before its changes stop.
pub const RULE_FAILURES: usize = 3;
/// Remediations of all rules that fail within a day before all changes stop.
pub const ACCOUNT_FAILURES: usize = 5;
const DAY_SECONDS: u64 = 86_400;

/// Failures that the entry has at most; far fewer stop all changes.
const FAILURES: usize = 50;

/// The dry run of a rule in mode `automatic`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    /// When its changes were planned first.
    pub at: Timestamp,
    /// What was planned: the digest of action and parameters.
    pub of: String,
}

/// A change that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// When.
    pub at: Timestamp,
    /// Name of the rule.
    pub rule: String,
    /// Id of the remediation.
    pub id: String,
}

/// What a run has taken of its limits, and what went wrong within a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// When the run began.
    pub started: Timestamp,
    /// Digests of the ids of the resources that it changed, by type. A resource that is changed again, by undo for example, counts
    /// once.
    #[serde(default)]
    pub changed: BTreeMap<String, BTreeSet<String>>,
    /// The dry run of each rule of mode `automatic`.
    #[serde(default)]
    pub dry_run: BTreeMap<String, DryRun>,
    /// Changes that failed, oldest first. They count whatever becomes of their remediations later.
    #[serde(default)]
    pub failures: Vec<Failure>,
    /// The revision of its entry; 0 before it is written.
    #[serde(skip)]
    pub revision: u64,
}

impl Budget {
    /// Out of its entry, at the time `now`: a new run where the last one is over.
    ///
    /// # Errors
    /// When the entry does not read.
    pub fn read(entry: Option<&Entry>, now: &Timestamp) -> Result<Self, UnreadableEntry> {
        let Some(entry) = entry else {
            return Ok(Self {
                started: now.clone(),
                changed: BTreeMap::new(),
                dry_run: BTreeMap::new(),
                failures: Vec::new(),
                revision: 0,
            });
        };
        let read = serde_json::from_str::<Self>(&entry.body).map_err(|error| UnreadableEntry {
            partition: entry.partition.clone(),
            sort: entry.sort.clone(),
            cause: error.to_string(),
        })?;
        let is_over = now.unix_seconds().saturating_sub(read.started.unix_seconds()) >= RUN_SECONDS;
        let read = Self { revision: entry.revision, ..read };
        Ok(if is_over { Self { started: now.clone(), changed: BTreeMap::new(), ..read } } else { read })
    }

    /// The same with the next revision, and the write that stores it over the one that was read.
    ///
    /// # Errors
    /// Never: the body renders.
    pub fn stored(self, origin: &Origin) -> Result<(Self, Write), serde_json::Error> {
        let stored = Self { revision: self.revision + 1, ..self };
        let entry = Entry {
            partition: partition(origin),
            sort: SORT.to_owned(),
            revision: stored.revision,
            body: serde_json::to_string(&stored)?,
            expires: None,
        };
        Ok((stored, Write::Put(entry)))
    }

    /// Whether a resource may be changed in this run; `resources`: how many there are of its type.
    ///
    /// # Errors
    /// Why it may not.
    pub fn allows(&self, resource: &Resource, limits: Limits, resources: &Fact<u64>) -> Result<(), String> {
        let unknown = |reason: &str| Err(format!("how many resources there are cannot be determined: {reason}"));
        let resources = match resources {
            // One of them is at hand.
            Ok(0) => return unknown("the answer is none"),
            Ok(count) => *count,
            Err(reason) => return unknown(reason),
        };
        let of_type = self.changed.get(&resource.resource_type);
        if of_type.is_some_and(|known| known.contains(&mark(resource))) {
            return Ok(());
        }
        let count = |known: &BTreeSet<String>| u64::try_from(known.len()).unwrap_or(u64::MAX);
        if self.changed.values().map(count).sum::<u64>() >= u64::from(limits.max_actions) {
            return Err(format!("the limit of {} changes a run is reached", limits.max_actions));
        }
        let share = resources.saturating_mul(u64::from(limits.max_percent)) / 100;
        if of_type.map_or(0, count) >= share.max(1) {
            return Err(format!("the limit of {} % of {resources} resources a run is reached", limits.max_percent));
        }
        Ok(())
    }

    /// The same where one more resource is changed.
    #[must_use]
    pub fn taken(mut self, resource: &Resource) -> Self {
        self.changed.entry(resource.resource_type.clone()).or_default().insert(mark(resource));
        self
    }

    /// Notes the dry run of a rule, where it had none of this action with these parameters.
    pub fn note_dry_run(&mut self, name: &str, rule: &RuleSettings, now: &Timestamp) {
        let of = rule.digest();
        if self.dry_run.get(name).is_none_or(|known| known.of != of) {
            self.dry_run.insert(name.to_owned(), DryRun { at: now.clone(), of });
        }
    }

    /// Whether a rule of mode `automatic` had a dry run of its action with its parameters in an earlier run.
    #[must_use]
    pub fn had_dry_run(&self, name: &str, rule: &RuleSettings, now: &Timestamp) -> bool {
        let known = self.dry_run.get(name).filter(|known| known.of == rule.digest());
        known.is_some_and(|known| now.unix_seconds().saturating_sub(known.at.unix_seconds()) >= RUN_SECONDS)
    }

    /// The same where the change of a remediation failed.
    #[must_use]
    pub fn failed(mut self, item: &Item, now: &Timestamp) -> Self {
        self.failures.retain(|failure| is_within_a_day(failure, now));
        self.failures.push(Failure { at: now.clone(), rule: item.rule.clone(), id: item.id.clone() });
        let surplus = self.failures.len().saturating_sub(FAILURES);
        self.failures.drain(..surplus);
        self
    }

    /// Why no change is made after others failed; `resumed`: when a person last let changes go on.
    #[must_use]
    pub fn broken(&self, rule: &str, resumed: Option<&Timestamp>, now: &Timestamp) -> Option<String> {
        // A time in the future would let no failure count again.
        let resumed = resumed.filter(|at| at.unix_millis() <= now.unix_millis());
        let counts = |failure: &&Failure| {
            let since = resumed.is_none_or(|resumed| failure.at.unix_millis() > resumed.unix_millis());
            since && is_within_a_day(failure, now)
        };
        let failed: Vec<&Failure> = self.failures.iter().filter(counts).collect();
        if failed.len() >= ACCOUNT_FAILURES {
            return Some(format!("{} remediations failed within a day; all changes are stopped", failed.len()));
        }
        let of_rule = failed.iter().filter(|failure| failure.rule == rule).count();
        (of_rule >= RULE_FAILURES)
            .then(|| format!("{of_rule} remediations of the rule failed within a day; its changes are stopped"))
    }
}

fn mark(resource: &Resource) -> String {
    sha256::hex(resource.resource_id.as_bytes()).chars().take(16).collect()
}

fn is_within_a_day(failure: &Failure, now: &Timestamp) -> bool {
    now.unix_seconds().saturating_sub(failure.at.unix_seconds()) < DAY_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        remediation::{item::tests::planned, settings::Mode},
        run::tests::run,
    };

    fn budget() -> Budget {
        Budget::read(None, &run().time).unwrap()
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(run().time.unix_seconds() + seconds)
    }

    fn of(resource_type: &str, id: &str) -> Resource {
        Resource { resource_type: resource_type.to_owned(), resource_id: id.to_owned() }
    }

    #[test]
    fn limits_are_a_number_over_all_types_and_a_share_of_each() {
        let limits = Limits { max_actions: 4, max_percent: 5 };
        let new = |kind: &str| of(kind, "new");
        assert_eq!(budget().allows(&new("a"), limits, &Ok(1000)), Ok(()));
        assert_eq!(budget().allows(&new("a"), limits, &Ok(3)), Ok(()), "one resource is always allowed");
        let two = budget().taken(&of("a", "1")).taken(&of("a", "2"));
        let error = two.allows(&new("a"), limits, &Ok(40)).unwrap_err();
        assert_eq!(error, "the limit of 5 % of 40 resources a run is reached");
        assert_eq!(two.allows(&new("b"), limits, &Ok(40)), Ok(()));
        let four = two.taken(&of("b", "1")).taken(&of("b", "2"));
        let error = four.allows(&new("c"), limits, &Ok(40)).unwrap_err();
        assert_eq!(error, "the limit of 4 changes a run is reached");
        // Undo of what the run changed changes no further resource.
        assert_eq!(four.allows(&of("a", "2"), limits, &Ok(1)), Ok(()));
        assert_eq!(four.clone().taken(&of("a", "2")), four);
    }

    #[test]
    fn unknown_number_of_resources_and_none_of_them_allow_no_change() {
        for unknown in [Err("denied".to_owned()), Ok(0)] {
            let error = budget().allows(&of("a", "1"), Limits::default(), &unknown).unwrap_err();
            assert!(error.starts_with("how many resources there are cannot be determined"), "{error}");
        }
    }

    #[test]
    fn run_is_an_hour_and_the_dry_run_of_a_rule_is_another_one() {
        let rule = RuleSettings::default();
        let mut first = budget().taken(&of("t", "1"));
        first.note_dry_run("a", &rule, &run().time);
        assert!(!first.had_dry_run("a", &rule, &run().time));
        let (_, Write::Put(entry)) = first.stored(&run().origin).unwrap() else { panic!("no entry") };
        let same = Budget::read(Some(&entry), &at(3_599)).unwrap();
        assert_eq!(
            (same.changed.get("t").map(BTreeSet::len), same.had_dry_run("a", &rule, &at(3_599)), same.revision),
            (Some(1), false, 1)
        );
        let mut next = Budget::read(Some(&entry), &at(3_600)).unwrap();
        assert_eq!((next.changed.get("t"), next.had_dry_run("a", &rule, &at(3_600)), next.revision), (None, true, 1));
        assert!(!next.had_dry_run("b", &rule, &at(3_600)));
        // It stays the first one as long as the rule is the same.
        next.note_dry_run("a", &rule, &at(3_600));
        assert!(next.had_dry_run("a", &rule, &at(3_600)));
    }

    #[test]
    fn dry_run_of_another_action_or_of_other_parameters_is_none() {
        let rule = RuleSettings { action: "log-retention".to_owned(), ..RuleSettings::default() };
        let other = RuleSettings { action: "s3-tls-only".to_owned(), ..rule.clone() };
        let longer = RuleSettings { parameters: [("days".to_owned(), "30".to_owned())].into(), ..rule.clone() };
        for changed in [other, longer] {
            let mut budget = budget();
            budget.note_dry_run("a", &rule, &run().time);
            assert!(budget.had_dry_run("a", &rule, &at(3_600)) && !budget.had_dry_run("a", &changed, &at(3_600)));
            budget.note_dry_run("a", &changed, &at(3_600));
            assert!(!budget.had_dry_run("a", &changed, &at(7_199)) && budget.had_dry_run("a", &changed, &at(7_200)));
        }
    }

    fn failed(budget: Budget, rule: &str, count: usize) -> Budget {
        let item = Item { rule: rule.to_owned(), ..planned("b", Mode::Approve) };
        (0..count).fold(budget, |budget, _| budget.failed(&item, &run().time))
    }

    #[test]
    fn failures_stop_a_rule_then_the_account_until_a_person_resumes() {
        let three = failed(budget(), "a", 3);
        assert!(three.broken("a", None, &run().time).is_some_and(|reason| reason.contains("of the rule")));
        assert_eq!(three.broken("b", None, &run().time), None);
        let five = failed(three, "c", 2);
        assert!(five.broken("b", None, &run().time).is_some_and(|reason| reason.contains("all changes")));
        assert_eq!(five.broken("a", Some(&run().time), &run().time), None);
        assert_eq!(five.broken("a", None, &at(DAY_SECONDS)), None);
        assert!(failed(budget(), "a", 500).failures.len() <= FAILURES);
    }

    #[test]
    fn switch_that_was_turned_in_the_future_lets_every_failure_count() {
        let three = failed(budget(), "a", 3);
        assert!(three.broken("a", Some(&at(DAY_SECONDS)), &run().time).is_some());
    }
}
