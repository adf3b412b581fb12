//! The ledger's table: entries that are read whole and written only as they were read.
#![expect(clippy::disallowed_types, reason = "the SDK has items as this type, and no order of it leaves the process")]

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    config::{
        interceptors::InterceptorContext,
        retry::{ClassifyRetry, RetryAction},
    },
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Delete, Put, TransactWriteItem},
};
use functions_core::ledger::{BODY, EXPIRES, Entry, PARTITION, REVISION, SORT, Write};

use crate::error::AwsError;

/// The table.
#[derive(Clone)]
pub struct Table {
    client: Client,
    name: String,
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// All of it is written.
    Whole,
    /// Nothing is written: an entry is not as it was read, or somebody else writes it now.
    Conflict,
}

type Item = HashMap<String, AttributeValue>;

impl Table {
    /// The table of this name.
    pub const fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Every entry of a partition whose key begins with `prefix`.
    ///
    /// # Errors
    /// When DynamoDB does not give them.
    pub async fn query(&self, partition: &str, prefix: Option<&str>) -> Result<Vec<Entry>, AwsError> {
        let mut entries = Vec::new();
        self.each(partition, prefix, |entry| entries.push(entry)).await?;
        Ok(entries)
    }

    /// Calls `take` with every entry of a partition whose key begins with `prefix`, page by page.
    ///
    /// # Errors
    /// When DynamoDB does not give them.
    pub async fn each(
        &self,
        partition: &str,
        prefix: Option<&str>,
        mut take: impl FnMut(Entry),
    ) -> Result<(), AwsError> {
        let operation = || format!("Query `{partition}` of `{}`", self.name);
        let mut request = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .expression_attribute_names("#p", PARTITION)
            .expression_attribute_values(":p", text(partition));
        request = match prefix {
            Some(prefix) => request
                .key_condition_expression("#p = :p AND begins_with(#s, :s)")
                .expression_attribute_names("#s", SORT)
                .expression_attribute_values(":s", text(prefix)),
            None => request.key_condition_expression("#p = :p"),
        };
        let mut items = request.into_paginator().items().send();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| AwsError::new(operation(), &error))?;
            if let Some(entry) = entry(&item) {
                take(entry);
            }
        }
        Ok(())
    }

    /// One entry, where there is one.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn get(&self, partition: &str, sort: &str) -> Result<Option<Entry>, AwsError> {
        let request = self.client.get_item().table_name(&self.name).consistent_read(true);
        let request = request.key(PARTITION, text(partition)).key(SORT, text(sort));
        let operation = || format!("GetItem `{sort}` in `{partition}` of `{}`", self.name);
        let answer = request.send().await.map_err(|error| AwsError::new(operation(), &error))?;
        let Some(item) = &answer.item else { return Ok(None) };
        // What is there and does not read must not pass for what is not there.
        let unreadable = || std::io::Error::other("the entry lacks an attribute, or has one of another type");
        entry(item).map(Some).ok_or_else(|| AwsError::unreadable(operation(), &unreadable()))
    }

    /// Writes all of it, or nothing.
    ///
    /// # Errors
    /// When DynamoDB does not take it for another reason than a conflict.
    pub async fn write(&self, writes: &[Write]) -> Result<Committed, AwsError> {
        let operation = || format!("TransactWriteItems of {} in `{}`", writes.len(), self.name);
        let items = writes.iter().map(|write| self.item(write)).collect::<Result<Vec<_>, _>>();
        let items = items.map_err(|error| AwsError::refused(operation(), &error))?;
        // The SDK gives the request a token, so that its own retries are the same transaction.
        match self.client.transact_write_items().set_transact_items(Some(items)).send().await {
            Ok(_) => Ok(Committed::Whole),
            Err(error) if error.as_service_error().is_some_and(is_conflict) => Ok(Committed::Conflict),
            Err(error) if error.as_service_error().is_some_and(is_throttled) => {
                Err(AwsError::new(operation(), &error).passing())
            }
            Err(error) => Err(AwsError::new(operation(), &error)),
        }
    }

    fn item(&self, write: &Write) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
        let item = TransactWriteItem::builder();
        match write {
            Write::Put(entry) => {
                let put = Put::builder().table_name(&self.name).set_item(Some(attributes(entry)));
                let put = if entry.revision <= 1 {
                    put.condition_expression("attribute_not_exists(#p)").expression_attribute_names("#p", PARTITION)
                } else {
                    put.condition_expression("#r = :r")
                        .expression_attribute_names("#r", REVISION)
                        .expression_attribute_values(":r", number(entry.revision - 1))
                };
                Ok(item.put(put.build()?).build())
            }
            Write::Delete { partition, sort, revision } => {
                let delete = Delete::builder()
                    .table_name(&self.name)
                    .key(PARTITION, text(partition))
                    .key(SORT, text(sort))
                    .condition_expression("#r = :r")
                    .expression_attribute_names("#r", REVISION)
                    .expression_attribute_values(":r", number(*revision));
                Ok(item.delete(delete.build()?).build())
            }
        }
    }
}

/// Lets the SDK try a transaction again that was cancelled because of throttling, with the pauses of any throttled call.
#[derive(Debug)]
pub struct RetryThrottledTransaction;

