//! Tags, which reach every child that takes them.

use std::collections::BTreeMap;

use account_look::OWNER_TAG;
use pulumi_component::Input;

use crate::facts::AccountFacts;

/// Tags by name.
pub type Tags = BTreeMap<String, Input<String>>;

/// Tags as an input of a child; nothing where there are none, so that the provider's default tags stay as they are.
pub fn input(tags: &Tags) -> Option<Input<Tags>> {
    (!tags.is_empty()).then(|| tags.clone().into())
}

/// Tags with the one that says which deployment it is, for what AWS creates or updates by name.
pub fn owned(tags: &Tags, facts: &AccountFacts) -> Input<Tags> {
    let mut tags = tags.clone();
    tags.insert(OWNER_TAG.to_owned(), facts.owner().into());
    tags.into()
}
