//! What a waiver says, and which findings it matches.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

/// One waiver. Each selector that is given must match; of a list, one member must.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Waiver {
    // INVARIANT: fields stand in alphabetical order, so that the configuration document has sorted keys.
    /// Account ids; all accounts where none is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// A control of `framework`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// Last day on which it is in force, `yyyy-mm-dd` in UTC.
    pub expires: String,
    /// Id of a framework: the findings of its rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why the findings are accepted.
    pub reason: String,
    /// Regions; all regions where none is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Pattern of a resource's id, name or ARN: `*` stands for any characters, `?` for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Name of a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Tags that the resource must have, with these values; `*` and `?` as in `resource`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Where it was decided, such as the key of a ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// A finding, as far as waivers ask about it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Account id.
    pub account: &'a str,
    /// Region of the resource, or `global`.
    pub region: &'a str,
    /// Name of the rule.
    pub rule: &'a str,
    /// Frameworks that the rule counts for, each with its controls.
    pub frameworks: &'a BTreeMap<String, BTreeSet<String>>,
    /// Id of the resource.
    pub resource_id: &'a str,
    /// Its name, where it has one.
    pub name: Option<&'a str>,
    /// Its ARN, where it is known.
    pub arn: Option<&'a str>,
    /// Its tags, where they are known.
    pub tags: &'a BTreeMap<String, String>,
}

impl Waiver {
    /// Whether its selectors match a finding, in force or not.
    #[must_use]
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        let among = |wanted: &[String], given: &str| wanted.is_empty() || wanted.iter().any(|one| one == given);
        among(&self.accounts, subject.account)
            && among(&self.regions, subject.region)
            && self.rule.as_ref().is_none_or(|rule| rule == subject.rule)
            && self.serves(subject.frameworks)
            && self.names(subject)
            && self.tags.iter().all(|(name, value)| subject.tags.get(name).is_some_and(|given| fits(value, given)))
    }

    /// What the report calls it: who answers for it, and until when.
    #[must_use]
    pub fn summary(&self) -> String {
        let ticket = self.ticket.as_ref().map(|ticket| format!(", {ticket}")).unwrap_or_default();
        format!("{} until {}{ticket}", self.owner, self.expires)
    }

    /// Its selectors in words, for a list of waivers.
    #[must_use]
    pub fn selectors(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut add = |name: &str, text: Option<&str>| parts.extend(text.map(|text| format!("{name} {text}")));
        add("rule", self.rule.as_deref());
        add("framework", self.framework.as_deref());
        add("control", self.control.as_deref());
        add("resource", self.resource.as_deref());
        let listed = |all: &[String]| (!all.is_empty()).then(|| all.join(" or "));
        add("account", listed(&self.accounts).as_deref());
        add("region", listed(&self.regions).as_deref());
        for (name, value) in &self.tags {
            add("tag", Some(&format!("{name}={value}")));
        }
        parts.join(", ")
    }

    /// Whether it asks for more of a resource than rule, account, region and id.
    #[must_use]
    pub fn needs_details(&self) -> bool {
        self.resource.is_some() || !self.tags.is_empty()
    }

    fn serves(&self, frameworks: &BTreeMap<String, BTreeSet<String>>) -> bool {
        let Some(framework) = &self.framework else { return self.control.is_none() };
        let Some(controls) = frameworks.get(framework) else { return false };
        self.control.as_ref().is_none_or(|control| controls.contains(control))
    }

    fn names(&self, subject: &Subject<'_>) -> bool {
        let Some(pattern) = &self.resource else { return true };
        let names = [Some(subject.resource_id), subject.name, subject.arn];
        names.into_iter().flatten().any(|name| fits(pattern, name))
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    WildMatch::new(pattern).matches(text)
}
