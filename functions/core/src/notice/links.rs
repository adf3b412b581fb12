//! Links that a person opens out of a message.

use compliance_types::resource::Resource;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::console;

/// The page of AWS Config about a resource, where the region's console is known. The account has none, because it is not
/// recorded: its findings lead to the page of the rule, which lists them.
pub(super) fn finding(region: &str, resource: &Resource, rule: &str) -> Option<String> {
    let home = format!("{}/config/home?region={region}#", console::of_region(region)?);
    if resource.is_account() {
        return Some(format!("{home}/rules/details?configRuleName={}", escaped(rule)));
    }
    let (id, kind) = (escaped(&resource.resource_id), escaped(&resource.resource_type));
    Some(format!("{home}/resources/details?resourceId={id}&resourceType={kind}"))
}

/// The page of S3 about an object, from which it can be opened; its URI where the region's console is not known.
pub(super) fn object(region: &str, bucket: &str, key: &str) -> String {
    match console::of_region(region) {
        Some(console) => format!("{console}/s3/object/{bucket}?region={region}&prefix={}", escaped(key)),
        None => console::object_uri(bucket, key),
    }
}

/// Everything but unreserved characters, `/` and `:` (RFC 3986, section 2.3; a fragment and a query may hold both).
const ESCAPED: AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b':');

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, &ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_found_in_the_console_of_its_partition() {
        let one = Resource { resource_type: "AWS::EC2::Volume".to_owned(), resource_id: "vol 1&ü".to_owned() };
        let rest = "#/resources/details?resourceId=vol%201%26%C3%BC&resourceType=AWS::EC2::Volume";
        for (region, host) in [
            ("eu-central-1", "eu-central-1.console.aws.amazon.com"),
            ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
            ("eusc-de-east-1", "eusc-de-east-1.console.amazonaws-eusc.eu"),
            ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ] {
            let page = format!("https://{host}/config/home?region={region}{rest}");
            assert_eq!(finding(region, &one, "a"), Some(page));
        }
    }

    #[test]
    fn finding_16_where_no_console_is_known_nothing_leads_to_one() {
        for region in ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"] {
            let one = Resource { resource_type: "AWS::EC2::Volume".to_owned(), resource_id: "vol-1".to_owned() };
            assert_eq!(finding(region, &one, "a"), None);
            assert_eq!(object(region, "bucket", "runbooks/finding.md"), "s3://bucket/runbooks/finding.md");
        }
    }

    #[test]
    fn case_01_a_finding_of_the_account_leads_to_its_rule() {
        let account = Resource { resource_type: "AWS::::Account".to_owned(), resource_id: "123456789012".to_owned() };
        let expected = "https://eu-west-1.console.aws.amazon.com/config/home?region=eu-west-1#/rules/details\
                        ?configRuleName=emr-block%20%3Dx";
        assert_eq!(finding("eu-west-1", &account, "emr-block =x").as_deref(), Some(expected));
    }
}
