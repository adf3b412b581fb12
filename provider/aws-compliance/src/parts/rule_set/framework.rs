//! Frameworks as inputs: their rules beside those that were chosen one by one, each once.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::{
    Catalog, ComposedRule, Composition, FrameworkRequest, Problem, compose, framework, names as composed_names,
};
use compliance_types::severity::Severity;
use pulumi_component::{Checks, Input, PropertyError, PropertyPath, Suggested};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ManagedRuleArgs, ManagedRuleIdentifiers, OnUnavailable, Origin, Rule, RulesArgs, pack, whole};

/// Longest description of a rule, in characters (AWS Config API, `ConfigRule`).
const DESCRIPTION_LENGTH: usize = 256;

/// How a framework's rules are deployed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DeployAs {
    /// As rules of their own, each once beside the baseline, your own and those of other frameworks.
    #[default]
    Rules,
    /// As conformance packs of the framework alone, which AWS Config deploys and shows as one.
    ConformancePack,
    /// Reserved for AWS's own packs: refused.
    ManagedPack,
}

/// A framework whose rules are evaluated.
// Everything is plain: what the frameworks come to decides which children there are.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FrameworkArgs {
    /// Id of the framework, such as `hipaa` or `pci-dss-4.0`; `catalog frameworks` lists all.
    pub id: String,
    /// How its rules are deployed.
    #[serde(rename = "as", default)]
    pub deploy_as: DeployAs,
    /// Identifiers of rules to leave out.
    #[serde(default)]
    #[schemars(with = "Vec<Suggested<ManagedRuleIdentifiers>>")]
    pub exclude: Vec<String>,
    /// Parameters in place of the framework's: identifier of the rule, name, value. What the catalogue does not know is
    /// refused; a rule that AWS has changed since is given in `rules.managed` as `unchecked`, where it stands for the
    /// framework's and counts for it.
    #[serde(default)]
    pub parameters: BTreeMap<String, BTreeMap<String, String>>,
    /// How much findings weigh, by identifier of the rule. Where several frameworks say so, the highest counts.
    #[serde(default)]
    pub severities: BTreeMap<String, Severity>,
}

impl FrameworkArgs {
    pub(super) fn request(&self) -> FrameworkRequest {
        FrameworkRequest {
            id: self.id.clone(),
            exclude: self.exclude.clone(),
            parameters: self.parameters.clone(),
            severities: self.severities.clone(),
        }
    }
}

/// What the frameworks that are deployed as rules come to; they are not read where none is asked for.
fn composition(frameworks: &[FrameworkArgs]) -> Composition {
    let asked = frameworks.iter().filter(|framework| framework.deploy_as == DeployAs::Rules);
    let requests: Vec<_> = asked.map(FrameworkArgs::request).collect();
    if requests.is_empty() { Composition::default() } else { compose(&requests).0 }
}

/// Adds the rules of the frameworks to those that were chosen one by one. One of these stands for the framework's where
/// it is the same, and else where it was given with parameters of its own: the explicit wins.
pub(super) fn add(chosen: &mut Vec<Rule>, frameworks: &[FrameworkArgs]) {
    let composed = composition(frameworks).rules;
    for (name, rule) in composed_names(&composed).into_iter().zip(composed) {
        let of_it = |own: &&mut Rule| own.args.identifier == rule.identifier && !own.args.is_scoped();
        let mut fitting: Vec<_> = chosen.iter_mut().filter(of_it).collect();
        let same = fitting.iter().position(|own| own.args.takes(&effective(&rule)));
        let place = same.or_else(|| fitting.iter().position(|own| own.is_explicit()));
        match place.map(|place| fitting.swap_remove(place)) {
            Some(own) => {
                own.weighed = own.weighed.max(rule.severity);
                for (id, controls) in rule.frameworks {
                    own.serves.entry(id).or_default().extend(controls);
                }
            }
            None => chosen.push(Rule::composed(name, rule)),
        }
    }
}

fn effective(rule: &ComposedRule) -> BTreeMap<String, Input<String>> {
    whole(&rule.identifier, inputs(rule))
}

fn inputs(rule: &ComposedRule) -> BTreeMap<String, Input<String>> {
    rule.parameters.iter().map(|(name, value)| (name.clone(), value.into())).collect()
}

/// The checks of the frameworks that people answer for.
pub(super) fn manual(frameworks: &[FrameworkArgs]) -> BTreeMap<String, Vec<String>> {
    let known = frameworks.iter().filter_map(|asked| Some((asked.id.clone(), framework(&asked.id)?)));
    known.map(|(id, known)| (id, known.manual.clone())).filter(|(_, manual)| !manual.is_empty()).collect()
}

