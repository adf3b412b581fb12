//! One construction from request to outputs: check, decode, prepare, construct, finish.

use std::any::Any;
use std::sync::Arc;

use crate::author::component::PreparedComponent;
use crate::author::context::{ConstructRequest, Context};
use crate::author::scope::{Run, resolve_outputs};
use crate::border::log::Log;
use crate::border::logger::Logger;
use crate::border::monitor::{MonitorError, ResourceMonitor};
use crate::schema::arguments::{self, Judged};
use crate::values::encoding::Encoding;
use crate::values::error::Error;
use crate::values::panic::caught;
use crate::values::property::{PropertyMap, Urn};

/// A component that is finished.
#[derive(Clone, Debug)]
pub struct Constructed {
    /// Its name in the deployment.
    pub urn: Urn,
    /// Its outputs, the same that were recorded.
    pub outputs: PropertyMap,
}

/// What a request is served with.
#[derive(Clone)]
pub struct Runtime {
    /// The engine's resource monitor.
    pub monitor: Arc<dyn ResourceMonitor>,
    /// Where messages to the user go.
    pub log: Arc<dyn Log>,
    /// The decoded configuration of the provider, where it has one.
    pub configuration: Option<Arc<dyn Any + Send + Sync>>,
}

/// Constructs a component against a monitor.
///
/// # Errors
/// With all wrong inputs, or with what failed; then nothing further is registered.
pub async fn construct<T: PreparedComponent>(
    request: ConstructRequest,
    runtime: Runtime,
) -> Result<Constructed, Error> {
    let logger = Logger::start(runtime.log, &request.parent);
    let context = Context {
        deployment: Arc::new(request.deployment.clone()),
        name: request.name.clone(),
        parent: request.parent.clone(),
        aliases: Arc::new(request.options.aliases.clone()),
        providers: Arc::new(request.options.providers.clone()),
        monitor: runtime.monitor,
        logger: logger.clone(),
        configuration: runtime.configuration,
    };
    let outcome = run::<T>(request, context).await;
    // What was said is there before the answer is.
    logger.flush().await;
    outcome
}

async fn run<T: PreparedComponent>(request: ConstructRequest, context: Context) -> Result<Constructed, Error> {
    let judged = arguments::judge::<T::Args>(request.inputs.clone(), T::check);
    for warning in &judged.warnings {
        context.warn(warning.to_string());
    }
    let prepared = prepared::<T>(&context, judged).await;
    let (args, prepared) = prepared.map_err(|error| arguments::concealed(error, &request.inputs))?;

    let (monitor, secret_outputs) = (context.monitor.clone(), request.options.additional_secret_outputs.clone());
    let run = Run::new(context);
    let scope = run.outermost::<T>(request);
    let described = caught(|| T::construct(&scope, args, &prepared));
    let described = described.unwrap_or_else(|panic| Err(Error::Internal(panic)));
    let outputs = described.map(|component| component.encode());
    let mut outputs = settle(&run, outputs).await?;
    for name in secret_outputs {
        // The engine does nothing about it for components.
        if let Some(output) = outputs.get_mut(&name) {
            output.secret = true;
        }
    }
    let urn = scope.urn().resolve().await?;
    let urn = urn.value.clone().ok_or_else(|| Error::Internal("the component has no URN".into()))?;
    monitor.register_outputs(urn.clone(), outputs.clone()).await.map_err(|error| match error {
        MonitorError::Refused(reason) => Error::Failed(format!("recording the outputs of {urn}: {reason}")),
        MonitorError::Cancelled => Error::Cancelled,
    })?;
    Ok(Constructed { urn, outputs })
}

/// What is learned for inputs that are right. InvalidValue ones are looked at as far as they decode, so that all that is to be
/// mended stands in one message.
async fn prepared<T: PreparedComponent>(
    context: &Context,
    mut judged: Judged<T::Args>,
) -> Result<(T::Args, T::Prepared), Error> {
    let Some(args) = judged.args.take() else { return Err(Error::InvalidInputs(judged.problems)) };
    match T::prepare(context, &args).await {
        Ok(prepared) if judged.problems.is_empty() => return Ok((args, prepared)),
        Err(Error::InvalidInputs(more)) => judged.add_learned(more),
        Err(error) if judged.problems.is_empty() => return Err(error),
        // Beside what is wrong already, why the world could not be looked at helps nobody.
        Ok(_) | Err(_) => {}
    }
    Err(Error::InvalidInputs(judged.problems))
}

/// Waits for everything that was described, and then for the outputs.
pub(crate) async fn settle(
    run: &Run,
    outputs: Result<Vec<(&'static str, Encoding)>, Error>,
) -> Result<PropertyMap, Error> {
    // Whatever was described before a failure is under way and is waited for.
    let finished = run.finish().await;
    let outputs = outputs?;
    finished?;
    let outputs = resolve_outputs(outputs).await?;
    // A closure on the way to an output may have started nothing, but it may have failed.
    run.finish().await?;
    Ok(outputs)
}
