//! Whether a parameter's text is what it must be.

use std::net::IpAddr;

use compliance_types::arn::{Arn, is_account_id};
use compliance_types::region::may_be_region;

use crate::facts::{Catalog, ParameterForm, ParameterType, RuleParameter};
use crate::similar::nearest_of;

/// What is wrong with a text.
pub(crate) struct Wrong {
    /// What was expected.
    pub(crate) expected: String,
    /// The nearest right value, where it is known.
    pub(crate) nearest: Option<String>,
    /// Whether AWS may take it all the same: it can know more values than the data.
    pub(crate) doubtful: bool,
}

/// What is wrong with a text, if anything: its type first, then what each item must be.
pub(crate) fn wrong(parameter: &RuleParameter, text: &str) -> Option<Wrong> {
    let trimmed = text.trim();
    let plain = |expected: &str| Some(Wrong { expected: expected.to_owned(), nearest: None, doubtful: false });
    if let Some(expected) = of_type(parameter.kind, trimmed) {
        return plain(expected);
    }
    let items = || trimmed.split(',').map(str::trim);
    if let Some(expected) = parameter.form.and_then(|form| items().find_map(|item| of_form(form, item))) {
        return plain(expected);
    }
    if parameter.form.is_some_and(|form| matches!(form, ParameterForm::Arn | ParameterForm::Account)) && trimmed != text
    {
        let nearest = Some(trimmed.to_owned());
        return Some(Wrong { expected: "no spaces around the value".to_owned(), nearest, doubtful: false });
    }
    if parameter.form == Some(ParameterForm::Arn)
        && let Some(found) = items().find_map(of_another_region)
    {
        return Some(found);
    }
    // What a pack of AWS's has there is reported as a sample.
    if parameter.sample(trimmed).is_some() {
        return None;
    }
    if let Some(expected) = items().find_map(|item| out_of_range(parameter, item)) {
        return plain(&expected);
    }
    if let Some(most) = parameter.most_items.filter(|most| items().count() > *most) {
        return plain(&format!("at most {most} items, got {}", items().count()));
    }
    if parameter.form == Some(ParameterForm::KubernetesVersion) && items().any(is_out_of_support) {
        let expected =
            format!("a version that EKS runs, 1.{OLDEST_EKS_MINOR} or newer: every cluster passes an older one");
        return Some(Wrong { expected, nearest: None, doubtful: true });
    }
    let known = |item: &str| parameter.values.iter().any(|value| value.eq_ignore_ascii_case(item));
    let other = items().find(|item| !parameter.values.is_empty() && !known(item))?;
    let nearest = nearest_of(other, parameter.values.iter().copied()).map(str::to_owned);
    let expected = match parameter.values.len() {
        0..=9 => format!("one of {}", parameter.values.join(", ")),
        count => format!("one of {count} known values"),
    };
    Some(Wrong { expected, nearest, doubtful: parameter.grows })
}

/// A text in the one spelling of all that mean the same: templates write `TRUE` and `true`, `ERROR, INFO` and
/// `ERROR,INFO`. `None`: of the parameter nothing is known.
pub(crate) fn meaning(parameter: Option<&RuleParameter>, text: &str) -> String {
    let is = |kind, form| parameter.is_some_and(|each| each.kind == kind || each.form == Some(form));
    let whole = is(ParameterType::Int, ParameterForm::Int);
    // Known values are taken in any case (`facts/parameters.json`).
    let folded = is(ParameterType::Boolean, ParameterForm::Boolean) || parameter.is_some_and(|p| !p.values.is_empty());
    let item = |item: &str| match item.trim() {
        item if folded => item.to_lowercase(),
        item if whole => item.parse().map_or_else(|_| item.to_owned(), |number: i64| number.to_string()),
        item => item.to_owned(),
    };
    let mut items: Vec<_> = text.split(',').map(item).collect();
    if parameter.is_some_and(|each| each.kind == ParameterType::List) {
        items.sort();
        items.dedup();
    }
    items.join(",")
}

