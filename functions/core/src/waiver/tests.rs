use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn waiver() -> Waiver {
    let text = |text: &str| text.to_owned();
    Waiver { expires: text("2027-03-31"), owner: text("data-team"), reason: text("migration"), ..Waiver::default() }
}

fn of_rule(rule: &str) -> Waiver {
    Waiver { rule: Some(rule.to_owned()), ..waiver() }
}

/// What the subject of a waiver borrows.
struct Facts {
    frameworks: BTreeMap<String, BTreeSet<String>>,
    tags: BTreeMap<String, String>,
}

fn finding() -> Facts {
    let controls = ["3.5.1", "10.2"].map(str::to_owned).into();
    Facts {
        frameworks: [("pci-dss-4.0".to_owned(), controls), ("hipaa".to_owned(), BTreeSet::new())].into(),
        tags: [("owner".to_owned(), "data".to_owned()), ("env".to_owned(), "prod-1".to_owned())].into(),
    }
}

impl Facts {
    fn subject(&self) -> Subject<'_> {
        Subject {
            account: "111122223333",
            region: "eu-west-1",
            rule: "ebs-volumes-encrypted",
            frameworks: &self.frameworks,
            resource_id: "vol-1",
            name: Some("legacy-data"),
            arn: Some("arn:aws:ec2:eu-west-1:111122223333:volume/vol-1"),
            tags: &self.tags,
        }
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn waiver_matches_where_every_selector_does() {
    let finding = finding();
    let tags = |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    for (waiver, matches) in [
        (of_rule("ebs-volumes-encrypted"), true),
        (of_rule("ebs-volumes"), false),
        (Waiver { framework: some("pci-dss-4.0"), ..waiver() }, true),
        (Waiver { framework: some("pci-dss-4.0"), control: some("3.5.1"), ..waiver() }, true),
        (Waiver { framework: some("pci-dss-4.0"), control: some("3.5"), ..waiver() }, false),
        (Waiver { framework: some("hipaa"), control: some("3.5.1"), ..waiver() }, false),
        (Waiver { framework: some("soc-2"), ..waiver() }, false),
        (Waiver { resource: some("vol-*"), ..waiver() }, true),
        (Waiver { resource: some("legacy-????"), ..waiver() }, true),
        (Waiver { resource: some("arn:aws:ec2:*:volume/vol-1"), ..waiver() }, true),
        (Waiver { resource: some("legacy"), ..waiver() }, false),
        (Waiver { resource: some("LEGACY-*"), ..waiver() }, false),
        (Waiver { tags: tags(&[("owner", "data")]), ..waiver() }, true),
        (Waiver { tags: tags(&[("owner", "data"), ("env", "prod-*")]), ..waiver() }, true),
        (Waiver { tags: tags(&[("owner", "data"), ("env", "dev")]), ..waiver() }, false),
        (Waiver { tags: tags(&[("Owner", "data")]), ..waiver() }, false),
        (Waiver { accounts: vec!["1".into(), "111122223333".into()], ..of_rule("ebs-volumes-encrypted") }, true),
        (Waiver { accounts: vec!["1".into()], ..of_rule("ebs-volumes-encrypted") }, false),
        (Waiver { regions: vec!["eu-west-1".into()], ..of_rule("ebs-volumes-encrypted") }, true),
        (Waiver { regions: vec!["us-east-1".into()], ..of_rule("ebs-volumes-encrypted") }, false),
        (Waiver { resource: some("vol-2"), ..of_rule("ebs-volumes-encrypted") }, false),
    ] {
        assert_eq!(waiver.matches(&finding.subject()), matches, "{}", waiver.selectors());
    }
}

#[test]
fn resource_whose_name_arn_and_tags_are_unknown_is_matched_by_its_id_alone() {
    let (finding, nothing) = (finding(), BTreeMap::new());
    let subject = Subject { name: None, arn: None, tags: &nothing, ..finding.subject() };
    let by = |resource: &str| Waiver { resource: some(resource), ..waiver() };
    assert!(by("vol-1").matches(&subject) && !by("legacy-*").matches(&subject) && !by("arn:*").matches(&subject));
    assert!(!Waiver { tags: finding.tags.clone(), ..waiver() }.matches(&subject));
}

#[test]
fn waiver_is_in_force_through_its_last_day() {
    for (day, expected) in [
        ("2026-03-31", Standing::InForce { days_left: 365 }),
        ("2027-03-30", Standing::InForce { days_left: 1 }),
        ("2027-03-31", Standing::InForce { days_left: 0 }),
        ("2027-04-01", Standing::Expired),
        ("2028-02-29", Standing::Expired),
    ] {
        assert_eq!(of_rule("a").standing(day, MAX_DAYS), expected, "{day}");
    }
}

#[test]
fn invalid_waiver_says_what_is_expected() {
    let expires = |text: &str| Waiver { expires: text.to_owned(), ..of_rule("a") };
    for (waiver, expected) in [
        (expires("2027-02-30"), "`expires` is `2027-02-30`, expected a date such as 2027-03-31"),
        (expires("31.03.2027"), "`expires` is `31.03.2027`, expected a date such as 2027-03-31"),
        (expires("2027-03-31T00:00:00Z"), "`expires` is `2027-03-31T00:00:00Z`, expected a date such as 2027-03-31"),
        (expires(""), "`expires` is ``, expected a date such as 2027-03-31"),
        (expires("2027-01-01"), "`expires` is 2027-01-01, expected 2026-12-31 or earlier: 365 days ahead at most"),
        (Waiver { owner: " ".into(), ..of_rule("a") }, "`owner` is empty, expected who answers for the waiver"),
        (Waiver { reason: String::new(), ..of_rule("a") }, "`reason` is empty, expected why the findings are accepted"),
        (
            Waiver { accounts: vec!["1".into()], ..waiver() },
            "it selects no rule, framework, resource or tag, expected at least one of them",
        ),
        (
            Waiver { control: some("3.5.1"), ..of_rule("a") },
            "`control` is given without `framework`, expected the id of the framework that the control is of",
        ),
    ] {
        let waiver =
            if waiver.expires == "2027-03-31" { Waiver { expires: "2026-12-31".into(), ..waiver } } else { waiver };
        let Standing::Invalid(defect) = waiver.standing("2025-12-31", MAX_DAYS) else {
            panic!("{waiver:?} is in force")
        };
        assert_eq!(defect.to_string(), expected);
    }
}

#[test]
fn notices_come_14_and_3_days_before_the_end() {
    for (day, expected) in [
        ("2027-03-16", None),
        ("2027-03-17", Some(14)),
        ("2027-03-27", Some(14)),
        ("2027-03-28", Some(3)),
        ("2027-03-31", Some(3)),
        ("2027-04-01", None),
    ] {
        assert_eq!(of_rule("a").standing(day, MAX_DAYS).notice(), expected, "{day}");
    }
}

#[test]
fn waiver_that_is_not_in_force_waives_nothing() {
    let finding = finding();
    let rule = "ebs-volumes-encrypted";
    let over = Waiver { expires: "2026-12-30".into(), ..of_rule(rule) };
    let invalid = Waiver { owner: String::new(), ..of_rule(rule) };
    let all = [over, invalid, Waiver { rule: None, resource: some("none"), ..waiver() }, of_rule(rule)];
    let waivers = Waivers::on(&all, "2026-12-31", MAX_DAYS);
    assert_eq!(waivers.of(&finding.subject()), Some(3));
    assert_eq!(
        waivers.all().iter().map(|(_, standing)| standing.word()).collect::<Vec<_>>(),
        ["expired", "invalid", "in force", "in force"]
    );
    assert_eq!(Waivers::on(&all[..3], "2026-12-31", MAX_DAYS).of(&finding.subject()), None);
}

#[test]
fn waiver_of_a_document_reads_back_with_sorted_keys() {
    let waiver = Waiver {
        accounts: vec!["111122223333".into()],
        control: some("3.5.1"),
        framework: some("pci-dss-4.0"),
        regions: vec!["eu-west-1".into()],
        resource: some("legacy-*"),
        tags: [("env".to_owned(), "prod".to_owned())].into(),
        ticket: some("SEC-1234"),
        ..of_rule("a")
    };
    let text = serde_json::to_string(&waiver).unwrap();
    let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&sorted).unwrap(), text);
    assert_eq!(serde_json::from_str::<Waiver>(&text).unwrap(), waiver);
    assert_eq!(
        waiver.selectors(),
        "rule a, framework pci-dss-4.0, control 3.5.1, resource legacy-*, account 111122223333, region eu-west-1, \
         tag env=prod"
    );
    assert_eq!(waiver.summary(), "data-team until 2027-03-31, SEC-1234");
}

