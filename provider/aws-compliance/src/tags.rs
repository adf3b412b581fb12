//! Tags, which reach every child that takes them.

use std::collections::BTreeMap;

use pulumi_component::Input;

/// Tags by name.
pub type Tags = BTreeMap<String, Input<String>>;

/// Tags as an input of a child; nothing where there are none, so that the provider's default tags stay as they are.
pub fn input(tags: &Tags) -> Option<Input<Tags>> {
    (!tags.is_empty()).then(|| tags.clone().into())
}
