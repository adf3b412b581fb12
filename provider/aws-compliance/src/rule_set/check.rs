//! Rules against the catalogue: what AWS Config would refuse, told before it is asked.

use std::collections::BTreeMap;

use aws_compliance_catalog::{
    Catalog, Finding, Report, RuleRequest, Scope, UnavailableIn, check_available, check_rules,
};
use pulumi_component::{Checks, Context, Input, PropertyError};

use super::framework::{self, FrameworkArgs};
use super::{BASELINE, ManagedRuleArgs, OnUnavailable, RulesArgs, ScopeArgs};
use super::{custom, pack};
use crate::bounds;
use crate::facts::AccountFacts;
use crate::names::NamePrefix;

impl RulesArgs {
    /// Everything that the catalogue knows of rules and frameworks without a region: identifiers, names, parameters,
    /// frequencies, scopes. Paths are `rules` and `frameworks`.
    pub fn check(&self, frameworks: &[FrameworkArgs], prefix: &NamePrefix, checks: &mut Checks) {
        checks.under("rules", |checks| {
            self.check_managed(checks);
            self.check_custom(frameworks, checks);
        });
        framework::check(self, frameworks, checks);
        pack::check(frameworks, prefix, checks);
    }

    fn check_custom(&self, frameworks: &[FrameworkArgs], checks: &mut Checks) {
        if self.custom.is_empty() {
            return;
        }
        let rules = self.rules(frameworks);
        let taken: Vec<_> = rules.iter().map(|rule| rule.name.as_str()).collect();
        custom::check(&self.custom, &taken, checks);
    }

    /// What the frameworks come to, a sentence each: for a preview.
    pub fn notes(&self, frameworks: &[FrameworkArgs], regions: &[&str]) -> Vec<String> {
        framework::notes(self, frameworks, regions)
    }

    /// Says it at preview.
    pub fn tell(&self, frameworks: &[FrameworkArgs], context: &Context, region: Option<&str>) {
        // Wrong frameworks are told as errors.
        let mut checks = Checks::default();
        framework::check(self, frameworks, &mut checks);
        if context.is_preview() && checks.errors().is_empty() {
            let regions: Vec<_> = region.into_iter().collect();
            self.notes(frameworks, &regions).into_iter().for_each(|note| context.info(note));
        }
    }

    /// A deployment without further rules does not read the catalogue.
    fn check_managed(&self, checks: &mut Checks) {
        if self.managed.is_empty() {
            return;
        }
        let taken: Vec<_> = BASELINE.iter().filter(|_| self.baseline).map(|rule| rule.name).collect();
        let Report { errors, warnings } = check_rules(&self.requests(), &[], &taken);
        let place = |finding: &Finding| {
            let of = |index: usize| self.managed.get(index).map(|rule| &rule.parameters);
            format!("managed{}", concealed(&finding.path, of))
        };
        errors.iter().for_each(|finding| checks.error(&place(finding), told(finding)));
        warnings.iter().for_each(|finding| checks.warning(&place(finding), told(finding)));
        checks.each("managed", &self.managed, |checks, rule| {
            rule.check_texts(checks);
            if let Some(remediation) = &rule.remediation {
                checks.under("remediation", |checks| remediation.check(rule, checks));
            }
        });
    }

    /// What is wrong with these rules where they are deployed to: rules that the region does not offer, functions of
    /// another region or account. And what is odd.
    pub fn misplaced(&self, facts: &AccountFacts) -> (Vec<PropertyError>, Vec<PropertyError>) {
        let (mut errors, warnings) = self.unavailable(facts.known_region());
        errors.extend(custom::elsewhere(&self.custom, facts));
        (errors, warnings)
    }

    /// The rules that a region does not offer: those that the deployment must not have, and those that are odd.
    pub fn unavailable(&self, region: Option<&str>) -> (Vec<PropertyError>, Vec<PropertyError>) {
        let Some(region) = region.filter(|_| !self.managed.is_empty()) else { return Default::default() };
        let Report { errors, warnings } = check_available(&self.requests(), &[region]);
        let problem = |finding: Finding| PropertyError::new(format!("rules.managed{}", finding.path), told(&finding));
        (errors.into_iter().map(problem).collect(), warnings.into_iter().map(problem).collect())
    }

