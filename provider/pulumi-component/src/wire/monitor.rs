//! The engine's resource monitor and its log, over gRPC.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::OnceCell;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use super::callbacks::{Callbacks, Closure};
use super::features::{Feature, Features};
use super::raw::Raw;
use super::registering::Registering;
use super::registration::{encode_reading, encode_registration, needed, urns};
use super::{Secrets, decode_value, write};
use crate::author::context::Deployment;
use crate::border::hook::{Hook, Moment};
use crate::border::log::{Log, LogEntry, Severity};
use crate::border::monitor::{
    Invocation, Invoked, MethodCall, MonitorError, Reading, Registered, Registration, ResourceMonitor,
};
use crate::border::package::Package;
use crate::border::registration_options::RegistrationOptions;
use crate::protocol;
use crate::protocol::engine_client::EngineClient;
use crate::protocol::resource_monitor_client::ResourceMonitorClient;
use crate::values::property::{PropertyMap, PropertyValue, Urn};
use crate::wire::MESSAGE_LIMIT;

/// Opens a channel to an address of the engine's. It connects when it is first used.
pub(crate) fn channel(address: &str) -> Result<Channel, String> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"));
    Ok(endpoint.map_err(|error| format!("`{address}` is no address of an engine: {error}"))?.connect_lazy())
}

/// References of parameterized packages by plugin and package; each is registered once.
type Packages = BTreeMap<(&'static str, &'static str), Arc<OnceCell<String>>>;

/// The resource monitor of one deployment, with what was learned of it.
pub(crate) struct GrpcMonitor {
    client: ResourceMonitorClient<Channel>,
    registrar: Grpc<Channel>,
    features: OnceCell<Features>,
    packages: Mutex<Packages>,
    callbacks: Callbacks,
}

impl GrpcMonitor {
    pub(crate) fn new(channel: Channel) -> Self {
        let client = ResourceMonitorClient::new(channel.clone());
        let client = client.max_decoding_message_size(MESSAGE_LIMIT).max_encoding_message_size(MESSAGE_LIMIT);
        let registrar = Grpc::new(channel);
        let registrar = registrar.max_decoding_message_size(MESSAGE_LIMIT).max_encoding_message_size(MESSAGE_LIMIT);
        Self {
            client,
            registrar,
            features: OnceCell::new(),
            packages: Mutex::default(),
            callbacks: Callbacks::default(),
        }
    }

    /// What the engine can do; asked once, and only when something needs it.
    async fn features(&self) -> Result<&Features, MonitorError> {
        let ask = || async { Features::ask(self.client.clone()).await.map_err(refused) };
        self.features.get_or_try_init(ask).await
    }

    /// What the engine says of the deployment, where it says anything: calls of methods leave some of it out.
    pub(crate) async fn complete(&self, deployment: Deployment) -> Deployment {
        let Ok(Features { deployment: Some(info), .. }) = self.features().await else { return deployment };
        let keys = deployment.config_secret_keys.into_iter().chain(info.config_secret_keys.iter().cloned());
        Deployment {
            organization: super::request::organization(info.organization.clone()),
            config_secret_keys: keys.collect(),
            ..deployment
        }
    }

    /// Refuses what the engine is too old for, in words that say what to do.
    async fn require(&self, needed: Vec<(Feature, &str)>) -> Result<(), MonitorError> {
        if needed.is_empty() {
            return Ok(());
        }
        let features = self.features().await?;
        match needed.into_iter().find(|(feature, _)| !features.has(*feature)) {
            None => Ok(()),
            Some((_, what)) => Err(MonitorError::Refused(format!("this version of Pulumi has no {what}; update it"))),
        }
    }

