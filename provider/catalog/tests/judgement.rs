//! The judgement over all rules and frameworks of the data.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::{
    Catalog, FrameworkRequest, INLINE_BYTES, ParameterType, RULES_PER_PACK, RuleRequest, Scope, Severity, Trigger,
    UnavailableIn, check_rules, compose, framework, frameworks, names, templates,
};
use proptest::prelude::*;

fn right(kind: ParameterType) -> String {
    match kind {
        ParameterType::Int | ParameterType::Double => "1",
        ParameterType::Boolean => "TRUE",
        _ => "one",
    }
    .to_owned()
}

/// The least that a rule takes.
fn least(identifier: &str) -> RuleRequest {
    let rule = Catalog::get().rule(identifier).unwrap();
    let needed = rule.parameters.iter().filter(|each| each.required && each.default.is_none());
    let parameters = needed.map(|each| (each.name.clone(), Some(right(each.kind)))).collect();
    RuleRequest { identifier: identifier.to_owned(), parameters, ..RuleRequest::default() }
}

fn paths(request: RuleRequest) -> Vec<String> {
    check_rules(&[request], &[], &[]).errors.into_iter().map(|finding| finding.path).collect()
}

#[test]
fn every_rule_passes_with_the_least_and_all_together() {
    let requests: Vec<_> = Catalog::get().rules.keys().map(|identifier| least(identifier)).collect();
    assert_eq!(check_rules(&requests, &[], &[]).errors, []);
}

#[test]
fn every_default_of_the_data_is_right() {
    for (identifier, rule) in &Catalog::get().rules {
        let mut request = least(identifier);
        let given = rule.parameters.iter().filter_map(|each| Some((each.name.clone(), each.default.clone()?)));
        request.parameters.extend(given.map(|(name, value)| (name, Some(value))));
        assert_eq!(paths(request), Vec::<String>::new(), "{identifier}");
    }
}

#[test]
fn every_single_fault_of_every_rule_is_refused_at_its_path_alone() {
    for (identifier, rule) in &Catalog::get().rules {
        let with = |change: &dyn Fn(&mut RuleRequest)| {
            let mut request = least(identifier);
            change(&mut request);
            paths(request)
        };
        let unknown = with(&|request| drop(request.parameters.insert("noSuch".into(), Some("1".into()))));
        assert_eq!(unknown, ["[0].parameters.noSuch"], "{identifier}");
        for parameter in &rule.parameters {
            let path = format!("[0].parameters.{}", parameter.name);
            let wrong = with(&|request| drop(request.parameters.insert(parameter.name.clone(), Some(" ".into()))));
            assert_eq!(wrong, [path.as_str()], "{identifier}");
            if parameter.required && parameter.default.is_none() {
                let missing = with(&|request| drop(request.parameters.remove(&parameter.name)));
                assert_eq!(missing, [path.as_str()], "{identifier}");
            }
        }
        let never = with(&|request| request.frequency = Some("Never".into()));
        assert!(never.contains(&"[0].frequency".to_owned()), "{identifier}");
        let frequency = with(&|request| request.frequency = Some("Six_Hours".into()));
        assert_eq!(!frequency.is_empty(), rule.trigger == Trigger::Change, "{identifier}");
        let kind = vec![Some("AWS::No::Such".to_owned())];
        let scope = Scope { resource_types: kind, ..Scope::default() };
        let scoped = with(&|request| request.scope = Some(scope.clone()));
        assert_eq!(scoped.is_empty(), rule.types.is_empty(), "{identifier}");
    }
}

#[test]
fn the_two_problems_of_the_first_screen() {
    let first = RuleRequest { identifier: "S3_BUCKET_SSE_ENABLED".into(), ..RuleRequest::default() };
    let second = RuleRequest { frequency: Some("Six_Hours".into()), ..least("ENCRYPTED_VOLUMES") };
    let errors = check_rules(&[first, second], &[], &[]).errors;
    assert_eq!(errors.len(), 2);
    assert_eq!(errors[0].path, "[0].identifier");
    assert_eq!(errors[0].nearest.as_deref(), Some("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"));
    assert_eq!(errors[1].path, "[1].frequency");
    let reason = "`ENCRYPTED_VOLUMES` reacts to configuration changes only and takes no frequency; remove it";
    assert_eq!(errors[1].reason, reason);
}

