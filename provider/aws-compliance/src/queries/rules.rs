//! The functions `getManagedRule`, `getFramework` and `checkRules`.

use std::collections::BTreeSet;

use aws_compliance_catalog::{nearest_rules, unknown_framework};
use compliance_types::choices::CountedRules;
use pulumi_component::value::{PropertyError, Suggested};
use pulumi_component::{Checks, Error, Function, FunctionContext, TypeToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;
use crate::inputs::exports::ExportsArgs;
use crate::inputs::framework::FrameworkArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::rules::RulesArgs;
use crate::inputs::suggestions::{FrameworkIds, ManagedRuleIdentifiers};
use crate::plan::selection::{PlanInputs, Selection};
use crate::plan::target::Target;
use crate::queries::view::{self, FrameworkDetails, ManagedRuleDetails};

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
    const DESCRIPTION: &'static str = "What is known about an AWS managed rule: trigger, parameters, resource types, \
                                       regions, frameworks, remediation. Calls no AWS API.";
    type Args = ManagedRuleQuery;
    type Result = ManagedRuleDetails;

    async fn invoke(_context: &FunctionContext, args: ManagedRuleQuery) -> Result<ManagedRuleDetails, Error> {
        let nearest = || nearest_rules(&args.identifier, 1).first().map(|name| format!("; nearest: `{name}`"));
        let reason = || format!("unknown managed rule{}", nearest().unwrap_or_default());
        view::rule(&args.identifier).ok_or_else(|| unknown("identifier", reason()))
    }
}

/// Which framework.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FrameworkQuery {
    /// Id, such as `hipaa`.
    #[schemars(with = "Suggested<FrameworkIds>")]
    pub id: String,
}

/// The function `getFramework`.
pub struct GetFramework;

impl Function for GetFramework {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:getFramework");
    const DESCRIPTION: &'static str = "What a framework asks for: rules with parameters and controls, rules that are \
                                       optional, and the process checks that must be evaluated manually. Calls no AWS API.";
    type Args = FrameworkQuery;
    type Result = FrameworkDetails;

    async fn invoke(_context: &FunctionContext, args: FrameworkQuery) -> Result<FrameworkDetails, Error> {
        view::framework(&args.id).ok_or_else(|| unknown("id", unknown_framework(&args.id, "id").text()))
    }
}

fn unknown(path: &str, reason: String) -> Error {
    Error::InvalidInputs(vec![PropertyError::new(path, reason)])
}

/// Rules to judge.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CheckRulesArgs {
    /// Rules as a component takes them.
    pub rules: RulesArgs,
    /// Frameworks as a component takes them.
    pub frameworks: Vec<FrameworkArgs>,
    /// Codes of the regions to deploy to. Default: rules are not checked by region.
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
    /// Problems that do not prevent a deployment.
    pub warnings: Vec<RuleProblem>,
    /// Notes on the frameworks: rules that they share, decisions where they differ, manual checks, and rules that a region
    /// does not offer.
    pub notes: Vec<String>,
}

/// One thing that is not right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleProblem {
    /// Property path, such as `rules.managed[0].identifier`.
    pub path: String,
    /// What is invalid, and the nearest valid value if there is one.
    pub reason: String,
}

impl From<PropertyError> for RuleProblem {
    fn from(error: PropertyError) -> Self {
        Self { path: error.place(), reason: error.reason }
    }
}

impl CheckRulesArgs {
    /// Checks them, as a preview does.
    pub fn judge(&self) -> CheckedRules {
        let inputs = PlanInputs {
            name_prefix: &NamePrefix::default(),
            rules: &self.rules,
            frameworks: &self.frameworks,
            notifications: None,
            accounts: &[],
            waivers: &[],
            waiver_max_days: None,
            counted_rules: CountedRules::default(),
            remediation: None,
            exports: ExportsArgs::default(),
            object_lock: None,
        };
        SelectionCheck::of(&Selection::new(inputs), &self.regions).into()
    }
}

/// What is wrong with a selection, and odd about it.
#[derive(Clone, Debug, Default)]
pub struct SelectionCheck {
    /// Everything that is wrong.
    pub errors: Vec<PropertyError>,
    /// Everything that is odd.
    pub warnings: Vec<PropertyError>,
    /// What is worth knowing where nothing is wrong.
    pub notes: Vec<String>,
}

