//! The digest: when what was gathered is told.

use std::{collections::BTreeMap, time::Duration};

use compliance_types::{choices::DigestPeriod, resource::Resource, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    ledger::{ENTRY_BYTES, Entry, Write, of_origin},
    notice::{Content, Notice, TRANSITIONS},
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

/// The entries that hold transitions back until then, each with its transitions: as many as fit into an entry and can be written
/// together with it.
///
/// # Errors
/// Never: they render.
pub fn hold(
    transitions: &[Transition],
    origin: &Origin,
    now: &Timestamp,
) -> Result<Vec<(Vec<Transition>, Write)>, serde_json::Error> {
    let mut entries = Vec::new();
    let mut waiting: Vec<Vec<Transition>> = transitions.chunks(TRANSITIONS).rev().map(<[_]>::to_vec).collect();
    while let Some(mut transitions) = waiting.pop() {
        let half = transitions.len() / 2;
        let body = serde_json::to_string(&Held { transitions: transitions.clone() })?;
        if half > 0 && body.len() > ENTRY_BYTES {
            waiting.push(transitions.split_off(half));
            waiting.push(transitions);
            continue;
        }
        let content = Content::Transitions { transitions: transitions.clone() };
        let sort = format!("{}-{}", now.compact(), Notice::new(origin, now, Vec::new(), content)?.id);
        let entry = Entry { partition: held(origin), sort, revision: 1, body, expires: None };
        entries.push((transitions, Write::Put(entry)));
    }
    Ok(entries)
}

/// Those of the transitions that were held, in their order, that are still to be sent. The last one of a finding is not where it
/// opens the finding and `is_open` says that it is none any more: a waiver covers it by now, and of its end under the waiver
/// nothing is sent either.
#[must_use]
pub fn still_news(held: &[Transition], is_open: impl Fn(&str, &Resource) -> bool) -> Vec<bool> {
    let key = |each: &Transition| (each.rule.clone(), each.resource.clone());
    let last: BTreeMap<(String, Resource), usize> = held.iter().enumerate().map(|(at, each)| (key(each), at)).collect();
    let is_last = |at: usize, each: &Transition| last.get(&key(each)) == Some(&at);
    let over = |at, each: &Transition| each.kind.opens() && is_last(at, each) && !is_open(&each.rule, &each.resource);
    held.iter().enumerate().map(|(at, each)| !over(at, each)).collect()
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
