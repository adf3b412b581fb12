//! Turns on deletion protection of a database. Somebody must approve it: whoever deletes the database afterwards is refused.

use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Risk, Target, plain},
    call::{Call, Service, text},
};

/// The action.
pub static ACTION: DeletionProtection = DeletionProtection;

/// See the module.
#[derive(Debug)]
pub struct DeletionProtection;

impl Action for DeletionProtection {
    fn id(&self) -> &'static str {
        "rds-deletion-protection"
    }

    fn summary(&self) -> &'static str {
        "Turns on deletion protection of the database"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["RDS_INSTANCE_DELETION_PROTECTION_ENABLED"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::RDS::DBInstance"
    }

    fn risk(&self) -> Risk {
        Risk::Approval("whoever deletes the database afterwards, a pipeline for example, is refused")
    }

    fn reads(&self) -> &'static [Permission] {
        super::rds_backup::ACTION.reads()
    }

    fn changes(&self) -> &'static [Permission] {
        super::rds_backup::ACTION.changes()
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        super::rds_backup::describe(target)
    }

    fn part(&self, target: &Target, answers: &[Value]) -> Result<Value, String> {
        let database = super::rds_backup::database(target, answers)?;
        let protected = text(database, &["DeletionProtection"]).ok_or("the answer has no `DeletionProtection`")? == "true";
        let name = text(database, &["DBInstanceIdentifier"]).ok_or("the answer has no `DBInstanceIdentifier`")?;
        Ok(json!({ "name": name, "protected": protected }))
    }

    fn physical_ids(&self, part: &Value) -> Result<Vec<String>, String> {
        super::rds_backup::name(part).map(|name| vec![name.to_owned()])
    }

    fn propose(&self, _: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        if part.get("protected") == Some(&json!(true)) {
            return Ok(Proposal::Complies);
        }
        let after = json!({ "name": part.get("name"), "protected": true });
        Ok(Proposal::Change { after, effect: "turn on deletion protection".to_owned(), approval: None })
    }

    fn write(&self, _: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let name = super::rds_backup::name(to)?;
        let on = (to.get("protected") == Some(&json!(true))).to_string();
        let fields = [
            ("DBInstanceIdentifier", plain(name)?.to_owned()),
            // It takes effect at once. `ApplyImmediately` would make every other change at once that waits, too.
            ("DeletionProtection", on),
        ];
        Ok(vec![Call::form(Service::Rds, "ModifyDBInstance", fields)])
    }
}
