use compliance_types::{
    choices::{DigestPeriod, ObjectLockMode},
    severity::Severity,
};
use proptest::prelude::*;

use super::*;

pub(crate) fn entry(name: &str) -> RuleEntry {
    RuleEntry { identifier: "ENCRYPTED_VOLUMES".to_owned(), name: name.to_owned(), ..RuleEntry::default() }
}

fn pack(name: &str, rules: &[&str]) -> PackEntry {
    PackEntry { name: name.to_owned(), rules: rules.iter().map(|name| entry(name)).collect() }
}

#[test]
fn rules_of_packs_are_known_by_the_names_that_the_account_gives_them() {
    let configuration = MonitoringConfiguration::new([entry("b")]).unwrap();
    let configuration = configuration.with_packs([pack("p", &["p-a", "p-c"])]).unwrap();
    let in_account = "p-a-conformance-pack-abc";
    assert_eq!(configuration.rule(in_account).unwrap().name, "p-a");
    assert!(configuration.rule("p-a").is_none() && configuration.rule("p-z-conformance-pack-abc").is_none());
    let there = ["b", in_account, "b-conformance-pack-abc", "somebody-elses", in_account];
    let whole = configuration.in_account(there);
    let names: Vec<_> = whole.rules().iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["b", in_account]);
    assert_eq!(whole.rule(in_account).unwrap().name, in_account);
    assert_eq!(whole.packs().len(), 1);
}

#[test]
fn a_region_watches_the_rules_that_it_has() {
    let document = MonitoringConfiguration::new([entry("a"), entry("b")]).unwrap();
    let document = document.with_packs([pack("p", &["p-a"]), pack("q", &["q-a", "q-b"])]).unwrap();
    let without: BTreeSet<String> = ["b", "p-a", "q-b"].map(str::to_owned).into();
    let document =
        document.with_regions([("us-east-1".to_owned(), RegionEntry { without, ..RegionEntry::default() })].into());
    let read = MonitoringConfiguration::parse(document.render().unwrap().as_bytes()).unwrap();
    assert_eq!(read, document);
    assert_eq!(read.regions().collect::<Vec<_>>(), ["us-east-1"]);
    let there = read.in_region("us-east-1").unwrap();
    assert_eq!(there.all_rules().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["a", "q-a"]);
    assert_eq!(there.packs().len(), 1);
    assert!(read.in_region("eu-west-1").is_none());
}

#[test]
fn the_rendered_document_is_sorted_and_ends_in_a_newline() {
    let configuration = MonitoringConfiguration::new([entry("b"), entry("a")]).unwrap();
    let rule = |name: &str| {
        format!(
            "    {{\n      \"identifier\": \"ENCRYPTED_VOLUMES\",\n      \"name\": \"{name}\",\n      \
             \"severity\": \"medium\"\n    }}"
        )
    };
    assert_eq!(
        configuration.render().unwrap(),
        format!("{{\n  \"rules\": [\n{},\n{}\n  ],\n  \"version\": 1\n}}\n", rule("a"), rule("b"))
    );
}

#[test]
fn packs_and_their_rules_stand_once() {
    let with = |packs: &[PackEntry]| {
        let configuration = MonitoringConfiguration::new([entry("a")]).unwrap();
        configuration.with_packs(packs.iter().cloned()).map_err(|error| error.to_string())
    };
    let configuration = with(&[pack("q", &["c", "b"]), pack("p", &["d"])]).unwrap();
    let names: Vec<_> = configuration.all_rules().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["a", "d", "b", "c"]);
    assert_eq!(with(&[pack("p", &[]), pack("p", &[])]), Err("conformance pack `p` is listed twice".to_owned()));
    assert_eq!(with(&[pack("p", &["a"])]), Err("rule `a` is listed twice".to_owned()));
    assert_eq!(with(&[pack("p", &["b"]), pack("q", &["b"])]), Err("rule `b` is listed twice".to_owned()));
}

#[test]
fn keys_are_sorted() {
    let serves = RuleEntry { frameworks: [("hipaa".to_owned(), BTreeSet::new())].into(), ..entry("c") };
    let configuration = MonitoringConfiguration::new([serves, entry("a")]).unwrap();
    let text = configuration.with_packs([pack("p", &["b"])]).unwrap().render().unwrap();
    // A `Value` of serde_json is a sorted map, unless a crate of the build asks for insertion order.
    let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
}

#[test]
fn severity_frameworks_and_notices_read_back_and_keys_stay_sorted() {
    let route = Route { severities: vec![Severity::High], accounts: vec!["1".to_owned()], ..Route::default() };
    let notices = Notices { digest: DigestPeriod::Daily, routes: BTreeMap::from([("soc".to_owned(), route)]) };
    let frameworks = BTreeMap::from([("hipaa".to_owned(), BTreeSet::from(["164.312".to_owned()]))]);
    let rule = RuleEntry { severity: Severity::High, frameworks, ..entry("a") };
    let configuration = MonitoringConfiguration::new([rule]).unwrap().with_notices(notices);
    let text = configuration.render().unwrap();
    let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
    assert_eq!(MonitoringConfiguration::parse(text.as_bytes()).unwrap(), configuration);
    assert_eq!(configuration.rule("a").unwrap().severity, Severity::High);
    assert_eq!(configuration.rule("b"), None);
}

