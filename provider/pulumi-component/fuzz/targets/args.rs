//! Arguments of every kind that a component may take.

use std::collections::BTreeMap;

use pulumi_component::value::{Archive, AssetOrArchive, PropertyValue, Reference, ResourceType};
use pulumi_component::{Input, Package, TypeToken};
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
    pub either: Option<Either>,
    pub later_either: Option<Input<Either>>,
    pub eithers: Vec<Input<Either>>,
    pub any: Option<PropertyValue>,
    pub later_any: Option<Input<PropertyValue>>,
    pub archive: Option<Input<Archive>>,
    pub file: Option<AssetOrArchive>,
    pub files: BTreeMap<String, Input<AssetOrArchive>>,
    pub reference: Option<Reference<Bucket>>,
    pub later_reference: Option<Input<Reference<Bucket>>>,
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

/// One of several types.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Either {
    Flag(bool),
    Number(f64),
    Mode(Mode),
    Texts(Vec<String>),
    Part(Simple),
}

/// A resource that can be referred to.
#[derive(Debug)]
pub struct Bucket;

impl ResourceType for Bucket {
    const TOKEN: TypeToken = TypeToken::new("cloud:index:Bucket");

    fn package() -> Option<&'static Package> {
        None
    }
}