#[test]
fn unchecked_turns_what_facts_forbid_into_a_warning() {
    let request = RuleRequest { identifier: "NEW_RULE".into(), unchecked: true, ..RuleRequest::default() };
    let report = check_rules(&[request], &[], &[]);
    assert_eq!((report.errors.len(), report.warnings.len()), (0, 1));
}

#[test]
fn an_unknown_value_is_not_judged() {
    let mut request = least("ACCESS_KEYS_ROTATED");
    request.parameters.insert("maxAccessKeyAge".into(), None);
    assert_eq!(paths(request), Vec::<String>::new());
}

#[test]
fn names_and_contents_stand_once() {
    let again = RuleRequest { name: Some("other".into()), ..least("ENCRYPTED_VOLUMES") };
    let report = check_rules(&[least("ENCRYPTED_VOLUMES"), again], &[], &["encrypted-volumes"]);
    let paths: Vec<_> = report.errors.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(paths, ["[0].name", "[1]"]);
}

#[test]
fn a_region_without_the_rule_fails_or_skips_or_is_ignored() {
    let catalog = Catalog::get();
    let (identifier, _) =
        catalog.rules.iter().find(|(_, rule)| catalog.offers(rule, "eu-west-1") == Some(false)).unwrap();
    let count = |on_unavailable| {
        let report = check_rules(&[RuleRequest { on_unavailable, ..least(identifier) }], &["eu-west-1"], &[]);
        (report.errors.len(), report.warnings.len())
    };
    assert_eq!(count(UnavailableIn::Fail), (1, 0));
    assert_eq!(count(UnavailableIn::Skip), (0, 1));
    assert_eq!(count(UnavailableIn::Ignore), (0, 0));
}

fn asked(ids: &[&str]) -> Vec<FrameworkRequest> {
    ids.iter().map(|id| FrameworkRequest { id: (*id).to_owned(), ..FrameworkRequest::default() }).collect()
}

#[test]
fn the_overlaps_are_the_data_s() {
    let (both, report) = compose(&asked(&["hipaa", "pci-dss-3.2.1"]));
    assert!(report.errors.is_empty());
    assert_eq!((both.asked["hipaa"], both.asked["pci-dss-3.2.1"], both.distinct), (129, 129, 163));
    let (both, _) = compose(&asked(&["hipaa", "pci-dss-4.0"]));
    assert_eq!((both.asked["hipaa"], both.asked["pci-dss-4.0"], both.distinct), (129, 127, 231));
}

