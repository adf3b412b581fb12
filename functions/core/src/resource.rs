//! Resources as AWS Config names them: which types exist, where a resource of each type belongs, and whether it is recorded.
//!
//! Ledger, notices and report take all of this from here, so that they count a resource alike.

use serde::{Deserialize, Serialize};

/// The region of resources that belong to no region: a finding of one is one finding, whichever regions report it.
pub const GLOBAL: &str = "global";

/// Types that every region with a recorder records (AWS Config Developer Guide, "Recording AWS Resources", regional and
/// global resources). Other global services, such as Route 53, record in one region alone and need no place of their own.
const GLOBAL_TYPES: [&str; 5] =
    ["AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User", "AWS::RDS::GlobalCluster"];

/// The account itself, as rules report it whose subject is no single resource. Its settings are those of one region.
pub const ACCOUNT: &str = "AWS::::Account";

/// Longest name of a type (AWS Config API Reference, "Evaluation", `ComplianceResourceType`).
const TYPE_LENGTH: usize = 256;

/// Whether `text` names a type of resources: parts between `::`, of which the first and the last are filled. Parts between
/// them can be empty, as in [`ACCOUNT`], and there can be more or fewer of them than three, as in `A::B::C::MODULE`.
#[must_use]
pub fn is_resource_type(text: &str) -> bool {
    let is_word = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let is_end = |part: Option<&&str>| part.is_some_and(|part| !part.is_empty());
    let parts: Vec<&str> = text.split("::").collect();
    text.len() <= TYPE_LENGTH && is_end(parts.first()) && is_end(parts.last()) && parts.into_iter().all(is_word)
}

/// Whether resources of this type belong to no region.
#[must_use]
pub fn is_global(resource_type: &str) -> bool {
    GLOBAL_TYPES.contains(&resource_type)
}

/// Where a resource of this type that `region` reports belongs: the region, or [`GLOBAL`].
#[must_use]
pub fn place<'a>(resource_type: &str, region: &'a str) -> &'a str {
    if is_global(resource_type) { GLOBAL } else { region }
}

/// A resource as AWS Config knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Type of the resource, such as `AWS::S3::Bucket`.
    pub resource_type: String,
    /// Id of the resource, in the form its service uses.
    pub resource_id: String,
}

impl Resource {
    /// Where it belongs: the region, or [`GLOBAL`].
    #[must_use]
    pub fn place<'a>(&self, region: &'a str) -> &'a str {
        place(&self.resource_type, region)
    }

    /// Whether it is the account itself, which is neither recorded nor has a page of its own in the console.
    #[must_use]
    pub fn is_account(&self) -> bool {
        self.resource_type == ACCOUNT
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_01_a_type_with_an_empty_middle_part_is_a_type() {
        for good in [
            ACCOUNT,
            "AWS::S3::Bucket",
            "AWS::EC2::VPC",
            "AWS::S3::AccountPublicAccessBlock",
            "Alexa::ASK::Skill",
            "My_Company-1::Service::Thing::MODULE",
            "Thing",
        ] {
            assert!(is_resource_type(good), "{good}");
        }
        let long = format!("AWS::{}::X", "a".repeat(256));
        for bad in
            ["", "::", "AWS::", "::Account", "AWS::S3::", "AWS.S3.Bucket", "AWS::S3/x::Bucket", "AWS:S3:Bucket", &long]
        {
            assert!(!is_resource_type(bad), "{bad}");
        }
    }

    #[test]
    fn case_25_iam_and_global_clusters_belong_to_no_region_and_the_account_to_each() {
        for global in ["AWS::IAM::User", "AWS::IAM::Policy", "AWS::RDS::GlobalCluster"] {
            assert_eq!(place(global, "eu-west-1"), GLOBAL, "{global}");
        }
        for regional in [ACCOUNT, "AWS::S3::Bucket", "AWS::IAM::ServerCertificate"] {
            assert_eq!(place(regional, "eu-west-1"), "eu-west-1", "{regional}");
        }
    }

    proptest! {
        #[test]
        fn every_type_of_filled_ends_is_taken_and_no_text_panics(
            first in "[A-Za-z0-9]{1,20}", middle in proptest::collection::vec("[A-Za-z0-9]{0,20}", 0..4),
            last in "[A-Za-z0-9]{1,20}", text in ".*",
        ) {
            let parts: Vec<&str> =
                std::iter::once(&first).chain(&middle).chain(std::iter::once(&last)).map(String::as_str).collect();
            prop_assert!(is_resource_type(&parts.join("::")));
            let _ = is_resource_type(&text);
        }
    }
}
