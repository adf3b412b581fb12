//! One run: over every remediation, then over every open finding, then over the changes that may be made.

use std::collections::{BTreeMap, BTreeSet};

use functions_core::{
    configuration::MonitoringConfiguration,
    finding::Findings,
    remediation::{
        decision::{Switch, is_expired},
        guard::Fact,
        item::{self, Item},
        listed, page,
        settings::{Mode, RuleSettings, Settings},
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
use crate::{budget::Budget as Time, error::HandlerError, invocation::Invocation, log, store::JSON};

/// Findings that a run plans at most: each takes several requests.
const PLANS: usize = 500;
/// Findings whose tags are asked for together.
const TOGETHER: usize = 50;

impl Remediation {
    /// Does one run; answers its result. What is under way is carried on, whatever the settings are now.
    pub(super) async fn sweep(&self, invocation: &Invocation) -> Result<Value, HandlerError> {
        let configuration = self.configuration().await?;
        let none = Settings::default();
        let settings = configuration.remediation().unwrap_or(&none);
        let (origin, now, time) = (&invocation.run.origin, invocation.clock(), Time::of(invocation));
        let (mut items, unreadable) = self.items(origin).await?;
        if configuration.remediation().is_none() && items.is_empty() {
            return Ok(json!({ "note": "no rule is remediated" }));
        }
        let last = self.table.get(&item::partition(origin), summary::SORT).await?;
        let mut result = Summary::begin(&invocation.run.id, &now, last.as_ref());
        result.stopped = Switch::stops(self.switch(origin).await?.as_ref());
        unreadable.into_iter().for_each(|reason| result.leave(reason, 1));
        let findings = self.findings(settings, origin).await?;

        for item in &mut items {
            if time.is_short() {
                result.leave("the time of the run was over", 1);
                continue;
            }
            match self.advanced(item, &findings, settings, invocation).await {
                Ok(Some(next)) => *item = next,
                Ok(None) if item.state.is_under_way() => {
                    result.leave("whether an interrupted change was made cannot be determined yet", 1);
                }
                Ok(None) => {}
                // One remediation never ends a run.
                Err(error) => left(&mut result, invocation, item, &error),
            }
        }
        self.plan_open(&mut items, &findings, &configuration, &mut result, (&time, invocation)).await;
        self.note_dry_runs(&items, settings, invocation).await?;
        self.ask(&mut items, &configuration, invocation).await;
        self.make_changes(&mut items, &configuration, settings, &mut result, (&time, invocation)).await?;

        let result = result.of(&items);
        self.commit(&[result.stored(origin)?]).await?;
        let switch = self.switch(origin).await?;
        let page = page::page(&result, &items, switch.as_ref());
        self.store.write(page::KEY, "text/html; charset=utf-8", page.into_bytes()).await?;
        let list = listed::listed(&result, &items, Switch::stops(switch.as_ref()));
        self.store.write(listed::KEY, JSON, serde_json::to_vec(&list)?).await?;
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
        let (now, run_id) = (invocation.clock(), invocation.run.id.as_str());
        if item.state.is_under_way() || matches!(item.state, State::Acted | State::Verifying) {
            let Some(item) = self.whole(item).await? else { return Ok(None) };
            return match item.state.is_under_way() {
                true => self.recovered(&item, invocation).await,
                false => self.verified(&item, settings, invocation).await,
            };
        }
        let finding = findings.get(&item.rule).and_then(|findings| findings.get(&item.resource));
        let of = settings.rules.get(&item.rule).map(RuleSettings::digest);
        let gone = match finding {
            _ if mode(settings, &item.rule) != item.mode => Some("the rule's mode was changed"),
            _ if of.as_ref() != Some(&item.of) => Some("the rule's action or parameters were changed"),
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
        let Some(next) = next else { return Ok(None) };
        if !next.partial {
            return self.store(next).await;
        }
        let Some(whole) = self.whole(item).await? else { return Ok(None) };
        let next = Item { plan: whole.plan, revision: whole.revision, partial: false, ..next };
        self.store(next).await
    }

    /// Plans what would fix the open findings without a remediation.
    async fn plan_open(
        &self,
        items: &mut Vec<Item>,
        findings: &Findings,
        configuration: &MonitoringConfiguration,
        result: &mut Summary,
        (time, invocation): (&Time, &Invocation),
    ) {
        let Some(settings) = configuration.remediation() else { return };
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
        let mut open = open.into_iter().peekable();
        while open.peek().is_some() {
            let some: Vec<Open> = open.by_ref().take(TOGETHER).collect();
            if time.is_short() {
                result.leave("the time of the run was over", u64::try_from(some.len()).unwrap_or(u64::MAX));
                continue;
            }
            for one in self.plan(some, configuration, settings, invocation).await {
                match one {
                    Planned::Left(reason) => result.leave(reason, 1),
                    Planned::Stored(item) => {
                        result.planned += u64::from(item.plan.is_some());
                        match places.get(&item.id).and_then(|place| items.get_mut(*place)) {
                            Some(known) => *known = *item,
                            None => {
                                places.insert(item.id.clone(), items.len());
                                items.push(*item);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Notes the dry run of each rule of mode `automatic` that has a plan.
    async fn note_dry_runs(
        &self,
        items: &[Item],
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let (origin, now) = (&invocation.run.origin, invocation.clock());
        let mut budget = self.budget(origin, &now).await?;
        let known = budget.dry_run.clone();
        let is_automatic = |name: &String| settings.rules.get(name).filter(|rule| rule.mode == Mode::Automatic);
        let planned: BTreeSet<&String> = items
            .iter()
            .filter(|item| item.state == State::Planned && item.mode == Mode::Automatic)
            .map(|item| &item.rule)
            .collect();
        for name in planned {
            if let Some(rule) = is_automatic(name) {
                budget.note_dry_run(name, rule, &now);
            }
        }
        // A rule that is switched to `automatic` again has a dry run again.
        budget.dry_run.retain(|name, _| is_automatic(name).is_some());
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
        let (origin, run_id) = (&invocation.run.origin, invocation.run.id.as_str());
        let mut budget = self.budget(origin, &invocation.clock()).await?;
        let mut counts: BTreeMap<String, Fact<u64>> = BTreeMap::new();
        for known in items {
            let (automatic, now) = (known.state == State::Planned && known.mode == Mode::Automatic, invocation.clock());
            if !automatic && known.state != State::Approved {
                continue;
            }
            let Some(rule) = settings.rules.get(&known.rule) else { continue };
            if automatic && !budget.had_dry_run(&known.rule, rule, &now) {
                result.leave("the first run of a rule is a dry run", 1);
                continue;
            }
            // What stops all changes stops each without a question more.
            let kind = &known.resource.resource_type;
            if !counts.contains_key(kind) {
                counts.insert(kind.clone(), self.count(kind).await);
            }
            let unknown = || Err("it was not counted".to_owned());
            let counted = counts.get(kind).cloned().unwrap_or_else(unknown);
            let stops =
                result.stopped.clone().or_else(|| budget.allows(&known.resource, settings.limits, &counted).err());
            if let Some(reason) = stops.or_else(|| time.is_short().then(|| "the time of the run was over".to_owned())) {
                result.leave(reason, 1);
                continue;
            }
            match self.make_one(known, automatic, configuration, settings, invocation).await {
                Ok((next, reason)) => {
                    result.changed += u64::from(next.state == State::Verifying || next.state == State::Acted);
                    *known = next;
                    reason.into_iter().for_each(|reason| result.leave(reason, 1));
                }
                Err(error) => left(result, invocation, known, &error),
            }
            budget = self.budget(origin, &invocation.clock()).await?;
        }
        log::info(run_id, "changes", &json!({ "changed": result.changed }));
        Ok(())
    }

    /// Makes one change; the remediation as it is then, and why it is left where it is.
    async fn make_one(
        &self,
        known: &Item,
        automatic: bool,
        configuration: &MonitoringConfiguration,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<(Item, Option<String>), HandlerError> {
        let Some(item) = self.whole(known).await? else { return Ok((known.clone(), None)) };
        let item = if automatic {
            let (now, run_id) = (invocation.clock(), invocation.run.id.as_str());
            let Some(next) = item.after(Event::Permit, &now, run_id, "mode `automatic`") else {
                return Ok((item, None));
            };
            match self.store(next).await? {
                Some(next) => next,
                None => return Ok((item, Some("another function was faster".to_owned()))),
            }
        } else {
            item
        };
        Ok(match self.act(&item, configuration, settings, invocation).await? {
            Acted::Done(item) | Acted::Ended(item) => (*item, None),
            Acted::Left(reason) => {
                let stored = self.item(&invocation.run.origin, &item.id).await?;
                (stored.unwrap_or(item), Some(reason))
            }
        })
    }
}

/// Leaves a remediation for a later run because of an error.
fn left(result: &mut Summary, invocation: &Invocation, item: &Item, error: &HandlerError) {
    log::error(&invocation.run.id, &format!("remediation {} is left for a later run", item.id), error);
    result.leave(format!("an error, which the function's log has: {}", error.error_type()), 1);
}
