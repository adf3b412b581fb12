//! What a region that was removed from the deployment left unsent: it is sent, however long the digest would wait.

use std::collections::BTreeSet;

use compliance_types::choices::DigestPeriod;
use functions_core::{
    configuration::{MonitoringConfiguration, Notices},
    digest, outbox,
    watched_regions::WatchedRegions,
};
use serde_json::json;

use super::handler::Processing;
use crate::{error::HandlerError, invocation::Invocation, log};

impl Processing {
    /// Sends what regions that were removed since the last run left, and notes which regions there are now. A failure waits
    /// for the next run.
    pub(super) async fn end_removed_regions(&self, configuration: &MonitoringConfiguration, invocation: &Invocation) {
        if let Err(error) = self.try_end_removed_regions(configuration, invocation).await {
            log::error(&invocation.run.id, "what removed regions left is not sent now", &error);
        }
    }

    async fn try_end_removed_regions(
        &self,
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let home = &invocation.run.origin;
        let (partition, sort) = WatchedRegions::place(home);
        let before = self.table.get(&partition, sort).await?;
        let mut watched: BTreeSet<String> = configuration.regions().map(str::to_owned).collect();
        let removed: Vec<String> =
            WatchedRegions::read(before.as_ref()).regions.difference(&watched).cloned().collect();
        let now = Notices { digest: DigestPeriod::Immediate, ..configuration.notices().clone() };
        let at_once = configuration.clone().with_notices(now);
        for region in removed {
            let (there, of_region) = (self.in_region(&region), invocation.in_region(&region));
            if there.has_unsent(&of_region).await? {
                let fields = match there.tell(&at_once, 0, &of_region).await {
                    Ok(notices) => json!({ "region": region, "notices": notices }),
                    Err(error) => json!({ "region": region, "error": error.to_string() }),
                };
                log::info(&invocation.run.id, "what a removed region left is sent", &fields);
                // A run that was under way may leave more: it is looked at once more.
                watched.insert(region);
            }
        }
        if let Some(write) = (WatchedRegions { regions: watched }).write(before.as_ref(), home)? {
            // A conflict: another run has done the same.
            self.table.write(&[write]).await?;
        }
        Ok(())
    }

    /// Whether anything of this region or source waits to be sent. Without a topic nothing is.
    pub(super) async fn has_unsent(&self, invocation: &Invocation) -> Result<bool, HandlerError> {
        if self.topic.is_none() {
            return Ok(false);
        }
        let origin = &invocation.run.origin;
        let held = self.table.query(&digest::held(origin), None).await?;
        Ok(!held.is_empty() || !self.table.query(&outbox::partition(origin), None).await?.is_empty())
    }
}
