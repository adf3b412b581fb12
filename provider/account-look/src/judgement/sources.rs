//! What the deployment's aggregator lists and does not receive.

use super::message::ScanMessage;
use super::words::{in_a_row, place};
use crate::look::Look;
use crate::request::{LookRequest, PlannedSource};

pub fn judge(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    request.sources.iter().filter_map(|planned| missing(look, planned)).collect()
}

fn missing(look: &Look, planned: &PlannedSource) -> Option<ScanMessage> {
    let failed = look.failed_sources.iter().flatten();
    let failed = failed.filter(|one| one.account == planned.account && planned.regions.contains(&one.region));
    let failed: Vec<_> = failed.collect();
    let reason = failed.first()?.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let regions = in_a_row(&failed.iter().map(|one| one.region.clone()).collect::<Vec<_>>());
    let (account, region) = place(look);
    let message = format!(
        "nothing arrives from account {} in {regions}{reason}; deploy `AggregationSource` with aggregatorAccountId {account} and \
         aggregatorRegion {region} there, or remove it",
        planned.account
    );
    Some(ScanMessage::warning(&planned.path, message))
}
