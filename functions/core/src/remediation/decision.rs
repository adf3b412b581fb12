//! What people decide: approvals, rejections, undo, and the stop switch.
//!
//! A decision is an entry in a partition that ends in the id of the person's IAM identity (`aws:userid`). The policy for
//! approvers allows writing there and nowhere else, and the function may not write there: who decided is what IAM says.

use compliance_types::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    item::Item,
    settings::{Mode, Settings},
    state::{Event, State},
};
use crate::{
    ledger::{Entry, of_origin},
    run::Origin,
    sha256,
};

/// What the partitions of decisions begin with; the id of the person's identity follows.
pub const PREFIX: &str = "approvals/";
/// How far a person's clock may be ahead of the function's. Unit: seconds.
const AHEAD: u64 = 300;
/// The key of the stop switch.
pub const SWITCH: &str = "switch";

/// The partition of a person's decisions.
#[must_use]
pub fn partition(user_id: &str) -> String {
    format!("{PREFIX}{user_id}")
}

/// The partition of the stop switch.
#[must_use]
pub fn control(origin: &Origin) -> String {
    of_origin("control", origin)
}

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wish {
    /// Make the planned change.
    Approve,
    /// Do not make it.
    Reject,
    /// Undo it.
    Undo,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// What is wanted.
    pub wish: Wish,
    /// Digest of the planned change, as it was shown.
    pub digest: String,
    /// The round of the remediation, as it was shown.
    pub round: u32,
    /// When the person decided.
    pub at: Timestamp,
    /// Why, in the person's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The stop switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Switch {
    /// Whether no change may be made.
    pub stopped: bool,
    /// Since when.
    pub at: Timestamp,
    /// Who turned it, in their own words.
    #[serde(default)]
    pub by: String,
    /// Why, in the person's words.
    #[serde(default)]
    pub reason: String,
}

impl Switch {
    /// Out of its entry; none where it was never turned. An entry that does not read stops everything.
    #[must_use]
    pub fn read(entry: Option<&Entry>) -> Option<Self> {
        let entry = entry?;
        Some(serde_json::from_str(&entry.body).unwrap_or_else(|error| Self {
            stopped: true,
            at: Timestamp::from_unix_seconds(0),
            by: String::new(),
            reason: format!("the entry of the stop switch does not read: {error}"),
        }))
    }

    /// Why nothing may be changed; none where it may.
    #[must_use]
    pub fn stops(switch: Option<&Self>) -> Option<String> {
        let switch = switch.filter(|switch| switch.stopped)?;
        Some(format!("changes are stopped since {} by {}: {}", switch.at.as_str(), switch.by, switch.reason))
    }
}

impl Decision {
    /// What tells this decision of a person apart from every other.
    #[must_use]
    pub fn mark(&self, by: &str) -> String {
        let text = serde_json::json!([by, self.wish, self.digest, self.round, self.at]).to_string();
        sha256::hex(text.as_bytes()).chars().take(16).collect()
    }

    /// Why it is not followed any more, or not yet; none where it is.
    fn is_out_of_time(&self, settings: &Settings, now: &Timestamp) -> Option<String> {
        let (at, now, hours) = (self.at.unix_seconds(), now.unix_seconds(), settings.approval_hours);
        if at > now.saturating_add(AHEAD) {
            return Some(format!("the decision is of {}, which is in the future", self.at.as_str()));
        }
        let late = now.saturating_sub(at) >= u64::from(hours) * 3_600;
        late.then(|| format!("the decision is of {}; decisions expire after {hours} hours", self.at.as_str()))
    }
}

/// Whether these are two people. The caller of AssumeRole chooses the session name of an assumed role, so that two sessions of a
/// role are one person unless the settings say otherwise.
#[must_use]
pub fn are_two_people(one: &str, other: &str, settings: &Settings) -> bool {
    let principal = |id: &str| id.split(':').next().unwrap_or_default().to_lowercase();
    if settings.trust_session_names {
        one.to_lowercase() != other.to_lowercase()
    } else {
        principal(one) != principal(other)
    }
}

/// What a decision leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// The remediation is stored as it is here.
    Store(Item),
    /// The change of this remediation is undone.
    Undo(Item),
}

