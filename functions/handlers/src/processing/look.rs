//! What a run looks at: all rules, or the resources that changes name.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::{resource::Resource, time::Timestamp};
use functions_core::{configuration::MonitoringConfiguration, evaluate::Trigger, watch::Watch};

/// What a run looks at.
pub(super) struct Look<'a> {
    pub configuration: &'a MonitoringConfiguration,
    pub trigger: Trigger,
    /// Whether earlier invocations have done a part of it.
    pub continues: bool,
    /// The resources to look at, with their rules; `None` for everything.
    pub only: Option<&'a BTreeSet<(String, Resource)>>,
    /// Resources of which changes say that they are gone, with their rules.
    pub gone: BTreeSet<(&'a str, Resource)>,
}

impl Look<'_> {
    /// Names of the rules to look at.
    pub(super) fn rules(&self) -> Vec<&str> {
        match self.only {
            Some(only) => only.iter().map(|(rule, _)| rule.as_str()).collect::<BTreeSet<_>>().into_iter().collect(),
            None => self.configuration.rules().iter().map(|rule| rule.name.as_str()).collect(),
        }
    }

    /// What of `known` stays although nothing is said of it. A whole look finds out by itself what is gone; where changes let
    /// a resource be looked at, it may be judged later.
    pub(super) fn kept(
        &self,
        watch: &Watch,
        rule: &str,
        judged: bool,
        mut known: BTreeMap<Resource, Timestamp>,
        now: &Timestamp,
    ) -> BTreeMap<Resource, Timestamp> {
        let whole = self.only.is_none() && watch.trusts_absence(rule, judged, now);
        if whole || !watch.is_settled(rule) {
            return BTreeMap::new();
        }
        known.retain(|resource, _| !self.gone.contains(&(rule, resource.clone())));
        known
    }
}
