//! Makes a change, or undoes it. Every guard is evaluated again right before, and undo data, lease and budget are stored before
//! AWS is asked.

use std::collections::BTreeSet;

use functions_core::{
    configuration::MonitoringConfiguration,
    remediation::{
        action::{Action, Target},
        actions,
        begin::{Conditions, begin, end},
        decision::{self, Decision, Switch, Wish},
        guard::{Fact, Verdict, evaluate},
        item::{Item, Lease, Plan},
        settings::Settings,
        state::Event,
    },
};
use serde_json::Value;

use super::{Remediation, facts::target};
use crate::{error::HandlerError, invocation::Invocation, log};

/// Why a plan is not carried out.
const DIFFERS: &str = "the resource is not as the plan found it any more";

/// What became of a change.
pub(super) enum Acted {
    /// It is made, or undone; the remediation is as it is stored.
    Done(Box<Item>),
    /// It is not, and the remediation is as it is stored: superseded, advised or failed.
    Ended(Box<Item>),
    /// It is not, and the remediation is as it was.
    Left(String),
}

impl Remediation {
    /// Makes an approved change.
    pub(super) async fn act(
        &self,
        item: &Item,
        items: &[Item],
        configuration: &MonitoringConfiguration,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<Acted, HandlerError> {
        let (now, run_id) = (invocation.now(), invocation.run.id.as_str());
        let Some((action, target, before, after)) = self.prepared(item).await else {
            return Ok(Acted::Left("the remediation has no change that can be made".to_owned()));
        };
        // The guards, as of now: a waiver, a tag or a stack may be newer than the plan.
        let resources = BTreeSet::from([item.resource.clone()]);
        let details = self.details(&resources).await.remove(&item.resource).unwrap_or_else(|| Err(String::new()));
        let facts = self.facts(configuration, &item.rule, &target, &item.resource, &details, now.date()).await;
        let Some(rule) = settings.rules.get(&item.rule) else {
            return Ok(Acted::Left("the rule has no action".to_owned()));
        };
        if rule.action != item.action || rule.mode != item.mode {
            let reason = "the rule has another action or mode than the plan was made for";
            return self.ended(item, Event::Vanish, reason, invocation).await;
        }
        match self.finding(item).await? {
            Some(finding) if finding.open && !finding.waived => {}
            Some(_) => return self.ended(item, Event::Vanish, "the finding is gone or waived", invocation).await,
            None => return Ok(Acted::Left("processing has not stored the finding yet".to_owned())),
        }
        match evaluate(&facts, rule, &settings.opt_out_tag) {
            Verdict::Allowed => {}
            Verdict::NeedsApproval(_) if item.approved_by.is_some() => {}
            Verdict::NeedsApproval(reason) | Verdict::Unknown(reason) => return Ok(Acted::Left(reason)),
            Verdict::Excluded(reason) => return self.ended(item, Event::Vanish, &reason, invocation).await,
            Verdict::Advice(reason) => return self.ended(item, Event::Advise, &reason, invocation).await,
        }
        if item.approved_by.is_none() && item.needs_approval() {
            return Ok(Acted::Left("nobody approved the change".to_owned()));
        }
        if item.needs_approval()
            && let Err(reason) = self.approved(item, settings).await?
        {
            return Ok(Acted::Left(reason));
        }
        let resources = self.count(action.resource_type()).await;
        match self.part(action, &target).await {
            Err(reason) => return Ok(Acted::Left(format!("the resource cannot be read: {reason}"))),
            Ok(found) if found != before => {
                return self.ended(item, Event::Differ, DIFFERS, invocation).await;
            }
            Ok(_) => {}
        }
        let calls = match action.write(&target, &before, &after) {
            Ok(calls) => calls,
            Err(reason) => return Ok(Acted::Left(reason)),
        };
        let Some(begun) = self.begin(item, items, Event::Begin, run_id, settings, &resources, invocation).await? else {
            return Ok(Acted::Left("another function was faster".to_owned()));
        };
        let begun = match begun {
            Ok(begun) => begun,
            Err(reason) => return Ok(Acted::Left(reason)),
        };
        // Until here somebody else may have changed the resource or stopped everything; now the resource is leased.
        if let Err(reason) = self.unchanged(&begun, action, &target, &before).await? {
            let ended = begun.after(Event::Differ, &now, run_id, reason);
            return Ok(self.finish(&begun, ended, invocation).await?.map_or_else(interrupted, Acted::Ended));
        }
        self.carry_out(begun, &calls, Event::Apply, invocation).await
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
            Ok(found) if found != *wanted => Err(DIFFERS.to_owned()),
            Ok(_) => Ok(()),
        })
    }

    /// Whether the decisions of those who approved a change are in the table, where they alone may write, and are of this plan.
    async fn approved(&self, item: &Item, settings: &Settings) -> Result<Result<(), String>, HandlerError> {
        let Some(by) = &item.approved_by else { return Ok(Err("nobody approved the change".to_owned())) };
        let first = item.requested_by.iter().filter(|_| settings.four_eyes);
        let people: BTreeSet<&String> = std::iter::once(by).chain(first).collect();
        if settings.four_eyes && people.len() < 2 {
            return Ok(Err("two people must approve the change".to_owned()));
        }
        let digest = item.plan.as_ref().map(Plan::digest);
        for person in people {
            let entry = self.table.get(&decision::partition(person), &item.id).await?;
            let decision = entry.and_then(|entry| serde_json::from_str::<Decision>(&entry.body).ok());
            let fits = decision.is_some_and(|decision| {
                decision.wish == Wish::Approve && decision.round == item.round && Some(decision.digest) == digest
            });
            if !fits {
                return Ok(Err(format!("the table has no approval of this plan by {person}")));
            }
        }
        Ok(Ok(()))
    }

    /// Undoes a change that somebody wants undone.
    pub(super) async fn undo(
        &self,
        item: &Item,
        by: &str,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<Acted, HandlerError> {
        let Some((action, target, before, after)) = self.prepared(item).await else {
            return Ok(Acted::Left("the remediation has no change that can be undone".to_owned()));
        };
        match self.part(action, &target).await {
            Err(reason) => return Ok(Acted::Left(format!("the resource cannot be read: {reason}"))),
            Ok(found) if found != after => {
                return Ok(Acted::Left("the resource was changed since; undo would lose that change".to_owned()));
            }
            Ok(_) => {}
        }
        let calls = match action.write(&target, &after, &before) {
            Ok(calls) => calls,
            Err(reason) => return Ok(Acted::Left(reason)),
        };
        let Some(begun) = self.begin(item, &[], Event::Undo, by, settings, &Ok(0), invocation).await? else {
            return Ok(Acted::Left("another function was faster".to_owned()));
        };
        let begun = match begun {
            Ok(begun) => begun,
            Err(reason) => return Ok(Acted::Left(reason)),
        };
        if let Err(reason) = self.unchanged(&begun, action, &target, &after).await? {
            let ended = begun.after(Event::FindOther, &invocation.now(), by, reason);
            return Ok(self.finish(&begun, ended, invocation).await?.map_or_else(interrupted, Acted::Ended));
        }
        self.carry_out(begun, &calls, Event::Apply, invocation).await
    }

    /// Action, resource, and the part before and after the planned change.
    async fn prepared(&self, item: &Item) -> Option<(&'static dyn Action, Target, Value, Value)> {
        let (action, plan) = (actions::action(&item.action)?, item.plan.as_ref()?);
        let details = functions_core::details::Details {
            arn: item.arn.clone(),
            name: item.name.clone(),
            ..functions_core::details::Details::default()
        };
        let target = target(&item.resource, &Ok(details), &item.origin());
        Some((action, target, plan.before.clone(), plan.after.clone()))
    }

    /// Begins a change: the reason why it does not begin, or none where another function was faster.
    #[expect(clippy::too_many_arguments, reason = "each is one condition of the change")]
    async fn begin(
        &self,
        item: &Item,
        items: &[Item],
        event: Event,
        by: &str,
        settings: &Settings,
        resources: &Fact<u64>,
        invocation: &Invocation,
    ) -> Result<Option<Result<Item, String>>, HandlerError> {
        let (origin, now) = (item.origin(), invocation.now());
        let budget = self.budget(&origin, &now).await?;
        let lease = self.lease(item).await?;
        // Last, so that it is as new as can be.
        let switch = self.switch(&origin).await?;
        let conditions = Conditions {
            settings,
            items,
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
        calls: &[functions_core::remediation::call::Call],
        applied: Event,
        invocation: &Invocation,
    ) -> Result<Acted, HandlerError> {
        let (now, run_id) = (invocation.now(), invocation.run.id.as_str());
        for (number, call) in calls.iter().enumerate() {
            let Err(error) = self.signed.send(call).await else { continue };
            if !error.refused || number > 0 {
                let reason = format!("whether the change was made is not known yet: {error}");
                log::info(run_id, "a change is interrupted", &serde_json::json!({ "id": item.id, "reason": reason }));
                return Ok(Acted::Left(reason));
            }
            let ended = item.after(Event::Refuse, &now, run_id, error.to_string());
            return self.finish(&item, ended, invocation).await.map(|item| item.map_or_else(interrupted, Acted::Ended));
        }
        let next = item.after(applied, &now, run_id, "AWS took the change");
        let waits = next.as_ref().and_then(|next| {
            next.after(Event::Verify, &now, run_id, "the resource waits for its next evaluation by AWS Config")
        });
        let done = self.finish(&item, waits.or(next), invocation).await?;
        Ok(done.map_or_else(interrupted, Acted::Done))
    }

    /// Stores the end of a change and gives the lease back.
    pub(super) async fn finish(
        &self,
        begun: &Item,
        ended: Option<Item>,
        invocation: &Invocation,
    ) -> Result<Option<Box<Item>>, HandlerError> {
        let Some(ended) = ended else { return Ok(None) };
        let lease = self.lease(begun).await?;
        let holder = begun.lease.clone().unwrap_or_else(|| holder(invocation));
        let (ended, writes) = end(ended, lease.as_ref(), &holder)?;
        Ok(self.commit(&writes).await?.then(|| Box::new(ended)))
    }

    /// Ends a remediation without a change.
    async fn ended(
        &self,
        item: &Item,
        event: Event,
        reason: &str,
        invocation: &Invocation,
    ) -> Result<Acted, HandlerError> {
        let (now, run_id) = (invocation.now(), invocation.run.id.as_str());
        let Some(next) = item.after(event, &now, run_id, reason) else { return Ok(Acted::Left(reason.to_owned())) };
        match self.store(next).await? {
            Some(item) => Ok(Acted::Ended(Box::new(item))),
            None => Ok(Acted::Left("another function was faster".to_owned())),
        }
    }
}

fn interrupted() -> Acted {
    Acted::Left("another function took the remediation over".to_owned())
}

fn holder(invocation: &Invocation) -> Lease {
    Lease { run_id: invocation.run.id.clone(), until_unix_millis: invocation.deadline_unix_millis }
}
