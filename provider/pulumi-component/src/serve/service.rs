//! The gRPC service of a package of components.

use std::future::Future;
use std::net::SocketAddr;
use std::result::Result;
use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::provider::Provider;
use super::session::{Session, Sessions};
use super::work::Work;
use crate::author::construct::Runtime;
use crate::author::context::Configuration;
use crate::author::function::FunctionContext;
use crate::border::logger::Logger;
use crate::protocol::resource_provider_server::ResourceProvider;
use crate::protocol::*;
use crate::schema::nearest;
use crate::values::error::Error;
use crate::values::panic::caught;
use crate::wire::error::{failures, missing_configuration};
use crate::wire::monitor::{GrpcLog, GrpcMonitor};
use crate::wire::request::{decode_call, decode_construct, encode_constructed, encode_returned};
use crate::wire::{Secrets, read, write};

type Reply<T> = Result<Response<T>, Status>;

pub(super) struct Service {
    provider: Provider,
    sessions: Sessions,
    work: Work,
}

impl Service {
    pub(super) fn new(provider: Provider, engine: Option<String>, work: Work) -> Self {
        Self { provider, sessions: Sessions::new(engine), work }
    }

    /// What a component or a method is served with.
    fn runtime(&self, session: &Session, monitor: Arc<GrpcMonitor>) -> Result<Runtime, Status> {
        let log = session.log().map_err(Status::failed_precondition)?;
        Ok(Runtime { monitor, log: Arc::new(GrpcLog::new(log)), configuration: self.configuration(session)? })
    }

    /// The configuration that the engine gave this provider; without one, what the defaults make.
    fn configuration(&self, session: &Session) -> Result<Configuration, Status> {
        let configured = session.configured();
        if configured.is_some() {
            return Ok(configured);
        }
        let Some(kind) = &self.provider.configuration else { return Ok(None) };
        let defaults = authors(|| kind.decode(Default::default()))?;
        defaults.map(Some).map_err(|error| Status::invalid_argument(error.to_string()))
    }

