//! `rules.managed` against the catalogue: what AWS Config would refuse.

use std::collections::BTreeMap;

use aws_compliance_catalog::{Catalog, Problem, Report, RuleRequest, Scope, check_available, check_rules};
use pulumi_component::Checks;
use pulumi_component::value::{PathStep, PropertyError};

use crate::inputs::bounds;
use crate::inputs::rules::{ManagedRuleArgs, RulesArgs};
use crate::inputs::scope::ScopeArgs;
use crate::plan::baseline::{BASELINE, BaselineRule, INSTANCE_TYPES_RULE};
use crate::plan::sensitive::{Eventual, shown};
use crate::plan::target::Target;
use crate::plan::values::{takes, text, with_defaults};

/// The entries of `rules.managed` that are rules of the baseline, by their place.
pub(super) type OfBaseline = BTreeMap<usize, &'static BaselineRule>;

/// Finds the entries that are rules of the baseline.
pub(super) fn of_baseline(rules: &RulesArgs) -> OfBaseline {
    let baseline = BASELINE.iter().filter(|_| rules.baseline && !rules.managed.is_empty());
    let given = |rule: &'static BaselineRule| {
        let parameters = with_defaults(rule.identifier, rules.baseline_parameters(rule));
        let is_it = |args: &ManagedRuleArgs| {
            args.identifier == rule.identifier && args.effective_scope().is_none() && takes(args, &parameters)
        };
        Some((rules.managed.iter().position(is_it)?, rule))
    };
    baseline.filter_map(given).collect()
}

/// The rules of the baseline that no entry of `managed` replaces.
pub(super) fn baseline_without<'a>(
    rules: &'a RulesArgs,
    given: &'a OfBaseline,
) -> impl Iterator<Item = &'static BaselineRule> + 'a {
    let left = |rule: &&BaselineRule| rules.baseline && given.values().all(|one| one.name != rule.name);
    BASELINE.iter().filter(left)
}

/// The name of an entry without the prefix.
pub(super) fn name(index: usize, args: &ManagedRuleArgs, given: &OfBaseline) -> String {
    let name = args.name.clone().or_else(|| given.get(&index).map(|rule| rule.name.to_owned()));
    name.unwrap_or_else(|| args.identifier.to_lowercase().replace('_', "-"))
}

/// What becomes of the entries that are of the baseline's identifiers.
pub(super) fn notes(rules: &RulesArgs, given: &OfBaseline) -> Vec<String> {
    let told = rules.managed.iter().enumerate().filter_map(|(index, args)| {
        let of_it = || BASELINE.iter().find(|rule| rules.baseline && rule.identifier == args.identifier);
        match given.get(&index) {
            Some(rule) => {
                let name = rule.name;
                Some(format!("`{name}` of the baseline is deployed once, as `rules.managed[{index}]` gives it"))
            }
            None => of_it().map(|rule| {
                let name = rule.name;
                let instead = match rule.identifier == INSTANCE_TYPES_RULE {
                    true => "; to approve other instance types, set `rules.approvedInstanceTypes` instead",
                    false => "",
                };
                format!(
                    "`rules.managed[{index}]` has other parameters or another scope than `{name}` of the baseline: \
                     both are evaluated and charged{instead}"
                )
            }),
        }
    });
    told.collect()
}

/// The entries as the catalogue judges them.
pub(super) fn requests(rules: &RulesArgs, given: &OfBaseline) -> Vec<RuleRequest> {
    let requests = rules.managed.iter().enumerate().map(|(index, args)| {
        let name = args.name.as_ref().filter(|name| bounds::rules::is_name(name)).cloned();
        let of_baseline = || given.get(&index).map(|rule| rule.name.to_owned());
        RuleRequest { name: name.or_else(of_baseline), ..args.request() }
    });
    requests.collect()
}

/// Checks the entries. A deployment without any does not read the catalogue.
pub(super) fn check(
    rules: &RulesArgs,
    (given, requests): (&OfBaseline, &[RuleRequest]),
    remedies: &BTreeMap<usize, Report>,
    checks: &mut Checks,
) {
    if rules.managed.is_empty() {
        return;
    }
    let taken: Vec<_> = baseline_without(rules, given).map(|rule| rule.name).collect();
    let Report { errors, warnings } = check_rules(requests, &[], &taken);
    let of = |index: usize| rules.managed.get(index).map(ManagedRuleArgs::eventual);
    for problem in errors.iter().filter(|problem| !compares_secrets(rules, problem)) {
        checks.add_error(shown(problem, of).under("managed"));
    }
    for problem in &warnings {
        checks.add_warning(shown(problem, of).under("managed"));
    }
    let mut index = 0;
    checks.each("managed", &rules.managed, |checks, rule| {
        rule.check_texts(checks);
        if let (Some(remediation), Some(report)) = (&rule.remediation, remedies.get(&index)) {
            checks.under("remediation", |checks| remediation.check(report, checks));
        }
        index += 1;
    });
}

