//! Where children are described: each one is registered as soon as its inputs, its parent and what it depends on are
//! there, all of them at once.

mod asked;
mod call;
mod child;
mod invoke;
mod nested;
mod provider;
mod run;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::try_join_all;

pub use child::{Child, ChildHandle};
#[cfg(any(test, doc, feature = "testing"))]
pub(crate) use invoke::GET_RESOURCE;
pub use nested::Nested;
pub use provider::ProviderHandle;
pub(crate) use run::Run;

use crate::author::context::Context;
use crate::border::package::Package;
use crate::values::encoding::Encoding;
use crate::values::error::Failure;
use crate::values::output::{Output, Resolved};
use crate::values::property::{PropertyMap, Urn, Value};

/// A component under construction, to which children are added.
#[derive(Clone)]
pub struct Scope {
    run: Arc<Run>,
    name: String,
    /// The types from the outermost component to this one: what a child's URN says of its parents.
    types: String,
    urn: Output<Urn>,
    /// The providers that were chosen on the way from the outermost component to this one.
    providers: BTreeMap<String, Output<String>>,
    /// The resources below this component and below each one around it.
    members: Vec<Members>,
}

/// What is managed by a provider below a component: who waits for the component waits for these.
type Members = Arc<Mutex<Vec<Output<Urn>>>>;

impl Scope {
    fn new(run: Arc<Run>, name: String, types: String, urn: Output<Urn>) -> Self {
        Self { run, name, types, urn, providers: BTreeMap::new(), members: Vec::new() }
    }

    /// Logical name of the component.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is a preview.
    pub fn is_preview(&self) -> bool {
        self.run.context.is_preview()
    }

    /// The run, with the stack's names and configuration.
    pub fn context(&self) -> &Context {
        &self.run.context
    }

    /// The component's own name in the deployment.
    pub fn urn(&self) -> &Output<Urn> {
        &self.urn
    }

    /// The provider that a child of a package gets; empty leaves the choice to the engine.
    fn provider_of(&self, package: &Package) -> Output<String> {
        let name = package.provided_name();
        match self.providers.get(name) {
            Some(chosen) => chosen.clone(),
            None => Output::known(self.run.context.providers.get(name).cloned().unwrap_or_default()),
        }
    }

    /// Notes a resource as a member of this component and of those around it.
    fn joined_by(&self, urn: &Output<Urn>) {
        for members in &self.members {
            members.lock().unwrap_or_else(PoisonError::into_inner).push(urn.clone());
        }
    }
}

/// Waits for all outputs of a component.
pub(crate) async fn resolve_outputs(outputs: Vec<(&'static str, Encoding)>) -> Result<PropertyMap, Failure> {
    let outputs = outputs.into_iter().map(|(name, value)| async move {
        Ok((name.to_owned(), value.await.map_err(|failure: Failure| failure.within(format!("output `{name}`")))?))
    });
    let mut outputs = try_join_all(outputs).await?;
    outputs.retain(|(_, value)| value.value != Value::Null);
    Ok(outputs.into_iter().collect())
}

/// A resource depends on itself in the eyes of everyone who uses its outputs.
fn depends_on_itself(urn: &Output<Urn>) -> Output<Urn> {
    let urn = urn.clone();
    Output::from_future(async move {
        let resolved = urn.resolve().await?;
        let dependencies = resolved.value.iter().cloned().collect();
        Ok(Resolved { value: resolved.value.clone(), secret: false, dependencies })
    })
}
