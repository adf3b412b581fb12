//! Frameworks together: each rule once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::check::{Report, Severity};
use crate::facts::{FrameworkRule, framework};
use crate::merge::merge;
use crate::{overrides, search};

/// A framework as a person asks for it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct FrameworkRequest {
    /// Id, such as `hipaa`.
    pub id: String,
    /// Identifiers to leave out.
    pub exclude: Vec<String>,
    /// Values by identifier and parameter, in place of the framework's.
    pub parameters: BTreeMap<String, BTreeMap<String, String>>,
    /// Severities by identifier, in place of the catalogue's.
    pub severities: BTreeMap<String, Severity>,
    /// Whether its rules are put together with no other framework's, as for conformance packs of its own.
    pub alone: bool,
}

/// A rule that one or more frameworks ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComposedRule {
    /// Identifier of the managed rule.
    pub identifier: String,
    /// Parameters that a framework gives, the stricter value where they differ.
    pub parameters: BTreeMap<String, String>,
    /// How often, for a periodic rule: the shortest that a framework asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// How much its findings weigh, where a framework is asked with another weight than the catalogue's: the highest,
    /// the catalogue's own being that of frameworks that say nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Frameworks that its results count for, and the controls there.
    pub frameworks: BTreeMap<String, BTreeSet<String>>,
}

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

/// Puts frameworks together; their order does not matter. Paths of findings start at the list of frameworks.
pub fn compose(requests: &[FrameworkRequest]) -> (Composition, Report) {
    let mut report = Report::default();
    let mut composition = Composition::default();
    let mut wanted: Vec<ComposedRule> = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        let Some(framework) = framework(&request.id) else {
            report.errors.push(search::unknown_framework(&request.id, &format!("[{index}].id")));
            continue;
        };
        if let Some(first) = requests.iter().take(index).position(|earlier| earlier.id == request.id) {
            report.error(format!("[{index}].id"), format!("`{}` is listed at [{first}] already", request.id), None);
            continue;
        }
        overrides::check(&mut report, request, framework, &format!("[{index}]"));
        let rules: Vec<_> = framework.rules.iter().filter(|rule| taken(request, rule)).collect();
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

/// A rule that its pack deploys only when asked to is not part of the framework as it stands.
pub(crate) fn taken(request: &FrameworkRequest, rule: &FrameworkRule) -> bool {
    !rule.off && !request.exclude.contains(&rule.identifier)
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
