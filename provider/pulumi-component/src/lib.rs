#![doc = include_str!("../README.md")]

// The macros name this crate by its path, also inside it.
extern crate self as pulumi_component;

mod arguments;
mod checks;
mod combine;
pub mod component;
mod construct;
pub mod context;
mod decode;
mod encode;
mod encoding;
mod error;
mod function;
mod hook;
mod input;
mod log;
mod logger;
mod method;
mod monitor;
mod naming;
mod options;
mod output;
mod package;
mod panic;
mod pass_through;
mod passage;
mod plain;
mod property;
mod protocol;
mod provider;
mod pruning;
mod reference;
mod registration_options;
mod schema;
mod scope;
mod serialize;
mod special;
mod suggested;
#[cfg(any(test, doc, feature = "testing"))]
pub mod testing;
mod text;
mod transform;
pub mod wire;

pub use arguments::{Judged, judge};
pub use checks::{Checks, Wrong};
pub use combine::{Eventual, Gather, Interpolate, all};
pub use component::{Component, OutputProperty, Outputs, PreparedComponent};
pub use construct::{Constructed, Surroundings, construct};
pub use context::{ConstructRequest, Context, Deployment, FormerName};
pub use decode::{from_properties, from_value};
pub use encode::{Encode, EncodeMember, Serialized, encode_members, encode_output};
pub use encoding::Encoding;
pub use error::{ConstructError, Failure};
pub use function::{Function, FunctionContext};
pub use hook::{AfterFailure, FailedOperation, Hook, HookEvent, Hooks};
pub use input::Input;
pub use method::{CallRequest, Method};
pub use monitor::{Invocation, Invoked, MethodCall, MonitorError, Reading, Registered, Registration, ResourceMonitor};
pub use naming::{AUTO_NAME_SUFFIX, NameBound};
pub use options::{Resource, ResourceOptions, depends_on};
#[doc(hidden)]
pub use output::FormatWithInterpolateOrMapInstead;
pub use output::{Output, Resolved};
pub use package::{Package, Parameterization};
pub use pass_through::PassThrough;
pub use plain::Plain;
pub use property::{
    Archive, ArchiveSource, Asset, AssetSource, Marks, PropertyMap, PropertyValue, ResourceReference, TypeToken, Urn,
    Value,
};
pub use property_path::{PathStep, PropertyError, PropertyPath};
pub use provider::Provider;
#[doc(hidden)]
pub use pulumi_component_derive::package_name;
pub use pulumi_component_derive::{Outputs, args, interpolate, token};
pub use reference::{Reference, ResourceType};
pub use registration_options::{Alias, AliasParent, CustomTimeouts, RegistrationOptions};
pub use schema::{PackageIdentity, SchemaError, check};
pub use scope::{Child, ChildHandle, Nested, ProviderHandle, Scope};
pub use serialize::{encode_serialized, known_members};
pub use special::AssetOrArchive;
pub use suggested::{Suggested, Suggestion, Suggestions};
pub use text::{Scalar, Text};
pub use transform::{Transform, Transformed};
pub use {schemars, serde};
