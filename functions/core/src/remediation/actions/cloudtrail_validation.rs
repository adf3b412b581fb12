//! Turns on log file validation of a trail.

use compliance_types::arn::Arn;
use serde_json::{Value, json};

use super::super::{
    action::{Action, Parameters, Permission, Proposal, Scope, Target, plain},
    call::{Call, Service, all, text},
};

/// The action.
pub static ACTION: TrailValidation = TrailValidation;

/// See the module.
#[derive(Debug)]
pub struct TrailValidation;

impl Action for TrailValidation {
    fn id(&self) -> &'static str {
        "cloudtrail-validation"
    }

    fn summary(&self) -> &'static str {
        "Turns on log file validation of the trail"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"]
    }

    fn resource_type(&self) -> &'static str {
        "AWS::CloudTrail::Trail"
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadTrails", actions: &["cloudtrail:DescribeTrails"], scope: Scope::Everything }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangeTrails",
            actions: &["cloudtrail:UpdateTrail"],
            scope: Scope::Own { service: "cloudtrail", resource: "trail/*" },
        }]
    }

    fn read(&self, target: &Target) -> Result<Vec<Call>, String> {
        let members = json!({ "trailNameList": [plain(&target.resource_id)?], "includeShadowTrails": true });
        Ok(vec![Call::json(Service::CloudTrail, "DescribeTrails", members)])
    }

    fn part(&self, target: &Target, answers: &[Value]) -> Result<Value, String> {
        let answer = answers.first().ok_or("an answer is missing")?;
        let trails = all(answer, &["trailList"]);
        let [trail] = trails.as_slice() else { return Err(format!("there is no trail `{}`", target.resource_id)) };
        let validation = trail.get("LogFileValidationEnabled").and_then(Value::as_bool);
        let missing = ["Name", "HomeRegion", "TrailARN"].into_iter().find(|name| text(trail, &[*name]).is_none());
        if let Some(name) = missing {
            return Err(format!("the answer has no `{name}`"));
        }
        Ok(json!({
            "name": text(trail, &["Name"]), "region": text(trail, &["HomeRegion"]), "arn": text(trail, &["TrailARN"]),
            "validation": validation.ok_or("the answer has no `LogFileValidationEnabled`")?,
        }))
    }

    fn written(&self) -> &'static [&'static str] {
        &["name", "validation"]
    }

    fn propose(&self, target: &Target, _: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        if part.get("validation") == Some(&json!(true)) {
            return Ok(Proposal::Complies);
        }
        let region = part.get("region").and_then(Value::as_str).unwrap_or(&target.region);
        let arn = part.get("arn").and_then(Value::as_str).unwrap_or_default();
        let is_own = |arn: Arn<'_>| arn.account_id() == Some(target.account.as_str());
        let foreign = !arn.is_empty() && !Arn::parse(arn).is_ok_and(is_own);
        if region != target.region || foreign {
            return Ok(Proposal::Advice {
                reason: "the trail belongs to another region or account; change it there".to_owned(),
                commands: vec![format!(
                    "aws cloudtrail update-trail --region {region} --name {} --enable-log-file-validation",
                    target.resource_id
                )],
            });
        }
        let mut after = part.clone();
        if let Some(members) = after.as_object_mut() {
            members.insert("validation".to_owned(), json!(true));
        }
        Ok(Proposal::Change { after, effect: "turn on log file validation".to_owned(), approval: None })
    }

    fn write(&self, _: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let name = to.get("name").and_then(Value::as_str).ok_or("the part has no `name`")?;
        let on = to.get("validation") == Some(&json!(true));
        Ok(vec![Call::json(Service::CloudTrail, "UpdateTrail", json!({ "Name": name, "EnableLogFileValidation": on }))])
    }
}
