//! Turns on encryption of a queue with keys of SQS, for which nobody needs a permission.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Scope, Target, plain},
    call::{Call, Service, at, text},
};

/// The action.
pub static ACTION: QueueEncryption = QueueEncryption;

/// See the module.
#[derive(Debug)]
pub struct QueueEncryption;

impl Action for QueueEncryption {
    fn id(&self) -> &'static str {
        "sqs-encryption"
    }

    fn summary(&self) -> &'static str {
        "Turns on encryption of the queue with keys that SQS manages"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        // No managed rule asks for it; a custom rule can name the action.
        &[]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::SQS::Queue"
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadQueues", actions: &["sqs:GetQueueAttributes"], scope: Scope::Own { service: "sqs", resource: "*" } }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission { sid: "ChangeQueues", actions: &["sqs:SetQueueAttributes"], scope: Scope::Own { service: "sqs", resource: "*" } }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        let names = ["KmsMasterKeyId", "SqsManagedSseEnabled"];
        let members = json!({ "QueueUrl": plain(&target.resource_id)?, "AttributeNames": names });
        Ok(vec![Call::json(Service::Sqs, "GetQueueAttributes", members)])
    }

    fn part(&self, _: &Target, answers: &[Value]) -> Result<Value, String> {
        let answer = answers.first().ok_or("an answer is missing")?;
        if at(answer, &["Attributes"]).is_none() {
            return Err("the answer has no attributes".to_owned());
        }
        let attribute = |name: &str| at(answer, &["Attributes"]).and_then(|all| text(all, &[name]));
        let key = attribute("KmsMasterKeyId").filter(|key| !key.is_empty());
        Ok(json!({ "key": key, "managed": attribute("SqsManagedSseEnabled") == Some("true") }))
    }

    fn propose(&self, _: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        if part.get("managed") == Some(&json!(true)) || part.get("key").is_some_and(|key| !key.is_null()) {
            return Ok(Proposal::Complies);
        }
        let after = json!({ "key": null, "managed": true });
        Ok(Proposal::Change { after, effect: "turn on encryption with keys that SQS manages".to_owned(), approval: None })
    }

    fn write(&self, target: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let on = (to.get("managed") == Some(&json!(true))).to_string();
        let members = json!({ "QueueUrl": plain(&target.resource_id)?, "Attributes": { "SqsManagedSseEnabled": on } });
        Ok(vec![Call::json(Service::Sqs, "SetQueueAttributes", members)])
    }
}