/// What was expected, where the text is not of the type.
fn of_type(kind: ParameterType, text: &str) -> Option<&'static str> {
    let (right, wanted) = match kind {
        ParameterType::Int => (text.parse::<i64>().is_ok(), "a whole number"),
        ParameterType::Double => (text.parse::<f64>().is_ok_and(f64::is_finite), "a number"),
        ParameterType::Boolean => (is_boolean(text), "`true` or `false`"),
        ParameterType::List => (!text.split(',').any(|item| item.trim().is_empty()), "values with commas between"),
        ParameterType::String | ParameterType::Map => (!text.is_empty(), "text that is not empty"),
    };
    (!right).then_some(wanted)
}

/// What was expected, where an item is not of the form.
fn of_form(form: ParameterForm, item: &str) -> Option<&'static str> {
    let (right, wanted) = match form {
        ParameterForm::Arn => (Arn::parse(item).is_ok(), "an ARN such as `arn:aws:sns:eu-west-1:111122223333:name`"),
        ParameterForm::Account => (is_account_id(item), "the twelve digits of an account's id"),
        ParameterForm::Cidr => (is_cidr(item), "an address or a range of addresses such as `10.0.0.0/8`"),
        ParameterForm::Ports => (is_ports(item), "a port, or two with a hyphen between them, from 0 to 65535"),
        ParameterForm::Boolean => (is_boolean(item), "`true` or `false`"),
        ParameterForm::Int => (item.parse::<i64>().is_ok(), "a whole number"),
        ParameterForm::KubernetesVersion => (
            is_kubernetes_version(item),
            "a version of Kubernetes with two digits behind the full stop, such as `1.30`; put it into quotes, a number \
             loses the zero at its end",
        ),
    };
    (!right).then_some(wanted)
}

/// What is wrong with the region of an ARN: a code that is misspelled, or one that AWS is not known to have, which may be new.
fn of_another_region(item: &str) -> Option<Wrong> {
    let arn = Arn::parse(item).ok().filter(|arn| !arn.region.is_empty())?;
    let (catalog, may_be) = (Catalog::get(), may_be_region(arn.region));
    let nearest = if may_be { Some(catalog.nearest_region(arn.region)?) } else { catalog.region_like(arn.region) };
    let nearest = nearest.map(|region| Arn { region, ..arn }.to_string());
    Some(Wrong { expected: "an ARN with the code of an AWS region".to_owned(), nearest, doubtful: may_be })
}

/// What was expected, where a number is out of its range.
fn out_of_range(parameter: &RuleParameter, item: &str) -> Option<String> {
    let number = item.parse::<f64>().ok()?;
    let (below, above) = (|least| number < least, |most| number > most);
    match (parameter.least, parameter.most) {
        (Some(least), Some(most)) if below(least) || above(most) => Some(format!("a number from {least} to {most}")),
        (Some(least), None) if below(least) => Some(format!("a number of at least {least}")),
        (None, Some(most)) if above(most) => Some(format!("a number of at most {most}")),
        _ => None,
    }
}

fn is_boolean(text: &str) -> bool {
    ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Minor version of the oldest Kubernetes that EKS ran in November 2026: extended support of 1.30 ended in July (Amazon EKS
/// User Guide, "Understand the Kubernetes version lifecycle on EKS"). A later one only makes the rule stricter.
const OLDEST_EKS_MINOR: u8 = 31;

/// EKS began with 1.10.
fn is_kubernetes_version(text: &str) -> bool {
    kubernetes_minor(text).is_some_and(|minor| minor >= 10)
}

fn is_out_of_support(text: &str) -> bool {
    kubernetes_minor(text).is_some_and(|minor| minor < OLDEST_EKS_MINOR)
}

fn kubernetes_minor(text: &str) -> Option<u8> {
    text.strip_prefix("1.").filter(|minor| minor.len() == 2)?.parse().ok()
}

fn is_cidr(text: &str) -> bool {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= longest))
}

