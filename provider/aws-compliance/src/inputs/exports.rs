//! Where findings are exported to.

use functions_core::exports::Exports;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where findings are exported to, beside the report.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ExportsArgs {
    /// Whether each run updates the findings of this deployment in AWS Security Hub, which must be enabled in the account and
    /// region of the provider. Fixed findings are archived, and findings that a waiver covers are suppressed. Security Hub bills
    /// findings that it receives. Default: false. Turning it off leaves the findings in Security Hub.
    pub security_hub: bool,
    /// Whether each report has its findings also as OCSF Compliance Findings: JSON lines beside the CSV files. Default: false.
    pub ocsf: bool,
}

impl ExportsArgs {
    /// As the functions read it.
    pub const fn exports(self) -> Exports {
        Exports { ocsf: self.ocsf, security_hub: self.security_hub }
    }
}
