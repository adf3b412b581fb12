//! Advice on volumes that are not encrypted: an encrypted copy takes their place.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Risk, Scope, Target, plain},
    call::{Call, Service, all, text},
};

/// The action.
pub static ACTION: VolumeEncryption = VolumeEncryption;

/// See the module.
#[derive(Debug)]
pub struct VolumeEncryption;

impl Action for VolumeEncryption {
    fn id(&self) -> &'static str {
        "volume-encryption"
    }

    fn summary(&self) -> &'static str {
        "Gives the commands that replace the volume by an encrypted copy"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["ENCRYPTED_VOLUMES"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::EC2::Volume"
    }

    fn risk(&self) -> Risk {
        Risk::Advice("the instance is stopped while its volume is replaced")
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadVolumes", actions: &["ec2:DescribeVolumes"], scope: Scope::Everything }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        Ok(vec![Call::form(Service::Ec2, "DescribeVolumes", [("VolumeId.1", plain(&target.resource_id)?)])])
    }

    fn part(&self, target: &Target, answers: &[Value]) -> Result<Value, String> {
        let answer = answers.first().ok_or("an answer is missing")?;
        let volume = all(answer, &["volumeSet", "item"]).into_iter().next();
        let volume = volume.ok_or_else(|| format!("there is no volume `{}`", target.resource_id))?;
        Ok(json!({
            "encrypted": text(volume, &["encrypted"]) == Some("true"),
            "zone": text(volume, &["availabilityZone"]), "type": text(volume, &["volumeType"]),
            "instance": text(volume, &["attachmentSet", "item", "instanceId"]),
            "device": text(volume, &["attachmentSet", "item", "device"]),
        }))
    }

    fn propose(&self, target: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        if part.get("encrypted") == Some(&json!(true)) {
            return Ok(Proposal::Complies);
        }
        let of = |name: &str, other: &'static str| part.get(name).and_then(Value::as_str).map_or(other.to_owned(), str::to_owned);
        let (id, region) = (&target.resource_id, &target.region);
        let (zone, kind, instance, device) =
            (of("zone", "ZONE"), of("type", "gp3"), of("instance", "INSTANCE"), of("device", "DEVICE"));
        Ok(Proposal::Advice {
            reason: "the volume is not encrypted; replace it by an encrypted copy while the instance is stopped".to_owned(),
            commands: vec![
                format!("aws ec2 stop-instances --region {region} --instance-ids {instance}"),
                format!("aws ec2 create-snapshot --region {region} --volume-id {id} --description 'before encryption of {id}'"),
                format!("aws ec2 copy-snapshot --region {region} --source-region {region} --source-snapshot-id SNAPSHOT --encrypted"),
                format!("aws ec2 create-volume --region {region} --availability-zone {zone} --volume-type {kind} --snapshot-id ENCRYPTED_SNAPSHOT"),
                format!("aws ec2 detach-volume --region {region} --volume-id {id}"),
                format!("aws ec2 attach-volume --region {region} --volume-id ENCRYPTED_VOLUME --instance-id {instance} --device {device}"),
                format!("aws ec2 start-instances --region {region} --instance-ids {instance}"),
            ],
        })
    }

    fn write(&self, _: &Target, _: &Value, _: &Value) -> Result<Vec<Call>, String> {
        Err("a person must make this change".to_owned())
    }
}
