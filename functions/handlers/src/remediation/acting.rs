//! Makes a change, or undoes it. Every guard is evaluated again right before, and undo data, lease and budget are stored before
//! AWS is asked.

use std::collections::BTreeSet;

use functions_core::{
    configuration::MonitoringConfiguration,
    details::Details,
    remediation::{
        action::{Action, Target, are_alike},
        actions,
        begin::{Conditions, begin, end},
        call::Call,
        decision::{self, Decision, Switch, Wish, are_two_people},
        guard::{Fact, Facts, Verdict, evaluate},
        item::{Item, Lease, Plan},
        settings::{Mode, RuleSettings, Settings},
        state::{Event, State},
    },
};
use serde_json::{Value, json};

use super::{Remediation, facts::target};
use crate::{error::HandlerError, invocation::Invocation, log};

/// Why a plan is not carried out.
const DIFFERS: &str = "the resource is not as the plan found it any more";
/// Times that the end of a change is written where another function changes the limits at the same time.
const WRITES: usize = 5;

/// What became of a change.
pub(super) enum Acted {
    /// It is made, or undone; the remediation is as it is stored.
    Done(Box<Item>),
    /// It is not, and the remediation is as it is stored: superseded, advised or failed.
    Ended(Box<Item>),
    /// It is not, and the remediation is as it was.
    Left(String),
}

/// Action, resource, and the part before and after the planned change.
pub(super) struct Prepared {
    pub action: &'static dyn Action,
    pub target: Target,
    pub before: Value,
    pub after: Value,
}

