//! The border to protobuf: the only module that knows how Pulumi writes values, requests and errors.
//!
//! Facts: `sdk/proto` of pulumi/pulumi and the signatures in its `resource` package, engine 3.259.

mod callbacks;
mod decode;
mod decode_error;
mod duration;
mod encode;
pub(crate) mod error;
mod features;
pub(crate) mod monitor;
pub(crate) mod raw;
mod registering;
mod registration;
pub(crate) mod request;
mod signatures;
mod transform;

pub(crate) use decode::{contains_output, from_json};
pub use decode::{decode_map, decode_value};
pub use decode_error::DecodeError;
pub use encode::{Secrets, encode_map, encode_value};

use crate::values::property::{PropertyMap, PropertyValue};
use raw::Raw;

/// Reads the properties of a message.
///
/// # Errors
/// For the first property that cannot be decoded.
pub(crate) fn read(properties: Option<Raw>) -> Result<PropertyMap, DecodeError> {
    decode_map(properties.unwrap_or_default().structure()?)
}

/// Reads a value of a message.
///
/// # Errors
/// When it cannot be decoded.
pub(crate) fn read_value(value: &Raw) -> Result<PropertyValue, DecodeError> {
    decode_value(value.value()?)
}

/// Properties for a message.
pub(crate) fn write(properties: &PropertyMap, secrets: Secrets) -> Raw {
    encode_map(properties, secrets).into()
}

/// A value for a message.
pub(crate) fn write_value(value: &PropertyValue, secrets: Secrets) -> Raw {
    encode_value(value, secrets).into()
}

/// The largest message that the engine sends or takes, in bytes.
pub(crate) const MESSAGE_LIMIT: usize = 400 * 1024 * 1024;
