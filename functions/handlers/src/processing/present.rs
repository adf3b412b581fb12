//! Which rules of the deployment a source has: the aggregator says nothing of a rule without results.

use std::collections::{BTreeMap, BTreeSet};

use functions_core::{configuration::MonitoringConfiguration, evaluate::ReportedRule, finding::Findings, watch::Watch};

use super::{confirm::open_of, reading::reported_rule};
use crate::invocation::Invocation;

/// The rules of this deployment that a source has: those with results, those that had some within a day, and those with open
/// findings. One without results has no verdict.
pub(super) fn rules(
    answered: Vec<ReportedRule>,
    configuration: &MonitoringConfiguration,
    (watch, findings): (&Watch, &Findings),
    invocation: &Invocation,
) -> Vec<ReportedRule> {
    let now = invocation.now();
    let open = findings.iter().filter(|(_, all)| !open_of(Some(all)).is_empty()).map(|(rule, _)| rule.as_str());
    let expected: BTreeSet<&str> = watch.present(&now).chain(open).collect();
    let silent = expected.into_iter().map(|rule| (rule.to_owned(), reported_rule(Some(rule), None)));
    let mut rules: BTreeMap<String, ReportedRule> = silent.collect();
    rules.extend(answered.into_iter().map(|rule| (rule.name.clone(), rule)));
    rules.retain(|rule, _| configuration.rule(rule).is_some());
    rules.into_values().collect()
}
