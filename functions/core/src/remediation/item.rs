//! One remediation as the ledger's table stores it: the plan with the part before and after, and every step.

use compliance_types::{resource::Resource, time::Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    guard::Owner,
    settings::Mode,
    state::{Event, State},
};
use crate::{
    finding::UnreadableEntry,
    ledger::{Entry, Write, of_origin},
    run::Origin,
    sha256,
};

/// What the keys of remediations begin with in their partition.
pub const PREFIX: &str = "item/";
/// Steps that are kept; the first and the last ones.
const STEPS: usize = 60;
/// Decisions that are kept; older ones are beyond their time.
const FOLLOWED: usize = 100;
/// Characters of a reason that are kept.
const REASON: usize = 1_000;
/// Days that a remediation that is over is retained.
const RETENTION_DAYS: u64 = 400;

/// The partition of everything that remediation writes.
#[must_use]
pub fn partition(origin: &Origin) -> String {
    of_origin("remediation", origin)
}

/// The id of the remediation of a finding: the same for the same rule and resource.
#[must_use]
pub fn id(origin: &Origin, rule: &str, resource: &Resource) -> String {
    let parts = [&origin.account, &origin.region, rule, &resource.resource_type, &resource.resource_id];
    let text = serde_json::json!(parts).to_string();
    sha256::hex(text.as_bytes()).chars().take(16).collect()
}

/// A planned change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// What changes, in one sentence.
    pub effect: String,
    /// The part of the resource before the change: what undo restores.
    pub before: Value,
    /// The part after it.
    pub after: Value,
    /// Why somebody must approve it; none where nobody must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// Who manages the resource as code.
    pub owner: Owner,
    /// When it was made.
    pub at: Timestamp,
}

impl Plan {
    /// What an approval names: the same for the same change.
    #[must_use]
    pub fn digest(&self) -> String {
        let text = serde_json::json!([self.before, self.after]).to_string();
        sha256::hex(text.as_bytes()).chars().take(16).collect()
    }
}

/// What a person is to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Advice {
    /// Why, and what.
    pub reason: String,
    /// The commands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

/// A step of a remediation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The state from then on.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Id of the run, or of the person.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Who is changing a resource right now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// Id of the run.
    pub run_id: String,
    /// When the run has ended for certain. Unit: milliseconds since 1970 in UTC.
    pub until_unix_millis: u64,
}

/// One remediation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Name of the rule.
    pub rule: String,
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// The resource.
    #[serde(flatten)]
    pub resource: Resource,
    /// Name of the resource, where it has one beside its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ARN of the resource, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Id of the action.
    pub action: String,
    /// The mode under which it was planned.
    pub mode: Mode,
    /// Digest of the action and its parameters under which it was planned.
    #[serde(default)]
    pub of: String,
    /// How far it is.
    pub state: State,
    /// How many remediations of this finding there were, this one included.
    pub round: u32,
    /// Since when the finding is open.
    pub since: Timestamp,
    /// The planned change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// What a person is to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
    /// Who approved it first, where two people must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Who is changing the resource right now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// When somebody was asked to approve it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// Who asked first to undo it, where two people must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_requested_by: Option<String>,
    /// The decisions that were followed or refused for good, so that none is followed twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followed: Vec<String>,
    /// Whether somebody rejected or undid a change of this finding: from then on each needs an approval.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declined: bool,
    /// When AWS took the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acted_at: Option<Timestamp>,
    /// Every step.
    pub steps: Vec<Step>,
    /// The revision of its entry; 0 before it is written.
    #[serde(skip)]
    pub revision: u64,
    /// Whether the parts before and after the change were dropped, to save memory. Such an item is never stored.
    #[serde(skip)]
    pub partial: bool,
}

impl Item {
    /// Out of its entry.
    ///
    /// # Errors
    /// When the entry does not read.
    pub fn read(entry: &Entry) -> Result<Self, UnreadableEntry> {
        let read = serde_json::from_str::<Self>(&entry.body).map_err(|error| UnreadableEntry {
            partition: entry.partition.clone(),
            sort: entry.sort.clone(),
            cause: error.to_string(),
        })?;
        Ok(Self { revision: entry.revision, ..read })
    }

