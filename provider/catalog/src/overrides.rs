//! What a person changes in a framework: rules left out, other parameters, other severities.

use std::collections::BTreeSet;

use property_path::{PathStep, PropertyPath};

use crate::asked::FrameworkRequest;
use crate::check::{RuleRequest, check_rules};
use crate::facts::{Catalog, Framework, FrameworkRule};
use crate::problem::Report;
use crate::similar::nearest_of;

/// Judges them; `at` is the path of the request.
pub(crate) fn check(report: &mut Report, request: &FrameworkRequest, framework: &Framework, at: &PropertyPath) {
    let id = &request.id;
    let all: BTreeSet<&str> = framework.rules.iter().map(|rule| rule.identifier.as_str()).collect();
    let left: BTreeSet<&str> =
        framework.rules.iter().filter(|rule| request.takes(rule)).map(|rule| rule.identifier.as_str()).collect();
    for (place, identifier) in request.exclude.iter().enumerate() {
        if !all.contains(identifier.as_str()) {
            let reason = format!("`{id}` has no rule `{identifier}`");
            report.error(at.member("exclude").index(place), reason, nearest(identifier, &all));
        }
    }
    let changed = request.parameters.keys().map(|identifier| ("parameters", identifier));
    let weighed = request.severities.keys().map(|identifier| ("severities", identifier));
    for (member, identifier) in changed.chain(weighed).filter(|(_, identifier)| !left.contains(identifier.as_str())) {
        let reason = match request.exclude.contains(identifier) {
            true => format!("`{identifier}` is left out by `exclude`"),
            false => format!("`{id}` has no rule `{identifier}`"),
        };
        report.error(at.member(member).member(identifier), reason, nearest(identifier, &left));
    }
    framework.rules.iter().filter(|rule| request.takes(rule)).for_each(|rule| check_samples(report, request, rule, at));
    let parameters = framework.rules.iter().filter(|rule| request.takes(rule));
    for rule in parameters.filter(|rule| request.parameters.contains_key(&rule.identifier)) {
        check_parameters(report, request, rule, at);
    }
}

/// Warns of values of AWS's pack that cannot be a choice, unless the request has others.
fn check_samples(report: &mut Report, request: &FrameworkRequest, rule: &FrameworkRule, at: &PropertyPath) {
    let Some(known) = Catalog::get().rule(&rule.identifier) else { return };
    let given = request.parameters.get(&rule.identifier);
    for (name, value) in rule.parameters.iter().filter(|(name, _)| given.is_none_or(|given| !given.contains_key(*name)))
    {
        if let Some(sample) = known.parameter(name).and_then(|parameter| parameter.sample(value)) {
            let (id, identifier) = (&request.id, &rule.identifier);
            let reason = format!(
                "`{id}` has the sample value `{value}` for `{name}` of `{identifier}`: {}; give one of yours at \
                 `parameters.{identifier}.{name}`, or leave the rule out with `exclude`",
                sample.reason
            );
            report.warning(at.member("parameters"), reason);
        }
    }
}

/// Checks the values that are given with those of the framework beside them. What the framework's own values are like is
/// nothing that this request can be blamed for: `check_samples` warns of them.
fn check_parameters(report: &mut Report, request: &FrameworkRequest, rule: &FrameworkRule, at: &PropertyPath) {
    let given = request.parameters.get(&rule.identifier).cloned().unwrap_or_default();
    let is_own = |name: &str| rule.parameters.contains_key(name) && !given.contains_key(name);
    let mut parameters = rule.parameters.clone();
    parameters.extend(given.clone());
    let parameters = parameters.into_iter().map(|(name, value)| (name, Some(value))).collect();
    let asked = RuleRequest { identifier: rule.identifier.clone(), parameters, ..RuleRequest::default() };
    let found = check_rules(&[asked], &[], &[]);
    let lists = [(found.errors, &mut report.errors), (found.warnings, &mut report.warnings)];
    for (found, list) in lists {
        for mut problem in found {
            // Of the request that was made up here only the parameters are the person's.
            let inner: PropertyPath = match problem.path.steps() {
                [PathStep::Index(_), PathStep::Member(_), inner @ ..] => inner.iter().cloned().collect(),
                _ => PropertyPath::root(),
            };
            if inner.first_member().is_some_and(is_own) {
                continue;
            }
            problem.path = at.member("parameters").member(&rule.identifier).join(inner);
            if !list.contains(&problem) {
                list.push(problem);
            }
        }
    }
}

fn nearest<'a>(name: &str, known: &BTreeSet<&'a str>) -> Option<&'a str> {
    nearest_of(name, known.iter().copied())
}
