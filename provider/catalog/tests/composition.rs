//! Frameworks put together: nothing is lost, nothing is there twice, and what comes of it can be deployed.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use aws_compliance_catalog::{
    Catalog, ComposedRule, Composition, FrameworkRequest, INLINE_BYTES, ParameterForm, ParameterType, RULES_PER_PACK,
    RuleRequest, check_rules, compose, framework, frameworks, names, templates,
};
use compliance_types::severity::Severity;
use proptest::prelude::*;

fn asked(ids: &[&str]) -> Vec<FrameworkRequest> {
    ids.iter().map(|id| FrameworkRequest { id: (*id).to_owned(), ..FrameworkRequest::default() }).collect()
}

/// Distinct identifiers whose results count for more than one framework, in whichever of its rules.
fn shared(composition: &Composition) -> usize {
    let mut by_identifier: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for rule in &composition.rules {
        by_identifier.entry(&rule.identifier).or_default().extend(rule.frameworks.keys().map(String::as_str));
    }
    by_identifier.values().filter(|frameworks| frameworks.len() > 1).count()
}

#[test]
fn the_overlaps_are_the_data_s() {
    let (both, report) = compose(&asked(&["hipaa", "pci-dss-3.2.1"]));
    assert!(report.errors.is_empty());
    assert_eq!((both.asked["hipaa"], both.asked["pci-dss-3.2.1"], both.distinct), (129, 129, 163));
    assert_eq!(shared(&both), 95);
    let (both, _) = compose(&asked(&["hipaa", "pci-dss-4.0"]));
    assert_eq!((both.asked["hipaa"], both.asked["pci-dss-4.0"], both.distinct), (129, 127, 231));
    assert_eq!(shared(&both), 25);
}

#[test]
fn a_rule_is_kept_twice_only_where_no_value_is_the_stricter() {
    let twice = |ids: &[&str]| {
        let composition = compose(&asked(ids)).0;
        let mut seen = BTreeSet::new();
        let again =
            composition.rules.iter().map(|rule| rule.identifier.clone()).filter(|name| !seen.insert(name.clone()));
        (composition.rules.len(), composition.distinct, again.collect::<Vec<_>>())
    };
    let kms = ["IAM_CUSTOMER_POLICY_BLOCKED_KMS_ACTIONS", "IAM_INLINE_POLICY_BLOCKED_KMS_ACTIONS"];
    assert_eq!(twice(&["hipaa", "pci-dss-3.2.1"]), (165, 163, kms.map(str::to_owned).into()));
    assert_eq!(twice(&["hipaa", "pci-dss-4.0"]), (231, 231, vec![]));
    let three = ["EC2_VOLUME_INUSE_CHECK", "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS"];
    let ids = ["hipaa", "nist-800-53-r5", "pci-dss-4.0"];
    assert_eq!(twice(&ids), (243, 241, three.map(str::to_owned).into()));
}

#[test]
fn an_unknown_framework_gets_the_nearest() {
    let (_, report) = compose(&asked(&["hippa"]));
    assert_eq!(report.errors[0].nearest.as_deref(), Some("hipaa"));
}

/// `ACM_CERTIFICATE_EXPIRATION_CHECK`: 14 days by default in one, 90 in the other. `IAM_PASSWORD_POLICY`: 8 characters are
/// asked for in one, 14 by default in the other.
#[test]
fn what_a_framework_leaves_out_counts_as_the_documented_default() {
    let parameters = |ids: &[&str], identifier: &str| {
        let composition = compose(&asked(ids)).0;
        let mut rules = composition.rules.into_iter().filter(|rule| rule.identifier == identifier);
        let rule = rules.next().unwrap();
        assert_eq!(rules.next(), None, "{identifier} is there once");
        rule.parameters
    };
    let days = |ids: &[&str]| parameters(ids, "ACM_CERTIFICATE_EXPIRATION_CHECK");
    let given = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    assert_eq!(days(&["hipaa", "pci-dss-3.2.1"]), given("daysToExpiration", "90"));
    let (silent, asking): (Vec<&str>, Vec<&str>) =
        frameworks().iter().fold((vec![], vec![]), |mut both, (id, each)| {
            let rule = each.rules.iter().find(|rule| !rule.off && rule.identifier == "IAM_PASSWORD_POLICY");
            match rule.map(|rule| rule.parameters.get("MinimumPasswordLength").map(String::as_str)) {
                Some(None) => both.0.push(id),
                Some(Some("8")) => both.1.push(id),
                _ => {}
            }
            both
        });
    let policy = parameters(&[silent[0], asking[0]], "IAM_PASSWORD_POLICY");
    assert_eq!(policy["MinimumPasswordLength"], "14", "a default that is the stricter is sent");
    assert_eq!(parameters(&silent, "IAM_PASSWORD_POLICY"), BTreeMap::new(), "no default that nobody gave");
}

