//! The key that the user gave: whether it is of use, and whether its policy admits everyone who needs it.

use compliance_types::arn::Arn;
use serde_json::Value;

use super::message::ScanMessage;
use super::recorder::{RecorderAction, recorder_action};
use super::words::{names, place};
use crate::key_policy::{Admission, KeyUser, budget_messages, config_delivery, key_users};
use crate::look::{Key, Look};
use crate::request::{LookRequest, PlannedKey};

/// The only kind of key that S3, SNS, SQS and CloudWatch Logs encrypt with (KMS Developer Guide, "Special-purpose keys").
const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

pub fn judge(look: &Look, request: &LookRequest) -> Vec<ScanMessage> {
    let (Some(key), Some(planned)) = (&look.key, &request.key) else { return Vec::new() };
    match unusable(key, look) {
        Some(message) => vec![ScanMessage::error(&planned.path, message)],
        None => {
            let delivers = planned.config_delivers && recorder_action(look, request) != RecorderAction::Reuse;
            policy(key, planned, look, delivers)
        }
    }
}

fn unusable(key: &Key, look: &Look) -> Option<String> {
    let (_, region) = place(look);
    let arn = &key.arn;
    let elsewhere = Arn::parse(arn).ok().map(|arn| arn.region).filter(|of| !of.is_empty() && *of != region);
    if let Some(elsewhere) = elsewhere {
        return Some(format!("the key is of {elsewhere} and can encrypt nothing in {region}; give a key of {region}"));
    }
    if key.exists == Some(false) {
        return Some(format!("there is no key `{arn}`; create it first, or leave it out"));
    }
    if let Some(state) = key.state.as_ref().filter(|state| *state != "Enabled") {
        return Some(format!("the key cannot be used, its state is `{state}`; enable it, or give another one"));
    }
    if let Some(spec) = key.spec.as_ref().filter(|spec| *spec != SYMMETRIC) {
        return Some(format!("the key is of kind `{spec}`; expected a symmetric one (`{SYMMETRIC}`)"));
    }
    None
}

fn policy(key: &Key, planned: &PlannedKey, look: &Look, delivers: bool) -> Vec<ScanMessage> {
    let Some(policy) = &key.policy else { return Vec::new() };
    let (account, region) = place(look);
    let partition = look.caller.as_deref().and_then(|arn| Arn::parse(arn).ok()).map_or("aws", |arn| arn.partition);
    let mut users = key_users(partition, region, account, &planned.log_groups);
    users.extend(delivers.then(|| config_delivery(account)));
    users.extend(planned.budget_notifies.then(|| budget_messages(account)));
    let with = |wanted: Admission| users.iter().filter(move |user| user.admission(policy) == wanted).collect();
    let mut messages = Vec::new();
    let missing: Vec<&KeyUser> = with(Admission::NotAdmitted);
    if !missing.is_empty() {
        let remedy = if key.aws_managed {
            "its policy is AWS's and cannot be changed; give a key of your own, or leave it out".to_owned()
        } else {
            let statements: Vec<Value> = missing.iter().map(|user| user.statement()).collect();
            format!("add to the statements of its policy:\n{}", shown(&statements))
        };
        let message = format!("the key's policy does not admit {}; {remedy}", described(&missing));
        messages.push(ScanMessage::error(&planned.path, message));
    }
    let unsure: Vec<&KeyUser> = with(Admission::Unsure);
    if !unsure.is_empty() {
        let principals: Vec<_> = unsure.iter().map(|user| &user.principal).collect();
        messages.push(ScanMessage::warning(
            &planned.path,
            format!(
                "whether the key's policy admits {} depends on conditions that cannot be evaluated here",
                names(&principals)
            ),
        ));
    }
    messages
}

fn described(users: &[&KeyUser]) -> String {
    let each: Vec<_> = users.iter().map(|user| format!("`{}` ({})", user.principal, user.purpose)).collect();
    each.join(", ")
}

/// Statements to be pasted into a policy: with commas between them, without a list around them.
fn shown(statements: &[Value]) -> String {
    let each: Vec<_> = statements.iter().filter_map(|one| serde_json::to_string_pretty(one).ok()).collect();
    each.join(",\n")
}
