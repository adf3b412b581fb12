//! Which resources a rule looks at.

use pulumi_component::{Checks, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inputs::bounds;

/// Which resources a rule evaluates: by type, by one resource, or by tag.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ScopeArgs {
    /// Resource types, such as `AWS::EC2::Volume`.
    pub resource_types: Option<Vec<Input<String>>>,
    /// Id of a single resource. Requires exactly one resource type.
    pub resource_id: Option<Input<String>>,
    /// Name of a tag that the resources carry.
    pub tag_key: Option<Input<String>>,
    /// Value of that tag.
    pub tag_value: Option<Input<String>>,
}

impl ScopeArgs {
    /// Whether it excludes nothing.
    pub fn is_empty(&self) -> bool {
        let types = self.resource_types.iter().flatten();
        types.chain(&self.resource_id).chain(&self.tag_key).chain(&self.tag_value).next().is_none()
    }

    /// Types by their form, and as warnings those that AWS Config is not known to record.
    pub fn check_types(&self, checks: &mut Checks) {
        checks.each("resourceTypes", self.resource_types.iter().flatten(), |checks, kind| {
            checks.input("", kind, |kind| bounds::rules::resource_type(kind));
            checks.warn_input("", kind, |kind| bounds::rules::known_resource_type(kind));
        });
    }

    /// How many types there are, and the length of the rest.
    pub fn check_texts(&self, checks: &mut Checks) {
        let count = self.resource_types.as_ref().map_or(0, Vec::len);
        if count > bounds::rules::SCOPE_TYPES {
            let most = bounds::rules::SCOPE_TYPES;
            checks.error("resourceTypes", format!("expected at most {most} resource types, got {count}"));
        }
        if let Some(id) = &self.resource_id {
            checks.input("resourceId", id, |text| bounds::rules::resource_id(text));
        }
        if let Some(key) = &self.tag_key {
            checks.input("tagKey", key, |text| bounds::rules::tag_key(text));
        }
        if let Some(value) = &self.tag_value {
            checks.input("tagValue", value, |text| bounds::rules::tag_value(text));
        }
    }
}
