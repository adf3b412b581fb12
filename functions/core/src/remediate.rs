//! Remediation: what it was told of, and that it changed nothing.

use serde::{Deserialize, Serialize};

use crate::{
    event::ComplianceChange,
    record::{RecordHeader, RecordKind},
    run::Run,
};

/// What remediation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Recorded; nothing was changed.
    Recorded,
}

/// One ledger entry, at [`crate::key::ledger`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerRecord {
    /// Version, kind and run. Account and region here are the function's; the resource's are in `change`.
    #[serde(flatten)]
    pub header: RecordHeader,
    /// What was done.
    pub outcome: Outcome,
    /// The same for people.
    pub note: String,
    /// What AWS Config told.
    pub change: ComplianceChange,
}

/// The ledger entry of one change.
#[must_use]
pub fn remediate(run: &Run, change: ComplianceChange) -> LedgerRecord {
    LedgerRecord {
        header: RecordHeader::new(RecordKind::Ledger, run),
        outcome: Outcome::Recorded,
        note: "recorded, nothing changed".to_owned(),
        change,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{event::tests::change, key, run::tests::run};

    #[test]
    fn an_entry_says_what_changed_and_that_nothing_was_done() {
        assert_eq!(
            serde_json::to_value(remediate(&run(), change())).unwrap(),
            json!({
                "schemaVersion": 1, "kind": "ledger", "runId": "6f1f0c1e-0000-4000-8000-000000000001",
                "account": "123456789012", "region": "eu-central-1", "time": "2026-03-04T05:06:07Z",
                "outcome": "recorded", "note": "recorded, nothing changed",
                "change": {
                    "eventId": "aaaaaaaa-0000-4000-8000-000000000002", "time": "2026-03-04T05:06:07Z",
                    "account": "123456789012", "region": "eu-central-1", "rule": "s3-bucket-encryption-enabled",
                    "resourceType": "AWS::S3::Bucket", "resourceId": "my-bucket",
                    "compliance": "NON_COMPLIANT", "previousCompliance": null,
                },
            })
        );
    }

    #[test]
    fn a_second_delivery_has_the_same_key_and_another_event_has_not() {
        let mut other = change();
        assert_eq!(key::ledger(&change()), key::ledger(&other));
        other.event_id = "bbbbbbbb-0000-4000-8000-000000000003".to_owned();
        assert_ne!(key::ledger(&change()), key::ledger(&other));
    }
}
