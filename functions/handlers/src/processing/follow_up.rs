//! Full runs soon after a deployment: a chain of delayed messages in the queue of compliance changes.
//!
//! A run that is due is an asynchronous invocation of this function by itself, so that aggregation follows as after each
//! scheduled run. Such a run sends no message, and a message is followed by the next one alone: the chain ends.

use functions_core::{
    contract::trigger,
    event::QueueMessage,
    follow_up::{DELAY_SECONDS, FollowUp},
};
use serde_json::json;

use super::handler::Processing;
use crate::{
    error::{AwsError, HandlerError},
    invocation::Invocation,
    invoke, log,
};

/// The messages of the chain, and the others.
pub(super) fn parted(messages: Vec<QueueMessage>) -> (Vec<(String, FollowUp)>, Vec<QueueMessage>) {
    let (mut chain, mut others) = (Vec::new(), Vec::new());
    for message in messages {
        match FollowUp::read(&message.body) {
            Some(one) => chain.push((message.message_id, one)),
            None => others.push(message),
        }
    }
    (chain, others)
}

impl Processing {
    /// Does what a message of the chain asks for. `false` where it must come again.
    pub(super) async fn follow_up(&self, one: FollowUp, invocation: &Invocation) -> bool {
        let done = async {
            // First the run: a message that comes again then asks for it twice, and the chain does not part in two.
            if one.is_run_due() {
                self.run_soon(invocation).await?;
            }
            match one.next() {
                Some(next) => self.send_follow_up(next).await,
                None => Ok(()),
            }
        };
        let done: Result<(), HandlerError> = done.await;
        if let Err(error) = &done {
            log::error(&invocation.run.id, "a run soon after the deployment could not be asked for", error);
        }
        done.is_ok()
    }

    /// Begins the chain. A deployment does not fail where that is refused: the schedule runs in any case.
    pub(super) async fn begin_follow_ups(&self, invocation: &Invocation) {
        if let Err(error) = self.send_follow_up(FollowUp::FIRST).await {
            log::error(&invocation.run.id, "there will be no runs soon after the deployment", &error);
        }
    }

    async fn send_follow_up(&self, one: FollowUp) -> Result<(), HandlerError> {
        self.send_later(one.body(), DELAY_SECONDS).await
    }

    /// Sends a message to the function's own queue, which brings it after so many seconds. Without a queue nothing is sent.
    pub(super) async fn send_later(&self, body: String, delay_seconds: u16) -> Result<(), HandlerError> {
        let Some(queue) = &self.environment.events_queue else { return Ok(()) };
        let answer = self.sqs.get_queue_url().queue_name(queue).send().await;
        let answer = answer.map_err(|error| AwsError::new(format!("GetQueueUrl of `{queue}`"), &error))?;
        let message = self.sqs.send_message().set_queue_url(answer.queue_url).message_body(body);
        let sent = message.delay_seconds(i32::from(delay_seconds)).send().await;
        sent.map_err(|error| AwsError::new(format!("SendMessage to `{queue}`"), &error))?;
        Ok(())
    }

    async fn run_soon(&self, invocation: &Invocation) -> Result<(), HandlerError> {
        let event = json!({ trigger::MEMBER: trigger::FOLLOW_UP });
        Ok(invoke::later(&self.lambda, &invocation.function_name, &event).await?)
    }
}
