//! Where findings are exported to, beside the report.

use serde::{Deserialize, Serialize};

/// Where findings are exported to, beside the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exports {
    /// Files of OCSF compliance findings among those of each report.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ocsf: bool,
    /// AWS Security Hub.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub security_hub: bool,
}

impl Exports {
    /// Whether nothing is exported.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
