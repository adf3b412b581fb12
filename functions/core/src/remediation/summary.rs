//! The result of a run, as the ledger's table stores it.

use std::collections::BTreeMap;

use compliance_types::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::item::{Item, partition};
use crate::{
    ledger::{Entry, Write},
    run::Origin,
};

/// The key of the entry.
pub const SORT: &str = "last-run";

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Id of the run.
    pub run_id: String,
    /// When it was.
    pub at: Timestamp,
    /// How many remediations are in each state.
    pub states: BTreeMap<String, u64>,
    /// Changes that were planned.
    pub planned: u64,
    /// Resources that were changed.
    pub changed: u64,
    /// Findings and changes that were left for a later run, by reason.
    pub left: BTreeMap<String, u64>,
    /// Why nothing may be changed, where nothing may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The revision of its entry; 0 before it is written.
    #[serde(skip)]
    pub revision: u64,
}

impl Summary {
    /// A run that begins, after the one of this entry.
    #[must_use]
    pub fn begin(run_id: &str, at: &Timestamp, last: Option<&Entry>) -> Self {
        Self {
            run_id: run_id.to_owned(),
            at: at.clone(),
            states: BTreeMap::new(),
            planned: 0,
            changed: 0,
            left: BTreeMap::new(),
            stopped: None,
            revision: last.map_or(0, |entry| entry.revision),
        }
    }

    /// Counts what is left for a later run.
    pub fn leave(&mut self, reason: impl Into<String>, count: u64) {
        if count > 0 {
            *self.left.entry(reason.into()).or_default() += count;
        }
    }

    /// Counts remediations by state.
    #[must_use]
    pub fn of(mut self, items: &[Item]) -> Self {
        self.states = BTreeMap::new();
        for item in items {
            *self.states.entry(item.state.word().to_owned()).or_default() += 1;
        }
        self
    }

    /// The write that stores it over the last one.
    ///
    /// # Errors
    /// Never: the body renders.
    pub fn stored(&self, origin: &Origin) -> Result<Write, serde_json::Error> {
        Ok(Write::Put(Entry {
            partition: partition(origin),
            sort: SORT.to_owned(),
            revision: self.revision + 1,
            body: serde_json::to_string(self)?,
            expires: None,
        }))
    }
}
