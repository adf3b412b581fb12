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
mod transform;

pub(crate) use decode::{contains_output, from_json};
pub use decode::{decode_map, decode_value};
pub use decode_error::DecodeError;
pub use encode::{Secrets, encode_map, encode_value};

pub(crate) use crate::values::property::UNKNOWN;
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

/// A struct with this key is not an object; the key's value says what it is.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
const ASSET: &str = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE: &str = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT: &str = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const BYTES: &str = "803fd3297a5875dc03ca845dda5d2a98";

/// All texts that stand for unknown values: string, boolean, number, array, asset, archive, object.
const UNKNOWNS: [&str; 7] = [
    UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/// The largest message that the engine sends or takes, in bytes.
pub(crate) const MESSAGE_LIMIT: usize = 400 * 1024 * 1024;
