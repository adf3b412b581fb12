//! Arguments of every kind that a component may take.

use std::collections::BTreeMap;

use pulumi_component::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is decoded.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Args {
    pub text: String,
    #[schemars(length(min = 2, max = 5))]
    pub code: Option<String>,
    pub flag: bool,
    #[schemars(range(min = 1, max = 10))]
    pub days: Option<u32>,
    pub tiny: Option<u8>,
    pub signed: Option<i32>,
    pub large: Option<i64>,
    #[schemars(range(min = 0, max = 1))]
    pub ratio: f64,
    pub mode: Mode,
    pub modes: Vec<Mode>,
    pub texts: Vec<String>,
    pub tags: BTreeMap<String, String>,
    pub part: Part,
    pub parts: Vec<Part>,
    pub named: BTreeMap<String, Part>,
    pub later_text: Option<Input<String>>,
    pub later_flag: Option<Input<bool>>,
    #[schemars(range(min = 1, max = 10))]
    pub later_days: Option<Input<u32>>,
    pub later_mode: Option<Input<Mode>>,
    pub later_texts: Vec<Input<String>>,
    pub later_tags: BTreeMap<String, Input<String>>,
    pub whole_list: Option<Input<Vec<String>>>,
    pub whole_map: Option<Input<BTreeMap<String, f64>>>,
    pub whole_part: Option<Input<Simple>>,
}

/// A block with something that must be given, and itself inside.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Part {
    pub key: String,
    pub value: Input<String>,
    pub parts: Option<Vec<Part>>,
}

impl Default for Part {
    fn default() -> Self {
        Self { key: "none".into(), value: "none".into(), parts: None }
    }
}

/// A block that is eventual as a whole.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Simple {
    pub key: String,
    pub mode: Option<Mode>,
}

/// One of a few.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Soon.
    #[default]
    Fast,
    /// Later.
    VerySlow,
}
