//! For the tests of component authors: a monitor that records what it is asked.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::author::component::PreparedComponent;
use crate::author::construct::{Constructed, Runtime, construct};
use crate::author::context::{ConstructRequest, Deployment};
use crate::author::function::{Function, FunctionContext, invoke};
use crate::author::method::{CallRequest, Method, call};
use crate::author::reference::ResourceType;
use crate::author::scope::GET_RESOURCE;
use crate::border::hook::{AfterFailure, FailedOperation, HookEvent, Moment};
use crate::border::log::{Log, LogEntry};
use crate::border::logger::Logger;
use crate::border::monitor::{
    Invocation, Invoked, MethodCall, MonitorError, Reading, Registered, Registration, ResourceMonitor,
};
use crate::border::transform::{Transform, Transformed};
use crate::values::error::Error;
use crate::values::property::{PropertyMap, PropertyValue, ResourceReference, Urn, Value};

/// How values are written in messages, for the crate's own tests.
#[doc(hidden)]
pub mod wire {
    pub use crate::wire::{DecodeError, Secrets, decode_map, decode_value, encode_map, encode_value};
}

/// A monitor that answers as an engine would whose providers give back what they are given, and keeps every request.
///
/// Every resource is new to it: hooks around creations and failures run, and transforms, as in an update by the engine.
/// It proves what a component asks for, not that a cloud accepts it.
#[derive(Default)]
pub struct MockMonitor {
    preview: bool,
    outputs: BTreeMap<String, PropertyMap>,
    results: BTreeMap<String, PropertyMap>,
    failures: BTreeMap<String, String>,
    unknown: BTreeSet<String>,
    states: BTreeMap<String, PropertyMap>,
    stack_config: BTreeMap<String, String>,
    configuration: Option<Arc<dyn Any + Send + Sync>>,
    delay: Option<std::time::Duration>,
    recorded: Mutex<Recorded>,
    /// The transforms that reach what is below each resource.
    transforms: Mutex<BTreeMap<String, Vec<Transform>>>,
}

/// How often a refused resource is tried where a hook asks for it.
const ATTEMPTS: usize = 3;

/// What a [`MockMonitor`] was asked, in the order of arrival.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Registrations, each with the URN it was given.
    pub registrations: Vec<(Urn, Registration)>,
    /// Resources that were read.
    pub readings: Vec<(Urn, Reading)>,
    /// Outputs of components by URN.
    pub outputs: Vec<(Urn, PropertyMap)>,
    /// Calls of functions.
    pub invocations: Vec<Invocation>,
    /// Calls of methods.
    pub calls: Vec<MethodCall>,
    /// Messages to the user.
    pub log: Vec<LogEntry>,
}

#[expect(clippy::panic, reason = "a test that names what is not there ends there")]
impl Recorded {
    /// The registration of the resource of this logical name.
    ///
    /// # Panics
    /// When there is none.
    pub fn registration(&self, name: &str) -> &Registration {
        &self.find(name).1
    }

    /// The URN that the resource of this logical name was given.
    ///
    /// # Panics
    /// When there is none.
    pub fn urn(&self, name: &str) -> Urn {
        self.find(name).0.clone()
    }

    fn find(&self, name: &str) -> &(Urn, Registration) {
        let found = self.registrations.iter().find(|(_, registration)| registration.name == name);
        found.unwrap_or_else(|| {
            let known: Vec<_> = self.registrations.iter().map(|(_, registration)| registration.name.as_str()).collect();
            panic!("nothing is called `{name}`; registered were {}", known.join(", "))
        })
    }
}

impl MockMonitor {
    /// A monitor of an update.
    pub fn update() -> Self {
        Self::default()
    }

    /// A monitor of a preview, where ids and outputs of new resources are unknown.
    pub fn preview() -> Self {
        Self { preview: true, ..Self::default() }
    }

    /// Adds outputs to every resource of a type.
    #[must_use]
    pub fn output(mut self, type_token: &str, name: &str, value: impl Into<PropertyValue>) -> Self {
        self.outputs.entry(type_token.to_owned()).or_default().insert(name.to_owned(), value.into());
        self
    }

    /// Sets what a function, or a method, answers; a method's token is `package:module:Type/method`.
    #[must_use]
    pub fn result(mut self, token: &str, name: &str, value: impl Into<PropertyValue>) -> Self {
        self.results.entry(token.to_owned()).or_default().insert(name.to_owned(), value.into());
        self
    }

