//! The engine's resource monitor and its log, over gRPC.

use futures::FutureExt;
use futures::future::BoxFuture;
use tonic::client::Grpc;
use tonic::codec::{BufferSettings, Codec};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, GrpcMethod, Request, Status};
use tonic_prost::{ProstDecoder, ProstEncoder};

use super::{Secrets, decode_map, encode_map, encode_value};
use crate::context::{Log, LogEntry, Severity};
use crate::monitor::{Invocation, MonitorError, Registered, Registration, ResourceMonitor};
use crate::options::{Alias, AliasParent, ComponentOptions, CustomTimeouts, Hooks};
use crate::property::{PropertyMap, Urn};
use crate::protocol::engine_client::EngineClient;
use crate::protocol::register_resource_request as message;
use crate::protocol::resource_monitor_client::ResourceMonitorClient;
use crate::protocol::{self, alias};
use crate::provider::MESSAGE_LIMIT;

/// Opens a channel to an address of the engine's. It connects when it is first used.
pub(crate) fn channel(address: &str) -> Result<Channel, String> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"));
    Ok(endpoint.map_err(|error| format!("`{address}` is no address of an engine: {error}"))?.connect_lazy())
}

/// The resource monitor of one deployment.
pub(crate) struct GrpcMonitor {
    client: ResourceMonitorClient<Channel>,
    registrar: Grpc<Channel>,
}

impl GrpcMonitor {
    pub(crate) fn new(channel: Channel) -> Self {
        let client = ResourceMonitorClient::new(channel.clone());
        let registrar = Grpc::new(channel);
        Self {
            client: client.max_decoding_message_size(MESSAGE_LIMIT).max_encoding_message_size(MESSAGE_LIMIT),
            registrar: registrar.max_decoding_message_size(MESSAGE_LIMIT).max_encoding_message_size(MESSAGE_LIMIT),
        }
    }
}

/// The call of which thousands are under way at once. The generated client has room for the message several times in
/// its futures, and sets 8 KiB aside for each before it is written: 12 KiB more for each child that is under way.
struct Registering;

/// Bytes set aside for a message; a registration has some 700. A longer message makes it grow.
const BUFFER: usize = 1024;

impl Registering {
    fn buffers() -> BufferSettings {
        BufferSettings::new(BUFFER, 32 * BUFFER)
    }

    async fn call(
        mut client: Grpc<Channel>,
        message: Box<protocol::RegisterResourceRequest>,
    ) -> Result<protocol::RegisterResourceResponse, Status> {
        client.ready().await.map_err(|error| Status::unknown(format!("the engine cannot be reached: {error}")))?;
        let path = PathAndQuery::from_static("/pulumirpc.ResourceMonitor/RegisterResource");
        let mut request = Request::new(message);
        request.extensions_mut().insert(GrpcMethod::new("pulumirpc.ResourceMonitor", "RegisterResource"));
        Ok(client.unary(request, path, Self).await?.into_inner())
    }
}

impl Codec for Registering {
    type Encode = Box<protocol::RegisterResourceRequest>;
    type Decode = protocol::RegisterResourceResponse;
    type Encoder = ProstEncoder<Self::Encode>;
    type Decoder = ProstDecoder<Self::Decode>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::new(Self::buffers())
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::new(Self::buffers())
    }
}

impl ResourceMonitor for GrpcMonitor {
    fn register(&self, registration: Registration) -> BoxFuture<'_, Result<Registered, MonitorError>> {
        let call = Registering::call(self.registrar.clone(), Box::new(encode_registration(registration)));
        async move {
            let response = call.await.map_err(refused)?;
            if response.result != protocol::Result::Success as i32 {
                return Err(MonitorError::Refused("the engine did not complete it".into()));
            }
            let outputs = decode_map(response.object.unwrap_or_default())
                .map_err(|error| MonitorError::Refused(format!("its outputs cannot be read: {error}")))?;
            Ok(Registered { urn: Urn::new(response.urn), id: response.id, outputs, unknown: response.unknown })
        }
        .boxed()
    }

    fn register_outputs(&self, urn: Urn, outputs: PropertyMap) -> BoxFuture<'_, Result<(), MonitorError>> {
        let mut client = self.client.clone();
        async move {
            let outputs = Some(encode_map(&outputs, Secrets::Wrap));
            let request = protocol::RegisterResourceOutputsRequest { urn: urn.to_string(), outputs };
            client.register_resource_outputs(request).await.map_err(refused)?;
            Ok(())
        }
        .boxed()
    }

    fn invoke(&self, invocation: Invocation) -> BoxFuture<'_, Result<PropertyMap, MonitorError>> {
        let mut client = self.client.clone();
        async move {
            let request = protocol::ResourceInvokeRequest {
                tok: invocation.token,
                args: Some(encode_map(&invocation.arguments, Secrets::Strip)),
                provider: invocation.provider,
                version: invocation.version,
                plugin_download_url: invocation.plugin_download_url,
                accept_resources: true,
                parent_stack_trace_handle: invocation.stack_trace_handle,
                ..Default::default()
            };
            let response = client.invoke(request).await.map_err(refused)?.into_inner();
            if !response.failures.is_empty() {
                let failures =
                    response.failures.iter().map(|failure| format!("{}: {}", failure.property, failure.reason));
                return Err(MonitorError::Refused(failures.collect::<Vec<_>>().join("; ")));
            }
            decode_map(response.r#return.unwrap_or_default()).map_err(|error| MonitorError::Refused(error.to_string()))
        }
        .boxed()
    }
}

