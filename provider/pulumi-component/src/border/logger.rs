//! Messages to the user, in one order: a queue that one task empties.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};

use crate::border::log::{Log, LogEntry, Severity};
use crate::values::property::Urn;

/// Takes messages without waiting; they are sent in the order in which they were said.
///
/// A message is shown with its component. What is said before that one is registered waits for it, and is shown with
/// the parent where it never comes.
#[derive(Clone)]
pub(crate) struct Logger {
    queue: mpsc::UnboundedSender<Message>,
    about: Arc<watch::Sender<Option<String>>>,
    /// The last status line is taken away at the end.
    status: Arc<Mutex<bool>>,
    parent: Arc<str>,
}

enum Message {
    Say { severity: Severity, text: String },
    Status { text: String, urn: String },
    Flush(oneshot::Sender<()>),
}

impl Logger {
    /// Starts the queue's task, which ends with its last logger.
    pub(crate) fn start(log: Arc<dyn Log>, parent: &str) -> Self {
        let (queue, messages) = mpsc::unbounded_channel();
        let about = Arc::new(watch::Sender::new(None));
        tokio::spawn(send(log, messages, about.subscribe()));
        Self { queue, about, status: Arc::default(), parent: parent.into() }
    }

    /// Says which resource the messages are about.
    pub(crate) fn about(&self, urn: &Urn) {
        self.about.send_replace(Some(urn.to_string()));
    }

    pub(crate) fn say(&self, severity: Severity, text: String) {
        // Nobody listens once the run is over.
        let _ = self.queue.send(Message::Say { severity, text });
    }

    pub(crate) fn status(&self, text: String) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = !text.is_empty();
        // A status line is of use at once or never, so it does not wait for the component.
        let urn = self.about.borrow().clone().unwrap_or_else(|| self.parent.to_string());
        let _ = self.queue.send(Message::Status { text, urn });
    }

    /// Waits until everything is sent.
    pub(crate) async fn flush(&self) {
        self.about.send_if_modified(|urn| {
            let missing = urn.is_none();
            urn.get_or_insert_with(|| self.parent.to_string());
            missing
        });
        if *self.status.lock().unwrap_or_else(PoisonError::into_inner) {
            self.status(String::new());
        }
        let (sender, receiver) = oneshot::channel();
        if self.queue.send(Message::Flush(sender)).is_ok() {
            let _ = receiver.await;
        }
    }
}

async fn send(
    log: Arc<dyn Log>,
    mut messages: mpsc::UnboundedReceiver<Message>,
    mut about: watch::Receiver<Option<String>>,
) {
    let mut waiting = Vec::new();
    loop {
        // Status lines pass by what waits for the component.
        let message = tokio::select! {
            biased;
            () = known(&mut about), if !waiting.is_empty() => None,
            message = messages.recv() => match message {
                None => return,
                message => message,
            },
        };
        match message {
            None => drain(&log, &mut waiting, &about).await,
            Some(Message::Say { severity, text }) => waiting.push((severity, text)),
            Some(Message::Status { text, urn }) => {
                log.log(LogEntry { severity: Severity::Info, urn, message: text, ephemeral: true }).await;
            }
            Some(Message::Flush(done)) => {
                drain(&log, &mut waiting, &about).await;
                let _ = done.send(());
            }
        }
    }
}

/// Waits until it is known what the messages are about, or never will be.
async fn known(about: &mut watch::Receiver<Option<String>>) {
    let _ = about.wait_for(Option::is_some).await;
}

async fn drain(log: &Arc<dyn Log>, waiting: &mut Vec<(Severity, String)>, about: &watch::Receiver<Option<String>>) {
    let urn = about.borrow().clone().unwrap_or_default();
    for (severity, message) in waiting.drain(..) {
        log.log(LogEntry { severity, urn: urn.clone(), message, ephemeral: false }).await;
    }
}
