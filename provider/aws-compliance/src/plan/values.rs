//! Values of inputs as the plan compares them.

use std::collections::BTreeMap;

use aws_compliance_catalog::{Catalog, Rule};
use pulumi_component::Input;
use pulumi_component::engine::Given;

use crate::inputs::rules::ManagedRuleArgs;
use crate::plan::baseline::BASELINE;

/// Whether a value must not be shown.
pub fn is_secret(input: &Input<String>) -> bool {
    input.given().is_some_and(|given| given.secret)
}

/// A value that is known, to be checked and not to be shown.
pub fn text(input: &Input<String>) -> Option<String> {
    input.given()?.value.clone()
}

/// A value that is known and not sensitive: the engine prints the value at the path of an error.
pub fn known(input: &Input<String>) -> Option<String> {
    input.given().filter(|given| !given.secret)?.value.clone()
}

/// The parameters with the documented defaults of those that the rule needs: only the console fills them in, and the API
/// refuses a rule without them.
pub fn with_defaults(
    identifier: &str,
    mut parameters: BTreeMap<String, Input<String>>,
) -> BTreeMap<String, Input<String>> {
    // A deployment of the baseline alone does not read the catalogue.
    let known = BASELINE.iter().all(|rule| rule.identifier != identifier).then(|| Catalog::get().rule(identifier));
    for (name, default) in known.flatten().into_iter().flat_map(Rule::needed_defaults) {
        parameters.entry(name.to_owned()).or_insert_with(|| default.into());
    }
    parameters
}

/// Whether the parameters of a rule are these, with the defaults that it needs. A value that is secret or not known yet
/// makes it another rule.
pub fn takes(args: &ManagedRuleArgs, parameters: &BTreeMap<String, Input<String>>) -> bool {
    let items = |value: &Input<String>| {
        known(value).map(|text| text.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>())
    };
    let own = with_defaults(&args.identifier, args.parameters.clone());
    let is_same = |(name, value)| {
        let other = parameters.get(name).and_then(items);
        other.is_some() && other == items(value)
    };
    own.len() == parameters.len() && own.iter().all(is_same)
}