/// One framework as someone may ask for it: some of its rules left out, some weighed otherwise.
fn request(index: usize, seed: usize) -> FrameworkRequest {
    let (id, framework) = frameworks().iter().nth(index % frameworks().len()).unwrap();
    let identifiers: BTreeSet<_> =
        framework.rules.iter().filter(|rule| !rule.off).map(|rule| rule.identifier.clone()).collect();
    let left_out = |(place, _): &(usize, &String)| seed > 0 && (place + seed).is_multiple_of(5);
    let weights = [Severity::Informational, Severity::Low, Severity::Critical];
    let (exclude, rest): (Vec<_>, Vec<_>) = identifiers.iter().enumerate().partition(left_out);
    let weighed = rest.into_iter().filter(|(place, _)| seed > 0 && (place + seed).is_multiple_of(7));
    FrameworkRequest {
        id: (*id).to_owned(),
        exclude: exclude.into_iter().map(|(_, identifier)| identifier.clone()).collect(),
        severities: weighed.map(|(place, identifier)| (identifier.clone(), *weights.get(place % 3).unwrap())).collect(),
        ..FrameworkRequest::default()
    }
}

/// The values that a rule is evaluated with, by the documentation.
fn effective(identifier: &str, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let known = Catalog::get().rule(identifier).unwrap().parameters.iter();
    let mut all: BTreeMap<_, _> =
        known.filter_map(|each| Some((each.name.to_owned(), each.default?.to_owned()))).collect();
    all.extend(given.clone());
    all
}

/// Whether a value holds what a framework asks for: it means the same, or is the stricter of two.
fn holds(identifier: &str, name: &str, kept: &str, wanted: &str) -> bool {
    static TABLE: LazyLock<serde_json::Value> =
        LazyLock::new(|| serde_json::from_str(include_str!("../facts/directions.json")).unwrap());
    let entries = TABLE.get("parameters").and_then(serde_json::Value::as_array).unwrap().iter();
    let mut mine = entries.filter(|entry| entry["identifier"] == identifier && entry["name"] == name);
    let number = |text: &str| text.trim().parse::<i64>().unwrap();
    let parameter = Catalog::get().rule(identifier).unwrap().parameters.iter().find(|each| each.name == name).unwrap();
    let any_case = !parameter.values.is_empty()
        || parameter.kind == ParameterType::Boolean
        || parameter.form == Some(ParameterForm::Boolean);
    let plain = |text: &str| {
        let text = if any_case { text.to_lowercase() } else { text.to_owned() };
        let mut items: Vec<_> = text.split(',').map(|item| item.trim().to_owned()).collect();
        if parameter.kind == ParameterType::List {
            items.sort();
        }
        items
    };
    plain(kept) == plain(wanted)
        || match mine.next().map(|entry| entry["stricter"].as_str().unwrap()) {
            Some("smaller") => number(kept) <= number(wanted),
            Some("greater") => number(kept) >= number(wanted),
            Some("true") => plain(kept) == ["true"],
            _ => false,
        }
}

/// Whether the values of one rule hold all that the other's do, defaults included.
fn all_hold(identifier: &str, kept: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) -> bool {
    let (kept, wanted) = (effective(identifier, kept), effective(identifier, wanted));
    let held = |((name, kept), (_, wanted)): ((&String, &String), (_, &String))| holds(identifier, name, kept, wanted);
    kept.keys().eq(wanted.keys()) && kept.iter().zip(&wanted).all(held)
}

/// Two rules of which one does what the other does.
fn could_be_one(rules: &[ComposedRule]) -> Option<(&ComposedRule, &ComposedRule)> {
    let mut pairs = rules.iter().enumerate().flat_map(|(place, one)| {
        let others = rules.iter().skip(place + 1).filter(|other| other.identifier == one.identifier);
        others.map(move |other| (one, other))
    });
    pairs.find(|(one, other)| {
        all_hold(&one.identifier, &one.parameters, &other.parameters)
            || all_hold(&one.identifier, &other.parameters, &one.parameters)
    })
}

