//! Remediations of managed rules' findings.

use aws_compliance_catalog::{Remedy, RemedyRequest, Report, check_remedy};
use pulumi_component::Checks;
use pulumi_component::value::{PathStep, PropertyError};

use crate::inputs::remediation::ManagedRuleRemediationArgs;
use crate::inputs::rules::ManagedRuleArgs;
use crate::plan::values::{is_secret, known};

impl ManagedRuleRemediationArgs {
    /// What it comes to for a rule, and what is wrong with it.
    pub(super) fn remedy(&self, rule: &ManagedRuleArgs) -> (Option<Remedy>, Report) {
        let rule_parameters = rule.parameters.iter().filter_map(|(name, value)| Some((name.clone(), known(value)?)));
        check_remedy(&RemedyRequest {
            identifier: rule.identifier.clone(),
            document: self.document.clone(),
            parameters: self.parameters.iter().map(|(name, values)| (name.clone(), values.len())).collect(),
            rule_parameters: rule_parameters.collect(),
            accept_inferred: self.accept_inferred,
        })
    }

    /// Reports what was found wrong with it, at `remediation` of its rule.
    pub(super) fn check(&self, report: &Report, checks: &mut Checks) {
        for problem in &report.errors {
            let given = match problem.path.steps() {
                [PathStep::Member(member), PathStep::Member(name)] if member == "parameters" => {
                    self.parameters.get(name)
                }
                _ => None,
            };
            let secret = given.is_some_and(|values| values.iter().any(is_secret));
            checks.add_error(PropertyError::new(&problem.path, problem.text()).sensitive_if(secret));
        }
        report.warnings.iter().for_each(|problem| checks.warning(&problem.path, problem.text()));
    }
}
