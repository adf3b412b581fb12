//! Whether the evaluation history can be queried.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the evaluation history can be queried.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct HistorySettingsArgs {
    /// Whether to create a Glue table and an Athena workgroup to query the evaluation history. The history itself is always
    /// written.
    pub enabled: bool,
}

impl Default for HistorySettingsArgs {
    fn default() -> Self {
        Self { enabled: true }
    }
}
