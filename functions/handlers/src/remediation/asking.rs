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
use crate::{error::HandlerError, invocation::Invocation};

/// Changes that a notice lists.
const LISTED: usize = 50;

impl Remediation {
    /// Sends a notice of the changes among these that wait for an approval. The topic is the one of all notices.
    pub(super) async fn ask(
        &self,
        items: &[Item],
        configuration: &MonitoringConfiguration,
        invocation: &Invocation,
    ) -> Result<(), HandlerError> {
        let waiting: Vec<&Item> = items.iter().filter(|item| item.state == State::AwaitingApproval).collect();
        let Some(topic) = self.topic.as_ref().filter(|_| !waiting.is_empty()) else { return Ok(()) };
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
            let _ = write!(
                text,
                "\n{}: {} ({})\n  Change: {effect}\n  Show: pulumi-resource-aws-compliance remediation show {} --table {table} --region {region}\n  Approve: pulumi-resource-aws-compliance remediation approve {} --plan {digest} --table {table} --region {region}\n",
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
        topic.publish(&Message { subject, body: body.to_string(), attributes }).await?;
        Ok(())
    }
}
