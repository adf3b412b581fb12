//! The entries of the document: rules, conformance packs, and what the region does not offer.

use std::collections::{BTreeMap, BTreeSet};

use compliance_types::severity::Severity;
use serde::{Deserialize, Serialize};

/// One AWS Config rule of this deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    /// Ids of the frameworks that its results count for, and the controls there, where they are named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub frameworks: BTreeMap<String, BTreeSet<String>>,
    /// Identifier of the managed rule, such as `ENCRYPTED_VOLUMES`; of a rule of the user's own `CUSTOM_POLICY` or
    /// `CUSTOM_LAMBDA`.
    pub identifier: String,
    /// Name of the rule in the account, with the deployment's prefix where it has one; of a rule in a pack, the name that
    /// the template gives it ([`super::name_in_template`]).
    pub name: String,
    /// Name of its page in the AWS Config Developer Guide; none of a rule of the user's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Systems Manager document that remediates its findings, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<String>,
    /// How much its findings weigh.
    #[serde(default)]
    pub severity: Severity,
}

impl RuleEntry {
    /// Address of its page at AWS.
    #[must_use]
    pub fn page_url(&self) -> Option<String> {
        self.page.as_ref().map(|page| format!("https://docs.aws.amazon.com/config/latest/developerguide/{page}.html"))
    }
}

/// A rule that somebody asked for and that the region does not offer: it neither passes nor fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotAssessed {
    /// Ids of the frameworks that ask for it, and the controls there, sorted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// Identifier of the managed rule.
    pub identifier: String,
}

/// One conformance pack of this deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackEntry {
    /// Name of the pack in the account.
    pub name: String,
    /// Its rules, sorted by name.
    pub rules: Vec<RuleEntry>,
}

/// A region of this deployment beside that of the functions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionEntry {
    /// Rules that the region of the functions evaluates for it, by identifier; a custom one by name.
    #[serde(default, rename = "atHome", skip_serializing_if = "BTreeSet::is_empty")]
    pub at_home: BTreeSet<String>,
    /// Names of custom rules that it does not have because their function is one of the region of the functions.
    #[serde(default, rename = "functionAtHome", skip_serializing_if = "BTreeSet::is_empty")]
    pub function_at_home: BTreeSet<String>,
    /// Rules that it does not offer, by identifier.
    #[serde(default, rename = "notOffered", skip_serializing_if = "BTreeSet::is_empty")]
    pub not_offered: BTreeSet<String>,
    /// Names of the rules that it does not have, as the document names them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub without: BTreeSet<String>,
}
