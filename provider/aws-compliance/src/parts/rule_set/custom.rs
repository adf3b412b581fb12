//! Rules of the user's own: policies written in Guard, and functions.

use std::collections::BTreeMap;

use account_look::PlannedRule;
use aws_compliance_catalog::{RuleRequest, check_custom};
use aws_resources::{cfg, lambda};
use compliance_types::severity::Severity;
use functions_core::configuration::RuleEntry;
use pulumi_component::{Checks, Input, PathStep, PropertyError, PropertyPath, Scope, Wrong};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{Eventual, is_secret, known, shown, text};
use super::{RuleSetArgs, ScopeArgs, parameters, rule_scope};
use crate::account::facts::AccountFacts;
use crate::inputs::bounds;
use crate::inputs::tags;
use crate::plan::names::NamePrefix;

/// What starts a rule when a recorded resource changes; the second comes where the change is too large for the first
/// (AWS Config API Reference, `SourceDetail`).
const CHANGES: [&str; 2] = ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"];
/// What starts a rule at an interval.
const SCHEDULE: &str = "ScheduledNotification";

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
    /// Which resources the rule looks at. Without one it is evaluated, and paid for, at each change of anything recorded.
    pub scope: Option<ScopeArgs>,
    /// Parameters of the rule by name.
    #[serde(default)]
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

impl RuleFunctionArgs {
    /// Whether AWS Config can be allowed to invoke what the ARN names: Lambda has permissions of a function, a version and an
    /// alias, and none of `$LATEST` (Lambda API Reference, "AddPermission", `Qualifier`).
    fn check_grant(&self, arn: &str) -> Result<(), Wrong> {
        match bounds::lambda_function(arn) {
            Some(function) if self.grant_invoke && function.qualifier == Some("$LATEST") => {
                let reason = "Lambda takes no permission for `$LATEST`; the function without a qualifier is the same";
                Err(Wrong::new(reason).nearest(function.unqualified))
            }
            _ => Ok(()),
        }
    }

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
    pub frequency: Option<Input<String>>,
}

impl TriggersArgs {
    fn on_change(&self) -> bool {
        self.on_change.unwrap_or(self.frequency.is_none())
    }
}

