//! Tags, as every service here takes them (AWS Tagging user guide, "Tag naming limits and requirements").

use std::collections::BTreeMap;

use pulumi_component::{Checks, InvalidValue};

use crate::inputs::on_destroy::ON_DESTROY_TAG;
use crate::inputs::tags::Tags;

const NAME_LENGTH: usize = 128;
const VALUE_LENGTH: usize = 256;
/// AWS takes 50; two are set by this component.
pub const COUNT: usize = 48;
/// Characters beside letters, digits and spaces that all services take.
const MARKS: &str = "_.:/=+-@";

/// Judges the tags at `tags`.
pub fn check(tags: &Tags, checks: &mut Checks) {
    if tags.len() > COUNT {
        checks.error(
            "tags",
            format!("expected at most {COUNT}, got {}: AWS takes 50, two are set by this component", tags.len()),
        );
    }
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    checks.each_entry("tags", tags, |checks, name, value| {
        // IAM User Guide, "Tags for AWS Identity and Access Management resources": names are not case sensitive.
        if let Some(first) = seen.insert(name.to_lowercase(), name) {
            let reason =
                format!("differs from `{first}` in case alone: IAM takes both for one name, and refuses the second");
            checks.at_input("", value, Err(InvalidValue::new(reason)));
        }
        checks.at_input("", value, judge_name(name));
        checks.input("", value, |value| characters(value, 0, VALUE_LENGTH));
    });
}

fn judge_name(name: &str) -> Result<(), InvalidValue> {
    if name.to_ascii_lowercase().starts_with("aws:") {
        return Err(InvalidValue::new("AWS keeps names that begin with `aws:` to itself"));
    }
    if [account_look::OWNER_TAG, ON_DESTROY_TAG].iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Err(InvalidValue::new("this tag says which deployment something belongs to, and is set by it"));
    }
    characters(name, 1, NAME_LENGTH)
}

fn characters(text: &str, least: usize, most: usize) -> Result<(), InvalidValue> {
    let count = text.chars().count();
    if count < least || count > most {
        return Err(InvalidValue::new(format!("expected {least} to {most} characters, got {count}")));
    }
    match text.chars().find(|c| !c.is_alphanumeric() && *c != ' ' && !MARKS.contains(*c)) {
        Some(_) => Err(InvalidValue::new(format!("expected letters, digits, spaces and {MARKS}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, value: &str) -> usize {
        let mut checks = Checks::default();
        check(&Tags::from([(name.to_owned(), value.into())]), &mut checks);
        checks.errors().len()
    }

    #[test]
    fn names_and_values_have_bounds() {
        for (name, value) in [("a", ""), (&"n".repeat(128), &"v".repeat(256)), ("équipe", "a b_.:/=+-@")] {
            assert_eq!(told(name, value), 0, "{name}");
        }
        for (name, value) in [
            ("", "x"),
            (&"n".repeat(129), "x"),
            ("aws:x", "x"),
            ("AWS:x", "x"),
            ("aws-compliance:owner", "x"),
            ("a", &"v".repeat(257)),
            ("a", "{x}"),
            ("a\n", "x"),
        ] {
            assert_eq!(told(name, value), 1, "{name}");
        }
    }

    #[test]
    fn there_is_room_for_ours() {
        let many = |count: usize| {
            let tags: Tags = (0..count).map(|number| (number.to_string(), "x".into())).collect();
            let mut checks = Checks::default();
            check(&tags, &mut checks);
            checks.errors().len()
        };
        assert_eq!((many(48), many(49)), (0, 1));
    }
}
