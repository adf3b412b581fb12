//! Managed rules.

use aws_resources::cfg;
use pulumi_component::Scope;

use crate::account::facts::AccountFacts;
use crate::parts::rule_set::args::RuleSetArgs;
use crate::parts::rule_set::values::{parameters, rule_scope};
use crate::parts::tags;
use crate::plan::rule::RulePlan;
use crate::plan::values::with_defaults;

/// Describes a managed rule.
pub(super) fn describe(scope: &Scope, rule: &RulePlan, args: &RuleSetArgs, facts: &AccountFacts) -> cfg::Rule {
    let given = &rule.args;
    let source = cfg::RuleSource::new("AWS").source_identifier(&given.identifier);
    cfg::Rule::child(scope, &rule.name, source)
        .name(args.name_prefix.rule(&rule.name))
        .set_description(given.description.clone())
        .set_input_parameters(parameters(with_defaults(&given.identifier, given.parameters.clone())))
        .set_maximum_execution_frequency(given.frequency.clone())
        .set_scope(given.effective_scope().cloned().map(|scope| rule_scope(scope).into()))
        .tags(tags::owned(&args.tags, facts))
        .set_region(facts.other_region())
        .options(facts.after_recorder())
        .register()
}
