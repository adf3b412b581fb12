//! Property values to protobuf structs.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Wire};

use super::signatures::{ARCHIVE, ASSET, BYTES, OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWN};
use crate::values::property::{
    Archive, ArchiveSource, Asset, AssetSource, PropertyMap, PropertyValue, ResourceReference, Value,
};

/// What becomes of marks on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Each secret value is wrapped, so that the engine encrypts it.
    Wrap,
    /// The plain value is sent; only for a function's arguments, whose result is marked again.
    Strip,
    /// A marked value becomes an output value, with its secrecy and its dependencies; for a remote component's inputs
    /// and a method's arguments.
    Outputs,
}

/// Encodes properties. Dependencies are not written: messages carry them beside the properties.
pub fn encode_map(properties: &PropertyMap, secrets: Secrets) -> Struct {
    Struct { fields: properties.iter().map(|(name, value)| (name.clone(), encode_value(value, secrets))).collect() }
}

/// Encodes one value.
pub fn encode_value(value: &PropertyValue, secrets: Secrets) -> Wire {
    let plain = match &value.value {
        Value::Null => Wire { kind: Some(Kind::NullValue(0)) },
        Value::Bool(value) => Wire { kind: Some(Kind::BoolValue(*value)) },
        Value::Number(value) => Wire { kind: Some(Kind::NumberValue(*value)) },
        Value::String(text) => string(text),
        Value::Bytes(bytes) => special(BYTES, [("value", Some(string(&BASE64_STANDARD.encode(bytes))))]),
        Value::Unknown => string(UNKNOWN),
        Value::List(items) => {
            let values = items.iter().map(|item| encode_value(item, secrets)).collect();
            Wire { kind: Some(Kind::ListValue(ListValue { values })) }
        }
        Value::Object(members) => Wire { kind: Some(Kind::StructValue(encode_map(members, secrets))) },
        Value::Asset(asset) => encode_asset(asset),
        Value::Archive(archive) => encode_archive(archive, secrets),
        Value::Resource(reference) => encode_reference(reference, secrets),
    };
    let marked = value.secret || value.value == Value::Unknown || !value.dependencies.is_empty();
    match secrets {
        Secrets::Wrap if value.secret => special(SECRET, [("value", Some(plain))]),
        Secrets::Outputs if marked => {
            let values = value.dependencies.iter().map(|urn| string(urn.as_str())).collect::<Vec<_>>();
            let dependencies =
                (!values.is_empty()).then_some(Wire { kind: Some(Kind::ListValue(ListValue { values })) });
            let secret = value.secret.then_some(Wire { kind: Some(Kind::BoolValue(true)) });
            let known = (value.value != Value::Unknown).then_some(plain);
            special(OUTPUT, [("value", known), ("secret", secret), ("dependencies", dependencies)])
        }
        _ => plain,
    }
}

fn encode_asset(asset: &Asset) -> Wire {
    let (name, text) = match &asset.source {
        AssetSource::Text(text) => ("text", text),
        AssetSource::Path(path) => ("path", path),
        AssetSource::Uri(uri) => ("uri", uri),
    };
    special(ASSET, [(name, Some(string(text))), ("hash", asset.hash.as_deref().map(string))])
}

fn encode_archive(archive: &Archive, secrets: Secrets) -> Wire {
    let (name, value) = match &archive.source {
        ArchiveSource::Assets(assets) => {
            ("assets", Wire { kind: Some(Kind::StructValue(encode_map(assets, secrets))) })
        }
        ArchiveSource::Path(path) => ("path", string(path)),
        ArchiveSource::Uri(uri) => ("uri", string(uri)),
    };
    special(ARCHIVE, [(name, Some(value)), ("hash", archive.hash.as_deref().map(string))])
}

fn encode_reference(reference: &ResourceReference, secrets: Secrets) -> Wire {
    // Nobody reads output values inside a reference; an unknown id is the text that stands for it.
    let inside = if secrets == Secrets::Outputs { Secrets::Strip } else { secrets };
    let version = Some(reference.package_version.as_str()).filter(|version| !version.is_empty());
    special(
        RESOURCE,
        [
            ("urn", Some(string(reference.urn.as_str()))),
            ("id", reference.id.as_ref().map(|id| encode_value(id, inside))),
            ("packageVersion", version.map(string)),
        ],
    )
}

fn string(text: &str) -> Wire {
    Wire { kind: Some(Kind::StringValue(text.to_owned())) }
}

fn special<const N: usize>(signature: &str, members: [(&str, Option<Wire>); N]) -> Wire {
    let mut fields = BTreeMap::from([(SIGNATURE.to_owned(), string(signature))]);
    for (name, value) in members {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    }
    Wire { kind: Some(Kind::StructValue(Struct { fields })) }
}
