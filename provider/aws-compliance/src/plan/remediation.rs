//! What mends the findings of a managed rule.

use aws_compliance_catalog::{Remedy, RemedyRequest, Report, check_remedy};
use pulumi_component::Checks;

use crate::inputs::remediation::RemediationArgs;
use crate::inputs::rules::ManagedRuleArgs;
use crate::plan::values::{is_secret, known};

impl RemediationArgs {
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
        for finding in &report.errors {
            let given = finding.path.strip_prefix("parameters.").and_then(|name| self.parameters.get(name));
            // The engine prints what stands at a path.
            let secret = given.is_some_and(|values| values.iter().any(is_secret));
            let path = if secret { format!("{} (secret)", finding.path) } else { finding.path.clone() };
            checks.error(&path, finding.text());
        }
        report.warnings.iter().for_each(|finding| checks.warning(&finding.path, finding.text()));
    }
}
