//! Compliance changes of other accounts that the aggregator does not have yet: delayed messages in the queue of processing.
//!
//! An event arrives within a minute, and what the aggregator has follows later (AWS Config Developer Guide, "Multi-Account
//! Multi-Region Data Aggregation"). So a change that is not found yet is looked for again, twice; after that the schedule finds
//! it. A message is followed by the next one alone, so that every chain ends.

use serde::{Deserialize, Serialize};

use crate::event::ComplianceChange;

/// Seconds that the messages of a change are delayed, one after the other. SQS takes at most 900 (Amazon SQS API Reference,
/// "SendMessage").
const DELAYS: [u16; 2] = [300, 900];
/// Changes of one message, which has at most 256 KiB there.
const CHANGES: usize = 50;

/// Changes that were not found yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LateChanges {
    /// Each of them.
    pub late_changes: Vec<ComplianceChange>,
    /// How often they were looked for, from 1.
    pub attempt: usize,
}

impl LateChanges {
    /// The message of this body, if it is one.
    #[must_use]
    pub fn read(body: &str) -> Option<Self> {
        let read: Self = serde_json::from_str(body).ok()?;
        (1..=DELAYS.len()).contains(&read.attempt).then_some(read)
    }

    /// The messages for changes that were looked for `attempts` times, each with the seconds of its delay; none where that was
    /// often enough.
    ///
    /// # Errors
    /// Never: they render.
    pub fn messages(changes: &[ComplianceChange], attempts: usize) -> Result<Vec<(String, u16)>, serde_json::Error> {
        let Some(delay) = attempts.checked_sub(1).and_then(|index| DELAYS.get(index)) else { return Ok(Vec::new()) };
        let message = |some: &[ComplianceChange]| {
            let body = serde_json::to_string(&Self { late_changes: some.to_vec(), attempt: attempts })?;
            Ok((body, *delay))
        };
        changes.chunks(CHANGES).map(message).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::tests::change;

    #[test]
    fn changes_are_looked_for_twice_more_and_none_is_lost() {
        let changes = vec![change(); CHANGES + 1];
        let messages = LateChanges::messages(&changes, 1).unwrap();
        assert_eq!(messages.iter().map(|(_, delay)| *delay).collect::<Vec<_>>(), [300, 300]);
        let read: Vec<LateChanges> = messages.iter().map(|(body, _)| LateChanges::read(body).unwrap()).collect();
        assert_eq!(read.iter().map(|one| one.late_changes.len()).sum::<usize>(), CHANGES + 1);
        let again = LateChanges::messages(&read[0].late_changes, read[0].attempt + 1).unwrap();
        assert_eq!(again[0].1, 900);
        assert_eq!(LateChanges::messages(&changes, 3).unwrap(), []);
        assert_eq!(LateChanges::messages(&changes, 0).unwrap(), []);
    }

    #[test]
    fn other_bodies_are_none() {
        for other in
            ["", "{}", "{\"lateChanges\":[],\"attempt\":0}", "{\"lateChanges\":[],\"attempt\":3}", "{\"followUp\":1}"]
        {
            assert_eq!(LateChanges::read(other), None, "{other}");
        }
    }
}