/// What a decision of the person with this id leads to.
///
/// # Errors
/// Why the decision does not apply.
pub fn decide(
    item: &Item,
    decision: &Decision,
    by: &str,
    settings: &Settings,
    now: &Timestamp,
) -> Result<Decided, String> {
    let plan = item.plan.as_ref().ok_or_else(|| format!("remediation {} has no planned change", item.id))?;
    if decision.round != item.round || decision.digest != plan.digest() {
        return Err(format!(
            "remediation {} has another plan than the one that was decided on; show it again",
            item.id
        ));
    }
    if let Some(reason) = decision.is_out_of_time(settings, now) {
        return Err(reason);
    }
    let mark = decision.mark(by);
    if item.followed.contains(&mark) {
        return Err(format!("this decision of {by} was followed before; decide again"));
    }
    let item = item.clone().following(mark);
    match decision.wish {
        Wish::Approve => {
            if !settings.makes(&item.rule, &item.action) {
                let mode = settings.rules.get(&item.rule).map_or(Mode::Off, |rule| rule.mode);
                return Err(format!("rule `{}` has mode `{}`; nothing is changed in it", item.rule, mode.word()));
            }
            if is_expired(&item, settings, now) {
                return Err(format!("the plan of remediation {} has expired", item.id));
            }
            if settings.four_eyes && item.state == State::AwaitingApproval {
                match &item.requested_by {
                    None => {
                        // The notice that asks the second person is sent again.
                        let mut next = Item { requested_by: Some(by.to_owned()), asked_at: None, ..item };
                        next.note(State::AwaitingApproval, now, by, "approved once; somebody else must approve, too");
                        return Ok(Decided::Store(next));
                    }
                    Some(first) if !are_two_people(first, by, settings) => return Err(somebody_else(&item, by, first)),
                    Some(_) => {}
                }
            }
            let next = applied(&item, Event::Approve, decision, by, now)?;
            Ok(Decided::Store(Item { approved_by: Some(by.to_owned()), ..next }))
        }
        Wish::Reject => applied(&item, Event::Reject, decision, by, now).map(Decided::Store),
        Wish::Undo => {
            // The change begins with its lease, by `begin`.
            if item.after(Event::Undo, now, by, "").is_none() {
                return Err(format!("remediation {} is {}; there is nothing to undo", item.id, item.state.word()));
            }
            if !settings.makes(&item.rule, &item.action) {
                return Err(format!(
                    "rule `{}` makes no changes by action `{}` now; undo needs its mode `approve` or `automatic`",
                    item.rule, item.action
                ));
            }
            match &item.undo_requested_by {
                _ if !settings.four_eyes => {}
                None => {
                    let mut next = Item { undo_requested_by: Some(by.to_owned()), ..item };
                    let state = next.state;
                    next.note(state, now, by, "undo was asked for once; somebody else must ask for it, too");
                    return Ok(Decided::Store(next));
                }
                Some(first) if !are_two_people(first, by, settings) => return Err(somebody_else(&item, by, first)),
                Some(_) => {}
            }
            Ok(Decided::Undo(item))
        }
    }
}

fn applied(item: &Item, event: Event, decision: &Decision, by: &str, now: &Timestamp) -> Result<Item, String> {
    item.after(event, now, by, &decision.reason)
        .ok_or_else(|| format!("remediation {} is {}; this decision does not apply", item.id, item.state.word()))
}

fn somebody_else(item: &Item, by: &str, first: &str) -> String {
    if by == first {
        return format!("somebody else than {by} must decide on remediation {}, too", item.id);
    }
    format!(
        "somebody else than {first} must decide on remediation {}, too, and {by} counts as the same person: sessions of one \
         role do, unless `trustSessionNames` is set",
        item.id
    )
}

/// Whether the time to approve a change, or to make an approved one, is over: it counts from the plan, and again from the
/// approval.
#[must_use]
pub fn is_expired(item: &Item, settings: &Settings, now: &Timestamp) -> bool {
    let since = match item.state {
        State::AwaitingApproval => item.plan.as_ref().map(|plan| &plan.at),
        State::Approved => item.entered(),
        _ => return false,
    };
    let age = since.map(|since| now.unix_seconds().saturating_sub(since.unix_seconds()));
    age.is_none_or(|age| age >= u64::from(settings.approval_hours) * 3_600)
}

#[cfg(test)]
mod tests;