#[test]
fn of_all_frameworks_together_no_two_rules_could_be_one() {
    let (all, _) = compose(&asked(&frameworks().keys().copied().collect::<Vec<_>>()));
    assert_eq!(could_be_one(&all.rules), None);
    assert_eq!(all.distinct, 400);
    assert!(all.rules.len() > all.distinct);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_union_loses_nothing_and_has_no_order(
        picked in prop::collection::btree_map(0_usize..116, 0_usize..40, 1..5),
        turned in 0_usize..5,
    ) {
        let mut requests: Vec<_> = picked.iter().map(|(index, seed)| request(*index, *seed)).collect();
        let (one, report) = compose(&requests);
        prop_assert_eq!(&report.errors, &vec![]);
        requests.reverse();
        let places = requests.len();
        requests.rotate_left(turned % places);
        let (other, _) = compose(&requests);
        prop_assert_eq!(serde_json::to_value(&one).unwrap(), serde_json::to_value(&other).unwrap());

        for request in &requests {
            let wanted = framework(&request.id).unwrap().rules.iter();
            for rule in wanted.filter(|rule| !rule.off && !request.exclude.contains(&rule.identifier)) {
                let serving = |kept: &&ComposedRule| {
                    kept.identifier == rule.identifier && all_hold(&rule.identifier, &kept.parameters, &rule.parameters)
                };
                let kept = one.rules.iter().filter(serving).find(|kept| kept.frameworks.contains_key(&request.id));
                prop_assert!(kept.is_some(), "{} of {}", rule.identifier, request.id);
                let kept = kept.unwrap();
                prop_assert!(rule.controls.iter().all(|control| kept.frameworks[&request.id].contains(control)));
                // What says nothing counts as the catalogue does where another one says something.
                let own = Catalog::get().rule(&rule.identifier).unwrap().severity;
                let weight = request.severities.get(&rule.identifier).copied().unwrap_or(own);
                prop_assert!(kept.severity.unwrap_or(own) >= weight, "{} of {}", rule.identifier, request.id);
            }
        }
        prop_assert_eq!(could_be_one(&one.rules), None);
        // Nothing is there that nobody asked for.
        for kept in &one.rules {
            for id in kept.frameworks.keys() {
                let request = requests.iter().find(|request| request.id == *id).unwrap();
                let mut rules = framework(id).unwrap().rules.iter().filter(|rule| !rule.off);
                prop_assert!(rules.any(|rule| rule.identifier == kept.identifier));
                prop_assert!(!request.exclude.contains(&kept.identifier));
            }
        }
    }
}

#[test]
fn where_frameworks_differ_both_facts_are_told() {
    let asked = |id: &str, identifier: &str, name: &str, value: &str| FrameworkRequest {
        id: id.into(),
        parameters: BTreeMap::from([(identifier.into(), BTreeMap::from([(name.into(), value.into())]))]),
        ..FrameworkRequest::default()
    };
    let key = |value| asked("hipaa", "ACCESS_KEYS_ROTATED", "maxAccessKeyAge", value);
    let other = FrameworkRequest { id: "pci-dss-3.2.1".into(), ..FrameworkRequest::default() };
    let (stricter, _) = compose(&[key("30"), other.clone()]);
    let told = "`ACCESS_KEYS_ROTATED`: frameworks differ in `maxAccessKeyAge`; the stricter value is taken: 30 (hipaa) \
                over 90 (pci-dss-3.2.1)";
    assert!(stricter.decisions.iter().any(|decision| decision == told), "{:?}", stricter.decisions);
    let ports = |value| asked("hipaa", "RESTRICTED_INCOMING_TRAFFIC", "blockedPort1", value);
    let (twice, _) = compose(&[ports("8080"), other]);
    let told = "`RESTRICTED_INCOMING_TRAFFIC`: frameworks differ where no value is known to be the stricter one; kept 2 \
                times: `blockedPort1` 20 (pci-dss-3.2.1) or 8080 (hipaa)";
    assert!(twice.decisions.iter().any(|decision| decision == told), "{:?}", twice.decisions);
    let kept = twice.rules.iter().filter(|rule| rule.identifier == "RESTRICTED_INCOMING_TRAFFIC");
    assert_eq!(kept.flat_map(|rule| rule.frameworks.keys()).collect::<Vec<_>>(), ["pci-dss-3.2.1", "hipaa"]);
}

