//! Whether there is a dashboard.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether there is a dashboard.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DashboardSettingsArgs {
    /// Whether there is a dashboard.
    pub enabled: bool,
}

impl Default for DashboardSettingsArgs {
    fn default() -> Self {
        Self { enabled: true }
    }
}
