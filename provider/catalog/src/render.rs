//! Conformance packs of our own: templates in which a framework's rules stand.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::asked::ComposedRule;
use crate::facts::{Catalog, Rule, Trigger};
use crate::limits::{INLINE_BYTES, RULES_PER_PACK};

/// Longest name given here, in characters: a deployment may put its own prefix before it.
const NAME_LENGTH: usize = 96;

/// The template of a conformance pack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template {
    /// Parameters by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// Rules by logical id.
    pub resources: BTreeMap<String, Resource>,
}

/// A parameter of a template, which a deployment gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Parameter {
    #[serde(rename = "Type")]
    kind: &'static str,
    description: &'static str,
}

impl Parameter {
    /// A text; `description` is for whoever reads the template.
    pub(crate) fn text(description: &'static str) -> Self {
        Self { kind: "String", description }
    }
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reference {
    #[serde(rename = "Ref")]
    parameter: &'static str,
}

/// A rule in a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Resource {
    #[serde(rename = "Type")]
    kind: &'static str,
    properties: Properties,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    config_rule_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Reference>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    input_parameters: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_execution_frequency: Option<String>,
    source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Source {
    owner: &'static str,
    source_identifier: String,
}

/// Templates that hold the rules, in their order: as few as the limits allow, each within them.
pub fn templates(rules: &[ComposedRule]) -> Vec<Template> {
    let (mut done, mut open, mut bytes): (Vec<Template>, _, usize) = (Vec::new(), Template::default(), FRAME);
    for (name, rule) in names(rules).into_iter().zip(rules) {
        let (id, resource) = (logical_id(&name), resource(name, rule));
        let size = size(&id, &resource);
        if !open.resources.is_empty() && (open.resources.len() == RULES_PER_PACK || bytes + size > INLINE_BYTES) {
            done.push(std::mem::take(&mut open));
            bytes = FRAME;
        }
        bytes += size;
        open.resources.insert(id, resource);
    }
    if !open.resources.is_empty() {
        done.push(open);
    }
    done
}

/// What stands around the rules, with room to spare.
const FRAME: usize = 64;

/// Bytes of a rule with two spaces of indent a level, of which JSON needs the most.
fn size(id: &str, resource: &Resource) -> usize {
    let alone = BTreeMap::from([(id, BTreeMap::from([("Resources", resource)]))]);
    serde_json::to_string_pretty(&alone).map_or(INLINE_BYTES, |text| text.len())
}

/// Names of the rules in an account. One that is there several times with other parameters is told apart by the
/// framework that asks for it, so that the first keeps its name.
pub fn names(rules: &[ComposedRule]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let named = rules.iter().map(|rule| {
        let plain = rule.identifier.to_lowercase().replace('_', "-");
        let asks = rule.frameworks.keys().next().map(|id| format!("{plain}-{}", id.replace('.', "-")));
        let asks = asks.filter(|name| name.len() <= NAME_LENGTH);
        let told_apart = asks.clone().unwrap_or_else(|| plain.clone());
        let numbered = (2..).map(|number: usize| format!("{told_apart}-{number}"));
        let mut candidates = std::iter::once(plain).chain(asks).chain(numbered);
        let free = candidates.find(|name| !seen.contains(name)).unwrap_or_default();
        seen.insert(free.clone());
        free
    });
    named.collect()
}

impl Resource {
    /// Describes the rule by the value of a parameter.
    pub(crate) fn described_by(mut self, parameter: &'static str) -> Self {
        self.properties.description = Some(Reference { parameter });
        self
    }
}

pub(crate) fn resource(name: String, rule: &ComposedRule) -> Resource {
    let known = Catalog::get().rule(&rule.identifier);
    let periodic = known.is_none_or(|known| known.trigger != Trigger::Change);
    // What the rule needs and has a default for is given as well: only the console fills it in.
    let defaults = known.into_iter().flat_map(Rule::needed_defaults);
    let mut parameters: BTreeMap<_, _> = defaults.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    parameters.extend(rule.parameters.clone());
    Resource {
        kind: "AWS::Config::ConfigRule",
        properties: Properties {
            config_rule_name: name,
            description: None,
            input_parameters: parameters,
            maximum_execution_frequency: rule.frequency.clone().filter(|_| periodic),
            source: Source { owner: "AWS", source_identifier: rule.identifier.clone() },
        },
    }
}

/// `encrypted-volumes` becomes `EncryptedVolumes`: a logical id takes letters and digits alone.
pub(crate) fn logical_id(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    });
    words.collect()
}