    /// Sets a property of a resource that a component is given as a reference, such as one of [`reference()`].
    #[must_use]
    pub fn state(mut self, urn: &Urn, name: &str, value: impl Into<PropertyValue>) -> Self {
        self.states.entry(urn.to_string()).or_default().insert(name.to_owned(), value.into());
        self
    }

    /// Sets a value of the stack's configuration by `namespace:key`.
    #[must_use]
    pub fn config(mut self, key: &str, value: &str) -> Self {
        self.stack_config.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Sets the configuration of the provider, which components and methods read by `provider_config`.
    #[must_use]
    pub fn provider_config<C: Any + Send + Sync>(mut self, configuration: C) -> Self {
        self.configuration = Some(Arc::new(configuration));
        self
    }

    /// Lets the answer of a function be unknown, as it is in a preview where an argument or the provider is.
    #[must_use]
    pub fn unknown(mut self, token: &str) -> Self {
        self.unknown.insert(token.to_owned());
        self
    }

    /// Refuses the resource of a logical name, or the function or method of a token.
    #[must_use]
    pub fn refuse(mut self, name: &str, reason: &str) -> Self {
        self.failures.insert(name.to_owned(), reason.to_owned());
        self
    }

    /// Lets every call take its time, as an engine with a cloud behind it does.
    #[must_use]
    pub fn delay(mut self, delay: std::time::Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// What was asked so far.
    pub fn recorded(&self) -> Recorded {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn record(&self, change: impl FnOnce(&mut Recorded)) {
        change(&mut self.recorded.lock().unwrap_or_else(PoisonError::into_inner));
    }

    async fn take_time(&self) {
        if let Some(delay) = self.delay {
            tokio::time::sleep(delay).await;
        }
    }

    /// The registration as the transforms of the resource and of what is around it leave it, inner ones first.
    fn transformed(&self, urn: &Urn, mut registration: Registration) -> Result<Registration, MonitorError> {
        let mut resource = Transformed {
            type_token: registration.type_token.clone(),
            name: registration.name.clone(),
            custom: registration.custom,
            parent: (!registration.parent.is_empty()).then(|| Urn::new(&registration.parent)),
            inputs: std::mem::take(&mut registration.inputs),
            options: std::mem::take(&mut registration.options),
            provider: Some(std::mem::take(&mut registration.provider)).filter(|provider| !provider.is_empty()),
        };
        let mut transforms = registration.transforms.clone();
        {
            let mut around = self.transforms.lock().unwrap_or_else(PoisonError::into_inner);
            transforms.extend(around.get(registration.parent.as_str()).into_iter().flatten().cloned());
            around.insert(urn.to_string(), transforms.clone());
        }
        for transform in transforms {
            transform.run(&mut resource).map_err(MonitorError::Refused)?;
        }
        let Transformed { inputs, options, provider, .. } = resource;
        Ok(Registration { inputs, options, provider: provider.unwrap_or_default(), ..registration })
    }

    fn event(&self, urn: &Urn, registration: &Registration) -> HookEvent {
        HookEvent {
            urn: Some(urn.clone()),
            name: registration.name.clone(),
            type_token: registration.type_token.clone(),
            new_inputs: registration.inputs.clone(),
            ..HookEvent::default()
        }
    }

    async fn run_hooks(
        &self,
        registration: &Registration,
        moment: Moment,
        event: &HookEvent,
    ) -> Result<(), MonitorError> {
        for (name, hook) in registration.hooks.iter().filter(|(_, hook)| hook.moment() == moment) {
            if self.preview && !hook.runs_in_previews() {
                continue;
            }
            match hook.around(event.clone()).await {
                Err(reason) if !hook.warns() => return Err(MonitorError::Refused(format!("hook {name}: {reason}"))),
                _ => {}
            }
        }
        Ok(())
    }

    /// The refusal of a resource, after its hooks for failures; one that asks for another attempt gets the same answer.
    async fn refused(&self, urn: &Urn, registration: &Registration) -> Result<(), MonitorError> {
        let Some(reason) = self.failures.get(&registration.name) else { return Ok(()) };
        let mut errors = Vec::new();
        while errors.len() < ATTEMPTS {
            errors.insert(0, reason.clone());
            let mut again = false;
            for (name, hook) in registration.hooks.iter().filter(|(_, hook)| hook.moment() == Moment::OnError) {
                let event = self.event(urn, registration);
                let failed = FailedOperation { event, operation: "create".to_owned(), errors: errors.clone() };
                let answer = hook.failed(failed).await;
                let answer = answer.map_err(|error| MonitorError::Refused(format!("hook {name}: {error}")))?;
                again |= answer == AfterFailure::Retry;
            }
            if !again {
                break;
            }
        }
        Err(MonitorError::Refused(reason.clone()))
    }

    /// What a provider answers that gives back what it is given.
    fn registered(&self, urn: Urn, registration: &Registration) -> Registered {
        if !registration.custom && !registration.remote {
            return Registered::new(urn, String::new(), PropertyMap::new());
        }
        let mut outputs = registration.inputs.clone();
        for value in outputs.values_mut() {
            value.dependencies.clear();
        }
        let id = if self.preview || registration.remote { String::new() } else { format!("{}-id", registration.name) };
        if !self.preview {
            let arn = format!("arn:aws:mock:::{}", registration.name);
            outputs.entry("arn".into()).or_insert_with(|| Value::String(arn).into());
            outputs.extend(self.outputs.get(&registration.type_token).cloned().unwrap_or_default());
        }
        Registered::new(urn, id, outputs)
    }

    /// A URN as the engine makes it: the types of all parents, the name of the resource alone.
    fn urn(registration: &Registration) -> Urn {
        let parents = registration.parent.split("::").nth(2).map(|types| format!("{types}$")).unwrap_or_default();
        Urn::new(format!("urn:pulumi:stack::project::{parents}{}::{}", registration.type_token, registration.name))
    }
}

impl ResourceMonitor for MockMonitor {
    fn register(&self, registration: Registration) -> BoxFuture<'_, Result<Registered, MonitorError>> {
        async move {
            self.take_time().await;
            let urn = Self::urn(&registration);
            let registration = self.transformed(&urn, registration)?;
            self.record(|recorded| recorded.registrations.push((urn.clone(), registration.clone())));
            self.run_hooks(&registration, Moment::BeforeCreate, &self.event(&urn, &registration)).await?;
            self.refused(&urn, &registration).await?;
            let registered = self.registered(urn, &registration);
            let mut event = self.event(&registered.urn, &registration);
            event.id = (!registered.id.is_empty()).then(|| registered.id.clone());
            event.new_outputs = registered.outputs.clone();
            self.run_hooks(&registration, Moment::AfterCreate, &event).await?;
            Ok(registered)
        }
        .boxed()
    }

    fn register_outputs(&self, urn: Urn, outputs: PropertyMap) -> BoxFuture<'_, Result<(), MonitorError>> {
        async move {
            self.take_time().await;
            self.record(|recorded| recorded.outputs.push((urn, outputs)));
            Ok(())
        }
        .boxed()
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Result<Invoked, MonitorError>> {
        async move {
            self.take_time().await;
            let result = match invocation.arguments.get("urn").and_then(PropertyValue::as_str) {
                Some(urn) if invocation.token == GET_RESOURCE => {
                    let state = self.states.get(urn).cloned();
                    state.map(|state| [("state".to_owned(), state.into())].into())
                }
                _ => None,
            };
            let result = result.or_else(|| self.results.get(&invocation.token).cloned()).unwrap_or_default();
            let refused = self.failures.get(&invocation.token).cloned();
            let unknown = self.unknown.contains(&invocation.token);
            self.record(|recorded| recorded.invocations.push(invocation));
            refused.map_or(Ok(Invoked { result, unknown }), |reason| Err(MonitorError::Refused(reason)))
        }
        .boxed()
    }

    fn call(&self, call: MethodCall) -> BoxFuture<'_, Result<PropertyMap, MonitorError>> {
        async move {
            self.take_time().await;
            let result = self.results.get(&call.token).cloned().unwrap_or_default();
            let refused = self.failures.get(&call.token).cloned();
            self.record(|recorded| recorded.calls.push(call));
            refused.map_or(Ok(result), |reason| Err(MonitorError::Refused(reason)))
        }
        .boxed()
    }

    fn read(&self, reading: Reading) -> BoxFuture<'_, Result<Registered, MonitorError>> {
        async move {
            self.take_time().await;
            let of = Registration {
                type_token: reading.type_token.clone(),
                name: reading.name.clone(),
                parent: reading.parent.clone(),
                ..Registration::default()
            };
            let urn = Self::urn(&of);
            self.record(|recorded| recorded.readings.push((urn.clone(), reading.clone())));
            if let Some(reason) = self.failures.get(&reading.name) {
                return Err(MonitorError::Refused(reason.clone()));
            }
            let outputs = self.outputs.get(&reading.type_token).cloned().unwrap_or_default();
            Ok(Registered::new(urn, reading.id, outputs))
        }
        .boxed()
    }
}

