//! Frameworks: their rules beside those that were chosen one by one, each once.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::{
    ComposedRule, Composition, FrameworkRequest, Problem, Report, compose, framework, names as composed_names,
};
use compliance_types::choices::OnUnavailable;
use pulumi_component::value::{PropertyError, PropertyPath};
use pulumi_component::{Checks, Input};

use crate::inputs::framework::{DeployAs, FrameworkArgs};
use crate::inputs::rules::ManagedRuleArgs;
use crate::plan::rule::{Origin, RulePlan};
use crate::plan::values::{takes, with_defaults};

/// Longest description of a rule, in characters (AWS Config API, `ConfigRule`).
const DESCRIPTION_LENGTH: usize = 256;

#[cfg(test)]
thread_local! {
    /// How often frameworks were composed on this thread.
    pub static COMPOSITIONS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

impl FrameworkArgs {
    fn request(&self) -> FrameworkRequest {
        FrameworkRequest {
            id: self.id.clone(),
            exclude: self.exclude.clone(),
            parameters: self.parameters.clone(),
            severities: self.severities.clone(),
            alone: self.deploy_as == DeployAs::ConformancePack,
        }
    }
}

/// The rules of the frameworks, and what is wrong with what they are given. The facts are not read where no framework is
/// asked for.
// INVARIANT: the one place that composes for a deployment, and it runs once for each Construct.
pub(super) fn composed(frameworks: &[FrameworkArgs]) -> (Composition, Report) {
    if frameworks.is_empty() {
        return Default::default();
    }
    #[cfg(test)]
    COMPOSITIONS.with(|count| count.set(count.get() + 1));
    compose(&frameworks.iter().map(FrameworkArgs::request).collect::<Vec<_>>())
}

/// Adds the rules that frameworks are deployed as to those that were chosen one by one. One of these replaces the
/// framework's where it is the same, and else where it was given with parameters of its own: the explicit wins.
pub(super) fn add(chosen: &mut Vec<RulePlan>, composed: &[ComposedRule]) {
    for (name, rule) in composed_names(composed).into_iter().zip(composed) {
        let is_of_it =
            |own: &&mut RulePlan| own.args.identifier == rule.identifier && own.args.effective_scope().is_none();
        let mut fitting: Vec<_> = chosen.iter_mut().filter(is_of_it).collect();
        let parameters = with_defaults(&rule.identifier, inputs(rule));
        let same = fitting.iter().position(|own| takes(&own.args, &parameters));
        let place = same.or_else(|| fitting.iter().position(|own| own.is_explicit()));
        match place.map(|place| fitting.swap_remove(place)) {
            Some(own) => {
                own.framework_severity = own.framework_severity.max(rule.severity);
                for (id, controls) in &rule.frameworks {
                    own.frameworks.entry(id.clone()).or_default().extend(controls.iter().cloned());
                }
            }
            None => chosen.push(of_framework(name, rule)),
        }
    }
}

fn inputs(rule: &ComposedRule) -> BTreeMap<String, Input<String>> {
    rule.parameters.iter().map(|(name, value)| (name.clone(), value.into())).collect()
}

fn of_framework(name: String, rule: &ComposedRule) -> RulePlan {
    let mut args = ManagedRuleArgs::of(&rule.identifier, inputs(rule));
    args.frequency = rule.frequency.as_ref().map(Input::from);
    args.description = Some(description(rule.frameworks.keys()).into());
    // What AWS put together for all regions is not wrong where one of them lacks a rule.
    args.on_unavailable = OnUnavailable::Skip;
    RulePlan {
        frameworks: rule.frameworks.clone(),
        framework_severity: rule.severity,
        ..RulePlan::new(name, args, Origin::Framework)
    }
}

/// Which frameworks ask for a rule, as far as there is room.
fn description<'a>(ids: impl ExactSizeIterator<Item = &'a String>) -> String {
    let (all, mut text, mut named) = (ids.len(), "Asked for by ".to_owned(), 0);
    for id in ids {
        let separator = if named == 0 { "" } else { ", " };
        // The end of the sentence is kept free.
        if text.len() + separator.len() + id.len() + 16 > DESCRIPTION_LENGTH {
            break;
        }
        text.push_str(separator);
        text.push_str(id);
        named += 1;
    }
    match all - named {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// Checks that the rules of frameworks and the others have different names; `report` is of the composition.
pub(super) fn check(report: &Report, rules: &[RulePlan], checks: &mut Checks) {
    let told = |problem: &Problem| PropertyError::new(&problem.path, problem.text()).under("frameworks");
    report.errors.iter().for_each(|problem| checks.add_error(told(problem)));
    report.warnings.iter().for_each(|problem| checks.add_warning(told(problem)));
    let theirs = rules.iter().filter(|rule| rule.is_of_framework());
    let theirs: BTreeSet<&str> = theirs.map(|rule| rule.name.as_str()).collect();
    for own in rules.iter().filter(|rule| theirs.contains(rule.name.as_str())) {
        if let Origin::Managed(index) = own.origin {
            let reason = format!("a framework brings a rule `{}`; give this one a `name` of its own", own.name);
            checks.error(PropertyPath::from(["rules", "managed"]).index(index).member("name"), reason);
        }
    }
}

/// What the frameworks that are deployed as rules come to, and what was decided where they differ.
pub(super) fn decisions(composition: &Composition) -> Vec<String> {
    let mut notes: Vec<_> = (!composition.asked.is_empty()).then(|| saving(composition)).into_iter().collect();
    notes.extend(composition.decisions.iter().cloned());
    notes
}

/// Which rules of `rules.managed` count for frameworks, and what people answer for.
pub(super) fn obligations(composition: &Composition, rules: &[RulePlan]) -> Vec<String> {
    let counted = rules.iter().filter(|rule| rule.is_explicit() && !rule.frameworks.is_empty()).map(|own| {
        let ids = own.frameworks.keys().cloned().collect::<Vec<_>>().join(", ");
        format!("`{}` of `rules.managed` is evaluated as given there, and counts for {ids}", own.name)
    });
    let manual = composition.manual.iter();
    let manual = manual.map(|(id, checks)| {
        let count = if checks.len() == 1 { "1 check is".to_owned() } else { format!("{} checks are", checks.len()) };
        format!("{id}: {count} manual and not evaluated: {}", checks.join(", "))
    });
    counted.chain(manual).collect()
}

/// `HIPAA Security + PCI DSS 4.0: 129 + 127 rules asked for, 231 distinct`; one framework alone saves nothing.
fn saving(composition: &Composition) -> String {
    let title = |id: &String| framework(id).map_or_else(|| id.clone(), |known| known.title.clone());
    let titles: Vec<_> = composition.asked.keys().map(title).collect();
    let counts: Vec<_> = composition.asked.values().map(usize::to_string).collect();
    let (titles, counts) = (titles.join(" + "), counts.join(" + "));
    match composition.asked.len() {
        1 => format!("{titles}: {counts} rules"),
        _ => format!("{titles}: {counts} rules asked for, {} distinct", composition.distinct),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn description_of_many_frameworks_fits() {
        let ids: Vec<_> = (0..100).map(|number| format!("framework-{number}")).collect();
        let text = description(ids.iter());
        assert!(text.len() <= DESCRIPTION_LENGTH && text.ends_with(" more"), "{text}");
        assert_eq!(description(ids.iter().take(2)), "Asked for by framework-0, framework-1");
    }

    #[test]
    fn saving_counts_the_rules_of_each_framework() {
        let asked = ["hipaa", "pci-dss-4.0"].map(|id| FrameworkArgs { id: id.to_owned(), ..Default::default() });
        let expected =
            "HIPAA Security + PCI DSS 4.0, global resource types included: 129 + 127 rules asked for, 231 distinct";
        assert_eq!(saving(&composed(&asked).0), expected);
        assert_eq!(saving(&composed(&asked[..1]).0), "HIPAA Security: 129 rules");
    }
}
