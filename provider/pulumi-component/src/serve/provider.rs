//! What a provider serves: the components, methods and functions of a package.

use std::any::Any;
use std::process::ExitCode;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::configuration::ConfigurationType;
use super::identity::PackageIdentity;
use super::package::{ComponentSchema, FunctionSchema, MethodSchema, PackageParts};
use crate::author::component::PreparedComponent;
use crate::author::construct::{Constructed, Runtime, construct};
use crate::author::context::ConstructRequest;
use crate::author::function::{Function, FunctionContext, invoke};
use crate::author::method::{CallRequest, Method, call};
use crate::schema::SchemaError;
use crate::values::error::Error;
use crate::values::property::PropertyMap;

pub(super) type ConstructFn = fn(ConstructRequest, Runtime) -> BoxFuture<'static, Result<Constructed, Error>>;
pub(super) type CallFn = fn(CallRequest, Runtime) -> BoxFuture<'static, Result<PropertyMap, Error>>;
pub(super) type InvokeFn = fn(FunctionContext, PropertyMap) -> BoxFuture<'static, Result<PropertyMap, Error>>;

/// The components of a package, with their methods, its functions and its configuration.
///
/// ```no_run
/// # use pulumi_component::{PackageIdentity, Provider};
/// # fn provider(identity: PackageIdentity) -> std::process::ExitCode {
/// Provider::new(identity).serve()
/// # }
/// ```
pub struct Provider {
    pub(super) identity: PackageIdentity,
    pub(super) parts: PackageParts,
    pub(super) constructors: Vec<(&'static str, ConstructFn)>,
    pub(super) methods: Vec<(String, CallFn)>,
    pub(super) functions: Vec<(&'static str, InvokeFn)>,
    pub(super) configuration: Option<ConfigurationType>,
    pub(super) orphan_check: Duration,
    pub(super) commands: Vec<Command>,
}

/// A word of the command line that is answered instead of serving.
#[derive(Clone, Copy)]
pub(super) struct Command {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) run: fn(&[String]) -> ExitCode,
}

impl Provider {
    /// A provider without components.
    pub fn new(identity: PackageIdentity) -> Self {
        Self {
            identity,
            parts: PackageParts::default(),
            constructors: Vec::new(),
            methods: Vec::new(),
            functions: Vec::new(),
            configuration: None,
            orphan_check: Duration::from_secs(5 * 60),
            commands: Vec::new(),
        }
    }

    /// Adds a component.
    #[must_use]
    pub fn component<T: PreparedComponent>(mut self) -> Self {
        self.parts.components.push(ComponentSchema::of::<T>());
        self.constructors.push((T::TOKEN.as_str(), |request, runtime| construct::<T>(request, runtime).boxed()));
        self
    }

    /// Adds a method of a component.
    #[must_use]
    pub fn method<M: Method>(mut self) -> Self {
        let schema = MethodSchema::of::<M>();
        self.methods.push((schema.token(), |request, runtime| call::<M>(request, runtime).boxed()));
        self.parts.methods.push(schema);
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function<F: Function>(mut self) -> Self {
        self.parts.functions.push(FunctionSchema::of::<F>());
        self.functions.push((F::TOKEN.as_str(), |context, arguments| invoke::<F>(context, arguments).boxed()));
        self
    }

    /// Declares the provider's configuration: what a stack sets under the package's name, or an explicit provider
    /// takes as its arguments. Components read it by [`Context::provider_config`](crate::Context::provider_config).
    #[must_use]
    pub fn config<C: DeserializeOwned + JsonSchema + Any + Send + Sync>(mut self) -> Self {
        let configuration = ConfigurationType::of::<C>();
        self.parts.configuration = Some(configuration.describe);
        self.configuration = Some(configuration);
        self
    }

    /// How often a plugin that an engine started looks whether that engine is still there; else it ends by itself.
    /// Default: 5 minutes.
    #[must_use]
    pub fn orphan_check(mut self, every: Duration) -> Self {
        self.orphan_check = every;
        self
    }

    /// Adds a word of the command line for people, such as `doctor`: `run` is given the arguments after it. `--help`
    /// shows it with `about`.
    #[must_use]
    pub fn command(mut self, name: &'static str, about: &'static str, run: fn(&[String]) -> ExitCode) -> Self {
        self.commands.push(Command { name, about, run });
        self
    }

    /// The package schema, as the SDKs are generated from it.
    ///
    /// # Errors
    /// Names the first property whose Rust type Pulumi's package schema cannot express.
    pub fn schema(&self) -> Result<serde_json::Value, SchemaError> {
        self.parts.schema(&self.identity)
    }

    /// Looks whether the package can be described.
    ///
    /// # Errors
    /// As [`Self::schema`].
    pub(crate) fn check(&self) -> Result<(), SchemaError> {
        self.parts.check(&self.identity)
    }

    pub(super) fn constructor(&self, token: &str) -> Option<ConstructFn> {
        self.constructors.iter().find(|(known, _)| *known == token).map(|(_, construct)| *construct)
    }

    pub(super) fn method_of(&self, token: &str) -> Option<CallFn> {
        self.methods.iter().find(|(known, _)| known == token).map(|(_, call)| *call)
    }

    pub(super) fn function_of(&self, token: &str) -> Option<InvokeFn> {
        self.functions.iter().find(|(known, _)| *known == token).map(|(_, invoke)| *invoke)
    }
}