impl Log for MockMonitor {
    fn log(&self, entry: LogEntry) -> BoxFuture<'_, ()> {
        self.record(|recorded| recorded.log.push(entry));
        std::future::ready(()).boxed()
    }
}

/// Constructs `T` against a mock, as the engine would ask for it.
///
/// # Errors
/// As the engine would see them.
pub async fn construct_with<T: PreparedComponent>(
    monitor: &Arc<MockMonitor>,
    name: &str,
    inputs: PropertyMap,
) -> Result<Constructed, Error> {
    let request = ConstructRequest {
        deployment: Deployment {
            project: "project".into(),
            stack: "stack".into(),
            organization: "organization".into(),
            config: monitor.stack_config.clone(),
            dry_run: monitor.preview,
            ..Deployment::default()
        },
        type_token: T::TOKEN.as_str().into(),
        name: name.into(),
        inputs,
        ..ConstructRequest::default()
    };
    construct_request::<T>(monitor, request).await
}

/// Constructs `T` against a mock from a whole request.
///
/// # Errors
/// As the engine would see them.
pub async fn construct_request<T: PreparedComponent>(
    monitor: &Arc<MockMonitor>,
    request: ConstructRequest,
) -> Result<Constructed, Error> {
    construct::<T>(request, runtime(monitor)).await
}