/// The engine that is shutting down says nothing worth repeating.
fn refused(status: Status) -> MonitorError {
    match status.code() {
        Code::Unavailable | Code::Cancelled => MonitorError::Cancelled,
        _ => MonitorError::Refused(status.message().trim_end().to_owned()),
    }
}

fn encode_registration(registration: Registration) -> protocol::RegisterResourceRequest {
    let dependencies =
        |urns: &std::collections::BTreeSet<Urn>| urns.iter().map(ToString::to_string).collect::<Vec<_>>();
    let request = protocol::RegisterResourceRequest {
        r#type: registration.type_token,
        name: registration.name,
        parent: registration.parent,
        custom: registration.custom,
        object: Some(encode_map(&registration.inputs, Secrets::Wrap)),
        dependencies: dependencies(&registration.dependencies),
        property_dependencies: registration
            .property_dependencies
            .iter()
            .map(|(name, urns)| (name.clone(), message::PropertyDependencies { urns: dependencies(urns) }))
            .collect(),
        provider: registration.provider,
        version: registration.version,
        plugin_download_url: registration.plugin_download_url,
        aliases: registration.aliases.into_iter().map(encode_alias).collect(),
        alias_specs: true,
        ignore_changes: registration.ignore_changes,
        delete_before_replace: registration.delete_before_replace.unwrap_or_default(),
        delete_before_replace_defined: registration.delete_before_replace.is_some(),
        custom_timeouts: registration.custom_timeouts.map(encode_timeouts),
        accept_secrets: true,
        accept_resources: true,
        supports_partial_values: true,
        supports_result_reporting: true,
        parent_stack_trace_handle: registration.stack_trace_handle,
        ..Default::default()
    };
    match registration.component {
        None => request,
        Some(options) => with_component_options(request, *options),
    }
}

/// Hands on what the user said of the component; what is unset stays unset, so that the engine's inheritance works.
fn with_component_options(
    request: protocol::RegisterResourceRequest,
    options: ComponentOptions,
) -> protocol::RegisterResourceRequest {
    let replace_with: Vec<_> = options.replace_with.iter().map(ToString::to_string).collect();
    let mut dependencies = request.dependencies;
    dependencies.extend(replace_with.iter().cloned());
    for urns in request.property_dependencies.values() {
        dependencies.extend(urns.urns.iter().cloned());
    }
    dependencies.sort();
    dependencies.dedup();
    protocol::RegisterResourceRequest {
        aliases: options.aliases.into_iter().map(encode_alias).collect(),
        protect: options.protect,
        retain_on_delete: options.retain_on_delete,
        delete_before_replace: options.delete_before_replace.unwrap_or_default(),
        delete_before_replace_defined: options.delete_before_replace.is_some(),
        providers: options.providers,
        additional_secret_outputs: options.additional_secret_outputs,
        custom_timeouts: options.custom_timeouts.map(encode_timeouts),
        deleted_with: options.deleted_with,
        replace_with,
        ignore_changes: options.ignore_changes,
        replace_on_changes: options.replace_on_changes,
        replacement_trigger: options.replacement_trigger.map(|value| encode_value(&value, Secrets::Wrap)),
        hooks: options.hooks.map(encode_hooks),
        dependencies,
        ..request
    }
}

fn encode_timeouts(timeouts: CustomTimeouts) -> message::CustomTimeouts {
    let CustomTimeouts { create, update, delete, read } = timeouts;
    message::CustomTimeouts { create, update, delete, read }
}

fn encode_hooks(hooks: Hooks) -> message::ResourceHooksBinding {
    message::ResourceHooksBinding {
        before_create: hooks.before_create,
        after_create: hooks.after_create,
        before_update: hooks.before_update,
        after_update: hooks.after_update,
        before_delete: hooks.before_delete,
        after_delete: hooks.after_delete,
        on_error: hooks.on_error,
    }
}

fn encode_alias(alias: Alias) -> protocol::Alias {
    let alias = match alias {
        Alias::Urn(urn) => alias::Alias::Urn(urn),
        Alias::Spec { name, type_token, stack, project, parent } => alias::Alias::Spec(alias::Spec {
            name,
            r#type: type_token,
            stack,
            project,
            parent: match parent {
                AliasParent::Same => None,
                AliasParent::Urn(urn) => Some(alias::spec::Parent::ParentUrn(urn)),
                AliasParent::None(none) => Some(alias::spec::Parent::NoParent(none)),
            },
        }),
    };
    protocol::Alias { alias: Some(alias) }
}

/// The engine's log.
pub(crate) struct GrpcLog(EngineClient<Channel>);

impl GrpcLog {
    pub(crate) fn new(channel: Channel) -> Self {
        Self(EngineClient::new(channel))
    }
}

impl Log for GrpcLog {
    fn log(&self, entry: LogEntry) -> BoxFuture<'_, ()> {
        let mut client = self.0.clone();
        async move {
            let severity = match entry.severity {
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
