//! Values that come back as they went in; no children.

use std::collections::BTreeMap;

use pulumi_component::value::{AssetOrArchive, PropertyValue, Value};
use pulumi_component::{Child, Component, Error, Input, Output, Outputs, Scope, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CLOUD, THING};

/// Inputs of [`Echo`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EchoArgs {
    /// Anything.
    value: Option<Input<PropertyValue>>,
    /// A text.
    text: Option<Input<String>>,
    /// A file or an archive.
    file: Option<Input<AssetOrArchive>>,
    /// A text that must be plain.
    plain: Option<String>,
    /// A block with members of their own.
    block: Option<Block>,
    /// A text or a number.
    either: Option<Input<Either>>,
    /// One of a few.
    color: Option<Input<Color>>,
    /// Texts by name.
    map: Option<BTreeMap<String, Input<String>>>,
}

/// A block.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Block {
    /// How many.
    count: Option<Input<i64>>,
    /// A block in the block.
    inner: Option<Box<Block>>,
}

/// A text or a number.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Either {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// A color.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// As the sky.
    LightBlue,
    /// As the night.
    Black,
}

/// Gives back what it is given.
#[derive(Outputs)]
pub struct Echo {
    /// The value.
    value: Output<Option<PropertyValue>>,
    /// The text.
    text: Output<Option<String>>,
    /// The file.
    file: Output<Option<AssetOrArchive>>,
    /// The plain text.
    plain: Output<Option<String>>,
    /// How many there are in the innermost block.
    count: Output<Option<i64>>,
    /// The text or number.
    either: Output<Option<Either>>,
    /// The color.
    color: Output<Option<Color>>,
    /// The texts of the map, joined.
    joined: Output<Option<String>>,
    /// Secret whatever it is given.
    #[output(secret)]
    hidden: Output<String>,
    /// An id of its own.
    own_id: Output<String>,
}

fn given<T: Clone + Send + Sync + 'static>(input: Option<Input<T>>) -> Output<Option<T>> {
    input.map_or_else(|| Output::known(None), |input| input.output().map(Some))
}

impl Component for Echo {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Echo");
    type Args = EchoArgs;

    fn construct(_scope: &Scope, args: EchoArgs) -> Result<Self, Error> {
        let innermost = args.block.and_then(|block| block.inner.map_or(Some(block.count), |inner| Some(inner.count)));
        let joined = args.map.map(|map| pulumi_component::all(map.into_values().collect::<Vec<_>>()));
        Ok(Self {
            value: given(args.value),
            text: given(args.text),
            file: given(args.file),
            plain: Output::known(args.plain),
            count: given(innermost.flatten()),
            either: given(args.either),
            color: given(args.color),
            joined: joined.map_or_else(|| Output::known(None), |texts| texts.map(|texts| Some(texts.join("+")))),
            hidden: Output::known("PLANTED-hidden".to_owned()),
            own_id: Output::known("an id".to_owned()),
        })
    }
}

/// Inputs of [`Raw`].
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawArgs {
    /// Whether the program gets the bytes, too.
    out: bool,
}

/// A child with a string that is not UTF-8.
#[derive(Outputs)]
pub struct Raw {
    /// How many bytes came back with the child.
    count: Output<u32>,
    /// The bytes, where the program gets them.
    bytes: Output<Option<PropertyValue>>,
}

impl Component for Raw {
    const TOKEN: TypeToken = TypeToken::new("suite:index:Raw");
    type Args = RawArgs;

    fn construct(scope: &Scope, args: RawArgs) -> Result<Self, Error> {
        let bytes: PropertyValue = Value::Bytes(vec![0xff, 0x00, 0xfe]).into();
        let child = Child::new(scope, &CLOUD, THING, "child").with("size", bytes).register();
        let bytes = child.output::<PropertyValue>("size");
        let count = bytes.try_map(|bytes| match bytes.value {
            Value::Bytes(bytes) => u32::try_from(bytes.len()).map_err(|error| error.to_string()),
            other => Err(format!("expected bytes, got {other:?}")),
        });
        Ok(Self { count, bytes: if args.out { bytes.map(Some) } else { Output::known(None) } })
    }
}
