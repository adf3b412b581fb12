//! A framework as conformance packs of its own: which rule is in which pack, and what each is called.

use std::collections::BTreeMap;

use compliance_types::short_hash;

use crate::asked::ComposedRule;
use crate::facts::framework;
use crate::render::{Parameter, Template, logical_id, resource};

/// Rules that one pack of a deployment holds, unless a framework asks for one of them several times. AWS Config takes up
/// to 130 (`RULES_PER_PACK`), and deploys them one after another; the `aws` provider waits five minutes for a pack and
/// has no input that says otherwise, and packs of 100 and more have been seen to take longer.
pub const RULES_PER_WAIT: usize = 40;
/// The parameter that says whose a pack is: the `aws` provider gives packs no tags.
pub const OWNER_PARAMETER: &str = "ComplianceOwner";

/// Longest part of a rule's name that stands for its framework, in characters. AWS Config takes 128 for a rule, puts
/// `-conformance-pack-` and an id of nine behind it, the prefix takes up to 20, the longest identifier has 55, and a rule
/// may be numbered.
const SHORT_LENGTH: usize = 21;
/// What is kept of an id that is longer, before eight digits of its hash.
const KEPT_LENGTH: usize = 12;

/// One of the packs that a framework is deployed as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Which of them, from 1.
    pub part: usize,
    /// Its rules by the name that the template gives them; AWS Config adds `-conformance-pack-` and an id.
    pub rules: BTreeMap<String, ComposedRule>,
}

impl Pack {
    /// Its template.
    pub fn template(&self) -> Template {
        let rules = self
            .rules
            .iter()
            .map(|(name, rule)| (logical_id(name), resource(name.clone(), rule).described_by(OWNER_PARAMETER)));
        let owner = Parameter::text("The deployment that this pack belongs to");
        Template { parameters: BTreeMap::from([(OWNER_PARAMETER.to_owned(), owner)]), resources: rules.collect() }
    }
}

/// The packs of a framework of these rules, as it was composed alone. A rule is in the same pack whatever else is left out,
/// so that a change of one moves no other. None where the framework is not known.
pub fn packs_of(id: &str, composed: Vec<ComposedRule>, prefix: &str) -> Vec<Pack> {
    let Some(whole) = framework(id) else { return Vec::new() };
    let mut identifiers: Vec<_> = whole.rules.iter().filter(|rule| !rule.off).map(|rule| &rule.identifier).collect();
    identifiers.sort();
    identifiers.dedup();
    let part = |identifier: &String| identifiers.binary_search(&identifier).unwrap_or_default() / RULES_PER_WAIT + 1;
    let start = rules_start(id, prefix);
    let mut packs: BTreeMap<usize, BTreeMap<String, ComposedRule>> = BTreeMap::new();
    for rule in composed {
        let rules = packs.entry(part(&rule.identifier)).or_default();
        let name = format!("{start}{}", rule.identifier.to_lowercase().replace('_', "-"));
        // A framework that is several packs of AWS's may ask for a rule with several values.
        let numbered = (2..).map(|number: usize| format!("{name}-{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let free = names.find(|name| !rules.contains_key(name)).unwrap_or(name.clone());
        rules.insert(free, rule);
    }
    packs.into_iter().map(|(part, rules)| Pack { part, rules }).collect()
}

/// The name of a pack in the account: `compliance-hipaa`, then `compliance-hipaa-2`.
pub fn pack_name(id: &str, part: usize, prefix: &str) -> String {
    let id = id.replace('.', "-");
    if part == 1 { format!("{prefix}-{id}") } else { format!("{prefix}-{id}-{part}") }
}

/// What the names of all rules in a framework's packs begin with, and no other rule's: `compliance-hipaa-`.
pub fn rules_start(id: &str, prefix: &str) -> String {
    let id = id.replace('.', "-");
    if id.len() <= SHORT_LENGTH {
        return format!("{prefix}-{id}-");
    }
    let kept: String = id.chars().take(KEPT_LENGTH).collect();
    // Two long ids that begin alike stay apart.
    let hash = short_hash(&id);
    format!("{prefix}-{}-{hash:08x}-", kept.trim_end_matches('-'))
}
