//! Rules of the user's own: policies written in Guard, and functions.

use std::collections::BTreeMap;

use compliance_types::severity::Severity;
use pulumi_component::{Input, Scalar, Suggested};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::scope::ScopeArgs;
use crate::inputs::suggestions::EvaluationFrequencies;

/// A rule of your own: a policy written in Guard, or a function. Its results count for no framework.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomRuleArgs {
    /// Name of the rule in the account.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// What the rule is for, in your words. At most 256 characters.
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
    /// How much its findings weigh in the score. Default: `medium`.
    pub severity: Option<Severity>,
}

/// A policy written in Guard.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardPolicyArgs {
    /// The policy, at most 10,000 characters.
    pub policy: Input<String>,
    /// What runs it: `guard-2.x.x`.
    #[serde(default = "runtime")]
    pub runtime: Input<String>,
    /// Whether AWS Config logs what it does, in CloudWatch Logs.
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
    /// ARN of the function, of the region that this is deployed to.
    pub arn: Input<String>,
    /// Whether AWS Config of this account is allowed to invoke it. False where it is allowed already, as for a function of
    /// another account, which only that account can do.
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
    /// Whether it is evaluated when a resource changes. Default: unless there is a frequency.
    pub on_change: Option<bool>,
    /// How often it is evaluated: `One_Hour`, `Three_Hours`, `Six_Hours`, `Twelve_Hours` or `TwentyFour_Hours`. A policy
    /// in Guard takes none.
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
