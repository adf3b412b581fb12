//! The gRPC service of a provider that has components only.

use std::panic::AssertUnwindSafe;
use std::result::Result;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use tokio::sync::watch;
use tonic::{Request, Response, Status};

use super::Provider;
use crate::context::Log;
use crate::error::{ConstructError, panic_message};
use crate::protocol::resource_provider_server::ResourceProvider;
use crate::protocol::*;
use crate::wire::monitor::{GrpcLog, GrpcMonitor, channel};
use crate::wire::request::{decode_construct, encode_constructed};

type Reply<T> = Result<Response<T>, Status>;

pub(super) struct Service {
    provider: Provider,
    session: Mutex<Session>,
}

/// The engine that talks to us now. One process serves several engines, one after the other, while it is attached.
struct Session {
    engine: Option<String>,
    cancelled: watch::Sender<bool>,
}

impl Service {
    pub(super) fn new(provider: Provider, engine: Option<String>) -> Self {
        Self { provider, session: Mutex::new(Session { engine, cancelled: watch::Sender::new(false) }) }
    }

    /// The newest engine wins, and what was cancelled for another one is over.
    fn attach_to(&self, engine: String) {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.engine = Some(engine);
        session.cancelled = watch::Sender::new(false);
    }

    fn session(&self) -> (Option<String>, watch::Receiver<bool>) {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        (session.engine.clone(), session.cancelled.subscribe())
    }

    fn log(&self, engine: Option<String>) -> Result<Arc<dyn Log>, Status> {
        let engine = engine.ok_or_else(|| Status::failed_precondition("no engine has attached"))?;
        Ok(Arc::new(GrpcLog::new(channel(&engine).map_err(Status::invalid_argument)?)))
    }

    async fn construct_component(&self, request: ConstructRequest) -> Result<ConstructResponse, Status> {
        let token = request.r#type.clone();
        let construct = self.provider.constructor(&token).ok_or_else(|| {
            let known: Vec<_> = self.provider.schemas.iter().map(|component| component.token).collect();
            Status::invalid_argument(format!("unknown component `{token}`; this package has {}", known.join(", ")))
        })?;
        let (engine, mut cancelled) = self.session();
        let monitor = channel(&request.monitor_endpoint).map_err(Status::invalid_argument)?;
        let monitor = Arc::new(GrpcMonitor::new(monitor));
        let request = decode_construct(request).map_err(|error| Status::invalid_argument(error.to_string()))?;
        let running = AssertUnwindSafe(construct(request, monitor, self.log(engine)?)).catch_unwind();
        let outcome = tokio::select! {
            outcome = running => outcome,
            _ = cancelled.wait_for(|cancelled| *cancelled) => return Err(ConstructError::Cancelled.into()),
        };
        let constructed =
            outcome.unwrap_or_else(|panic| Err(ConstructError::Internal(panic_message(panic.as_ref()))))?;
        Ok(encode_constructed(&constructed))
    }
}

#[tonic::async_trait]
impl ResourceProvider for Service {
    async fn handshake(&self, request: Request<ProviderHandshakeRequest>) -> Reply<ProviderHandshakeResponse> {
        self.attach_to(request.into_inner().engine_address);
        Ok(Response::new(ProviderHandshakeResponse {
            accept_secrets: true,
            accept_resources: true,
            accept_outputs: true,
            ..Default::default()
        }))
    }

    async fn attach(&self, request: Request<PluginAttach>) -> Reply<()> {
        self.attach_to(request.into_inner().address);
        Ok(Response::new(()))
    }

    async fn get_plugin_info(&self, _request: Request<()>) -> Reply<PluginInfo> {
        Ok(Response::new(PluginInfo { version: self.provider.identity.version.to_owned() }))
    }

    async fn get_schema(&self, request: Request<GetSchemaRequest>) -> Reply<GetSchemaResponse> {
        let version = request.into_inner().version;
        if version != 0 {
            return Err(Status::invalid_argument(format!("unsupported schema version {version}")));
        }
        let schema = self.provider.schema().map_err(|error| Status::internal(error.to_string()))?;
        Ok(Response::new(GetSchemaResponse { schema: schema.to_string() }))
    }

    async fn check_config(&self, request: Request<CheckRequest>) -> Reply<CheckResponse> {
        Ok(Response::new(CheckResponse { inputs: request.into_inner().news, failures: Vec::new() }))
    }

    async fn diff_config(&self, _request: Request<DiffRequest>) -> Reply<DiffResponse> {
        // Never a replacement: it would replace every resource of every component.
        Ok(Response::new(DiffResponse { changes: diff_response::DiffChanges::DiffNone.into(), ..Default::default() }))
    }

    async fn configure(&self, _request: Request<ConfigureRequest>) -> Reply<ConfigureResponse> {
        Ok(Response::new(ConfigureResponse {
            accept_secrets: true,
            supports_preview: true,
            accept_resources: true,
            accept_outputs: true,
            supports_autonaming_configuration: false,
        }))
    }

    async fn construct(&self, request: Request<ConstructRequest>) -> Reply<ConstructResponse> {
        self.construct_component(request.into_inner()).await.map(Response::new)
    }

    async fn cancel(&self, _request: Request<()>) -> Reply<()> {
        // Also how every run ends normally; the process goes on until its signal.
        self.session.lock().unwrap_or_else(PoisonError::into_inner).cancelled.send_replace(true);
        Ok(Response::new(()))
    }

    async fn parameterize(&self, _request: Request<ParameterizeRequest>) -> Reply<ParameterizeResponse> {
        Err(unsupported("parameterize"))
    }

    async fn invoke(&self, request: Request<InvokeRequest>) -> Reply<InvokeResponse> {
        Err(Status::unimplemented(format!("this package has no function `{}`", request.into_inner().tok)))
    }

    async fn call(&self, request: Request<CallRequest>) -> Reply<CallResponse> {
        Err(Status::unimplemented(format!("this package has no method `{}`", request.into_inner().tok)))
    }

    async fn check(&self, _request: Request<CheckRequest>) -> Reply<CheckResponse> {
        Err(unsupported("check"))
    }

    async fn diff(&self, _request: Request<DiffRequest>) -> Reply<DiffResponse> {
        Err(unsupported("diff"))
    }

    async fn create(&self, _request: Request<CreateRequest>) -> Reply<CreateResponse> {
        Err(unsupported("create"))
    }

    async fn read(&self, _request: Request<ReadRequest>) -> Reply<ReadResponse> {
        Err(unsupported("read"))
    }

    type ListStream = tokio_stream::Empty<Result<ListResponse, Status>>;

    async fn list(&self, _request: Request<ListRequest>) -> Reply<Self::ListStream> {
        Err(unsupported("list"))
    }

    async fn update(&self, _request: Request<UpdateRequest>) -> Reply<UpdateResponse> {
        Err(unsupported("update"))
    }

    async fn delete(&self, _request: Request<DeleteRequest>) -> Reply<()> {
        Err(unsupported("delete"))
    }

    async fn get_mapping(&self, _request: Request<GetMappingRequest>) -> Reply<GetMappingResponse> {
        Err(unsupported("get_mapping"))
    }

    async fn get_mappings(&self, _request: Request<GetMappingsRequest>) -> Reply<GetMappingsResponse> {
        Err(unsupported("get_mappings"))
    }
}

/// What has no meaning for a package that has components only.
fn unsupported(call: &str) -> Status {
    Status::unimplemented(format!("`{call}` has no meaning for a package of components"))
}
