//! Who uses the deployment's key, and whether a key policy admits them.
//!
//! A policy is judged as far as it can be from outside: a condition on something that is not known here makes the
//! answer [`Admission::Unsure`], never a wrong refusal. AWS pages: "Key policies in AWS KMS", "Policy evaluation logic",
//! "IAM JSON policy elements: Condition operators".

mod condition;

use std::collections::BTreeMap;

use compliance_types::arn::{Account, Arn};
use serde_json::{Value, json};

use condition::{Sent, each};

/// One who uses the key.
#[derive(Clone, Debug)]
pub struct KeyUser {
    /// The service principal; of the account itself, the ARN of its root.
    pub principal: String,
    /// What it uses the key for, such as "notices of EventBridge".
    pub purpose: &'static str,
    sid: &'static str,
    is_service: bool,
    actions: &'static [&'static str],
    /// The condition of the statement to add: operator, key and value.
    condition: Option<(&'static str, &'static str, String)>,
    /// What it sends, in each of the situations it uses the key in; names in lower case.
    situations: Vec<BTreeMap<&'static str, Sent>>,
}

/// Whether a policy lets somebody use the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Admission {
    /// It does not.
    NotAdmitted,
    /// It depends on what is not known here.
    Unsure,
    /// It does.
    Admitted,
}

const PUBLISHER: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];
const LOGS: &[&str] = &[
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];

/// Everyone who uses the key of a deployment: the same that the part `Encryption` admits to the key that it makes.
pub fn key_users(partition: &str, region: &str, account: &str, log_groups: &[String]) -> Vec<KeyUser> {
    // The principals of the other services end the same in every partition ("AWS service principals").
    let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let arn = |service: &'static str, region: &str, resource: &str| {
        Arn { partition, service, region, account: Account::Id(account), resource }.to_string()
    };
    let log_group = |name: &str| arn("logs", region, &format!("log-group:{name}"));
    let service = |sid, principal: &str, purpose, sent: &[(&'static str, Sent)]| KeyUser {
        principal: principal.to_owned(),
        purpose,
        sid,
        is_service: true,
        actions: PUBLISHER,
        condition: None,
        situations: vec![situation(true, sent)],
    };
    let own_account = [("aws:sourceaccount", Sent::Value(account.to_owned()))];
    vec![
        KeyUser {
            principal: arn("iam", "", "root"),
            purpose: "the functions' roles, whose own policies count only where the key's policy admits the account",
            sid: "Account",
            is_service: false,
            actions: PUBLISHER,
            condition: None,
            situations: vec![situation(false, &[("kms:calleraccount", Sent::Value(account.to_owned()))])],
        },
        KeyUser {
            principal: format!("logs.{region}.{suffix}"),
            purpose: "the functions' log groups",
            sid: "CloudWatchLogs",
            is_service: true,
            actions: LOGS,
            condition: Some(("ArnLike", "kms:EncryptionContext:aws:logs:arn", log_group("*"))),
            // CloudWatch Logs, "Encrypt log data using AWS KMS": the log group's ARN is the encryption context.
            situations: match log_groups {
                [] => vec![situation(true, &[])],
                names => names
                    .iter()
                    .map(|name| {
                        situation(true, &[("kms:encryptioncontext:aws:logs:arn", Sent::Value(log_group(name)))])
                    })
                    .collect(),
            },
        },
        service(
            "EventBridge",
            "events.amazonaws.com",
            "events of EventBridge to the encrypted queues",
            // EventBridge sends neither to a key (SNS, "Key management").
            &[("aws:sourceaccount", Sent::Nothing), ("aws:sourcearn", Sent::Nothing)],
        ),
        service(
            "CloudWatchAlarms",
            "cloudwatch.amazonaws.com",
            "notices of alarms to the encrypted topic",
            // AWS does not document whether CloudWatch sends a source to a key: a condition on it makes the answer unsure.
            &[],
        ),
        service("Topics", "sns.amazonaws.com", "messages of the topic to encrypted queues", &own_account),
    ]
}

/// AWS Config, which encrypts what a recorder with its service-linked role delivers (AWS Config Developer Guide,
/// "Permissions for the KMS Key for the AWS Config Delivery Channel").
pub fn config_delivery(account: &str) -> KeyUser {
    KeyUser {
        principal: "config.amazonaws.com".to_owned(),
        purpose: "what AWS Config delivers to the bucket",
        sid: "Config",
        is_service: true,
        actions: PUBLISHER,
        condition: Some(("StringEquals", "aws:SourceAccount", account.to_owned())),
        situations: vec![situation(true, &[("aws:sourceaccount", Sent::Value(account.to_owned()))])],
    }
}

