//! A provider: the components of a package, and the process that serves them to the engine.

mod process;
mod service;

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::component::Component;
use crate::construct::{Constructed, construct};
use crate::context::{ConstructRequest, Log};
use crate::error::ConstructError;
use crate::monitor::ResourceMonitor;
use crate::schema::{ComponentSchema, PackageIdentity, SchemaError, package_schema};

/// The largest message that the engine sends or takes, in bytes.
pub(crate) const MESSAGE_LIMIT: usize = 400 * 1024 * 1024;

type ConstructFn = fn(
    ConstructRequest,
    Arc<dyn ResourceMonitor>,
    Arc<dyn Log>,
) -> BoxFuture<'static, Result<Constructed, ConstructError>>;

/// The components of a package.
///
/// ```no_run
/// # use pulumi_component::{PackageIdentity, Provider};
/// # fn provider(identity: PackageIdentity) -> std::process::ExitCode {
/// Provider::new(identity).serve()
/// # }
/// ```
pub struct Provider {
    identity: PackageIdentity,
    schemas: Vec<ComponentSchema>,
    constructors: Vec<(&'static str, ConstructFn)>,
}

impl Provider {
    /// A provider without components.
    pub fn new(identity: PackageIdentity) -> Self {
        Self { identity, schemas: Vec::new(), constructors: Vec::new() }
    }

    /// Adds a component.
    #[must_use]
    pub fn component<T: Component>(mut self) -> Self {
        self.schemas.push(ComponentSchema::of::<T>());
        self.constructors
            .push((T::TOKEN.as_str(), |request, monitor, log| construct::<T>(request, monitor, log).boxed()));
        self
    }

    /// The package schema, as the SDKs are generated from it.
    ///
    /// # Errors
    /// Names the first property whose Rust type Pulumi's package schema cannot express.
    pub fn schema(&self) -> Result<serde_json::Value, SchemaError> {
        package_schema(&self.identity, &self.schemas)
    }

    /// Serves the package as the engine expects of a plugin, or answers `schema`, `--help` and `--version`.
    pub fn serve(self) -> std::process::ExitCode {
        process::run(self)
    }

    fn constructor(&self, token: &str) -> Option<ConstructFn> {
        self.constructors.iter().find(|(known, _)| *known == token).map(|(_, construct)| *construct)
    }
}
