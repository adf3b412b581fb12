//! Methods of components: functions that a program calls on a component it has.

use std::future::Future;
use std::sync::Arc;

use property_path::PropertyError;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::author::component::{Outputs, PreparedComponent};
use crate::author::construct::{Runtime, settle};
use crate::author::context::{Context, Deployment};
use crate::author::reference::Reference;
use crate::author::scope::{Run, Scope};
use crate::border::logger::Logger;
use crate::schema::arguments;
use crate::schema::checks::Checks;
use crate::values::error::Error;
use crate::values::panic::caught;
use crate::values::property::{PropertyMap, Value};

/// A method of a component.
///
/// It may add children to the component and read the component's outputs; it neither waits nor looks inside values that
/// are not there yet.
pub trait Method: Send + Sync + 'static {
    /// Its name in programs, in camelCase.
    const NAME: &'static str;

    /// What it does, as every SDK says it.
    const DESCRIPTION: &'static str;

    /// The component that has it.
    type Component: PreparedComponent;

    /// Its arguments.
    type Args: DeserializeOwned + JsonSchema + Send + Sync + 'static;

    /// What it gives back.
    type Result: Outputs;

    /// What the schema of a single argument cannot say. All problems at once.
    fn check(_args: &Self::Args, _checks: &mut Checks) {}

    /// Looks at the world before anything is described. The one asynchronous step.
    fn prepare(_context: &Context, _args: &Self::Args) -> impl Future<Output = Result<(), Error>> + Send {
        std::future::ready(Ok(()))
    }

    /// Describes what the method adds and what it gives back.
    ///
    /// # Errors
    /// When it cannot be described from these arguments. [`Error::InvalidInputs`] is told as the program's
    /// own mistake; anything else ends the deployment.
    fn call(scope: &Scope, this: &Reference<Self::Component>, args: Self::Args) -> Result<Self::Result, Error>;
}

/// A request to call a method, apart from any wire format.
#[derive(Clone, Debug, Default)]
pub struct CallRequest {
    /// The deployment that it is part of.
    pub deployment: Deployment,
    /// The arguments as the program gave them, with the component as `__self__`.
    pub arguments: PropertyMap,
}

/// The argument that holds the component itself.
const SELF: &str = "__self__";

/// Calls a method against a monitor.
///
/// # Errors
/// With all wrong arguments, or with what failed.
pub async fn call<M: Method>(mut request: CallRequest, runtime: Runtime) -> Result<PropertyMap, Error> {
    let this = match request.arguments.remove(SELF).map(|this| this.value) {
        Some(Value::Resource(reference)) => Reference::<M::Component>::new(reference),
        _ => Err(PropertyError::new(SELF, "expected the component itself")),
    };
    let this = this.map_err(|error| Error::InvalidInputs(vec![error]))?;
    let (args, warnings) = arguments::read::<M::Args>(request.arguments, M::check)?;
    let logger = Logger::start(runtime.log, this.urn().as_str());
    let context = Context {
        deployment: Arc::new(request.deployment),
        name: this.urn().name().to_owned(),
        parent: String::new(),
        aliases: Arc::default(),
        providers: Arc::default(),
        monitor: runtime.monitor,
        logger: logger.clone(),
        configuration: runtime.configuration,
    };
    for warning in warnings {
        context.warn(warning.to_string());
    }
    let outcome = run::<M>(&this, args, context).await;
    logger.flush().await;
    outcome
}

async fn run<M: Method>(this: &Reference<M::Component>, args: M::Args, context: Context) -> Result<PropertyMap, Error> {
    M::prepare(&context, &args).await?;
    let run = Run::new(context);
    let scope = run.adopted(this.urn());
    let described = caught(|| M::call(&scope, this, args));
    let described = described.unwrap_or_else(|panic| Err(Error::Internal(panic)));
    settle(&run, described.map(|result| result.encode())).await
}
