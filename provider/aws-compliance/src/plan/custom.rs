//! Rules of the user's own: what is wrong with them, and how the functions and the account scan know them.

use account_look::PlannedRule;
use aws_compliance_catalog::{RuleRequest, check_custom};
use functions_core::configuration::RuleEntry;
use pulumi_component::value::{PathStep, PropertyError, PropertyPath};
use pulumi_component::{Checks, InvalidValue};

use crate::inputs::bounds;
use crate::inputs::custom_rule::{CustomRuleArgs, RuleFunctionArgs};
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::scope::ScopeArgs;
use crate::plan::sensitive::{Eventual, shown};
use crate::plan::target::Target;
use crate::plan::values::{is_secret, known, text};

impl RuleFunctionArgs {
    /// Whether AWS Config can be allowed to invoke what the ARN names: Lambda has permissions of a function, a version and an
    /// alias, and none of `$LATEST` (Lambda API Reference, "AddPermission", `Qualifier`).
    fn check_grant(&self, arn: &str) -> Result<(), InvalidValue> {
        match bounds::lambda_function(arn) {
            Some(function) if self.grant_invoke && function.qualifier == Some("$LATEST") => {
                let reason = "Lambda takes no permission for `$LATEST`; the function without a qualifier is the same";
                Err(InvalidValue::new(reason).nearest(function.unqualified))
            }
            _ => Ok(()),
        }
    }
}

impl CustomRuleArgs {
    /// Who evaluates it, as AWS Config names it.
    pub fn owner(&self) -> &'static str {
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
            change_triggered: self.triggers.reacts_to_changes(),
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
                checks.at_input(["triggers", "frequency"], frequency, Err(InvalidValue::new(reason)));
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
        if self.triggers.reacts_to_changes() && self.effective_scope().is_none() {
            checks.warning("scope", "without a scope, each change of any recorded resource is evaluated and charged");
        }
    }

    /// What is wrong with the function where this is deployed to; nothing while it is unknown.
    fn elsewhere(&self, index: usize, target: &Target) -> Option<PropertyError> {
        let function = self.function.as_ref()?;
        let (arn, secret) = (text(&function.arn)?, is_secret(&function.arn));
        let (region, account) = bounds::region_and_account(&arn)?;
        let path = |member: &str| PropertyPath::from(["rules", "custom"]).index(index).join(["function", member]);
        match (target.region.as_deref(), target.account_id.as_deref()) {
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
}

/// Checks the rules beside those of other names, at `custom`.
pub(super) fn check(rules: &[CustomRuleArgs], taken: &[&str], checks: &mut Checks) {
    if rules.is_empty() {
        return;
    }
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

/// What is wrong with the functions of rules where this is deployed to.
pub(super) fn elsewhere(rules: &[CustomRuleArgs], target: &Target) -> Vec<PropertyError> {
    rules.iter().enumerate().filter_map(|(index, rule)| rule.elsewhere(index, target)).collect()
}
