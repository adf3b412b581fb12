//! Turns on backups of a database. Somebody must approve it: turning them on interrupts the database, and undo never shortens
//! their retention, because that would delete backups.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameter, Parameters, Permission, Proposal, Risk, Scope, Target, plain},
    call::{Call, Service, all, at, text},
};

/// The action.
pub static ACTION: Backup = Backup;

/// See the module.
#[derive(Debug)]
pub struct Backup;

impl Action for Backup {
    fn id(&self) -> &'static str {
        "rds-backup"
    }

    fn summary(&self) -> &'static str {
        "Sets the number of days for which backups of the database are retained"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["DB_INSTANCE_BACKUP_ENABLED"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::RDS::DBInstance"
    }

    fn risk(&self) -> Risk {
        Risk::Approval("turning on backups interrupts the database, backups are charged, and undo does not shorten their retention")
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[Parameter {
            name: "days",
            summary: "Number of days for which backups are retained. Range: 1-35. Default: `backupRetentionPeriod` of the rule, else 7.",
            default: "7",
            of_rule: "backupRetentionPeriod",
            check: |text| match text.parse::<u64>() {
                Ok(1..=35) => Ok(()),
                _ => Err("expected 1 to 35 days".to_owned()),
            },
        }]
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ReadDatabases",
            actions: &["rds:DescribeDBInstances"],
            // A filter names no database.
            scope: Scope::Everything,
        }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangeDatabases",
            actions: &["rds:ModifyDBInstance"],
            scope: Scope::Own { service: "rds", resource: "db:*" },
        }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        describe(target)
    }

    fn part(&self, target: &Target, answers: &[Value]) -> Result<Value, String> {
        let database = database(target, answers)?;
        let days = text(database, &["BackupRetentionPeriod"]).and_then(|days| days.parse::<u64>().ok());
        Ok(json!({
            "name": text(database, &["DBInstanceIdentifier"]).ok_or("the answer has no `DBInstanceIdentifier`")?,
            "cluster": text(database, &["DBClusterIdentifier"]).filter(|name| !name.is_empty()),
            "days": days.ok_or("the answer has no `BackupRetentionPeriod`")?,
            "pending": at(database, &["PendingModifiedValues"]).is_some_and(|pending| pending.as_object().is_some_and(|all| !all.is_empty())),
        }))
    }

    fn written(&self) -> &'static [&'static str] {
        &["name", "days"]
    }

    fn physical_ids(&self, part: &Value) -> Result<Vec<String>, String> {
        name(part).map(|name| vec![name.to_owned()])
    }

    fn propose(&self, _: &Target, parameters: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        let wanted: u64 = parameters.get("days").parse().map_err(|_| "parameter `days` is no number".to_owned())?;
        let days = part.get("days").and_then(Value::as_u64).unwrap_or_default();
        if days >= wanted {
            return Ok(Proposal::Complies);
        }
        // A change that is made at once makes all others at once that wait for the maintenance window.
        if part.get("pending") == Some(&json!(true)) {
            return Ok(Proposal::Advice {
                reason: "other changes of the database wait for its maintenance window and would be made at once, too".to_owned(),
                commands: Vec::new(),
            });
        }
        if let Some(cluster) = part.get("cluster").and_then(Value::as_str) {
            return Ok(Proposal::Advice {
                reason: "the database belongs to a cluster, which retains the backups".to_owned(),
                commands: vec![format!(
                    "aws rds modify-db-cluster --db-cluster-identifier {cluster} --backup-retention-period {wanted} --apply-immediately"
                )],
            });
        }
        let mut after = part.clone();
        if let Some(members) = after.as_object_mut() {
            members.insert("days".to_owned(), json!(wanted));
        }
        let effect = format!("retain backups for {wanted} days instead of {days}");
        Ok(Proposal::Change { after, effect, approval: None })
    }

    fn write(&self, _: &Target, from: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let name = name(to)?;
        let days = to.get("days").and_then(Value::as_u64).unwrap_or_default();
        if days < from.get("days").and_then(Value::as_u64).unwrap_or_default() {
            return Err("the retention of backups is not shortened: that deletes backups".to_owned());
        }
        let fields = [
            ("DBInstanceIdentifier", plain(name)?.to_owned()),
            ("BackupRetentionPeriod", days.to_string()),
            ("ApplyImmediately", "true".to_owned()),
        ];
        Ok(vec![Call::form(Service::Rds, "ModifyDBInstance", fields)])
    }
}

/// Asks for one database: AWS Config knows it by its `DbiResourceId`.
pub(super) fn describe(target: &Target) -> Result<Vec<Call>, String> {
    let fields = [("Filters.Filter.1.Name", "dbi-resource-id"), ("Filters.Filter.1.Values.Value.1", plain(&target.resource_id)?)];
    Ok(vec![Call::form(Service::Rds, "DescribeDBInstances", fields)])
}

/// The name of the database, by which CloudFormation and RDS know it.
pub(super) fn name(part: &Value) -> Result<&str, String> {
    part.get("name").and_then(Value::as_str).ok_or_else(|| "the part has no `name`".to_owned())
}

/// The database that was asked for.
pub(super) fn database<'a>(target: &Target, answers: &'a [Value]) -> Result<&'a Value, String> {
    let answer = answers.first().ok_or("an answer is missing")?;
    let found = all(answer, &["DescribeDBInstancesResult", "DBInstances", "DBInstance"]);
    let found = found.into_iter().find(|database| text(database, &["DbiResourceId"]) == Some(target.resource_id.as_str()));
    found.ok_or_else(|| format!("there is no database `{}`", target.resource_id))
}
