//! Notices: what is told, to whom, in messages that fit.
//!
//! A set of transitions is one message for each set of routes that takes them, so that a route gets its own and nothing
//! else, and everybody who takes all gets each transition once.

mod chat;
mod content;
mod links;
mod machine;
mod render;
mod text;

use std::collections::BTreeMap;

use compliance_types::time::Timestamp;

use crate::{ledger::ENTRY_BYTES, run::Origin, sha256, sources::Silence, transition::Transition, waived::Ending};

pub use content::{Content, Facts, Notice, Summary};
pub use render::{Attribute, Message, SUBJECT_LENGTH};

/// Bytes of a message. SNS takes 256 KiB, attributes included (Amazon SNS API Reference, "Publish"); what is left is room for
/// a configuration that says more of a rule than when the message was made.
pub const MESSAGE_BYTES: usize = 200 * 1024;
/// Sources of one message: each takes less than 200 bytes of it.
pub const SOURCES: usize = 300;
/// Transitions of one message: they are written together with it, in one transaction of [`crate::ledger::WRITES`].
pub const TRANSITIONS: usize = 90;

impl Notice {
    /// A notice of `content`.
    ///
    /// # Errors
    /// Never: the content renders.
    pub fn new(
        origin: &Origin,
        at: &Timestamp,
        routes: Vec<String>,
        content: Content,
    ) -> Result<Self, serde_json::Error> {
        let named = match &content {
            Content::Transitions { transitions } => {
                let named = transitions.iter().map(|each| {
                    let place = each.resource.home_region(&each.region);
                    // A finding that was sent when it began is news once more on the day after its waiver.
                    let ended = each.waiver_ended.then(|| each.at.date());
                    (each.kind, &each.account, place, &each.rule, &each.resource, &each.since, ended)
                });
                serde_json::to_string(&named.collect::<Vec<_>>())?
            }
            // It is written together with what makes it news, so that nobody makes it a second time; the same may be news later.
            other => serde_json::to_string(&(other, origin, at))?,
        };
        let id = sha256::hex(named.as_bytes()).chars().take(32).collect();
        Ok(Self { id, at: at.clone(), origin: origin.clone(), routes, content })
    }

    /// The message.
    #[must_use]
    pub fn message(&self, facts: &Facts<'_>, unconfirmed: usize) -> Message {
        render::message(self, facts, unconfirmed)
    }
}

/// The messages that tell `transitions`: by the set of routes that take them, each within [`TRANSITIONS`] and
/// [`MESSAGE_BYTES`]. None is lost, none is told twice.
///
/// # Errors
/// Never: notices render.
pub fn notices(
    transitions: Vec<Transition>,
    facts: &Facts<'_>,
    origin: &Origin,
    at: &Timestamp,
) -> Result<Vec<Notice>, serde_json::Error> {
    let mut by_routes: BTreeMap<Vec<String>, Vec<Transition>> = BTreeMap::new();
    for transition in transitions {
        by_routes.entry(facts.routes(&transition)).or_default().push(transition);
    }
    let mut notices = Vec::new();
    for (routes, transitions) in by_routes {
        let of = |transitions| Notice::new(origin, at, routes.clone(), Content::Transitions { transitions });
        notices.extend(fitting(&transitions, of, facts)?);
    }
    Ok(notices)
}

/// The messages that announce the end of waivers, each within [`MESSAGE_BYTES`].
///
/// # Errors
/// Never: notices render.
pub fn endings(
    waivers: &[Ending],
    facts: &Facts<'_>,
    origin: &Origin,
    at: &Timestamp,
) -> Result<Vec<Notice>, serde_json::Error> {
    fitting(waivers, |waivers| Notice::new(origin, at, Vec::new(), Content::WaiversEnd { waivers }), facts)
}

/// The message about sources that are silent or report again, one for each [`SOURCES`] of them.
///
/// # Errors
/// Never: notices render.
pub fn of_sources(
    silent: &[Silence],
    back: &[Silence],
    origin: &Origin,
    at: &Timestamp,
) -> Result<Vec<Notice>, serde_json::Error> {
    let silent = silent.chunks(SOURCES).map(|some| Content::Sources { silent: some.to_vec(), back: Vec::new() });
    let back = back.chunks(SOURCES).map(|some| Content::Sources { silent: Vec::new(), back: some.to_vec() });
    silent.chain(back).map(|content| Notice::new(origin, at, Vec::new(), content)).collect()
}

/// Notices of all of `items`, each of as many as fit into a message and into an entry of the ledger.
fn fitting<T: Clone>(
    items: &[T],
    make: impl Fn(Vec<T>) -> Result<Notice, serde_json::Error>,
    facts: &Facts<'_>,
) -> Result<Vec<Notice>, serde_json::Error> {
    let mut notices = Vec::new();
    let mut waiting: Vec<Vec<T>> = items.chunks(TRANSITIONS).rev().map(<[_]>::to_vec).collect();
    while let Some(mut some) = waiting.pop() {
        let half = some.len() / 2;
        let notice = make(some.clone())?;
        let fits = half == 0
            || (notice.message(facts, usize::MAX).bytes() <= MESSAGE_BYTES
                && serde_json::to_string(&notice)?.len() <= ENTRY_BYTES);
        if fits {
            notices.push(notice);
        } else {
            waiting.push(some.split_off(half));
            waiting.push(some);
        }
    }
    Ok(notices)
}

#[cfg(test)]
mod tests;
