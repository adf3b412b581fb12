//! The default tags of the provider, which every resource has beside its own.

use std::collections::{BTreeMap, BTreeSet};

use account_look::OWNER_TAG;
use pulumi_component::Context;
use pulumi_component::value::{PropertyError, PropertyMap, Value};

use crate::inputs::bounds::TAG_COUNT;
use crate::inputs::on_destroy::ON_DESTROY_TAG;
use crate::inputs::tags::Tags;

const TOKEN: &str = "aws:index/getDefaultTags:getDefaultTags";

/// Names of the default tags of the provider that the children will use. It answers from its own configuration; where it does
/// not answer, or not yet, there are none.
pub(super) async fn read(context: &Context) -> BTreeSet<String> {
    let answer = context.invoke(&aws_resources::AWS, TOKEN, PropertyMap::new()).await;
    match answer.ok().flatten().unwrap_or_default().remove("tags").map(|tags| tags.value) {
        Some(Value::Object(tags)) => tags.into_keys().collect(),
        _ => BTreeSet::new(),
    }
}

/// What AWS would refuse of own tags and default tags together. An own tag replaces a default tag of exactly its name.
pub(super) fn problems(own: &Tags, default: &BTreeSet<String>) -> Vec<PropertyError> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in default {
        if let Some(first) = seen.insert(name.to_lowercase(), name) {
            let reason = format!(
                "the provider's default tags `{first}` and `{name}` differ in case only: IAM takes both for one name and \
                 refuses roles that have both"
            );
            problems.push(PropertyError::new("tags", reason));
        }
        if [OWNER_TAG, ON_DESTROY_TAG].iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
            let reason = format!("the provider's default tag `{name}` is set by this component; remove it there");
            problems.push(PropertyError::new("tags", reason));
        }
    }
    for name in own.keys() {
        if let Some(other) = seen.get(&name.to_lowercase()).filter(|other| *other != name) {
            let reason = format!(
                "differs in case only from `{other}` of the provider's default tags: IAM takes both for one name and refuses \
                 roles that have both; nearest: `{other}`"
            );
            problems.push(PropertyError::new(["tags", name.as_str()], reason));
        }
    }
    let more = default.iter().filter(|name| !own.contains_key(*name)).count();
    if own.len() <= TAG_COUNT && own.len() + more > TAG_COUNT {
        let reason = format!(
            "expected at most {TAG_COUNT} with the default tags of the provider, got {} and {more} of those: AWS takes 50, two \
             are set by this component",
            own.len()
        );
        problems.push(PropertyError::new("tags", reason));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(own: &[&str], default: &[&str]) -> Vec<String> {
        let own = own.iter().map(|name| ((*name).to_owned(), "x".into())).collect();
        let default = default.iter().map(|name| (*name).to_owned()).collect();
        problems(&own, &default).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn default_tags_that_clash_in_case_are_rejected_and_equal_names_are_not() {
        assert_eq!(told(&["team", "other"], &["team", "env"]), Vec::<String>::new());
        let [problem] = &told(&["team"], &["Team", "env"])[..] else { panic!("one problem") };
        assert!(problem.starts_with("tags.team: differs in case only from `Team`"), "{problem}");
        let [problem] = &told(&[], &["Team", "TEAM"])[..] else { panic!("one problem") };
        assert!(problem.starts_with("tags: the provider's default tags `TEAM` and `Team`"), "{problem}");
        let [problem] = &told(&[], &["AWS-Compliance:Owner"])[..] else { panic!("one problem") };
        assert!(problem.contains("remove it there"), "{problem}");
    }

    #[test]
    fn own_and_default_tags_together_are_bounded() {
        let names: Vec<String> = (0..60).map(|number| format!("n{number:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(told(&names[..40], &names[..48]).len(), 0, "the names of both count once");
        let [problem] = &told(&names[..40], &names[40..49])[..] else { panic!("one problem") };
        assert!(problem.contains("got 40 and 9 of those"), "{problem}");
        assert_eq!(told(&names[..49], &names[49..]).len(), 0, "the check of `tags` reports these");
    }
}
