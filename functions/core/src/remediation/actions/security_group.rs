//! Removes the permissions of a security group that open admin ports to everybody, and no other permission.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameter, Parameters, Permission, Proposal, Scope, Target, plain},
    call::{Call, Service, all, at, text},
};

/// The action.
pub static ACTION: SecurityGroup = SecurityGroup;

/// See the module.
#[derive(Debug)]
pub struct SecurityGroup;

const EVERYBODY: [&str; 2] = ["0.0.0.0/0", "::/0"];

impl Action for SecurityGroup {
    fn id(&self) -> &'static str {
        "security-group-admin-ports"
    }

    fn summary(&self) -> &'static str {
        "Removes the permissions of the security group that open admin ports to everybody"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["INCOMING_SSH_DISABLED", "RESTRICTED_INCOMING_TRAFFIC"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::EC2::SecurityGroup"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[Parameter {
            name: "ports",
            summary: "TCP ports that must not be open to everybody, with commas. Default: 22,3389.",
            default: "22,3389",
            of_rule: "",
            check: |text| ports(text).map(drop),
        }]
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ReadSecurityGroups",
            actions: &["ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups"],
            scope: Scope::Everything,
        }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangeSecurityGroups",
            actions: &["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
            scope: Scope::Own { service: "ec2", resource: "security-group/*" },
        }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        let id = plain(&target.resource_id)?;
        Ok(vec![
            Call::form(Service::Ec2, "DescribeSecurityGroups", [("GroupId.1", id)]),
            Call::form(Service::Ec2, "DescribeNetworkInterfaces", [("Filter.1.Name", "group-id"), ("Filter.1.Value.1", id)]),
        ])
    }

    fn part(&self, target: &Target, answers: &[Value]) -> Result<Value, String> {
        let [groups, interfaces] = answers else { return Err("an answer is missing".to_owned()) };
        let group = all(groups, &["securityGroupInfo", "item"]).into_iter().next();
        let used = at(interfaces, &["networkInterfaceSet"]).ok_or("the answer has no network interfaces")?;
        let group = group.ok_or_else(|| format!("there is no security group `{}`", target.resource_id))?;
        let mut open = Vec::new();
        for permission in all(group, &["ipPermissions", "item"]) {
            let protocol = text(permission, &["ipProtocol"]).ok_or("a permission has no protocol")?;
            let port = |name: &str| text(permission, &[name]).and_then(|port| port.parse::<i64>().ok());
            let ranges = all(permission, &["ipRanges", "item"]).into_iter().map(|range| (range, "cidrIp"));
            let ranges = ranges.chain(all(permission, &["ipv6Ranges", "item"]).into_iter().map(|range| (range, "cidrIpv6")));
            for (range, member) in ranges {
                let Some(cidr) = text(range, &[member]).filter(|cidr| EVERYBODY.contains(cidr)) else { continue };
                open.push(json!({
                    "protocol": protocol, "from": port("fromPort"), "to": port("toPort"), "cidr": cidr,
                    "description": text(range, &["description"]),
                }));
            }
        }
        // AWS gives them in any order.
        open.sort_by_key(Value::to_string);
        Ok(json!({ "open": open, "inUse": !all(used, &["item"]).is_empty() }))
    }

    fn written(&self) -> &'static [&'static str] {
        &["open"]
    }

    fn propose(&self, target: &Target, parameters: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        let ports = ports(parameters.get("ports"))?;
        let open = all(part, &["open"]);
        let (removed, kept): (Vec<&Value>, Vec<&Value>) = open.into_iter().partition(|one| opens(one, &ports));
        if removed.is_empty() {
            return Ok(Proposal::Complies);
        }
        let effect = removed.iter().map(|one| described(one)).collect::<Vec<_>>().join(" and ");
        let kept = json!({ "open": kept, "inUse": part.get("inUse") });
        if part.get("inUse") != Some(&json!(false)) {
            return Ok(Proposal::Advice {
                reason: format!(
                    "the security group is in use, and whoever connects through the permission would be cut off; to remove {effect}, \
                     find out who does, then revoke it"
                ),
                commands: removed.iter().map(|one| command(target, one)).collect::<Result<_, _>>()?,
            });
        }
        let wide = removed.iter().any(|one| one.get("from") != one.get("to") || one.get("from") == Some(&Value::Null));
        Ok(Proposal::Change {
            after: kept,
            effect: format!("remove {effect}"),
            approval: wide.then(|| "the permission opens other ports, too".to_owned()),
        })
    }

    fn write(&self, target: &Target, from: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let group = plain(&target.resource_id)?;
        let (before, after) = (all(from, &["open"]), all(to, &["open"]));
        let without = |list: &[&Value], other: &[&Value]| -> Vec<Value> {
            list.iter().filter(|one| !other.contains(one)).map(|one| (*one).clone()).collect()
        };
        let mut calls = Vec::new();
        for (operation, permissions) in [
            ("RevokeSecurityGroupIngress", without(&before, &after)),
            ("AuthorizeSecurityGroupIngress", without(&after, &before)),
        ] {
            if !permissions.is_empty() {
                let mut fields = vec![("GroupId".to_owned(), group.to_owned())];
                for (index, permission) in permissions.iter().enumerate() {
                    fields.extend(form(permission, index + 1)?);
                }
                calls.push(Call::form(Service::Ec2, operation, fields));
            }
        }
        Ok(calls)
    }
}

