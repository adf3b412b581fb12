//! Whether there is a dashboard.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether to create a CloudWatch dashboard.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DashboardSettingsArgs {
    /// Whether to create a CloudWatch dashboard.
    pub enabled: bool,
}

impl Default for DashboardSettingsArgs {
    fn default() -> Self {
        Self { enabled: true }
    }
}
