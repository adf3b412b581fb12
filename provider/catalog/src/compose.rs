//! Frameworks together: each rule once.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::severity::Severity;
use serde::{Deserialize, Serialize};

use crate::check::Report;
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
    /// Distinct identifiers that each framework asked for.
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
    let mut wanted: BTreeMap<String, Vec<ComposedRule>> = BTreeMap::new();
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
