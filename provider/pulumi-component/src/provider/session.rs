//! The engines that talk to this process, told apart by their connections.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tonic::transport::Channel;

use crate::wire::monitor::{GrpcMonitor, channel};

/// One engine's connection. A process that is attached serves several, also at once.
#[derive(Clone)]
pub(super) struct Session {
    engine: Option<String>,
    cancelled: Arc<watch::Sender<bool>>,
    monitors: Arc<Mutex<BTreeMap<String, Arc<GrpcMonitor>>>>,
    log: Arc<Mutex<Option<Channel>>>,
}

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
    pub(super) fn cancel(&self, peer: Option<SocketAddr>) {
        self.of(peer).cancelled.send_replace(true);
        if let Some(peer) = peer {
            // The engine closes the connection next.
            locked(&self.0).by_peer.remove(&peer);
        }
    }
}

impl Session {
    fn new(engine: Option<String>) -> Self {
        let cancelled = Arc::new(watch::Sender::new(false));
        Self { engine, cancelled, monitors: Arc::default(), log: Arc::default() }
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
