//! Values: property values, inputs and outputs, and how they are read and written.

pub(crate) mod combine;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod encoding;
pub(crate) mod error;
pub(crate) mod input;
pub(crate) mod output;
pub(crate) mod panic;
pub(crate) mod pass_through;
#[cfg(any(feature = "engine", feature = "testing"))]
pub(crate) mod peek;
pub(crate) mod plain;
pub(crate) mod property;
pub(crate) mod serde_bridge;
pub(crate) mod serialize;
pub(crate) mod special;
pub(crate) mod suggested;
