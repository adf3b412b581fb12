//! Encrypts a topic with a key. Somebody must approve it: who publishes needs a permission on the key.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameter, Parameters, Permission, Proposal, Risk, Scope, Target, plain},
    call::{Call, Service, all, text},
};

/// The action.
pub static ACTION: TopicEncryption = TopicEncryption;

/// See the module.
#[derive(Debug)]
pub struct TopicEncryption;

impl Action for TopicEncryption {
    fn id(&self) -> &'static str {
        "sns-encryption"
    }

    fn summary(&self) -> &'static str {
        "Encrypts the topic with a KMS key"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["SNS_ENCRYPTED_KMS"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::SNS::Topic"
    }

    fn risk(&self) -> Risk {
        Risk::Approval("whoever publishes to the topic needs permission on the key; AWS services cannot use `alias/aws/sns`")
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[Parameter {
            name: "keyId",
            summary: "Id, ARN or alias of the KMS key. Default: `alias/aws/sns`.",
            default: "alias/aws/sns",
            of_rule: "",
            check: |text| plain(text).map(drop),
        }]
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadTopics", actions: &["sns:GetTopicAttributes"], scope: Scope::Own { service: "sns", resource: "*" } }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission { sid: "ChangeTopics", actions: &["sns:SetTopicAttributes"], scope: Scope::Own { service: "sns", resource: "*" } }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        Ok(vec![Call::form(Service::Sns, "GetTopicAttributes", [("TopicArn", plain(&target.resource_id)?)])])
    }

    fn part(&self, _: &Target, answers: &[Value]) -> Result<Value, String> {
        let answer = answers.first().ok_or("an answer is missing")?;
        let entries = all(answer, &["GetTopicAttributesResult", "Attributes", "entry"]);
        if entries.is_empty() {
            return Err("the answer has no attributes".to_owned());
        }
        let key = entries.into_iter().find(|entry| text(entry, &["key"]) == Some("KmsMasterKeyId"));
        let key = key.and_then(|entry| text(entry, &["value"])).filter(|key| !key.is_empty());
        Ok(json!({ "key": key }))
    }

    fn propose(&self, _: &Target, parameters: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        if part.get("key").is_some_and(|key| !key.is_null()) {
            return Ok(Proposal::Complies);
        }
        let key = parameters.get("keyId");
        Ok(Proposal::Change {
            after: json!({ "key": key }),
            effect: format!("encrypt the topic with `{key}`"),
            approval: None,
        })
    }

    fn write(&self, target: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let key = to.get("key").and_then(Value::as_str).unwrap_or_default();
        let fields =
            [("TopicArn", plain(&target.resource_id)?), ("AttributeName", "KmsMasterKeyId"), ("AttributeValue", key)];
        Ok(vec![Call::form(Service::Sns, "SetTopicAttributes", fields)])
    }
}