impl Rule {
    fn composed(name: String, rule: ComposedRule) -> Self {
        let mut args = ManagedRuleArgs::of(&rule.identifier, inputs(&rule));
        args.frequency = rule.frequency.as_ref().map(Input::from);
        args.description = Some(description(rule.frameworks.keys()).into());
        // What AWS put together for all regions is not wrong where one of them lacks a rule.
        args.on_unavailable = OnUnavailable::Skip;
        Self { name, args, origin: Origin::Framework, serves: rule.frameworks, weighed: rule.severity }
    }
}

/// Which frameworks ask for a rule, as far as there is room.
fn description<'a>(ids: impl ExactSizeIterator<Item = &'a String>) -> String {
    let (all, mut text, mut told) = (ids.len(), "Asked for by ".to_owned(), 0);
    for id in ids {
        let separator = if told == 0 { "" } else { ", " };
        // The end of the sentence is kept free.
        if text.len() + separator.len() + id.len() + 16 > DESCRIPTION_LENGTH {
            break;
        }
        text.push_str(separator);
        text.push_str(id);
        told += 1;
    }
    match all - told {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// Judges the frameworks, and that their rules and the others have names of their own.
pub(super) fn check(rules: &RulesArgs, frameworks: &[FrameworkArgs], checks: &mut Checks) {
    if frameworks.is_empty() {
        return;
    }
    let (_, report) = compose(&frameworks.iter().map(FrameworkArgs::request).collect::<Vec<_>>());
    let told = |problem: &Problem| PropertyError::new(&problem.path, problem.text()).under("frameworks");
    report.errors.iter().for_each(|problem| checks.add_error(told(problem)));
    report.warnings.iter().for_each(|problem| checks.add_warning(told(problem)));
    let all = rules.rules(frameworks);
    let theirs: BTreeSet<&str> = all.iter().filter(|rule| rule.is_composed()).map(|rule| rule.name.as_str()).collect();
    for own in all.iter().filter(|rule| theirs.contains(rule.name.as_str())) {
        if let Origin::Managed(index) = own.origin {
            let reason = format!("a framework brings a rule `{}`; give this one a `name` of its own", own.name);
            checks.error(PropertyPath::from(["rules", "managed"]).index(index).member("name"), reason);
        }
    }
}

/// What there is to say of the frameworks: the saving, what was decided where they differ, what people answer for, and
/// what the regions do not offer.
pub(super) fn notes(rules: &RulesArgs, frameworks: &[FrameworkArgs], regions: &[&str]) -> Vec<String> {
    if frameworks.is_empty() {
        return Vec::new();
    }
    let composition = composition(frameworks);
    let mut notes: Vec<_> = (!composition.asked.is_empty()).then(|| saving(&composition)).into_iter().collect();
    notes.extend(composition.decisions.iter().cloned());
    let all = rules.rules(frameworks);
    let alone: Vec<_> = all.iter().map(|rule| rule.args.identifier.clone()).collect();
    notes.extend(pack::notes(frameworks, &alone, regions.first().copied()));
    for own in all.iter().filter(|rule| rule.is_explicit() && !rule.serves.is_empty()) {
        let ids = own.serves.keys().cloned().collect::<Vec<_>>().join(", ");
        notes.push(format!("`{}` of `rules.managed` is evaluated as given there, and counts for {ids}", own.name));
    }
    let manual = manual(frameworks).into_iter();
    notes.extend(manual.map(|(id, checks)| format!("{id}: people answer for {}", checks.join(", "))));
    for region in regions {
        let left_out = all.iter().filter(|rule| rule.is_composed() && rule.args.is_left_out(Some(region)));
        let left_out = left_out.map(|rule| rule.args.identifier.as_str());
        let packed = pack::not_offered(frameworks, region);
        let packed = packed.iter().map(|rule| rule.identifier.as_str());
        let left_out: Vec<_> = left_out.chain(packed).collect::<BTreeSet<_>>().into_iter().collect();
        if !left_out.is_empty() {
            let (taken, left_out) = (&Catalog::get().taken, left_out.join(", "));
            notes.push(format!("not offered in {region} and not assessed there (facts of {taken}): {left_out}"));
        }
    }
    notes
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
    fn a_description_fits() {
        let ids: Vec<_> = (0..100).map(|number| format!("framework-{number}")).collect();
        let text = description(ids.iter());
        assert!(text.len() <= DESCRIPTION_LENGTH && text.ends_with(" more"), "{text}");
        assert_eq!(description(ids.iter().take(2)), "Asked for by framework-0, framework-1");
    }

    #[test]
    fn the_saving_is_told() {
        let asked = ["hipaa", "pci-dss-4.0"].map(|id| FrameworkArgs { id: id.to_owned(), ..Default::default() });
        let told = saving(&composition(&asked));
        let expected =
            "HIPAA Security + PCI DSS 4.0, global resource types included: 129 + 127 rules asked for, 231 distinct";
        assert_eq!(told, expected);
        assert_eq!(saving(&composition(&asked[..1])), "HIPAA Security: 129 rules");
    }
}
