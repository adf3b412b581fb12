//! The test of the way through the topic, one step in each whole run.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::StateValue;
use functions_core::{
    delivery::{Delivery, Outcome, Step},
    environment::DeliveryEnvironment,
    notice::{Content, Notice},
    outbox,
};

use super::handler::Processing;
use crate::{
    error::{AwsError, HandlerError},
    invocation::Invocation,
    log,
};

/// Messages of one call, and the seconds it waits for one (Amazon SQS API Reference, "ReceiveMessage").
const MESSAGES: i32 = 10;
const WAIT_SECONDS: i32 = 1;
/// Calls of one look.
const CALLS: usize = 3;

impl Processing {
    /// Makes the next step of the test. Whether a message was lost, where this run looked for one.
    ///
    /// # Errors
    /// When AWS does not answer.
    pub(super) async fn test_delivery(&self, invocation: &Invocation) -> Result<Option<bool>, HandlerError> {
        let (Some(topic), Some(delivery)) = (&self.topic, &self.environment.delivery) else { return Ok(None) };
        let (origin, now) = (&invocation.run.origin, invocation.now());
        let (partition, sort) = Delivery::place(origin);
        let before = self.table.get(&partition, sort).await?;
        // One that does not read begins anew.
        let state = before.as_ref().and_then(|entry| serde_json::from_str::<Delivery>(&entry.body).ok());
        let subject = format!("{} {}", topic.arn(), self.environment.storage.kms_key_arn);
        let fresh = Delivery {
            subject: subject.clone(),
            sent: now.clone(),
            token: invocation.run.id.clone(),
            outcome: Outcome::Waiting,
        };
        match (Delivery::step(state.as_ref(), &subject), state) {
            (Step::Look, Some(state)) => {
                let (arrived, handles) = self.arrived(delivery, &state).await?;
                let (after, told, again) = state.after_look(arrived, &now);
                let after = if again { Delivery { sent: now.clone(), token: fresh.token, ..after } } else { after };
                let mut writes = vec![after.write(before.as_ref(), origin)?];
                if told {
                    let content = Content::DeliveryLost { sent: state.sent };
                    writes.push(outbox::put(&Notice::new(origin, &now, Vec::new(), content)?)?);
                }
                // A conflict: another run made this step. The messages go after it: a run that dies in between leaves some,
                // which mean nothing to the next one, but would else have lost what it saw.
                self.table.write(&writes).await?;
                self.take_out(delivery, handles).await?;
                let lost = after.outcome == Outcome::Lost;
                if lost {
                    let what = "an alarm does not come through the topic";
                    log::error(&invocation.run.id, what, &HandlerError::DeliveryLost);
                }
                if again {
                    self.send_alarm(delivery, &after).await?;
                }
                Ok(Some(lost))
            }
            (Step::Send, _) => {
                self.table.write(&[fresh.write(before.as_ref(), origin)?]).await?;
                self.send_alarm(delivery, &fresh).await?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Lets the alarm tell that it is over: a message like any alarm's, whose subject says `OK` to the people who get it.
    /// CloudWatch acts on a change of state alone, so it goes off first, of which it tells nobody.
    async fn send_alarm(&self, delivery: &DeliveryEnvironment, state: &Delivery) -> Result<(), AwsError> {
        for value in [StateValue::Alarm, StateValue::Ok] {
            let request = self.cloudwatch.set_alarm_state().alarm_name(&delivery.alarm).state_value(value);
            let reason = format!("Test of the delivery of alarms, nothing is wrong ({})", state.token);
            let answer = request.state_reason(reason).send().await;
            answer.map_err(|error| AwsError::new(format!("SetAlarmState of `{}`", delivery.alarm), &error))?;
        }
        Ok(())
    }

    /// Whether the message is in the queue, and the handles of all that are.
    async fn arrived(
        &self,
        delivery: &DeliveryEnvironment,
        state: &Delivery,
    ) -> Result<(bool, BTreeSet<String>), AwsError> {
        let queue = &delivery.queue_url;
        let (mut arrived, mut handles) = (false, BTreeSet::new());
        for _ in 0..CALLS {
            let request = self.sqs.receive_message().queue_url(queue).max_number_of_messages(MESSAGES);
            let answer = request.wait_time_seconds(WAIT_SECONDS).send().await;
            let answer = answer.map_err(|error| AwsError::new(format!("ReceiveMessage from `{queue}`"), &error))?;
            for message in answer.messages() {
                arrived |= message.body().is_some_and(|body| state.is_own(body));
                handles.extend(message.receipt_handle().map(str::to_owned));
            }
            if arrived || answer.messages().is_empty() {
                break;
            }
        }
        Ok((arrived, handles))
    }

    async fn take_out(&self, delivery: &DeliveryEnvironment, handles: BTreeSet<String>) -> Result<(), AwsError> {
        let queue = &delivery.queue_url;
        for handle in handles {
            let answer = self.sqs.delete_message().queue_url(queue).receipt_handle(handle).send().await;
            answer.map_err(|error| AwsError::new(format!("DeleteMessage from `{queue}`"), &error))?;
        }
        Ok(())
    }
}
