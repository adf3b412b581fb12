//! Rules of the user's own: policies written in Guard, and functions.

use aws_resources::{cfg, lambda};
use pulumi_component::{Input, Scope};

use crate::account::facts::AccountFacts;
use crate::inputs::bounds;
use crate::inputs::custom_rule::{CustomRuleArgs, RuleFunctionArgs};
use crate::parts::rule_set::args::RuleSetArgs;
use crate::parts::rule_set::values::{parameters, rule_scope};
use crate::parts::tags;
use crate::plan::values::text;

/// What starts a rule when a recorded resource changes; the second comes where the change is too large for the first
/// (AWS Config API Reference, `SourceDetail`).
const CHANGES: [&str; 2] = ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"];
/// What starts a rule at an interval.
const SCHEDULE: &str = "ScheduledNotification";

impl RuleFunctionArgs {
    /// The ARN without version or alias, and the version or alias: the provider reads both apart, and makes the permission
    /// anew where they were given as one.
    fn parts(&self) -> (Input<String>, Option<Input<String>>) {
        let unqualified = |arn: String| {
            bounds::lambda_function(&arn).map_or_else(|| arn.clone(), |function| function.unqualified.to_owned())
        };
        let qualifier = |arn: String| {
            bounds::lambda_function(&arn).and_then(|function| function.qualifier).unwrap_or_default().to_owned()
        };
        let is_qualified = text(&self.arn)
            .is_some_and(|arn| bounds::lambda_function(&arn).is_some_and(|function| function.qualifier.is_some()));
        let arn = self.arn.output();
        (arn.map(unqualified).into(), is_qualified.then(|| arn.map(qualifier).into()))
    }
}

impl CustomRuleArgs {
    fn source(&self) -> cfg::RuleSource {
        let details = CHANGES.iter().filter(|_| self.triggers.reacts_to_changes()).map(|kind| detail(kind));
        let periodic = self.triggers.frequency.as_ref();
        let periodic = periodic.map(|frequency| detail(SCHEDULE).maximum_execution_frequency(frequency));
        let details: Vec<Input<_>> = details.chain(periodic).map(Input::from).collect();
        let source = cfg::RuleSource::new(self.owner()).source_details(details);
        match (&self.guard, &self.function) {
            (Some(guard), _) => source.custom_policy_details(
                cfg::RuleSourceCustomPolicyDetails::new(&guard.runtime, &guard.policy)
                    .enable_debug_log_delivery(guard.enable_debug_log),
            ),
            (None, Some(function)) => source.source_identifier(&function.arn),
            (None, None) => source,
        }
    }
}

fn detail(message_type: &str) -> cfg::RuleSourceSourceDetail {
    cfg::RuleSourceSourceDetail::new().event_source("aws.config").message_type(message_type)
}

/// Describes the rules, each after what lets AWS Config invoke its function.
pub(super) fn describe(
    scope: &Scope,
    rules: &[CustomRuleArgs],
    args: &RuleSetArgs,
    facts: &AccountFacts,
) -> Vec<cfg::Rule> {
    let rules = rules.iter().map(|rule| {
        let mut options = facts.after_recorder();
        if let Some(function) = rule.function.as_ref().filter(|function| function.grant_invoke) {
            let (unqualified, qualifier) = function.parts();
            let permission = lambda::Permission::child(
                scope,
                &format!("{}-permission", rule.name),
                "lambda:InvokeFunction",
                unqualified,
                "config.amazonaws.com",
            )
            .set_qualifier(qualifier)
            .source_account(facts.account_id())
            .set_region(facts.other_region())
            .register();
            // AWS Config refuses a rule whose function it may not invoke.
            options = options.and_depends_on(&permission);
        }
        cfg::Rule::child(scope, &rule.name, rule.source())
            .name(args.name_prefix.rule(&rule.name))
            .set_description(rule.description.clone())
            .set_input_parameters(parameters(rule.parameters.clone()))
            .set_scope(rule.effective_scope().cloned().map(|scope| rule_scope(scope).into()))
            .tags(tags::owned(&args.tags, facts))
            .set_region(facts.other_region())
            .options(options)
            .register()
    });
    rules.collect()
}