    /// The same without the parts before and after the change, which may be long.
    #[must_use]
    pub fn without_parts(mut self) -> Self {
        if let Some(plan) = &mut self.plan {
            (plan.before, plan.after) = (Value::Null, Value::Null);
            self.partial = true;
        }
        self
    }

    /// The key of its entry.
    #[must_use]
    pub fn sort(id: &str) -> String {
        format!("{PREFIX}{id}")
    }

    /// Account and region.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin { account: self.account.clone(), region: self.region.clone() }
    }

    /// The same with the next revision, and the write that stores it over the one that was read.
    ///
    /// # Errors
    /// Never: the body renders.
    pub fn stored(self) -> Result<(Self, Write), serde_json::Error> {
        let stored = Self { revision: self.revision + 1, ..self };
        let last = stored.steps.last().map(|step| step.at.unix_seconds_after_days(RETENTION_DAYS));
        let entry = Entry {
            partition: partition(&stored.origin()),
            sort: Self::sort(&stored.id),
            revision: stored.revision,
            body: serde_json::to_string(&stored)?,
            expires: last.filter(|_| stored.state.is_final()),
        };
        Ok((stored, Write::Put(entry)))
    }

    /// The same after an event; none where the event does not apply.
    #[must_use]
    pub fn after(&self, event: Event, at: &Timestamp, by: &str, reason: impl Into<String>) -> Option<Self> {
        // What was never changed has nothing to undo.
        if event == Event::Undo && (self.acted_at.is_none() || self.plan.is_none()) {
            return None;
        }
        let state = self.state.after(event)?;
        let mut next = Self { state, ..self.clone() };
        if !state.is_under_way() {
            next.lease = None;
        }
        if event == Event::Observe {
            next.round += 1;
            (next.plan, next.advice, next.requested_by, next.approved_by) = (None, None, None, None);
            (next.acted_at, next.asked_at, next.undo_requested_by) = (None, None, None);
            next.followed.clear();
            next.partial = false;
        }
        next.declined |= matches!(state, State::Rejected | State::Undone);
        if state == State::Acted {
            next.acted_at = Some(at.clone());
        }
        next.note(state, at, by, reason);
        Some(next)
    }

    /// Adds a step without a change of state.
    pub fn note(&mut self, state: State, at: &Timestamp, by: &str, reason: impl Into<String>) {
        if self.steps.len() >= STEPS {
            self.steps.remove(STEPS / 2);
        }
        // Texts of people and of services have no bound of their own, and an entry has.
        let reason = reason.into().chars().take(REASON).collect();
        self.steps.push(Step { state, at: at.clone(), by: by.to_owned(), reason });
    }

    /// Since when it is in its state.
    #[must_use]
    pub fn entered(&self) -> Option<&Timestamp> {
        let last = self.steps.iter().rev().take_while(|step| step.state == self.state).last();
        last.map(|step| &step.at)
    }

    /// The planned change in a sentence, or what a person is to do.
    #[must_use]
    pub fn change(&self) -> &str {
        let change = self.plan.as_ref().map(|plan| plan.effect.as_str());
        change.or_else(|| self.advice.as_ref().map(|advice| advice.reason.as_str())).unwrap_or_default()
    }

    /// Why it is in its state.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.steps.last().map_or("", |step| &step.reason)
    }

    /// Whether a finding that is open since `since` begins another remediation. What a person rejected, undid or let expire is
    /// planned again only when the finding was closed and opened again; so is what failed. What expired although it was approved,
    /// or although nobody had to, begins again with a new plan.
    #[must_use]
    pub fn begins_anew(&self, since: &Timestamp) -> bool {
        match self.state {
            State::Superseded | State::Advised => true,
            State::Expired if self.approved_by.is_some() || !self.needs_approval() => true,
            state if state.is_final() => {
                self.entered().is_none_or(|entered| since.unix_millis() > entered.unix_millis())
            }
            _ => false,
        }
    }

    /// The same with this decision among those that are not followed again.
    #[must_use]
    pub fn following(mut self, mark: String) -> Self {
        let surplus = (self.followed.len() + 1).saturating_sub(FOLLOWED);
        self.followed.drain(..surplus);
        self.followed.push(mark);
        self
    }

    /// Whether somebody must approve it before it is made.
    #[must_use]
    pub fn needs_approval(&self) -> bool {
        self.mode != Mode::Automatic || self.plan.as_ref().is_none_or(|plan| plan.approval.is_some())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::tests::run;

    pub(crate) fn bucket(id: &str) -> Resource {
        Resource { resource_type: "AWS::S3::Bucket".to_owned(), resource_id: id.to_owned() }
    }

    pub(crate) fn planned(resource_id: &str, mode: Mode) -> Item {
        let (run, resource) = (run(), bucket(resource_id));
        let plan = Plan {
            effect: "block public access".to_owned(),
            before: json!({ "a": false }),
            after: json!({ "a": true }),
            approval: None,
            owner: Owner::Unknown,
            at: run.time.clone(),
        };
        Item {
            id: id(&run.origin, "a", &resource),
            rule: "a".to_owned(),
            account: run.origin.account,
            region: run.origin.region,
            resource,
            name: None,
            arn: None,
            action: "s3-public-access-block".to_owned(),
            mode,
            of: String::new(),
            state: State::Planned,
            round: 1,
            since: run.time.clone(),
            plan: Some(plan),
            advice: None,
            requested_by: None,
            approved_by: None,
            lease: None,
            asked_at: None,
            undo_requested_by: None,
            followed: Vec::new(),
            declined: false,
            acted_at: None,
            steps: vec![Step { state: State::Planned, at: run.time, by: "run-1".to_owned(), reason: String::new() }],
            revision: 0,
            partial: false,
        }
    }

    #[test]
    fn item_reads_back_as_it_was_stored_with_the_next_revision() {
        let (stored, Write::Put(entry)) = planned("b", Mode::Approve).stored().unwrap() else { panic!("no entry") };
        assert_eq!((entry.revision, entry.expires), (1, None));
        assert_eq!(entry.partition, "remediation/123456789012/eu-central-1");
        assert_eq!(Item::read(&entry).unwrap(), stored);
        assert!(Item::read(&Entry { body: "{}".to_owned(), ..entry }).is_err());
    }

    #[test]
    fn what_was_not_changed_cannot_be_undone() {
        let failed = Item { state: State::Failed, ..planned("b", Mode::Approve) };
        assert_eq!(failed.after(Event::Undo, &run().time, "p", ""), None);
        let acted = Item { acted_at: Some(run().time), ..failed };
        assert!(acted.after(Event::Undo, &run().time, "p", "").is_some());
    }

    #[test]
    fn what_a_person_ended_begins_again_with_a_new_finding_alone() {
        let (then, later) = (run().time, Timestamp::parse("2026-03-05T00:00:00Z").unwrap());
        for state in [State::Rejected, State::Undone, State::Expired, State::Failed, State::Fixed] {
            let mut item = planned("b", Mode::Approve);
            item.state = state;
            item.note(state, &then, "p", "");
            assert!(!item.begins_anew(&then) && item.begins_anew(&later), "{state:?}");
        }
    }

    #[test]
    fn what_expired_although_it_was_approved_or_nobody_had_to_begins_again() {
        let expired = |mode| {
            let mut item = planned("b", mode);
            item.state = State::Expired;
            item.note(State::Expired, &run().time, "r", "");
            item
        };
        assert!(!expired(Mode::Approve).begins_anew(&run().time));
        assert!(expired(Mode::Automatic).begins_anew(&run().time));
        let approved = Item { approved_by: Some("p".to_owned()), ..expired(Mode::Approve) };
        assert!(approved.begins_anew(&run().time));
    }

    #[test]
    fn steps_reasons_and_decisions_are_bounded() {
        let mut item = planned("b", Mode::Approve);
        for number in 0..500 {
            item.note(State::Planned, &run().time, "r", number.to_string());
            item = item.following(number.to_string());
        }
        assert_eq!((item.steps.len(), item.reason()), (STEPS, "499"));
        assert_eq!((item.followed.len(), item.followed.last().map(String::as_str)), (FOLLOWED, Some("499")));
        item.note(State::Planned, &run().time, "r", "x".repeat(200_000));
        assert_eq!(item.reason().len(), REASON);
    }
}
