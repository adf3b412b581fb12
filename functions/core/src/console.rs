//! Where the console of a partition is.

use compliance_types::region::partition_of_region;

/// Host of the console of a partition (AWS General Reference, "AWS Management Console" of each partition); none where it is
/// not public, as in the isolated partitions.
pub(crate) fn host(partition: &str) -> Option<&'static str> {
    match partition {
        "aws" => Some("console.aws.amazon.com"),
        "aws-cn" => Some("console.amazonaws.cn"),
        "aws-eusc" => Some("console.amazonaws-eusc.eu"),
        "aws-us-gov" => Some("console.amazonaws-us-gov.com"),
        _ => None,
    }
}

/// Start of the console of a region (AWS Management Console, "Regional endpoints"), where its partition has a public one.
pub(crate) fn of_region(region: &str) -> Option<String> {
    host(partition_of_region(region)).map(|host| format!("https://{region}.{host}"))
}

/// An object in S3, for where no console is known.
pub(crate) fn object_uri(bucket: &str, key: &str) -> String {
    format!("s3://{bucket}/{key}")
}

#[cfg(test)]
mod tests {
    use compliance_types::region::PARTITIONS;

    use super::*;

    #[test]
    fn finding_16_each_public_partition_has_a_console_and_the_isolated_ones_have_none() {
        for partition in PARTITIONS {
            assert_eq!(host(partition).is_none(), partition.starts_with("aws-iso"), "{partition}");
        }
        assert_eq!(host("aws-new"), None);
        assert_eq!(of_region("us-isob-east-1"), None);
        assert_eq!(of_region("cn-north-1").as_deref(), Some("https://cn-north-1.console.amazonaws.cn"));
    }
}
