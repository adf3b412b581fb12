//! Frameworks together: each rule once.

use std::collections::{BTreeMap, BTreeSet};

use property_path::PropertyPath;
use serde::Serialize;

use crate::asked::{ComposedRule, FrameworkRequest};
use crate::facts::{FrameworkRule, framework};
use crate::merge::merge;
use crate::problem::Report;
use crate::{overrides, search};

/// What frameworks come to.
#[derive(Debug, Default, Serialize)]
pub struct Composition {
    /// The rules, by identifier and parameters.
    pub rules: Vec<ComposedRule>,
    /// The rules of each framework that is composed alone, by its place among the requests.
    pub alone: BTreeMap<usize, Vec<ComposedRule>>,
    /// Distinct identifiers that each framework asked for that is composed with others.
    pub asked: BTreeMap<String, usize>,
    /// Distinct identifiers of all together.
    pub distinct: usize,
    /// What was decided where frameworks differ: one sentence each.
    pub decisions: Vec<String>,
    /// Process checks by framework, for people to answer.
    pub manual: BTreeMap<String, Vec<String>>,
}

/// Puts frameworks together; their order does not matter. Paths of problems start at the list of frameworks.
pub fn compose(requests: &[FrameworkRequest]) -> (Composition, Report) {
    let mut report = Report::default();
    let mut composition = Composition::default();
    let mut wanted: Vec<ComposedRule> = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        let Some(framework) = framework(&request.id) else {
            report.errors.push(search::unknown_framework(&request.id, PropertyPath::from(index).member("id")));
            continue;
        };
        if let Some(first) = requests.iter().take(index).position(|earlier| earlier.id == request.id) {
            report.error(
                PropertyPath::from(index).member("id"),
                format!("`{}` is listed at [{first}] already", request.id),
                None,
            );
            continue;
        }
        overrides::check(&mut report, request, framework, &index.into());
        let rules: Vec<_> = framework.rules.iter().filter(|rule| request.takes(rule)).collect();
        if !framework.manual.is_empty() {
            composition.manual.insert(request.id.clone(), framework.manual.clone());
        }
        if request.alone {
            let asked = rules.iter().map(|rule| asked_by(request, rule));
            // What a framework decides within itself is nothing that a person could have asked for otherwise.
            composition.alone.insert(index, together(asked, &mut Vec::new()));
            continue;
        }
        let distinct: BTreeSet<_> = rules.iter().map(|rule| &rule.identifier).collect();
        composition.asked.insert(request.id.clone(), distinct.len());
        wanted.extend(rules.into_iter().map(|rule| asked_by(request, rule)));
    }
    composition.distinct = wanted.iter().map(|rule| &rule.identifier).collect::<BTreeSet<_>>().len();
    composition.rules = together(wanted, &mut composition.decisions);
    (composition, report)
}

/// The rules, each once; what was decided is added.
fn together(asked: impl IntoIterator<Item = ComposedRule>, decisions: &mut Vec<String>) -> Vec<ComposedRule> {
    let mut by_identifier: BTreeMap<String, Vec<ComposedRule>> = BTreeMap::new();
    for rule in asked {
        by_identifier.entry(rule.identifier.clone()).or_default().push(rule);
    }
    by_identifier.into_iter().flat_map(|(identifier, asked)| merge(&identifier, asked, decisions)).collect()
}

fn asked_by(request: &FrameworkRequest, rule: &FrameworkRule) -> ComposedRule {
    let mut parameters = rule.parameters.clone();
    parameters.extend(request.parameters.get(&rule.identifier).cloned().unwrap_or_default());
    let controls = rule.controls.iter().cloned().collect();
    let frameworks = BTreeMap::from([(request.id.clone(), controls)]);
    ComposedRule {
        identifier: rule.identifier.clone(),
        parameters,
        frequency: rule.frequency.clone(),
        severity: request.severities.get(&rule.identifier).copied(),
        frameworks,
    }
}
