//! The ledger's table: entries that are read whole and written only as they were read.
#![expect(clippy::disallowed_types, reason = "the SDK has items as this type, and no order of it leaves the process")]

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Delete, Put, TransactWriteItem},
};
use functions_core::ledger::{BODY, EXPIRES, Entry, PARTITION, REVISION, SORT, Write};

use crate::error::AwsError;

/// The table.
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
        let mut entries = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| AwsError::new(operation(), &error))?;
            entries.extend(entry(&item));
        }
        Ok(entries)
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
        Ok(answer.item.as_ref().and_then(entry))
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

/// A condition that does not hold, or another transaction on the same entries (Amazon DynamoDB API Reference,
/// "TransactWriteItems", cancellation reasons). Where anything else is among the reasons, that is what failed.
fn is_conflict(error: &TransactWriteItemsError) -> bool {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { return false };
    let reasons = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    let mut reasons = reasons.filter(|code| *code != "None").peekable();
    reasons.peek().is_some() && reasons.all(|code| matches!(code, "ConditionalCheckFailed" | "TransactionConflict"))
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
