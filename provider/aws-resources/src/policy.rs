//! IAM policy documents, as the page "IAM JSON policy elements reference" of the AWS documentation describes them.

use std::collections::BTreeMap;

use pulumi_component::Input;

use crate::json::Json;

/// The only version of the policy language that has policy variables; `2008-10-17` is the other one.
const VERSION: &str = "2012-10-17";

/// An IAM policy document.
#[derive(Clone, Debug, Default)]
pub struct PolicyDocument {
    statements: Vec<Statement>,
}

impl PolicyDocument {
    /// A document of the given statements.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self { statements: statements.into_iter().collect() }
    }
}

impl From<PolicyDocument> for Json {
    fn from(document: PolicyDocument) -> Self {
        Self::object([("Version", VERSION.into()), ("Statement", Self::list(document.statements))])
    }
}

impl From<PolicyDocument> for Input<String> {
    fn from(document: PolicyDocument) -> Self {
        Json::from(document).into()
    }
}

/// One statement of a policy document.
#[derive(Clone, Debug)]
pub struct Statement {
    sid: String,
    effect: &'static str,
    principal: Option<Json>,
    actions: Vec<&'static str>,
    resources: Vec<Json>,
    conditions: BTreeMap<&'static str, BTreeMap<String, Json>>,
}

impl Statement {
    /// Allows; `sid` says what for, in letters and digits.
    pub fn allow(sid: impl Into<String>) -> Self {
        Self::new(sid, "Allow")
    }

    /// Denies; `sid` says what, in letters and digits.
    pub fn deny(sid: impl Into<String>) -> Self {
        Self::new(sid, "Deny")
    }

    fn new(sid: impl Into<String>, effect: &'static str) -> Self {
        let (actions, resources, conditions) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { sid: sid.into(), effect, principal: None, actions, resources, conditions }
    }

    /// For a service of AWS, by its principal: `events.amazonaws.com`.
    #[must_use]
    pub fn service(self, principal: impl Into<Input<String>>) -> Self {
        self.principal("Service", principal)
    }

    /// For an account, user or role, by its ARN.
    #[must_use]
    pub fn aws(self, arn: impl Into<Input<String>>) -> Self {
        self.principal("AWS", arn)
    }

    fn principal(mut self, kind: &'static str, principal: impl Into<Input<String>>) -> Self {
        self.principal = Some(Json::object([(kind, principal.into().into())]));
        self
    }

    /// For everyone; only a denial may say so.
    #[must_use]
    pub fn everyone(mut self) -> Self {
        self.principal = Some("*".into());
        self
    }

    /// What may, or must not, be done: `service:Operation`.
    #[must_use]
    pub fn actions(mut self, actions: impl IntoIterator<Item = &'static str>) -> Self {
        self.actions.extend(actions);
        self
    }

    /// On what: an ARN.
    #[must_use]
    pub fn on(mut self, resource: impl Into<Input<String>>) -> Self {
        self.resources.push(resource.into().into());
        self
    }

    /// On every resource. In a key policy that is the key alone; elsewhere the reason belongs beside the call.
    #[must_use]
    pub fn on_everything(mut self) -> Self {
        self.resources.push("*".into());
        self
    }

    /// Only where a key of the request's context compares to the value.
    #[must_use]
    pub fn when(mut self, operator: &'static str, key: &str, value: impl Into<Input<String>>) -> Self {
        self.conditions.entry(operator).or_default().insert(key.to_owned(), value.into().into());
        self
    }

    /// Only where a key of the request's context compares to one of the values.
    #[must_use]
    pub fn when_one_of(
        mut self,
        operator: &'static str,
        key: &str,
        values: impl IntoIterator<Item = impl Into<Input<String>>>,
    ) -> Self {
        let values = values.into_iter().map(|value| value.into().into()).collect();
        self.conditions.entry(operator).or_default().insert(key.to_owned(), Json::List(values));
        self
    }
}

impl From<Statement> for Json {
    fn from(statement: Statement) -> Self {
        let mut members = BTreeMap::from([
            ("Sid".to_owned(), statement.sid.into()),
            ("Effect".to_owned(), statement.effect.into()),
            ("Action".to_owned(), Self::list(statement.actions)),
        ]);
        if let Some(principal) = statement.principal {
            members.insert("Principal".into(), principal);
        }
        // A role's trust policy has no resource: the role is it.
        if !statement.resources.is_empty() {
            members.insert("Resource".into(), Self::List(statement.resources));
        }
        if !statement.conditions.is_empty() {
            let conditions = statement.conditions.into_iter();
            let conditions = conditions.map(|(operator, keys)| (operator.to_owned(), Self::Object(keys))).collect();
            members.insert("Condition".into(), Self::Object(conditions));
        }
        Self::Object(members)
    }
}
