//! Advice on instances of a type that is not approved: stopping one interrupts whoever uses it.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Risk, Scope, Target, plain},
    call::{Call, Service, all, text},
};

/// The action.
pub static ACTION: InstanceType = InstanceType;

/// See the module.
#[derive(Debug)]
pub struct InstanceType;

impl Action for InstanceType {
    fn id(&self) -> &'static str {
        "instance-type"
    }

    fn summary(&self) -> &'static str {
        "Gives the commands that stop the instance and change its type"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["DESIRED_INSTANCE_TYPE"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::EC2::Instance"
    }

    fn risk(&self) -> Risk {
        Risk::Advice("stopping an instance interrupts whoever uses it")
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadInstances", actions: &["ec2:DescribeInstances"], scope: Scope::Everything }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        Ok(vec![Call::form(Service::Ec2, "DescribeInstances", [("InstanceId.1", plain(&target.resource_id)?)])])
    }

    fn part(&self, target: &Target, answers: &[Value]) -> Result<Value, String> {
        let answer = answers.first().ok_or("an answer is missing")?;
        let instance = all(answer, &["reservationSet", "item", "instancesSet", "item"]).into_iter().next();
        let instance = instance.ok_or_else(|| format!("there is no instance `{}`", target.resource_id))?;
        Ok(json!({ "type": text(instance, &["instanceType"]), "state": text(instance, &["instanceState", "name"]) }))
    }

    fn propose(&self, target: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        let (id, kind) = (&target.resource_id, part.get("type").and_then(Value::as_str).unwrap_or("another"));
        Ok(Proposal::Advice {
            reason: format!("type `{kind}` is not approved; stop the instance, change its type to an approved one, and start it"),
            commands: vec![
                format!("aws ec2 stop-instances --region {} --instance-ids {id}", target.region),
                format!("aws ec2 wait instance-stopped --region {} --instance-ids {id}", target.region),
                format!(
                    "aws ec2 modify-instance-attribute --region {} --instance-id {id} --instance-type Value=APPROVED_TYPE",
                    target.region
                ),
                format!("aws ec2 start-instances --region {} --instance-ids {id}", target.region),
            ],
        })
    }

    fn write(&self, _: &Target, _: &Value, _: &Value) -> Result<Vec<Call>, String> {
        Err("a person must make this change".to_owned())
    }
}
