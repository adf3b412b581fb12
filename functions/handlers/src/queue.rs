//! The messages of a batch: those that read, and those that must go back.

use functions_core::event::{ComplianceChange, QueueMessage};

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
                Err(error) => {
                    let what = format!("message {} is refused", message.message_id);
                    log::error(&invocation.run.id, &what, &error.into());
                    batch.failed.push(message.message_id);
                }
            }
        }
        batch
    }
}
