//! Protobuf structs to property values.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use property_path::PropertyPath;
use prost_types::value::Kind;
use prost_types::{Struct, Value as Wire};

use super::decode_error::DecodeError;
use super::signatures::{ARCHIVE, ASSET, BYTES, OUTPUT, RESOURCE, SECRET, SIGNATURE, UNKNOWNS};
use crate::values::property::{
    Archive, ArchiveSource, Asset, AssetSource, PropertyMap, PropertyValue, ResourceReference, Urn, Value,
};

/// Decodes the properties of a message.
///
/// # Errors
/// For an unknown signature or a malformed member of a special value.
pub fn decode_map(properties: Struct) -> Result<PropertyMap, DecodeError> {
    properties
        .fields
        .into_iter()
        .map(|(name, value)| {
            decode_value(value)
                .map(|value| (name.clone(), value))
                .map_err(|error| error.under(PropertyPath::root().member(name)))
        })
        .collect()
}

/// Decodes one value.
///
/// # Errors
/// For an unknown signature or a malformed member of a special value.
pub fn decode_value(value: Wire) -> Result<PropertyValue, DecodeError> {
    Ok(match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null.into(),
        Some(Kind::BoolValue(value)) => Value::Bool(value).into(),
        Some(Kind::NumberValue(value)) => Value::Number(value).into(),
        Some(Kind::StringValue(text)) if UNKNOWNS.contains(&text.as_str()) => PropertyValue::unknown(),
        Some(Kind::StringValue(text)) => Value::String(text).into(),
        Some(Kind::ListValue(list)) => {
            let items = list.values.into_iter().enumerate();
            let items = items.map(|(index, item)| decode_value(item).map_err(|error| error.under(index.into())));
            Value::List(items.collect::<Result<_, _>>()?).into()
        }
        Some(Kind::StructValue(members)) => match members.fields.get(SIGNATURE) {
            None => Value::Object(decode_map(members)?).into(),
            Some(signature) => special(text_of(signature).unwrap_or_default().to_owned().as_str(), members.fields)?,
        },
    })
}

/// Whether a value is or holds an output value, references left aside: then each leaf names its own dependencies.
pub(crate) fn contains_output(value: &Wire) -> bool {
    match &value.kind {
        Some(Kind::ListValue(list)) => list.values.iter().any(contains_output),
        Some(Kind::StructValue(members)) => match members.fields.get(SIGNATURE).and_then(text_of) {
            Some(OUTPUT) => true,
            Some(RESOURCE) => false,
            _ => members.fields.values().any(contains_output),
        },
        _ => false,
    }
}

/// Decodes a struct that carries a signature.
fn special(signature: &str, mut members: BTreeMap<String, Wire>) -> Result<PropertyValue, DecodeError> {
    match signature {
        SECRET => {
            let value = members.remove("value").ok_or_else(|| DecodeError::new("a secret without a value"))?;
            Ok(PropertyValue { secret: true, ..decode_value(value)? })
        }
        OUTPUT => output_value(members),
        BYTES => {
            let text = required_text(&members, "value")?;
            let bytes =
                BASE64_STANDARD.decode(text).map_err(|_| DecodeError::new("a byte string that is not base64"))?;
            Ok(String::from_utf8(bytes).map_or_else(|error| Value::Bytes(error.into_bytes()), Value::String).into())
        }
        ASSET => {
            let hash = optional_text(&members, "hash")?;
            let source = match (
                optional_text(&members, "text")?,
                optional_text(&members, "path")?,
                optional_text(&members, "uri")?,
            ) {
                (Some(text), _, _) if !text.is_empty() => AssetSource::Text(text),
                (_, Some(path), _) if !path.is_empty() => AssetSource::Path(path),
                (_, _, Some(uri)) if !uri.is_empty() => AssetSource::Uri(uri),
                (text, _, _) => AssetSource::Text(text.unwrap_or_default()),
            };
            Ok(Value::Asset(Asset { source, hash }).into())
        }
        ARCHIVE => {
            let hash = optional_text(&members, "hash")?;
            let source =
                match (members.remove("assets"), optional_text(&members, "path")?, optional_text(&members, "uri")?) {
                    (Some(Wire { kind: Some(Kind::StructValue(assets)) }), _, _) => {
                        ArchiveSource::Assets(decode_map(assets)?)
                    }
                    (_, Some(path), _) if !path.is_empty() => ArchiveSource::Path(path),
                    (_, _, Some(uri)) if !uri.is_empty() => ArchiveSource::Uri(uri),
                    _ => return Err(DecodeError::new("an archive without assets, path or uri")),
                };
            Ok(Value::Archive(Archive { source, hash }).into())
        }
        RESOURCE => {
            let urn = required_text(&members, "urn")?;
            let package_version = optional_text(&members, "packageVersion")?.unwrap_or_default();
            let id = match members.remove("id") {
                None => None,
                Some(id) => Some(Box::new(match decode_value(id)? {
                    PropertyValue { value: Value::String(id), .. } if id.is_empty() => PropertyValue::unknown(),
                    id => id,
                })),
            };
            Ok(Value::Resource(ResourceReference { urn: Urn::new(urn), id, package_version }).into())
        }
        other => Err(DecodeError::new(format!("unknown signature `{other}`; this plugin is older than the engine"))),
    }
}

