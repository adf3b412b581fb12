//! The engine as a component sees it: where resources are registered and functions are called.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;

use crate::options::{Alias, ComponentOptions, CustomTimeouts};
use crate::property::{PropertyMap, Urn};

/// The engine's resource monitor. [`crate::provider`] has the real one, [`crate::testing`] one for tests.
pub trait ResourceMonitor: Send + Sync + 'static {
    /// Registers a resource and waits until the engine is done with it, which may take hours.
    fn register(&self, registration: Registration) -> BoxFuture<'_, Result<Registered, MonitorError>>;

    /// Records the outputs of a component. Exactly once, after all of its children.
    fn register_outputs(&self, urn: Urn, outputs: PropertyMap) -> BoxFuture<'_, Result<(), MonitorError>>;

    /// Calls a function of a provider.
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Result<PropertyMap, MonitorError>>;
}

/// Everything that is said of a resource when it is registered.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// Type token.
    pub type_token: String,
    /// Logical name.
    pub name: String,
    /// The parent's URN; empty for the stack.
    pub parent: String,
    /// Whether a provider manages it; a component is managed by nobody.
    pub custom: bool,
    /// Its inputs, with their marks.
    pub inputs: PropertyMap,
    /// Everything it waits for: stated, and found in its inputs.
    pub dependencies: BTreeSet<Urn>,
    /// Which input came from which resources; one entry for each input, also where it is empty.
    pub property_dependencies: BTreeMap<String, BTreeSet<Urn>>,
    /// Reference of the provider; empty for the engine's choice.
    pub provider: String,
    /// Version of the package whose types these are.
    pub version: String,
    /// Where the package's plugin comes from; empty for Pulumi's own.
    pub plugin_download_url: String,
    /// Former names of a child.
    pub aliases: Vec<Alias>,
    /// Property paths whose changes are ignored.
    pub ignore_changes: Vec<String>,
    /// Whether the old resource goes first.
    pub delete_before_replace: Option<bool>,
    /// How long an operation may take.
    pub custom_timeouts: Option<CustomTimeouts>,
    /// What the user said of the component; `None` for a child.
    pub component: Option<Box<ComponentOptions>>,
    /// The engine's handle of the call that this request belongs to.
    pub stack_trace_handle: String,
}

/// What the engine answers to a registration.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The name in the deployment.
    pub urn: Urn,
    /// The provider's id; empty while a preview cannot know it.
    pub id: String,
    /// The outputs; for a component always empty.
    pub outputs: PropertyMap,
    /// The resource was left out of this run: its outputs are unknown, even in an update.
    pub unknown: bool,
}

/// A call of a provider's function.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// The function's token.
    pub token: String,
    /// Its arguments, all known.
    pub arguments: PropertyMap,
    /// Reference of the provider; empty for the engine's choice.
    pub provider: String,
    /// Version of the package that defines the function.
    pub version: String,
    /// Where the package's plugin comes from; empty for Pulumi's own.
    pub plugin_download_url: String,
    /// The engine's handle of the call that this request belongs to.
    pub stack_trace_handle: String,
}

/// Why the engine did not do what it was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MonitorError {
    /// It, or a provider, refused; the text is the provider's.
    #[error("{0}")]
    Refused(String),
    /// The run is ending because something else failed; nothing to report.
    #[error("the run was cancelled")]
    Cancelled,
}