/// Calls the method `M` of the component with this URN against a mock, as the engine would.
///
/// # Errors
/// As the engine would see them.
pub async fn call_with<M: Method>(
    monitor: &Arc<MockMonitor>,
    this: Urn,
    mut arguments: PropertyMap,
) -> Result<PropertyMap, Error> {
    let this = ResourceReference { urn: this, id: None, package_version: String::new() };
    arguments.insert("__self__".to_owned(), Value::Resource(this).into());
    let config = monitor.stack_config.clone();
    let deployment = Deployment { dry_run: monitor.preview, config, ..Deployment::default() };
    call::<M>(CallRequest { deployment, arguments }, runtime(monitor)).await
}

/// Calls the function `F` as the engine would, by a provider with this configuration.
///
/// # Errors
/// As the engine would see them.
pub async fn invoke_with<F: Function>(
    configuration: Option<Arc<dyn Any + Send + Sync>>,
    arguments: PropertyMap,
) -> Result<PropertyMap, Error> {
    invoke::<F>(FunctionContext { preview: false, configuration, logger: None }, arguments).await
}

/// Calls the function `F` against a mock, whose provider configuration it reads and which records its messages.
///
/// # Errors
/// As the engine would see them.
pub async fn invoke_against<F: Function>(
    monitor: &Arc<MockMonitor>,
    arguments: PropertyMap,
) -> Result<PropertyMap, Error> {
    let logger = Some(Logger::start(monitor.clone(), ""));
    let configuration = monitor.configuration.clone();
    invoke::<F>(FunctionContext { preview: monitor.preview, configuration, logger }, arguments).await
}

/// Plain JSON as inputs, for tests that need no marks.
pub fn inputs(json: serde_json::Value) -> PropertyMap {
    match value(json).value {
        Value::Object(members) => members,
        _ => PropertyMap::new(),
    }
}

/// Plain JSON as a property value.
pub fn value(json: serde_json::Value) -> PropertyValue {
    PropertyValue::from_json(json)
}

/// The URN of a resource of this type and name, and a reference to it, as a program gives one. A component has no id: give
/// an empty one. What the resource holds is set by [`MockMonitor::state`].
pub fn reference<T: ResourceType>(name: &str, id: &str) -> (Urn, PropertyValue) {
    let urn = Urn::new(format!("urn:pulumi:stack::project::{}::{name}", T::TOKEN));
    let id = (!id.is_empty()).then(|| Box::new(PropertyValue::from(id)));
    let package_version = T::package().map(|package| package.version.to_owned()).unwrap_or_default();
    let reference = ResourceReference { urn: urn.clone(), id, package_version };
    (urn, Value::Resource(reference).into())
}

/// A mock as everything that a request is served with.
pub fn runtime(monitor: &Arc<MockMonitor>) -> Runtime {
    Runtime { monitor: monitor.clone(), log: monitor.clone(), configuration: monitor.configuration.clone() }
}
