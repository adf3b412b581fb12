//! Reads the compliance of this deployment's rules and resources, writes one evaluation record, and tells what changed.
//!
//! Invoked by the schedule, by the queue of compliance changes, once by the deployment, or by hand with `{}`. What a run
//! reads is the truth; changes only make it look sooner, at the resources they name.
//!
//! A run whose time ends writes what it has read, and invokes this function for the rest.
//!
//! | module | does |
//! | --- | --- |
//! | `reading` | asks AWS Config |
//! | `survey` | reads the index of open findings |
//! | `confirm` | confirms what the index or a change says, rule by rule |
//! | `packs` | asks AWS Config about conformance packs |
//! | `advance` | brings the ledger to what AWS Config says, and puts what is news into the outbox in the same step |
//! | `tell` | makes the digest when it is due, and sends the outbox |
//! | `delivery` | tests the way through the topic |
//! | `regions` | looks at the other regions of the deployment |
//! | `sources`, `through` | reads other accounts through the aggregator, and regions that another program deploys |
//! | `present` | finds out which rules such an account has |
//! | `source_changes` | looks there for what compliance changes say |
//! | `removed` | drops changes of rules that were removed meanwhile |
//! | `removed_regions` | sends what regions that were removed left unsent |
//! | `describing` | asks for names, ARNs and tags of resources |
//! | `waiving`, `ending` | what waivers cover; notices of their end |
//! | `follow_up` | asks for further runs soon after a deployment |

mod advance;
mod confirm;
mod continuing;
mod delivery;
mod describing;
mod ending;
mod follow_up;
mod handler;
mod look;
mod packs;
mod present;
mod reading;
mod regions;
mod removed;
mod removed_regions;
mod source_changes;
mod sources;
mod survey;
mod tell;
mod through;
mod waiving;

use std::{collections::BTreeSet, time::Duration};

use compliance_types::resource::Resource;
use functions_core::{
    configuration::MonitoringConfiguration,
    contract::metric,
    evaluate::{EvaluationRecord, Trigger, evaluate},
    event::{self, Ask, ComplianceChange, Continuation, EventError, QueueMessage},
    key,
    metrics::{self, Told},
    notice::Facts,
    record,
};
use serde_json::{Value, json};

use crate::{
    budget::Budget, configured, error::HandlerError, heartbeat, invocation::Invocation, log, queue::Batch, store::JSON,
};
use advance::Found;
pub use handler::Processing;
use look::Look;

/// Pauses of the run that a deployment asks for, while AWS refuses it: what a new role may do takes a while to be known
/// everywhere (IAM User Guide, "Troubleshooting IAM", eventual consistency).
const PATIENCE: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10), Duration::from_secs(20)];

impl Processing {
    /// Answers `{"record", "rules", "compliant", "nonCompliant", ...}`, or the failed messages where a queue asks.
    ///
    /// # Errors
    /// When there is nothing to evaluate by, or AWS does not answer. A whole batch then comes again.
    pub async fn handle(&self, event: &Value, invocation: &Invocation) -> Result<Value, HandlerError> {
        match event::ask(event)? {
            Ask::Look(Trigger::Deployment) => {
                let answer = self.look_patiently(invocation).await?;
                self.begin_follow_ups(invocation).await;
                heartbeat::show(&self.cloudwatch, metric::LOOKS, 1.0, invocation).await;
                Ok(answer)
            }
            Ask::FollowUp => self.look(Trigger::Deployment, 0, invocation).await,
            Ask::Look(trigger) => self.look(trigger, 0, invocation).await,
            Ask::Region(ask) => self.look_at(ask, invocation).await,
            Ask::Sources(ask) => self.look_at_sources(ask, invocation).await,
            Ask::Continue(Continuation { of, number, .. }) => self.look(of, number, invocation).await,
            Ask::Changes(messages) => self.changes(messages, invocation).await,
            Ask::Digest => {
                let configuration = self.configuration().await?;
                let sent = self.tell(&configuration, 0, invocation).await?;
                let sent = sent + self.tell_of_regions(&configuration, invocation).await?;
                self.tell_of_sources(&configuration, invocation).await?;
                log::line(&self.measured(Told { notices: sent, ..Told::default() }, invocation));
                Ok(json!({ "notices": sent }))
            }
        }
    }