/// AWS Budgets, which encrypts its messages to the topic (AWS Cost Management User Guide, "Creating an Amazon SNS topic for
/// budget notifications"). It sends the ARN of a budget as well, whose name Pulumi completes: a condition on it is not judged.
pub fn budget_messages(account: &str) -> KeyUser {
    KeyUser {
        principal: "budgets.amazonaws.com".to_owned(),
        purpose: "messages of the budget to the encrypted topic",
        sid: "Budgets",
        is_service: true,
        actions: PUBLISHER,
        condition: Some(("StringEquals", "aws:SourceAccount", account.to_owned())),
        situations: vec![situation(true, &[("aws:sourceaccount", Sent::Value(account.to_owned()))])],
    }
}

fn situation(is_service: bool, sent: &[(&'static str, Sent)]) -> BTreeMap<&'static str, Sent> {
    let everybody = [
        ("aws:securetransport", Sent::Value("true".to_owned())),
        ("aws:principalisawsservice", Sent::Value(is_service.to_string())),
    ];
    everybody.into_iter().chain(sent.iter().cloned()).collect()
}

impl KeyUser {
    /// Whether a key policy admits this user to all that it does.
    pub fn admission(&self, policy: &Value) -> Admission {
        let decisions = self.situations.iter().flat_map(|sent| {
            self.actions.iter().map(move |action| self.decision(each(policy.get("Statement")), action, sent))
        });
        decisions.min().unwrap_or(Admission::Unsure)
    }

    /// The statement that admits this user.
    pub fn statement(&self) -> Value {
        let kind = if self.is_service { "Service" } else { "AWS" };
        let mut statement = json!({
            "Sid": self.sid,
            "Effect": "Allow",
            "Principal": { kind: self.principal },
            "Action": if self.is_service { json!(self.actions) } else { json!("kms:*") },
            // In a key policy the resource `*` is the key itself.
            "Resource": "*",
        });
        if let (Some((operator, key, value)), Some(members)) = (&self.condition, statement.as_object_mut()) {
            members.insert("Condition".to_owned(), json!({ *operator: { *key: value } }));
        }
        statement
    }

    fn decision(&self, statements: &[Value], action: &str, sent: &BTreeMap<&'static str, Sent>) -> Admission {
        let (mut allowed, mut denied) = (Some(false), Some(false));
        for statement in statements {
            let applies = condition::all([
                self.is_named(statement),
                Some(is_action(statement, action)),
                condition::holds(statement.get("Condition"), sent),
            ]);
            match statement.get("Effect").and_then(Value::as_str) {
                Some("Deny") => denied = condition::any([denied, applies]),
                _ => allowed = condition::any([allowed, applies]),
            }
        }
        match condition::all([allowed, denied.map(|denied| !denied)]) {
            Some(true) => Admission::Admitted,
            Some(false) => Admission::NotAdmitted,
            None => Admission::Unsure,
        }
    }

    /// Whether a statement is about this user; unknown where it lists who it is not about.
    fn is_named(&self, statement: &Value) -> Option<bool> {
        let Some(principal) = statement.get("Principal") else {
            return statement.get("NotPrincipal").is_none().then_some(false);
        };
        if principal == "*" {
            return Some(true);
        }
        let among = |kind: &str, name: &str| each(principal.get(kind)).iter().any(|listed| listed == name);
        let everybody = among("AWS", "*");
        let account = Arn::parse(&self.principal).ok().and_then(|arn| arn.account_id()).unwrap_or_default();
        Some(if self.is_service {
            everybody || among("Service", &self.principal)
        } else {
            // The account's id stands for its root ("AWS JSON policy elements: Principal").
            everybody || among("AWS", &self.principal) || among("AWS", account)
        })
    }
}

fn is_action(statement: &Value, action: &str) -> bool {
    let among = |name| {
        each(statement.get(name))
            .iter()
            .filter_map(Value::as_str)
            .any(|pattern| condition::like(&pattern.to_lowercase(), &action.to_lowercase()))
    };
    if statement.get("NotAction").is_some() { !among("NotAction") } else { among("Action") }
}

#[cfg(test)]
mod tests;
