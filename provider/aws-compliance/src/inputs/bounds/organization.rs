//! What organizations set for IAM roles and networks: permissions boundaries, paths, subnets and security groups.

use compliance_types::arn::Account;
use pulumi_component::InvalidValue;

use crate::inputs::bounds::arns;

/// Longest path of a role (IAM API Reference, "CreateRole").
const PATH_LENGTH: usize = 512;

/// The ARN of a managed policy, of an account or AWS's own (IAM User Guide, "IAM ARNs").
pub fn managed_policy_arn(arn: &str) -> Result<(), InvalidValue> {
    const FORM: &str = "the ARN of a managed policy: arn:aws:iam::ACCOUNT:policy/NAME";
    let wrong = InvalidValue::new(format!("expected {FORM}"));
    let parsed = arns::parse(arn, "iam", FORM)?;
    let named = parsed.resource.strip_prefix("policy/").is_some_and(|name| !name.is_empty() && !name.ends_with('/'));
    let owned = matches!(parsed.account, Account::Id(_) | Account::Word("aws"));
    match parsed.region.is_empty() {
        true if owned && named => Ok(()),
        // The console shows roles and policies side by side.
        true if parsed.resource.starts_with("role/") => {
            Err(InvalidValue::new("expected the ARN of a managed policy, got that of a role: a boundary is a policy"))
        }
        _ => Err(wrong),
    }
}

/// The path of a role: slashes around any of the characters `!` to `~` (IAM API Reference, "CreateRole").
pub fn iam_path(path: &str) -> Result<(), InvalidValue> {
    let printable = path.chars().all(|c| ('!'..='~').contains(&c));
    let length = path.chars().count();
    if length > PATH_LENGTH {
        return Err(InvalidValue::new(format!("expected at most {PATH_LENGTH} characters, got {length}")));
    }
    if !path.is_empty() && path.starts_with('/') && path.ends_with('/') && printable && !path.contains("//") {
        return Ok(());
    }
    let wrong =
        InvalidValue::new("expected a path that begins and ends with `/`, without spaces, such as `/compliance/`");
    let inner = path.trim_matches('/');
    let nearest = if inner.is_empty() { "/".to_owned() } else { format!("/{inner}/") };
    Err(if nearest != path && printable && !inner.contains("//") { wrong.nearest(nearest) } else { wrong })
}

/// The id of a subnet (Amazon EC2 API Reference, "Subnet").
pub fn subnet_id(id: &str) -> Result<(), InvalidValue> {
    resource_id(id, "subnet-")
}

/// The id of a security group (Amazon EC2 API Reference, "SecurityGroup").
pub fn security_group_id(id: &str) -> Result<(), InvalidValue> {
    resource_id(id, "sg-")
}

/// A prefix and 8 or 17 hexadecimal digits (Amazon EC2 User Guide, "Resource IDs").
fn resource_id(id: &str, prefix: &str) -> Result<(), InvalidValue> {
    let is_id = |id: &str| {
        id.strip_prefix(prefix).is_some_and(|digits| {
            matches!(digits.len(), 8 | 17) && digits.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
        })
    };
    if is_id(id) {
        return Ok(());
    }
    let wrong = InvalidValue::new(format!("expected an id such as `{prefix}0123456789abcdef0`"));
    // An ARN ends in the id.
    let folded = id.rsplit('/').next().unwrap_or(id).trim().to_lowercase();
    Err(if is_id(&folded) { wrong.nearest(folded) } else { wrong })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<(), InvalidValue>) -> String {
        format!("{:?}", result.expect_err("it is invalid"))
    }

    #[test]
    fn a_boundary_is_a_managed_policy_of_any_partition() {
        for valid in [
            "arn:aws:iam::111122223333:policy/estate-boundary",
            "arn:aws:iam::111122223333:policy/path/estate-boundary",
            "arn:aws:iam::aws:policy/PowerUserAccess",
            "arn:aws-us-gov:iam::111122223333:policy/b",
            "arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess",
        ] {
            assert!(managed_policy_arn(valid).is_ok(), "{valid}");
        }
        for invalid in [
            "",
            "estate-boundary",
            "arn:aws:iam::111122223333:policy/",
            "arn:aws:iam::111122223333:user/a",
            "arn:aws:iam:eu-west-1:111122223333:policy/a",
            "arn:aws:iam::1:policy/a",
            "arn:azure:iam::111122223333:policy/a",
            "arn:aws:s3:::policy/a",
        ] {
            assert!(managed_policy_arn(invalid).is_err(), "{invalid}");
        }
        assert!(message(managed_policy_arn("arn:aws:iam::111122223333:role/a")).contains("that of a role"));
        let valid = "arn:aws:iam::111122223333:policy/a";
        assert!(message(managed_policy_arn(&format!("{valid} "))).contains(&format!("nearest: Some({valid:?})")));
    }

    #[test]
    fn a_path_has_slashes_at_both_ends() {
        for valid in ["/", "/compliance/", "/a/b.c_d=e,f@g-h/"] {
            assert!(iam_path(valid).is_ok(), "{valid}");
        }
        for (invalid, nearest) in [("", "/"), ("compliance", "/compliance/"), ("/a/b", "/a/b/"), ("a/", "/a/")] {
            assert!(message(iam_path(invalid)).contains(&format!("\"{nearest}\"")), "{invalid}");
        }
        for invalid in ["/a b/", "/ä/", "/a//b/", "//"] {
            assert!(iam_path(invalid).is_err(), "{invalid}");
        }
        assert!(iam_path(&format!("/{}/", "a".repeat(510))).is_ok());
        assert!(iam_path(&format!("/{}/", "a".repeat(511))).is_err());
    }

    #[test]
    fn an_id_has_8_or_17_hexadecimal_digits() {
        for valid in ["subnet-0123456789abcdef0", "subnet-9d4a7b6c"] {
            assert!(subnet_id(valid).is_ok(), "{valid}");
        }
        assert!(security_group_id("sg-0123456789abcdef0").is_ok());
        for invalid in ["", "subnet-", "sg-0123456789abcdef0", "subnet-012", "subnet-0123456789abcdefg", "vpc-9d4a7b6c"]
        {
            assert!(subnet_id(invalid).is_err(), "{invalid}");
        }
        let arn = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-9d4a7b6c";
        assert!(message(security_group_id(arn)).contains("\"sg-9d4a7b6c\""));
    }
}