#[test]
fn what_is_not_assessed_and_what_people_answer_read_back_and_are_left_out_where_there_is_none() {
    let lacking = |identifier: &str, id: &str, controls: &[&str]| NotAssessed {
        frameworks: [(id.to_owned(), controls.iter().map(|one| (*one).to_owned()).collect())].into(),
        identifier: identifier.to_owned(),
    };
    let bare = MonitoringConfiguration::new([entry("a")]).unwrap();
    let configuration = bare
        .clone()
        .with_manual([("hipaa".to_owned(), vec!["risk".to_owned()]), ("none".to_owned(), Vec::new())].into())
        .with_not_assessed([lacking("B", "pci", &["2"]), lacking("A", "pci", &[]), lacking("B", "pci", &["1"])]);
    assert_eq!(configuration.manual(), &BTreeMap::from([("hipaa".to_owned(), vec!["risk".to_owned()])]));
    assert_eq!(configuration.not_assessed(), [lacking("A", "pci", &[]), lacking("B", "pci", &["1", "2"])]);
    let text = configuration.render().unwrap();
    let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
    assert!(sorted.contains_key("notAssessed") && sorted.contains_key("manual"), "{text}");
    assert_eq!(MonitoringConfiguration::parse(text.as_bytes()).unwrap(), configuration);
    let text = bare.render().unwrap();
    assert!(!text.contains("manual") && !text.contains("notAssessed"), "{text}");
}

#[test]
fn finding_6_own_rules_count_unless_all_are_asked_for_which_reads_back() {
    let bare = MonitoringConfiguration::new([entry("a")]).unwrap();
    assert_eq!(bare.reported_rules(), CountedRules::Own);
    assert!(!bare.render().unwrap().contains("reportedRules"));
    let all = bare.with_reported_rules(CountedRules::All);
    let text = all.render().unwrap();
    let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
    assert_eq!(sorted["reportedRules"], "all");
    assert_eq!(MonitoringConfiguration::parse(text.as_bytes()).unwrap(), all);
}

#[test]
fn a_rule_listed_twice_is_refused() {
    let error = MonitoringConfiguration::new([entry("a"), entry("a")]).unwrap_err();
    assert_eq!(error.to_string(), "rule `a` is listed twice");
}

#[test]
fn another_version_is_named_whatever_its_shape() {
    let error = MonitoringConfiguration::parse(br#"{"version":2,"packs":[]}"#).unwrap_err();
    assert_eq!(error.to_string(), "the configuration document has version 2, this function reads version 1");
}

proptest! {
    #[test]
    fn a_document_reads_back_whatever_the_order(names in proptest::collection::btree_set(".{1,20}", 0..20)) {
        let forth = MonitoringConfiguration::new(names.iter().map(|name| entry(name))).unwrap();
        let back = MonitoringConfiguration::new(names.iter().rev().map(|name| entry(name))).unwrap();
        prop_assert_eq!(forth.render().unwrap(), back.render().unwrap());
        prop_assert_eq!(MonitoringConfiguration::parse(forth.render().unwrap().as_bytes()).unwrap(), forth.clone());
        let whole = forth.with_packs([PackEntry { name: "p".to_owned(), rules: vec![entry("a name of more than twenty characters")] }]);
        let whole = whole.unwrap();
        prop_assert_eq!(MonitoringConfiguration::parse(whole.render().unwrap().as_bytes()).unwrap(), whole);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = MonitoringConfiguration::parse(&bytes);
    }
}

#[test]
fn waivers_read_back_and_stand_on_a_day() {
    use crate::waiver::{Standing, Waiver};

    let waiver = Waiver {
        expires: "2027-03-31".to_owned(),
        owner: "data-team".to_owned(),
        reason: "migration".to_owned(),
        rule: Some("a".to_owned()),
        ..Waiver::default()
    };
    let configuration = MonitoringConfiguration::new([entry("a")]).unwrap();
    assert!(!configuration.render().unwrap().contains("waiver"), "a document without waivers does not change");
    let configuration = configuration.with_waivers(vec![waiver], 90);
    let text = configuration.render().unwrap();
    assert_eq!(MonitoringConfiguration::parse(text.as_bytes()).unwrap(), configuration);
    let standing = |day: &str| configuration.waivers_on(day).all()[0].1.clone();
    assert_eq!(standing("2027-03-01"), Standing::InForce { days_left: 30 });
    assert!(matches!(standing("2026-12-01"), Standing::Invalid(_)), "it ends more than 90 days ahead");
}

#[test]
fn exports_read_back_and_are_left_out_where_there_are_none() {
    let bare = MonitoringConfiguration::new([entry("a")]).unwrap();
    assert!(!bare.render().unwrap().contains("exports"));
    let exports = Exports { ocsf: true, security_hub: true };
    let configuration = bare.with_exports(exports);
    let text = configuration.render().unwrap();
    let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
    assert_eq!(MonitoringConfiguration::parse(text.as_bytes()).unwrap().exports(), exports);
}

#[test]
fn the_lock_of_reports_reads_back_and_is_left_out_where_there_is_none() {
    let bare = MonitoringConfiguration::new([entry("a")]).unwrap();
    assert!(!bare.render().unwrap().contains("objectLock"));
    let lock = ObjectLock { days: 400, mode: ObjectLockMode::Compliance };
    let text = bare.with_object_lock(Some(lock)).render().unwrap();
    let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
    assert_eq!(sorted["objectLock"], serde_json::json!({ "days": 400, "mode": "compliance" }));
    assert_eq!(MonitoringConfiguration::parse(text.as_bytes()).unwrap().object_lock(), Some(lock));
}
