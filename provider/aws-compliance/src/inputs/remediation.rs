//! The remediation of a managed rule's findings, which a person starts.

use std::collections::BTreeMap;

use pulumi_component::Input;
use pulumi_component::value::Scalar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A Systems Manager document that remediates what a rule finds. Nothing runs by itself: a person starts it for a resource.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ManagedRuleRemediationArgs {
    /// Name of the SSM document, one of those known for the rule. Default: the first of them.
    pub document: Option<String>,
    /// Values by name, in addition to the known ones; `RESOURCE_ID` is replaced by the id of the noncompliant resource.
    /// Do not give the role of the automation: the remediation creates it.
    #[schemars(with = "BTreeMap<String, Vec<Input<Scalar>>>")]
    pub parameters: BTreeMap<String, Vec<Input<String>>>,
    /// Whether to accept a document whose effect matches the rule, but which no source names for the rule.
    pub accept_inferred: bool,
}
