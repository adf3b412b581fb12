//! Lengthens the retention of a log group; never shortens it.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameter, Parameters, Permission, Proposal, Scope, Target, plain},
    call::{Call, Service, all, text},
};

/// The action.
pub static ACTION: LogRetention = LogRetention;

/// See the module.
#[derive(Debug)]
pub struct LogRetention;

/// What the service takes (Amazon CloudWatch Logs API Reference, `PutRetentionPolicy`). Unit: days.
const DAYS: [u64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

impl Action for LogRetention {
    fn id(&self) -> &'static str {
        "log-retention"
    }

    fn summary(&self) -> &'static str {
        "Lengthens the retention of the log group"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["CW_LOGGROUP_RETENTION_PERIOD_CHECK"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::Logs::LogGroup"
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[Parameter {
            name: "days",
            summary: "Number of days, rounded up to a number that CloudWatch Logs offers. Range: 1-3653. Default: `MinRetentionTime` of the rule, else 365.",
            default: "365",
            of_rule: "MinRetentionTime",
            check: |text| match text.parse::<u64>() {
                Ok(1..=3653) => Ok(()),
                _ => Err("expected 1 to 3653 days".to_owned()),
            },
        }]
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ReadLogGroups",
            actions: &["logs:DescribeLogGroups"],
            // A prefix names no group.
            scope: Scope::Everything,
        }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangeLogRetention",
            actions: &["logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy"],
            scope: Scope::Own { service: "logs", resource: "log-group:*" },
        }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        let members = json!({ "logGroupNamePrefix": name(target)?, "limit": 50 });
        Ok(vec![Call::json(Service::Logs, "DescribeLogGroups", members)])
    }

    fn part(&self, target: &Target, answers: &[Value]) -> Result<Value, String> {
        let name = name(target)?;
        let answer = answers.first().ok_or("an answer is missing")?;
        // The shortest name comes first: the group itself before those whose names begin with its own.
        let group = all(answer, &["logGroups"]).into_iter().find(|group| text(group, &["logGroupName"]) == Some(name));
        let group = group.ok_or_else(|| format!("there is no log group `{name}`"))?;
        Ok(json!({ "days": group.get("retentionInDays") }))
    }

    fn propose(&self, _: &Target, parameters: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        let wanted: u64 = parameters.get("days").parse().map_err(|_| "parameter `days` is no number".to_owned())?;
        let wanted = DAYS.into_iter().find(|days| *days >= wanted).ok_or("parameter `days` is too large")?;
        match part.get("days").and_then(Value::as_u64) {
            // Without a policy logs are retained for ever.
            None => Ok(Proposal::Complies),
            Some(days) if days >= wanted => Ok(Proposal::Complies),
            Some(days) => Ok(Proposal::Change {
                after: json!({ "days": wanted }),
                effect: format!("retain logs for {wanted} days instead of {days}"),
                approval: Some("undo does not shorten the retention: that would delete logs".to_owned()),
            }),
        }
    }

    fn write(&self, target: &Target, from: &Value, to: &Value) -> Result<Vec<Call>, String> {
        // Without a policy logs are retained for ever.
        let days = |part: &Value| part.get("days").and_then(Value::as_u64).unwrap_or(u64::MAX);
        if days(to) < days(from) {
            return Err("the retention is not shortened: that deletes logs".to_owned());
        }
        let name = name(target)?;
        Ok(vec![match to.get("days").and_then(Value::as_u64) {
            None => Call::json(Service::Logs, "DeleteRetentionPolicy", json!({ "logGroupName": name })),
            Some(days) => {
                Call::json(Service::Logs, "PutRetentionPolicy", json!({ "logGroupName": name, "retentionInDays": days }))
            }
        }])
    }
}

/// The name of the group: AWS Config knows it by its name or its ARN.
fn name(target: &Target) -> Result<&str, String> {
    let id = target.resource_id.as_str();
    let name = id.split_once(":log-group:").map_or(id, |(_, rest)| rest.strip_suffix(":*").unwrap_or(rest));
    plain(name)
}
