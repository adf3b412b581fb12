//! Property values that are no JSON as types of inputs and outputs: assets, archives, and any value at all.

use std::borrow::Cow;

use futures::FutureExt;
use percent_encoding::percent_decode_str;
use property_path::PropertyError;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::values::encode::Encode;
use crate::values::encoding::Encoding;
use crate::values::input::Input;
use crate::values::output::Output;
use crate::values::property::{Archive, Asset, PropertyValue, Value};
use crate::values::serde_bridge::{self, Literal};

/// The mark of a type that Pulumi's schema has a reference of its own for; its value is that reference.
pub(crate) const REFERENCE: &str = "x-pulumi-ref";
/// Any value.
pub(crate) const ANY: &str = "pulumi.json#/Any";
/// An asset or an archive.
pub(crate) const ASSET: &str = "pulumi.json#/Asset";
/// An archive.
pub(crate) const ARCHIVE: &str = "pulumi.json#/Archive";

/// A file or a set of files: what Pulumi's schema calls an asset.
#[derive(Clone, Debug, PartialEq)]
pub enum AssetOrArchive {
    /// A file.
    Asset(Asset),
    /// A set of files.
    Archive(Archive),
}

/// Gives a type that passes serde whole its place in schemas and on both ways.
macro_rules! passes_whole {
    ($type:ty, $name:literal, $reference:expr, $read:expr, $write:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde_bridge::whole(deserializer, $read)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let write: fn(Self) -> PropertyValue = $write;
                let ready = || -> Encoding { std::future::ready(Ok(write(self.clone()))).boxed() };
                serde_bridge::eventual(serializer, ready, || literal(&write(self.clone())))
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
                json_schema!({ (REFERENCE): $reference })
            }
        }
    };
}

/// Plain values are literals, marked and special ones are not.
fn literal(value: &PropertyValue) -> Option<Literal> {
    value.to_json().map(|json| Literal::of(&json))
}

passes_whole!(PropertyValue, "Any", ANY, Ok, |value| value);

passes_whole!(
    Asset,
    "Asset",
    ASSET,
    |value| match value.value {
        Value::Asset(asset) => Ok(asset),
        _ => Err(PropertyError::new("", "expected an asset")),
    },
    |asset| Value::Asset(asset).into()
);

passes_whole!(
    Archive,
    "Archive",
    ARCHIVE,
    |value| match value.value {
        Value::Archive(archive) => Ok(archive),
        _ => Err(PropertyError::new("", "expected an archive")),
    },
    |archive| Value::Archive(archive).into()
);

passes_whole!(
    AssetOrArchive,
    "AssetOrArchive",
    ASSET,
    |value| match value.value {
        Value::Asset(asset) => Ok(AssetOrArchive::Asset(asset)),
        Value::Archive(archive) => Ok(AssetOrArchive::Archive(archive)),
        _ => Err(PropertyError::new("", "expected an asset or an archive")),
    },
    |either| either.into()
);

impl From<AssetOrArchive> for PropertyValue {
    fn from(either: AssetOrArchive) -> Self {
        match either {
            AssetOrArchive::Asset(asset) => Value::Asset(asset).into(),
            AssetOrArchive::Archive(archive) => Value::Archive(archive).into(),
        }
    }
}

impl From<Asset> for AssetOrArchive {
    fn from(asset: Asset) -> Self {
        Self::Asset(asset)
    }
}

impl From<Archive> for AssetOrArchive {
    fn from(archive: Archive) -> Self {
        Self::Archive(archive)
    }
}

/// Gives a child that takes an asset or an archive one of them.
macro_rules! either {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Input<AssetOrArchive> {
            fn from(value: $kind) -> Self {
                AssetOrArchive::from(value).into()
            }
        }

        impl From<Input<$kind>> for Input<AssetOrArchive> {
            fn from(input: Input<$kind>) -> Self {
                input.into_output().map(AssetOrArchive::from).into()
            }
        }

        impl From<Output<$kind>> for Input<AssetOrArchive> {
            fn from(output: Output<$kind>) -> Self {
                output.map(AssetOrArchive::from).into()
            }
        }
    )*};
}
either!(Asset, Archive);

impl Encode for AssetOrArchive {
    fn encode(self) -> Encoding {
        std::future::ready(Ok(self.into())).boxed()
    }
}

impl PropertyValue {
    /// The value as plain JSON, where it is: without marks, and nothing that JSON has no word for.
    pub fn to_json(&self) -> Option<serde_json::Value> {
        if self.secret || !self.dependencies.is_empty() {
            return None;
        }
        Some(match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            #[expect(clippy::cast_possible_truncation, reason = "whole, and within the range of i64")]
            Value::Number(number) if number.fract() == 0.0 && number.abs() <= 9e15 => (*number as i64).into(),
            Value::Number(number) => (*number).into(),
            Value::String(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::to_json).collect::<Option<Vec<_>>>()?.into(),
            Value::Object(members) => {
                let members = members.iter().map(|(name, member)| Some((name.clone(), member.to_json()?)));
                serde_json::Value::Object(members.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}

/// Where the resources of a package schema are.
pub(crate) const RESOURCES: &str = "#/resources/";

/// The token of the resource that a reference of a schema leads to.
pub(crate) fn referenced(reference: &str) -> Cow<'_, str> {
    let token = reference.rsplit(RESOURCES).next().unwrap_or_default();
    percent_decode_str(token).decode_utf8_lossy()
}
