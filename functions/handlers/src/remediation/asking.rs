//! The notice that asks for approvals. It has the command to type for each change.

use std::{collections::BTreeMap, fmt::Write as _};

use functions_core::{
    configuration::{MonitoringConfiguration, Route},
    notice::{Attribute, Message},
    remediation::{
        item::{Item, Plan},
        state::State,
    },
};
use serde_json::json;

use super::Remediation;
use crate::{error::HandlerError, invocation::Invocation, log};

/// Changes that a notice lists.
const LISTED: usize = 50;

impl Remediation {
    /// Sends a notice of the changes among these that wait for an approval and of which none was sent, and notes that it was. What
    /// fails is done by the next run: whoever approves is asked once more rather than never.
    pub(super) async fn ask(
        &self,
        items: &mut [Item],
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) {
        let waits = |item: &&mut Item| item.state == State::AwaitingApproval && item.asked_at.is_none();
        let waiting: Vec<&mut Item> = items.iter_mut().filter(waits).collect();
        if waiting.is_empty() {
            return;
        }
        if let Err(error) = self.asked(waiting, configuration, invocation).await {
            log::error(&invocation.run.id, "approvals are not asked for now; the next run asks for them", &error);
        }
    }

    async fn asked(
        &self,
        mut waiting: Vec<&mut Item>,
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        for item in &mut waiting {
            // The command names the digest of the plan.
            if let Some(whole) = if item.partial { self.whole(item).await? } else { None } {
                **item = whole;
            }
        }
        let Some(topic) = self.topic.as_ref() else { return Ok(()) };
        topic.publish(&self.request(&waiting, configuration, invocation)).await?;
        let now = invocation.clock();
        for item in waiting {
            // Nothing but the time: a decision that was faster is worth more.
            if let Some(stored) = self.store(Item { asked_at: Some(now.clone()), ..item.clone() }).await? {
                *item = stored;
            }
        }
        Ok(())
    }

    /// The notice.
    fn request(
        &self,
        waiting: &[&mut Item],
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Message {
        let origin = &invocation.run.origin;
        let (table, region) = (&self.environment.ledger_table, &origin.region);
        let count = waiting.len();
        let mut text = format!(
            "{count} {} in account {} and region {region} {} for approval.\n",
            if count == 1 { "change" } else { "changes" },
            origin.account,
            if count == 1 { "waits" } else { "wait" },
        );
        for item in waiting.iter().take(LISTED) {
            let effect = item.plan.as_ref().map(|plan| plan.effect.as_str()).unwrap_or_default();
            let digest = item.plan.as_ref().map(Plan::digest).unwrap_or_default();
            let owner = item.plan.as_ref().map_or("unknown", |plan| plan.owner.words());
            let second = if item.requested_by.is_some() { "  Somebody else approved it already.\n" } else { "" };
            let _ = write!(
                text,
                "\n{}: {} ({})\n  Change: {effect}\n  Owner: {owner}\n{second}  Show: pulumi-resource-aws-compliance remediation show {} --table {table} --region {region}\n  Approve: pulumi-resource-aws-compliance remediation approve {} --plan {digest} --table {table} --region {region}\n",
                item.rule, item.resource.resource_id, item.resource.resource_type, item.id, item.id,
            );
        }
        if count > LISTED {
            let _ = write!(
                text,
                "\nand {} more: pulumi-resource-aws-compliance remediation list --table {table} --region {region}\n",
                count - LISTED
            );
        }
        let machine = json!({
            "kind": "remediationApproval", "account": origin.account, "region": region, "table": table,
            "remediations": waiting.iter().take(LISTED).map(|item| json!({
                "id": item.id, "rule": item.rule, "resourceType": item.resource.resource_type,
                "resourceId": item.resource.resource_id, "effect": item.plan.as_ref().map(|plan| plan.effect.clone()),
            })).collect::<Vec<_>>(),
        });
        let subject = format!(
            "{count} remediation {} to approve in {} {region}",
            if count == 1 { "change" } else { "changes" },
            origin.account
        );
        let body = json!({ "default": machine.to_string(), "email": text });
        let mut attributes = BTreeMap::from([
            ("account", Attribute::Text(origin.account.clone())),
            ("kind", Attribute::List(vec!["remediationApproval".to_owned()])),
            ("region", Attribute::Text(region.clone())),
        ]);
        let takes =
            |route: &Route| route.rules.is_empty() || waiting.iter().any(|item| route.rules.contains(&item.rule));
        let routes = configuration.notices().routes.iter().filter(|(_, route)| takes(route));
        let routes: Vec<String> = routes.map(|(name, _)| name.clone()).collect();
        if !routes.is_empty() {
            attributes.insert("route", Attribute::List(routes));
        }
        Message { subject, body: body.to_string(), attributes }
    }
}
