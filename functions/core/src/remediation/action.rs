//! What an action is: the findings that it fixes, what it reads and writes, and what it may do in IAM.
//!
//! An action reads a part of a resource's configuration, says what the part should be, and writes a part. Undo writes the part
//! that was read before the change, so that an action has no code of its own for it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::Call;

/// The resource that an action is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// Partition, such as `aws`.
    pub partition: String,
    /// Account id.
    pub account: String,
    /// Region of the function.
    pub region: String,
    /// Id of the resource, as AWS Config knows it.
    pub resource_id: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its ARN, where it is known.
    pub arn: Option<String>,
}

/// What would fix a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// Nothing: the part is as it should be.
    Complies,
    /// The part should be this.
    Change {
        /// The part after the change.
        after: Value,
        /// What changes, in one sentence.
        effect: String,
        /// Why a person must approve it whatever the mode; none where the action's [`Risk`] says it, or nothing does.
        approval: Option<String>,
    },
    /// A person must make the change.
    Advice {
        /// Why, and what to do.
        reason: String,
        /// The commands.
        commands: Vec<String>,
    },
}

/// What a change does to whoever uses the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    /// It interrupts nothing, and can be undone.
    Reversible,
    /// Somebody must approve it, whatever the mode, for this reason.
    Approval(&'static str),
    /// It is never made, for this reason.
    Advice(&'static str),
}

/// The resources of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// AWS binds the actions to no resource.
    Everything,
    /// Every bucket: their ARNs have neither region nor account.
    Buckets,
    /// Resources in the region and account of the function, such as `security-group/*` of `ec2`.
    Own {
        /// Namespace of the service.
        service: &'static str,
        /// What follows the account in the ARN.
        resource: &'static str,
    },
}

/// Actions in IAM, and the resources that they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// Name of the statement.
    pub sid: &'static str,
    /// The actions.
    pub actions: &'static [&'static str],
    /// The resources.
    pub scope: Scope,
}

/// A parameter of an action.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub summary: &'static str,
    /// What is taken where it is not given.
    pub default: &'static str,
    /// The parameter of the rule whose value is taken before the default; empty where there is none.
    pub of_rule: &'static str,
    /// What is wrong with a value, where something is.
    pub check: fn(&str) -> Result<(), String>,
}

/// One action.
pub trait Action: Sync {
    /// Its id, such as `s3-tls-only`.
    fn id(&self) -> &'static str;
    /// What it does, in one sentence.
    fn summary(&self) -> &'static str;
    /// Identifiers of the managed rules whose findings it fixes.
    fn identifiers(&self) -> &'static [&'static str];
    /// The type of the resources.
    fn resource_type(&self) -> &'static str;
    /// What the change does to whoever uses the resource.
    fn risk(&self) -> Risk {
        Risk::Reversible
    }
    /// Whether the change holds off what the finding is about without fixing it: its rule still finds the resource noncompliant.
    fn contains(&self) -> bool {
        false
    }
    /// Its parameters.
    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }
    /// What it may read.
    fn reads(&self) -> &'static [Permission];
    /// What it may change.
    fn changes(&self) -> &'static [Permission];
    /// The requests that read the part.
    ///
    /// # Errors
    /// When the resource's id is none that the action knows.
    fn read(&self, target: &Target) -> Result<Vec<Call>, String>;
    /// The part, out of the answers to them.
    ///
    /// # Errors
    /// When an answer lacks what is needed.
    fn part(&self, target: &Target, answers: &[Value]) -> Result<Value, String>;
    /// The members of the part that the action writes; the others are what it must know before. None: it writes all of them.
    fn written(&self) -> &'static [&'static str] {
        &[]
    }
    /// Ids by which CloudFormation may know the resource, beside those of AWS Config.
    ///
    /// # Errors
    /// When the part lacks them.
    fn physical_ids(&self, _part: &Value) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
    /// What the part should be.
    ///
    /// # Errors
    /// When that cannot be known.
    fn propose(&self, target: &Target, parameters: &Parameters<'_>, part: &Value) -> Result<Proposal, String>;
    /// The requests that make the part `to`, where it is `from`.
    ///
    /// # Errors
    /// When one of them is no part of this action.
    fn write(&self, target: &Target, from: &Value, to: &Value) -> Result<Vec<Call>, String>;
}

/// Whether two parts are alike in what the action writes.
#[must_use]
pub fn are_alike(action: &dyn Action, one: &Value, other: &Value) -> bool {
    match action.written() {
        [] => one == other,
        members => members.iter().all(|name| one.get(name) == other.get(name)),
    }
}

/// The parameters of an action: those that are given, and the defaults of the others.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a> {
    /// Those that are given.
    pub given: &'a BTreeMap<String, String>,
    /// Those that the action has.
    pub known: &'static [Parameter],
}

impl Parameters<'_> {
    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        let default = || self.known.iter().find(|known| known.name == name).map(|known| known.default);
        self.given.get(name).map(String::as_str).or_else(default).unwrap_or_default()
    }
}

impl Target {
    /// The last part of an ARN or id, after the separator.
    #[must_use]
    pub fn last(id: &str, separator: char) -> &str {
        id.rsplit(separator).next().unwrap_or(id)
    }
}

/// A string of letters, digits and `_.-/#:@+=`: what the names of resources are made of.
///
/// # Errors
/// When it is empty or has another character.
pub fn plain(id: &str) -> Result<&str, String> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/#:@+=".contains(&byte);
    if !id.is_empty() && id.bytes().all(good) { Ok(id) } else { Err(format!("`{id}` is no id of a resource")) }
}
