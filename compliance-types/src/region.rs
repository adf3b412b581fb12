//! Region codes and the partitions that they belong to.

/// Partitions that ARNs begin with (IAM User Guide, "Amazon Resource Names"; botocore's `partitions.json`).
pub const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"];

/// How the region codes of each partition but `aws` begin.
const REGION_STARTS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
];

/// Whether a string has the form of a region code, such as `eu-west-1`. Whether the region exists is another question: AWS
/// adds regions.
pub fn is_region_code(code: &str) -> bool {
    let parts: Vec<_> = code.split('-').collect();
    let word = |part: &&str| part.len() >= 2 && part.chars().all(|c| c.is_ascii_lowercase());
    match parts.as_slice() {
        [area, words @ .., number] => {
            word(area)
                && !words.is_empty()
                && words.iter().all(word)
                && number.parse::<u8>().is_ok_and(|number| number > 0)
                && number.chars().all(|c| c.is_ascii_digit())
        }
        [] | [_] => false,
    }
}

/// The words that stand before the number of every region code (AWS Regions and Availability Zones User Guide; botocore's
/// `endpoints.json`, all partitions).
const DIRECTIONS: [&str; 9] =
    ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/// Whether a string may be a region code: it has the form, and a direction before its number. `us-eest-1` has none and is
/// misspelled; `us-east-9` may be new.
pub fn may_be_region(code: &str) -> bool {
    let direction = code.rsplit('-').nth(1);
    is_region_code(code) && direction.is_some_and(|word| DIRECTIONS.contains(&word))
}

/// The partition of a region (IAM User Guide, "Amazon Resource Names").
pub fn partition_of_region(region: &str) -> &'static str {
    REGION_STARTS.iter().find(|(start, _)| region.starts_with(start)).map_or("aws", |(_, partition)| partition)
}

/// The regions of the partition `aws` that every account has from its first day (AWS Account Management Reference Guide,
/// "Enable or disable AWS Regions in your account"): all later ones have to be enabled.
pub const ENABLED_BY_DEFAULT: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Whether an account has to enable a region before it can use it.
pub fn is_opt_in_region(region: &str) -> bool {
    is_region_code(region) && partition_of_region(region) == "aws" && !ENABLED_BY_DEFAULT.contains(&region)
}

/// The later regions of the partition `aws` that AWS Config already was in when AWS stopped to record IAM's types in new ones.
const RECORDING_GLOBAL_TYPES: [&str; 5] = ["af-south-1", "ap-east-1", "ap-southeast-3", "eu-south-1", "me-south-1"];

/// Whether AWS Config can record IAM users, groups, roles and policies in a region. It cannot in those that it has supported
/// only since February 2022 (AWS Config Developer Guide, "Selecting Which Resources AWS Config Records", "Global resource
/// types"); a region that is not known is one of them.
pub fn records_global_types(region: &str) -> bool {
    !is_opt_in_region(region) || RECORDING_GLOBAL_TYPES.contains(&region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_codes_have_a_form() {
        for code in ["eu-west-1", "us-gov-west-1", "ap-southeast-7", "us-isob-east-1", "eusc-de-east-1"] {
            assert!(is_region_code(code), "{code}");
        }
        for code in ["", "eu-west", "eu-west-0", "eu--1", "-1", "eu-west-1a", "EU-West-1", "eu-west-+1"] {
            assert!(!is_region_code(code), "{code}");
        }
    }

    #[test]
    fn a_region_has_a_direction_before_its_number() {
        for code in ["eu-west-1", "us-gov-west-1", "ap-southeast-7", "us-isob-east-1", "eusc-de-east-1", "us-east-9"] {
            assert!(may_be_region(code), "{code}");
        }
        for code in ["us-eest-1", "eu-wets-2", "us-east1", "useast-1", "europe-north-one", ""] {
            assert!(!may_be_region(code), "{code}");
        }
        assert!(ENABLED_BY_DEFAULT.into_iter().all(may_be_region));
    }

    #[test]
    fn each_region_belongs_to_one_partition() {
        for (region, partition) in [
            ("eu-west-1", "aws"),
            ("us-east-1", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-east-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
        ] {
            assert_eq!(partition_of_region(region), partition);
            assert!(PARTITIONS.contains(&partition));
        }
    }

    #[test]
    fn regions_since_february_2022_do_not_record_global_types() {
        assert!(["eu-west-1", "me-south-1", "us-gov-west-1", "cn-north-1"].into_iter().all(records_global_types));
        assert!(!["eu-central-2", "il-central-1", "ap-southeast-7", "xx-new-1"].into_iter().any(records_global_types));
    }

    #[test]
    fn later_regions_have_to_be_enabled() {
        assert!(["me-south-1", "af-south-1", "ap-southeast-7"].into_iter().all(is_opt_in_region));
        assert!(!["eu-west-1", "us-east-1", "cn-north-1", "us-gov-east-1", "", "eu"].into_iter().any(is_opt_in_region));
    }
}
