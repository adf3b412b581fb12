//! Rules of the user's own: policies written in Guard, and functions.

use std::collections::BTreeMap;

use compliance_types::severity::Severity;
use pulumi_component::Input;
use pulumi_component::value::{Scalar, Suggested};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::scope::ScopeArgs;
use crate::inputs::suggestions::EvaluationFrequencies;

/// A custom rule: a policy written in Guard, or a Lambda function. Its results belong to no framework.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomRuleArgs {
    /// Name of the rule in the account.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// Description of the rule. At most 256 characters.
    pub description: Option<Input<String>>,
    /// The policy of a rule that is written in Guard. A rule has this or a function.
    pub guard: Option<GuardPolicyArgs>,
    /// The function of a rule that is a program. A rule has this or a policy.
    pub function: Option<RuleFunctionArgs>,
    /// When the rule is evaluated. Default: when a resource changes.
    #[serde(default)]
    pub triggers: TriggersArgs,
    /// Which resources the rule evaluates. Without a scope it is evaluated, and charged, at each change of any recorded
    /// resource.
    pub scope: Option<ScopeArgs>,
    /// Parameters of the rule by name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Input<Scalar>>")]
    pub parameters: BTreeMap<String, Input<String>>,
    /// Severity of its findings, which determines their weight in the score. Default: `medium`.
    pub severity: Option<Severity>,
}

/// A policy written in Guard.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardPolicyArgs {
    /// The policy, at most 10,000 characters.
    pub policy: Input<String>,
    /// Guard runtime: `guard-2.x.x`.
    #[serde(default = "runtime")]
    pub runtime: Input<String>,
    /// Whether AWS Config writes debug logs to CloudWatch Logs.
    #[serde(default)]
    pub enable_debug_log: bool,
}

fn runtime() -> Input<String> {
    "guard-2.x.x".into()
}

/// A function that evaluates resources.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleFunctionArgs {
    /// ARN of the function, in the region of the deployment.
    pub arn: Input<String>,
    /// Whether to allow AWS Config of this account to invoke the function. Set it to false for a function of another
    /// account, which must allow it there.
    #[serde(default = "yes")]
    pub grant_invoke: bool,
}

fn yes() -> bool {
    true
}

/// When a rule is evaluated.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct TriggersArgs {
    /// Whether the rule is evaluated when a resource changes. Default: true if no frequency is given.
    pub on_change: Option<bool>,
    /// How often the rule is evaluated: `One_Hour`, `Three_Hours`, `Six_Hours`, `Twelve_Hours` or `TwentyFour_Hours`. Not
    /// available for a policy in Guard.
    #[schemars(with = "Option<Input<Suggested<EvaluationFrequencies>>>")]
    pub frequency: Option<Input<String>>,
}

impl TriggersArgs {
    /// Whether a change of a resource starts it.
    pub fn reacts_to_changes(&self) -> bool {
        self.on_change.unwrap_or(self.frequency.is_none())
    }
}

impl CustomRuleArgs {
    /// The scope, where it excludes anything: AWS Config has no scope that does not.
    pub fn effective_scope(&self) -> Option<&ScopeArgs> {
        self.scope.as_ref().filter(|scope| !scope.is_empty())
    }
}
