//! What remediation does about the findings of each rule that is deployed.

use std::collections::BTreeMap;

use compliance_types::choices::RemediationMode;
use functions_core::remediation::action::Action;
use functions_core::remediation::settings::{RuleSettings, Settings};
use pulumi_component::Input;

use crate::inputs::custom_rule::CustomRuleArgs;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::remediation_settings::RemediationArgs;
use crate::plan::rule::RulePlan;
use crate::plan::values::known;

/// The identifier of each rule, by its name without the prefix.
pub(super) fn identifiers(rules: &[RulePlan], custom: &[CustomRuleArgs]) -> BTreeMap<String, String> {
    let managed = rules.iter().map(|rule| (rule.name.clone(), rule.args.identifier.clone()));
    // A custom rule has no identifier, and an action where its settings name one.
    managed.chain(custom.iter().map(|rule| (rule.name.clone(), format!("the custom rule {}", rule.name)))).collect()
}

/// The settings of the rules that have an action and a mode; none where no rule has.
pub(super) fn settings(
    args: &RemediationArgs,
    rules: &[RulePlan],
    custom: &[CustomRuleArgs],
    prefix: &NamePrefix,
) -> Option<Settings> {
    let none = BTreeMap::new();
    let managed = rules.iter().map(|rule| (&rule.name, rule.args.identifier.as_str(), &rule.args.parameters));
    let all = managed.chain(custom.iter().map(|rule| (&rule.name, "", &none)));
    let of_rule = |(name, identifier, parameters): (&String, &str, &BTreeMap<String, Input<String>>)| {
        let (mode, action) = (args.mode_of(name), args.action_of(name, identifier)?);
        if mode == RemediationMode::Off {
            return None;
        }
        let given = args.rules.get(name).map(|rule| rule.parameters.clone()).unwrap_or_default();
        let settings = RuleSettings {
            action: action.id().to_owned(),
            mode,
            opt_in_tag: args.opt_in_tag_of(name).filter(|_| mode == RemediationMode::Automatic).cloned(),
            parameters: of_action(action, parameters, given),
        };
        Some((prefix.rule(name), settings))
    };
    let rules: BTreeMap<String, RuleSettings> = all.filter_map(of_rule).collect();
    (!rules.is_empty()).then(|| Settings {
        approval_hours: args.approval_hours(),
        four_eyes: args.four_eyes,
        limits: args.limits(),
        opt_out_tag: args.opt_out_tag().to_owned(),
        rules,
        trust_session_names: args.trust_session_names,
        verification_hours: args.verification_hours(),
        windows: args.windows.clone(),
    })
}

/// The parameters of an action: those that are given, and else those that the rule has, where the action takes them.
fn of_action(
    action: &dyn Action,
    of_rule: &BTreeMap<String, Input<String>>,
    given: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let taken = action.parameters().iter().filter_map(|parameter| {
        let value = known(of_rule.get(parameter.of_rule)?)?;
        (parameter.check)(&value).ok()?;
        Some((parameter.name.to_owned(), value))
    });
    taken.chain(given).collect()
}
