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
};

/// What the partitions of decisions begin with; the id of the person's identity follows.
pub const PREFIX: &str = "approvals/";
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

/// The remediation after a decision of the person with this id.
///
/// # Errors
/// Why the decision does not apply.
pub fn decide(
    item: &Item,
    decision: &Decision,
    by: &str,
    settings: &Settings,
    now: &Timestamp,
) -> Result<Item, String> {
    let plan = item.plan.as_ref().ok_or_else(|| format!("remediation {} has no planned change", item.id))?;
    if decision.round != item.round || decision.digest != plan.digest() {
        return Err(format!(
            "remediation {} has another plan than the one that was decided on; show it again",
            item.id
        ));
    }
    let event = match decision.wish {
        Wish::Approve => {
            let mode = settings.rules.get(&item.rule).map_or(Mode::Off, |rule| rule.mode);
            if !mode.acts() {
                return Err(format!("rule `{}` has mode `{}`; nothing is changed in it", item.rule, mode.word()));
            }
            if is_expired(item, settings, now) {
                return Err(format!("the plan of remediation {} has expired", item.id));
            }
            if settings.four_eyes && item.state == State::AwaitingApproval {
                match &item.requested_by {
                    None => {
                        let mut next = Item { requested_by: Some(by.to_owned()), ..item.clone() };
                        next.note(State::AwaitingApproval, now, by, "approved once; somebody else must approve, too");
                        return Ok(next);
                    }
                    Some(first) if first == by => {
                        return Err(format!("somebody else than {by} must approve remediation {}, too", item.id));
                    }
                    Some(_) => {}
                }
            }
            Event::Approve
        }
        Wish::Reject => Event::Reject,
        Wish::Undo => Event::Undo,
    };
    if event == Event::Undo {
        // The change begins with its lease, by `begin`.
        return match item.after(Event::Undo, now, by, &decision.reason) {
            Some(_) => Ok(item.clone()),
            None => Err(format!("remediation {} is {}; there is nothing to undo", item.id, item.state.word())),
        };
    }
    let next = item.after(event, now, by, &decision.reason);
    let next =
        next.ok_or_else(|| format!("remediation {} is {}; this decision does not apply", item.id, item.state.word()))?;
    Ok(if event == Event::Approve { Item { approved_by: Some(by.to_owned()), ..next } } else { next })
}

/// Whether the time to approve a change, or to make an approved one, is over.
#[must_use]
pub fn is_expired(item: &Item, settings: &Settings, now: &Timestamp) -> bool {
    let waits = matches!(item.state, State::AwaitingApproval | State::Approved);
    let since = item.plan.as_ref().map(|plan| plan.at.unix_seconds());
    let age = since.map(|since| now.unix_seconds().saturating_sub(since));
    waits && age.is_none_or(|age| age >= u64::from(settings.approval_hours) * 3_600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        remediation::{item::tests::planned, settings::RuleSettings},
        run::tests::run,
    };

    fn settings(mode: Mode, four_eyes: bool) -> Settings {
        let rule = RuleSettings { mode, ..RuleSettings::default() };
        Settings { four_eyes, rules: [("a".to_owned(), rule)].into(), ..Settings::default() }
    }

    fn waiting() -> Item {
        planned("b", Mode::Approve).after(Event::AskApproval, &run().time, "r", "").unwrap()
    }

    fn approval(item: &Item) -> Decision {
        let digest = item.plan.as_ref().unwrap().digest();
        Decision { wish: Wish::Approve, digest, round: item.round, reason: String::new() }
    }

    #[test]
    fn plan_is_approved_as_it_was_shown_in_time_and_in_a_mode_that_acts() {
        let item = waiting();
        let decided = |item: &Item, decision: &Decision, mode, hours: u64| {
            let now = Timestamp::from_unix_seconds(run().time.unix_seconds() + hours * 3_600);
            decide(item, decision, "p", &settings(mode, false), &now)
        };
        let next = decided(&item, &approval(&item), Mode::Approve, 71).unwrap();
        assert_eq!((next.state, next.approved_by.as_deref()), (State::Approved, Some("p")));
        for (decision, mode, hours, reason) in [
            (approval(&item), Mode::DryRun, 0, "has mode `dryRun`"),
            (approval(&item), Mode::Off, 0, "has mode `off`"),
            (approval(&item), Mode::Approve, 72, "has expired"),
            (Decision { round: 2, ..approval(&item) }, Mode::Approve, 0, "another plan"),
            (Decision { digest: "x".to_owned(), ..approval(&item) }, Mode::Approve, 0, "another plan"),
            (Decision { wish: Wish::Undo, ..approval(&item) }, Mode::Approve, 0, "nothing to undo"),
        ] {
            let error = decided(&item, &decision, mode, hours).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        let planned = planned("b", Mode::DryRun);
        assert!(decided(&planned, &approval(&planned), Mode::Approve, 0).is_err(), "a dry run is not approved");
        let rejected = decided(&item, &Decision { wish: Wish::Reject, ..approval(&item) }, Mode::Approve, 0).unwrap();
        assert_eq!(rejected.state, State::Rejected);
    }

    #[test]
    fn with_four_eyes_two_people_must_approve() {
        let (item, settings) = (waiting(), settings(Mode::Approve, true));
        let once = decide(&item, &approval(&item), "p", &settings, &run().time).unwrap();
        assert_eq!((once.state, once.requested_by.as_deref()), (State::AwaitingApproval, Some("p")));
        assert!(decide(&once, &approval(&once), "p", &settings, &run().time).unwrap_err().contains("somebody else"));
        assert_eq!(decide(&once, &approval(&once), "q", &settings, &run().time).unwrap().state, State::Approved);
    }

    #[test]
    fn stop_switch_that_does_not_read_stops() {
        let entry = |body: &str| Entry {
            partition: String::new(),
            sort: SWITCH.to_owned(),
            revision: 1,
            body: body.to_owned(),
            expires: None,
        };
        assert_eq!(Switch::stops(Switch::read(None).as_ref()), None);
        assert!(Switch::stops(Switch::read(Some(&entry("?"))).as_ref()).is_some());
        let off = r#"{"stopped":false,"at":"2026-03-04T05:06:07Z"}"#;
        assert_eq!(Switch::stops(Switch::read(Some(&entry(off))).as_ref()), None);
    }
}
