//! What the catalogue finds wrong with a rule, without leading to a secret.

use std::collections::BTreeMap;

use aws_compliance_catalog::Problem;
use pulumi_component::Input;
use pulumi_component::value::{PathStep, PropertyError, PropertyPath};

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
    /// Whether a secret is at a member, such as `scope.tagKey`, or below it.
    pub fn has_secret(&self, member: &[PathStep]) -> bool {
        let place = |path: PropertyPath, value: &Input<String>| is_secret(value).then_some(path);
        let scope = PropertyPath::from("scope");
        let parameters = self.parameters.iter().map(|(name, value)| place(["parameters", name].into(), value));
        let frequency = self.frequency.map(|value| place("frequency".into(), value));
        let types = self.scope.iter().flat_map(|scope| scope.resource_types.iter().flatten()).enumerate();
        let types = types.map(|(index, value)| place(scope.member("resourceTypes").index(index), value));
        let of_scope = self.scope.iter().flat_map(|scope| {
            [("resourceId", &scope.resource_id), ("tagKey", &scope.tag_key), ("tagValue", &scope.tag_value)]
        });
        let of_scope = of_scope.map(|(name, value)| place(scope.member(name), value.as_ref()?));
        let mut secrets = parameters.chain(frequency).chain(types).chain(of_scope).flatten();
        secrets.any(|path| path.steps().starts_with(member))
    }
}

/// A problem in a list of rules, as an error that does not lead to a secret: the engine prints what stands at the path, and
/// the nearest right value tells what was given. `of` gives what of a rule may be secret.
pub fn shown<'a>(problem: &Problem, of: impl Fn(usize) -> Option<Eventual<'a>>) -> PropertyError {
    let sensitive = match problem.path.steps() {
        [PathStep::Index(index), member @ ..] => of(*index).is_some_and(|rule| rule.has_secret(member)),
        _ => false,
    };
    let reason = if sensitive { problem.reason.clone() } else { problem.text() };
    PropertyError::new(&problem.path, reason).sensitive_if(sensitive)
}
