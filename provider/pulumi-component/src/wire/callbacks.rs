//! The server through which the engine runs an author's closures.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio::task::AbortHandle;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::raw::Raw;
use super::request::given;
use super::transform;
use super::{DecodeError, read as read_properties};
use crate::border::hook::{AfterFailure, FailedOperation, Hook, HookEvent, Moment};
use crate::border::monitor::MonitorError;
use crate::border::transform::Transform;
use crate::protocol::callbacks_server::{self, CallbacksServer};
use crate::protocol::{self, CallbackInvokeRequest, CallbackInvokeResponse};
use crate::values::property::{PropertyMap, Urn};
use crate::wire::MESSAGE_LIMIT;

/// The closures of one deployment. The server starts with the first of them and ends when this is dropped: hooks around
/// deletions run long after the component that set them is finished.
#[derive(Default)]
pub(super) struct Callbacks {
    closures: Arc<Closures>,
    server: OnceCell<Running>,
}

/// What a token of ours stands for.
#[derive(Clone)]
pub(super) enum Closure {
    Hook(Hook),
    Transform(Transform),
}

#[derive(Default)]
struct Closures(Mutex<BTreeMap<String, Closure>>);

struct Running {
    address: String,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Callbacks {
    /// Where and by which token the engine reaches a closure.
    pub(super) async fn offer(&self, closure: Closure) -> Result<protocol::Callback, MonitorError> {
        let server = self.server.get_or_try_init(|| Running::start(self.closures.clone())).await;
        let server = server.map_err(|error| MonitorError::Refused(format!("hooks cannot be served: {error}")))?;
        let mut closures = self.closures.lock();
        let token = closures.len().to_string();
        closures.insert(token.clone(), closure);
        Ok(protocol::Callback { target: server.address.clone(), token, accepts_byte_string: true })
    }
}

impl Closures {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Closure>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    async fn start(closures: Arc<Closures>) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let service = CallbacksServer::from_arc(closures)
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT);
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let serving = Server::builder().add_service(service).serve_with_incoming(incoming);
        // An engine that cannot reach it says so itself.
        let task = tokio::spawn(async move { drop(serving.await) }).abort_handle();
        Ok(Self { address, task })
    }
}

#[tonic::async_trait]
impl callbacks_server::Callbacks for Closures {
    async fn invoke(
        &self,
        request: Request<CallbackInvokeRequest>,
    ) -> Result<Response<CallbackInvokeResponse>, Status> {
        let CallbackInvokeRequest { token, request } = request.into_inner();
        let closure = self.lock().get(&token).cloned();
        let response = match closure {
            None => return Err(Status::invalid_argument(format!("no closure of this plugin has the token `{token}`"))),
            Some(Closure::Transform(transform)) => transform::run(&transform, read(&request)?)?.encode_to_vec(),
            Some(Closure::Hook(hook)) if hook.moment() == Moment::OnError => {
                let failed = failed_operation(read(&request)?).map_err(unreadable)?;
                let (error, answer) = match hook.failed(failed).await {
                    Ok(answer) => (String::new(), answer),
                    Err(error) => (error, AfterFailure::GiveUp),
                };
                protocol::ErrorHookResponse { error, retry: answer == AfterFailure::Retry }.encode_to_vec()
            }
            Some(Closure::Hook(hook)) => {
                let event = event(read(&request)?).map_err(unreadable)?;
                let error = hook.around(event).await.err().unwrap_or_default();
                protocol::ResourceHookResponse { error }.encode_to_vec()
            }
        };
        Ok(Response::new(CallbackInvokeResponse { response }))
    }
}

fn read<M: Message + Default>(bytes: &[u8]) -> Result<M, Status> {
    M::decode(bytes).map_err(|error| Status::invalid_argument(error.to_string()))
}

fn unreadable(error: DecodeError) -> Status {
    Status::invalid_argument(error.to_string())
}

fn event(request: protocol::ResourceHookRequest) -> Result<HookEvent, DecodeError> {
    Ok(HookEvent {
        urn: named(request.urn),
        id: given(&request.id),
        name: request.name,
        type_token: request.r#type,
        new_inputs: properties(request.new_inputs)?,
        old_inputs: properties(request.old_inputs)?,
        new_outputs: properties(request.new_outputs)?,
        old_outputs: properties(request.old_outputs)?,
    })
}

fn failed_operation(request: protocol::ErrorHookRequest) -> Result<FailedOperation, DecodeError> {
    let event = HookEvent {
        urn: named(request.urn),
        id: given(&request.id),
        name: request.name,
        type_token: request.r#type,
        new_inputs: properties(request.new_inputs)?,
        old_inputs: properties(request.old_inputs)?,
        new_outputs: PropertyMap::new(),
        old_outputs: properties(request.old_outputs)?,
    };
    Ok(FailedOperation { event, operation: request.failed_operation, errors: request.errors })
}

fn named(urn: String) -> Option<Urn> {
    (!urn.is_empty()).then(|| Urn::new(urn))
}

fn properties(given: Option<Raw>) -> Result<PropertyMap, DecodeError> {
    read_properties(given)
}
