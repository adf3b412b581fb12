//! Whether the evaluation history can be queried.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the evaluation history can be queried.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct HistorySettingsArgs {
    /// Whether the evaluation history is a table that Athena queries: a Glue database and an Athena workgroup. The history
    /// itself is written in any case. Default: true.
    pub enabled: bool,
}

impl Default for HistorySettingsArgs {
    fn default() -> Self {
        Self { enabled: true }
    }
}
