//! Names of the user's, and what is made of them.

use pulumi_component::InvalidValue;

/// Characters of a bucket's name (S3 User Guide, "General purpose bucket naming rules"; the same page for all below).
const BUCKET_LENGTH: std::ops::RangeInclusive<usize> = 3..=63;
/// What a bucket's name must not begin with.
const RESERVED_STARTS: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
/// What a bucket's name must not end with.
const RESERVED_ENDS: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// The start of every physical name. The bucket's takes the least: lower case, and a letter or digit in front.
pub fn name_prefix(prefix: &str) -> Result<(), InvalidValue> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !prefix.chars().all(allowed) {
        return Err(nearest_name(InvalidValue::new("expected a-z, 0-9 and hyphen"), prefix));
    }
    if prefix.starts_with('-') || prefix.ends_with('-') {
        return Err(nearest_name(InvalidValue::new("expected a letter or digit at both ends"), prefix));
    }
    match RESERVED_STARTS.iter().find(|start| format!("{prefix}-").starts_with(**start)) {
        Some(start) => Err(InvalidValue::new(format!("S3 reserves names that begin with `{start}`"))),
        None => Ok(()),
    }
}

/// The name of a bucket to create.
pub fn bucket_name(name: &str) -> Result<(), InvalidValue> {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !BUCKET_LENGTH.contains(&name.len()) {
        return Err(InvalidValue::new(format!("expected 3 to 63 characters, got {}", name.chars().count())));
    }
    if !name.chars().all(|c| edge(c) || c == '-' || c == '.') {
        return Err(nearest_name(InvalidValue::new("expected a-z, 0-9, hyphen and full stop"), name));
    }
    if !name.starts_with(edge) || !name.ends_with(edge) {
        return Err(nearest_name(InvalidValue::new("expected a letter or digit at both ends"), name));
    }
    if name.contains("..") || name.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err(InvalidValue::new("S3 takes neither two full stops in a row nor the form of an IP address"));
    }
    let reserved = RESERVED_STARTS.iter().find(|start| name.starts_with(**start));
    match reserved.or_else(|| RESERVED_ENDS.iter().find(|end| name.ends_with(**end))) {
        Some(part) => Err(InvalidValue::new(format!("S3 reserves names with `{part}` there"))),
        None => Ok(()),
    }
}

/// The same name as it may be written.
fn nearest_name(wrong: InvalidValue, name: &str) -> InvalidValue {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().map(kept).collect();
    match name.trim_matches('-') {
        "" => wrong,
        name => wrong.nearest(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_begins_every_name() {
        for right in ["a", "audit-2", "9lives"] {
            assert!(name_prefix(right).is_ok(), "{right}");
        }
        assert!(format!("{:?}", name_prefix("My_Team")).contains("\"my-team\""));
        for wrong in ["-a", "a-", "ä", "a.b", "xn-", "sthree", "amzn-s3-demo"] {
            assert!(name_prefix(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bucket_is_named_as_s3_takes_it() {
        for right in ["abc", "a.b", &"a".repeat(63), "reports-1.example.com"] {
            assert!(bucket_name(right).is_ok(), "{right}");
        }
        for wrong in [
            "ab",
            &"a".repeat(64),
            "Reports",
            "re_ports",
            "-abc",
            "abc-",
            "a..b",
            "192.168.5.4",
            "xn--abc",
            "a-s3alias",
        ] {
            assert!(bucket_name(wrong).is_err(), "{wrong}");
        }
    }
}
