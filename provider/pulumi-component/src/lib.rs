//! Author Pulumi components in Rust.
//!
//! A component is two structs, its inputs and its outputs, and one function that describes its children. The structs
//! are decoder, schema and documentation at once; the function neither waits nor looks inside values that are not
//! there yet. Programs in TypeScript, Python, Go and YAML use the component like any other resource.

mod checks;
pub mod component;
mod construct;
pub mod context;
mod decode;
mod encode;
mod error;
mod input;
mod monitor;
mod options;
mod output;
mod property;
mod protocol;
mod provider;
mod schema;
mod scope;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod wire;

pub use checks::{Checks, Wrong};
pub use component::{Component, OutputProperty, OutputType, Outputs};
pub use construct::{Constructed, construct};
pub use context::{ConstructRequest, Context, Package};
pub use decode::{from_properties, from_value};
pub use encode::{Encode, EncodeMember, Encoding, encode_members};
pub use error::{ConstructError, Failure, PropertyError};
pub use input::Input;
pub use monitor::{Invocation, MonitorError, Registered, Registration, ResourceMonitor};
pub use options::{Alias, AliasParent, ComponentOptions, CustomTimeouts, Hooks, Resource, ResourceOptions, depends_on};
pub use output::{Output, Resolved, all, text};
pub use property::{
    Archive, ArchiveSource, Asset, AssetSource, Marks, PropertyMap, PropertyValue, ResourceReference, TypeToken, Urn,
    Value,
};
pub use provider::Provider;
pub use pulumi_component_derive::Outputs;
pub use schema::{PackageIdentity, SchemaError, check};
pub use schemars;
pub use scope::{Child, ChildHandle, Scope};
