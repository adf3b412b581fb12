//! Which rules are evaluated.

use std::collections::BTreeMap;

use compliance_types::choices::OnUnavailable;
use compliance_types::severity::Severity;
use pulumi_component::Input;
use pulumi_component::value::{Scalar, Suggested};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::custom_rule::CustomRuleArgs;
use crate::inputs::remediation::ManagedRuleRemediationArgs;
use crate::inputs::scope::ScopeArgs;
use crate::inputs::suggestions::{EvaluationFrequencies, ManagedRuleIdentifiers};

/// The types that are approved unless the input says otherwise.
const APPROVED: [&str; 4] = ["t2.micro", "t2.small", "t3.micro", "t3.small"];

/// Rules to evaluate.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RulesArgs {
    /// Whether to deploy the four rules of the baseline: `ec2-approved-instance-types`, `s3-bucket-encryption-enabled`,
    /// `rds-backup-retention-enabled` and `ebs-volumes-encrypted`.
    pub baseline: bool,
    /// EC2 instance types that the rule `ec2-approved-instance-types` of the baseline approves, such as `m7g.large`. Default:
    /// `t2.micro`, `t2.small`, `t3.micro` and `t3.small`.
    pub approved_instance_types: Vec<String>,
    /// AWS managed rules, in addition to the baseline. A rule of the baseline that is given here with the same parameters
    /// and without a scope is deployed once, as given here, under the baseline's name unless `name` is set.
    pub managed: Vec<ManagedRuleArgs>,
    /// Custom rules.
    pub custom: Vec<CustomRuleArgs>,
}

impl Default for RulesArgs {
    fn default() -> Self {
        let approved_instance_types = APPROVED.map(str::to_owned).into();
        Self { baseline: true, approved_instance_types, managed: Vec::new(), custom: Vec::new() }
    }
}

/// One AWS managed rule.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManagedRuleArgs {
    /// Identifier of the rule, such as `ENCRYPTED_VOLUMES`.
    #[schemars(with = "Suggested<ManagedRuleIdentifiers>")]
    pub identifier: String,
    /// Name of the rule in the account. Default: the identifier in lower case with hyphens.
    #[schemars(length(min = 1, max = 100))]
    pub name: Option<String>,
    /// Description of the rule. At most 256 characters.
    pub description: Option<Input<String>>,
    /// Parameters of the rule by name; numbers and lists are written as text, lists with commas.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Input<Scalar>>")]
    pub parameters: BTreeMap<String, Input<String>>,
    /// How often a periodic rule is evaluated: `One_Hour`, `Three_Hours`, `Six_Hours`, `Twelve_Hours` or `TwentyFour_Hours`.
    /// Not available for a rule that changes trigger.
    #[schemars(with = "Option<Input<Suggested<EvaluationFrequencies>>>")]
    pub frequency: Option<Input<String>>,
    /// Which resources the rule evaluates. Default: all that it can evaluate.
    pub scope: Option<ScopeArgs>,
    /// Severity of its findings, which determines their weight in the score. Default: as the frameworks say that it serves,
    /// else as the catalogue does.
    pub severity: Option<Severity>,
    /// Remediation of its findings, which a person starts.
    pub remediation: Option<ManagedRuleRemediationArgs>,
    /// What to do if the region does not offer the rule.
    #[serde(default)]
    pub on_unavailable: OnUnavailable,
    /// Whether what the catalogue does not know is let through with a warning: AWS can be newer than it.
    #[serde(default)]
    pub unchecked: bool,
}

impl ManagedRuleArgs {
    /// A rule of which nothing but identifier and parameters is said.
    pub fn of(identifier: &str, parameters: BTreeMap<String, Input<String>>) -> Self {
        let identifier = identifier.to_owned();
        Self {
            identifier,
            name: None,
            description: None,
            parameters,
            frequency: None,
            scope: None,
            severity: None,
            remediation: None,
            on_unavailable: OnUnavailable::default(),
            unchecked: false,
        }
    }

    /// The scope, where it excludes anything.
    pub fn effective_scope(&self) -> Option<&ScopeArgs> {
        self.scope.as_ref().filter(|scope| !scope.is_empty())
    }
}
