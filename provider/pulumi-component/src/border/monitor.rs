//! The engine as a component sees it: where resources are registered and functions are called.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;

use crate::border::hook::Hook;
use crate::border::package::Package;
use crate::border::registration_options::RegistrationOptions;
use crate::border::transform::Transform;
use crate::values::property::{PropertyMap, Urn};

/// The engine's resource monitor: the real one over gRPC, or [`crate::testing::MockMonitor`].
pub trait ResourceMonitor: Send + Sync + 'static {
    /// Registers a resource and waits until the engine is done with it, which may take hours.
    fn register(&self, registration: Registration) -> BoxFuture<'_, Result<Registered, MonitorError>>;

    /// Reads a resource that exists and is managed elsewhere.
    fn read(&self, reading: Reading) -> BoxFuture<'_, Result<Registered, MonitorError>>;

    /// Records the outputs of a component. Exactly once, after all of its children.
    fn register_outputs(&self, urn: Urn, outputs: PropertyMap) -> BoxFuture<'_, Result<(), MonitorError>>;

    /// Calls a function of a provider.
    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Result<Invoked, MonitorError>>;

    /// Calls a method of a component; the result has its marks and what each member came from.
    fn call(&self, call: MethodCall) -> BoxFuture<'_, Result<PropertyMap, MonitorError>>;
}

/// Everything that is said of a resource when it is registered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registration {
    /// Type token.
    pub type_token: String,
    /// Logical name.
    pub name: String,
    /// The parent's URN; empty for the stack.
    pub parent: String,
    /// Whether a provider manages it; a component is managed by nobody.
    pub custom: bool,
    /// Whether it is a component of another package, which that package's provider constructs.
    pub remote: bool,
    /// Its inputs, with their marks.
    pub inputs: PropertyMap,
    /// Everything it waits for: stated, and found in its inputs.
    pub dependencies: BTreeSet<Urn>,
    /// Which input came from which resources; one entry for each input, also where it is empty.
    pub property_dependencies: BTreeMap<String, BTreeSet<Urn>>,
    /// Reference of the provider; empty for the engine's choice.
    pub provider: String,
    /// The package that defines its type; `None` for a component of this package.
    pub package: Option<Package>,
    /// What is said of it beside its inputs.
    pub options: RegistrationOptions,
    /// Closures around its operations, each under a name that no other one has.
    pub hooks: Vec<(String, Hook)>,
    /// Closures that change how it, and what is below it, is registered.
    pub transforms: Vec<Transform>,
    /// The engine's handle of the call that this request belongs to.
    pub stack_trace_handle: String,
}

/// A resource that exists and is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Type token.
    pub type_token: String,
    /// Logical name.
    pub name: String,
    /// The provider's id.
    pub id: String,
    /// The parent's URN.
    pub parent: String,
    /// Properties that the provider needs to find it.
    pub inputs: PropertyMap,
    /// Everything it waits for.
    pub dependencies: BTreeSet<Urn>,
    /// Reference of the provider; empty for the engine's choice.
    pub provider: String,
    /// The package that defines its type.
    pub package: Option<Package>,
    /// Names of outputs that are secret.
    pub additional_secret_outputs: Vec<String>,
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
    /// The outputs, with what each came from; for a component of this package always empty.
    pub outputs: PropertyMap,
    /// Outputs that cannot be read, each with the reason. Reading one is an error; the resource itself is created.
    pub unreadable: BTreeMap<String, String>,
    /// The resource was left out of this run: its outputs are unknown, even in an update.
    pub unknown: bool,
}

impl Registered {
    /// An answer whose outputs can all be read.
    pub fn new(urn: Urn, id: impl Into<String>, outputs: PropertyMap) -> Self {
        Self { urn, id: id.into(), outputs, unreadable: BTreeMap::new(), unknown: false }
    }
}

/// A call of a provider's function.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Invocation {
    /// The function's token.
    pub token: String,
    /// Its arguments, all known.
    pub arguments: PropertyMap,
    /// Reference of the provider; empty for the engine's choice.
    pub provider: String,
    /// The package that defines the function; `None` for the engine's own.
    pub package: Option<Package>,
    /// The component that asks; empty before it is registered.
    pub parent: String,
    /// Resources that must be there first.
    pub dependencies: BTreeSet<Urn>,
    /// The engine's handle of the call that this request belongs to.
    pub stack_trace_handle: String,
}

/// A call of a method of a component.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MethodCall {
    /// The method's token: the component's type token, a slash, the method's name.
    pub token: String,
    /// Its arguments, with their marks, and the component as `__self__`.
    pub arguments: PropertyMap,
    /// Which argument came from which resources; one entry for each argument, also where it is empty.
    pub argument_dependencies: BTreeMap<String, BTreeSet<Urn>>,
    /// Reference of the provider; empty for the engine's choice.
    pub provider: String,
    /// The package that defines the component.
    pub package: Option<Package>,
    /// The engine's handle of the call that this request belongs to.
    pub stack_trace_handle: String,
}

/// What a function answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Invoked {
    /// The result, with its marks.
    pub result: PropertyMap,
    /// A preview cannot know it: something that the call depends on is not there yet.
    pub unknown: bool,
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
