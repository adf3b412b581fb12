//! Turns on yearly rotation of a key's material.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Scope, Target, plain},
    call::{Call, Service, at, text},
};

/// The action.
pub static ACTION: KeyRotation = KeyRotation;

/// See the module.
#[derive(Debug)]
pub struct KeyRotation;

impl Action for KeyRotation {
    fn id(&self) -> &'static str {
        "kms-rotation"
    }

    fn summary(&self) -> &'static str {
        "Turns on automatic rotation of the key's material"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["CMK_BACKING_KEY_ROTATION_ENABLED"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::KMS::Key"
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ReadKeys",
            actions: &["kms:DescribeKey", "kms:GetKeyRotationStatus"],
            scope: Scope::Own { service: "kms", resource: "key/*" },
        }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangeKeyRotation",
            actions: &["kms:DisableKeyRotation", "kms:EnableKeyRotation"],
            scope: Scope::Own { service: "kms", resource: "key/*" },
        }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        let key = || Ok::<_, String>(json!({ "KeyId": key(target)? }));
        Ok(vec![
            Call::json(Service::Kms, "DescribeKey", key()?),
            Call::json(Service::Kms, "GetKeyRotationStatus", key()?)
                .absent_if(&["UnsupportedOperationException", "KMSInvalidStateException"]),
        ])
    }

    fn part(&self, _: &Target, answers: &[Value]) -> Result<Value, String> {
        let [key, rotation] = answers else { return Err("an answer is missing".to_owned()) };
        let key = at(key, &["KeyMetadata"]).ok_or("the answer has no key")?;
        let missing = ["KeyManager", "KeySpec", "Origin", "KeyState"].into_iter().find(|name| text(key, &[*name]).is_none());
        if let Some(name) = missing {
            return Err(format!("the answer has no `{name}`"));
        }
        Ok(json!({
            "rotation": rotation.get("KeyRotationEnabled"), "manager": text(key, &["KeyManager"]),
            "spec": text(key, &["KeySpec"]), "origin": text(key, &["Origin"]), "state": text(key, &["KeyState"]),
            "multiRegion": text(key, &["MultiRegionConfiguration", "MultiRegionKeyType"]),
        }))
    }

    fn written(&self) -> &'static [&'static str] {
        &["rotation"]
    }

    fn propose(&self, _: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        if part.get("rotation") == Some(&json!(true)) {
            return Ok(Proposal::Complies);
        }
        let is = |name: &str, wanted: &str| part.get(name).and_then(Value::as_str) == Some(wanted);
        let replica = part.get("multiRegion").and_then(Value::as_str) == Some("REPLICA");
        let reason = if !is("manager", "CUSTOMER") {
            Some("AWS manages the key and rotates it")
        } else if !is("spec", "SYMMETRIC_DEFAULT") || !is("origin", "AWS_KMS") {
            Some("KMS rotates symmetric keys with its own material only; make a new key and let its alias point to it")
        } else if !is("state", "Enabled") {
            Some("the key is not enabled; delete it, or enable it and turn on rotation")
        } else if replica {
            Some("the key is a replica; turn on rotation of its primary key")
        } else {
            None
        };
        if let Some(reason) = reason {
            return Ok(Proposal::Advice { reason: reason.to_owned(), commands: Vec::new() });
        }
        let mut after = part.clone();
        if let Some(members) = after.as_object_mut() {
            members.insert("rotation".to_owned(), json!(true));
        }
        Ok(Proposal::Change { after, effect: "turn on automatic rotation".to_owned(), approval: None })
    }

    fn write(&self, target: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let operation = if to.get("rotation") == Some(&json!(true)) { "EnableKeyRotation" } else { "DisableKeyRotation" };
        Ok(vec![Call::json(Service::Kms, operation, json!({ "KeyId": key(target)? }))])
    }
}

fn key(target: &Target) -> Result<&str, String> {
    plain(Target::last(&target.resource_id, '/'))
}
