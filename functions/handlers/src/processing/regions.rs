//! The other regions of the deployment: each is read as that of the function is, in an invocation of its own, and its findings
//! and notices are told apart by their region.
//!
//! A run of the function's region asks for one run of each other region. Such a run answers without a record, so that no report
//! follows it: the report is made of what the aggregator sees.

use std::{collections::BTreeSet, sync::Arc};

use functions_core::{
    configuration::MonitoringConfiguration,
    evaluate::Trigger,
    event::{ComplianceChange, Continuation, RegionAsk},
    metrics::Told,
};
use serde_json::{Value, json};

use super::{handler::Processing, look::Look};
use crate::{
    aws::config_in, budget::Budget, config_reads::ConfigReads, error::HandlerError, invocation::Invocation, invoke,
    log, queue::Batch,
};

impl Processing {
    /// The same for another region.
    pub(super) fn in_region(&self, region: &str) -> Self {
        let client = config_in(&self.client, region);
        Self {
            config: Arc::new(ConfigReads::new(client.clone())),
            client,
            region: Some(region.to_owned()),
            through: None,
            ..self.clone()
        }
    }

    /// Asks for a run of each other region. One that cannot be asked for waits for the next run of this one.
    pub(super) async fn ask_regions(
        &self,
        configuration: &MonitoringConfiguration,
        of: Trigger,
        invocation: &Invocation,
    ) {
        for region in configuration.regions() {
            let ask = RegionAsk { region: region.to_owned(), of, number: 0 };
            if let Err(error) = invoke::later(&self.lambda, &invocation.function_name, &ask.event()).await {
                log::error(&invocation.run.id, &format!("{region} is not looked at now"), &error.into());
            }
        }
    }

    /// A look at the rules of another region, of which `number` invocations have done a part already.
    pub(super) async fn look_at(&self, ask: RegionAsk, invocation: &Invocation) -> Result<Value, HandlerError> {
        let RegionAsk { region, of, number } = ask;
        let (there, invocation) = (self.in_region(&region), invocation.in_region(&region));
        let Some(watched) = self.document().await?.in_region(&region) else {
            log::info(&invocation.run.id, "no region of this deployment any more", &json!({ "region": region }));
            return Ok(json!({ "region": region }));
        };
        let configuration = there.in_account(watched).await?;
        let continues = number > 0;
        let look = Look { configuration: &configuration, trigger: of, continues, only: None, gone: BTreeSet::new() };
        let found = there.advance(&look, &Budget::of(&invocation), &invocation).await?;
        if found.unfinished {
            let notices = there.tell(&configuration, 0, &invocation).await?;
            log::line(&there.measured(Told { notices, ..Told::default() }, &invocation));
            let resources = u64::try_from(found.news + found.silent).unwrap_or(u64::MAX);
            let next = Continuation::after(of, number).ok_or(HandlerError::Unfinished { resources })?;
            let next = RegionAsk { region: region.clone(), of, number: next.number };
            invoke::later(&self.lambda, &invocation.function_name, &next.event()).await?;
            return Ok(json!({ "region": region, "unfinished": true, "changes": resources }));
        }
        let (_, record) = there.record(&look, &configuration, 0, found, &invocation).await?;
        let incomplete_packs = there.incomplete_packs(&configuration, &invocation).await?;
        let notices = there.tell(&configuration, 0, &invocation).await?;
        let unreadable_rules = Some(record.totals.unreadable);
        log::line(
            &there.measured(Told { notices, incomplete_packs, unreadable_rules, ..Told::default() }, &invocation),
        );
        let answer = json!({ "region": region, "notices": notices, "totals": record.totals, "incompletePacks": incomplete_packs });
        Ok(answer)
    }

    /// Takes the changes of other regions out of a batch, and looks at the resources that they name. Those of a region that
    /// does not answer come again; those of one that was removed are dropped: its rules and event rules are deleted last.
    ///
    /// # Errors
    /// When the configuration cannot be read. The whole batch then comes again.
    pub(super) async fn changes_of_regions(
        &self,
        batch: &mut Batch,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let origin = &invocation.run.origin;
        if batch.changes.iter().all(|(_, change)| change.region == origin.region) {
            return Ok(());
        }
        let document = self.document().await?;
        for region in document.regions() {
            let is_there = |change: &ComplianceChange| change.account == origin.account && change.region == region;
            let (there, others): (Vec<_>, Vec<_>) =
                std::mem::take(&mut batch.changes).into_iter().partition(|(_, one)| is_there(one));
            batch.changes = others;
            let ids: Vec<_> = there.iter().map(|(id, _)| id.clone()).collect();
            let mut own = Batch { changes: there, failed: Vec::new() };
            match self.in_region(region).changes_here(&mut own, &invocation.in_region(region)).await {
                Ok(()) => batch.failed.append(&mut own.failed),
                Err(error) => {
                    log::warning(&invocation.run.id, "changes of another region come again", &error);
                    batch.failed.extend(ids);
                }
            }
        }
        batch.changes.retain(|(_, change)| {
            let is_removed = change.account == origin.account && change.region != origin.region;
            if is_removed {
                log::info(&invocation.run.id, "no region of this deployment", &json!({ "region": change.region }));
            }
            !is_removed
        });
        Ok(())
    }

    /// Sends what was gathered of the other regions; how many notices it were.
    ///
    /// # Errors
    /// The first failure, after every region was tried.
    pub(super) async fn tell_of_regions(
        &self,
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<u64, HandlerError> {
        let (mut sent, mut failure) = (0, None);
        for region in configuration.regions() {
            match self.in_region(region).tell(configuration, 0, &invocation.in_region(region)).await {
                Ok(count) => sent += count,
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(sent), Err)
    }
}
