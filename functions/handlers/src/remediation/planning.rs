//! Plans what would fix findings: reads the part of each resource that an action changes, and stores it before and after.

use std::collections::BTreeSet;

use compliance_types::{resource::Resource, time::Timestamp};
use functions_core::{
    configuration::MonitoringConfiguration,
    details::Details,
    event::ComplianceChange,
    remediation::{
        action::{Action, Parameters, Proposal, Risk, Target},
        actions,
        guard::{Fact, Owner, Verdict, evaluate},
        item::{self, Advice, Item, Plan},
        settings::{Mode, RuleSettings, Settings},
        state::{Event, State},
    },
    run::Origin,
};
use serde_json::Value;

use super::{Remediation, facts::target, mode};
use crate::{error::HandlerError, invocation::Invocation, log};

/// A finding that is to be planned.
pub(super) struct Open {
    pub rule: String,
    pub resource: Resource,
    pub since: Timestamp,
    /// The remediation of it that is over, where there is one.
    pub before: Option<Item>,
}

/// What became of planning a finding.
pub(super) enum Planned {
    /// It is stored.
    Stored(Box<Item>),
    /// It is not, for this reason.
    Left(String),
}

impl Remediation {
    /// Plans what would fix the findings of compliance changes.
    pub(super) async fn plan_findings_of(
        &self,
        changes: &[&ComplianceChange],
        configuration: &MonitoringConfiguration,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let origin = &invocation.run.origin;
        let mut open = Vec::new();
        for change in changes {
            let own = change.account == origin.account && change.region == origin.region;
            if !own || mode(settings, &change.rule) == Mode::Off {
                continue;
            }
            let resource =
                Resource { resource_type: change.resource_type.clone(), resource_id: change.resource_id.clone() };
            let before = self.item(origin, &item::id(origin, &change.rule, &resource)).await?;
            let since = match self.found(change, &resource, before.is_some(), origin).await? {
                Ok(since) => since,
                Err(reason) => {
                    let fields = serde_json::json!({ "eventId": change.event_id, "reason": reason });
                    log::info(&invocation.run.id, "a change is not planned now", &fields);
                    continue;
                }
            };
            if before.as_ref().is_none_or(|item| item.begins_anew(&since)) {
                open.push(Open { rule: change.rule.clone(), resource, since, before });
            }
        }
        let planned = self.plan(open, configuration, settings, invocation).await;
        let stored = planned.into_iter().filter_map(|planned| match planned {
            Planned::Stored(item) => Some(*item),
            Planned::Left(reason) => {
                log::info(&invocation.run.id, "a change is not planned", &serde_json::json!({ "reason": reason }));
                None
            }
        });
        self.ask(&mut stored.collect::<Vec<_>>(), configuration, invocation).await;
        Ok(())
    }

    /// Since when a change's finding is open, or why that is not known: nobody is asked to approve what a message alone says,
    /// which anybody who may send to the queue can make up. What processing stored is what AWS Config said. Where it has stored
    /// nothing yet, AWS Config is asked, unless there was a remediation before: a person may have rejected that one, and its next
    /// one begins by the time that processing stores.
    async fn found(
        &self,
        change: &ComplianceChange,
        resource: &Resource,
        again: bool,
        origin: &Origin,
    ) -> Result<Result<Timestamp, String>, HandlerError> {
        match self.finding(&change.rule, resource, origin).await? {
            Some(finding) if finding.open && !finding.waived => return Ok(Ok(finding.since)),
            Some(finding) if finding.open => return Ok(Err("a waiver covers the finding".to_owned())),
            _ if again => return Ok(Err("processing has not stored that the finding is open again".to_owned())),
            _ => {}
        }
        Ok(match self.evaluation(&change.rule, resource).await {
            Ok(Some(found)) if found.compliance == "NON_COMPLIANT" => {
                let known = found.recorded.map(Timestamp::from_unix_seconds);
                Ok(known.map_or_else(|| change.time.clone(), |known| known.min(change.time.clone())))
            }
            Ok(_) => Err("AWS Config has no such finding".to_owned()),
            Err(reason) => Err(format!("whether AWS Config has the finding cannot be determined: {reason}")),
        })
    }

