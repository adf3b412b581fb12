//! Texts of rules and resource types, as AWS Config takes them (AWS Config API Reference, "ConfigRule", "Scope" and
//! "ResourceType").

use std::ops::RangeInclusive;

use aws_compliance_catalog::nearest_of;
use pulumi_component::InvalidValue;

/// The type of evaluations that are about the account itself; its middle part is empty.
const ACCOUNT_TYPE: &str = "AWS::::Account";

/// Most resource types that a scope lists.
pub const SCOPE_TYPES: usize = 100;

/// Longest name of a rule without the prefix, in characters: AWS Config takes 128 with it.
const NAME_LENGTH: usize = 100;

/// The name of a rule. Its length is the schema's to judge.
pub fn name(text: &str) -> Result<(), InvalidValue> {
    match text.is_empty() || !text.trim().is_empty() {
        true => Ok(()),
        false => Err(InvalidValue::new("expected a name that is not blank")),
    }
}

/// Whether a name is one that AWS Config takes.
pub fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= NAME_LENGTH
}

/// What a rule is for.
pub fn description(text: &str) -> Result<(), InvalidValue> {
    characters(text, 0..=256)
}

/// The id of the one resource that a rule looks at.
pub fn resource_id(text: &str) -> Result<(), InvalidValue> {
    characters(text, 1..=768)
}

/// The name of a tag that a rule looks for.
pub fn tag_key(text: &str) -> Result<(), InvalidValue> {
    characters(text, 1..=128)
}

/// The value of such a tag.
pub fn tag_value(text: &str) -> Result<(), InvalidValue> {
    characters(text, 1..=256)
}

/// An EC2 instance type by its form: family and size, such as `m7g.large` or `u-6tb1.112xlarge`. Whether there is such a type
/// is left to AWS: new ones come.
pub fn instance_type(kind: &str) -> Result<(), InvalidValue> {
    let word = |part: &str, marks: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || marks.contains(c))
            && part.chars().any(|c| c.is_ascii_lowercase())
    };
    let is_type = |kind: &str| kind.split_once('.').is_some_and(|(family, size)| word(family, "-") && word(size, "-"));
    if is_type(kind) {
        return Ok(());
    }
    let wrong = InvalidValue::new("expected an EC2 instance type, such as `m7g.large`, one in each entry");
    let folded = kind.trim().to_lowercase().replace('_', ".");
    Err(if is_type(&folded) { wrong.nearest(folded) } else { wrong })
}

/// A resource type by its form. Whether there is such a type is left to AWS: new ones come.
pub fn resource_type(kind: &str) -> Result<(), InvalidValue> {
    if kind == ACCOUNT_TYPE {
        return Ok(());
    }
    let parts: Vec<_> = kind.split("::").collect();
    let word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
    if parts.len() == 3 && parts.iter().all(word) {
        return Ok(());
    }
    let wrong = InvalidValue::new("expected a resource type, such as `AWS::EC2::Volume`");
    let words: Vec<_> = kind.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    Err(match words.as_slice() {
        [first, service, name] if first.eq_ignore_ascii_case("aws") => wrong.nearest(format!("AWS::{service}::{name}")),
        [service, name] if !service.eq_ignore_ascii_case("aws") => wrong.nearest(format!("AWS::{service}::{name}")),
        _ => wrong,
    })
}

/// A type of AWS's own that AWS Config is not known to record: newer than the service model, or misspelled, in other letters
/// too. Types of others (`Acme::Data::Lake`) can be registered.
pub fn known_resource_type(kind: &str) -> Result<(), InvalidValue> {
    let known = account_look::known_resource_types();
    let is_of_aws = kind.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("AWS::"));
    if resource_type(kind).is_err() || !is_of_aws || known.contains(&kind) {
        return Ok(());
    }
    if kind == ACCOUNT_TYPE {
        return Err(InvalidValue::new(
            "AWS Config does not record the account: rules about it are periodic and have no scope",
        ));
    }
    if let Some(nearest) = known.iter().find(|other| other.eq_ignore_ascii_case(kind)) {
        return Err(InvalidValue::new("AWS Config distinguishes upper and lower case").nearest(nearest));
    }
    // Every type begins with this: it makes none near.
    let bare = known.iter().map(|other| other.strip_prefix("AWS::").unwrap_or(other));
    let nearest = nearest_of(kind.get(5..).unwrap_or_default(), bare);
    let nearest = nearest.map(|nearest| format!("AWS::{nearest}"));
    let wrong = InvalidValue::new("AWS Config is not known to record this type");
    Err(nearest.map_or(wrong.clone(), |nearest| wrong.nearest(nearest)))
}

/// A type that a recorder may be given: not the account, and of AWS's own none in other letters, which it refuses.
pub fn recordable_type(kind: &str) -> Result<(), InvalidValue> {
    match known_resource_type(kind) {
        Err(wrong) if kind == ACCOUNT_TYPE || is_in_other_letters(kind) => Err(wrong),
        _ => Ok(()),
    }
}

fn is_in_other_letters(kind: &str) -> bool {
    account_look::known_resource_types().iter().any(|known| *known != kind && known.eq_ignore_ascii_case(kind))
}

fn characters(text: &str, length: RangeInclusive<usize>) -> Result<(), InvalidValue> {
    let count = text.chars().count();
    match length.contains(&count) {
        true => Ok(()),
        false => {
            Err(InvalidValue::new(format!("expected {} to {} characters, got {count}", length.start(), length.end())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_is_not_known_is_reported_with_the_nearest() {
        for (unknown, nearest) in [("AWS::EC2::Volumes", "AWS::EC2::Volume"), ("AWS::S3::Buckets", "AWS::S3::Bucket")] {
            let told = format!("{:?}", known_resource_type(unknown));
            assert!(told.contains(&format!("\"{nearest}\"")), "{told}");
        }
        for (other_letters, nearest) in
            [("aws::ec2::volume", "AWS::EC2::Volume"), ("AWS::S3::bucket", "AWS::S3::Bucket")]
        {
            let told = format!("{:?}", known_resource_type(other_letters));
            assert!(told.contains("upper and lower case") && told.contains(&format!("\"{nearest}\"")), "{told}");
        }
        assert!(format!("{:?}", known_resource_type("AWS::::Account")).contains("does not record the account"));
        for right in ["AWS::EC2::Volume", "Acme::Data::Lake", "EC2 Volume"] {
            assert!(known_resource_type(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn a_resource_type_has_three_parts() {
        for right in ["AWS::EC2::Volume", "AWS::S3::Bucket", "AWS::ApiGatewayV2::Api", "AWS::::Account"] {
            assert!(resource_type(right).is_ok(), "{right}");
        }
        for (wrong, nearest) in [
            ("AWS:EC2:Volume", Some("AWS::EC2::Volume")),
            ("EC2::Volume", Some("AWS::EC2::Volume")),
            ("aws/S3/Bucket", Some("AWS::S3::Bucket")),
            ("Volume", None),
            ("", None),
            ("AWS::EC2::Volume::Id", None),
            ("AWS::EC2::", None),
        ] {
            let told = format!("{:?}", resource_type(wrong));
            assert!(told.contains("expected a resource type"), "{wrong}: {told}");
            assert_eq!(told.contains("nearest: Some"), nearest.is_some(), "{wrong}: {told}");
            assert!(nearest.is_none_or(|nearest| told.contains(&format!("\"{nearest}\""))), "{wrong}: {told}");
        }
    }
}
