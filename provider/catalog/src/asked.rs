//! Frameworks as a person asks for them, and the rules that they ask for.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::severity::Severity;
use serde::{Deserialize, Serialize};

use crate::facts::FrameworkRule;

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

impl FrameworkRequest {
    /// Whether the framework is asked with this rule. One that its pack deploys only when asked to is not part of it.
    pub(crate) fn takes(&self, rule: &FrameworkRule) -> bool {
        !rule.off && !self.exclude.contains(&rule.identifier)
    }
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
