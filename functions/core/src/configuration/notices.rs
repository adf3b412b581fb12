//! The part of the document about notices: when they are sent, and who gets which of them.

use std::collections::BTreeMap;

use compliance_types::{choices::DigestPeriod, severity::Severity};
use serde::{Deserialize, Serialize};

/// When notices are sent, and who gets which of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// When they are sent.
    #[serde(default)]
    pub digest: DigestPeriod,
    /// What each route takes, by its name.
    #[serde(default)]
    pub routes: BTreeMap<String, Route>,
}

impl Notices {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a route takes: of each list that is not empty, one must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Account ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// Whether its messages are in the form that Amazon Q Developer in chat applications shows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub chat: bool,
    /// Ids of frameworks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frameworks: Vec<String>,
    /// Names of rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Severities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<Severity>,
}
