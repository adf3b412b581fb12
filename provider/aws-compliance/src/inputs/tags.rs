//! Tags as a user gives them.

use std::collections::BTreeMap;

use pulumi_component::Input;
use pulumi_component::value::Text;

/// Tags by name.
pub type Tags = BTreeMap<String, Input<String>>;

/// Tags in the schema: values may be numbers and booleans.
pub type TextTags = BTreeMap<String, Input<Text>>;