    /// Plans what would fix each of these findings.
    pub(super) async fn plan(
        &self,
        open: Vec<Open>,
        configuration: &MonitoringConfiguration,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Vec<Planned> {
        let resources: BTreeSet<Resource> = open.iter().map(|open| open.resource.clone()).collect();
        let details = self.details(&resources, &invocation.run.origin).await;
        let mut planned = Vec::new();
        for open in open {
            let unknown = || Err("AWS Config does not record the resource".to_owned());
            let details = details.get(&open.resource).cloned().unwrap_or_else(unknown);
            let (rule, id) = (open.rule.clone(), open.resource.resource_id.clone());
            let one = self.plan_one(open, &details, configuration, settings, invocation).await;
            // One finding never ends a run.
            planned.push(one.unwrap_or_else(|error| {
                log::error(&invocation.run.id, &format!("the change of `{id}` for `{rule}` is not planned"), &error);
                Planned::Left(format!("the change could not be planned or stored: {error}"))
            }));
        }
        planned
    }

    async fn plan_one(
        &self,
        open: Open,
        details: &Fact<Details>,
        configuration: &MonitoringConfiguration,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<Planned, HandlerError> {
        let (origin, now, run_id) = (&invocation.run.origin, invocation.clock(), invocation.run.id.as_str());
        let Some(rule) = settings.rules.get(&open.rule) else {
            return Ok(Planned::Left("the rule has no action".to_owned()));
        };
        let Some(action) = actions::action(&rule.action) else {
            return Ok(Planned::Left(format!("there is no action `{}`", rule.action)));
        };
        if action.resource_type() != open.resource.resource_type {
            let (wanted, found) = (action.resource_type(), &open.resource.resource_type);
            return Ok(Planned::Left(format!("action `{}` is for {wanted}, the finding is of {found}", action.id())));
        }
        let target = target(&open.resource, details, origin);
        let part = match self.part(action, &target).await {
            Ok(part) => part,
            Err(reason) => return Ok(Planned::Left(format!("the resource cannot be read: {reason}"))),
        };
        let (given, ids) = (&open.resource, action.physical_ids(&part));
        let facts = self.facts(configuration, &open.rule, &target, given, details, now.date(), ids).await;
        let verdict = evaluate(&facts, rule, &settings.opt_out_tag);
        if let Verdict::Unknown(reason) | Verdict::Excluded(reason) = verdict {
            return Ok(Planned::Left(reason));
        }
        let parameters = Parameters { given: &rule.parameters, known: action.parameters() };
        let proposal = match action.propose(&target, &parameters, &part) {
            Ok(proposal) => proposal,
            Err(reason) => return Ok(Planned::Left(reason)),
        };
        let observed = observed(open, rule, &target, &now, invocation);
        let (event, item) = match (proposal, verdict, action.risk()) {
            (Proposal::Complies, ..) => {
                return Ok(Planned::Left("the resource is as it should be; its rule evaluates it later".to_owned()));
            }
            (Proposal::Advice { reason, commands }, ..) => {
                (Event::Advise, Item { advice: Some(Advice { reason, commands }), ..observed })
            }
            (Proposal::Change { effect, .. }, Verdict::Advice(reason), _) => {
                let reason = format!("{reason}; the change would be: {effect}");
                (Event::Advise, Item { advice: Some(Advice { reason, commands: Vec::new() }), ..observed })
            }
            (Proposal::Change { effect, .. }, _, Risk::Advice(reason)) => {
                let reason = format!("{reason}; the change would be: {effect}");
                (Event::Advise, Item { advice: Some(Advice { reason, commands: Vec::new() }), ..observed })
            }
            (Proposal::Change { after, effect, approval }, verdict, risk) => {
                let by_guard = match verdict {
                    Verdict::NeedsApproval(reason) => Some(reason),
                    _ => None,
                };
                let by_risk = match risk {
                    Risk::Approval(reason) => Some(reason.to_owned()),
                    _ => None,
                };
                let declined = observed.declined.then(|| "somebody rejected or undid this change before".to_owned());
                let approval = approval.or(by_risk).or(by_guard).or(declined);
                let owner = facts.owner.clone().unwrap_or(Owner::Unknown);
                let plan = Plan { effect, before: part, after, approval, owner, at: now.clone() };
                (Event::Plan, Item { plan: Some(plan), ..observed })
            }
        };
        let reason = item.advice.as_ref().map(|advice| advice.reason.clone());
        let reason = reason.or_else(|| item.plan.as_ref().map(|plan| plan.effect.clone())).unwrap_or_default();
        let Some(item) = item.after(event, &now, run_id, reason) else {
            return Ok(Planned::Left("the remediation is under way".to_owned()));
        };
        let waits = item.state == State::Planned && item.mode.acts() && item.needs_approval();
        let item = if waits {
            let why = item.plan.as_ref().and_then(|plan| plan.approval.clone()).unwrap_or_default();
            item.after(Event::AskApproval, &now, run_id, why).unwrap_or(item)
        } else {
            item
        };
        match self.store(item).await? {
            Some(item) => Ok(Planned::Stored(Box::new(item))),
            None => Ok(Planned::Left("another run plans the change".to_owned())),
        }
    }

    /// The part of a resource that an action changes, as it is now.
    pub(super) async fn part(&self, action: &dyn Action, target: &Target) -> Fact<Value> {
        let mut answers = Vec::new();
        for call in action.read(target)? {
            let call = call.owned_by(&target.account);
            answers.push(self.signed.send(&call).await.map_err(|error| error.to_string())?);
        }
        action.part(target, &answers)
    }
}

/// The remediation of a finding, at its beginning.
fn observed(open: Open, rule: &RuleSettings, target: &Target, now: &Timestamp, invocation: &Invocation) -> Item {
    let (origin, run_id) = (&invocation.run.origin, invocation.run.id.as_str());
    let begun = open.before.and_then(|before| before.after(Event::Observe, now, run_id, "the finding is open"));
    let item = begun.unwrap_or_else(|| {
        let mut item = Item {
            id: item::id(origin, &open.rule, &open.resource),
            rule: open.rule.clone(),
            account: origin.account.clone(),
            region: origin.region.clone(),
            resource: open.resource.clone(),
            name: None,
            arn: None,
            action: String::new(),
            mode: rule.mode,
            of: String::new(),
            state: State::Observed,
            round: 1,
            since: open.since.clone(),
            plan: None,
            advice: None,
            requested_by: None,
            approved_by: None,
            lease: None,
            asked_at: None,
            undo_requested_by: None,
            followed: Vec::new(),
            declined: false,
            acted_at: None,
            steps: Vec::new(),
            revision: 0,
            partial: false,
        };
        item.note(State::Observed, now, run_id, "the finding is open");
        item
    });
    Item {
        action: rule.action.clone(),
        mode: rule.mode,
        of: rule.digest(),
        since: open.since,
        name: target.name.clone(),
        arn: target.arn.clone(),
        ..item
    }
}
