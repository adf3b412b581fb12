//! The signals by which an engine or a terminal ends a plugin.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

/// SIGINT, with which the engine ends a plugin, and SIGTERM.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl Signals {
    /// Takes the signals from now on.
    ///
    /// # Errors
    /// When the system refuses a handler.
    pub(super) fn listen() -> Result<Self, String> {
        let listen = |kind, name| signal(kind).map_err(|error| format!("cannot await {name}: {error}"));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt(), "SIGINT")?,
            terminate: listen(SignalKind::terminate(), "SIGTERM")?,
        })
    }

    /// Resolves with the first signal.
    pub(super) async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C, and Ctrl-Break, with which the engine ends a plugin on Windows.
#[cfg(windows)]
pub(super) struct Signals {
    interrupt: CtrlC,
    terminate: CtrlBreak,
}

#[cfg(windows)]
impl Signals {
    /// Takes the signals from now on.
    ///
    /// # Errors
    /// When the system refuses a handler.
    pub(super) fn listen() -> Result<Self, String> {
        Ok(Self {
            interrupt: ctrl_c().map_err(|error| format!("cannot await Ctrl-C: {error}"))?,
            terminate: ctrl_break().map_err(|error| format!("cannot await Ctrl-Break: {error}"))?,
        })
    }

    /// Resolves with the first signal.
    pub(super) async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