/// Decodes an output value: a value with its secrecy and its dependencies, unknown where it has no `value`.
fn output_value(mut members: BTreeMap<String, Wire>) -> Result<PropertyValue, DecodeError> {
    let mut value = match members.remove("value") {
        Some(value) => decode_value(value)?,
        None => PropertyValue::unknown(),
    };
    match members.remove("secret").map(|secret| secret.kind) {
        None => {}
        Some(Some(Kind::BoolValue(secret))) => value.secret |= secret,
        Some(_) => return Err(DecodeError::new("the `secret` of an output value is not a boolean")),
    }
    match members.remove("dependencies").map(|dependencies| dependencies.kind) {
        None => {}
        Some(Some(Kind::ListValue(dependencies))) => {
            for urn in &dependencies.values {
                let urn =
                    text_of(urn).ok_or_else(|| DecodeError::new("a dependency of an output value is not a URN"))?;
                value.dependencies.insert(Urn::new(urn));
            }
        }
        Some(_) => return Err(DecodeError::new("the `dependencies` of an output value are not a list")),
    }
    Ok(value)
}

fn text_of(value: &Wire) -> Option<&str> {
    match &value.kind {
        Some(Kind::StringValue(text)) => Some(text),
        _ => None,
    }
}

fn optional_text(members: &BTreeMap<String, Wire>, name: &str) -> Result<Option<String>, DecodeError> {
    match members.get(name) {
        None | Some(Wire { kind: None | Some(Kind::NullValue(_)) }) => Ok(None),
        Some(value) => match text_of(value) {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(DecodeError::new(format!("`{name}` is not a string"))),
        },
    }
}

fn required_text(members: &BTreeMap<String, Wire>, name: &str) -> Result<String, DecodeError> {
    optional_text(members, name)?.ok_or_else(|| DecodeError::new(format!("`{name}` is missing")))
}

/// JSON as a struct's value on the wire, for values that travel as JSON and may carry signatures.
pub(crate) fn from_json(json: serde_json::Value) -> Wire {
    let kind = match json {
        serde_json::Value::Null => Kind::NullValue(0),
        serde_json::Value::Bool(value) => Kind::BoolValue(value),
        serde_json::Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Kind::StringValue(text),
        serde_json::Value::Array(items) => {
            Kind::ListValue(prost_types::ListValue { values: items.into_iter().map(from_json).collect() })
        }
        serde_json::Value::Object(members) => {
            let fields = members.into_iter().map(|(name, member)| (name, from_json(member))).collect();
            Kind::StructValue(Struct { fields })
        }
    };
    Wire { kind: Some(kind) }
}
