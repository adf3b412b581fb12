//! Tags as a user gives them.

use std::collections::BTreeMap;

use pulumi_component::Input;

/// Tags by name.
pub type Tags = BTreeMap<String, Input<String>>;
