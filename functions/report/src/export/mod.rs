//! Findings in the formats of other tools: OCSF files beside the CSV, and findings of AWS Security Hub.

use std::collections::BTreeMap;

use functions_core::{key::segment, sha256};

use crate::{
    findings::FindingRow,
    model::{Breakdown, Report},
};

pub mod asff;
pub mod hub;
pub mod ocsf;

/// The name of this product in exported findings.
pub const PRODUCT: &str = "aws-compliance";
/// Longest id of a finding (AWS Security Hub API Reference, "AwsSecurityFinding", `Id`).
const ID_LENGTH: usize = 512;

/// The id of a finding, which is the same in every run.
#[must_use]
pub fn finding_id(account: &str, region: &str, rule: &str, resource_type: &str, resource_id: &str) -> String {
    let parts = [account, region, rule, &resource_type.replace("::", "."), resource_id].map(segment);
    let id = format!("{PRODUCT}/{}", parts.join("/"));
    if id.len() <= ID_LENGTH { id } else { format!("{PRODUCT}/{}", sha256::hex(id.as_bytes())) }
}

/// What is known of the rules of a report, by name.
pub(crate) struct Rules<'a>(BTreeMap<&'a str, &'a Breakdown>);

impl<'a> Rules<'a> {
    pub(crate) fn of(report: &'a Report) -> Self {
        Self(report.rules.iter().map(|rule| (&*rule.name, rule)).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Breakdown> {
        self.0.get(name).copied()
    }
}

/// One line that says what a finding is.
fn title(rule: &str, name: &str, resource_id: &str) -> String {
    format!("{rule}: {}", if name.is_empty() { resource_id } else { name })
}

/// What is wrong.
fn description(finding: &FindingRow<'_>) -> String {
    match finding.annotation.trim() {
        "" => format!("{} {} does not comply with {}.", finding.resource_type, finding.resource_id, finding.rule),
        reason => reason.to_owned(),
    }
}

/// What to do, and the page that says more.
fn remediation(rule: Option<&Breakdown>) -> Option<(String, Option<&str>)> {
    let rule = rule?;
    let page = rule.page.as_deref();
    match (&rule.remediation, page) {
        (Some(document), _) => Some((format!("Run the Systems Manager document {document}."), page)),
        (None, Some(_)) => Some(("See the page of the rule.".to_owned(), page)),
        (None, None) => None,
    }
}

/// Tags of a resource that are listed in a finding.
fn tags(finding: &FindingRow<'_>) -> BTreeMap<String, String> {
    serde_json::from_str(finding.tags).unwrap_or_default()
}

/// At most so many characters, on one line.
fn clipped(text: &str, characters: usize) -> String {
    let text: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    let text = text.trim();
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(characters.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn id_is_readable_and_apart_for_each_finding() {
        let id = finding_id("111122223333", "eu-west-1", "s3-tls-only", "AWS::S3::Bucket", "logs");
        assert_eq!(id, "aws-compliance/111122223333/eu-west-1/s3-tls-only/AWS.S3.Bucket/logs");
        assert_ne!(id, finding_id("111122223333", "eu-west-2", "s3-tls-only", "AWS::S3::Bucket", "logs"));
    }

    proptest! {
        #[test]
        fn id_and_texts_have_their_length(rule in ".{1,140}", kind in "[A-Z:a-z]{1,200}", resource in ".{1,300}", most in 1..64_usize) {
            prop_assert!(finding_id("111122223333", "ap-southeast-7", &rule, &kind, &resource).len() <= ID_LENGTH);
            let text = clipped(&resource, most);
            prop_assert!(text.chars().count() <= most && !text.chars().any(char::is_control));
        }
    }
}
