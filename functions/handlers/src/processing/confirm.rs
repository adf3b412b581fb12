//! From hints to facts: what changed under each rule, confirmed by reads of the rule or of the resource.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_config::types::ComplianceType;
use compliance_types::{
    resource::{Resource, is_global},
    time::Timestamp,
};
use functions_core::{
    compliance::Compliance,
    evaluate::ReportedRule,
    finding::{Finding, Findings},
    open_findings::{Confirmation, OpenFindings, confirmation},
    recording::{Recording, is_recorded},
    transition::{self, Reading},
    watch::Watch,
};

use super::{
    handler::Processing,
    look::Look,
    reading::{self, Evaluated, Unreadable},
    survey::Indexed,
    through::Through,
};
use crate::{
    aws::unless_refused,
    budget::Budget,
    config_reads::ConfigReads,
    error::{AwsError, HandlerError},
    invocation::Invocation,
};

/// Below so many closed findings of a rule each resource is asked for by itself; above, the pages of all that comply are read.
const ASKED_ALONE: usize = 20;

/// Open findings, and since when.
pub(super) type Open = BTreeMap<Resource, Timestamp>;

/// What is known before a run reads AWS Config.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub look: &'a Look<'a>,
    pub watch: &'a Watch,
    pub findings: &'a Findings,
    /// Open findings of global resources that are another region's, by rule.
    pub elsewhere: &'a BTreeMap<String, BTreeSet<Resource>>,
}

/// What AWS Config says of rules.
pub(super) struct Readings {
    pub readings: BTreeMap<String, Reading>,
    pub unreadable: Unreadable,
    pub unfinished: bool,
}

/// Resources that were asked for in this run: one answer has the results of every rule.
struct Confirming<'a> {
    config: &'a ConfigReads,
    /// Where the account and region are read through the aggregator. It lists results of a rule, and none of a resource alone.
    through: Option<&'a Through>,
    resources: BTreeMap<Resource, BTreeMap<String, Evaluated>>,
    /// Reads that this invocation made, and those of them that were answered.
    tried: usize,
    reads: usize,
}

