//! Messages to the user.

use futures::future::BoxFuture;

/// How loud a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Shown with `--debug` alone.
    Debug,
    /// Shown with the resource.
    Info,
    /// Shown with the resource, as a warning.
    Warning,
}

/// A message to the user.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// How loud it is.
    pub severity: Severity,
    /// The resource it is about; empty for the stack.
    pub urn: String,
    /// The text.
    pub message: String,
    /// Whether it is only shown while the run goes on.
    pub ephemeral: bool,
}

/// Where messages to the user go. A message that cannot be sent is lost: it is never worth a failed run.
pub trait Log: Send + Sync + 'static {
    /// Sends one message; messages arrive in the order in which their futures are awaited.
    fn log(&self, entry: LogEntry) -> BoxFuture<'_, ()>;
}
