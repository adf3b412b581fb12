#![doc = include_str!("../README.md")]

// The macros name this crate by its path, also inside it.
extern crate self as pulumi_component;

mod author;
mod border;
mod protocol;
mod schema;
mod serve;
#[cfg(any(test, doc, feature = "testing"))]
pub mod testing;
mod values;
mod wire;

pub use author::component::{Component, Outputs, PreparedComponent};
pub use author::context::Context;
pub use author::function::{Function, FunctionContext};
pub use author::method::Method;
pub use author::resource_options::ResourceOptions;
pub use author::scope::{Child, Scope};
pub use border::package::Package;
pub use pulumi_component_derive::{Outputs, args, interpolate, token};
pub use schema::checks::{Checks, InvalidValue};
pub use serve::PackageIdentity;
pub use serve::Provider;
pub use values::combine::all;
pub use values::error::Error;
pub use values::input::Input;
pub use values::output::Output;
pub use values::pass_through::PassThrough;
pub use values::property::TypeToken;
pub use {schemars, serde};

/// What children are registered with: aliases, timeouts, hooks, transforms.
pub mod options {
    pub use crate::author::resource_options::{Resource, depends_on};
    pub use crate::border::hook::{AfterFailure, FailedOperation, Hook, HookEvent, Hooks};
    pub use crate::border::naming::NameBound;
    pub use crate::border::package::Parameterization;
    pub use crate::border::registration_options::{Alias, CustomTimeouts};
    pub use crate::border::transform::{Transform, Transformed};
}

/// Values: those that are neither JSON nor Rust's own, references to resources, and paths to properties.
pub mod value {
    pub use property_path::{PathStep, PropertyError, PropertyPath};

    pub use crate::author::reference::{Reference, ResourceType};
    pub use crate::schema::text::{Scalar, Text};
    pub use crate::values::encode::{Encode, Serialized};
    pub use crate::values::plain::Plain;
    pub use crate::values::property::{
        Archive, ArchiveSource, Asset, AssetSource, Marks, PropertyMap, PropertyValue, ResourceReference, Urn, Value,
    };
    pub use crate::values::special::AssetOrArchive;
    pub use crate::values::suggested::{Suggested, Suggestion, Suggestions};
}

/// What the methods of a [`Scope`] return.
pub mod handle {
    pub use crate::author::scope::{ChildHandle, Nested, ProviderHandle};
}

/// The engine's side: requests, what is asked of the engine's resource monitor, and what it answers.
///
/// For tests, and for programs that read a component's inputs without an engine. A component needs none of it.
pub mod engine {
    pub use crate::author::construct::{Constructed, Runtime, construct};
    pub use crate::author::context::{ConstructRequest, Deployment, FormerName};
    pub use crate::author::method::CallRequest;
    pub use crate::border::log::{Log, LogEntry, Severity};
    pub use crate::border::monitor::{
        Invocation, Invoked, MethodCall, MonitorError, Reading, Registered, Registration, ResourceMonitor,
    };
    pub use crate::border::naming::AUTO_NAME_SUFFIX;
    pub use crate::border::registration_options::RegistrationOptions;
    pub use crate::schema::arguments::{Judged, judge};
    pub use crate::schema::{SchemaError, check};
    pub use crate::values::decode::{from_properties, from_value};
    pub use crate::values::error::Failure;
    pub use crate::values::output::Resolved;
    pub use crate::values::serialize::known_members;

    #[cfg(any(feature = "engine", feature = "testing"))]
    pub use crate::values::peek::{Given, Resolve};
}

/// For the code that macros and `pulumi-component-bindgen` write.
#[doc(hidden)]
pub mod generated {
    pub use pulumi_component_derive::package_name;

    pub use crate::author::component::OutputProperty;
    pub use crate::author::resource_options::ResourceOptions;
    pub use crate::author::scope::{Child, Scope};
    pub use crate::handle::ChildHandle;
    pub use crate::options::Resource;
    pub use crate::values::combine::{Eventual, Formatted, Gather, Interpolate};
    pub use crate::values::encode::{Encode, EncodeMember, encode_members, encode_output};
    pub use crate::values::encoding::Encoding;
    pub use crate::values::error::Outcome;
    pub use crate::values::input::Input;
    pub use crate::values::output::{FormatWithInterpolateOrMapInstead, Output};
    pub use crate::values::property::{Archive, PropertyValue, TypeToken, Urn};
    pub use crate::values::serialize::encode_serialized;
    pub use crate::values::special::AssetOrArchive;
}
