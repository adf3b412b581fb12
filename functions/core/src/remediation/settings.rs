//! The part of the configuration document on remediation.

use std::collections::BTreeMap;

pub use compliance_types::choices::RemediationMode as Mode;
use serde::{Deserialize, Serialize};

use crate::sha256;

/// Most resources that a run changes, unless the inputs say otherwise.
pub const MAX_ACTIONS: u32 = 10;
/// Most of the resources of a type that a run changes, in percent, unless the inputs say otherwise.
pub const MAX_PERCENT: u32 = 5;
/// Hours after which an unapproved plan expires, unless the inputs say otherwise.
pub const APPROVAL_HOURS: u32 = 72;
/// Hours within which AWS Config must confirm a change, unless the inputs say otherwise.
pub const VERIFICATION_HOURS: u32 = 48;
/// The tag that keeps a resource from being changed, unless the inputs say otherwise.
pub const OPT_OUT_TAG: &str = "compliance:opt-out";

/// How many resources a run may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Number of resources, over all rules.
    pub max_actions: u32,
    /// Share of the resources of a type, in percent, over all rules; rounded down, but one resource is always allowed.
    pub max_percent: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_actions: MAX_ACTIONS, max_percent: MAX_PERCENT }
    }
}

/// What remediation does about the findings of one rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleSettings {
    // INVARIANT: fields stand in alphabetical order, so that the configuration document has sorted keys.
    /// Id of the action.
    pub action: String,
    /// The mode.
    pub mode: Mode,
    /// The tag that a resource must have before it is changed without approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_in_tag: Option<String>,
    /// Parameters of the action.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    // INVARIANT: fields stand in alphabetical order, so that the configuration document has sorted keys.
    /// Hours after which an unapproved plan expires.
    pub approval_hours: u32,
    /// Whether two people must approve each change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub four_eyes: bool,
    /// How many resources a run may change.
    pub limits: Limits,
    /// The tag that keeps a resource from being changed.
    pub opt_out_tag: String,
    /// By name of the rule in the account.
    pub rules: BTreeMap<String, RuleSettings>,
    /// Whether the session name of an assumed role says which person it is, for `four_eyes`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trust_session_names: bool,
    /// Hours within which AWS Config must confirm a change.
    pub verification_hours: u32,
    /// When changes may be made; always where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            approval_hours: APPROVAL_HOURS,
            four_eyes: false,
            limits: Limits::default(),
            opt_out_tag: OPT_OUT_TAG.to_owned(),
            rules: BTreeMap::new(),
            trust_session_names: false,
            verification_hours: VERIFICATION_HOURS,
            windows: Vec::new(),
        }
    }
}

impl RuleSettings {
    /// The same for the same action with the same parameters: what a dry run was made of.
    #[must_use]
    pub fn digest(&self) -> String {
        let text = serde_json::json!([self.action, self.parameters]).to_string();
        sha256::hex(text.as_bytes()).chars().take(16).collect()
    }
}

impl Settings {
    /// Whether changes of a rule's findings are made, by this action.
    #[must_use]
    pub fn makes(&self, rule: &str, action: &str) -> bool {
        self.rules.get(rule).is_some_and(|rule| rule.mode.acts() && rule.action == action)
    }

    /// Whether any rule's findings lead to a change.
    #[must_use]
    pub fn acts(&self) -> bool {
        self.rules.values().any(|rule| rule.mode.acts())
    }
}
