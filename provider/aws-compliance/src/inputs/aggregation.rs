//! Which accounts and regions are seen.

use pulumi_component::Checks;
use pulumi_component::value::Scalar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// Why recorders of nobody may deliver.
pub const WITHOUT_MEMBERS: &str =
    "no other account is listed; add the accounts whose recorders deliver to `accounts`, or remove this";

/// Which accounts and regions are included.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AggregationSettingsArgs {
    /// Account ids, twelve digits each. Default: this account. Deploy `MemberAccount` in every other account, or
    /// `AggregationSource` in each of its regions. The first 40 other accounts may forward compliance changes to the event bus of
    /// this one; the others are read by the schedule alone.
    #[schemars(with = "Vec<Scalar<12>>")]
    pub accounts: Vec<String>,
    /// Regions, all of one partition. Default: the region of the deployment. Deploy `AggregationSource` in every other
    /// region of this account, too.
    pub regions: Vec<String>,
    /// Whether to include all regions, future ones included. Cannot be combined with `regions`.
    pub all_regions: bool,
    /// Whether recorders of the other accounts in `accounts`, which `MemberAccount` creates, may deliver to the bucket of
    /// `ComplianceMonitoring`, each below `AWSLogs/ACCOUNT/Config/`, and encrypt with its key. Requires another account in
    /// `accounts`. Default: false.
    pub member_recorders: bool,
}

impl AggregationSettingsArgs {
    /// Judges accounts and regions, and how they go together.
    pub fn check(&self, checks: &mut Checks) {
        bounds::check_accounts(checks, "accounts", &self.accounts);
        bounds::check_regions(checks, "regions", &self.regions);
        if self.all_regions && !self.regions.is_empty() {
            checks.error("regions", "`allRegions` sees them all; leave one of the two out");
        }
        if self.member_recorders && self.accounts.is_empty() {
            checks.error("memberRecorders", WITHOUT_MEMBERS);
        }
    }
}
