//! Asks AWS Config whether a changed resource complies, and finds out what became of interrupted changes.

use aws_sdk_config::primitives::DateTime;
use compliance_types::{
    resource::{ACCOUNT, Resource},
    time::Timestamp,
};
use functions_core::{
    details::{self, Details},
    remediation::{
        action::are_alike,
        actions,
        guard::Fact,
        item::Item,
        settings::{Mode, Settings},
        state::{Event, State},
    },
};
use serde_json::json;

use super::{Remediation, facts::target, mode};
use crate::{
    error::{AwsError, HandlerError},
    invocation::Invocation,
    log,
};

/// A result of AWS Config.
pub(super) struct Evaluation {
    /// `COMPLIANT`, `NON_COMPLIANT`, ...
    pub compliance: String,
    /// When the rule was invoked for it, where AWS Config says so. Unit: seconds since 1970 in UTC.
    pub invoked: Option<u64>,
    /// When AWS Config recorded it. Unit: seconds since 1970 in UTC.
    pub recorded: Option<u64>,
}

impl Remediation {
    /// The remediation after AWS Config was asked about its resource; none where nothing is new.
    pub(super) async fn verified(
        &self,
        item: &Item,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<Option<Item>, HandlerError> {
        let (now, run_id) = (invocation.clock(), invocation.run.id.as_str());
        let Some(acted) = &item.acted_at else {
            return Ok(item.after(Event::TimeOut, &now, run_id, "nothing was changed"));
        };
        if actions::action(&item.action).is_some_and(|action| action.contains())
            && let Some(contained) = self.contained(item, invocation).await
        {
            return Ok(self.finish(item, Some(contained), false, invocation).await?.map(|item| *item));
        }
        let evaluated = match self.evaluated(item, acted).await {
            // The evaluation may be of an older record of the resource.
            Ok(Some(true)) => self.recorded(item, acted).await,
            // A result that is not compliant may be of the time between: the next one decides.
            other => other.map(|_| false),
        };
        let event = match evaluated {
            Ok(true) => Some((Event::Confirm, "AWS Config finds the resource compliant".to_owned())),
            Ok(false) => None,
            Err(reason) => {
                log::info(run_id, "a result cannot be read", &json!({ "id": item.id, "reason": reason }));
                None
            }
        };
        let late =
            now.unix_seconds().saturating_sub(acted.unix_seconds()) >= u64::from(settings.verification_hours) * 3_600;
        let timed_out = late.then(|| match mode(settings, &item.rule) {
            // That is no failure of the change.
            Mode::Off => (Event::Vanish, "the rule is not remediated any more; the change is not verified".to_owned()),
            _ => {
                let hours = settings.verification_hours;
                (Event::TimeOut, format!("AWS Config did not find the resource compliant within {hours} hours"))
            }
        });
        let Some((event, reason)) = event.or(timed_out) else { return Ok(None) };
        let next = item.after(event, &now, run_id, reason);
        Ok(self.finish(item, next, event == Event::TimeOut, invocation).await?.map(|item| *item))
    }

    /// The remediation where its change holds off what the finding is about; none where that is not so, or not known.
    async fn contained(&self, item: &Item, invocation: &Invocation) -> Option<Item> {
        let (action, plan) = (actions::action(&item.action)?, item.plan.as_ref()?);
        let details = Details { arn: item.arn.clone(), name: item.name.clone(), ..Details::default() };
        let found = self.part(action, &target(&item.resource, &Ok(details), &item.origin())).await.ok()?;
        let reason = "the resource is as planned; the finding stays open until a person fixes it";
        let (now, run_id) = (invocation.clock(), invocation.run.id.as_str());
        are_alike(action, &found, &plan.after).then(|| item.after(Event::Contain, &now, run_id, reason))?
    }

    /// Whether AWS Config recorded the resource after a time. It records no item of the account.
    async fn recorded(&self, item: &Item, after: &Timestamp) -> Fact<bool> {
        if item.resource.resource_type == ACCOUNT {
            return Ok(true);
        }
        let query = details::capture_query(&item.resource).ok_or("a query cannot hold the id of the resource")?;
        let rows = self.config.rows(None, &query).await.map_err(|error| error.to_string())?;
        let captured = rows.iter().find_map(|row| details::read_capture(row, &item.resource));
        let captured = captured.ok_or("AWS Config does not say when it recorded the resource")?;
        Ok(captured.unix_millis() > after.unix_millis())
    }

    /// Whether the rule finds the resource compliant by an evaluation after a time; none where there was none.
    async fn evaluated(&self, item: &Item, after: &Timestamp) -> Fact<Option<bool>> {
        let found = self.evaluation(&item.rule, &item.resource).await?;
        let found = found.filter(|found| found.invoked.is_some_and(|invoked| invoked > after.unix_seconds()));
        Ok(found.map(|found| found.compliance == "COMPLIANT"))
    }

    /// What AWS Config says of a resource by a rule; none where it has no result.
    pub(super) async fn evaluation(&self, rule: &str, resource: &Resource) -> Fact<Option<Evaluation>> {
        let mut token: Option<String> = None;
        loop {
            let page = self.config.read(|client| {
                let request = client.get_compliance_details_by_resource();
                let request = request.resource_type(&resource.resource_type);
                request.resource_id(&resource.resource_id).set_next_token(token.clone()).send()
            });
            let page =
                page.await.map_err(|error| AwsError::new("GetComplianceDetailsByResource", &error).to_string())?;
            for result in page.evaluation_results() {
                let qualifier = result.evaluation_result_identifier().and_then(|one| one.evaluation_result_qualifier());
                if qualifier.and_then(|one| one.config_rule_name()) != Some(rule) {
                    continue;
                }
                let seconds = |time: Option<&DateTime>| time.and_then(|time| u64::try_from(time.secs()).ok());
                let recorded = seconds(result.result_recorded_time());
                return Ok(Some(Evaluation {
                    compliance: result.compliance_type().map_or_else(String::new, |one| one.as_str().to_owned()),
                    invoked: seconds(result.config_rule_invoked_time()).or(recorded),
                    recorded,
                }));
            }
            let next = page.next_token.filter(|next| !next.is_empty() && Some(next) != token.as_ref());
            if next.is_none() {
                return Ok(None);
            }
            token = next;
        }
    }

    /// The remediation whose change was interrupted, after its resource was read; none where it cannot be read now.
    pub(super) async fn recovered(&self, item: &Item, invocation: &Invocation) -> Result<Option<Item>, HandlerError> {
        let (now, run_id) = (invocation.clock(), invocation.run.id.as_str());
        let held = item.lease.as_ref().is_some_and(|lease| lease.until_unix_millis > now.unix_millis());
        if held || !item.state.is_under_way() {
            return Ok(None);
        }
        let (Some(action), Some(plan)) = (actions::action(&item.action), &item.plan) else {
            let ended = item.after(Event::FindOther, &now, run_id, "the change is not known any more");
            return Ok(self.finish(item, ended, true, invocation).await?.map(|item| *item));
        };
        let details = Details { arn: item.arn.clone(), name: item.name.clone(), ..Details::default() };
        let found = self.part(action, &target(&item.resource, &Ok(details), &item.origin())).await;
        let (event, reason) = match found {
            Err(reason) => {
                log::info(run_id, "an interrupted change is not known", &json!({ "id": item.id, "reason": reason }));
                return Ok(None);
            }
            Ok(found) if are_alike(action, &found, &plan.after) => {
                (Event::FindAfter, "interrupted; the resource is as planned")
            }
            Ok(found) if are_alike(action, &found, &plan.before) => {
                (Event::FindBefore, "interrupted; the resource is as before")
            }
            Ok(_) => (Event::FindOther, "interrupted; the resource is neither as planned nor as before"),
        };
        // A change that had no effect is one that failed, whatever is planned next; an undo that was not made is one, too.
        let failed = match item.state {
            State::Undoing => event != Event::FindBefore,
            _ => event != Event::FindAfter,
        };
        let next = item.after(event, &now, run_id, reason);
        let next = match next {
            Some(next) if next.state == State::Acted => {
                let reason = "the resource waits for its next evaluation by AWS Config";
                next.after(Event::Verify, &now, run_id, reason).or(Some(next))
            }
            next => next,
        };
        Ok(self.finish(item, next, failed, invocation).await?.map(|item| *item))
    }
}
