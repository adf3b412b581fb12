//! Which accounts and regions are seen.

use pulumi_component::Checks;
use pulumi_component::value::Scalar;
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
        bounds::check_regions(checks, "regions", &self.regions);
        if self.all_regions && !self.regions.is_empty() {
            checks.error("regions", "`allRegions` sees them all; leave one of the two out");
        }
        bounds::check_once(checks, "accounts", &self.accounts);
    }
}
