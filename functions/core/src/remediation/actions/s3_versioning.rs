//! Turns on versioning of a bucket.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Scope, Target},
    call::{Call, text},
};

/// The action.
pub static ACTION: Versioning = Versioning;

/// See the module.
#[derive(Debug)]
pub struct Versioning;

impl Action for Versioning {
    fn id(&self) -> &'static str {
        "s3-versioning"
    }

    fn summary(&self) -> &'static str {
        "Turns on versioning of the bucket"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["S3_BUCKET_VERSIONING_ENABLED"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::S3::Bucket"
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadVersioning", actions: &["s3:GetBucketVersioning"], scope: Scope::Buckets }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission { sid: "ChangeVersioning", actions: &["s3:PutBucketVersioning"], scope: Scope::Buckets }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        Ok(vec![Call::get("GetBucketVersioning", &target.resource_id, "versioning")])
    }

    fn part(&self, _: &Target, answers: &[Value]) -> Result<Value, String> {
        let answer = answers.first().ok_or("an answer is missing")?;
        // A bucket that never had versions has no status.
        Ok(json!({ "status": text(answer, &["Status"]), "mfaDelete": text(answer, &["MfaDelete"]) }))
    }

    fn written(&self) -> &'static [&'static str] {
        &["status"]
    }

    fn propose(&self, _: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        if part.get("mfaDelete") == Some(&json!("Enabled")) {
            return Ok(Proposal::Advice {
                reason: "only the account's root user with its MFA device can change versioning of a bucket with MFA delete".to_owned(),
                commands: Vec::new(),
            });
        }
        let (status, effect) = (part.get("status").and_then(Value::as_str), "turn on versioning".to_owned());
        if status == Some("Enabled") {
            return Ok(Proposal::Complies);
        }
        let never = "the bucket never had versions: undo can only suspend versioning, and each version of an object is charged";
        let after = json!({ "status": "Enabled", "mfaDelete": part.get("mfaDelete") });
        Ok(Proposal::Change { after, effect, approval: status.is_none().then(|| never.to_owned()) })
    }

    fn write(&self, target: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let status = to.get("status").and_then(Value::as_str).unwrap_or("Suspended");
        let body = format!(
            "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status></VersioningConfiguration>"
        );
        Ok(vec![Call::put("PutBucketVersioning", &target.resource_id, "versioning", body)])
    }
}
