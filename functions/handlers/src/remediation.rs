//! Records the compliance changes it was told of. Changes nothing.
//!
//! Invoked by the queue of compliance changes, or by hand with one EventBridge event.

use functions_core::{
    environment::RemediationEnvironment,
    event::{self, ComplianceChange},
    key, record,
    remediate::remediate,
};
use serde_json::{Value, json};

use crate::{
    aws::Clients,
    error::HandlerError,
    invocation::Invocation,
    log,
    queue::Batch,
    store::{JSON, Store},
};

/// The handler.
pub struct Remediation {
    store: Store,
}

impl Remediation {
    /// The handler as its environment says.
    ///
    /// # Errors
    /// Names every variable that is missing or ill-formed.
    pub fn new(lookup: impl Fn(&str) -> Option<String>, clients: &Clients) -> Result<Self, HandlerError> {
        let environment = RemediationEnvironment::read(lookup)?;
        Ok(Self { store: Store::new(clients.s3.clone(), environment.storage) })
    }

    /// Answers the failed messages where a queue asks, else `{"record", "note"}`.
    ///
    /// # Errors
    /// When the event is neither a batch nor a compliance change, or a single change cannot be recorded.
    pub async fn handle(&self, event: &Value, invocation: &Invocation) -> Result<Value, HandlerError> {
        let Some(messages) = event::queue_messages(event)? else {
            return self.record(ComplianceChange::from_event(event)?, invocation).await;
        };
        let Batch { changes, mut failed } = Batch::read(messages, invocation);
        for (message_id, change) in changes {
            if let Err(error) = self.record(change, invocation).await {
                log::error(&invocation.run.id, &format!("message {message_id} is not recorded"), &error);
                failed.push(message_id);
            }
        }
        Ok(event::batch_answer(failed.iter().map(String::as_str)))
    }

    async fn record(&self, change: ComplianceChange, invocation: &Invocation) -> Result<Value, HandlerError> {
        let key = key::ledger(&change);
        let record = remediate(&invocation.run, change);
        let written = self.store.write_once(&key, JSON, record::render(&record)?.into_bytes()).await?;
        let answer = json!({ "record": key, "note": record.note });
        log::info(&invocation.run.id, "recorded", &json!({ "written": format!("{written:?}"), "answer": answer }));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, FakeAws, batch, change_event, invocation};

    const KEY: &str = "ledger/123456789012/eu-central-1/AWS.S3.Bucket/b/a/20260304T050607Z-event-of-b.json";

    fn remediation(aws: &FakeAws) -> Remediation {
        Remediation::new(testing::environment(&[]), &testing::clients(aws)).unwrap()
    }

    #[tokio::test]
    async fn a_change_is_written_once_encrypted_with_the_key_and_nothing_else_is_asked() {
        let aws = FakeAws::start(|_| (200, String::new()));
        let answer = remediation(&aws).handle(&change_event("b"), &invocation()).await.unwrap();
        assert_eq!(answer, json!({ "record": KEY, "note": "recorded, nothing changed" }));
        let requests = aws.requests();
        assert_eq!(requests.len(), 1);
        let header = |name: &str| requests[0].headers.get(name).map(String::as_str);
        assert!(requests[0].line.starts_with(&format!("PUT /{}/{KEY}", testing::BUCKET)), "{}", requests[0].line);
        assert_eq!(header("if-none-match"), Some("*"));
        assert_eq!(header("x-amz-server-side-encryption"), Some("aws:kms"));
        assert_eq!(header("x-amz-server-side-encryption-aws-kms-key-id"), Some(testing::KMS_KEY_ARN));
    }

    #[tokio::test]
    async fn a_change_that_is_recorded_already_counts_as_done() {
        let aws = FakeAws::start(|_| (412, "<Error><Code>PreconditionFailed</Code></Error>".to_owned()));
        assert_eq!(remediation(&aws).handle(&change_event("b"), &invocation()).await.unwrap()["record"], KEY);
    }

    #[tokio::test]
    async fn a_batch_gives_back_what_does_not_read_and_what_is_not_written() {
        let aws = FakeAws::start(|request| match request.line.contains("/refused/") {
            true => (403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>".to_owned()),
            false => (200, String::new()),
        });
        let messages = [
            ("m1", change_event("b").to_string()),
            ("m2", "no json".to_owned()),
            ("m3", change_event("refused").to_string()),
            ("m4", change_event("c").to_string()),
        ];
        let answer = remediation(&aws).handle(&batch(&messages), &invocation()).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "m2" }, { "itemIdentifier": "m3" }] }));
        assert_eq!(aws.requests().len(), 3);
    }

    #[tokio::test]
    async fn a_refusal_gives_up_and_a_fault_of_the_service_may_pass() {
        for (status, code, expected) in [
            (403, "AccessDenied", "GiveUp.Aws"),
            (503, "SlowDown", "Retry.Aws"),
            (409, "ConditionalRequestConflict", "Retry.Aws"),
        ] {
            let aws =
                FakeAws::start(move |_| (status, format!("<Error><Code>{code}</Code><Message>m</Message></Error>")));
            let error = remediation(&aws).handle(&change_event("b"), &invocation()).await.unwrap_err();
            assert_eq!(error.error_type(), expected);
            assert_eq!(error.to_string(), format!("PutObject `{KEY}` of `reports`: {code}: m"));
        }
    }

    #[tokio::test]
    async fn an_event_of_another_kind_gives_up() {
        let aws = FakeAws::start(|_| (200, String::new()));
        let error = remediation(&aws).handle(&json!({}), &invocation()).await.unwrap_err();
        assert_eq!(error.error_type(), "GiveUp.Event");
        assert!(aws.requests().is_empty());
    }
}
