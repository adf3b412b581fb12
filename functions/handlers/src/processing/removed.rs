//! Changes of rules that were removed while their changes were on the way.

use std::collections::BTreeSet;

use functions_core::configuration::MonitoringConfiguration;
use serde_json::json;

use super::{handler::Processing, reading};
use crate::{error::HandlerError, invocation::Invocation, log, queue::Batch};

impl Processing {
    /// Takes out the changes of rules that are not watched and that AWS Config does not have any more: nothing is left to be
    /// done for them. The changes of a rule that exists stay, and are refused: a later configuration may watch it.
    ///
    /// # Errors
    /// When AWS Config does not answer.
    pub(super) async fn drop_removed(
        &self,
        batch: &mut Batch,
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let origin = &invocation.run.origin;
        let own = batch.changes.iter().map(|(_, change)| change);
        let own = own.filter(|change| change.account == origin.account && change.region == origin.region);
        let unwatched: BTreeSet<String> =
            own.map(|change| &change.rule).filter(|rule| configuration.rule(rule).is_none()).cloned().collect();
        if unwatched.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = unwatched.iter().map(String::as_str).collect();
        let (exist, _) = reading::rules(&self.config, &names).await?;
        let exist: BTreeSet<&str> = exist.iter().map(|rule| rule.name.as_str()).collect();
        let removed: Vec<&str> = names.into_iter().filter(|name| !exist.contains(name)).collect();
        if !removed.is_empty() {
            log::info(&invocation.run.id, "changes of removed rules are dropped", &json!({ "rules": removed }));
            batch.changes.retain(|(_, change)| !removed.contains(&change.rule.as_str()));
        }
        Ok(())
    }
}
