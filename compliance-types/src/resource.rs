//! Resources as AWS Config names them: types, identities, and the region that a resource belongs to.
//!
//! Ledger, notices, report, account scan and provider take all of this from here, so that they count a resource alike.

use serde::{Deserialize, Serialize};

/// The region of resources that belong to no region: a finding of one is one finding, whichever regions report it.
pub const GLOBAL: &str = "global";

/// The types that `includeGlobalResourceTypes` of a recorder is about (AWS Config API Reference, "RecordingGroup").
pub const IAM_TYPES: [&str; 4] = ["AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User"];

/// The other type that every region with a recorder records (AWS Config Developer Guide, "Recording AWS Resources", regional
/// and global resources). Other global services, such as Route 53, record in one region alone.
const GLOBAL_CLUSTER: &str = "AWS::RDS::GlobalCluster";

/// The account itself, as rules report it whose subject is no single resource. Its settings are those of one region.
pub const ACCOUNT: &str = "AWS::::Account";

/// Longest name of a type (AWS Config API Reference, "Evaluation", `ComplianceResourceType`).
const TYPE_LENGTH: usize = 256;

/// Whether a string names a type of resources: parts between `::`, of which the first and the last are filled. Parts between
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
    IAM_TYPES.contains(&resource_type) || resource_type == GLOBAL_CLUSTER
}

/// The region that a resource of this type belongs to where `region` reports it: that one, or [`GLOBAL`].
#[must_use]
pub fn home_region<'a>(resource_type: &str, region: &'a str) -> &'a str {
    if is_global(resource_type) { GLOBAL } else { region }
}

/// A resource among those of one account and region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Type of the resource, such as `AWS::S3::Bucket`.
    pub resource_type: String,
    /// Id of the resource, in the form its service uses.
    pub resource_id: String,
}

impl Resource {
    /// The same with the account and region that report it.
    #[must_use]
    pub fn of<'a>(&'a self, account: &'a str, region: &'a str) -> ResourceIdentity<'a> {
        ResourceIdentity { account, region, resource_type: &self.resource_type, resource_id: &self.resource_id }
    }

    /// The region that it belongs to where `region` reports it: that one, or [`GLOBAL`].
    #[must_use]
    pub fn home_region<'a>(&self, region: &'a str) -> &'a str {
        home_region(&self.resource_type, region)
    }

    /// Whether it is the account itself, which is neither recorded nor has a page of its own in the console.
    #[must_use]
    pub fn is_account(&self) -> bool {
        self.resource_type == ACCOUNT
    }
}

/// The identity of a resource in all of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceIdentity<'a> {
    /// Account id.
    pub account: &'a str,
    /// Region that reports it.
    pub region: &'a str,
    /// Type of the resource, such as `AWS::S3::Bucket`.
    pub resource_type: &'a str,
    /// Id of the resource, in the form its service uses.
    pub resource_id: &'a str,
}

impl ResourceIdentity<'_> {
    /// The identity in the region that it belongs to: one resource has one, whichever regions report it.
    #[must_use]
    pub fn at_home(self) -> Self {
        Self { region: home_region(self.resource_type, self.region), ..self }
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
            assert_eq!(home_region(global, "eu-west-1"), GLOBAL, "{global}");
        }
        for regional in [ACCOUNT, "AWS::S3::Bucket", "AWS::IAM::ServerCertificate"] {
            assert_eq!(home_region(regional, "eu-west-1"), "eu-west-1", "{regional}");
        }
    }

    #[test]
    fn a_global_resource_has_one_identity_in_all_regions_and_another_one_has_not() {
        let of = |resource_type: &str, region: &str| {
            let resource = Resource { resource_type: resource_type.to_owned(), resource_id: "x".to_owned() };
            serde_json::to_value(resource.of("111122223333", region).at_home()).unwrap()
        };
        assert_eq!(of("AWS::IAM::Role", "eu-west-1"), of("AWS::IAM::Role", "us-east-1"));
        assert_eq!(of("AWS::IAM::Role", "eu-west-1")["region"], GLOBAL);
        assert_ne!(of("AWS::S3::Bucket", "eu-west-1"), of("AWS::S3::Bucket", "us-east-1"));
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
