//! Every framework as conformance packs: within AWS's limits, each rule once, in a place that stays.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::{
    BUCKET_BYTES, FrameworkRequest, INLINE_BYTES, OWNER_PARAMETER, PACKS_PER_REGION, Pack, RULES_PER_PACK,
    RULES_PER_WAIT, compose, framework, frameworks, pack_name, packs_of, rules_start,
};
use proptest::prelude::*;

/// The longest there is.
const PREFIX: &str = "aaaaaaaaaaaaaaaaaaaa";
/// What AWS Config puts behind a rule's name.
const SUFFIX: &str = "-conformance-pack-123456789";

fn asked(id: &str) -> FrameworkRequest {
    FrameworkRequest { id: id.to_owned(), ..FrameworkRequest::default() }
}

/// The packs of a framework, without the rules that are not `offered`.
fn packs(request: &FrameworkRequest, prefix: &str, offered: impl Fn(&str) -> bool) -> Vec<Pack> {
    let alone = FrameworkRequest { alone: true, ..request.clone() };
    let composed = compose(&[alone]).0.alone.remove(&0).unwrap_or_default();
    packs_of(&request.id, composed.into_iter().filter(|rule| offered(&rule.identifier)).collect(), prefix)
}

fn whole(id: &str) -> Vec<Pack> {
    packs(&asked(id), PREFIX, |_| true)
}

fn size(pack: &Pack) -> usize {
    serde_json::to_string(&pack.template()).unwrap().len()
}

#[test]
fn every_framework_fits_and_loses_no_rule() {
    for id in frameworks().keys() {
        let (packs, composed) = (whole(id), compose(&[asked(id)]).0.rules);
        assert!(packs.len() <= PACKS_PER_REGION, "{id}");
        let rules: Vec<_> = packs.iter().flat_map(|pack| pack.rules.values().cloned()).collect();
        assert_eq!(rules.len(), composed.len(), "{id}");
        assert!(composed.iter().all(|rule| rules.contains(rule)), "{id}");
        for pack in &packs {
            let identifiers: BTreeSet<_> = pack.rules.values().map(|rule| &rule.identifier).collect();
            assert!((1..=RULES_PER_WAIT).contains(&identifiers.len()), "{id}");
            assert!(pack.rules.len() <= RULES_PER_PACK && size(pack) <= INLINE_BYTES, "{id}: {}", size(pack));
            let template = pack.template();
            assert_eq!(template.resources.len(), pack.rules.len(), "{id}: logical ids are apart");
            assert_eq!(template.parameters.keys().collect::<Vec<_>>(), [OWNER_PARAMETER]);
            assert!(template.resources.keys().all(|id| id.chars().all(|c| c.is_ascii_alphanumeric())), "{id}");
        }
    }
}

#[test]
fn every_name_is_of_the_right_form_and_told_apart() {
    let (mut names, mut starts) = (BTreeSet::new(), BTreeSet::new());
    for id in frameworks().keys() {
        let start = rules_start(id, PREFIX);
        assert!(starts.insert(start.clone()), "{start}");
        for pack in whole(id) {
            let name = pack_name(id, pack.part, PREFIX);
            let form = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            assert!(form && name.len() <= 256, "{name}");
            assert!(names.insert(name.clone()), "{name}");
            for rule in pack.rules.keys() {
                assert!(rule.starts_with(&start) && rule.len() + SUFFIX.len() <= 128, "{rule}");
            }
        }
    }
}

#[test]
fn names_are_a_contract() {
    assert_eq!(rules_start("hipaa", "compliance"), "compliance-hipaa-");
    assert_eq!(pack_name("pci-dss-4.0", 1, "compliance"), "compliance-pci-dss-4-0");
    assert_eq!(pack_name("pci-dss-4.0", 3, "audit"), "audit-pci-dss-4-0-3");
    let long = "ai-ml-security-governance-supporting-infrastructure-best-practices";
    assert_eq!(rules_start(long, "compliance"), "compliance-ai-ml-securi-1a434d4d-");
}

#[test]
fn a_template_from_a_bucket_is_large_enough_for_the_longest_parameters() {
    // 1,024 characters of `InputParameters` are the most a rule takes.
    for id in frameworks().keys() {
        for mut pack in whole(id) {
            for rule in pack.rules.values_mut() {
                rule.parameters.insert("x".to_owned(), "y".repeat(1_000));
            }
            assert!(size(&pack) <= BUCKET_BYTES, "{id}");
        }
    }
}

#[test]
fn what_is_changed_holds_in_packs_too() {
    let values = BTreeMap::from([("maxAccessKeyAge".to_owned(), "30".to_owned())]);
    let request = FrameworkRequest {
        exclude: vec!["ENCRYPTED_VOLUMES".into()],
        parameters: BTreeMap::from([("ACCESS_KEYS_ROTATED".to_owned(), values)]),
        ..asked("hipaa")
    };
    let packs = packs(&request, "compliance", |identifier| identifier != "IAM_PASSWORD_POLICY");
    let rules: BTreeMap<_, _> = packs.iter().flat_map(|pack| &pack.rules).collect();
    assert_eq!(rules[&"compliance-hipaa-access-keys-rotated".to_owned()].parameters["maxAccessKeyAge"], "30");
    assert_eq!(rules.len(), 127);
    assert!(rules.keys().all(|name| !name.ends_with("encrypted-volumes") && !name.ends_with("iam-password-policy")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn leaving_rules_out_moves_no_other(seed in prop::collection::btree_set(0usize..129, 0..40)) {
        let place = |packs: Vec<Pack>| -> BTreeMap<String, usize> {
            packs.into_iter().flat_map(|pack| pack.rules.into_keys().map(move |name| (name, pack.part))).collect()
        };
        let all: Vec<_> = framework("hipaa").unwrap().rules.iter().map(|rule| rule.identifier.clone()).collect();
        let exclude = seed.iter().filter_map(|index| all.get(*index).cloned()).collect();
        let fewer = place(packs(&FrameworkRequest { exclude, ..asked("hipaa") }, PREFIX, |_| true));
        let more = place(whole("hipaa"));
        prop_assert!(fewer.iter().all(|(name, part)| more.get(name) == Some(part)));
    }
}