    async fn look_patiently(&self, invocation: &Invocation) -> Result<Value, HandlerError> {
        for pause in PATIENCE {
            match self.look(Trigger::Deployment, 0, invocation).await {
                Err(error) if error.is_refusal() => {
                    log::warning(&invocation.run.id, "refused, which may pass right after a deployment", &error);
                    tokio::time::sleep(pause).await;
                }
                answer => return answer,
            }
        }
        self.look(Trigger::Deployment, 0, invocation).await
    }

    /// A look at all rules, of which `continuations` invocations have done a part already.
    async fn look(&self, trigger: Trigger, continuations: u32, invocation: &Invocation) -> Result<Value, HandlerError> {
        let budget = Budget::of(invocation);
        let configuration = self.configuration().await?;
        let continues = continuations > 0;
        let look = Look { configuration: &configuration, trigger, continues, only: None, gone: BTreeSet::new() };
        if !continues {
            // Before home is looked at: what fails here does not keep the others from being read.
            self.ask_regions(&configuration, trigger, invocation).await;
            self.end_removed_regions(&configuration, invocation).await;
            self.ask_sources(&configuration, trigger, invocation).await;
        }
        let found = self.advance(&look, &budget, invocation).await?;
        if found.unfinished {
            let notices = self.tell(&configuration, 0, invocation).await?;
            log::line(&self.measured(Told { notices, ..Told::default() }, invocation));
            return self.go_on_later(trigger, continuations, &found, invocation).await;
        }
        let (key, record) = self.record(&look, &configuration, 0, found, invocation).await?;
        log::line(&metrics::of_evaluation(&record, &invocation.function_name, invocation.started_unix_millis));
        let unconfirmed = match &self.topic {
            Some(topic) => Some(topic.unconfirmed().await?),
            None => None,
        };
        let delivery_lost = self.test_delivery(invocation).await?;
        self.announce_endings(&configuration, invocation).await?;
        let incomplete_packs = self.incomplete_packs(&configuration, invocation).await?;
        let notices = self.tell(&configuration, unconfirmed.unwrap_or(0), invocation).await?;
        let unconfirmed = unconfirmed.map(|count| u64::try_from(count).unwrap_or(u64::MAX));
        let unreadable_rules = Some(record.totals.unreadable);
        let told = Told {
            notices,
            looked: true,
            unconfirmed,
            delivery_lost,
            incomplete_packs,
            unreadable_rules,
            sources_silent: None,
        };
        log::line(&self.measured(told, invocation));
        answer(&key, &record)
    }

    /// A look at the resources that changes name.
    async fn changes(&self, messages: Vec<QueueMessage>, invocation: &Invocation) -> Result<Value, HandlerError> {
        let (chain, messages) = follow_up::parted(messages);
        let (late, messages) = source_changes::parted(messages);
        let mut batch = Batch::read(messages, invocation);
        for (message_id, one) in chain {
            if !self.follow_up(one, invocation).await {
                batch.failed.push(message_id);
            }
        }
        for (message_id, one) in late {
            if !self.late_changes(one, invocation).await {
                batch.failed.push(message_id);
            }
        }
        self.changes_of_sources(&mut batch, invocation).await?;
        self.changes_of_regions(&mut batch, invocation).await?;
        self.changes_here(&mut batch, invocation).await?;
        Ok(event::batch_answer(batch.failed.iter().map(String::as_str)))
    }

    /// A look at the resources that changes of this region name.
    async fn changes_here(&self, batch: &mut Batch, invocation: &Invocation) -> Result<(), HandlerError> {
        if !batch.changes.is_empty() {
            let configuration = self.configuration().await?;
            self.drop_removed(batch, &configuration, invocation).await?;
            batch.refuse(invocation, |change| is_watched(change, &configuration, invocation));
            let named = batch.changes.iter().map(|(_, change)| (change.rule.clone(), change.resource()));
            let named: BTreeSet<(String, Resource)> = named.collect();
            if !named.is_empty() {
                let ends = batch.changes.iter().map(|(_, change)| change).filter(|change| change.is_end());
                let gone = ends.map(|change| (change.rule.as_str(), change.resource())).collect();
                let (trigger, only) = (Trigger::Queue, Some(&named));
                let look = Look { configuration: &configuration, trigger, continues: false, only, gone };
                let found = self.advance(&look, &Budget::of(invocation), invocation).await?;
                let rules: BTreeSet<&str> = named.iter().map(|(rule, _)| rule.as_str()).collect();
                self.record(&look, &configuration.only(&rules), batch.changes.len(), found, invocation).await?;
                let notices = self.tell(&configuration, 0, invocation).await?;
                log::line(&self.measured(Told { notices, ..Told::default() }, invocation));
            }
        }
        Ok(())
    }

