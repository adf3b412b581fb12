//! One run: over every remediation, then over every open finding, then over the changes that may be made.

use std::collections::BTreeMap;

use functions_core::{
    configuration::MonitoringConfiguration,
    finding::Findings,
    remediation::{
        decision::{Switch, is_expired},
        item::{self, Item},
        page,
        settings::{Mode, Settings},
        state::{Event, State},
        summary::{self, Summary},
    },
};
use serde_json::{Value, json};

use super::{
    Remediation,
    acting::Acted,
    mode,
    planning::{Open, Planned},
};
use crate::{budget::Budget as Time, error::HandlerError, invocation::Invocation, log};

/// Findings that a run plans at most: each takes several requests.
const PLANS: usize = 500;
/// Findings whose tags are asked for together.
const TOGETHER: usize = 50;

impl Remediation {
    /// Does one run; answers its result.
    pub(super) async fn sweep(&self, invocation: &Invocation) -> Result<Value, HandlerError> {
        let configuration = self.configuration().await?;
        let Some(settings) = configuration.remediation() else {
            return Ok(json!({ "note": "no rule is remediated" }));
        };
        let (origin, now, time) = (&invocation.run.origin, invocation.now(), Time::of(invocation));
        let last = self.table.get(&item::partition(origin), summary::SORT).await?;
        let mut result = Summary::begin(&invocation.run.id, &now, last.as_ref());
        result.stopped = Switch::stops(self.switch(origin).await?.as_ref());
        let findings = self.findings(settings, origin).await?;
        let mut items = self.items(origin).await?;

        for item in &mut items {
            if time.is_short() {
                result.leave("the time of the run was over", 1);
            } else if let Some(next) = self.advanced(item, &findings, settings, invocation).await? {
                *item = next;
            }
        }
        let planned = self.plan_open(&mut items, &findings, &configuration, &mut result, (&time, invocation)).await?;
        self.note_dry_runs(&items, invocation).await?;
        self.ask(&planned, &configuration, invocation).await?;
        self.make_changes(&mut items, &configuration, settings, &mut result, (&time, invocation)).await?;

        let result = result.of(&items);
        self.commit(&[result.stored(origin)?]).await?;
        let switch = self.switch(origin).await?;
        let page = page::page(&result, &items, switch.as_ref());
        self.store.write(page::KEY, "text/html; charset=utf-8", page.into_bytes()).await?;
        let answer = serde_json::to_value(&result)?;
        log::info(&invocation.run.id, "remediation", &answer);
        Ok(answer)
    }