impl CustomRuleArgs {
    fn owner(&self) -> &'static str {
        if self.guard.is_some() { "CUSTOM_POLICY" } else { "CUSTOM_LAMBDA" }
    }

    /// As the functions know it.
    pub(super) fn entry(&self, prefix: &NamePrefix) -> RuleEntry {
        RuleEntry {
            identifier: self.owner().to_owned(),
            name: prefix.rule(&self.name),
            severity: self.severity.unwrap_or_default(),
            ..RuleEntry::default()
        }
    }

    /// As the look at the account is told of it.
    pub(super) fn planned(&self, index: usize, prefix: &NamePrefix) -> PlannedRule {
        let types = self.scope.iter().flat_map(|scope| scope.resource_types.iter().flatten());
        PlannedRule {
            path: PropertyPath::from(["rules", "custom"]).index(index).member("name"),
            name: prefix.rule(&self.name),
            identifier: self.owner().to_owned(),
            resource_types: types.filter_map(known).collect(),
            change_triggered: self.triggers.on_change(),
            pack: None,
        }
    }

    /// What the catalogue's judgement of any rule needs.
    fn request(&self) -> RuleRequest {
        RuleRequest {
            name: Some(self.name.clone()).filter(|name| bounds::rules::is_name(name)),
            parameters: self.parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
            frequency: self.triggers.frequency.as_ref().and_then(text),
            scope: self.effective_scope().map(ScopeArgs::request),
            ..RuleRequest::default()
        }
    }

    /// The scope, where it leaves anything out: AWS Config has no scope that does not.
    fn effective_scope(&self) -> Option<&ScopeArgs> {
        self.scope.as_ref().filter(|scope| !scope.is_empty())
    }

    /// What of it may be secret, as the catalogue's judgement names it.
    fn eventual(&self) -> Eventual<'_> {
        Eventual {
            parameters: &self.parameters,
            frequency: self.triggers.frequency.as_ref(),
            scope: self.scope.as_ref(),
        }
    }

    fn check(&self, checks: &mut Checks) {
        checks.plain("name", self.name.as_str(), bounds::rules::name);
        if let Some(text) = &self.description {
            checks.input("description", text, |text| bounds::rules::description(text));
        }
        match (&self.guard, &self.function) {
            (Some(_), Some(_)) => checks.error("function", "expected a policy in `guard` or a function, not both"),
            (None, None) => checks.error("guard", "expected a policy in `guard`, or a `function`"),
            _ => {}
        }
        if let Some(guard) = &self.guard {
            checks.input(["guard", "policy"], &guard.policy, |text| bounds::guard::policy(text));
            checks.input(["guard", "runtime"], &guard.runtime, |runtime| bounds::guard::runtime(runtime));
            if let Some(frequency) = &self.triggers.frequency {
                let reason = "a policy in Guard is evaluated when a resource changes and takes no frequency; remove it";
                checks.at_input(["triggers", "frequency"], frequency, Err(Wrong::new(reason)));
            }
        }
        if let Some(function) = &self.function {
            checks.input(["function", "arn"], &function.arn, |arn| {
                bounds::function_arn(arn)?;
                function.check_grant(arn)
            });
        }
        if let Some(scope) = self.effective_scope() {
            checks.under("scope", |checks| {
                scope.check_texts(checks);
                scope.check_types(checks);
            });
        }
        if self.triggers.on_change == Some(false) && (self.guard.is_some() || self.triggers.frequency.is_none()) {
            checks.error(["triggers", "onChange"], "the rule would never be evaluated");
        }
        if self.triggers.on_change() && self.effective_scope().is_none() {
            checks.warning("scope", "without one, each change of anything recorded is evaluated and paid for");
        }
    }

    /// What is wrong with the function where this is deployed to; nothing while it is unknown.
    fn elsewhere(&self, index: usize, region_here: Option<&str>, account_here: Option<&str>) -> Option<PropertyError> {
        let function = self.function.as_ref()?;
        let (arn, secret) = (text(&function.arn)?, is_secret(&function.arn));
        let (region, account) = bounds::region_and_account(&arn)?;
        let path = |member: &str| PropertyPath::from(["rules", "custom"]).index(index).join(["function", member]);
        match (region_here, account_here) {
            (Some(here), _) if here != region => {
                let reason =
                    format!("expected a function of {here}, where this is deployed: AWS Config invokes no other");
                Some(PropertyError::new(path("arn"), reason).sensitive_if(secret))
            }
            (_, Some(here)) if here != account && function.grant_invoke => {
                let account = if secret { "another account" } else { &format!("account {account}") };
                let reason = format!(
                    "the function is one of {account}, and only that account can allow AWS Config to invoke it; \
                     false says that it does"
                );
                Some(PropertyError::new(path("grantInvoke"), reason))
            }
            _ => None,
        }
    }

    fn source(&self) -> cfg::RuleSource {
        let details = CHANGES.iter().filter(|_| self.triggers.on_change()).map(|kind| detail(kind));
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

/// Judges the rules beside those of other names, at `custom`.
pub(super) fn check(rules: &[CustomRuleArgs], taken: &[&str], checks: &mut Checks) {
    checks.each("custom", rules, |checks, rule| rule.check(checks));
    let requests: Vec<_> = rules.iter().map(CustomRuleArgs::request).collect();
    for problem in check_custom(&requests, taken).errors {
        let mut error = shown(&problem, |index| rules.get(index).map(CustomRuleArgs::eventual));
        // The catalogue's rules have a frequency, these have triggers.
        if let [PathStep::Index(index), PathStep::Member(name)] = error.path.steps()
            && name == "frequency"
        {
            error.path = PropertyPath::from(*index).join(["triggers", "frequency"]);
        }
        checks.add_error(error.under("custom"));
    }
}

/// What is wrong with functions where this is deployed to.
pub(super) fn elsewhere(rules: &[CustomRuleArgs], region: Option<&str>, account: Option<&str>) -> Vec<PropertyError> {
    rules.iter().enumerate().filter_map(|(index, rule)| rule.elsewhere(index, region, account)).collect()
}

/// Describes the rules, each after what lets AWS Config invoke its function.
pub(super) fn describe(scope: &Scope, args: &RuleSetArgs, facts: &AccountFacts) -> Vec<cfg::Rule> {
    let rules = args.rules.custom.iter().map(|rule| {
        let mut options = facts.after_recorder();
        if let Some(function) = rule.function.as_ref().filter(|function| function.grant_invoke) {
            let (unqualified, qualifier) = function.parts();
            let required = lambda::permission::Required {
                action: "lambda:InvokeFunction".into(),
                function: unqualified,
                principal: "config.amazonaws.com".into(),
            };
            let permission = lambda::Permission::child(scope, &format!("{}-permission", rule.name), required)
                .set_qualifier(qualifier)
                .source_account(facts.account_id())
                .register();
            // AWS Config refuses a rule whose function it may not invoke.
            options = options.and_depends_on(&permission);
        }
        cfg::Rule::child(scope, &rule.name, cfg::rule::Required { source: rule.source().into() })
            .name(args.name_prefix.rule(&rule.name))
            .set_description(rule.description.clone())
            .set_input_parameters(parameters(rule.parameters.clone()))
            .set_scope(rule.effective_scope().cloned().map(|scope| rule_scope(scope).into()))
            .tags(tags::owned(&args.tags, facts))
            .options(options)
            .register()
    });
    rules.collect()
}
