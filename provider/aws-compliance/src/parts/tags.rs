//! Tags, which reach every child that takes them.

use account_look::OWNER_TAG;
use aws_resources::s3;
use pulumi_component::Input;

use crate::account::facts::AccountFacts;
use crate::inputs::tags::Tags;

/// Tags that an object in a bucket takes.
const OBJECT_TAGS: usize = 10;

/// Tags as an input of a child; nothing where there are none, so that the provider's default tags stay as they are.
pub fn input(tags: &Tags) -> Option<Input<Tags>> {
    (!tags.is_empty()).then(|| tags.clone().into())
}

/// Tags of an object in a bucket, which takes ten (S3 User Guide, "Categorizing your storage using tags"): nothing where
/// there are more. The bucket has them all.
pub fn of_object(tags: &Tags) -> Option<Input<Tags>> {
    input(tags).filter(|_| tags.len() <= OBJECT_TAGS)
}

/// Lets the provider's default tags not count on an object: together with its own they may be more than ten.
pub fn without_default_tags() -> s3::BucketObjectv2OverrideProvider {
    let none = s3::BucketObjectv2OverrideProviderDefaultTags::new().tags(Tags::new());
    s3::BucketObjectv2OverrideProvider::new().default_tags(none)
}

/// Tags with the one that says which deployment it is, for everything that has a name of its own.
pub fn owned(tags: &Tags, facts: &AccountFacts) -> Input<Tags> {
    owned_with(tags, facts, [])
}

/// The same with further tags of this component's.
pub fn owned_with<const N: usize>(tags: &Tags, facts: &AccountFacts, more: [(&str, &str); N]) -> Input<Tags> {
    let mut tags = tags.clone();
    tags.insert(OWNER_TAG.to_owned(), facts.owner().into());
    tags.extend(more.map(|(name, value)| (name.to_owned(), value.into())));
    tags.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_takes_ten_tags() {
        let many = |count: usize| (0..count).map(|number| (number.to_string(), "x".into())).collect::<Tags>();
        assert!(of_object(&many(10)).is_some());
        assert!(of_object(&many(11)).is_none() && of_object(&many(0)).is_none());
    }
}