fn ports(text: &str) -> Result<Vec<i64>, String> {
    let port = |text: &str| match text.trim().parse::<u16>() {
        Ok(port) if port > 0 => Ok(i64::from(port)),
        _ => Err(format!("`{text}` is no port; expected ports of 1 to 65535 with commas, such as `22,3389`")),
    };
    text.split(',').map(port).collect()
}

/// Whether a permission lets everybody reach one of the ports over TCP. Protocol -1 is all of them, on every port.
fn opens(permission: &Value, ports: &[i64]) -> bool {
    match permission.get("protocol").and_then(Value::as_str) {
        Some("-1") => true,
        Some("tcp" | "6") => {
            let port = |name: &str| permission.get(name).and_then(Value::as_i64);
            let (from, to) = (port("from").unwrap_or(0), port("to").unwrap_or(65_535));
            ports.iter().any(|port| (from..=to).contains(port))
        }
        _ => false,
    }
}

fn described(permission: &Value) -> String {
    let text = |name: &str| match permission.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "all".to_owned(),
        Some(other) => other.to_string(),
    };
    let (from, to) = (text("from"), text("to"));
    let ports = if from == to { from } else { format!("{from}-{to}") };
    let protocol = text("protocol");
    let protocol = if protocol == "-1" { "all traffic" } else { &protocol };
    format!("the permission {protocol} {ports} from {}", text("cidr"))
}

/// The command that removes a permission.
fn command(target: &Target, permission: &Value) -> Result<String, String> {
    let text = |name: &str| permission.get(name).and_then(Value::as_str);
    let cidr = text("cidr").ok_or("a permission has no range")?;
    let (list, member) = if cidr.contains(':') { ("Ipv6Ranges", "CidrIpv6") } else { ("IpRanges", "CidrIp") };
    let ports = [("FromPort", "from"), ("ToPort", "to")].map(|(name, member)| {
        permission.get(member).and_then(Value::as_i64).map(|port| format!("{name}={port},")).unwrap_or_default()
    });
    Ok(format!(
        "aws ec2 revoke-security-group-ingress --region {} --group-id {} --ip-permissions 'IpProtocol={},{}{list}=[{{{member}={cidr}}}]'",
        target.region,
        plain(&target.resource_id)?,
        text("protocol").ok_or("a permission has no protocol")?,
        ports.concat(),
    ))
}

/// A permission as fields of a form.
fn form(permission: &Value, number: usize) -> Result<Vec<(String, String)>, String> {
    let text = |name: &str| permission.get(name).and_then(Value::as_str);
    let (protocol, cidr) = (text("protocol").ok_or("a permission has no protocol")?, text("cidr").ok_or("a permission has no range")?);
    let prefix = format!("IpPermissions.{number}");
    let mut fields = vec![(format!("{prefix}.IpProtocol"), protocol.to_owned())];
    for (name, member) in [("FromPort", "from"), ("ToPort", "to")] {
        fields.extend(permission.get(member).and_then(Value::as_i64).map(|port| (format!("{prefix}.{name}"), port.to_string())));
    }
    let (list, member) = if cidr.contains(':') { ("Ipv6Ranges", "CidrIpv6") } else { ("IpRanges", "CidrIp") };
    fields.push((format!("{prefix}.{list}.1.{member}"), cidr.to_owned()));
    fields.extend(text("description").map(|text| (format!("{prefix}.{list}.1.Description"), text.to_owned())));
    Ok(fields)
}
