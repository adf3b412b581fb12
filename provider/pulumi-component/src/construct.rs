//! One construction from request to outputs: check, decode, prepare, construct, finish.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::checks::Checks;
use crate::component::Component;
use crate::context::{ConstructRequest, Context, Log};
use crate::decode::from_properties;
use crate::error::{ConstructError, PropertyError, panic_message};
use crate::monitor::{MonitorError, ResourceMonitor};
use crate::property::{PropertyMap, Urn};
use crate::schema;
use crate::scope::{Run, resolve_outputs};

/// A component that is finished.
#[derive(Clone, Debug)]
pub struct Constructed {
    /// Its name in the deployment.
    pub urn: Urn,
    /// Its outputs, the same that were recorded.
    pub outputs: PropertyMap,
}

/// Inputs as the component takes them, with the warnings about them.
fn decode<T: Component>(inputs: &PropertyMap) -> Result<(T::Args, Vec<PropertyError>), ConstructError> {
    let mut problems = schema::check::<T::Args>(inputs);
    let mut warnings = Vec::new();
    let args = match from_properties::<T::Args>(inputs.clone()) {
        Ok(args) => {
            let mut checks = Checks::default();
            T::check(&args, &mut checks);
            let (errors, told) = checks.into_parts();
            problems.extend(errors);
            warnings = told;
            Some(args)
        }
        // What does not decode is told by the schema already, except for what the schema cannot say.
        Err(error) if problems.is_empty() => return Err(ConstructError::InvalidInputs(vec![error])),
        Err(_) => None,
    };
    match args {
        Some(args) if problems.is_empty() => Ok((args, warnings)),
        _ => Err(ConstructError::InvalidInputs(problems)),
    }
}

/// Constructs a component against a monitor.
///
/// # Errors
/// With all wrong inputs, or with what failed; then nothing further is registered.
pub async fn construct<T: Component>(
    request: ConstructRequest,
    monitor: Arc<dyn ResourceMonitor>,
    log: Arc<dyn Log>,
) -> Result<Constructed, ConstructError> {
    let (args, warnings) = decode::<T>(&request.inputs)?;
    let context = Context { request: Arc::new(request), monitor: monitor.clone(), log };
    for warning in warnings {
        context.warn(warning.to_string()).await;
    }
    let facts = T::prepare(&context, &args).await?;

    let run = Run::new(context);
    let scope = run.outermost();
    let described = catch_unwind(AssertUnwindSafe(|| T::construct(&scope, args, &facts)))
        .unwrap_or_else(|panic| Err(ConstructError::Internal(panic_message(panic.as_ref()))));
    let outputs = described.map(|component| component.encode());
    // Whatever was described before a failure is under way and is waited for.
    let finished = run.finish().await;
    let outputs = outputs?;
    finished?;
    let outputs = resolve_outputs(outputs).await?;
    // A closure on the way to an output may have started nothing, but it may have failed.
    run.finish().await?;
    let urn = scope.urn().resolve().await?;
    let urn = urn.value.clone().ok_or_else(|| ConstructError::Internal("the component has no URN".into()))?;
    monitor.register_outputs(urn.clone(), outputs.clone()).await.map_err(|error| match error {
        MonitorError::Refused(reason) => ConstructError::Failed(format!("recording the outputs of {urn}: {reason}")),
        MonitorError::Cancelled => ConstructError::Cancelled,
    })?;
    Ok(Constructed { urn, outputs })
}
