//! How many resources a run may change, and the breakers.
//!
//! A run is an hour: however often the function is invoked within it, its limits are those of one run. The entry is written in
//! the transaction that begins a change, over the revision that was read, so that two functions cannot both take the last place.

use std::collections::BTreeMap;

use compliance_types::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    guard::Fact,
    item::{Item, partition},
    settings::Limits,
    state::State,
};
use crate::{
    finding::UnreadableEntry,
    ledger::{Entry, Write},
    run::Origin,
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

/// What a run has taken of its limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// When the run began.
    pub started: Timestamp,
    /// Resources that it changed, by rule.
    #[serde(default)]
    pub changed: BTreeMap<String, u32>,
    /// When each rule of mode `automatic` was planned first: its dry run.
    #[serde(default)]
    pub dry_run: BTreeMap<String, Timestamp>,
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
            return Ok(Self { started: now.clone(), changed: BTreeMap::new(), dry_run: BTreeMap::new(), revision: 0 });
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

    /// How many more resources of a rule may be changed in this run; `resources`: how many there are of the rule's type.
    ///
    /// # Errors
    /// Why none may be.
    pub fn left(&self, rule: &str, limits: Limits, resources: &Fact<u64>) -> Result<u32, String> {
        let all: u32 = self.changed.values().fold(0, |sum, count| sum.saturating_add(*count));
        let left = limits.max_actions.saturating_sub(all);
        if left == 0 {
            return Err(format!("the limit of {} changes a run is reached", limits.max_actions));
        }
        let resources = match resources {
            Ok(count) => *count,
            Err(reason) => return Err(format!("how many resources there are cannot be determined: {reason}")),
        };
        let share = resources.saturating_mul(u64::from(limits.max_percent)) / 100;
        let share = u32::try_from(share.max(1)).unwrap_or(u32::MAX);
        let of_rule = share.saturating_sub(self.changed.get(rule).copied().unwrap_or(0));
        if of_rule == 0 {
            return Err(format!("the limit of {} % of {resources} resources a run is reached", limits.max_percent));
        }
        Ok(left.min(of_rule))
    }

    /// The same where one more resource of a rule is changed.
    #[must_use]
    pub fn taken(mut self, rule: &str) -> Self {
        let count = self.changed.entry(rule.to_owned()).or_default();
        *count = count.saturating_add(1);
        self
    }

    /// Whether a rule of mode `automatic` had its dry run in an earlier run.
    #[must_use]
    pub fn had_dry_run(&self, rule: &str, now: &Timestamp) -> bool {
        let age = self.dry_run.get(rule).map(|at| now.unix_seconds().saturating_sub(at.unix_seconds()));
        age.is_some_and(|age| age >= RUN_SECONDS)
    }
}

/// Why no change is made after others failed; `resumed`: when a person last let changes go on.
#[must_use]
pub fn broken(items: &[Item], rule: &str, resumed: Option<&Timestamp>, now: &Timestamp) -> Option<String> {
    let counts = |item: &&Item| {
        item.state == State::Failed
            && item.entered().is_some_and(|at| {
                now.unix_seconds().saturating_sub(at.unix_seconds()) < DAY_SECONDS
                    && resumed.is_none_or(|resumed| at.unix_millis() > resumed.unix_millis())
            })
    };
    let failed: Vec<&Item> = items.iter().filter(counts).collect();
    if failed.len() >= ACCOUNT_FAILURES {
        return Some(format!("{} remediations failed within a day; all changes are stopped", failed.len()));
    }
    let of_rule = failed.iter().filter(|item| item.rule == rule).count();
    (of_rule >= RULE_FAILURES)
        .then(|| format!("{of_rule} remediations of the rule failed within a day; its changes are stopped"))
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

    #[test]
    fn limits_are_a_number_over_all_rules_and_a_share_of_each() {
        let limits = Limits { max_actions: 4, max_percent: 5 };
        assert_eq!(budget().left("a", limits, &Ok(1000)), Ok(4));
        assert_eq!(budget().left("a", limits, &Ok(40)), Ok(2));
        assert_eq!(budget().left("a", limits, &Ok(3)), Ok(1), "one resource is always allowed");
        let two = budget().taken("a").taken("a");
        assert_eq!(two.left("a", limits, &Ok(40)).unwrap_err(), "the limit of 5 % of 40 resources a run is reached");
        assert_eq!(two.left("b", limits, &Ok(40)), Ok(2));
        let four = two.taken("b").taken("b");
        assert_eq!(four.left("c", limits, &Ok(40)).unwrap_err(), "the limit of 4 changes a run is reached");
        assert!(budget().left("a", limits, &Err("denied".to_owned())).is_err());
    }

    #[test]
    fn run_is_an_hour_and_the_dry_run_of_a_rule_is_another_one() {
        let mut first = budget().taken("a");
        first.dry_run.insert("a".to_owned(), run().time);
        assert!(!first.had_dry_run("a", &run().time));
        let (_, Write::Put(entry)) = first.stored(&run().origin).unwrap() else { panic!("no entry") };
        let at = |seconds| Timestamp::from_unix_seconds(run().time.unix_seconds() + seconds);
        let same = Budget::read(Some(&entry), &at(3_599)).unwrap();
        assert_eq!((same.changed.get("a"), same.had_dry_run("a", &at(3_599)), same.revision), (Some(&1), false, 1));
        let next = Budget::read(Some(&entry), &at(3_600)).unwrap();
        assert_eq!((next.changed.get("a"), next.had_dry_run("a", &at(3_600)), next.revision), (None, true, 1));
        assert!(!next.had_dry_run("b", &at(3_600)));
    }

    #[test]
    fn failures_stop_a_rule_then_the_account_until_a_person_resumes() {
        let failed = |rule: &str, number: usize| {
            let mut item = planned(&format!("{rule}-{number}"), Mode::Approve);
            (item.rule, item.state) = (rule.to_owned(), State::Failed);
            item.note(State::Failed, &run().time, "r", "");
            item
        };
        let mut items: Vec<Item> = (0..3).map(|number| failed("a", number)).collect();
        assert!(broken(&items, "a", None, &run().time).is_some_and(|reason| reason.contains("of the rule")));
        assert_eq!(broken(&items, "b", None, &run().time), None);
        items.extend((0..2).map(|number| failed("c", number)));
        assert!(broken(&items, "b", None, &run().time).is_some_and(|reason| reason.contains("all changes")));
        assert_eq!(broken(&items, "a", Some(&run().time), &run().time), None);
        let later = Timestamp::from_unix_seconds(run().time.unix_seconds() + DAY_SECONDS);
        assert_eq!(broken(&items, "a", None, &later), None);
    }
}