#[test]
fn a_default_and_a_looser_override_are_told_with_who_asks() {
    let told = |requests: &[FrameworkRequest], identifier: &str| {
        let decisions = compose(requests).0.decisions.into_iter();
        decisions.filter(|told| told.starts_with(&format!("`{identifier}`"))).collect::<Vec<_>>()
    };
    let differ = |name: &str| format!("frameworks differ in `{name}`; the stricter value is taken");
    let days = told(&asked(&["hipaa", "pci-dss-3.2.1"]), "ACM_CERTIFICATE_EXPIRATION_CHECK");
    assert_eq!(days.len(), 1);
    assert!(days[0].contains(&differ("daysToExpiration")) && days[0].contains(" over 14 ("), "{days:?}");
    assert!(days[0].ends_with(" by default)"), "{days:?}");
    let values = BTreeMap::from([("maxAccessKeyAge".to_owned(), "365".to_owned())]);
    let mut requests = asked(&["hipaa", "pci-dss-3.2.1"]);
    requests[0].parameters = BTreeMap::from([("ACCESS_KEYS_ROTATED".to_owned(), values)]);
    let expected = format!("`ACCESS_KEYS_ROTATED`: {}: 90 (pci-dss-3.2.1) over 365 (hipaa)", differ("maxAccessKeyAge"));
    assert_eq!(told(&requests, "ACCESS_KEYS_ROTATED"), [expected]);
}

#[test]
fn a_severity_of_one_framework_does_not_lower_what_counts_for_another() {
    let weighed = |severities: &[(&str, Severity)], ids: &[&str]| {
        let mut requests = asked(ids);
        requests[0].severities = severities.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
        let rules = compose(&requests).0.rules;
        rules.into_iter().filter(|rule| rule.identifier == "INCOMING_SSH_DISABLED").map(|rule| rule.severity).collect()
    };
    let low = [("INCOMING_SSH_DISABLED", Severity::Informational)];
    let none: Vec<Option<Severity>> = weighed(&[], &["hipaa", "pci-dss-3.2.1"]);
    assert_eq!(none, [None]);
    let alone: Vec<_> = weighed(&low, &["hipaa"]);
    assert_eq!(alone, [Some(Severity::Informational)]);
    let beside: Vec<_> = weighed(&low, &["hipaa", "pci-dss-3.2.1"]);
    assert_eq!(beside, [Some(Severity::Critical)], "the catalogue's own, which the silent one means");
}

#[test]
fn a_value_that_may_be_newer_than_the_data_is_told_of_a_framework_too() {
    let runtime = BTreeMap::from([("runtime".to_owned(), "python9.9".to_owned())]);
    let parameters = BTreeMap::from([("LAMBDA_FUNCTION_SETTINGS_CHECK".to_owned(), runtime)]);
    let (_, report) =
        compose(&[FrameworkRequest { id: "pci-dss-4.0".into(), parameters, ..FrameworkRequest::default() }]);
    assert_eq!(report.errors, []);
    let paths: Vec<_> = report.warnings.iter().map(|problem| problem.path.to_string()).collect();
    // The framework's own sample values are warned of at `parameters`.
    let given: Vec<_> = paths.into_iter().filter(|path| *path != "[0].parameters").collect();
    assert_eq!(given, ["[0].parameters.LAMBDA_FUNCTION_SETTINGS_CHECK.runtime"]);
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
        ..FrameworkRequest::default()
    };
    let again = FrameworkRequest { id: "hipaa".into(), ..FrameworkRequest::default() };
    let (_, report) = compose(&[request, again]);
    let paths: Vec<_> = report.errors.iter().map(|problem| problem.path.to_string()).collect();
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
        ..FrameworkRequest::default()
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

/// Whether a pack has a sample there that is no version of Kubernetes.
fn is_sample(identifier: &str, parameter: &str, value: &str) -> bool {
    let rule = Catalog::get().rule(identifier).unwrap();
    // Only these have a form that their samples break.
    let known = rule.parameters.iter().filter(|known| known.form == Some(ParameterForm::KubernetesVersion));
    known.into_iter().any(|known| known.name == parameter && known.samples.iter().any(|one| one.value == value))
}

/// Alone and in pairs (a seventh of all), because what differs between two frameworks is what is kept twice.
#[test]
fn whatever_frameworks_come_to_is_valid_has_names_of_its_own_and_fits_into_packs() {
    let all: Vec<&str> = frameworks().keys().copied().collect();
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
            // The preview warns of a pack's sample values; a rule of the user's own may not have them.
            let samples: Vec<_> = (composition.rules.iter().enumerate())
                .flat_map(|(index, rule)| rule.parameters.iter().map(move |given| (index, rule, given)))
                .filter(|(_, rule, (name, value))| is_sample(&rule.identifier, name, value))
                .map(|(index, _, (name, _))| format!("[{index}].parameters.{name}"))
                .collect();
            let mut errors = check_rules(&requests, &[], &[]).errors;
            errors.retain(|problem| !samples.contains(&problem.path.to_string()));
            assert_eq!(errors, [], "{ids:?}");
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
