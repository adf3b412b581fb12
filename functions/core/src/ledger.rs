//! The ledger: entries of one table, each with a revision that tells its versions apart.
//!
//! | partition | entry | body |
//! | --- | --- | --- |
//! | `findings/<account>` | `<rule>/<region or global>/<resource type>/<resource>` | [`crate::finding`] |
//! | `watch/<account>/<region>` | `rules` | [`crate::watch`] |
//! | `held/<account>/<region>` | `<id>` | transitions that wait for the digest, [`crate::notice`] |
//! | `ready/<account>/<region>` | `<id>` | notices to be sent, [`crate::outbox`] |
//! | `sent/<account>/<region>` | `<id>` | notices that were sent |
//! | `digest/<account>/<region>` | `last` | when the last digest was made, [`crate::digest`] |
//! | `regions/<account>/<region>` | `watched` | other regions of the deployment, [`crate::watched_regions`] |
//! | `sources/<account>/<region>` | `<account>` | accounts and regions that the aggregator lists, [`crate::sources`] |
//! | `waivers/<account>/<region>` | `ends` | of which ends of waivers a notice was sent, [`crate::waived`] |
//! | `delivery/<account>/<region>` | `test` | the test of the way through the topic, [`crate::delivery`] |
//! | `remediation/<account>/<region>` | `item/<id>` | a remediation, [`crate::remediation::item`] |
//! | `remediation/<account>/<region>` | `budget` | what a run has taken of its limits, [`crate::remediation::budget`] |
//! | `remediation/<account>/<region>` | `lease/<digest>` | who is changing a resource, [`crate::remediation::begin`] |
//! | `remediation/<account>/<region>` | `last-run` | the result of the last run, [`crate::remediation::summary`] |
//! | `approvals/<identity>` | `<id>` | what somebody decided, [`crate::remediation::decision`] |
//! | `control/<account>/<region>` | `switch` | the stop switch of remediation, [`crate::remediation::decision`] |
//!
//! What belongs together is written together: a finding that changes and the notice that tells it are one transaction.

use std::collections::BTreeSet;

use crate::{key::segment, run::Origin};

/// Name of the partition key.
pub const PARTITION: &str = "partition";
/// Name of the sort key.
pub const SORT: &str = "sort";
/// Name of the attribute with the revision, a number.
pub const REVISION: &str = "revision";
/// Name of the attribute with the body, JSON text.
pub const BODY: &str = "body";
/// Name of the attribute with the time after which the entry goes by itself, Unix seconds.
pub const EXPIRES: &str = "expires";

/// Writes of one transaction (Amazon DynamoDB API Reference, "TransactWriteItems").
pub const WRITES: usize = 100;
/// Bytes of one entry's body. An item has 400 KB at most, keys and names included (Amazon DynamoDB Developer Guide, "Quotas").
pub const ENTRY_BYTES: usize = 350_000;
/// Bytes of one transaction, 4 MB there, less what keys and names take.
pub const BYTES: usize = 3_000_000;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its partition.
    pub partition: String,
    /// Its key there.
    pub sort: String,
    /// 1 for a new entry, one more with each write.
    pub revision: u64,
    /// JSON text.
    pub body: String,
    /// When it goes by itself, Unix seconds; `None` for never.
    pub expires: Option<u64>,
}

/// One write. It happens only where the entry is as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Puts an entry over the one of the revision before; one of revision 1 where there is none.
    Put(Entry),
    /// Deletes the entry of this revision.
    Delete {
        /// Its partition.
        partition: String,
        /// Its key there.
        sort: String,
        /// Its revision.
        revision: u64,
    },
}

impl Write {
    /// Deletes this entry.
    #[must_use]
    pub fn delete(entry: &Entry) -> Self {
        Self::Delete { partition: entry.partition.clone(), sort: entry.sort.clone(), revision: entry.revision }
    }

    /// The bytes that count.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Put(entry) => entry.partition.len() + entry.sort.len() + entry.body.len(),
            Self::Delete { partition, sort, .. } => partition.len() + sort.len(),
        }
    }
}

/// Writes in transactions: each inner list stays whole, and as many as fit go together.
#[must_use]
pub fn transactions(groups: Vec<Vec<Write>>) -> Vec<Vec<Write>> {
    let mut transactions: Vec<Vec<Write>> = Vec::new();
    let mut bytes = 0;
    for group in groups {
        let needed: usize = group.iter().map(Write::bytes).sum();
        match transactions.last_mut() {
            Some(last) if last.len() + group.len() <= WRITES && bytes + needed <= BYTES => {
                last.extend(group);
                bytes += needed;
            }
            _ => {
                transactions.push(group);
                bytes = needed;
            }
        }
    }
    transactions
}

/// `<kind>/<account>/<region>`.
#[must_use]
pub fn of_origin(kind: &str, origin: &Origin) -> String {
    format!("{kind}/{}/{}", segment(&origin.account), segment(&origin.region))
}

/// Whether no two writes are of the same entry, which a transaction must not have.
#[must_use]
pub fn are_apart(writes: &[Write]) -> bool {
    let key = |write: &Write| match write {
        Write::Put(entry) => (entry.partition.clone(), entry.sort.clone()),
        Write::Delete { partition, sort, .. } => (partition.clone(), sort.clone()),
    };
    writes.iter().map(key).collect::<BTreeSet<_>>().len() == writes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn put(number: usize, bytes: usize) -> Write {
        let body = "x".repeat(bytes);
        Write::Put(Entry { partition: "p".to_owned(), sort: number.to_string(), revision: 1, body, expires: None })
    }

    proptest! {
        #[test]
        fn transactions_keep_groups_whole_and_stay_within_bounds(sizes in proptest::collection::vec((1..60_usize, 0..40_000_usize), 0..20)) {
            let mut number = 0;
            let groups: Vec<Vec<Write>> = sizes
                .iter()
                .map(|(count, bytes)| {
                    number += count;
                    (number - count..number).map(|number| put(number, *bytes)).collect()
                })
                .collect();
            let transactions = transactions(groups.clone());
            prop_assert_eq!(transactions.concat(), groups.concat());
            for transaction in &transactions {
                prop_assert!(transaction.len() <= WRITES && are_apart(transaction));
                prop_assert!(transaction.iter().map(Write::bytes).sum::<usize>() <= BYTES);
            }
            for group in &groups {
                prop_assert!(transactions.iter().any(|transaction| group.iter().all(|write| transaction.contains(write))));
            }
        }
    }
}