    /// Writes the record of a run over the rules of `configuration`.
    async fn record(
        &self,
        look: &Look<'_>,
        configuration: &MonitoringConfiguration,
        changes: usize,
        found: Found,
        invocation: &Invocation,
    ) -> Result<(String, EvaluationRecord), HandlerError> {
        let sha256 = self.environment.configuration_sha256.as_str();
        for (rule, reason) in &found.unreadable {
            let origin = &invocation.run.origin;
            let fields = json!({ "account": origin.account, "region": origin.region, "rule": rule, "reason": reason });
            log::info(&invocation.run.id, "a rule cannot be read; its findings stay as they are", &fields);
        }
        let (asked, configured) = ((look.trigger, changes), (configuration, sha256));
        let record = evaluate(&invocation.run, asked, configured, found.reported, &found.unreadable);
        let key = key::record(&invocation.run);
        let written = self.store.write_once(&key, JSON, record::render(&record)?.into_bytes()).await?;
        let fields = json!({
            "record": key, "written": format!("{written:?}"), "totals": record.totals,
            "news": found.news, "silent": found.silent,
        });
        log::info(&invocation.run.id, "evaluated", &fields);
        Ok((key, record))
    }

    /// What is watched, with the rules of packs under the names that they have in the account.
    async fn configuration(&self) -> Result<MonitoringConfiguration, HandlerError> {
        let document = self.document().await?;
        let watched = self.region.as_ref().map_or(Some(document.clone()), |region| document.in_region(region));
        self.in_account(watched.unwrap_or(document)).await
    }

    /// What is watched in all regions.
    async fn document(&self) -> Result<MonitoringConfiguration, HandlerError> {
        let environment = &self.environment;
        configured::read(&self.store, &environment.configuration_key, &environment.configuration_sha256).await
    }

    async fn in_account(
        &self,
        configuration: MonitoringConfiguration,
    ) -> Result<MonitoringConfiguration, HandlerError> {
        let names = packs::rules(&self.config, configuration.packs()).await?;
        Ok(configuration.in_account(names.iter().map(String::as_str)))
    }

    /// How many packs are not whole, where there are any; each is told in the log with the reason.
    async fn incomplete_packs(
        &self,
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<Option<u64>, HandlerError> {
        if configuration.packs().is_empty() {
            return Ok(None);
        }
        let found = packs::not_whole(&self.config, configuration.packs()).await?;
        for pack in &found {
            let mut fields = serde_json::to_value(pack)?;
            if let Some(members) = fields.as_object_mut() {
                members.insert("region".to_owned(), invocation.run.origin.region.clone().into());
            }
            log::info(&invocation.run.id, "a conformance pack is not complete", &fields);
        }
        Ok(Some(u64::try_from(found.len()).unwrap_or(u64::MAX)))
    }

    /// What notices know beside the transitions.
    fn facts<'a>(&'a self, configuration: &'a MonitoringConfiguration, invocation: &'a Invocation) -> Facts<'a> {
        let bucket = &self.environment.storage.report_bucket;
        // The alias is that of the account of the deployment.
        let is_own = self.through.as_ref().is_none_or(|through| through.is_own_account);
        let alias = self.environment.account_alias.as_deref().filter(|_| is_own);
        let home = invocation.home.as_str();
        Facts { configuration, bucket, home, alias }
    }

    fn measured(&self, told: Told, invocation: &Invocation) -> Value {
        metrics::of_notices(told, &invocation.function_name, invocation.started_unix_millis)
    }
}

/// Whether a change is of a rule that is watched from here.
fn is_watched(
    change: &ComplianceChange,
    configuration: &MonitoringConfiguration,
    invocation: &Invocation,
) -> Result<(), EventError> {
    let origin = &invocation.run.origin;
    if change.account != origin.account || change.region != origin.region {
        return Err(EventError::Elsewhere { account: change.account.clone(), region: change.region.clone() });
    }
    match configuration.rule(&change.rule) {
        Some(_) => Ok(()),
        None => Err(EventError::UnknownRule(change.rule.clone())),
    }
}

/// The totals, and where the record is.
fn answer(key: &str, record: &EvaluationRecord) -> Result<Value, HandlerError> {
    let mut answer = serde_json::to_value(record.totals)?;
    if let Some(members) = answer.as_object_mut() {
        members.insert("record".to_owned(), key.into());
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