    /// Runs the author's code: its panic is an error, and the engine's cancellation ends it.
    async fn guarded<T: Send + 'static>(
        &self,
        session: &Session,
        running: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let _serving = session.serving();
        tokio::select! {
            outcome = self.work.run(running) => outcome,
            () = session.cancelled() => Err(Error::Cancelled),
        }
    }

    async fn construct_component(
        &self,
        peer: Option<SocketAddr>,
        request: ConstructRequest,
    ) -> Result<ConstructResponse, Status> {
        let token = request.r#type.as_str();
        let construct = self.provider.constructor(token).ok_or_else(|| {
            unknown("component", token, self.provider.parts.components.iter().map(|component| component.token))
        })?;
        let session = self.sessions.of(peer);
        let monitor = session.monitor(&request.monitor_endpoint).map_err(Status::invalid_argument)?;
        let runtime = self.runtime(&session, monitor)?;
        let request = decode_construct(request).map_err(|error| Status::invalid_argument(error.to_string()))?;
        let constructed = self.guarded(&session, construct(request, runtime)).await?;
        Ok(encode_constructed(&constructed))
    }

    async fn call_method(&self, peer: Option<SocketAddr>, request: CallRequest) -> Result<CallResponse, Status> {
        let token = request.tok.as_str();
        let call = self
            .provider
            .method_of(token)
            .ok_or_else(|| unknown("method", token, self.provider.methods.iter().map(|(token, _)| token.as_str())))?;
        let session = self.sessions.of(peer);
        let monitor = session.monitor(&request.monitor_endpoint).map_err(Status::invalid_argument)?;
        let runtime = self.runtime(&session, monitor.clone())?;
        let mut request = decode_call(request).map_err(|error| Status::invalid_argument(error.to_string()))?;
        request.deployment = monitor.complete(request.deployment).await;
        match self.guarded(&session, call(request, runtime)).await {
            Ok(returned) => Ok(encode_returned(&returned)),
            Err(Error::InvalidInputs(problems)) => {
                Ok(CallResponse { failures: failures(problems), ..Default::default() })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn invoke_function(
        &self,
        peer: Option<SocketAddr>,
        request: InvokeRequest,
    ) -> Result<InvokeResponse, Status> {
        let token = request.tok.as_str();
        let invoke = self
            .provider
            .function_of(token)
            .ok_or_else(|| unknown("function", token, self.provider.functions.iter().map(|(token, _)| *token)))?;
        let session = self.sessions.of(peer);
        // Without an engine that has attached, nobody is shown messages.
        let logger = session.log().ok().map(|log| Logger::start(Arc::new(GrpcLog::new(log)), ""));
        let context =
            FunctionContext { preview: request.preview, configuration: self.configuration(&session)?, logger };
        let arguments = read(request.args).map_err(|error| Status::invalid_argument(error.to_string()))?;
        match self.guarded(&session, invoke(context, arguments)).await {
            Ok(result) => Ok(InvokeResponse { r#return: Some(write(&result, Secrets::Wrap)), failures: Vec::new() }),
            Err(Error::InvalidInputs(problems)) => Ok(InvokeResponse { r#return: None, failures: failures(problems) }),
            Err(error) => Err(error.into()),
        }
    }
}

/// Runs what the author wrote or derived for a type: defaults, decoder, schema.
fn authors<T>(run: impl FnOnce() -> T) -> Result<T, Status> {
    caught(run).map_err(|panic| Error::Internal(panic).into())
}

fn unknown<'n>(what: &str, token: &str, known: impl Iterator<Item = &'n str> + Clone) -> Status {
    let nearest = nearest(token, known.clone());
    let known = known.collect::<Vec<_>>().join(", ");
    Status::invalid_argument(format!("this package has no {what} `{token}`{nearest}; it has {known}"))
}

#[tonic::async_trait]
impl ResourceProvider for Service {
    async fn handshake(&self, request: Request<ProviderHandshakeRequest>) -> Reply<ProviderHandshakeResponse> {
        let peer = request.remote_addr();
        self.sessions.attach(peer, request.into_inner().engine_address);
        Ok(Response::new(ProviderHandshakeResponse {
            accept_secrets: true,
            accept_resources: true,
            accept_outputs: true,
            accepts_byte_string: true,
            ..Default::default()
        }))
    }

    async fn attach(&self, request: Request<PluginAttach>) -> Reply<()> {
        let peer = request.remote_addr();
        self.sessions.attach(peer, request.into_inner().address);
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
        let schema = authors(|| self.provider.schema())?.map_err(|error| Status::internal(error.to_string()))?;
        Ok(Response::new(GetSchemaResponse { schema: schema.to_string() }))
    }

    async fn check_config(&self, request: Request<CheckRequest>) -> Reply<CheckResponse> {
        let news = request.into_inner().news;
        let problems = match &self.provider.configuration {
            Some(kind) => {
                let values = read(news.clone());
                let values = values.map_err(|error| Status::invalid_argument(error.to_string()))?;
                authors(|| kind.problems(values))?
            }
            None => Vec::new(),
        };
        Ok(Response::new(CheckResponse { inputs: news, failures: failures(problems) }))
    }

    async fn diff_config(&self, request: Request<DiffRequest>) -> Reply<DiffResponse> {
        let request = request.into_inner();
        let (old, new) = (request.old_inputs.or(request.olds), request.news);
        // Never a replacement: it would replace every resource of every component.
        // Not the bytes: the engine writes the members of a map in any order.
        let unreadable = |error: crate::wire::DecodeError| Status::invalid_argument(error.to_string());
        let same = read(old).map_err(unreadable)? == read(new).map_err(unreadable)?;
        let changes = if same { diff_response::DiffChanges::DiffNone } else { diff_response::DiffChanges::DiffSome };
        Ok(Response::new(DiffResponse { changes: changes.into(), ..Default::default() }))
    }

    async fn configure(&self, request: Request<ConfigureRequest>) -> Reply<ConfigureResponse> {
        let session = self.sessions.of(request.remote_addr());
        if let Some(kind) = &self.provider.configuration {
            let values =
                read(request.into_inner().args).map_err(|error| Status::invalid_argument(error.to_string()))?;
            let missing = authors(|| kind.missing(&values))?;
            if !missing.is_empty() {
                return Err(missing_configuration(missing));
            }
            let decoded = authors(|| kind.decode(values))?;
            let decoded = decoded.map_err(|error| Error::InvalidInputs(vec![error]))?;
            session.configure(decoded);
        }
        Ok(Response::new(ConfigureResponse {
            accept_secrets: true,
            supports_preview: true,
            accept_resources: true,
            accept_outputs: true,
            supports_autonaming_configuration: false,
        }))
    }

    async fn construct(&self, request: Request<ConstructRequest>) -> Reply<ConstructResponse> {
        let peer = request.remote_addr();
        self.construct_component(peer, request.into_inner()).await.map(Response::new)
    }

    async fn cancel(&self, request: Request<()>) -> Reply<()> {
        // Also how every run ends normally; the process goes on until its signal.
        self.sessions.cancel(request.remote_addr()).await;
        Ok(Response::new(()))
    }

    async fn parameterize(&self, _request: Request<ParameterizeRequest>) -> Reply<ParameterizeResponse> {
        Err(Status::unimplemented(format!(
            "the package `{}` takes no parameters: use it by its name and version alone",
            self.provider.identity.name
        )))
    }

    async fn invoke(&self, request: Request<InvokeRequest>) -> Reply<InvokeResponse> {
        let peer = request.remote_addr();
        self.invoke_function(peer, request.into_inner()).await.map(Response::new)
    }

    async fn call(&self, request: Request<CallRequest>) -> Reply<CallResponse> {
        let peer = request.remote_addr();
        self.call_method(peer, request.into_inner()).await.map(Response::new)
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

#[cfg(test)]
mod tests;
