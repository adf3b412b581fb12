//! The functions `getManagedRule`, `getFramework` and `checkRules`.

use aws_compliance_catalog::{nearest_framework, nearest_rules};
use pulumi_component::{Checks, ConstructError, Function, FunctionContext, PropertyError, Suggested, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::view::{self, FrameworkDetails, ManagedRuleDetails};
use crate::bounds;
use crate::names::NamePrefix;
use crate::rule_set::{FrameworkArgs, ManagedRuleIdentifiers, RulesArgs};

/// Which managed rule.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManagedRuleQuery {
    /// Identifier, such as `ENCRYPTED_VOLUMES`.
    #[schemars(with = "Suggested<ManagedRuleIdentifiers>")]
    pub identifier: String,
}

/// The function `getManagedRule`.
pub struct GetManagedRule;

impl Function for GetManagedRule {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:getManagedRule");
    const DESCRIPTION: &'static str = "What is known of one AWS managed rule: trigger, parameters, resource types, \
                                       regions, frameworks, remediation. Asks no account.";
    type Args = ManagedRuleQuery;
    type Result = ManagedRuleDetails;

    async fn invoke(_context: &FunctionContext, args: ManagedRuleQuery) -> Result<ManagedRuleDetails, ConstructError> {
        view::rule(&args.identifier)
            .ok_or_else(|| unknown("identifier", "managed rule", nearest_rules(&args.identifier, 1).first().copied()))
    }
}

/// Which framework.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FrameworkQuery {
    /// Id, such as `hipaa`.
    pub id: String,
}

/// The function `getFramework`.
pub struct GetFramework;

impl Function for GetFramework {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:getFramework");
    const DESCRIPTION: &'static str = "What a framework asks for: rules with parameters and controls, and the process \
                                       checks that a person answers for. Asks no account.";
    type Args = FrameworkQuery;
    type Result = FrameworkDetails;

    async fn invoke(_context: &FunctionContext, args: FrameworkQuery) -> Result<FrameworkDetails, ConstructError> {
        view::framework(&args.id).ok_or_else(|| unknown("id", "framework", nearest_framework(&args.id)))
    }
}

fn unknown(path: &str, what: &str, nearest: Option<&str>) -> ConstructError {
    let nearest = nearest.map(|name| format!("; nearest: `{name}`")).unwrap_or_default();
    ConstructError::InvalidInputs(vec![PropertyError::new(path, format!("unknown {what}{nearest}"))])
}

/// Rules to judge.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CheckRulesArgs {
    /// Rules as a component takes them.
    pub rules: RulesArgs,
    /// Frameworks as a component takes them.
    pub frameworks: Vec<FrameworkArgs>,
    /// Codes of the regions that they are to be deployed to. Default: rules are not judged by region.
    pub regions: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckedRules {
    /// Whether they can be deployed.
    pub valid: bool,
    /// What AWS Config would refuse.
    pub errors: Vec<RuleProblem>,
    /// What goes through and deserves a look.
    pub warnings: Vec<RuleProblem>,
    /// What the frameworks come to: the saving, what is decided where they differ, what people answer for, and what a
    /// region does not offer.
    pub notes: Vec<String>,
}

/// One thing that is not right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleProblem {
    /// Property path, such as `rules.managed[0].identifier`.
    pub path: String,
    /// What is wrong, and the nearest right answer where there is one.
    pub reason: String,
}

impl From<PropertyError> for RuleProblem {
    fn from(error: PropertyError) -> Self {
        Self { path: error.path, reason: error.reason }
    }
}

impl CheckRulesArgs {
    /// Judges them, as a preview does.
    pub fn judge(&self) -> CheckedRules {
        let mut checks = Checks::default();
        self.rules.check(&self.frameworks, &NamePrefix::default(), &mut checks);
        let (mut errors, mut warnings) = (checks.errors().to_vec(), checks.warnings().to_vec());
        for region in &self.regions {
            let (refused, odd) = self.rules.unavailable(Some(region));
            errors.extend(refused);
            warnings.extend(odd);
        }
        let regions: Vec<_> = self.regions.iter().map(String::as_str).collect();
        let notes = if errors.is_empty() { self.rules.notes(&self.frameworks, &regions) } else { Vec::new() };
        CheckedRules {
            valid: errors.is_empty(),
            errors: errors.into_iter().map(Into::into).collect(),
            warnings: warnings.into_iter().map(Into::into).collect(),
            notes,
        }
    }

    /// Judges the regions themselves.
    fn check_regions(&self, checks: &mut Checks) {
        checks.each("regions", &self.regions, |checks, region| checks.plain("", region.as_str(), bounds::region));
    }
}

/// The function `checkRules`.
pub struct CheckRules;

impl Function for CheckRules {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:checkRules");
    const DESCRIPTION: &'static str = "Judges rules as a preview would, without deploying anything or asking an \
                                       account: every problem with its path, and whether they can be deployed.";
    type Args = CheckRulesArgs;
    type Result = CheckedRules;

    fn check(args: &CheckRulesArgs, checks: &mut Checks) {
        args.check_regions(checks);
    }

    async fn invoke(_context: &FunctionContext, args: CheckRulesArgs) -> Result<CheckedRules, ConstructError> {
        Ok(args.judge())
    }
}
