//! The messages of a batch: those that read, and those that must go back.

use functions_core::event::{ComplianceChange, EventError, QueueMessage};

use crate::{invocation::Invocation, log};

/// A batch whose bodies were read.
#[derive(Default)]
pub struct Batch {
    /// Message id and the change in it.
    pub changes: Vec<(String, ComplianceChange)>,
    /// Ids of messages that are no compliance change. They come again and end in the dead-letter queue, where a person sees
    /// them; the others of the batch do not wait for them.
    pub failed: Vec<String>,
}

impl Batch {
    /// Reads each message.
    pub fn read(messages: Vec<QueueMessage>, invocation: &Invocation) -> Self {
        let mut batch = Self::default();
        for message in messages {
            match ComplianceChange::parse(&message.body) {
                Ok(change) => batch.changes.push((message.message_id, change)),
                Err(error) => batch.fail(message.message_id, error, invocation),
            }
        }
        batch
    }

    /// Takes out the changes that `judge` refuses.
    pub fn refuse(&mut self, invocation: &Invocation, judge: impl Fn(&ComplianceChange) -> Result<(), EventError>) {
        for (message_id, change) in std::mem::take(&mut self.changes) {
            match judge(&change) {
                Ok(()) => self.changes.push((message_id, change)),
                Err(error) => self.fail(message_id, error, invocation),
            }
        }
    }

    fn fail(&mut self, message_id: String, error: EventError, invocation: &Invocation) {
        log::error(&invocation.run.id, &format!("message {message_id} is refused"), &error.into());
        self.failed.push(message_id);
    }
}
