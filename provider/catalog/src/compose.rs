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
    /// Distinct identifiers that each framework asked for.
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
    let mut wanted: BTreeMap<String, Vec<ComposedRule>> = BTreeMap::new();
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
        let distinct: BTreeSet<_> = rules.iter().map(|rule| &rule.identifier).collect();
        composition.asked.insert(request.id.clone(), distinct.len());
        if !framework.manual.is_empty() {
            composition.manual.insert(request.id.clone(), framework.manual.clone());
        }
        for rule in rules {
            wanted.entry(rule.identifier.clone()).or_default().push(asked_by(request, rule));
        }
    }
    composition.distinct = wanted.len();
    for (identifier, asked) in wanted {
        let merged = merge(&identifier, asked, &mut composition.decisions);
        composition.rules.extend(merged);
    }
    (composition, report)
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
