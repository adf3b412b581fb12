//! One construction from request to outputs: check, decode, prepare, construct, finish.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::component::Component;
use crate::context::{ConstructRequest, Context, Log};
use crate::decode::from_properties;
use crate::error::{ConstructError, panic_message};
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

/// Constructs a component against a monitor.
///
/// # Errors
/// With all wrong inputs, or with what failed; then nothing further is registered.
pub async fn construct<T: Component>(
    request: ConstructRequest,
    monitor: Arc<dyn ResourceMonitor>,
    log: Arc<dyn Log>,
) -> Result<Constructed, ConstructError> {
    let problems = schema::check::<T::Args>(&request.inputs);
    if !problems.is_empty() {
        return Err(ConstructError::InvalidInputs(problems));
    }
    let args: T::Args =
        from_properties(request.inputs.clone()).map_err(|error| ConstructError::InvalidInputs(vec![error]))?;
    let problems = T::check(&args);
    if !problems.is_empty() {
        return Err(ConstructError::InvalidInputs(problems));
    }
    let context = Context { request: Arc::new(request), monitor: monitor.clone(), log };
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