#[test]
fn an_unknown_framework_gets_the_nearest() {
    let (_, report) = compose(&asked(&["hippa"]));
    assert_eq!(report.errors[0].nearest.as_deref(), Some("hipaa"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_union_loses_nothing_and_has_no_order(picked in prop::collection::btree_set(0usize..116, 1..4)) {
        let all: Vec<&str> = frameworks().keys().map(String::as_str).collect();
        let mut ids: Vec<&str> = picked.iter().map(|index| all[*index]).collect();
        let (one, _) = compose(&asked(&ids));
        ids.reverse();
        let (other, _) = compose(&asked(&ids));
        prop_assert_eq!(&one.rules, &other.rules);
        let mut counted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for rule in &one.rules {
            for id in rule.frameworks.keys() {
                counted.entry(id).or_default().insert(&rule.identifier);
            }
        }
        for id in ids {
            let wanted: BTreeSet<_> =
                framework(id).unwrap().rules.iter().filter(|rule| !rule.off).map(|rule| rule.identifier.as_str()).collect();
            prop_assert_eq!(counted.remove(id).unwrap_or_default(), wanted);
        }
    }
}

#[test]
fn what_is_changed_in_a_framework_is_judged_at_its_path() {
    let none = BTreeMap::new();
    let values = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    let request = FrameworkRequest {
        id: "hipaa".into(),
        exclude: vec!["ENCRYPTED_VOLUMES".into(), "ENCRYPTED_VOLUME".into()],
        parameters: BTreeMap::from([
            ("ACCESS_KEYS_ROTATED".to_owned(), values("maxAccessKeyAge", "soon")),
            ("ENCRYPTED_VOLUMES".to_owned(), none.clone()),
            ("NO_SUCH_RULE".to_owned(), none),
        ]),
        severities: BTreeMap::from([("IAM_NO_SUCH".to_owned(), Severity::Low)]),
    };
    let again = FrameworkRequest { id: "hipaa".into(), ..FrameworkRequest::default() };
    let (_, report) = compose(&[request, again]);
    let paths: Vec<_> = report.errors.iter().map(|finding| finding.path.as_str()).collect();
    let expected = [
        "[0].exclude[1]",
        "[0].parameters.ENCRYPTED_VOLUMES",
        "[0].parameters.NO_SUCH_RULE",
        "[0].severities.IAM_NO_SUCH",
        "[0].parameters.ACCESS_KEYS_ROTATED.maxAccessKeyAge",
        "[1].id",
    ];
    assert_eq!(paths, expected);
    assert_eq!(report.errors[0].nearest.as_deref(), Some("ENCRYPTED_VOLUMES"));
}

#[test]
fn what_is_changed_in_a_framework_takes_effect() {
    let values = BTreeMap::from([("maxAccessKeyAge".to_owned(), "30".to_owned())]);
    let request = FrameworkRequest {
        id: "hipaa".into(),
        exclude: vec!["ENCRYPTED_VOLUMES".into()],
        parameters: BTreeMap::from([("ACCESS_KEYS_ROTATED".to_owned(), values)]),
        severities: BTreeMap::from([("ACCESS_KEYS_ROTATED".to_owned(), Severity::Critical)]),
    };
    let pci = FrameworkRequest { id: "pci-dss-3.2.1".into(), ..FrameworkRequest::default() };
    let (composition, report) = compose(&[request, pci]);
    assert_eq!(report.errors, []);
    let rule = |name: &str| composition.rules.iter().find(|rule| rule.identifier == name).unwrap();
    let keys = rule("ACCESS_KEYS_ROTATED");
    assert_eq!((keys.parameters["maxAccessKeyAge"].as_str(), keys.severity), ("30", Some(Severity::Critical)));
    assert_eq!(keys.frameworks.len(), 2);
    assert_eq!(rule("ENCRYPTED_VOLUMES").frameworks.keys().collect::<Vec<_>>(), ["pci-dss-3.2.1"]);
}

/// Alone and in pairs (a seventh of all), because what differs between two frameworks is what is kept twice.
#[test]
fn whatever_frameworks_come_to_is_valid_has_names_of_its_own_and_fits_into_packs() {
    let all: Vec<&str> = frameworks().keys().map(String::as_str).collect();
    for (index, one) in all.iter().enumerate() {
        for other in all.iter().skip(index).step_by(7) {
            let ids = if one == other { vec![*one] } else { vec![*one, *other] };
            let (composition, report) = compose(&asked(&ids));
            assert_eq!(report.errors, [], "{ids:?}");
            let requests = composition.rules.iter().zip(names(&composition.rules)).map(|(rule, name)| {
                let parameters = rule.parameters.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
                RuleRequest {
                    identifier: rule.identifier.clone(),
                    name: Some(name),
                    parameters: parameters.collect(),
                    frequency: rule.frequency.clone(),
                    ..RuleRequest::default()
                }
            });
            let requests: Vec<_> = requests.collect();
            assert!(requests.iter().all(|rule| rule.name.as_ref().is_some_and(|name| name.len() <= 100)), "{ids:?}");
            assert_eq!(check_rules(&requests, &[], &[]).errors, [], "{ids:?}");
            let packs = templates(&composition.rules);
            assert_eq!(
                packs.iter().map(|pack| pack.resources.len()).sum::<usize>(),
                composition.rules.len(),
                "{ids:?}"
            );
            for pack in packs {
                assert!(pack.resources.len() <= RULES_PER_PACK);
                assert!(serde_json::to_string_pretty(&pack).unwrap().len() <= INLINE_BYTES);
            }
        }
    }
}