    /// A remediation after what happened since the last run; none where nothing did.
    async fn advanced(
        &self,
        item: &Item,
        findings: &Findings,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<Option<Item>, HandlerError> {
        let (now, run_id) = (invocation.now(), invocation.run.id.as_str());
        if item.state.is_under_way() {
            return self.recovered(item, invocation).await;
        }
        if matches!(item.state, State::Acted | State::Verifying) {
            return self.verified(item, settings, invocation).await;
        }
        let finding = findings.get(&item.rule).and_then(|findings| findings.get(&item.resource));
        let gone = match finding {
            _ if mode(settings, &item.rule) != item.mode => Some("the rule's mode was changed"),
            None => Some("the finding is gone"),
            Some(finding) if !finding.open => Some("the finding is fixed without remediation"),
            Some(finding) if finding.waived => Some("a waiver covers the finding"),
            Some(_) => None,
        };
        let next = match gone {
            Some(reason) => item.after(Event::Vanish, &now, run_id, reason),
            None if is_expired(item, settings, &now) => {
                item.after(Event::TimeOut, &now, run_id, "the time to approve and make the change is over")
            }
            None => None,
        };
        match next {
            Some(next) => self.store(next).await,
            None => Ok(None),
        }
    }

    /// Plans what would fix the open findings without a remediation.
    async fn plan_open(
        &self,
        items: &mut Vec<Item>,
        findings: &Findings,
        configuration: &MonitoringConfiguration,
        result: &mut Summary,
        (time, invocation): (&Time, &Invocation),
    ) -> Result<Vec<Item>, HandlerError> {
        let Some(settings) = configuration.remediation() else { return Ok(Vec::new()) };
        let origin = &invocation.run.origin;
        let mut places: BTreeMap<String, usize> =
            items.iter().enumerate().map(|(place, item)| (item.id.clone(), place)).collect();
        let mut open = Vec::new();
        for (rule, findings) in findings {
            for (resource, finding) in findings.iter().filter(|(_, finding)| finding.open && !finding.waived) {
                let before = places.get(&item::id(origin, rule, resource)).and_then(|place| items.get(*place)).cloned();
                // Advice is given once as long as the finding is open.
                let advised =
                    before.as_ref().is_some_and(|item| item.state == State::Advised && item.since == finding.since);
                if !advised && before.as_ref().is_none_or(|item| item.begins_anew(&finding.since)) {
                    open.push(Open {
                        rule: rule.clone(),
                        resource: resource.clone(),
                        since: finding.since.clone(),
                        before,
                    });
                }
            }
        }
        let more = open.split_off(open.len().min(PLANS));
        result.leave("more findings than a run plans", u64::try_from(more.len()).unwrap_or(u64::MAX));
        let mut planned = Vec::new();
        let mut open = open.into_iter().peekable();
        while open.peek().is_some() {
            let some: Vec<Open> = open.by_ref().take(TOGETHER).collect();
            if time.is_short() {
                result.leave("the time of the run was over", u64::try_from(some.len()).unwrap_or(u64::MAX));
                continue;
            }
            for one in self.plan(some, configuration, settings, invocation).await? {
                match one {
                    Planned::Left(reason) => result.leave(reason, 1),
                    Planned::Stored(item) => {
                        result.planned += u64::from(item.plan.is_some());
                        match places.get(&item.id).and_then(|place| items.get_mut(*place)) {
                            Some(known) => *known = (*item).clone(),
                            None => {
                                places.insert(item.id.clone(), items.len());
                                items.push((*item).clone());
                            }
                        }
                        planned.push(*item);
                    }
                }
            }
        }
        Ok(planned)
    }

    /// Notes since when each rule of mode `automatic` has a plan: its dry run.
    async fn note_dry_runs(&self, items: &[Item], invocation: &Invocation) -> Result<(), HandlerError> {
        let (origin, now) = (&invocation.run.origin, invocation.now());
        let mut budget = self.budget(origin, &now).await?;
        let known = budget.dry_run.clone();
        let automatic = |item: &&Item| item.mode == Mode::Automatic;
        for item in items.iter().filter(automatic).filter(|item| item.state == State::Planned) {
            budget.dry_run.entry(item.rule.clone()).or_insert_with(|| now.clone());
        }
        // A rule that is switched to `automatic` again has a dry run again.
        budget.dry_run.retain(|rule, _| items.iter().filter(automatic).any(|item| item.rule == *rule));
        if budget.dry_run != known {
            // A conflict: another run notes the same, or makes changes; the next run notes it.
            self.commit(&[budget.stored(origin)?.1]).await?;
        }
        Ok(())
    }

    /// Makes the changes that may be made, as far as the limits go.
    async fn make_changes(
        &self,
        items: &mut [Item],
        configuration: &MonitoringConfiguration,
        settings: &Settings,
        result: &mut Summary,
        (time, invocation): (&Time, &Invocation),
    ) -> Result<(), HandlerError> {
        let (origin, now, run_id) = (&invocation.run.origin, invocation.now(), invocation.run.id.as_str());
        for place in 0..items.len() {
            let Some(item) = items.get(place).cloned() else { continue };
            let item = if item.state == State::Planned && item.mode == Mode::Automatic {
                if !self.budget(origin, &now).await?.had_dry_run(&item.rule, &now) {
                    result.leave("the first run of a rule is a dry run", 1);
                    continue;
                }
                let Some(next) = item.after(Event::Permit, &now, run_id, "mode `automatic`") else { continue };
                match self.store(next).await? {
                    Some(next) => next,
                    None => continue,
                }
            } else {
                item
            };
            if item.state != State::Approved {
                continue;
            }
            if time.is_short() {
                result.leave("the time of the run was over", 1);
            } else {
                let acted = self.act(&item, items, configuration, settings, invocation).await?;
                let next = match acted {
                    Acted::Done(item) => {
                        result.changed += 1;
                        Some(*item)
                    }
                    Acted::Ended(item) => Some(*item),
                    Acted::Left(reason) => {
                        result.leave(reason, 1);
                        self.item(origin, &item.id).await?
                    }
                };
                if let (Some(place), Some(next)) = (items.get_mut(place), next) {
                    *place = next;
                    continue;
                }
            }
            if let Some(place) = items.get_mut(place) {
                *place = item;
            }
        }
        Ok(())
    }
}