impl ClassifyRetry for RetryThrottledTransaction {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(|result| result.err());
        let error = error.and_then(|error| error.as_operation_error()?.downcast_ref::<TransactWriteItemsError>());
        match error {
            Some(error) if is_throttled(error) => RetryAction::throttling_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "throttled transaction"
    }
}

/// A condition that does not hold, or another transaction on the same entries. Where anything else is among the reasons,
/// that is what failed.
fn is_conflict(error: &TransactWriteItemsError) -> bool {
    is_cancelled_by(error, |reason| CONFLICTS.contains(&reason))
}

/// Too many writes at once, of which some may conflict as well: that shows when they are tried again.
fn is_throttled(error: &TransactWriteItemsError) -> bool {
    is_cancelled_by(error, |reason| CONFLICTS.contains(&reason) || THROTTLES.contains(&reason)) && !is_conflict(error)
}

/// Cancellation reasons that pass with another look at the table, and those that pass with time (Amazon DynamoDB API
/// Reference, "TransactWriteItems", cancellation reasons).
const CONFLICTS: [&str; 2] = ["ConditionalCheckFailed", "TransactionConflict"];
const THROTTLES: [&str; 3] = ["ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"];

/// Whether a transaction was cancelled for reasons that are all of a kind.
fn is_cancelled_by(error: &TransactWriteItemsError, kind: impl Fn(&str) -> bool) -> bool {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { return false };
    let reasons = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    let mut reasons = reasons.filter(|code| *code != "None").peekable();
    reasons.peek().is_some() && reasons.all(kind)
}

fn attributes(entry: &Entry) -> Item {
    let mut item = HashMap::from([
        (PARTITION.to_owned(), text(&entry.partition)),
        (SORT.to_owned(), text(&entry.sort)),
        (REVISION.to_owned(), number(entry.revision)),
        (BODY.to_owned(), text(&entry.body)),
    ]);
    item.extend(entry.expires.map(|seconds| (EXPIRES.to_owned(), number(seconds))));
    item
}

/// `None` where it is none of ours.
fn entry(item: &Item) -> Option<Entry> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    let number = |name: &str| item.get(name).and_then(|value| value.as_n().ok()).and_then(|digits| digits.parse().ok());
    Some(Entry {
        partition: text(PARTITION)?,
        sort: text(SORT)?,
        revision: number(REVISION)?,
        body: text(BODY)?,
        expires: number(EXPIRES),
    })
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        time::Duration,
    };

    use aws_config::retry::RetryConfig;

    use super::*;
    use crate::{
        error::HandlerError,
        tests::support::{self, FakeAws},
    };

    /// A table that cancels the first `times` transactions for these reasons, and how many it was asked for.
    fn cancelling(reasons: &'static [&'static str], times: usize) -> (Table, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let aws = FakeAws::start(move |_| {
            if counted.fetch_add(1, Ordering::Relaxed) >= times {
                return (200, "{}".to_owned());
            }
            let reasons: Vec<_> = reasons.iter().map(|code| serde_json::json!({ "Code": code })).collect();
            let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
            (400, serde_json::json!({ "__type": kind, "Message": "m", "CancellationReasons": reasons }).to_string())
        });
        let retries = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1));
        let clients = support::clients_trying(&aws, retries);
        (Table::new(clients.dynamodb, "ledger".to_owned()), asked)
    }

    fn writes() -> Vec<Write> {
        let text = |text: &str| text.to_owned();
        vec![Write::Put(Entry { partition: text("p"), sort: text("s"), revision: 1, body: text("{}"), expires: None })]
    }

    #[tokio::test]
    async fn finding_10_a_transaction_that_is_cancelled_by_throttling_is_tried_again() {
        for reasons in [
            &["None", "ThrottlingError"][..],
            &["ProvisionedThroughputExceeded", "ThrottlingError"],
            &["ConditionalCheckFailed", "ThrottlingError"],
        ] {
            let (table, asked) = cancelling(reasons, 2);
            assert_eq!(table.write(&writes()).await.unwrap(), Committed::Whole, "{reasons:?}");
            assert_eq!(asked.load(Ordering::Relaxed), 3, "{reasons:?}");
        }
    }

    #[tokio::test]
    async fn finding_10_throttling_that_lasts_is_passing_and_anything_else_is_not() {
        let (table, _) = cancelling(&["None", "ThrottlingError"], 99);
        let error = HandlerError::from(table.write(&writes()).await.unwrap_err());
        assert_eq!(error.error_type(), "Retry.Aws");
        for reasons in [&["ValidationError"][..], &["ThrottlingError", "ValidationError"], &["None"], &[]] {
            let (table, asked) = cancelling(reasons, 99);
            let error = HandlerError::from(table.write(&writes()).await.unwrap_err());
            assert_eq!(
                (error.error_type(), asked.load(Ordering::Relaxed)),
                ("GiveUp.Aws".to_owned(), 1),
                "{reasons:?}"
            );
        }
        let (table, asked) = cancelling(&["ConditionalCheckFailed", "TransactionConflict"], 99);
        assert_eq!(table.write(&writes()).await.unwrap(), Committed::Conflict);
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}
