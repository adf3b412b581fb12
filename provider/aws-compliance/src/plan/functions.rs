//! What the functions take in the account: event rules, and a part of its concurrency.

use account_look::PlannedConcurrency;
use functions_core::contract::Handler;
use pulumi_component::engine::Given;

use crate::inputs::bounds::MAXIMUM_CONCURRENCY;
use crate::inputs::functions::FunctionsSettingsArgs;

impl FunctionsSettingsArgs {
    /// What the functions will reserve of the account's concurrency.
    pub fn planned_concurrency(&self) -> Option<PlannedConcurrency> {
        let runs = self.reserved_concurrency.as_ref()?.given()?.value.as_ref().copied()?;
        let functions = u32::try_from(Handler::ALL.len()).unwrap_or(u32::MAX);
        Some(PlannedConcurrency {
            path: ["functions", "reservedConcurrency"].into(),
            functions,
            runs,
            least: MAXIMUM_CONCURRENCY,
        })
    }
}