    /// The engine's reference of a parameterized package; empty for an ordinary one, whose version says it all.
    async fn package_ref(&self, package: Option<Package>) -> Result<String, MonitorError> {
        let Some((package, parameterization)) = package.and_then(|package| Some((package, package.parameterization?)))
        else {
            return Ok(String::new());
        };
        let key = (package.name, parameterization.name);
        let known = self.packages.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        let register = || async {
            self.require(vec![(Feature::Parameterization, "parameterized packages")]).await?;
            let request = protocol::RegisterPackageRequest {
                name: package.name.to_owned(),
                version: package.version.to_owned(),
                download_url: package.plugin_download_url.to_owned(),
                parameterization: Some(protocol::Parameterization {
                    name: parameterization.name.to_owned(),
                    version: parameterization.version.to_owned(),
                    value: parameterization.value.to_vec(),
                }),
                ..Default::default()
            };
            let answer = self.client.clone().register_package(request).await;
            Ok(answer.map_err(refused)?.into_inner().r#ref)
        };
        known.get_or_try_init(register).await.cloned()
    }

    /// Tells the engine of closures around a resource's operations, and names them to the resource.
    async fn register_hooks(
        &self,
        hooks: Vec<(String, Hook)>,
        options: &mut RegistrationOptions,
    ) -> Result<(), MonitorError> {
        for (name, hook) in hooks {
            let (moment, on_dry_run, ignore_errors) = (hook.moment(), hook.runs_in_previews(), hook.warns());
            let callback = Some(self.callbacks.offer(Closure::Hook(hook)).await?);
            moment.names(options.hooks.get_or_insert_default()).push(name.clone());
            let mut client = self.client.clone();
            let told = if moment == Moment::OnError {
                client.register_error_hook(protocol::RegisterErrorHookRequest { name, callback }).await
            } else {
                let request = protocol::RegisterResourceHookRequest { name, callback, on_dry_run, ignore_errors };
                client.register_resource_hook(request).await
            };
            told.map_err(refused)?;
        }
        Ok(())
    }
}

impl ResourceMonitor for GrpcMonitor {
    fn register(&self, mut registration: Registration) -> BoxFuture<'_, Result<Registered, MonitorError>> {
        async move {
            self.require(needed(&registration)).await?;
            let package_ref = self.package_ref(registration.package).await?;
            if holds_references(&registration.inputs) && !self.features().await?.has(Feature::ResourceReferences) {
                registration.inputs.values_mut().for_each(PropertyValue::dereference);
            }
            let mut inputs = Secrets::Wrap;
            if registration.remote && self.features().await?.has(Feature::OutputValues) {
                inputs = Secrets::Outputs;
            }
            let hooks = std::mem::take(&mut registration.hooks);
            self.register_hooks(hooks, &mut registration.options).await?;
            let transforms = std::mem::take(&mut registration.transforms).into_iter();
            let transforms = transforms.map(|transform| self.callbacks.offer(Closure::Transform(transform)));
            let transforms = futures::future::try_join_all(transforms).await?;
            let mut request = Box::new(encode_registration(registration, inputs, package_ref));
            request.transforms = transforms;
            let response = Registering::call(self.registrar.clone(), request).await.map_err(refused)?;
            if response.result != protocol::Result::Success as i32 {
                return Err(MonitorError::Refused("the engine did not complete it".into()));
            }
            let dependencies = response.property_dependencies.into_iter().map(|(name, found)| (name, found.urns));
            let (outputs, unreadable) = outputs(response.object, dependencies.collect())?;
            let (urn, id, unknown) = (Urn::new(response.urn), response.id, response.unknown);
            Ok(Registered { urn, id, outputs, unreadable, unknown })
        }
        .boxed()
    }

