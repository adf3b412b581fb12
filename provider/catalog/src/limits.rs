//! What AWS Config takes of conformance packs: numbers and lengths, judged apart from what is in a pack.

use std::collections::BTreeMap;

use property_path::PropertyPath;

use crate::problem::Report;

/// Most rules of one conformance pack (AWS Config Developer Guide, "Service limits").
pub const RULES_PER_PACK: usize = 130;
/// Longest template that a request may carry, in bytes (AWS Config API, `PutConformancePack.TemplateBody`).
pub const INLINE_BYTES: usize = 51_200;
/// Longest template that is taken from a bucket, in bytes (AWS Config API, `PutConformancePack.TemplateS3Uri`).
pub const BUCKET_BYTES: usize = 300 * 1024;
/// Most parameters of a pack (AWS Config API, `ConformancePackInputParameters`).
pub const PARAMETERS_PER_PACK: usize = 60;
/// Longest value of a pack's parameter, in characters (AWS Config API, `ConformancePackInputParameter`).
pub const PARAMETER_VALUE_LENGTH: usize = 4096;
/// Most packs of an account in a region (AWS Config Developer Guide, "Service limits").
pub const PACKS_PER_REGION: usize = 50;

/// What a conformance pack comes to.
#[derive(Clone, Debug, Default)]
pub struct PackSize<'a> {
    /// Rules of its template.
    pub rules: usize,
    /// Length of the template, in bytes.
    pub bytes: usize,
    /// The region of the bucket that the template is taken from; `None` where the request carries it.
    pub bucket_region: Option<&'a str>,
    /// Values by parameter; `None` where one is not known yet.
    pub parameters: BTreeMap<&'a str, Option<&'a str>>,
}

/// Judges packs that go to one region. `there`: how many packs the account has there already, others than these.
/// Paths of problems start at the list of packs.
pub fn check_packs(packs: &[PackSize], region: Option<&str>, there: usize) -> Report {
    let mut report = Report::default();
    if there + packs.len() > PACKS_PER_REGION {
        let reason = format!(
            "expected at most {PACKS_PER_REGION} conformance packs in an account and region, got {} and {there} that \
             are there",
            packs.len()
        );
        report.error(PropertyPath::root(), reason, None);
    }
    for (index, pack) in packs.iter().enumerate() {
        let at = PropertyPath::from(index);
        check_template(&mut report, pack, region, &at);
        check_parameters(&mut report, pack, &at);
    }
    report
}

fn check_template(report: &mut Report, pack: &PackSize, region: Option<&str>, at: &PropertyPath) {
    if pack.rules > RULES_PER_PACK {
        let reason = format!("expected at most {RULES_PER_PACK} rules, got {}; split the pack", pack.rules);
        report.error(at.member("rules"), reason, None);
    }
    match pack.bucket_region {
        None if pack.bytes > INLINE_BYTES => {
            let reason = format!("expected at most {INLINE_BYTES} bytes, got {}; put it into a bucket", pack.bytes);
            report.error(at.member("template"), reason, None);
        }
        Some(_) if pack.bytes > BUCKET_BYTES => {
            let reason = format!("expected at most {BUCKET_BYTES} bytes, got {}; split the pack", pack.bytes);
            report.error(at.member("template"), reason, None);
        }
        _ => {}
    }
    if let (Some(bucket), Some(region)) = (pack.bucket_region, region)
        && bucket != region
    {
        let reason = format!("expected a bucket in {region}, where the pack goes, got one in {bucket}");
        report.error(at.member("bucket"), reason, None);
    }
}

fn check_parameters(report: &mut Report, pack: &PackSize, at: &PropertyPath) {
    if pack.parameters.len() > PARAMETERS_PER_PACK {
        let reason = format!("expected at most {PARAMETERS_PER_PACK} parameters, got {}", pack.parameters.len());
        report.error(at.member("parameters"), reason, None);
    }
    for (name, value) in &pack.parameters {
        let length = value.map_or(0, |value| value.chars().count());
        if length > PARAMETER_VALUE_LENGTH {
            let reason = format!("expected at most {PARAMETER_VALUE_LENGTH} characters, got {length}");
            report.error(at.member("parameters").member(*name), reason, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(packs: &[PackSize], there: usize) -> Vec<String> {
        let found = check_packs(packs, Some("eu-west-1"), there).errors;
        found.iter().map(|problem| problem.path.to_string()).collect()
    }

    fn none() -> Vec<String> {
        Vec::new()
    }

    #[test]
    fn each_limit_is_taken_and_one_more_is_not() {
        let long = "v".repeat(PARAMETER_VALUE_LENGTH);
        let names: Vec<_> = (0..PARAMETERS_PER_PACK).map(|number| format!("p{number}")).collect();
        let full = PackSize {
            rules: RULES_PER_PACK,
            bytes: INLINE_BYTES,
            bucket_region: None,
            parameters: names.iter().map(|name| (name.as_str(), Some(long.as_str()))).collect(),
        };
        assert_eq!(paths(std::slice::from_ref(&full), 0), none());
        assert_eq!(paths(&[PackSize { rules: RULES_PER_PACK + 1, ..full.clone() }], 0), ["[0].rules"]);
        assert_eq!(paths(&[PackSize { bytes: INLINE_BYTES + 1, ..full.clone() }], 0), ["[0].template"]);
        let kept = PackSize { bytes: BUCKET_BYTES, bucket_region: Some("eu-west-1"), ..full.clone() };
        assert_eq!(paths(std::slice::from_ref(&kept), 0), none());
        assert_eq!(paths(&[PackSize { bytes: BUCKET_BYTES + 1, ..kept.clone() }], 0), ["[0].template"]);
        assert_eq!(paths(&[PackSize { bucket_region: Some("us-east-1"), ..kept }], 0), ["[0].bucket"]);
        let longer = format!("{long}v");
        let mut more = full.clone();
        more.parameters.insert("p0", Some(&longer));
        assert_eq!(paths(&[full.clone(), more.clone()], 0), ["[1].parameters.p0"]);
        more.parameters.insert("p0", None);
        more.parameters.insert("one-more", None);
        assert_eq!(paths(&[more], 0), ["[0].parameters"]);
    }

    #[test]
    fn packs_that_are_there_count() {
        let packs = vec![PackSize::default(); 2];
        assert_eq!(paths(&packs, PACKS_PER_REGION - 2), none());
        assert_eq!(paths(&packs, PACKS_PER_REGION - 1), [""]);
    }
}
