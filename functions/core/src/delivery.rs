//! The test of the way through the topic: an encrypted topic whose key forgets a publisher loses messages in silence.
//!
//! A run sets the state of an alarm that exists for this alone. CloudWatch publishes it, as it would publish any alarm, and a
//! queue subscribes to it. The next run looks whether it came.

use std::time::Duration;

use compliance_types::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ledger::{Entry, Write, of_origin},
    run::Origin,
};

const SORT: &str = "test";
/// Seconds that the queue keeps the message: the longest that SQS takes, so that it is there at the next look, however slow
/// the schedule is (Amazon SQS API Reference, "SetQueueAttributes", `MessageRetentionPeriod`).
pub const RETENTION_SECONDS: u32 = 14 * 24 * 60 * 60;
/// Minutes after which a message that did not come is lost. SNS delivers to a queue within seconds.
pub const LOST_AFTER_MINUTES: u64 = 5;

/// How far a test is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Topic and key that were tested: other ones are tested anew.
    pub subject: String,
    /// When the last message was sent.
    pub sent: Timestamp,
    /// What tells it from others.
    pub token: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a test's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Nobody looked yet, or it may still come.
    Waiting,
    /// It came.
    Arrived,
    /// It did not come, and a person was told.
    Lost,
}

/// What a run does about the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Send a message.
    Send,
    /// Look whether it came.
    Look,
    /// Nothing.
    Rest,
}

impl Delivery {
    /// Partition and key of its entry.
    #[must_use]
    pub fn place(origin: &Origin) -> (String, &'static str) {
        (of_origin("delivery", origin), SORT)
    }

    /// What to do where the ledger says `state` of it.
    #[must_use]
    pub fn step(state: Option<&Self>, subject: &str) -> Step {
        match state {
            Some(state) if state.subject == subject => match state.outcome {
                Outcome::Arrived => Step::Rest,
                Outcome::Waiting | Outcome::Lost => Step::Look,
            },
            _ => Step::Send,
        }
    }

    /// What becomes of it at `now`, where `arrived` says whether the message was there; whether that has to be told, and
    /// whether another message has to be sent. What the queue would not have kept until now says nothing.
    #[must_use]
    pub fn after_look(&self, arrived: bool, now: &Timestamp) -> (Self, bool, bool) {
        let waited = now.duration_since(&self.sent);
        let too_late = waited >= Duration::from_secs(RETENTION_SECONDS.into());
        let outcome = match (arrived, self.outcome) {
            (true, _) => Outcome::Arrived,
            (false, outcome) if too_late => outcome,
            (false, Outcome::Waiting) if waited < Duration::from_mins(LOST_AFTER_MINUTES) => Outcome::Waiting,
            (false, _) => Outcome::Lost,
        };
        let told = outcome == Outcome::Lost && self.outcome != Outcome::Lost;
        (Self { outcome, ..self.clone() }, told, outcome == Outcome::Lost || (too_late && !arrived))
    }

    /// The write that keeps it over `before`.
    ///
    /// # Errors
    /// Never: it renders.
    pub fn write(&self, before: Option<&Entry>, origin: &Origin) -> Result<Write, serde_json::Error> {
        let (partition, sort) = Self::place(origin);
        let revision = before.map_or(0, |entry| entry.revision) + 1;
        let body = serde_json::to_string(self)?;
        Ok(Write::Put(Entry { partition, sort: sort.to_owned(), revision, body, expires: None }))
    }

    /// Whether this message of the queue is the one: the alarm's, as SNS passes it on, raw or in its envelope.
    #[must_use]
    pub fn is_own(&self, body: &str) -> bool {
        let Ok(value) = serde_json::from_str::<Value>(body) else { return false };
        let inner = value.get("Message").and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
        let alarm: Value = inner.unwrap_or(value);
        alarm.get("NewStateReason").and_then(Value::as_str).is_some_and(|reason| reason.contains(&self.token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::run;

    fn sent(outcome: Outcome) -> Delivery {
        Delivery { subject: "topic key".to_owned(), sent: run().time, token: "run-1".to_owned(), outcome }
    }

    fn later(minutes: u64) -> Timestamp {
        Timestamp::from_unix_seconds(run().time.unix_seconds() + minutes * 60)
    }

    #[test]
    fn it_is_sent_once_and_looked_for_until_it_came() {
        assert_eq!(Delivery::step(None, "topic key"), Step::Send);
        assert_eq!(Delivery::step(Some(&sent(Outcome::Waiting)), "topic key"), Step::Look);
        assert_eq!(Delivery::step(Some(&sent(Outcome::Lost)), "topic key"), Step::Look);
        assert_eq!(Delivery::step(Some(&sent(Outcome::Arrived)), "topic key"), Step::Rest);
        assert_eq!(Delivery::step(Some(&sent(Outcome::Arrived)), "topic other-key"), Step::Send);
    }

    #[test]
    fn what_does_not_come_is_told_once_and_tried_again() {
        let outcome = |state: &Delivery, arrived, minutes| {
            let (after, told, again) = state.after_look(arrived, &later(minutes));
            (after.outcome, told, again)
        };
        assert_eq!(outcome(&sent(Outcome::Waiting), true, 1), (Outcome::Arrived, false, false));
        assert_eq!(outcome(&sent(Outcome::Waiting), false, 4), (Outcome::Waiting, false, false));
        assert_eq!(outcome(&sent(Outcome::Waiting), false, 5), (Outcome::Lost, true, true));
        let two_weeks = u64::from(RETENTION_SECONDS) / 60;
        assert_eq!(outcome(&sent(Outcome::Waiting), false, two_weeks - 1), (Outcome::Lost, true, true));
        assert_eq!(
            outcome(&sent(Outcome::Waiting), false, two_weeks),
            (Outcome::Waiting, false, true),
            "gone by itself"
        );
        assert_eq!(outcome(&sent(Outcome::Waiting), true, two_weeks), (Outcome::Arrived, false, false));
        assert_eq!(outcome(&sent(Outcome::Lost), false, 1), (Outcome::Lost, false, true));
        assert_eq!(outcome(&sent(Outcome::Lost), true, 1), (Outcome::Arrived, false, false));
    }

    #[test]
    fn the_message_is_known_by_its_token_raw_and_in_an_envelope() {
        let alarm = r#"{"AlarmName":"x","NewStateReason":"delivery test run-1"}"#;
        let envelope = serde_json::json!({ "Type": "Notification", "Message": alarm }).to_string();
        let state = sent(Outcome::Waiting);
        assert!(state.is_own(alarm) && state.is_own(&envelope));
        assert!(!state.is_own(&alarm.replace("run-1", "run-2")) && !state.is_own("no json") && !state.is_own("[]"));
    }

    #[test]
    fn it_reads_back() {
        let Write::Put(entry) = sent(Outcome::Waiting).write(None, &run().origin).unwrap() else { panic!("no entry") };
        assert_eq!(serde_json::from_str::<Delivery>(&entry.body).unwrap(), sent(Outcome::Waiting));
    }
}
