//! Rules against the catalogue: what AWS Config would refuse, told before it is asked.

use std::collections::BTreeMap;

use aws_compliance_catalog::{
    Catalog, Problem, Report, RuleRequest, Scope, UnavailableIn, check_available, check_rules,
};
use pulumi_component::{Checks, Context, Input, PathStep, PropertyError, PropertyPath};

use super::framework::{self, FrameworkArgs};
use super::{BASELINE, ManagedRuleArgs, OnUnavailable, RulesArgs, ScopeArgs, whole};
use super::{custom, pack};
use crate::account::facts::AccountFacts;
use crate::inputs::bounds;
use crate::plan::names::NamePrefix;

impl RulesArgs {
    /// Everything that the catalogue knows of rules and frameworks without a region: identifiers, names, parameters,
    /// frequencies, scopes. Paths are `rules` and `frameworks`.
    pub fn check(&self, frameworks: &[FrameworkArgs], prefix: &NamePrefix, checks: &mut Checks) {
        checks.under("rules", |checks| {
            self.check_approved(checks);
            self.check_managed(checks);
            self.check_custom(frameworks, checks);
        });
        framework::check(self, frameworks, checks);
        pack::check(frameworks, prefix, checks);
    }

    fn check_approved(&self, checks: &mut Checks) {
        if self.approved_instance_types.is_empty() {
            let reason = "expected at least one; to leave the rule out, set `baseline` to false";
            checks.error("approvedInstanceTypes", reason);
        }
        checks.each("approvedInstanceTypes", &self.approved_instance_types, |checks, kind| {
            checks.plain("", kind.as_str(), bounds::rules::instance_type);
        });
    }

    fn check_custom(&self, frameworks: &[FrameworkArgs], checks: &mut Checks) {
        if self.custom.is_empty() {
            return;
        }
        let rules = self.rules(frameworks);
        let taken: Vec<_> = rules.iter().map(|rule| rule.name.as_str()).collect();
        custom::check(&self.custom, &taken, checks);
    }

    /// What baseline, rules and frameworks come to, a sentence each: for a preview.
    pub fn notes(&self, frameworks: &[FrameworkArgs], regions: &[&str]) -> Vec<String> {
        let mut notes = self.beside_baseline();
        notes.extend(framework::notes(self, frameworks, regions));
        notes
    }

    /// What becomes of the entries of `managed` that are of the baseline's identifiers.
    fn beside_baseline(&self) -> Vec<String> {
        let given = self.of_baseline();
        let told = self.managed.iter().enumerate().filter_map(|(index, args)| {
            let of_it = || BASELINE.iter().find(|rule| self.baseline && rule.identifier == args.identifier);
            match given.get(&index) {
                Some(rule) => {
                    let name = rule.name;
                    Some(format!("`{name}` of the baseline is deployed once, as `rules.managed[{index}]` gives it"))
                }
                None => of_it().map(|rule| {
                    let name = rule.name;
                    format!(
                        "`rules.managed[{index}]` has other parameters or another scope than `{name}` of the baseline: \
                         both are evaluated and paid for"
                    )
                }),
            }
        });
        told.collect()
    }

    /// Says it at preview.
    pub fn tell(&self, frameworks: &[FrameworkArgs], context: &Context, region: Option<&str>) {
        // What is wrong is told as an error.
        let mut checks = Checks::default();
        self.check_managed(&mut checks);
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
        let taken: Vec<_> = self.baseline_without(&self.of_baseline()).map(|rule| rule.name).collect();
        let Report { errors, warnings } = check_rules(&self.requests(), &[], &taken);
        let of = |index: usize| self.managed.get(index).map(ManagedRuleArgs::eventual);
        for problem in errors.iter().filter(|problem| !self.compares_secrets(problem)) {
            checks.add_error(shown(problem, of).under("managed"));
        }
        for problem in &warnings {
            checks.add_warning(shown(problem, of).under("managed"));
        }
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
        errors.extend(custom::elsewhere(&self.custom, facts.known_region(), facts.known_account_id()));
        (errors, warnings)
    }

    /// The functions of custom rules that AWS Config cannot invoke from a region.
    pub fn functions_elsewhere(&self, region: &str) -> Vec<PropertyError> {
        custom::elsewhere(&self.custom, Some(region), None)
    }

    /// The rules that a region does not offer: those that the deployment must not have, and those that are odd.
    pub fn unavailable(&self, region: Option<&str>) -> (Vec<PropertyError>, Vec<PropertyError>) {
        let Some(region) = region.filter(|_| !self.managed.is_empty()) else { return Default::default() };
        let Report { errors, warnings } = check_available(&self.requests(), &[region]);
        let problem = |found: Problem| PropertyError::new(&found.path, found.text()).under(["rules", "managed"]);
        (errors.into_iter().map(problem).collect(), warnings.into_iter().map(problem).collect())
    }

    fn requests(&self) -> Vec<RuleRequest> {
        let given = self.of_baseline();
        let requests = self.managed.iter().enumerate().map(|(index, args)| {
            let name = args.name.as_ref().filter(|name| bounds::rules::is_name(name)).cloned();
            let of_baseline = || given.get(&index).map(|rule| rule.name.to_owned());
            RuleRequest { name: name.or_else(of_baseline), ..args.request() }
        });
        requests.collect()
    }

