//! Asks AWS Config whether a changed resource complies, and finds out what became of interrupted changes.

use compliance_types::time::Timestamp;
use functions_core::{
    details::Details,
    remediation::{
        actions,
        guard::Fact,
        item::Item,
        settings::Settings,
        state::{Event, State},
    },
};

use super::{Remediation, facts::target};
use crate::{
    error::{AwsError, HandlerError},
    invocation::Invocation,
};

impl Remediation {
    /// The remediation after AWS Config was asked about its resource; none where nothing is new.
    pub(super) async fn verified(
        &self,
        item: &Item,
        settings: &Settings,
        invocation: &Invocation,
    ) -> Result<Option<Item>, HandlerError> {
        let (now, run_id) = (invocation.now(), invocation.run.id.as_str());
        let Some(acted) = &item.acted_at else {
            return Ok(item.after(Event::TimeOut, &now, run_id, "nothing was changed"));
        };
        let event = match self.evaluated(item, acted).await {
            Ok(Some(true)) => Some((Event::Confirm, "AWS Config finds the resource compliant".to_owned())),
            // A result that is not compliant may be of the time between: the next one decides.
            Ok(Some(false) | None) => None,
            Err(reason) => {
                crate::log::info(
                    run_id,
                    "a result cannot be read",
                    &serde_json::json!({ "id": item.id, "reason": reason }),
                );
                None
            }
        };
        let late =
            now.unix_seconds().saturating_sub(acted.unix_seconds()) >= u64::from(settings.verification_hours) * 3_600;
        let timed_out = late.then(|| {
            let reason =
                format!("AWS Config did not find the resource compliant within {} hours", settings.verification_hours);
            (Event::TimeOut, reason)
        });
        let Some((event, reason)) = event.or(timed_out) else { return Ok(None) };
        let Some(next) = item.after(event, &now, run_id, reason) else { return Ok(None) };
        self.store(next).await
    }

    /// Whether the rule finds the resource compliant by an evaluation after a time; none where there was none.
    async fn evaluated(&self, item: &Item, after: &Timestamp) -> Fact<Option<bool>> {
        let mut token: Option<String> = None;
        loop {
            let page = self.config.read(|client| {
                let request = client.get_compliance_details_by_resource();
                let request = request.resource_type(&item.resource.resource_type);
                request.resource_id(&item.resource.resource_id).set_next_token(token.clone()).send()
            });
            let page =
                page.await.map_err(|error| AwsError::new("GetComplianceDetailsByResource", &error).to_string())?;
            for result in page.evaluation_results() {
                let qualifier = result.evaluation_result_identifier().and_then(|one| one.evaluation_result_qualifier());
                if qualifier.and_then(|one| one.config_rule_name()) != Some(item.rule.as_str()) {
                    continue;
                }
                let invoked = result.config_rule_invoked_time().or_else(|| result.result_recorded_time());
                let invoked = invoked.and_then(|time| u64::try_from(time.secs()).ok());
                if invoked.is_none_or(|invoked| invoked <= after.unix_seconds()) {
                    return Ok(None);
                }
                return Ok(Some(result.compliance_type().is_some_and(|one| one.as_str() == "COMPLIANT")));
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
        let (now, run_id) = (invocation.now(), invocation.run.id.as_str());
        let held = item.lease.as_ref().is_some_and(|lease| lease.until_unix_millis > now.unix_millis());
        if held || !item.state.is_under_way() {
            return Ok(None);
        }
        let (Some(action), Some(plan)) = (actions::action(&item.action), &item.plan) else {
            let ended = item.after(Event::FindOther, &now, run_id, "the change is not known any more");
            return Ok(self.finish(item, ended, invocation).await?.map(|item| *item));
        };
        let details = Details { arn: item.arn.clone(), name: item.name.clone(), ..Details::default() };
        let found = self.part(action, &target(&item.resource, &Ok(details), &item.origin())).await;
        let (event, reason) = match found {
            Err(reason) => {
                crate::log::info(
                    run_id,
                    "an interrupted change is not known",
                    &serde_json::json!({ "id": item.id, "reason": reason }),
                );
                return Ok(None);
            }
            Ok(found) if found == plan.after => (Event::FindAfter, "interrupted; the resource is as planned"),
            Ok(found) if found == plan.before => (Event::FindBefore, "interrupted; the resource is as before"),
            Ok(_) => (Event::FindOther, "interrupted; the resource is neither as planned nor as before"),
        };
        let next = item.after(event, &now, run_id, reason);
        let next = match next {
            Some(next) if next.state == State::Acted => {
                let reason = "the resource waits for its next evaluation by AWS Config";
                next.after(Event::Verify, &now, run_id, reason).or(Some(next))
            }
            next => next,
        };
        Ok(self.finish(item, next, invocation).await?.map(|item| *item))
    }
}
