//! What the catalogue finds wrong with a rule, without leading to a secret.

use std::collections::BTreeMap;

use aws_compliance_catalog::Finding;
use pulumi_component::Input;

use crate::inputs::scope::ScopeArgs;
use crate::plan::values::is_secret;

/// What of a rule may be secret.
#[derive(Clone, Copy)]
pub struct Eventual<'a> {
    /// Parameters by name.
    pub parameters: &'a BTreeMap<String, Input<String>>,
    /// How often it is evaluated.
    pub frequency: Option<&'a Input<String>>,
    /// Which resources it looks at.
    pub scope: Option<&'a ScopeArgs>,
}

impl Eventual<'_> {
    /// Whether a secret is at a member, such as `.scope.tagKey`, or below it.
    pub fn has_secret(&self, member: &str) -> bool {
        let place = |name: &str, value: &Input<String>| is_secret(value).then(|| name.to_owned());
        let parameters = self.parameters.iter().map(|(name, value)| place(&format!(".parameters.{name}"), value));
        let frequency = self.frequency.map(|value| place(".frequency", value));
        let types = self.scope.iter().flat_map(|scope| scope.resource_types.iter().flatten()).enumerate();
        let types = types.map(|(index, value)| place(&format!(".scope.resourceTypes[{index}]"), value));
        let of_scope = self.scope.iter().flat_map(|scope| {
            [("resourceId", &scope.resource_id), ("tagKey", &scope.tag_key), ("tagValue", &scope.tag_value)]
        });
        let of_scope = of_scope.map(|(name, value)| place(&format!(".scope.{name}"), value.as_ref()?));
        let mut secrets = parameters.chain(frequency).chain(types).chain(of_scope).flatten();
        let below = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
        secrets.any(|path| path.strip_prefix(member).is_some_and(below))
    }
}

/// A finding in a list of rules, as path and reason that do not lead to a secret: the engine prints what stands at the
/// path, and the nearest right value tells what was given. `of` gives what of a rule may be secret.
pub fn shown<'a>(finding: &Finding, of: impl Fn(usize) -> Option<Eventual<'a>>) -> (String, String) {
    let place = finding.path.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let secret = place.and_then(|(index, member)| Some(of(index.parse().ok()?)?.has_secret(member)));
    match secret {
        Some(true) => (format!("{} (secret)", finding.path), finding.reason.clone()),
        _ => (finding.path.clone(), finding.text()),
    }
}
