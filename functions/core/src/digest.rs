//! The digest: when what was gathered is told.

use std::time::Duration;

use compliance_types::{choices::DigestPeriod, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    ledger::{Entry, Write, of_origin},
    run::Origin,
    transition::Transition,
};

const SORT: &str = "last";
/// A schedule is not exact to the second.
const SLACK: Duration = Duration::from_mins(1);
/// Entries of held transitions that are gathered at once: with their notices they are one transaction.
pub const HELD: usize = 40;

/// When the last digest was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// When.
    pub at: Timestamp,
}

/// Transitions that wait for the digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Each of them.
    pub transitions: Vec<Transition>,
}

/// Partition and key of the entry that says when the last digest was made.
#[must_use]
pub fn place(origin: &Origin) -> (String, &'static str) {
    (of_origin("digest", origin), SORT)
}

/// The partition of what waits.
#[must_use]
pub fn held(origin: &Origin) -> String {
    of_origin("held", origin)
}

/// Whether what was gathered is to be told at `now`.
#[must_use]
pub fn is_due(digest: DigestPeriod, last: Option<&Timestamp>, now: &Timestamp) -> bool {
    let hours = match digest {
        DigestPeriod::Immediate => return true,
        DigestPeriod::Hourly => 1,
        DigestPeriod::Daily => 24,
    };
    last.is_none_or(|last| now.duration_since(last) + SLACK >= Duration::from_hours(hours))
}

/// The write that says that a digest was made at `now`.
///
/// # Errors
/// Never: it renders.
pub fn made(before: Option<&Entry>, origin: &Origin, now: &Timestamp) -> Result<Write, serde_json::Error> {
    let (partition, sort) = place(origin);
    let revision = before.map_or(0, |entry| entry.revision) + 1;
    let body = serde_json::to_string(&Last { at: now.clone() })?;
    Ok(Write::Put(Entry { partition, sort: sort.to_owned(), revision, body, expires: None }))
}

/// The write that holds transitions back until then; `id` tells this set from others.
///
/// # Errors
/// Never: it renders.
pub fn hold(
    transitions: Vec<Transition>,
    origin: &Origin,
    now: &Timestamp,
    id: &str,
) -> Result<Write, serde_json::Error> {
    let sort = format!("{}-{id}", now.compact());
    let body = serde_json::to_string(&Held { transitions })?;
    Ok(Write::Put(Entry { partition: held(origin), sort, revision: 1, body, expires: None }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::run;

    #[test]
    fn a_digest_is_due_after_its_time() {
        let at = |seconds: u64| Timestamp::from_unix_seconds(1_772_600_000 + seconds);
        for (digest, seconds, due) in [
            (DigestPeriod::Immediate, 0, true),
            (DigestPeriod::Hourly, 3_500, false),
            (DigestPeriod::Hourly, 3_541, true),
            (DigestPeriod::Daily, 3_600 * 23, false),
            (DigestPeriod::Daily, 3_600 * 24, true),
        ] {
            assert_eq!(is_due(digest, Some(&at(0)), &at(seconds)), due, "{digest:?} {seconds}");
        }
        assert!(is_due(DigestPeriod::Daily, None, &at(0)));
    }

    #[test]
    fn it_is_kept_over_what_was_there() {
        let Write::Put(first) = made(None, &run().origin, &run().time).unwrap() else { panic!("no write") };
        let Write::Put(second) = made(Some(&first), &run().origin, &run().time).unwrap() else { panic!("no write") };
        assert_eq!((first.revision, second.revision), (1, 2));
        assert_eq!(serde_json::from_str::<Last>(&second.body).unwrap().at, run().time);
    }
}
