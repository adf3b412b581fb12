//! Accounts, regions, ARNs and addresses.

use pulumi_component::Wrong;

/// Digits of an account id (AWS Account Management Reference Guide, "View AWS account identifiers").
const ACCOUNT_DIGITS: usize = 12;
/// Partitions that ARNs begin with (IAM User Guide, "Amazon Resource Names").
const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"];
/// Longest address that mail can be sent to (RFC 5321, section 4.5.3.1).
const EMAIL_LENGTH: usize = 254;

/// The id of an account. One that was a number somewhere has lost its leading zeros.
pub fn account_id(id: &str) -> Result<(), Wrong> {
    let digits = !id.is_empty() && id.chars().all(|c| c.is_ascii_digit());
    match id.len() {
        ACCOUNT_DIGITS if digits => Ok(()),
        fewer if digits && fewer < ACCOUNT_DIGITS => {
            let wrong = Wrong::new(format!("expected 12 digits, got {fewer}: a number loses its leading zeros"));
            Err(wrong.nearest(format!("{id:0>12}")))
        }
        _ => {
            let kept: String = id.chars().filter(char::is_ascii_digit).collect();
            let wrong = Wrong::new("expected the 12 digits of an account id");
            Err(if kept.len() == ACCOUNT_DIGITS { wrong.nearest(kept) } else { wrong })
        }
    }
}

/// A region by its code, such as `eu-west-1` (AWS Regions and Availability Zones User Guide). Whether there is such a
/// region is left to AWS: new ones come.
pub fn region(code: &str) -> Result<(), Wrong> {
    if is_region(code) {
        return Ok(());
    }
    let wrong = Wrong::new("expected the code of a region, such as `eu-west-1`");
    let folded = code.trim().to_lowercase().replace([' ', '_'], "-");
    // An availability zone is a region and a letter.
    let without_zone = folded.trim_end_matches(|c: char| c.is_ascii_lowercase()).to_owned();
    Err(match [folded, without_zone].into_iter().find(|candidate| is_region(candidate)) {
        Some(nearest) => wrong.nearest(nearest),
        None => wrong,
    })
}

fn is_region(code: &str) -> bool {
    let parts: Vec<_> = code.split('-').collect();
    let word = |part: &&str| part.len() >= 2 && part.chars().all(|c| c.is_ascii_lowercase());
    match parts.as_slice() {
        [area, words @ .., number] => {
            word(area)
                && !words.is_empty()
                && words.iter().all(word)
                && number.parse::<u8>().is_ok_and(|number| number > 0)
        }
        [] | [_] => false,
    }
}

/// The partition that a region lies in (IAM User Guide, "Amazon Resource Names"; botocore's `partitions.json`).
pub fn partition_of(region: &str) -> &'static str {
    const STARTS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
    ];
    STARTS.iter().find(|(start, _)| region.starts_with(start)).map_or("aws", |(_, partition)| partition)
}

/// Whether the services of a region can use a key: only those of their own region (KMS Developer Guide, "Multi-Region
/// keys"; a replica has an ARN of its own).
pub fn key_in_region(arn: &str, region: &str) -> Result<(), Wrong> {
    match arn.split(':').nth(3) {
        Some(own) if own == region => Ok(()),
        _ => Err(Wrong::new(format!("expected a key of {region}, where this is deployed: services use no other"))),
    }
}

/// The ARN of a KMS key. An alias' would not do: policies know a key by its own ARN alone (KMS Developer Guide,
/// "Specifying KMS keys in IAM policy statements").
pub fn key_arn(arn: &str) -> Result<(), Wrong> {
    let [service, region_of, account, resource] = parts(arn, "arn:aws:kms:REGION:ACCOUNT:key/ID")?;
    let kind = resource.split_once('/').filter(|(_, id)| !id.is_empty()).map(|(kind, _)| kind);
    if service != "kms" {
        return Err(Wrong::new(format!("expected the ARN of a KMS key, got one of `{service}`")));
    }
    if kind == Some("alias") {
        return Err(Wrong::new("expected the ARN of the key itself, not of its alias: policies know no alias"));
    }
    if !is_region(region_of) || account_id(account).is_err() || kind != Some("key") {
        return Err(Wrong::new(
            "expected arn:aws:kms:REGION:ACCOUNT:key/ID, with region, account of 12 digits and key id",
        ));
    }
    let (partition, rest) = arn.trim_start_matches("arn:").split_once(':').unwrap_or_default();
    match partition_of(region_of) {
        right if right == partition => Ok(()),
        right => {
            let wrong = Wrong::new(format!("{region_of} is in the partition `{right}`, not in `{partition}`"));
            Err(wrong.nearest(format!("arn:{right}:{rest}")))
        }
    }
}