proptest! {
    /// A selector that is added never matches more.
    #[test]
    fn more_selectors_never_match_more(
        rule in proptest::option::of("ebs-volumes-encrypted|other"),
        resource in proptest::option::of("[vol1*?-]{0,6}"),
        accounts in proptest::collection::vec("111122223333|2", 0..2),
        tag in proptest::option::of(("owner|env|x", "[datprod1*?-]{0,6}")),
    ) {
        let finding = finding();
        let whole = Waiver { rule, resource, accounts, tags: tag.into_iter().collect(), ..waiver() };
        let fewer = [
            Waiver { rule: None, ..whole.clone() },
            Waiver { resource: None, ..whole.clone() },
            Waiver { accounts: Vec::new(), ..whole.clone() },
            Waiver { tags: BTreeMap::new(), ..whole.clone() },
        ];
        if whole.matches(&finding.subject()) {
            for one in fewer {
                prop_assert!(one.matches(&finding.subject()), "{}", one.selectors());
            }
        }
    }

    /// Once over, always over; and in force on consecutive days alone, at most `max_days` and one of them.
    #[test]
    fn waiver_is_in_force_on_the_days_before_its_end(max_days in 1..400_u32, days in 0..900_i64) {
        let start: jiff::civil::Date = "2025-06-01".parse().unwrap();
        let day = start.saturating_add(jiff::SignedDuration::from_hours(days * 24));
        let left = (jiff::civil::date(2027, 3, 31).duration_since(day).as_hours()) / 24;
        let standing = of_rule("a").standing(&day.to_string(), max_days);
        let expected = match left {
            left if left > i64::from(max_days) => "invalid",
            0.. => "in force",
            _ => "expired",
        };
        prop_assert_eq!(standing.word(), expected);
    }

    #[test]
    fn no_text_panics(text in ".*", day in ".*") {
        let any = Waiver { expires: text.clone(), resource: Some(text), ..waiver() };
        let _ = (any.standing(&day, MAX_DAYS), any.matches(&finding().subject()));
    }
}
