//! Notices of waivers that end soon.

use functions_core::{configuration::MonitoringConfiguration, notice::endings, outbox, waived::Sent};

use super::handler::Processing;
use crate::{error::HandlerError, invocation::Invocation};

impl Processing {
    /// Puts a notice of the waivers that end soon into the outbox, once for each of the days before the end.
    ///
    /// # Errors
    /// When AWS does not answer, or the ledger does not read.
    pub(super) async fn announce_endings(
        &self,
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let (origin, now) = (&invocation.run.origin, invocation.now());
        let waivers = configuration.waivers_on(now.date());
        if self.topic.is_none() || waivers.all().iter().all(|(_, standing)| standing.notice().is_none()) {
            return Ok(());
        }
        let (partition, sort) = Sent::place(origin);
        let sent = Sent::read(self.table.get(&partition, sort).await?.as_ref())?;
        let Some((waivers, write)) = sent.due(&waivers, origin)? else { return Ok(()) };
        let notices = endings(&waivers, &self.facts(configuration, invocation), origin, &now)?;
        let mut writes = vec![write];
        for notice in notices {
            writes.push(outbox::put(&notice)?);
        }
        // A conflict: another run sends them.
        self.table.write(&writes).await?;
        Ok(())
    }
}
