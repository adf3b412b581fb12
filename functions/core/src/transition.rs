//! Transitions: what changed between what the ledger knows and what AWS Config says now. Never the whole state again.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::{resource::Resource, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::details::Label;

/// What became of a resource under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// It does not comply, and did before or was not known.
    NonCompliant,
    /// It complies again.
    Fixed,
    /// It is gone, or the rule does not apply to it any more.
    Deleted,
    /// Nobody judges it any more: its type is not recorded, or the rule is gone.
    NotRecorded,
}

impl Kind {
    /// All kinds, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::NonCompliant, Self::Fixed, Self::Deleted, Self::NotRecorded];

    /// Whether a finding is open after it.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::NonCompliant)
    }

    /// The word in messages for machines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NonCompliant => "nonCompliant",
            Self::Fixed => "fixed",
            Self::Deleted => "deleted",
            Self::NotRecorded => "notRecorded",
        }
    }
}

/// One transition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transition {
    /// What became of it.
    pub kind: Kind,
    /// Account of the resource.
    pub account: String,
    /// Region of the resource.
    pub region: String,
    /// Name of the rule.
    pub rule: String,
    /// The resource.
    #[serde(flatten)]
    pub resource: Resource,
    /// Since when it does not comply, or did not.
    pub since: Timestamp,
    /// When the change was seen.
    pub at: Timestamp,
    /// Why it does not comply, in the words of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotation: Option<String>,
    /// What a person knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// Whether it is sent because a waiver of the finding has ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waiver_ended: bool,
}

/// Where a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Account id.
    pub account: &'a str,
    /// Region.
    pub region: &'a str,
    /// Name of the rule.
    pub rule: &'a str,
}

/// What AWS Config says of one rule now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Resources that do not comply, and since when.
    pub open: BTreeMap<Resource, Timestamp>,
    /// Why, of those of them of which the rule says so.
    pub annotations: BTreeMap<Resource, String>,
    /// Of those that were open before and are not any more: those that comply.
    pub compliant: BTreeSet<Resource>,
    /// Of those that were open before and are not any more: those that nobody judges any more.
    pub unrecorded: BTreeSet<Resource>,
}

impl Reading {
    /// Lets those of `known` of which nothing is said stay as they were known.
    pub fn keep(&mut self, known: BTreeMap<Resource, Timestamp>) {
        for (resource, since) in known {
            if !self.compliant.contains(&resource) && !self.unrecorded.contains(&resource) {
                self.open.entry(resource).or_insert(since);
            }
        }
    }
}

/// Resources that were open and are not any more: what became of them has to be asked.
#[must_use]
pub fn closed(previous: &BTreeMap<Resource, Timestamp>, open: &BTreeMap<Resource, Timestamp>) -> Vec<Resource> {
    previous.keys().filter(|resource| !open.contains_key(resource)).cloned().collect()
}

