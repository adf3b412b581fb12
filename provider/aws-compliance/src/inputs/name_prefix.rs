//! The start of every physical name.

use pulumi_component::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// The prefix that is used where none is given.
const DEFAULT_PREFIX: &str = "compliance";

/// Start of every physical name: a-z, 0-9 and hyphen.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[schemars(inline)]
#[serde(transparent)]
pub struct NamePrefix(#[schemars(length(min = 1, max = 20))] String);

impl Default for NamePrefix {
    fn default() -> Self {
        Self(DEFAULT_PREFIX.to_owned())
    }
}

impl NamePrefix {
    /// Judges the prefix at `namePrefix`.
    pub fn check(&self, checks: &mut Checks) {
        // Its length is the schema's.
        if (1..=20).contains(&self.0.chars().count()) {
            checks.plain("namePrefix", self.0.as_str(), bounds::name_prefix);
        }
    }

    /// Whether it is the one that is used where none is given.
    pub fn is_default(&self) -> bool {
        self.0 == DEFAULT_PREFIX
    }

    /// The prefix itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
