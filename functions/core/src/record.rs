//! What every record begins with, and how records are written.

use serde::{Deserialize, Serialize};

use crate::run::Run;

/// The version of the records that this code writes. A change that a reader must know of raises it.
pub const SCHEMA_VERSION: u32 = 1;

/// The members that every record begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordHeader {
    /// [`SCHEMA_VERSION`] at the time of writing.
    pub schema_version: u32,
    /// What the record is: `evaluation` or `ledger`.
    pub kind: RecordKind,
    /// Id of the run that wrote it.
    pub run_id: String,
    /// Account of the function.
    pub account: String,
    /// Region of the function.
    pub region: String,
    /// When the run was asked for.
    pub time: String,
}

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RecordKind {
    /// One run of processing.
    Evaluation,
    /// One compliance change, seen by remediation.
    Ledger,
}

impl RecordHeader {
    /// The header of a record that `run` writes.
    #[must_use]
    pub fn new(kind: RecordKind, run: &Run) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            kind,
            run_id: run.id.clone(),
            account: run.origin.account.clone(),
            region: run.origin.region.clone(),
            time: run.time.as_str().to_owned(),
        }
    }
}

/// A record's bytes: JSON on one line, a newline at the end, as Athena reads it. Equal records have equal bytes.
///
/// # Errors
/// Never for a record of this crate.
pub fn render(record: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(record)? + "\n")
}
