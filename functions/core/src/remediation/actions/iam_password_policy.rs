//! Makes the account's password policy as strict as the rule asks for; what is stricter already stays.

use serde_json::{Map, Value, json};

use super::super::{
    action::{Action, Parameter, Parameters, Permission, Proposal, Scope, Target},
    call::{Call, Service, at, text},
};

/// The action.
pub static ACTION: PasswordPolicy = PasswordPolicy;

/// See the module.
#[derive(Debug)]
pub struct PasswordPolicy;

/// Settings that are on or off.
const FLAGS: [&str; 6] = [
    "RequireUppercaseCharacters",
    "RequireLowercaseCharacters",
    "RequireSymbols",
    "RequireNumbers",
    "AllowUsersToChangePassword",
    "HardExpiry",
];
const NUMBERS: [&str; 3] = ["MinimumPasswordLength", "PasswordReusePrevention", "MaxPasswordAge"];

const fn flag(name: &'static str) -> Parameter {
    let check = |text: &str| match text {
        "true" | "false" => Ok(()),
        _ => Err("expected `true` or `false`".to_owned()),
    };
    Parameter { name, summary: "Whether passwords must have such characters. Default: as the rule, else true.", default: "true", of_rule: name, check }
}

const PARAMETERS: [Parameter; 7] = [
    flag("RequireUppercaseCharacters"),
    flag("RequireLowercaseCharacters"),
    flag("RequireSymbols"),
    flag("RequireNumbers"),
    Parameter {
        name: "MinimumPasswordLength",
        summary: "Shortest password. Range: 6-128. Default: as the rule, else 14.",
        default: "14",
        of_rule: "MinimumPasswordLength",
        check: |text| between(text, 6, 128),
    },
    Parameter {
        name: "PasswordReusePrevention",
        summary: "Number of earlier passwords that cannot be used again. Range: 1-24. Default: as the rule, else 24.",
        default: "24",
        of_rule: "PasswordReusePrevention",
        check: |text| between(text, 1, 24),
    },
    Parameter {
        name: "MaxPasswordAge",
        summary: "Days after which a password expires. Range: 1-1095. Default: as the rule, else 90.",
        default: "90",
        of_rule: "MaxPasswordAge",
        check: |text| between(text, 1, 1095),
    },
];

fn between(text: &str, least: u64, most: u64) -> Result<(), String> {
    match text.parse::<u64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(()),
        _ => Err(format!("expected {least} to {most}")),
    }
}

impl Action for PasswordPolicy {
    fn id(&self) -> &'static str {
        "iam-password-policy"
    }

    fn summary(&self) -> &'static str {
        "Makes the account's password policy as strict as the rule asks for"
    }

    fn identifiers(&self) -> &'static [&'static str] {
        &["IAM_PASSWORD_POLICY"]
    }

    fn resource_type(&self) -> &'static str {
        compliance_types::resource::ACCOUNT
    }

    fn parameters(&self) -> &'static [Parameter] {
        &PARAMETERS
    }

    fn reads(&self) -> &'static [Permission] {
        &[Permission { sid: "ReadPasswordPolicy", actions: &["iam:GetAccountPasswordPolicy"], scope: Scope::Everything }]
    }

    fn changes(&self) -> &'static [Permission] {
        &[Permission {
            sid: "ChangePasswordPolicy",
            actions: &["iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy"],
            scope: Scope::Everything,
        }]
    }

    fn read(&self, _: &Target) -> Result<Vec<Call>, String> {
        let none: [(&str, &str); 0] = [];
        Ok(vec![Call::form(Service::Iam, "GetAccountPasswordPolicy", none).absent_if(&["NoSuchEntity"])])
    }

    fn part(&self, _: &Target, answers: &[Value]) -> Result<Value, String> {
        let answer = answers.first().ok_or("an answer is missing")?;
        if answer.is_null() {
            return Ok(json!({ "policy": null }));
        }
        let policy = at(answer, &["GetAccountPasswordPolicyResult", "PasswordPolicy"]).ok_or("the answer has no policy")?;
        let mut part = Map::new();
        // AWS answers `false` for what was never set: both are the same.
        for name in FLAGS {
            part.extend(text(policy, &[name]).filter(|value| *value == "true").map(|_| (name.to_owned(), json!(true))));
        }
        for name in NUMBERS {
            // A value that is dropped would go back to its default with the change.
            let value = text(policy, &[name]).map(str::parse::<u64>).transpose();
            let value = value.map_err(|_| format!("`{name}` of the answer is no number"))?;
            part.extend(value.map(|value| (name.to_owned(), json!(value))));
        }
        Ok(json!({ "policy": part }))
    }

    fn propose(&self, _: &Target, parameters: &Parameters<'_>, part: &Value) -> Result<Proposal, String> {
        let before = part.get("policy").and_then(Value::as_object).cloned();
        let mut after = before.clone().unwrap_or_default();
        for parameter in PARAMETERS {
            let (name, wanted) = (parameter.name, parameters.get(parameter.name));
            let value = match wanted.parse::<u64>() {
                Ok(wanted) => {
                    let found = after.get(name).and_then(Value::as_u64).filter(|found| *found > 0);
                    // Of ages the smaller one is stricter.
                    let stricter = if name == "MaxPasswordAge" { u64::min } else { u64::max };
                    json!(found.map_or(wanted, |found| stricter(found, wanted)))
                }
                Err(_) if wanted == "true" => json!(true),
                Err(_) => continue,
            };
            after.insert(name.to_owned(), value);
        }
        if before.as_ref() == Some(&after) {
            return Ok(Proposal::Complies);
        }
        let shorter = after.get("MaxPasswordAge") != before.as_ref().and_then(|before| before.get("MaxPasswordAge"));
        let approval = "users whose password is older than `MaxPasswordAge` must change it at their next sign-in";
        Ok(Proposal::Change {
            after: json!({ "policy": after }),
            effect: "make the account's password policy as strict as the rule asks for".to_owned(),
            approval: shorter.then(|| approval.to_owned()),
        })
    }

    fn write(&self, _: &Target, _: &Value, to: &Value) -> Result<Vec<Call>, String> {
        let policy = to.get("policy").ok_or("the part has no `policy`")?;
        let Some(policy) = policy.as_object() else {
            let none: [(&str, &str); 0] = [];
            return Ok(vec![Call::form(Service::Iam, "DeleteAccountPasswordPolicy", none)]);
        };
        // What is not given goes back to its default.
        let fields = policy.iter().map(|(name, value)| (name.clone(), value.to_string()));
        Ok(vec![Call::form(Service::Iam, "UpdateAccountPasswordPolicy", fields)])
    }
}
