//! What changed under waivers: which transitions are not sent, and which findings a waiver leaves or begins to cover.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::{resource::Resource, time::Timestamp};
use functions_core::{
    configuration::{MonitoringConfiguration, name_in_template},
    details::{Details, Label},
    finding::Findings,
    run::Origin,
    transition::{Kind, Reading, Transition},
    waiver::{Subject, Waivers},
};

/// The waivers of a run, and what is known of the resources that they may match.
pub(super) struct Waiving<'a> {
    pub configuration: &'a MonitoringConfiguration,
    pub waivers: &'a Waivers,
    pub origin: &'a Origin,
    pub findings: &'a Findings,
    /// Details that this run read.
    pub details: &'a BTreeMap<Resource, Details>,
}

impl Waiving<'_> {
    /// What a resource is known by: what this run read, else what the ledger has.
    pub(super) fn details(&self, rule: &str, resource: &Resource) -> Option<&Details> {
        let known = || self.findings.get(rule)?.get(resource)?.details.as_ref();
        self.details.get(resource).or_else(known)
    }

    /// When AWS Config was asked for that.
    pub(super) fn details_at<'b>(
        &'b self,
        rule: &str,
        resource: &Resource,
        now: &'b Timestamp,
    ) -> Option<&'b Timestamp> {
        let known = || self.findings.get(rule)?.get(resource)?.details_at.as_ref();
        if self.details.contains_key(resource) { Some(now) } else { known() }
    }

    /// How many of the open findings of a rule no waiver covers.
    pub(super) fn count(&self, rule: &str, reading: &Reading) -> usize {
        reading.open.keys().filter(|resource| !self.covers(rule, resource)).count()
    }

    /// Whether a waiver is in force for a finding of `rule`.
    pub(super) fn covers(&self, rule: &str, resource: &Resource) -> bool {
        if self.waivers.is_empty() {
            return false;
        }
        let (none, unknown) = (BTreeMap::<String, BTreeSet<String>>::new(), Details::default());
        let details = self.details(rule, resource).unwrap_or(&unknown);
        let subject = Subject {
            account: &self.origin.account,
            region: resource.home_region(&self.origin.region),
            // Of a rule in a conformance pack the name that its template gives it.
            rule: name_in_template(rule).unwrap_or(rule),
            frameworks: self.configuration.rule(rule).map_or(&none, |entry| &entry.frameworks),
            resource_id: &resource.resource_id,
            name: details.name.as_deref(),
            arn: details.arn.as_deref(),
            tags: &details.tags,
        };
        self.waivers.of(&subject).is_some()
    }

    /// Findings of a rule that stay open, each as the transition that writes it: those whose waiver ends, which is news; and,
    /// silent, those whose waiver begins, or whose details were read again.
    pub(super) fn moved(&self, rule: &str, reading: &Reading, now: &Timestamp) -> (Vec<Transition>, Vec<Transition>) {
        let (mut ended, mut others) = (Vec::new(), Vec::new());
        for (resource, finding) in self.findings.get(rule).into_iter().flatten() {
            if !finding.open || !reading.open.contains_key(resource) {
                continue;
            }
            let covered = self.covers(rule, resource);
            if covered == finding.waived && !self.details.contains_key(resource) {
                continue;
            }
            let waiver_ended = finding.waived && !covered;
            let transition = Transition {
                kind: Kind::NonCompliant,
                account: self.origin.account.clone(),
                region: self.origin.region.clone(),
                rule: rule.to_owned(),
                resource: resource.clone(),
                since: finding.since.clone(),
                at: now.clone(),
                annotation: reading.annotations.get(resource).cloned(),
                label: self.details(rule, resource).and_then(Label::of),
                waiver_ended,
            };
            if waiver_ended { ended.push(transition) } else { others.push(transition) }
        }
        (ended, others)
    }
}