/// The rules that a region does not offer: those that the deployment must not have, and those that are odd.
pub(super) fn unavailable(requests: &[RuleRequest], target: &Target) -> (Vec<PropertyError>, Vec<PropertyError>) {
    let Some(region) = target.region.as_deref().filter(|_| !requests.is_empty()) else { return Default::default() };
    let Report { errors, warnings } = check_available(requests, &[region]);
    let problem = |found: Problem| PropertyError::new(&found.path, found.text()).under(["rules", "managed"]);
    (errors.into_iter().map(problem).collect(), warnings.into_iter().map(problem).collect())
}

/// Whether a problem says that two rules are the same, and one of them has secrets: that would tell what they are.
fn compares_secrets(rules: &RulesArgs, problem: &Problem) -> bool {
    let [PathStep::Index(index)] = problem.path.steps() else { return false };
    let Some(rule) = rules.managed.get(*index) else { return false };
    let mut others = rules.managed.iter().filter(|other| other.identifier == rule.identifier);
    others.any(|other| other.eventual().has_secret(&[]))
}

impl ManagedRuleArgs {
    /// Lengths of what the catalogue knows nothing of.
    fn check_texts(&self, checks: &mut Checks) {
        if let Some(name) = &self.name {
            checks.plain("name", name.as_str(), bounds::rules::name);
        }
        if let Some(description) = &self.description {
            checks.input("description", description, |text| bounds::rules::description(text));
        }
        if let Some(scope) = &self.scope {
            // The catalogue holds types against those that the rule evaluates, where they are known.
            let known = Catalog::get().rule(&self.identifier).is_some_and(|rule| !rule.types.is_empty());
            checks.under("scope", |checks| {
                scope.check_texts(checks);
                if !known {
                    scope.check_types(checks);
                }
            });
        }
    }

    /// What of it may be secret.
    fn eventual(&self) -> Eventual<'_> {
        Eventual { parameters: &self.parameters, frequency: self.frequency.as_ref(), scope: self.scope.as_ref() }
    }

    /// With the parameters that are sent, so that the same rule is found whether it is given its defaults or not.
    fn request(&self) -> RuleRequest {
        let parameters = with_defaults(&self.identifier, self.parameters.clone());
        RuleRequest {
            identifier: self.identifier.clone(),
            name: None,
            parameters: parameters.into_iter().map(|(name, value)| (name, text(&value))).collect(),
            frequency: self.frequency.as_ref().and_then(text),
            scope: self.effective_scope().map(ScopeArgs::request),
            unchecked: self.unchecked,
            on_unavailable: self.on_unavailable,
        }
    }
}

impl ScopeArgs {
    /// As the catalogue judges it.
    pub(super) fn request(&self) -> Scope {
        Scope {
            resource_types: self.resource_types.iter().flatten().map(text).collect(),
            // What is not known yet is given nevertheless.
            resource_id: self.resource_id.as_ref().map(|id| text(id).unwrap_or_default()),
            tag_key: self.tag_key.as_ref().map(|key| text(key).unwrap_or_default()),
            tag_value: self.tag_value.as_ref().map(|value| text(value).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// They are checked with what is given.
    #[test]
    fn needed_defaults_are_valid() {
        let all = Catalog::get().rules.keys();
        let requests = all.map(|identifier| ManagedRuleArgs::of(identifier, BTreeMap::new()).request());
        let requests: Vec<_> = requests.collect();
        let Report { errors, warnings } = check_rules(&requests, &[], &[]);
        let given = |problem: &&Problem| match problem.path.steps() {
            [PathStep::Index(index), PathStep::Member(_), PathStep::Member(name)] => {
                requests[*index].parameters.contains_key(name)
            }
            _ => false,
        };
        assert_eq!(errors.iter().chain(&warnings).filter(given).collect::<Vec<_>>(), Vec::<&Problem>::new());
        for rule in BASELINE {
            let known = Catalog::get().rule(rule.identifier).expect("it is a managed rule");
            assert_eq!(known.needed_defaults().count(), 0, "{}", rule.identifier);
        }
    }
}
