//! Stops an instance of a type that is not approved, until a person changes its type. Somebody must approve it.

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

/// The tag that Amazon EC2 Auto Scaling gives its instances.
const GROUP_TAG: &str = "aws:autoscaling:groupName";

impl Action for InstanceType {
    fn id(&self) -> &'static str {
        "instance-type"
    }

    fn summary(&self) -> &'static str {
        "Stops the instance until a person changes its type"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["DESIRED_INSTANCE_TYPE"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::EC2::Instance"
    }

    fn risk(&self) -> Risk {
        Risk::Approval(
            "stopping an instance interrupts whoever uses it, and data on its instance store volumes and its public address are lost",
        )
    }

    fn contains(&self) -> bool {
        true
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadInstances", actions: &["ec2:DescribeInstances"], scope: Scope::Everything }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangeInstances",
            actions: &["ec2:StartInstances", "ec2:StopInstances"],
            scope: Scope::Own { service: "ec2", resource: "instance/*" },
        }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        Ok(vec![Call::form(Service::Ec2, "DescribeInstances", [("InstanceId.1", plain(&target.resource_id)?)])])
    }

    fn part(&self, target: &Target, answers: &[Value]) -> Result<Value, String> {
        let answer = answers.first().ok_or("an answer is missing")?;
        let instance = all(answer, &["reservationSet", "item", "instancesSet", "item"]).into_iter().next();
        let instance = instance.ok_or_else(|| format!("there is no instance `{}`", target.resource_id))?;
        let tags = all(instance, &["tagSet", "item"]);
        let group = tags.into_iter().find(|tag| text(tag, &["key"]) == Some(GROUP_TAG));
        let state = match text(instance, &["instanceState", "name"]).ok_or("the answer has no state of the instance")? {
            "pending" => "running",
            "stopping" => "stopped",
            other => other,
        };
        Ok(json!({
            "type": text(instance, &["instanceType"]), "state": state,
            "root": text(instance, &["rootDeviceType"]), "lifecycle": text(instance, &["instanceLifecycle"]),
            "group": group.and_then(|tag| text(tag, &["value"])),
        }))
    }

    fn written(&self) -> &'static [&'static str] {
        &["state"]
    }

    fn propose(&self, target: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        let of = |name: &str| part.get(name).and_then(Value::as_str);
        let kind = of("type").unwrap_or("another");
        if of("state") == Some("terminated") || of("state") == Some("shutting-down") {
            return Ok(Proposal::Complies);
        }
        let why = match (of("group"), of("lifecycle"), of("root"), of("state")) {
            (Some(group), ..) => Some(format!(
                "the Auto Scaling group `{group}` would replace the instance, which is then terminated; change its launch template"
            )),
            (_, Some(lifecycle), ..) => {
                Some(format!("its lifecycle is `{lifecycle}`, and whether it can be stopped depends on its request"))
            }
            (_, _, Some("ebs"), Some("running")) => None,
            (_, _, Some("ebs"), _) => Some("it is stopped already".to_owned()),
            _ => Some("only an instance whose root device is an EBS volume can be stopped".to_owned()),
        };
        if let Some(why) = why {
            return Ok(Proposal::Advice {
                reason: format!("type `{kind}` is not approved; change it to an approved one; {why}"),
                commands: commands(target),
            });
        }
        let mut after = part.clone();
        if let Some(members) = after.as_object_mut() {
            members.insert("state".to_owned(), json!("stopped"));
        }
        let effect = format!("stop the instance, whose type `{kind}` is not approved, until somebody changes its type");
        Ok(Proposal::Change { after, effect, approval: None })
    }

    fn write(&self, target: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let operation = match to.get("state").and_then(Value::as_str) {
            Some("stopped") => "StopInstances",
            Some("running") => "StartInstances",
            other => return Err(format!("an instance is not made {other:?}")),
        };
        Ok(vec![Call::form(Service::Ec2, operation, [("InstanceId.1", plain(&target.resource_id)?)])])
    }
}

/// What a person types to change the type.
fn commands(target: &Target) -> Vec<String> {
    let (id, region) = (&target.resource_id, &target.region);
    vec![
        format!("aws ec2 stop-instances --region {region} --instance-ids {id}"),
        format!("aws ec2 wait instance-stopped --region {region} --instance-ids {id}"),
        format!(
            "aws ec2 modify-instance-attribute --region {region} --instance-id {id} --instance-type Value=APPROVED_TYPE"
        ),
        format!("aws ec2 start-instances --region {region} --instance-ids {id}"),
    ]
}
