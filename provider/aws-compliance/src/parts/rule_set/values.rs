//! Values of rules as AWS Config takes them.

use std::collections::BTreeMap;

use aws_resources::{Json, cfg};
use pulumi_component::Input;

use crate::inputs::scope::ScopeArgs;

/// Parameters as the JSON text that AWS Config takes.
pub(super) fn parameters(parameters: BTreeMap<String, Input<String>>) -> Option<Input<String>> {
    let members = parameters.into_iter().map(|(name, value)| (name, Json::from(value)));
    let members: BTreeMap<_, _> = members.collect();
    (!members.is_empty()).then(|| Json::Object(members).into())
}

pub(super) fn rule_scope(args: ScopeArgs) -> cfg::RuleScope {
    cfg::RuleScope {
        compliance_resource_id: args.resource_id,
        compliance_resource_types: args.resource_types.map(Into::into),
        tag_key: args.tag_key,
        tag_value: args.tag_value,
    }
}
