//! Functions of packages, and the state of resources that are only referred to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Scope;
use super::asked::Answer;
use super::child::ChildHandle;
use crate::author::resource_options::ResourceOptions;
use crate::border::monitor::{Invocation, Invoked, MonitorError, Registered};
use crate::border::package::Package;
use crate::values::decode::{from_value, stripped};
use crate::values::error::Failure;
use crate::values::output::{Output, Resolved};
use crate::values::property::{PropertyMap, PropertyValue, Urn, Value};
use crate::values::serialize::encode_serialized;

/// What was asked before in this run, and is not asked again.
#[derive(Default)]
pub(super) struct Memory {
    invocations: Mutex<Vec<(Invocation, Output<Arc<Invoked>>)>>,
    states: Mutex<BTreeMap<Urn, ChildHandle>>,
}

/// The engine's own function that reads the state of a resource.
pub(crate) const GET_RESOURCE: &str = "pulumi:pulumi:getResource";

impl Scope {
    /// Calls a function of a package, by the provider that a child of the package would get.
    ///
    /// The result is unknown where an argument is, and in a preview where something it depends on is not there yet; then
    /// nothing is asked. It is secret where an argument is, and comes from whatever the arguments came from.
    pub fn invoke<T: DeserializeOwned + Clone + Send + Sync + 'static>(
        &self,
        package: &'static Package,
        token: &str,
        arguments: &impl Serialize,
        options: ResourceOptions,
    ) -> Output<T> {
        let arguments = encode_serialized(arguments);
        let provider = options.provider.clone().unwrap_or_else(|| self.provider_of(package));
        let (scope, token) = (self.clone(), token.to_owned());
        Output::from_future(async move {
            let stated = super::child::ResolvedOptions::of(options, &scope.name, None);
            let (arguments, provider, parent, stated) =
                futures::join!(arguments, provider.resolve(), scope.urn.resolve(), stated);
            let arguments = arguments?;
            let marks = arguments.marks();
            let dependencies = stated?.dependencies;
            let mut resolved = Resolved { value: None, secret: marks.secret, dependencies: marks.dependencies };
            resolved.dependencies.extend(dependencies.iter().cloned());
            // What a function reads of a resource that is not there yet, it would not find.
            if marks.unknown || scope.run.awaits(&dependencies) {
                return Ok(resolved);
            }
            let arguments = match stripped(arguments).value {
                Value::Object(arguments) => arguments,
                _ => PropertyMap::new(),
            };
            let invocation = Invocation {
                token: token.clone(),
                arguments,
                provider: provider?.value.clone().unwrap_or_default(),
                package: Some(*package),
                parent: parent?.value.as_ref().map(ToString::to_string).unwrap_or_default(),
                dependencies,
                stack_trace_handle: scope.run.context.deployment.stack_trace_handle.clone(),
            };
            let answered = scope.ask(invocation).resolve().await?;
            let Some(invoked) = &answered.value else { return Ok(resolved) };
            let result = PropertyValue::from(invoked.result.clone());
            let found = result.marks();
            resolved.secret |= found.secret;
            resolved.dependencies.extend(found.dependencies);
            if invoked.unknown || found.unknown {
                return Ok(resolved);
            }
            match from_value(result) {
                Ok(value) => resolved.value = Some(value),
                // A provider whose configuration a preview does not know answers with nothing.
                Err(_) if scope.is_preview() && invoked.result.is_empty() => {}
                Err(error) => return Err(Failure::failed(format!("the result of {token}: {error}"))),
            }
            Ok(resolved)
        })
    }

    /// Asks once, whoever asks the same again in this run.
    fn ask(&self, invocation: Invocation) -> Output<Arc<Invoked>> {
        let mut known = self.run.memory.invocations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, answer)) = known.iter().find(|(asked, _)| *asked == invocation) {
            return answer.clone();
        }
        let (monitor, asked) = (self.run.context.monitor.clone(), invocation.clone());
        let answer = Output::from_future(async move {
            let token = asked.token.clone();
            let invoked = monitor.invoke(asked).await.map_err(|error| match error {
                MonitorError::Refused(reason) => Failure::failed(format!("calling {token}: {reason}")),
                MonitorError::Cancelled => Failure::Cancelled,
            })?;
            Ok(Resolved::known(Arc::new(invoked)))
        });
        known.push((invocation, answer.clone()));
        answer
    }

    /// The state of a resource that is only referred to, as the engine knows it.
    pub(crate) fn state_of(&self, urn: &Urn) -> ChildHandle {
        let mut known = self.run.memory.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = known.get(urn) {
            return handle.clone();
        }
        let invocation = Invocation {
            token: GET_RESOURCE.to_owned(),
            arguments: [("urn".to_owned(), PropertyValue::from(urn.as_str()))].into(),
            stack_trace_handle: self.run.context.deployment.stack_trace_handle.clone(),
            ..Invocation::default()
        };
        let (answer, of) = (self.ask(invocation), urn.clone());
        let answer = answer.map(move |invoked| {
            let mut result = invoked.result.clone();
            let outputs = match result.remove("state").map(|state| state.value) {
                Some(Value::Object(outputs)) => outputs,
                _ => PropertyMap::new(),
            };
            let id = result.get("id").and_then(PropertyValue::as_str).unwrap_or_default().to_owned();
            Answer(Arc::new(Registered { urn: of, id, outputs, unreadable: BTreeMap::new(), unknown: invoked.unknown }))
        });
        let handle = ChildHandle::new(answer, self.is_preview(), false);
        known.insert(urn.clone(), handle.clone());
        handle
    }
}
