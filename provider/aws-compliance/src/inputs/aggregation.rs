//! Which accounts and regions are seen.

use std::collections::BTreeSet;

use compliance_types::region::partition_of_region;
use pulumi_component::{Checks, Scalar};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// Which accounts and regions are included.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AggregationSettingsArgs {
    /// Account ids, twelve digits each. Default: this account. Deploy `AggregationSource` in every other account, in each of
    /// the regions.
    #[schemars(with = "Vec<Scalar<12>>")]
    pub accounts: Vec<String>,
    /// Regions, all of one partition. Default: the region of the deployment. Deploy `AggregationSource` in every other
    /// region of this account, too.
    pub regions: Vec<String>,
    /// Whether to include all regions, future ones included. Cannot be combined with `regions`.
    pub all_regions: bool,
}

impl AggregationSettingsArgs {
    /// Judges accounts and regions, and how they go together.
    pub fn check(&self, checks: &mut Checks) {
        checks.each("accounts", &self.accounts, |checks, id| checks.plain("", id.as_str(), bounds::account_id));
        checks.each("regions", &self.regions, |checks, code| bounds::check_region(checks, "", code));
        if self.all_regions && !self.regions.is_empty() {
            checks.error("regions", "`allRegions` sees them all; leave one of the two out");
        }
        // A partition is a world of its own: nothing in one sees another (AWS Fault Isolation Boundaries, "Partitions").
        if let Some(first) = self.regions.first().map(|code| partition_of_region(code)) {
            for (index, code) in self.regions.iter().enumerate() {
                let own = partition_of_region(code);
                if own != first && bounds::region(code).is_ok() {
                    let reason = format!("in the partition `{own}`, but the first is in `{first}`; none sees another");
                    checks.error(("regions", index), reason);
                }
            }
        }
        for (member, listed) in [("accounts", &self.accounts), ("regions", &self.regions)] {
            let mut seen = BTreeSet::new();
            for (index, one) in listed.iter().enumerate() {
                if !seen.insert(one) {
                    checks.error((member, index), "listed twice; remove one");
                }
            }
        }
    }
}
