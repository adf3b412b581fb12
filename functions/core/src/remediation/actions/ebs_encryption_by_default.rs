//! Turns on encryption of new volumes by default, in the function's region.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Scope, Target},
    call::{Call, Service, text},
};

/// The action.
pub static ACTION: EbsEncryption = EbsEncryption;

/// See the module.
#[derive(Debug)]
pub struct EbsEncryption;

const NONE: [(&str, &str); 0] = [];

impl Action for EbsEncryption {
    fn id(&self) -> &'static str {
        "ebs-encryption-by-default"
    }

    fn summary(&self) -> &'static str {
        "Turns on encryption of new EBS volumes by default in the region"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["EC2_EBS_ENCRYPTION_BY_DEFAULT"]
    }

    fn resource_type(&self) -> &'static str {
        compliance_types::resource::ACCOUNT
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadEbsDefaults", actions: &["ec2:GetEbsEncryptionByDefault"], scope: Scope::Everything }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangeEbsDefaults",
            actions: &["ec2:DisableEbsEncryptionByDefault", "ec2:EnableEbsEncryptionByDefault"],
            scope: Scope::Everything,
        }]
    }

    fn read(&self, _: &Target) -> Result<Vec<Call>, String> {
        Ok(vec![Call::form(Service::Ec2, "GetEbsEncryptionByDefault", NONE)])
    }

    fn part(&self, _: &Target, answers: &[Value]) -> Result<Value, String> {
        let answer = answers.first().and_then(|answer| text(answer, &["ebsEncryptionByDefault"]));
        match answer {
            Some("true") => Ok(json!({ "encryption": true })),
            Some("false") => Ok(json!({ "encryption": false })),
            other => Err(format!("`ebsEncryptionByDefault` is {other:?}")),
        }
    }

    fn propose(&self, _: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        let after = json!({ "encryption": true });
        if *part == after {
            return Ok(Proposal::Complies);
        }
        Ok(Proposal::Change { after, effect: "turn on encryption of new volumes by default".to_owned(), approval: None })
    }

    fn write(&self, _: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let on = to.get("encryption") == Some(&json!(true));
        let operation = if on { "EnableEbsEncryptionByDefault" } else { "DisableEbsEncryptionByDefault" };
        Ok(vec![Call::form(Service::Ec2, operation, NONE)])
    }
}