/// The ARN of the bucket of this name, where the name is known (S3 User Guide, "Policy resources for Amazon S3").
pub fn bucket_arn(arn: &str, name: Option<&str>) -> Result<(), Wrong> {
    let [service, region_of, account, bucket] = parts(arn, "arn:aws:s3:::NAME")?;
    if service != "s3" || !region_of.is_empty() || !account.is_empty() || super::bucket_name(bucket).is_err() {
        return Err(Wrong::new("expected the ARN of a bucket: arn:aws:s3:::NAME"));
    }
    match name {
        Some(name) if name != bucket => Err(Wrong::new("expected the ARN of the bucket that `bucketName` names")),
        _ => Ok(()),
    }
}

/// The ARN of an IAM role (IAM User Guide, "IAM ARNs").
pub fn role_arn(arn: &str) -> Result<(), Wrong> {
    let [service, region_of, account, resource] = parts(arn, "arn:aws:iam::ACCOUNT:role/NAME")?;
    let role = resource.strip_prefix("role/").is_some_and(|name| !name.is_empty());
    if service != "iam" || !region_of.is_empty() || account_id(account).is_err() || !role {
        return Err(Wrong::new("expected the ARN of an IAM role: arn:aws:iam::ACCOUNT:role/NAME"));
    }
    Ok(())
}

/// The ARN of a function, with or without a version or alias (Lambda API Reference, `AddPermission`).
pub fn function_arn(arn: &str) -> Result<(), Wrong> {
    let [service, region_of, account, resource] = parts(arn, "arn:aws:lambda:REGION:ACCOUNT:function:NAME")?;
    let named = |part: &str| {
        (1..=64).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_$".contains(c))
    };
    let resource: Vec<_> = resource.split(':').collect();
    let function = matches!(resource.as_slice(), ["function", name] | ["function", name, _] if named(name));
    if service != "lambda" || !is_region(region_of) || account_id(account).is_err() || !function {
        return Err(Wrong::new(
            "expected the ARN of a function: arn:aws:lambda:REGION:ACCOUNT:function:NAME, a version or alias may follow",
        ));
    }
    Ok(())
}

/// Region and account of an ARN.
pub fn region_and_account(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':').skip(3);
    Some((parts.next()?, parts.next()?))
}

/// Service, region, account and resource of an ARN.
fn parts<'a>(arn: &'a str, form: &str) -> Result<[&'a str; 4], Wrong> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, service, region, account, resource] if PARTITIONS.contains(partition) => {
            Ok([service, region, account, resource])
        }
        ["arn", partition, _, _, _, _] => {
            Err(Wrong::new(format!("expected an ARN of the partitions {}, got `{partition}`", PARTITIONS.join(", "))))
        }
        _ => Err(Wrong::new(format!("expected an ARN: {form}"))),
    }
}