impl SelectionCheck {
    /// What is to be said of a selection in these regions.
    pub fn of(selection: &Selection, regions: &[String]) -> Self {
        let mut checks = Checks::default();
        check_regions(regions, &mut checks);
        let (errors, warnings) = (checks.errors().to_vec(), checks.warnings().to_vec());
        let mut found = Self { errors, warnings, notes: Vec::new() };
        let regions: BTreeSet<_> = regions.iter().map(String::as_str).collect();
        let targets = match regions.is_empty() {
            true => vec![Target::default()],
            false => regions.into_iter().map(Target::region).collect(),
        };
        for plan in targets.iter().map(|target| selection.clone().at(target)) {
            found.add(plan.errors, plan.warnings);
            // What is said of rules and packs is the same in every region, but for what it does not offer.
            if found.notes.is_empty() {
                found.notes = plan.notes;
            }
            found.notes.extend(plan.exclusion);
        }
        found
    }

    /// Adds what is not there yet: most of what is wrong is so in every region.
    pub fn add(&mut self, errors: Vec<PropertyError>, warnings: Vec<PropertyError>) {
        for (list, found) in [(&mut self.errors, errors), (&mut self.warnings, warnings)] {
            for each in found {
                if !list.contains(&each) {
                    list.push(each);
                }
            }
        }
    }
}

impl From<SelectionCheck> for CheckedRules {
    fn from(SelectionCheck { errors, warnings, notes }: SelectionCheck) -> Self {
        Self {
            valid: errors.is_empty(),
            notes: if errors.is_empty() { notes } else { Vec::new() },
            errors: errors.into_iter().map(Into::into).collect(),
            warnings: warnings.into_iter().map(Into::into).collect(),
        }
    }
}

/// Checks the regions themselves. One that is newer than the facts may be right.
fn check_regions(regions: &[String], checks: &mut Checks) {
    checks.each("regions", regions, |checks, region| bounds::check_region(checks, "", region));
}

/// The function `checkRules`.
pub struct CheckRules;

impl Function for CheckRules {
    const TOKEN: TypeToken = TypeToken::new("aws-compliance:index:checkRules");
    const DESCRIPTION: &'static str = "Checks rules as a preview does, without a deployment and without calls of AWS: \
                                       every problem with its path, and whether they can be deployed.";
    type Args = CheckRulesArgs;
    type Result = CheckedRules;

    async fn invoke(_context: &FunctionContext, args: CheckRulesArgs) -> Result<CheckedRules, Error> {
        Ok(args.judge())
    }
}

#[cfg(test)]
mod tests {
    use aws_compliance_catalog::Catalog;

    use super::*;

    /// Paths of errors and of warnings where one rule goes to a region.
    fn judged(region: &str) -> (bool, Vec<String>, Vec<String>) {
        let rules = serde_json::json!({
            "rules": { "managed": [{ "identifier": "ACCESS_KEYS_ROTATED" }] }, "regions": [region],
        });
        let found = serde_json::from_value::<CheckRulesArgs>(rules).expect("they read").judge();
        let paths = |problems: Vec<RuleProblem>| problems.into_iter().map(|each| each.path).collect();
        (found.valid, paths(found.errors), paths(found.warnings))
    }

    #[test]
    fn a_region_is_judged_with_the_rules() {
        let none = Vec::<String>::new;
        assert_eq!(judged("eu-west-1"), (true, none(), none()));
        assert_eq!(judged("EU West"), (false, vec!["regions[0]".into()], none()));
        assert_eq!(judged("eu-west-9"), (true, none(), vec!["regions[0]".into()]));
        assert_eq!(judged("ca-west-1"), (false, vec!["rules.managed[0].identifier".into()], none()));
    }

    #[test]
    fn a_region_that_is_newer_than_the_facts_is_told_with_their_date() {
        let args = CheckRulesArgs { regions: vec!["eu-west-9".to_owned()], ..CheckRulesArgs::default() };
        let told = &args.judge().warnings[0].reason;
        assert!(told.contains(Catalog::get().taken), "{told}");
    }
}