impl Confirming<'_> {
    async fn of_resource(&mut self, rule: &str, resource: &Resource) -> Result<Option<Evaluated>, AwsError> {
        if !self.resources.contains_key(resource) {
            self.tried += 1;
            let results = reading::of_resource(self.config, resource).await?;
            self.resources.insert(resource.clone(), results);
            self.reads += 1;
        }
        Ok(self.resources.get(resource).and_then(|results| results.get(rule)).cloned())
    }

    /// Takes every resource that does not comply with a rule.
    async fn list(&mut self, rule: &str, known: &Open, reading: &mut Reading) -> Result<(), AwsError> {
        self.tried += 1;
        let results = match self.through {
            Some(through) => through.of_rule(self.config, rule, ComplianceType::NonCompliant).await?,
            None => reading::of_rule(self.config, rule, ComplianceType::NonCompliant).await?,
        };
        self.reads += 1;
        for (resource, result) in results {
            take(reading, known, &resource, Some(result));
        }
        Ok(())
    }

    /// What a rule says, of which the index has these findings.
    async fn rule(
        &mut self,
        rule: &ReportedRule,
        known: &Open,
        index: Option<&OpenFindings>,
    ) -> Result<Reading, AwsError> {
        let name = rule.name.as_str();
        let (mut reading, mut listed) = (Reading::default(), false);
        if self.through.is_some() && !is_judged(rule) {
            return Ok(reading);
        }
        if verdict(rule) == Some(Compliance::NonCompliant) {
            let indexed: BTreeSet<&Resource> = index.iter().flat_map(|index| index.of_rule(name)).collect();
            let stay = known.iter().filter(|(resource, _)| indexed.contains(resource));
            let new = indexed.iter().copied().filter(|resource| !known.contains_key(resource));
            let gone = known.keys().filter(|resource| !indexed.contains(resource));
            let changed: Vec<&Resource> = new.chain(gone).collect();
            let complete = index.is_some_and(|index| index.is_complete(name, rule.non_compliant_resources));
            let way = confirmation(changed.len(), indexed.len(), complete);
            let is_listed = self.through.is_some() && !changed.is_empty();
            if way == Confirmation::WholeRule || is_listed {
                self.list(name, known, &mut reading).await?;
                listed = true;
            } else {
                reading.open = stay.map(|(resource, since)| (resource.clone(), since.clone())).collect();
                for resource in changed {
                    let result = self.of_resource(name, resource).await?;
                    take(&mut reading, known, resource, result);
                }
            }
        }
        self.closed(name, known, listed, &mut reading).await?;
        Ok(reading)
    }

    /// What became of findings that are not open any more. `listed` says whether all that do not comply were just read.
    async fn closed(&mut self, rule: &str, known: &Open, listed: bool, reading: &mut Reading) -> Result<(), AwsError> {
        let asked_alone = if self.through.is_some() { 1 } else { ASKED_ALONE };
        if unexplained(known, reading).len() >= asked_alone {
            // A result that changes between two lists can be missing in both. So those that do not comply are read first, and
            // once more for what neither list has: one of the three has whatever changes once.
            if !listed {
                self.list(rule, known, reading).await?;
            }
            let wanted = unexplained(known, reading);
            if !wanted.is_empty() {
                self.tried += 1;
                reading.compliant.extend(self.compliant(rule, wanted).await?);
                self.reads += 1;
            }
            if unexplained(known, reading).len() >= asked_alone {
                return self.list(rule, known, reading).await;
            }
        }
        for resource in unexplained(known, reading) {
            let result = self.of_resource(rule, &resource).await?;
            take(reading, known, &resource, result);
        }
        Ok(())
    }

    /// Those of `wanted` that comply with a rule.
    async fn compliant(&self, rule: &str, wanted: BTreeSet<Resource>) -> Result<BTreeSet<Resource>, AwsError> {
        let Some(through) = self.through else { return reading::compliant(self.config, rule, wanted).await };
        let found = through.of_rule(self.config, rule, ComplianceType::Compliant).await?;
        Ok(wanted.into_iter().filter(|resource| found.contains_key(resource)).collect())
    }

    /// The same as [`Self::changes`] through the aggregator. One that does not have the rule may be late.
    async fn listed_changes(
        &mut self,
        rule: &str,
        known: &Open,
        changed: BTreeSet<&Resource>,
    ) -> Result<Reading, AwsError> {
        let mut found = Reading::default();
        match self.list(rule, known, &mut found).await {
            Err(error) if !error.is_invalid_request() => return Err(error),
            _ => {}
        }
        let mut reading = Reading { open: known.clone(), ..Reading::default() };
        reading.open.retain(|resource, _| !changed.contains(resource));
        reading.open.extend(found.open.into_iter().filter(|(resource, _)| changed.contains(resource)));
        reading.annotations = found.annotations;
        let wanted = unexplained(known, &reading);
        if !wanted.is_empty() {
            match self.compliant(rule, wanted).await {
                Ok(compliant) => reading.compliant = compliant,
                Err(error) if error.is_invalid_request() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(reading)
    }

    /// What a rule says of the resources that changes name; of its other ones nothing is asked.
    async fn changes(
        &mut self,
        rule: &str,
        known: &Open,
        changed: impl Iterator<Item = &Resource>,
    ) -> Result<Reading, AwsError> {
        let mut reading = Reading { open: known.clone(), ..Reading::default() };
        for resource in changed {
            let result = self.of_resource(rule, resource).await?;
            reading.open.remove(resource);
            take(&mut reading, known, resource, result);
        }
        Ok(reading)
    }
}

/// Findings that were open, and of which nothing is said so far.
fn unexplained(known: &Open, reading: &Reading) -> BTreeSet<Resource> {
    let closed = transition::closed(known, &reading.open).into_iter();
    closed.filter(|resource| !reading.compliant.contains(resource)).collect()
}

/// Takes what a rule says of a resource. A finding that is known keeps since when it is open.
fn take(reading: &mut Reading, known: &Open, resource: &Resource, result: Option<Evaluated>) {
    match result {
        Some(result) if result.compliance == Compliance::NonCompliant => {
            let since = known.get(resource).cloned().unwrap_or(result.since);
            reading.open.insert(resource.clone(), since);
            reading.annotations.extend(result.annotation.map(|text| (resource.clone(), text)));
        }
        Some(result) if result.compliance == Compliance::Compliant => {
            reading.compliant.insert(resource.clone());
        }
        _ => {}
    }
}

impl Processing {
    /// What AWS Config says of each rule that is looked at, or was watched before. A rule that cannot be read does not keep
    /// the others from it: it is among the unreadable ones.
    ///
    /// # Errors
    /// When no rule can be read that has to be.
    pub(super) async fn readings(
        &self,
        known: &Known<'_>,
        (reported, rejected, index): (&[ReportedRule], &Unreadable, Option<&Indexed>),
        budget: &Budget,
        invocation: &Invocation,
    ) -> Result<Readings, HandlerError> {
        let Known { look, watch, findings, elsewhere } = *known;
        let through = self.through.as_ref();
        let mut found = Readings { readings: BTreeMap::new(), unreadable: rejected.clone(), unfinished: false };
        let mut confirming =
            Confirming { config: &self.config, through, resources: BTreeMap::new(), tried: 0, reads: 0 };
        let mut recordings = Recordings::default();
        let watched: BTreeSet<&str> = match through {
            Some(_) => reported.iter().map(|rule| rule.name.as_str()).collect(),
            None => look.configuration.rules().iter().map(|rule| rule.name.as_str()).collect(),
        };
        let reported: BTreeMap<&str, &ReportedRule> = reported.iter().map(|rule| (rule.name.as_str(), rule)).collect();
        let listed: Vec<&str> = watched.iter().copied().collect();
        let all: BTreeSet<&str> = match look.only {
            Some(only) => only.iter().map(|(rule, _)| rule.as_str()).collect(),
            None => {
                let before = watch.gone(&listed).chain(findings.keys().map(String::as_str));
                listed.iter().copied().chain(before).collect()
            }
        };
        for rule in all {
            if rejected.contains_key(rule) {
                continue;
            }
            let open = open_of(findings.get(rule));
            // An earlier invocation of this run has confirmed it, and what it has is in the ledger.
            if index.is_some_and(|index| index.done.contains(rule)) {
                found.readings.insert(rule.to_owned(), Reading { open, ..Reading::default() });
                continue;
            }
            if look.only.is_none() && confirming.tried > 0 && budget.is_short() {
                found.unfinished = true;
                break;
            }
            let there = watched.contains(rule).then(|| reported.get(rule).copied()).flatten();
            let read = match (look.only, there) {
                (Some(only), _) => {
                    let changed = only.iter().filter(|(own, _)| own == rule).map(|(_, resource)| resource);
                    match through {
                        Some(_) => confirming.listed_changes(rule, &open, changed.collect()).await,
                        None => confirming.changes(rule, &open, changed).await,
                    }
                }
                (None, Some(there)) => confirming.rule(there, &open, index.and_then(|index| index.open.as_ref())).await,
                // A rule of this deployment of which the aggregator has nothing.
                (None, None) if through.is_some() && look.configuration.rule(rule).is_some() => continue,
                (None, None) => {
                    let unrecorded = open.into_keys().collect();
                    found.readings.insert(rule.to_owned(), Reading { unrecorded, ..Reading::default() });
                    continue;
                }
            };
            let mut reading = match read {
                Ok(reading) => reading,
                // A change of a rule that AWS Config never lets be read comes again in vain; any other one may not.
                Err(error) if look.only.is_some() && !error.is_invalid_request() && !error.is_refusal() => {
                    return Err(error.into());
                }
                Err(error) => {
                    found.unreadable.insert(rule.to_owned(), error);
                    continue;
                }
            };
            // Global resources are read in the region of the function alone.
            if self.region.is_some() || through.is_some_and(|through| through.is_own_account) {
                reading.open.retain(|resource, _| !is_global(&resource.resource_type));
            }
            if let Some(others) = elsewhere.get(rule) {
                reading.open.retain(|resource, _| !others.contains(resource));
            }
            let closed = transition::closed(&open, &reading.open);
            if !closed.is_empty() {
                let gone = closed.into_iter().filter(|resource| !reading.compliant.contains(resource));
                // What another account records is not known here.
                for resource in gone.filter(|_| through.is_none()) {
                    if recordings.is_off(&self.config, &resource, invocation).await? {
                        reading.unrecorded.insert(resource);
                    }
                }
                let judged = there.is_some_and(is_judged);
                reading.keep(look.kept(watch, rule, judged, open, &invocation.now()));
            }
            found.readings.insert(rule.to_owned(), reading);
        }
        // Where a run reads no rule at all, it is the role or the service and not a rule. Fewer are a metric with an alarm; a
        // change of one of them waits for the next run. A failure that may pass ends a run that had nothing answered.
        let is_refused = |error: &&AwsError| error.is_invalid_request() || error.is_refusal();
        let failure = match (look.only, found.readings.is_empty(), confirming.reads) {
            (None, true, _) => found.unreadable.values().next(),
            (None, false, 0) => found.unreadable.values().find(|error| !is_refused(error)),
            _ => None,
        };
        match failure {
            Some(error) => Err(error.clone().into()),
            None => Ok(found),
        }
    }
}

/// What is recorded: read where something closed, and once.
#[derive(Default)]
struct Recordings {
    /// `Some(None)` where the role may not read them.
    read: Option<Option<Vec<Recording>>>,
}

impl Recordings {
    /// Whether resources of this type are not recorded any more.
    async fn is_off(
        &mut self,
        config: &ConfigReads,
        resource: &Resource,
        invocation: &Invocation,
    ) -> Result<bool, AwsError> {
        let recordings = match &self.read {
            Some(recordings) => recordings,
            None => self.read.insert(unless_refused(
                reading::recordings(config).await,
                &invocation.run.id,
                "the recorders may not be read: whatever has no result any more counts as deleted",
            )?),
        };
        Ok(recordings.as_ref().is_some_and(|all| !is_recorded(all, &resource.resource_type)))
    }
}

/// The verdict on a rule, where its word is known.
fn verdict(rule: &ReportedRule) -> Option<Compliance> {
    Compliance::from_word(rule.compliance_type.as_deref()?)
}

/// Whether AWS Config has a result of a rule.
pub(super) fn is_judged(rule: &ReportedRule) -> bool {
    matches!(verdict(rule), Some(Compliance::Compliant | Compliance::NonCompliant))
}

/// The open ones of findings.
pub(super) fn open_of(findings: Option<&BTreeMap<Resource, Finding>>) -> Open {
    let open = findings.into_iter().flatten().filter(|(_, finding)| finding.open);
    open.map(|(resource, finding)| (resource.clone(), finding.since.clone())).collect()
}
