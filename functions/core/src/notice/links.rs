//! Links that a person opens out of a message.

use compliance_types::resource::Resource;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Host of the console of a region (AWS Management Console, "Regional endpoints"; the other partitions have their own).
fn console(region: &str) -> String {
    match region {
        china if china.starts_with("cn-") => format!("https://{region}.console.amazonaws.cn"),
        sovereign if sovereign.starts_with("eusc-") => format!("https://{region}.console.amazonaws-eusc.eu"),
        gov if gov.starts_with("us-gov-") => format!("https://{region}.console.amazonaws-us-gov.com"),
        _ => format!("https://{region}.console.aws.amazon.com"),
    }
}

/// The page of AWS Config about a resource. The account has none, because it is not recorded: its findings lead to the page
/// of the rule, which lists them.
pub(super) fn finding(region: &str, resource: &Resource, rule: &str) -> String {
    let home = format!("{}/config/home?region={region}#", console(region));
    if resource.is_account() {
        return format!("{home}/rules/details?configRuleName={}", escaped(rule));
    }
    let (id, kind) = (escaped(&resource.resource_id), escaped(&resource.resource_type));
    format!("{home}/resources/details?resourceId={id}&resourceType={kind}")
}

/// The page of S3 about an object, from which it can be opened.
pub(super) fn object(region: &str, bucket: &str, key: &str) -> String {
    format!("{}/s3/object/{bucket}?region={region}&prefix={}", console(region), escaped(key))
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
            assert_eq!(finding(region, &one, "a"), format!("https://{host}/config/home?region={region}{rest}"));
        }
    }

    #[test]
    fn case_01_a_finding_of_the_account_leads_to_its_rule() {
        let account = Resource { resource_type: "AWS::::Account".to_owned(), resource_id: "123456789012".to_owned() };
        let expected = "https://eu-west-1.console.aws.amazon.com/config/home?region=eu-west-1#/rules/details\
                        ?configRuleName=emr-block%20%3Dx";
        assert_eq!(finding("eu-west-1", &account, "emr-block =x"), expected);
    }
}