    fn requests(&self) -> Vec<RuleRequest> {
        self.managed.iter().map(ManagedRuleArgs::request).collect()
    }
}

impl ManagedRuleArgs {
    /// Lengths of what the catalogue knows nothing of.
    fn check_texts(&self, checks: &mut Checks) {
        if let Some(description) = &self.description {
            checks.input("description", description, |text| bounds::rules::description(text));
        }
        if let Some(scope) = &self.scope {
            checks.under("scope", |checks| scope.check_texts(checks));
        }
    }

    /// Whether the rule is left out in this region, as the user wants it.
    pub(super) fn is_left_out(&self, region: Option<&str>) -> bool {
        let offered = || Catalog::get().rule(&self.identifier).and_then(|rule| Catalog::get().offers(rule, region?));
        self.on_unavailable == OnUnavailable::Skip && offered() == Some(false)
    }

    fn request(&self) -> RuleRequest {
        RuleRequest {
            identifier: self.identifier.clone(),
            name: self.name.clone(),
            parameters: self.parameters.iter().map(|(name, value)| (name.clone(), known(value))).collect(),
            frequency: self.frequency.as_ref().and_then(known),
            scope: self.scope.as_ref().map(ScopeArgs::request),
            unchecked: self.unchecked,
            on_unavailable: match self.on_unavailable {
                OnUnavailable::Fail => UnavailableIn::Fail,
                OnUnavailable::Skip => UnavailableIn::Skip,
                OnUnavailable::Ignore => UnavailableIn::Ignore,
            },
        }
    }
}

impl ScopeArgs {
    fn check_texts(&self, checks: &mut Checks) {
        let count = self.resource_types.as_ref().map_or(0, Vec::len);
        if count > bounds::rules::SCOPE_TYPES {
            let most = bounds::rules::SCOPE_TYPES;
            checks.error("resourceTypes", format!("expected at most {most} resource types, got {count}"));
        }
        if let Some(id) = &self.resource_id {
            checks.input("resourceId", id, |text| bounds::rules::resource_id(text));
        }
        if let Some(key) = &self.tag_key {
            checks.input("tagKey", key, |text| bounds::rules::tag_key(text));
        }
        if let Some(value) = &self.tag_value {
            checks.input("tagValue", value, |text| bounds::rules::tag_value(text));
        }
    }

    pub(super) fn request(&self) -> Scope {
        Scope {
            resource_types: self.resource_types.iter().flatten().map(known).collect(),
            // What is not known yet is there nevertheless.
            resource_id: self.resource_id.as_ref().map(|id| known(id).unwrap_or_default()),
            tag_key: self.tag_key.as_ref().map(|key| known(key).unwrap_or_default()),
            tag_value: self.tag_value.as_ref().map(|value| known(value).unwrap_or_default()),
        }
    }
}

/// The path of a finding in a list of rules, in a form that does not lead to a secret: the engine prints what stands
/// there. `of` gives a rule's parameters.
pub(super) fn concealed<'a>(path: &str, of: impl Fn(usize) -> Option<&'a BTreeMap<String, Input<String>>>) -> String {
    let rest = path.strip_prefix('[').and_then(|rest| rest.split_once("].parameters"));
    let secret = rest.and_then(|(index, name)| {
        let parameters = of(index.parse().ok()?)?;
        Some(match name.strip_prefix('.') {
            Some(name) => parameters.get(name).is_some_and(is_secret),
            None => parameters.values().any(is_secret),
        })
    });
    if secret == Some(true) { format!("{path} (secret)") } else { path.to_owned() }
}

/// Whether a value must not be shown.
pub(super) fn is_secret(input: &Input<String>) -> bool {
    input.given().is_some_and(|given| given.secret)
}

/// A value that is known and may be told: the engine prints what stands at the path of an error.
pub(super) fn known(input: &Input<String>) -> Option<String> {
    input.given().filter(|given| !given.secret)?.value.clone()
}

pub(super) fn told(finding: &Finding) -> String {
    finding.text()
}
