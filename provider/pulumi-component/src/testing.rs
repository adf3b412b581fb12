//! For the tests of component authors: a monitor that records what it is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::component::Component;
use crate::construct::{Constructed, Surroundings, construct};
use crate::context::{ConstructRequest, Deployment, Log, LogEntry};
use crate::error::ConstructError;
use crate::monitor::{
    Invocation, Invoked, MethodCall, MonitorError, Reading, Registered, Registration, ResourceMonitor,
};
use crate::property::{PropertyMap, PropertyValue, Urn, Value};

/// A monitor that answers as an engine would whose providers give back what they are given, and keeps every request.
///
/// It proves what a component asks for, not that a cloud accepts it.
#[derive(Default)]
pub struct MockMonitor {
    preview: bool,
    outputs: BTreeMap<String, PropertyMap>,
    results: BTreeMap<String, PropertyMap>,
    failures: BTreeMap<String, String>,
    delay: Option<std::time::Duration>,
    recorded: Mutex<Recorded>,
}

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
            self.record(|recorded| recorded.registrations.push((urn.clone(), registration.clone())));
            if let Some(reason) = self.failures.get(&registration.name) {
                return Err(MonitorError::Refused(reason.clone()));
            }
            if !registration.custom && !registration.remote {
                return Ok(Registered { urn, id: String::new(), outputs: PropertyMap::new(), unknown: false });
            }
            let mut outputs = registration.inputs;
            for value in outputs.values_mut() {
                value.dependencies.clear();
            }
            let id =
                if self.preview || registration.remote { String::new() } else { format!("{}-id", registration.name) };
            if !self.preview {
                let arn = format!("arn:aws:mock:::{}", registration.name);
                outputs.entry("arn".into()).or_insert_with(|| Value::String(arn).into());
                outputs.extend(self.outputs.get(&registration.type_token).cloned().unwrap_or_default());
            }
            Ok(Registered { urn, id, outputs, unknown: false })
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
            let result = self.results.get(&invocation.token).cloned().unwrap_or_default();
            let refused = self.failures.get(&invocation.token).cloned();
            self.record(|recorded| recorded.invocations.push(invocation));
            refused.map_or(Ok(Invoked { result, unknown: false }), |reason| Err(MonitorError::Refused(reason)))
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
            Ok(Registered { urn, id: reading.id, outputs, unknown: false })
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
pub async fn construct_with<T: Component>(
    monitor: &Arc<MockMonitor>,
    name: &str,
    inputs: PropertyMap,
) -> Result<Constructed, ConstructError> {
    let request = ConstructRequest {
        deployment: Deployment {
            project: "project".into(),
            stack: "stack".into(),
            organization: "organization".into(),
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
pub async fn construct_request<T: Component>(
    monitor: &Arc<MockMonitor>,
    request: ConstructRequest,
) -> Result<Constructed, ConstructError> {
    construct::<T>(request, surroundings(monitor)).await
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

/// A mock as everything that a request is served with.
pub fn surroundings(monitor: &Arc<MockMonitor>) -> Surroundings {
    Surroundings { monitor: monitor.clone(), log: monitor.clone(), configuration: None }
}