fn is_ports(text: &str) -> bool {
    let port = |text: &str| text.trim().parse::<u16>().ok();
    match text.split_once('-') {
        Some((first, last)) => port(first).zip(port(last)).is_some_and(|(first, last)| first <= last),
        None => port(text).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(kind: ParameterType, form: Option<ParameterForm>, values: &[&'static str]) -> RuleParameter {
        RuleParameter {
            name: "p",
            kind,
            required: false,
            default: None,
            form,
            values: values.to_vec(),
            grows: false,
            samples: Vec::new(),
            least: None,
            most: None,
            most_items: None,
        }
    }

    /// Whether each text passes.
    fn passing(parameter: &RuleParameter, texts: &[&str]) -> Vec<bool> {
        texts.iter().map(|text| wrong(parameter, text).is_none()).collect()
    }

    #[test]
    fn types() {
        let all = |kind, texts: &[&str]| passing(&parameter(kind, None, &[]), texts);
        assert_eq!(
            all(ParameterType::Int, &["7", " 7 ", "-1", "7.5", "seven", "7 days", ""]),
            [true, true, true, false, false, false, false]
        );
        assert_eq!(
            all(ParameterType::Double, &["7", "7.5", "1e3", "NaN", "inf", "7,5"]),
            [true, true, true, false, false, false]
        );
        assert_eq!(
            all(ParameterType::Boolean, &["true", "FALSE", "True", "yes", "1", ""]),
            [true, true, true, false, false, false]
        );
        assert_eq!(all(ParameterType::List, &["a", "a, b", "a,,b", ",", "a,"]), [true, true, false, false, false]);
        assert_eq!(all(ParameterType::String, &["a", " "]), [true, false]);
        assert_eq!(all(ParameterType::Map, &["k:v", ""]), [true, false]);
    }

    #[test]
    fn forms_of_each_item() {
        let all = |form, texts: &[&str]| passing(&parameter(ParameterType::String, Some(form), &[]), texts);
        let arns = [
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws-cn:sns:cn-north-1:111122223333:t, arn:aws:s3:::bucket",
            "arn:aws:automate:eu-west-1:ec2:stop, arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            "arn:aws:sns:eu-west-1:1111:t",
            "topic",
            "arn:aws:sns:eu-west-1:111122223333:",
            "arn:aws:s3:::bucket, bucket",
        ];
        assert_eq!(all(ParameterForm::Arn, &arns), [true, true, true, false, false, false, false]);
        assert_eq!(
            all(ParameterForm::Cidr, &["10.0.0.0/8", "10.0.0.1, 2001:db8::/32", "10.0.0.0/33", "10.0/8", "any"]),
            [true, true, false, false, false]
        );
        assert_eq!(
            all(ParameterForm::Ports, &["443", "443, 1020-1025", "1025-1020", "65536", "ssh"]),
            [true, true, false, false, false]
        );
        assert_eq!(all(ParameterForm::Account, &["111122223333", "1111", "11112222333a"]), [true, false, false]);
        assert_eq!(all(ParameterForm::Boolean, &["True", "no"]), [true, false]);
        assert_eq!(all(ParameterForm::Int, &["365", "a year"]), [true, false]);
        let versions = ["1.33", "1.3", "1.2", "1.9", "1.300", "2.10", "latest"];
        assert_eq!(all(ParameterForm::KubernetesVersion, &versions), [true, false, false, false, false, false, false]);
    }

    #[test]
    fn numbers_and_lists_have_bounds() {
        let bare = || parameter(ParameterType::Int, None, &[]);
        let age = RuleParameter { least: Some(1.0), ..bare() };
        assert_eq!(passing(&age, &["1", "90", "0", "-1"]), [true, true, false, false]);
        let length = RuleParameter { least: Some(6.0), most: Some(128.0), ..bare() };
        assert_eq!(passing(&length, &["6", "128", "5", "129"]), [true, true, false, false]);
        let found = wrong(&length, "5").expect("it is too short");
        assert_eq!((found.expected.as_str(), found.doubtful), ("a number from 6 to 128", false));
        let list = RuleParameter { most_items: Some(2), ..parameter(ParameterType::List, None, &[]) };
        assert_eq!(passing(&list, &["a", "a,b", "a,b,c"]), [true, true, false]);
        assert_eq!(wrong(&list, "a,b,c").expect("it is too long").expected, "at most 2 items, got 3");
    }

    #[test]
    fn an_arn_has_a_region_that_exists_and_no_spaces_around_it() {
        let arn = parameter(ParameterType::String, Some(ParameterForm::Arn), &[]);
        let found = |text: &str| wrong(&arn, text).map(|found| (found.nearest.unwrap_or_default(), found.doubtful));
        let topic = |region: &str| format!("arn:aws:sns:{region}:111122223333:t");
        for (region, nearest, doubtful) in
            [("us-east1", "us-east-1", false), ("us-eest-1", "us-east-1", false), ("us-east-9", "us-east-1", true)]
        {
            assert_eq!(found(&topic(region)), Some((topic(nearest), doubtful)), "{region}");
        }
        let right = topic("eu-west-1");
        for padded in [format!(" {right}"), format!("{right} "), format!("{right}\n")] {
            assert_eq!(found(&padded), Some((right.clone(), false)), "{padded:?}");
        }
        assert_eq!(found(&format!("{right}, arn:aws:iam::aws:policy/A")), None);
        assert_eq!(
            found("arn:aws-iso:sns:us-iso-east-1:111122223333:t"),
            None,
            "no regions of this partition are known"
        );
    }

    #[test]
    fn case_23_a_version_that_eks_no_longer_runs_is_doubtful() {
        let version = parameter(ParameterType::String, Some(ParameterForm::KubernetesVersion), &[]);
        let doubtful = |text: &str| wrong(&version, text).map(|found| found.doubtful);
        for old in ["1.10", "1.19", "1.26", "1.30"] {
            assert_eq!(doubtful(old), Some(true), "{old}");
        }
        assert_eq!((doubtful("1.31"), doubtful("1.40"), doubtful("1.2")), (None, None, Some(false)));
    }

    #[test]
    fn one_meaning_in_two_spellings_is_the_same() {
        let same = |kind, form, values: &[&'static str], one, other| {
            let parameter = parameter(kind, form, values);
            meaning(Some(&parameter), one) == meaning(Some(&parameter), other)
        };
        let (text, list, boolean) = (ParameterType::String, ParameterType::List, ParameterType::Boolean);
        assert!(same(boolean, None, &[], "TRUE", "true"));
        assert!(same(text, Some(ParameterForm::Boolean), &[], "True", "true"));
        assert!(same(ParameterType::Int, None, &[], " 90 ", "090"));
        assert!(same(text, None, &[], "ERROR, INFO", "ERROR,INFO"));
        assert!(same(list, None, &[], "a,b", "b, a"));
        assert!(same(text, None, &["GOVERNANCE"], "Governance", "GOVERNANCE"));
        assert!(!same(boolean, None, &[], "true", "false"));
        assert!(!same(list, None, &[], "a,b", "a"));
        for (one, other) in [("ERROR", "INFO"), ("a,b", "b,a"), ("Key", "key"), ("TRUE", "true")] {
            assert!(!same(text, None, &[], one, other), "{one} {other}");
        }
    }

    #[test]
    fn values_are_known_in_any_case_and_the_nearest_is_told() {
        let modes = parameter(ParameterType::List, None, &["GOVERNANCE", "COMPLIANCE"]);
        assert_eq!(
            passing(&modes, &["Governance", "GOVERNANCE, compliance", "GOVERNANCE, STRICT"]),
            [true, true, false]
        );
        let found = wrong(&modes, "COMPLIANT").expect("it is wrong");
        assert_eq!(
            (found.expected.as_str(), found.nearest.as_deref(), found.doubtful),
            ("one of GOVERNANCE, COMPLIANCE", Some("COMPLIANCE"), false)
        );
        let grown = RuleParameter { grows: true, ..modes };
        assert!(wrong(&grown, "NEW").is_some_and(|found| found.doubtful));
    }
}