/// An address that a notice can be sent to (RFC 5322; SNS confirms it).
pub fn email(address: &str) -> Result<(), Wrong> {
    let valid = email_address::EmailAddress::is_valid(address) && address.len() <= EMAIL_LENGTH;
    let public = address.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'));
    // A name in front would become part of the address.
    if valid && public && !address.contains('<') {
        return Ok(());
    }
    let inner = address.trim().trim_start_matches("mailto:");
    let inner = inner.rsplit_once('<').map_or(inner, |(_, rest)| rest.trim_end_matches('>'));
    let wrong = Wrong::new("not an e-mail address");
    Err(if inner != address && email(inner).is_ok() { wrong.nearest(inner) } else { wrong })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_twelve_digits() {
        assert!(account_id("012345678901").is_ok());
        assert!(format!("{:?}", account_id("12345678901")).contains("\"012345678901\""));
        assert!(format!("{:?}", account_id("1234-5678-9012")).contains("\"123456789012\""));
        for wrong in ["", "1234567890123", "12345678901a", "٠١٢٣٤٥٦٧٨٩٠١"] {
            assert!(account_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_region_is_a_code() {
        for right in ["eu-west-1", "us-gov-west-1", "ap-southeast-7", "us-isob-east-1", "eusc-de-east-1"] {
            assert!(region(right).is_ok(), "{right}");
        }
        for (wrong, nearest) in [("eu-west-1a", "eu-west-1"), ("EU-West-1", "eu-west-1"), ("eu_west_1", "eu-west-1")] {
            assert!(format!("{:?}", region(wrong)).contains(&format!("\"{nearest}\"")), "{wrong}");
        }
        for wrong in ["", "Ireland", "eu-west", "eu-west-0", "eu--1", "-1"] {
            assert!(region(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn arns_are_of_the_right_service_and_partition() {
        for right in [
            "arn:aws:kms:eu-west-1:111122223333:key/1",
            "arn:aws-cn:kms:cn-north-1:111122223333:key/a",
            "arn:aws-eusc:kms:eusc-de-east-1:111122223333:key/a",
            "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1",
        ] {
            assert!(key_arn(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "alias/mine",
            "arn:aws:s3:::bucket",
            "arn:azure:kms:eu-west-1:111122223333:key/1",
            "arn:aws:kms:eu-west-1:1111:key/1",
            "arn:aws:kms::111122223333:key/1",
            "arn:aws:kms:eu-west-1:111122223333:key/",
            "arn:aws:kms:eu-west-1:111122223333:grant/1",
            "arn:aws:kms:eu-west-1:111122223333:alias/mine",
            "arn:aws:kms:cn-north-1:111122223333:key/1",
            "arn:aws-us-gov:kms:us-east-1:111122223333:key/1",
        ] {
            assert!(key_arn(wrong).is_err(), "{wrong}");
        }
        for (right, name) in [("arn:aws:s3:::abc", None), ("arn:aws-cn:s3:::a.b", Some("a.b"))] {
            assert!(bucket_arn(right, name).is_ok(), "{right}");
        }
        for (wrong, name) in [
            ("abc", None),
            ("arn:aws:s3:::ab", None),
            ("arn:aws:s3:::abc/*", None),
            ("arn:aws:s3:eu-west-1::abc", None),
            ("arn:aws:s3::111122223333:abc", None),
            ("arn:aws:sns:::abc", None),
            ("arn:aws:s3:::abc", Some("abcd")),
        ] {
            assert!(bucket_arn(wrong, name).is_err(), "{wrong}");
        }
        for right in ["", ":7", ":live"] {
            assert!(function_arn(&format!("arn:aws:lambda:eu-west-1:111122223333:function:own-rule{right}")).is_ok());
        }
        for wrong in [
            "own-rule",
            "arn:aws:lambda:eu-west-1:111122223333:own-rule",
            "arn:aws:lambda:eu-west-1:111122223333:function:",
            "arn:aws:lambda:eu-west-1:111122223333:function:a b",
            "arn:aws:lambda:eu-west-1:111122223333:function:a:b:c",
            "arn:aws:lambda:eu-west-1:1111:function:own-rule",
            "arn:aws:lambda::111122223333:function:own-rule",
            "arn:aws:iam::111122223333:role/own-rule",
        ] {
            assert!(function_arn(wrong).is_err(), "{wrong}");
        }
        assert!(role_arn("arn:aws:iam::111122223333:role/path/look").is_ok());
        for wrong in ["look", "arn:aws:iam::111122223333:user/look", "arn:aws:iam:eu-west-1:111122223333:role/look"] {
            assert!(role_arn(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_arn_of_the_wrong_partition_is_told_with_the_right_one() {
        let told = format!("{:?}", key_arn("arn:aws:kms:cn-north-1:111122223333:key/1"));
        assert!(told.contains("\"arn:aws-cn:kms:cn-north-1:111122223333:key/1\""), "{told}");
    }

    #[test]
    fn a_key_serves_its_own_region() {
        let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
        assert!(key_in_region(key, "eu-west-1").is_ok());
        assert!(key_in_region(key, "eu-west-2").is_err() && key_in_region("", "eu-west-1").is_err());
    }

    #[test]
    fn a_region_lies_in_one_partition() {
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
            assert_eq!(partition_of(region), partition);
            assert!(PARTITIONS.contains(&partition));
        }
    }

    #[test]
    fn an_address_can_be_written_to() {
        for right in ["security@example.com", "a+b@sub.example.co", "o'neil@example.com"] {
            assert!(email(right).is_ok(), "{right}");
        }
        for wrong in ["sec", "sec@", "@example.com", "sec@localhost", "a b@example.com", "a@example.com,b@example.com"]
        {
            assert!(email(wrong).is_err(), "{wrong}");
        }
        for wrong in [" sec@example.com", "mailto:sec@example.com", "Sec <sec@example.com>"] {
            assert!(format!("{:?}", email(wrong)).contains("\"sec@example.com\""), "{wrong}");
        }
        let long = |length: usize| {
            let domain = format!("{}.{}.{}.com", "a".repeat(60), "b".repeat(60), "c".repeat(60));
            format!("{}@{domain}", "x".repeat(length - domain.len() - 1))
        };
        assert!(email(&long(250)).is_ok() && email(&long(255)).is_err());
    }
}
