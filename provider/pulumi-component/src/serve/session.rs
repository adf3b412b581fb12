//! The engines that talk to this process, told apart by their connections.

use std::any::Any;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tonic::transport::Channel;

use crate::author::context::Configuration;
use crate::wire::monitor::{GrpcMonitor, channel};

/// One engine's connection. A process that is attached serves several, also at once.
#[derive(Clone)]
pub(super) struct Session {
    engine: Option<String>,
    cancelled: Arc<watch::Sender<bool>>,
    monitors: Arc<Mutex<BTreeMap<String, Arc<GrpcMonitor>>>>,
    log: Arc<Mutex<Option<Channel>>>,
    /// How many requests are being served.
    running: Arc<watch::Sender<usize>>,
    /// What the engine configured. It connects once for each provider, so this is one provider's.
    configuration: Arc<Mutex<Configuration>>,
}

/// A request that is being served, until it is dropped.
pub(super) struct Serving(Arc<watch::Sender<usize>>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running = running.saturating_sub(1));
    }
}

/// How long a cancellation waits for the answers of what it ends.
const LAST_ANSWERS: Duration = Duration::from_millis(500);

/// All sessions by the peer's address; the newest serves those whose connection is not known.
pub(super) struct Sessions(Mutex<State>);

struct State {
    by_peer: BTreeMap<SocketAddr, Session>,
    newest: Session,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    /// Begins with the engine that started the process, if one did.
    pub(super) fn new(engine: Option<String>) -> Self {
        Self(Mutex::new(State { by_peer: BTreeMap::new(), newest: Session::new(engine) }))
    }

    /// An engine says who it is; what was cancelled on its connection before is over.
    pub(super) fn attach(&self, peer: Option<SocketAddr>, engine: String) {
        let mut state = locked(&self.0);
        state.newest = Session::new(Some(engine));
        if let Some(peer) = peer {
            let session = state.newest.clone();
            state.by_peer.insert(peer, session);
        }
    }

    /// The session of a connection.
    pub(super) fn of(&self, peer: Option<SocketAddr>) -> Session {
        let state = locked(&self.0);
        peer.and_then(|peer| state.by_peer.get(&peer)).unwrap_or(&state.newest).clone()
    }

    /// Ends what runs for a connection.
    ///
    /// The engine closes the connection as soon as this is answered, so the answers of what ends go first: else the
    /// user reads of a closed connection.
    pub(super) async fn cancel(&self, peer: Option<SocketAddr>) {
        let session = self.of(peer);
        session.cancelled.send_replace(true);
        let mut running = session.running.subscribe();
        if *running.borrow_and_update() > 0 {
            let ended = async {
                let _ = running.wait_for(|running| *running == 0).await;
                // From the handler's end to the wire.
                tokio::time::sleep(Duration::from_millis(10)).await;
            };
            let _ = tokio::time::timeout(LAST_ANSWERS, ended).await;
        }
        if let Some(peer) = peer {
            // The engine closes the connection next.
            locked(&self.0).by_peer.remove(&peer);
        }
    }
}

impl Session {
    fn new(engine: Option<String>) -> Self {
        let cancelled = Arc::new(watch::Sender::new(false));
        let running = Arc::new(watch::Sender::new(0));
        Self {
            engine,
            cancelled,
            monitors: Arc::default(),
            log: Arc::default(),
            running,
            configuration: Arc::default(),
        }
    }

    /// Notes a request that is being served.
    pub(super) fn serving(&self) -> Serving {
        self.running.send_modify(|running| *running += 1);
        Serving(self.running.clone())
    }

    /// Keeps what the engine configured.
    pub(super) fn configure(&self, decoded: Arc<dyn Any + Send + Sync>) {
        *locked(&self.configuration) = Some(decoded);
    }

    /// What the engine configured, if it did.
    pub(super) fn configured(&self) -> Configuration {
        locked(&self.configuration).clone()
    }

    /// Resolves when the engine cancels.
    pub(super) async fn cancelled(&self) {
        let mut cancelled = self.cancelled.subscribe();
        if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
            std::future::pending().await
        }
    }

    /// The monitor at an address, with what was learned of it before.
    pub(super) fn monitor(&self, address: &str) -> Result<Arc<GrpcMonitor>, String> {
        let mut monitors = locked(&self.monitors);
        if let Some(known) = monitors.get(address) {
            return Ok(known.clone());
        }
        let monitor = Arc::new(GrpcMonitor::new(channel(address)?));
        monitors.insert(address.to_owned(), monitor.clone());
        Ok(monitor)
    }

    /// The channel to the engine's log.
    pub(super) fn log(&self) -> Result<Channel, String> {
        let mut log = locked(&self.log);
        if let Some(known) = &*log {
            return Ok(known.clone());
        }
        let engine = self.engine.as_deref().ok_or("no engine has attached")?;
        let opened = channel(engine)?;
        *log = Some(opened.clone());
        Ok(opened)
    }
}