    /// Whether a problem says that two rules are the same, and one of them has secrets: that would tell what they are.
    fn compares_secrets(&self, problem: &Problem) -> bool {
        let [PathStep::Index(index)] = problem.path.steps() else { return false };
        let Some(rule) = self.managed.get(*index) else { return false };
        let others = self.managed.iter().filter(|other| other.identifier == rule.identifier);
        others.into_iter().any(|other| other.eventual().has_secret(&[]))
    }
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

    /// Whether the rule is left out in this region, as the user wants it.
    pub(super) fn is_left_out(&self, region: Option<&str>) -> bool {
        let offered = || Catalog::get().rule(&self.identifier).and_then(|rule| Catalog::get().offers(rule, region?));
        self.on_unavailable == OnUnavailable::Skip && offered() == Some(false)
    }

    /// What of it may be secret.
    fn eventual(&self) -> Eventual<'_> {
        Eventual { parameters: &self.parameters, frequency: self.frequency.as_ref(), scope: self.scope.as_ref() }
    }

    /// With the parameters that are sent, so that the same rule is found whether it is given its defaults or not.
    fn request(&self) -> RuleRequest {
        let parameters = whole(&self.identifier, self.parameters.clone());
        RuleRequest {
            identifier: self.identifier.clone(),
            name: None,
            parameters: parameters.into_iter().map(|(name, value)| (name, text(&value))).collect(),
            frequency: self.frequency.as_ref().and_then(text),
            scope: self.scope.as_ref().filter(|scope| !scope.is_empty()).map(ScopeArgs::request),
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
    /// Whether it leaves nothing out.
    pub(super) fn is_empty(&self) -> bool {
        let types = self.resource_types.iter().flatten();
        types.chain(&self.resource_id).chain(&self.tag_key).chain(&self.tag_value).next().is_none()
    }

    /// Types by their form, and as warnings those that AWS Config is not known to record.
    pub(super) fn check_types(&self, checks: &mut Checks) {
        checks.each("resourceTypes", self.resource_types.iter().flatten(), |checks, kind| {
            checks.input("", kind, |kind| bounds::rules::resource_type(kind));
            checks.warn_input("", kind, |kind| bounds::rules::known_resource_type(kind));
        });
    }

    pub(super) fn check_texts(&self, checks: &mut Checks) {
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
            resource_types: self.resource_types.iter().flatten().map(text).collect(),
            // What is not known yet is there nevertheless.
            resource_id: self.resource_id.as_ref().map(|id| text(id).unwrap_or_default()),
            tag_key: self.tag_key.as_ref().map(|key| text(key).unwrap_or_default()),
            tag_value: self.tag_value.as_ref().map(|value| text(value).unwrap_or_default()),
        }
    }
}

/// What of a rule may be secret.
#[derive(Clone, Copy)]
pub(super) struct Eventual<'a> {
    pub parameters: &'a BTreeMap<String, Input<String>>,
    pub frequency: Option<&'a Input<String>>,
    pub scope: Option<&'a ScopeArgs>,
}

impl Eventual<'_> {
    /// Whether a secret stands at a member, such as `scope.tagKey`, or below it.
    fn has_secret(&self, member: &[PathStep]) -> bool {
        let place = |path: PropertyPath, value: &Input<String>| is_secret(value).then_some(path);
        let scope = PropertyPath::from("scope");
        let parameters = self.parameters.iter().map(|(name, value)| place(["parameters", name].into(), value));
        let frequency = self.frequency.map(|value| place("frequency".into(), value));
        let types = self.scope.iter().flat_map(|scope| scope.resource_types.iter().flatten()).enumerate();
        let types = types.map(|(index, value)| place(scope.member("resourceTypes").index(index), value));
        let of_scope = self.scope.iter().flat_map(|scope| {
            [("resourceId", &scope.resource_id), ("tagKey", &scope.tag_key), ("tagValue", &scope.tag_value)]
        });
        let of_scope = of_scope.map(|(name, value)| place(scope.member(name), value.as_ref()?));
        let mut secrets = parameters.chain(frequency).chain(types).chain(of_scope).flatten();
        secrets.any(|path| path.steps().starts_with(member))
    }
}

/// A problem in a list of rules, as an error that does not lead to a secret: the engine prints what stands at the path, and
/// the nearest right value tells what was given. `of` gives what of a rule may be secret.
pub(super) fn shown<'a>(problem: &Problem, of: impl Fn(usize) -> Option<Eventual<'a>>) -> PropertyError {
    let sensitive = match problem.path.steps() {
        [PathStep::Index(index), member @ ..] => of(*index).is_some_and(|rule| rule.has_secret(member)),
        _ => false,
    };
    let reason = if sensitive { problem.reason.clone() } else { problem.text() };
    PropertyError::new(&problem.path, reason).sensitive_if(sensitive)
}

/// Whether a value must not be shown.
pub(super) fn is_secret(input: &Input<String>) -> bool {
    input.given().is_some_and(|given| given.secret)
}

/// A value that is known, to be judged and not to be told.
pub(super) fn text(input: &Input<String>) -> Option<String> {
    input.given()?.value.clone()
}

/// A value that is known and may be told: the engine prints what stands at the path of an error.
pub(super) fn known(input: &Input<String>) -> Option<String> {
    input.given().filter(|given| !given.secret)?.value.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::rule_set::ManagedRuleArgs;

    /// They are judged with what is given.
    #[test]
    fn the_defaults_that_rules_need_are_right() {
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
        for rule in &BASELINE {
            let known = Catalog::get().rule(rule.identifier).expect("it is a managed rule");
            assert_eq!(known.needed_defaults().count(), 0, "{}", rule.identifier);
        }
    }
}