    fn read(&self, reading: Reading) -> BoxFuture<'_, Result<Registered, MonitorError>> {
        async move {
            let package_ref = self.package_ref(reading.package).await?;
            let id = reading.id.clone();
            let request = encode_reading(reading, package_ref);
            let response = self.client.clone().read_resource(request).await.map_err(refused)?.into_inner();
            if response.result != protocol::Result::Success as i32 {
                return Err(MonitorError::Refused("the engine did not complete it".into()));
            }
            let (outputs, unreadable) = outputs(response.properties, BTreeMap::new())?;
            let id = [response.id, id].into_iter().find(|id| !id.is_empty() && id != super::signatures::UNKNOWN);
            let unknown = response.unknown;
            Ok(Registered { urn: Urn::new(response.urn), id: id.unwrap_or_default(), outputs, unreadable, unknown })
        }
        .boxed()
    }

    fn register_outputs(&self, urn: Urn, outputs: PropertyMap) -> BoxFuture<'_, Result<(), MonitorError>> {
        async move {
            let outputs = Some(write(&outputs, Secrets::Wrap));
            let request = protocol::RegisterResourceOutputsRequest { urn: urn.to_string(), outputs };
            self.client.clone().register_resource_outputs(request).await.map_err(refused)?;
            Ok(())
        }
        .boxed()
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Result<Invoked, MonitorError>> {
        async move {
            let package_ref = self.package_ref(invocation.package).await?;
            // Both only make the answer better; an engine that knows neither answers all the same.
            let wants_more = !invocation.dependencies.is_empty() || !invocation.parent.is_empty();
            let features = if wants_more { Some(self.features().await?) } else { None };
            let with = |feature| features.is_some_and(|features| features.has(feature));
            let package = invocation.package.filter(|_| package_ref.is_empty());
            let request = protocol::ResourceInvokeRequest {
                tok: invocation.token,
                args: Some(write(&invocation.arguments, Secrets::Strip)),
                provider: invocation.provider,
                version: package.map(|package| package.version.to_owned()).unwrap_or_default(),
                plugin_download_url: package.map(|package| package.plugin_download_url.to_owned()).unwrap_or_default(),
                package_ref,
                accept_resources: true,
                accepts_byte_string: true,
                depends_on: urns(&invocation.dependencies).filter(|_| with(Feature::InvokeDependsOn)).collect(),
                parent: if with(Feature::InvokeParent) { invocation.parent } else { String::new() },
                parent_stack_trace_handle: invocation.stack_trace_handle,
                ..Default::default()
            };
            let response = self.client.clone().invoke(request).await.map_err(refused)?.into_inner();
            if !response.failures.is_empty() {
                let failures =
                    response.failures.iter().map(|failure| format!("{}: {}", failure.property, failure.reason));
                return Err(MonitorError::Refused(failures.collect::<Vec<_>>().join("; ")));
            }
            let result = readable(outputs(response.r#return, BTreeMap::new())?)?;
            Ok(Invoked { result, unknown: response.unknown })
        }
        .boxed()
    }

    fn call(&self, call: MethodCall) -> BoxFuture<'_, Result<PropertyMap, MonitorError>> {
        async move {
            self.require(vec![(Feature::ResourceReferences, "resource references")]).await?;
            let package_ref = self.package_ref(call.package).await?;
            let with_outputs = self.features().await?.has(Feature::OutputValues);
            let arguments = if with_outputs { Secrets::Outputs } else { Secrets::Wrap };
            let package = call.package.filter(|_| package_ref.is_empty());
            let dependencies = call.argument_dependencies.iter().map(|(name, found)| {
                let found = protocol::resource_call_request::ArgumentDependencies { urns: urns(found).collect() };
                (name.clone(), found)
            });
            let request = protocol::ResourceCallRequest {
                tok: call.token,
                args: Some(write(&call.arguments, arguments)),
                arg_dependencies: dependencies.collect(),
                provider: call.provider,
                version: package.map(|package| package.version.to_owned()).unwrap_or_default(),
                plugin_download_url: package.map(|package| package.plugin_download_url.to_owned()).unwrap_or_default(),
                package_ref,
                parent_stack_trace_handle: call.stack_trace_handle,
                accepts_byte_string: true,
                accept_output_values: true,
                ..Default::default()
            };
            let response = self.client.clone().call(request).await.map_err(refused)?.into_inner();
            if !response.failures.is_empty() {
                let failures =
                    response.failures.iter().map(|failure| format!("{}: {}", failure.property, failure.reason));
                return Err(MonitorError::Refused(failures.collect::<Vec<_>>().join("; ")));
            }
            let dependencies = response.return_dependencies.into_iter().map(|(name, found)| (name, found.urns));
            readable(outputs(response.r#return, dependencies.collect())?)
        }
        .boxed()
    }
}

fn holds_references(inputs: &PropertyMap) -> bool {
    inputs.values().any(|input| !input.references().is_empty())
}

/// Outputs, and by name why the others cannot be read.
type Outputs = (PropertyMap, BTreeMap<String, String>);

/// Outputs with the resources that each came from.
fn outputs(object: Option<Raw>, dependencies: BTreeMap<String, Vec<String>>) -> Result<Outputs, MonitorError> {
    let members = object.unwrap_or_default().members().map_err(|error| unreadable(&error.to_string()))?;
    let (mut outputs, mut unreadable) = (PropertyMap::new(), BTreeMap::new());
    for (name, member) in members {
        match member.and_then(decode_value) {
            Ok(value) => drop(outputs.insert(name, value)),
            Err(error) => drop(unreadable.insert(name, error.to_string())),
        }
    }
    for (name, urns) in dependencies {
        if let Some(output) = outputs.get_mut(&name) {
            output.dependencies.extend(urns.into_iter().map(Urn::new));
        }
    }
    Ok((outputs, unreadable))
}

/// A result whose members are all needed.
fn readable((outputs, unreadable): Outputs) -> Result<PropertyMap, MonitorError> {
    match unreadable.into_values().next() {
        None => Ok(outputs),
        Some(reason) => Err(self::unreadable(&reason)),
    }
}

fn unreadable(reason: &str) -> MonitorError {
    MonitorError::Refused(format!("the answer cannot be read: {reason}"))
}

/// What an engine says that is ending the run, under whatever code.
const ENDING: [&str; 2] = ["resource monitor shut down", "client connection is closing"];

/// The engine that is shutting down says nothing worth repeating.
fn refused(status: Status) -> MonitorError {
    let ending = ENDING.iter().any(|words| status.message().contains(words));
    match status.code() {
        Code::Unavailable | Code::Cancelled => MonitorError::Cancelled,
        _ if ending => MonitorError::Cancelled,
        _ => MonitorError::Refused(status.message().trim_end().to_owned()),
    }
}

/// The engine's log.
pub(crate) struct GrpcLog(EngineClient<Channel>);

impl GrpcLog {
    pub(crate) fn new(channel: Channel) -> Self {
        let client = EngineClient::new(channel);
        Self(client.max_decoding_message_size(MESSAGE_LIMIT).max_encoding_message_size(MESSAGE_LIMIT))
    }
}

impl Log for GrpcLog {
    fn log(&self, entry: LogEntry) -> BoxFuture<'_, ()> {
        let mut client = self.0.clone();
        async move {
            let severity = match entry.severity {
                Severity::Debug => protocol::LogSeverity::Debug,
                Severity::Info => protocol::LogSeverity::Info,
                Severity::Warning => protocol::LogSeverity::Warning,
            };
            let request = protocol::LogRequest {
                severity: severity.into(),
                message: entry.message,
                urn: entry.urn,
                stream_id: 0,
                ephemeral: entry.ephemeral,
            };
            // A message that cannot be sent is not worth a failed run.
            let _ = client.log(request).await;
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests;
