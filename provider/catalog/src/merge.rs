//! The rules of one identifier that frameworks ask for: which of them are one, with which values, and what was decided.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::recorder::EvaluationFrequency;
use compliance_types::severity::Severity;

use crate::asked::ComposedRule;
use crate::facts::{Catalog, Rule};
use crate::{direction, value};

/// Most frameworks that a decision names for a value.
const NAMED: usize = 3;
/// Longest value that a decision shows, in characters.
const SHOWN: usize = 40;

/// What makes rules one: the same values of what has no order, and an order in the rest (`None`).
type Kind = BTreeMap<String, Option<String>>;

/// Puts the rules together, whatever their order; each decision is a sentence.
pub(crate) fn merge(identifier: &str, mut asked: Vec<ComposedRule>, decisions: &mut Vec<String>) -> Vec<ComposedRule> {
    let known = Catalog::get().rule(identifier);
    asked.sort_by(|one, other| (&one.parameters, &one.frameworks).cmp(&(&other.parameters, &other.frameworks)));
    weigh(&mut asked, known);
    let mut groups: Vec<(Kind, Vec<ComposedRule>)> = Vec::new();
    for rule in asked {
        let kind = kind(&rule, known);
        match groups.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, members)) => members.push(rule),
            None => groups.push((kind, vec![rule])),
        }
    }
    let apart = (groups.len() > 1).then(|| apart(identifier, &groups, known));
    let merged = groups.into_iter().filter_map(|(_, members)| unite(members, known, decisions)).collect();
    decisions.extend(apart);
    merged
}

/// Where one framework weighs the rule otherwise, one that says nothing counts as the catalogue does.
fn weigh(asked: &mut [ComposedRule], known: Option<&Rule>) {
    if asked.iter().any(|rule| rule.severity.is_some()) {
        let own = known.map_or(Severity::Medium, |rule| rule.severity);
        asked.iter_mut().for_each(|rule| rule.severity = rule.severity.or(Some(own)));
    }
}

/// The values that a rule is evaluated with.
fn effective<'a>(rule: &'a ComposedRule, known: Option<&Rule>) -> BTreeMap<&'a str, &'a str> {
    let given = rule.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    match known {
        Some(known) => known.effective(given),
        None => given.collect(),
    }
}

fn meaning(known: Option<&Rule>, name: &str, value: &str) -> String {
    value::meaning(known.and_then(|known| known.parameter(name)), value)
}

fn kind(rule: &ComposedRule, known: Option<&Rule>) -> Kind {
    let fixed = |(name, value): (&str, &str)| {
        let ordered = direction::is_ordered(&rule.identifier, name, value);
        (name.to_owned(), (!ordered).then(|| meaning(known, name, value)))
    };
    effective(rule, known).into_iter().map(fixed).collect()
}

/// One rule for all of a kind. Only what a framework gives is sent: the default of the rest is the service's own.
fn unite(members: Vec<ComposedRule>, known: Option<&Rule>, decisions: &mut Vec<String>) -> Option<ComposedRule> {
    let given: BTreeSet<String> = members.iter().flat_map(|rule| rule.parameters.keys().cloned()).collect();
    let mut parameters = BTreeMap::new();
    for name in given {
        let (value, differing) = strictest(&name, &members, known)?;
        decisions.extend(differing);
        parameters.insert(name, value);
    }
    let mut members = members.into_iter();
    let mut united = ComposedRule { parameters, ..members.next()? };
    for rule in members {
        united.frequency = oftener(united.frequency.take(), rule.frequency);
        united.severity = united.severity.max(rule.severity);
        for (id, controls) in rule.frameworks {
            united.frameworks.entry(id).or_default().extend(controls);
        }
    }
    Some(united)
}

/// The strictest value of a parameter, and the decision where the rules differ in it.
fn strictest(name: &str, members: &[ComposedRule], known: Option<&Rule>) -> Option<(String, Option<String>)> {
    let identifier = &members.first()?.identifier;
    let values: Vec<_> = members.iter().filter_map(|rule| effective(rule, known).get(name).copied()).collect();
    let mut kept = (*values.first()?).to_owned();
    for value in &values {
        if meaning(known, name, &kept) != meaning(known, name, value) {
            kept = direction::stricter(identifier, name, &kept, value)?;
        }
    }
    let mut by_value = askers(name, members.iter(), known);
    let first = by_value.remove(&Some(meaning(known, name, &kept)));
    let decision = (!by_value.is_empty()).then(|| {
        let over: Vec<_> = by_value.values().cloned().collect();
        format!(
            "`{identifier}`: frameworks differ in `{name}`; the stricter value is taken: {} over {}",
            first.unwrap_or_default(),
            over.join(", ")
        )
    });
    Some((kept, decision))
}

/// Why rules of one identifier are several.
fn apart(identifier: &str, groups: &[(Kind, Vec<ComposedRule>)], known: Option<&Rule>) -> String {
    let names: BTreeSet<&String> = groups.iter().flat_map(|(kind, _)| kind.keys()).collect();
    let differing = names.into_iter().filter(|name| {
        let mut kinds = groups.iter().map(|(kind, _)| kind.get(*name));
        let first = kinds.next();
        kinds.any(|other| Some(other) != first)
    });
    let told = differing.map(|name| {
        let by_value = askers(name, groups.iter().flat_map(|(_, members)| members), known);
        format!("`{name}` {}", by_value.into_values().collect::<Vec<_>>().join(" or "))
    });
    format!(
        "`{identifier}`: frameworks differ where no value is known to be the stricter one; kept {} times: {}",
        groups.len(),
        told.collect::<Vec<_>>().join("; ")
    )
}

/// `30 (hipaa)` by what each value means: who asks for it. `None`: nothing is given, and no default is known.
fn askers<'a>(
    name: &str,
    rules: impl Iterator<Item = &'a ComposedRule>,
    known: Option<&Rule>,
) -> BTreeMap<Option<String>, String> {
    let mut by_meaning: BTreeMap<Option<String>, (String, BTreeSet<String>)> = BTreeMap::new();
    for rule in rules {
        let value = effective(rule, known).get(name).copied();
        let by_default = if value.is_some() && !rule.parameters.contains_key(name) { " by default" } else { "" };
        let (_, ids) = by_meaning
            .entry(value.map(|value| meaning(known, name, value)))
            .or_insert_with(|| (shown(value.unwrap_or("none")), BTreeSet::new()));
        ids.extend(rule.frameworks.keys().map(|id| format!("{id}{by_default}")));
    }
    let told = |(meaning, (value, ids)): (_, (String, BTreeSet<String>))| {
        let named: Vec<_> = ids.iter().take(NAMED).cloned().collect();
        let more = if ids.len() > NAMED { format!(" and {} more", ids.len() - NAMED) } else { String::new() };
        (meaning, format!("{value} ({}{more})", named.join(", ")))
    };
    by_meaning.into_iter().map(told).collect()
}

fn shown(value: &str) -> String {
    let mut shown: String = value.chars().take(SHOWN).collect();
    if shown.len() < value.len() {
        shown.push_str("...");
    }
    shown
}

/// The shorter of two intervals; none is a day, which AWS Config takes by itself.
fn oftener(one: Option<String>, other: Option<String>) -> Option<String> {
    let unknown_last = |word: &String| {
        let frequency = EvaluationFrequency::of_word(word);
        (frequency.is_none(), frequency)
    };
    one.into_iter().chain(other).min_by_key(unknown_last)
}