/// What changed from `previous` (open findings and since when) to `current`, seen at `at`: one transition for each resource
/// that is open in one of the two alone. In the order of resources, the closed ones last.
#[must_use]
pub fn transitions(
    place: Place<'_>,
    previous: &BTreeMap<Resource, Timestamp>,
    current: &Reading,
    at: &Timestamp,
) -> Vec<Transition> {
    let transition = |kind, resource: &Resource, since: &Timestamp| Transition {
        kind,
        account: place.account.to_owned(),
        region: place.region.to_owned(),
        rule: place.rule.to_owned(),
        resource: resource.clone(),
        since: since.clone(),
        at: at.clone(),
        annotation: current.annotations.get(resource).cloned(),
        label: None,
        waiver_ended: false,
    };
    let opened = current.open.iter().filter(|(resource, _)| !previous.contains_key(resource));
    let opened = opened.map(|(resource, since)| transition(Kind::NonCompliant, resource, since));
    let closed =
        previous.iter().filter(|(resource, _)| !current.open.contains_key(resource)).map(|(resource, since)| {
            let kind = match resource {
                resource if current.compliant.contains(resource) => Kind::Fixed,
                resource if current.unrecorded.contains(resource) => Kind::NotRecorded,
                _ => Kind::Deleted,
            };
            transition(kind, resource, since)
        });
    opened.chain(closed).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::run::tests::run;

    const PLACE: Place<'_> = Place { account: "123456789012", region: "eu-central-1", rule: "a" };

    pub(crate) fn resource(id: &str) -> Resource {
        Resource { resource_type: "AWS::S3::Bucket".to_owned(), resource_id: id.to_owned() }
    }

    fn open(ids: &[&str]) -> BTreeMap<Resource, Timestamp> {
        ids.iter().map(|id| (resource(id), run().time)).collect()
    }

    fn kinds(transitions: &[Transition]) -> Vec<(Kind, &str)> {
        transitions.iter().map(|each| (each.kind, each.resource.resource_id.as_str())).collect()
    }

    #[test]
    fn each_kind_is_told_and_what_stays_is_not() {
        let previous = open(&["deleted", "fixed", "off", "stays"]);
        let current = Reading {
            open: open(&["new", "stays"]),
            compliant: [resource("fixed"), resource("never-open")].into(),
            unrecorded: [resource("off")].into(),
            ..Reading::default()
        };
        let found = transitions(PLACE, &previous, &current, &run().time);
        assert_eq!(
            kinds(&found),
            [
                (Kind::NonCompliant, "new"),
                (Kind::Deleted, "deleted"),
                (Kind::Fixed, "fixed"),
                (Kind::NotRecorded, "off")
            ]
        );
        assert_eq!(
            (found[0].account.as_str(), found[0].region.as_str(), found[0].rule.as_str()),
            ("123456789012", "eu-central-1", "a")
        );
    }

    #[test]
    fn a_resource_that_was_open_before_keeps_since_when() {
        let earlier = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
        let previous = BTreeMap::from([(resource("b"), earlier.clone())]);
        let found = transitions(PLACE, &previous, &Reading::default(), &run().time);
        assert_eq!((found[0].since.clone(), found[0].at.clone()), (earlier, run().time));
    }

    #[test]
    fn what_has_to_be_asked_is_what_is_not_open_any_more() {
        assert_eq!(closed(&open(&["a", "b"]), &open(&["b", "c"])), [resource("a")]);
    }

    #[test]
    fn what_is_kept_is_what_nothing_is_said_of() {
        let previous = open(&["fixed", "off", "silent"]);
        let (compliant, unrecorded) = ([resource("fixed")].into(), [resource("off")].into());
        let mut current = Reading { open: open(&["new"]), compliant, unrecorded, ..Reading::default() };
        current.keep(previous.clone());
        let found = transitions(PLACE, &previous, &current, &run().time);
        assert_eq!(kinds(&found), [(Kind::NonCompliant, "new"), (Kind::Fixed, "fixed"), (Kind::NotRecorded, "off")]);
    }

    #[test]
    fn words_are_those_serde_writes() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
    }

    /// The states of a small world, one after the other: which resources do not comply.
    fn history() -> impl Strategy<Value = Vec<BTreeSet<u8>>> {
        proptest::collection::vec(proptest::collection::btree_set(0..6_u8, 0..6), 1..12)
    }

    fn state(world: &BTreeSet<u8>) -> Reading {
        Reading { open: world.iter().map(|id| (resource(&id.to_string()), run().time)).collect(), ..Reading::default() }
    }

    proptest! {
        /// An event only makes a run look; what it finds is the state of that moment. So an order, a repetition and a loss of
        /// events are a choice of moments, some of them twice, some never; the schedule looks last.
        #[test]
        fn none_is_lost_or_doubled_whatever_events_come_and_how_often(
            history in history(),
            looks in proptest::collection::vec((0..12_usize, 1..4_usize), 0..12),
        ) {
            let mut looks: Vec<usize> = looks
                .into_iter()
                .flat_map(|(moment, times)| vec![moment % history.len(); times])
                .collect();
            looks.sort_unstable();
            looks.push(history.len() - 1);
            let mut known = BTreeMap::new();
            let mut told: BTreeMap<Resource, Vec<Kind>> = BTreeMap::new();
            for moment in looks {
                let current = state(&history[moment]);
                for transition in transitions(PLACE, &known, &current, &run().time) {
                    match transition.kind.opens() {
                        true => known.insert(transition.resource.clone(), transition.since.clone()),
                        false => known.remove(&transition.resource),
                    };
                    told.entry(transition.resource).or_default().push(transition.kind);
                }
                prop_assert_eq!(&known, &current.open, "what is known is what is");
            }
            for (resource, kinds) in &told {
                for pair in kinds.windows(2) {
                    prop_assert_ne!(pair[0].opens(), pair[1].opens(), "{:?} is told twice", resource);
                }
                prop_assert!(kinds[0].opens());
                prop_assert_eq!(kinds.last().unwrap().opens(), known.contains_key(resource));
            }
            let last = state(history.last().unwrap());
            prop_assert!(last.open.keys().all(|resource| told.contains_key(resource)), "one that is open is not told");
        }

        #[test]
        fn a_second_look_finds_nothing(before in history(), now in history()) {
            let (before, now) = (state(&before[0]).open, state(&now[0]));
            let found = transitions(PLACE, &before, &now, &run().time);
            let changed = before.keys().filter(|resource| !now.open.contains_key(resource)).count()
                + now.open.keys().filter(|resource| !before.contains_key(resource)).count();
            prop_assert_eq!(found.len(), changed);
            prop_assert_eq!(transitions(PLACE, &now.open, &now, &run().time), Vec::new());
        }
    }
}
