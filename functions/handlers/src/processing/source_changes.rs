//! Compliance changes of other accounts, and of regions that another program deploys: they let the aggregator be asked sooner,
//! for the rules and resources that they name. What it does not have yet is looked for again some minutes later.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::resource::Resource;
use functions_core::{
    compliance::Compliance,
    configuration::MonitoringConfiguration,
    evaluate::Trigger,
    event::{ComplianceChange, QueueMessage},
    late_changes::LateChanges,
    metrics::Told,
    run::Origin,
    sources,
};
use serde_json::json;

use super::{
    handler::Processing,
    look::Look,
    sources::{by_origin, is_direct, of_rules},
};
use crate::{budget::Budget, error::HandlerError, invocation::Invocation, log, queue::Batch};

/// The messages about changes that were not found before, and the others.
pub(super) fn parted(messages: Vec<QueueMessage>) -> (Vec<(String, LateChanges)>, Vec<QueueMessage>) {
    let (mut late, mut others) = (Vec::new(), Vec::new());
    for message in messages {
        match LateChanges::read(&message.body) {
            Some(one) => late.push((message.message_id, one)),
            None => others.push(message),
        }
    }
    (late, others)
}

fn origin_of(change: &ComplianceChange) -> Origin {
    Origin { account: change.account.clone(), region: change.region.clone() }
}

impl Processing {
    /// Takes the changes of other accounts and regions out of a batch that are not read directly, and has the aggregator asked for
    /// them. Without an aggregator all stay.
    ///
    /// # Errors
    /// When the configuration cannot be read. The whole batch then comes again.
    pub(super) async fn changes_of_sources(
        &self,
        batch: &mut Batch,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let home = &invocation.run.origin;
        let is_home = |change: &ComplianceChange| change.account == home.account && change.region == home.region;
        if self.environment.aggregator_name.is_none() || batch.changes.iter().all(|(_, change)| is_home(change)) {
            return Ok(());
        }
        let document = self.document().await?;
        let is_direct = |change: &ComplianceChange| is_direct(&origin_of(change), &document, home);
        let (direct, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut batch.changes).into_iter().partition(|(_, change)| is_direct(change));
        batch.changes = direct;
        let (ids, changes): (Vec<_>, Vec<_>) = others.into_iter().unzip();
        if let Err(error) = self.look_for(&document, changes, 0, invocation).await {
            log::warning(&invocation.run.id, "changes of other accounts come again", &error);
            batch.failed.extend(ids);
        }
        Ok(())
    }

    /// Looks once more for changes that were not found before. `false` where the message must come again.
    pub(super) async fn late_changes(&self, late: LateChanges, invocation: &Invocation) -> bool {
        let done = async {
            let document = self.document().await?;
            self.look_for(&document, late.late_changes, late.attempt, invocation).await
        };
        let done: Result<(), HandlerError> = done.await;
        if let Err(error) = &done {
            log::error(&invocation.run.id, "changes of other accounts come again", error);
        }
        done.is_ok()
    }

    /// Asks the aggregator for changes that were looked for `attempts` times before, and has those looked for later that it does
    /// not have yet. Changes of what it does not list, or of rules that are not watched, are dropped.
    async fn look_for(
        &self,
        document: &MonitoringConfiguration,
        mut changes: Vec<ComplianceChange>,
        attempts: usize,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let Some(aggregator) = self.environment.aggregator_name.as_ref().filter(|_| !changes.is_empty()) else {
            return Ok(());
        };
        let statuses = by_origin(self.other_sources(aggregator, document, invocation).await?);
        let before = changes.len();
        changes.retain(|change| statuses.contains_key(&origin_of(change)) && document.rule(&change.rule).is_some());
        if changes.len() < before {
            let fields = json!({ "changes": before - changes.len() });
            log::info(&invocation.run.id, "changes of unknown accounts, regions and rules are dropped", &fields);
        }
        let mut by_source: BTreeMap<Origin, Vec<ComplianceChange>> = BTreeMap::new();
        for change in changes {
            by_source.entry(origin_of(&change)).or_default().push(change);
        }
        let (budget, mut late) = (Budget::of(invocation), Vec::new());
        for (source, changes) in by_source {
            let is_readable = statuses.get(&source).is_some_and(sources::Status::is_readable);
            if !is_readable || budget.is_short() {
                late.extend(changes);
                continue;
            }
            let (there, own) = (self.at_source(aggregator, &source, invocation), invocation.of_source(&source));
            match there.changes_there(document, &changes, &budget, &own).await {
                Ok(found) => late.extend(changes.into_iter().filter(|change| !is_found(change, &found))),
                Err(error) => {
                    log::warning(&invocation.run.id, &format!("{} is not read now", sources::name(&source)), &error);
                    late.extend(changes);
                }
            }
        }
        for (body, delay) in LateChanges::messages(&late, attempts + 1)? {
            self.send_later(body, delay).await?;
        }
        Ok(())
    }

    /// A look at the resources that changes of this source name: what does not comply with their rules, by rule.
    async fn changes_there(
        &self,
        document: &MonitoringConfiguration,
        changes: &[ComplianceChange],
        budget: &Budget,
        invocation: &Invocation,
    ) -> Result<BTreeMap<String, BTreeSet<Resource>>, HandlerError> {
        let named: BTreeSet<(String, Resource)> =
            changes.iter().map(|change| (change.rule.clone(), change.resource())).collect();
        let ends = changes.iter().filter(|change| change.is_end());
        let gone = ends.map(|change| (change.rule.as_str(), change.resource())).collect();
        let (trigger, only) = (Trigger::Queue, Some(&named));
        let look = Look { configuration: document, trigger, continues: false, only, gone };
        let found = self.advance(&look, budget, invocation).await?;
        let rules: BTreeSet<String> = named.iter().map(|(rule, _)| rule.clone()).collect();
        let open = found.open.clone();
        self.record(&look, &of_rules(document, &rules), changes.len(), found, invocation).await?;
        let notices = self.tell(document, 0, invocation).await?;
        log::line(&self.measured(Told { notices, ..Told::default() }, invocation));
        Ok(open)
    }
}

/// Whether what was read is what a change says.
fn is_found(change: &ComplianceChange, open: &BTreeMap<String, BTreeSet<Resource>>) -> bool {
    let is_open = open.get(&change.rule).map(|open| open.contains(&change.resource()));
    is_open == Some(change.compliance == Some(Compliance::NonCompliant))
}
