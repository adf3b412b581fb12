//! Frameworks whose rules are evaluated.

use std::collections::BTreeMap;

use compliance_types::severity::Severity;
use pulumi_component::value::{Scalar, Suggested};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::suggestions::{FrameworkIds, ManagedRuleIdentifiers};

/// How a framework's rules are deployed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DeployAs {
    /// As rules of their own, each once beside the baseline, your own and those of other frameworks.
    #[default]
    Rules,
    /// As conformance packs of the framework alone, which AWS Config deploys and shows as one.
    ConformancePack,
}

/// A framework whose rules are evaluated.
// Everything is plain: what the frameworks come to decides which children there are.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FrameworkArgs {
    /// Id of the framework, such as `hipaa` or `pci-dss-4.0`; `catalog frameworks` lists all.
    #[schemars(with = "Suggested<FrameworkIds>")]
    pub id: String,
    /// Whether its rules are deployed as rules or as conformance packs.
    #[serde(default)]
    pub deploy_as: DeployAs,
    /// Identifiers of rules to exclude.
    #[serde(default)]
    #[schemars(with = "Vec<Suggested<ManagedRuleIdentifiers>>")]
    pub exclude: Vec<String>,
    /// Parameters that replace those of the framework: identifier of the rule, name, value. Unknown parameters are
    /// refused. For a rule that AWS has changed since, use `rules.managed` with `unchecked`: it replaces the rule of
    /// the framework and counts for it.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Scalar>>")]
    pub parameters: BTreeMap<String, BTreeMap<String, String>>,
    /// Severities of rules, by identifier. If several frameworks set one, the highest applies.
    #[serde(default)]
    pub severities: BTreeMap<String, Severity>,
}