impl Remediation {
    /// Makes an approved change.
    pub(super) async fn act(
        &self,
        item: &Item,
        configuration: &MonitoringConfiguration,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<Acted, HandlerError> {
        let run_id = invocation.run.id.as_str();
        let Some(Prepared { action, target, before, after }) = prepared(item) else {
            return Ok(Acted::Left("the remediation has no change that can be made".to_owned()));
        };
        let Some(rule) = settings.rules.get(&item.rule) else {
            return Ok(Acted::Left("the rule has no action".to_owned()));
        };
        if rule.mode != item.mode || rule.digest() != item.of {
            let reason = "the rule has another mode, action or parameters than the plan was made for";
            return self.ended(item, Event::Vanish, reason, invocation).await;
        }
        match self.finding(&item.rule, &item.resource, &item.origin()).await? {
            Some(finding) if finding.open && !finding.waived => {}
            Some(_) => return self.ended(item, Event::Vanish, "the finding is gone or waived", invocation).await,
            None => return Ok(Acted::Left("processing has not stored the finding yet".to_owned())),
        }
        let found = match self.part(action, &target).await {
            Ok(found) => found,
            Err(reason) => return Ok(Acted::Left(format!("the resource cannot be read: {reason}"))),
        };
        // The guards, as of now: a waiver, a tag or a stack may be newer than the plan.
        let facts = self.facts_now(item, action, &target, &found, configuration, settings, invocation).await;
        match evaluate(&facts, rule, &settings.opt_out_tag) {
            Verdict::Allowed => {}
            Verdict::NeedsApproval(_) if item.approved_by.is_some() => {}
            Verdict::NeedsApproval(reason) | Verdict::Unknown(reason) => return Ok(Acted::Left(reason)),
            Verdict::Excluded(reason) => return self.ended(item, Event::Vanish, &reason, invocation).await,
            Verdict::Advice(reason) => return self.ended(item, Event::Advise, &reason, invocation).await,
        }
        if found != before {
            return self.ended(item, Event::Differ, DIFFERS, invocation).await;
        }
        if item.needs_approval() {
            let Some(by) = &item.approved_by else { return Ok(Acted::Left("the change is not approved".to_owned())) };
            let people = (item.requested_by.as_deref(), by.as_str());
            if let Err(reason) = self.decided_by(item, Wish::Approve, people, settings).await? {
                return Ok(Acted::Left(reason));
            }
        }
        let resources = self.count(action.resource_type()).await;
        let calls = match action.write(&target, &before, &after) {
            Ok(calls) => calls,
            Err(reason) => return Ok(Acted::Left(reason)),
        };
        let Some(begun) = self.begin(item, Event::Begin, run_id, settings, &resources, invocation).await? else {
            return Ok(Acted::Left("another function was faster".to_owned()));
        };
        let begun = match begun {
            Ok(begun) => begun,
            Err(reason) => return Ok(Acted::Left(reason)),
        };
        // Until here somebody else may have changed the resource or stopped everything; now the resource is leased.
        if let Err(reason) = self.unchanged(&begun, action, &target, &before).await? {
            let ended = begun.after(Event::Differ, &invocation.clock(), run_id, reason);
            let ended = self.finish(&begun, ended, false, invocation).await?;
            return Ok(ended.map_or_else(interrupted, Acted::Ended));
        }
        self.carry_out(begun, &calls, Event::Apply, invocation).await
    }

    /// What the guards ask about, read right now.
    #[expect(clippy::too_many_arguments, reason = "each is what one guard asks about")]
    async fn facts_now(
        &self,
        item: &Item,
        action: &dyn Action,
        target: &Target,
        part: &Value,
        configuration: &MonitoringConfiguration,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Facts {
        let resources = BTreeSet::from([item.resource.clone()]);
        let details = self.details(&resources, &item.origin()).await.remove(&item.resource);
        let details = details.unwrap_or_else(|| Err("AWS Config does not record the resource".to_owned()));
        let (day, ids) = (invocation.clock(), action.physical_ids(part));
        let facts = self.facts(configuration, &item.rule, target, &item.resource, &details, day.date(), ids).await;
        // Those of AWS Config may be a day old.
        let tags = match &facts.tags {
            Ok(recorded) => self.tags_now(&item.resource, target).await.map(|now| {
                let mut tags = now.unwrap_or_default();
                tags.extend(
                    recorded.get_key_value(&settings.opt_out_tag).map(|(key, value)| (key.clone(), value.clone())),
                );
                tags
            }),
            Err(reason) => Err(reason.clone()),
        };
        Facts { tags, ..facts }
    }

    /// Whether nothing is stopped, and a part of a resource is still as it was.
    async fn unchanged(
        &self,
        item: &Item,
        action: &dyn Action,
        target: &Target,
        wanted: &Value,
    ) -> Result<Result<(), String>, HandlerError> {
        if let Some(reason) = Switch::stops(self.switch(&item.origin()).await?.as_ref()) {
            return Ok(Err(reason));
        }
        Ok(match self.part(action, target).await {
            Err(reason) => Err(format!("the resource cannot be read: {reason}")),
            Ok(found) if !are_alike(action, &found, wanted) => Err(DIFFERS.to_owned()),
            Ok(_) => Ok(()),
        })
    }

    /// Whether the decisions of those who decided are in the table, where they alone may write, and are of this plan.
    async fn decided_by(
        &self,
        item: &Item,
        wish: Wish,
        (first, by): (Option<&str>, &str),
        settings: &Settings,
    ) -> Result<Result<(), String>, HandlerError> {
        let mut people = vec![by];
        if settings.four_eyes {
            match first {
                Some(first) if are_two_people(first, by, settings) => people.push(first),
                _ => return Ok(Err("two people must decide on the change".to_owned())),
            }
        }
        let digest = item.plan.as_ref().map(Plan::digest);
        for person in people {
            let entry = self.table.get(&decision::partition(person), &item.id).await?;
            let decision = entry.and_then(|entry| serde_json::from_str::<Decision>(&entry.body).ok());
            let fits = decision.is_some_and(|decision| {
                decision.wish == wish && decision.round == item.round && Some(decision.digest) == digest
            });
            if !fits {
                return Ok(Err(format!("the table has no approval of this plan by {person}")));
            }
        }
        Ok(Ok(()))
    }

    /// Undoes a change that somebody wants undone. What would keep the function from changing the resource keeps it from that, too.
    pub(super) async fn undo(
        &self,
        item: &Item,
        by: &str,
        configuration: &MonitoringConfiguration,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<Acted, HandlerError> {
        let Some(Prepared { action, target, before, after }) = prepared(item) else {
            return Ok(Acted::Left("the remediation has no change that can be undone".to_owned()));
        };
        let people = (item.undo_requested_by.as_deref(), by);
        if let Err(reason) = self.decided_by(item, Wish::Undo, people, settings).await? {
            return Ok(Acted::Left(reason));
        }
        let found = match self.part(action, &target).await {
            Err(reason) => return Ok(Acted::Left(format!("the resource cannot be read: {reason}"))),
            Ok(found) if !are_alike(action, &found, &after) => {
                return Ok(Acted::Left("the resource was changed since; undo would lose that change".to_owned()));
            }
            Ok(found) => found,
        };
        // A waiver accepts what undo restores, and a person decided: neither it nor the tag of mode `automatic` is asked for.
        let facts = self.facts_now(item, action, &target, &found, configuration, settings, invocation).await;
        let approved = RuleSettings { mode: Mode::Approve, ..RuleSettings::default() };
        match evaluate(&Facts { waiver: Ok(None), ..facts }, &approved, &settings.opt_out_tag) {
            Verdict::Allowed | Verdict::NeedsApproval(_) => {}
            Verdict::Unknown(reason) | Verdict::Excluded(reason) | Verdict::Advice(reason) => {
                return Ok(Acted::Left(reason));
            }
        }
        let calls = match action.write(&target, &after, &before) {
            Ok(calls) => calls,
            Err(reason) => return Ok(Acted::Left(reason)),
        };
        let resources = self.count(action.resource_type()).await;
        let Some(begun) = self.begin(item, Event::Undo, by, settings, &resources, invocation).await? else {
            return Ok(Acted::Left("another function was faster".to_owned()));
        };
        let begun = match begun {
            Ok(begun) => begun,
            Err(reason) => return Ok(Acted::Left(reason)),
        };
        if let Err(reason) = self.unchanged(&begun, action, &target, &after).await? {
            let ended = begun.after(Event::FindOther, &invocation.clock(), by, reason);
            let ended = self.finish(&begun, ended, true, invocation).await?;
            return Ok(ended.map_or_else(interrupted, Acted::Ended));
        }
        self.carry_out(begun, &calls, Event::Apply, invocation).await
    }

    /// Begins a change: the reason why it does not begin, or none where another function was faster.
    async fn begin(
        &self,
        item: &Item,
        event: Event,
        by: &str,
        settings: &Settings,
        resources: &Fact<u64>,
        invocation: &Invocation,
    ) -> Result<Option<Result<Item, String>>, HandlerError> {
        let origin = item.origin();
        let budget = self.budget(&origin, &invocation.clock()).await?;
        let lease = self.lease(item).await?;
        // Last, so that it is as new as can be.
        let switch = self.switch(&origin).await?;
        let now = invocation.clock();
        let conditions = Conditions {
            settings,
            budget: &budget,
            switch: switch.as_ref(),
            lease: lease.as_ref(),
            resources,
            now: &now,
            holder: holder(invocation),
        };
        match begin(item, event, by, &conditions) {
            Err(reason) => Ok(Some(Err(reason))),
            Ok(begun) => Ok(self.commit(&begun.writes).await?.then_some(Ok(begun.item))),
        }
    }

    /// Sends the requests of a change that has begun, and stores what became of it. An answer that does not come leaves the
    /// remediation as it is: a later run finds out by reading the resource.
    async fn carry_out(
        &self,
        item: Item,
        calls: &[Call],
        applied: Event,
        invocation: &Invocation,
    ) -> Result<Acted, HandlerError> {
        let run_id = invocation.run.id.as_str();
        for (number, call) in calls.iter().enumerate() {
            let Err(error) = self.signed.send(&call.clone().owned_by(&item.account)).await else { continue };
            if !error.refused || number > 0 {
                let reason = format!("whether the change was made is not known yet: {error}");
                log::info(run_id, "a change is interrupted", &json!({ "id": item.id, "reason": reason }));
                return Ok(Acted::Left(reason));
            }
            let ended = item.after(Event::Refuse, &invocation.clock(), run_id, error.to_string());
            let ended = self.finish(&item, ended, true, invocation).await?;
            return Ok(ended.map_or_else(interrupted, Acted::Ended));
        }
        let now = invocation.clock();
        let next = item.after(applied, &now, run_id, "AWS took the change");
        let waits = next.as_ref().and_then(|next| {
            next.after(Event::Verify, &now, run_id, "the resource waits for its next evaluation by AWS Config")
        });
        let done = self.finish(&item, waits.or(next), false, invocation).await?;
        Ok(done.map_or_else(interrupted, Acted::Done))
    }

    /// Stores the end of a change and gives the lease back; where it failed, it counts as a failure from then on.
    pub(super) async fn finish(
        &self,
        begun: &Item,
        ended: Option<Item>,
        failed: bool,
        invocation: &Invocation,
    ) -> Result<Option<Box<Item>>, HandlerError> {
        let Some(ended) = ended else { return Ok(None) };
        let origin = begun.origin();
        let holder = begun.lease.clone().unwrap_or_else(|| holder(invocation));
        for _ in 0..WRITES {
            let lease = self.lease(begun).await?;
            let (stored, mut writes) = end(ended.clone(), lease.as_ref(), &holder)?;
            if failed {
                let now = invocation.clock();
                writes.push(self.budget(&origin, &now).await?.failed(&ended, &now).stored(&origin)?.1);
            }
            if self.commit(&writes).await? {
                return Ok(Some(Box::new(stored)));
            }
            // The remediation itself, or the limits, which others write as well.
            if !failed {
                break;
            }
        }
        Ok(None)
    }

    /// Ends a remediation without a change.
    async fn ended(
        &self,
        item: &Item,
        event: Event,
        reason: &str,
        invocation: &Invocation,
    ) -> Result<Acted, HandlerError> {
        let (now, run_id) = (invocation.clock(), invocation.run.id.as_str());
        let Some(next) = item.after(event, &now, run_id, reason) else { return Ok(Acted::Left(reason.to_owned())) };
        match self.store(next).await? {
            Some(item) => Ok(Acted::Ended(Box::new(item))),
            None => Ok(Acted::Left("another function was faster".to_owned())),
        }
    }
}

/// Action, resource, and the part before and after the planned change; none where nothing is planned.
fn prepared(item: &Item) -> Option<Prepared> {
    let (action, plan) = (actions::action(&item.action)?, item.plan.as_ref()?);
    if item.partial || item.state == State::Observed {
        return None;
    }
    let details = Details { arn: item.arn.clone(), name: item.name.clone(), ..Details::default() };
    let target = target(&item.resource, &Ok(details), &item.origin());
    Some(Prepared { action, target, before: plan.before.clone(), after: plan.after.clone() })
}

fn interrupted() -> Acted {
    Acted::Left("another function took the remediation over".to_owned())
}

fn holder(invocation: &Invocation) -> Lease {
    Lease { run_id: invocation.run.id.clone(), until_unix_millis: invocation.deadline_unix_millis }
}
