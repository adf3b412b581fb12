//! The judgement over all rules of the data.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance_catalog::{
    Catalog, ParameterForm, ParameterType, RuleParameter, RuleRequest, Scope, Trigger, check_rules,
};
use compliance_types::choices::OnUnavailable;
use compliance_types::recorder::EvaluationFrequency;

/// `facts/least.json`: values for what is required and has no default.
fn table() -> BTreeMap<String, BTreeMap<String, String>> {
    let table: serde_json::Value = serde_json::from_str(include_str!("../facts/least.json")).unwrap();
    let rules = table.get("rules").and_then(serde_json::Value::as_object).unwrap().iter();
    let value = |(name, entry): (&String, &serde_json::Value)| {
        (name.clone(), entry.get("value").and_then(serde_json::Value::as_str).unwrap().to_owned())
    };
    rules
        .map(|(identifier, rule)| (identifier.clone(), rule.as_object().unwrap().iter().map(value).collect()))
        .collect()
}

/// The least that a rule takes.
fn least(identifier: &str) -> RuleRequest {
    static TABLE: std::sync::LazyLock<BTreeMap<String, BTreeMap<String, String>>> = std::sync::LazyLock::new(table);
    let values = TABLE.get(identifier).cloned().unwrap_or_default();
    let parameters = values.into_iter().map(|(name, value)| (name, Some(value))).collect();
    RuleRequest { identifier: identifier.to_owned(), parameters, ..RuleRequest::default() }
}

#[test]
fn the_table_of_least_values_has_what_is_required_and_nothing_else() {
    let wanted = |parameter: &RuleParameter| parameter.required && parameter.default.is_none();
    let rules = Catalog::get().rules.iter();
    let wanted: BTreeSet<_> = rules
        .flat_map(|(identifier, rule)| {
            rule.parameters.iter().filter(|each| wanted(each)).map(move |each| (*identifier, each.name))
        })
        .collect();
    let table = table();
    let given: BTreeSet<_> = table
        .iter()
        .flat_map(|(identifier, rule)| rule.keys().map(move |name| (identifier.as_str(), name.as_str())))
        .collect();
    assert_eq!(given, wanted);
    assert_eq!(given.len(), 72);
}

fn paths(request: RuleRequest) -> Vec<String> {
    check_rules(&[request], &[], &[]).errors.iter().map(|problem| problem.path.to_string()).collect()
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
        let given = rule.parameters.iter().filter_map(|each| Some((each.name, each.default?)));
        request.parameters.extend(given.map(|(name, value)| (name.to_owned(), Some(value.to_owned()))));
        assert_eq!(paths(request), Vec::<String>::new(), "{identifier}");
    }
}

/// A text that the parameter cannot be, where there is one: a text alone can be anything but empty.
fn ill_typed(parameter: &RuleParameter) -> Vec<&'static str> {
    let mut texts = vec![" "];
    match parameter.kind {
        ParameterType::Int => texts.extend(["many", "1.5"]),
        ParameterType::Double => texts.extend(["many", "NaN"]),
        ParameterType::Boolean => texts.push("perhaps"),
        ParameterType::List => texts.extend(["a,,b", ","]),
        ParameterType::String | ParameterType::Map => {}
    }
    match parameter.form {
        Some(ParameterForm::Arn) => texts.extend(["my-topic", "arn:aws:sns:eu-west-1:1:t", "arn:aws:s3:::a, b"]),
        Some(ParameterForm::Account) => texts.push("123"),
        Some(ParameterForm::Cidr) => texts.extend(["10.0.0.0/33", "everywhere"]),
        Some(ParameterForm::Ports) => texts.extend(["ssh", "70000"]),
        Some(ParameterForm::Boolean) => texts.push("perhaps"),
        Some(ParameterForm::Int) => texts.push("many"),
        Some(ParameterForm::KubernetesVersion) => texts.extend(["1.3", "latest"]),
        None => {}
    }
    if !parameter.values.is_empty() && !parameter.grows {
        texts.push("NO_SUCH_VALUE");
    }
    texts
}

#[test]
fn every_single_fault_of_every_rule_is_refused_at_its_path_alone() {
    let mut cases = 0;
    let mut expect = |identifier: &str, request: RuleRequest, expected: &[&str]| {
        cases += 1;
        let told = format!("{identifier}: {:?}", request.parameters);
        assert_eq!(paths(request), expected, "{told}");
    };
    for (place, (identifier, rule)) in Catalog::get().rules.iter().enumerate() {
        let with = |name: &str, text: &str| {
            let mut request = least(identifier);
            request.parameters.insert(name.to_owned(), Some(text.to_owned()));
            request
        };
        expect(identifier, with("noSuch", "1"), &["[0].parameters.noSuch"]);
        for parameter in &rule.parameters {
            let path = format!("[0].parameters.{}", parameter.name);
            // AWS tells upper and lower case apart.
            let other = parameter.name.to_uppercase();
            let twice = with(&other, "1");
            expect(identifier, twice, &[&format!("[0].parameters.{other}")]);
            for text in ill_typed(parameter) {
                expect(identifier, with(parameter.name, text), &[&path]);
            }
            if parameter.required && parameter.default.is_none() {
                let mut missing = least(identifier);
                missing.parameters.remove(parameter.name);
                expect(identifier, missing, &[&path]);
            }
        }
        for frequency in EvaluationFrequency::ALL.map(EvaluationFrequency::word) {
            let request = RuleRequest { frequency: Some(frequency.into()), ..least(identifier) };
            let refused: &[&str] = if rule.trigger == Trigger::Change { &["[0].frequency"] } else { &[] };
            expect(identifier, request, refused);
        }
        let never = RuleRequest { frequency: Some("Never".into()), ..least(identifier) };
        expect(identifier, never, &["[0].frequency"]);
        let scoped = |kinds: &[&str], tag: Option<&str>| {
            let resource_types = kinds.iter().map(|kind| Some((*kind).to_owned())).collect();
            let scope = Scope { resource_types, tag_key: tag.map(str::to_owned), ..Scope::default() };
            RuleRequest { scope: Some(scope), ..least(identifier) }
        };
        for kind in &rule.types {
            expect(identifier, scoped(&[kind], None), &[]);
        }
        // What the rule evaluates is not known of a few.
        let outside: &[&str] = if rule.types.is_empty() { &[] } else { &["[0].scope.resourceTypes[0]"] };
        expect(identifier, scoped(&["AWS::No::Such"], None), outside);
        if let Some(kind) = rule.types.first() {
            expect(identifier, scoped(&[kind], Some("team")), &["[0].scope"]);
        }
        // Looking for the nearest name is the dear part of the check.
        if place % 20 == 0 {
            let typing_error = format!("{identifier}S");
            expect(identifier, RuleRequest { identifier: typing_error, ..least(identifier) }, &["[0].identifier"]);
        }
    }
    assert!(cases > 10_000, "{cases}");
}

#[test]
fn a_value_that_may_be_newer_than_the_data_is_a_warning_with_its_date() {
    let mut request = least("LAMBDA_FUNCTION_SETTINGS_CHECK");
    request.parameters.insert("runtime".into(), Some("python3.12, python9.9".into()));
    let report = check_rules(&[request], &[], &[]);
    assert_eq!(report.errors, []);
    assert_eq!(report.warnings[0].path.to_string(), "[0].parameters.runtime");
    assert!(report.warnings[0].reason.contains(Catalog::get().taken));
    assert_eq!(report.warnings[0].nearest.as_deref(), Some("python3.9"));
}

#[test]
fn parameters_are_counted_with_the_defaults_that_are_sent() {
    let mut request = least("CLOUDWATCH_ALARM_ACTION_CHECK");
    let sent = r#"{"action1":"","alarmActionRequired":"true","insufficientDataActionRequired":"true","okActionRequired":"false"}"#;
    let start = "arn:aws:sns:eu-west-1:111122223333:";
    let filling = |length: usize| Some(format!("{start}{}", "t".repeat(length - start.len())));
    let room = 1024 - sent.len();
    request.parameters.insert("action1".into(), filling(room));
    assert_eq!(paths(request.clone()), Vec::<String>::new());
    request.parameters.insert("action1".into(), filling(room + 1));
    assert_eq!(paths(request), ["[0].parameters"]);
}

#[test]
fn one_rule_in_two_spellings_is_there_twice() {
    let with = |identifier: &str, name: &str, values: &[(&str, &str)]| {
        let mut request = RuleRequest { name: Some(name.to_owned()), ..least(identifier) };
        request.parameters.extend(values.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))));
        request
    };
    let twice = |identifier: &str, one: &[(&str, &str)], other: &[(&str, &str)]| {
        let requests = [with(identifier, "one", one), with(identifier, "other", other)];
        let found = check_rules(&requests, &[], &[]).errors;
        assert!(found.iter().all(|problem| problem.path == 1.into()), "{found:?}");
        !found.is_empty()
    };
    assert!(twice("ACCESS_KEYS_ROTATED", &[], &[("maxAccessKeyAge", "90")]));
    assert!(!twice("ACCESS_KEYS_ROTATED", &[], &[("maxAccessKeyAge", "30")]));
    assert!(twice("ACM_CERTIFICATE_EXPIRATION_CHECK", &[("daysToExpiration", "14")], &[]));
    assert!(twice("CLOUDWATCH_ALARM_ACTION_CHECK", &[("okActionRequired", "FALSE")], &[("okActionRequired", "false")]));
    assert!(twice("S3_BUCKET_DEFAULT_LOCK_ENABLED", &[("mode", "Governance")], &[("mode", "GOVERNANCE")]));
    assert!(!twice("S3_BUCKET_DEFAULT_LOCK_ENABLED", &[("mode", "GOVERNANCE")], &[]));
    assert!(!twice("REQUIRED_TAGS", &[("tag1Value", "True")], &[("tag1Value", "true")]), "values of tags have a case");
}

#[test]
fn the_two_problems_of_the_first_screen() {
    let first = RuleRequest { identifier: "S3_BUCKET_SSE_ENABLED".into(), ..RuleRequest::default() };
    let second = RuleRequest { frequency: Some("Six_Hours".into()), ..least("ENCRYPTED_VOLUMES") };
    let errors = check_rules(&[first, second], &[], &[]).errors;
    assert_eq!(errors.len(), 2);
    assert_eq!(errors[0].path.to_string(), "[0].identifier");
    assert_eq!(errors[0].nearest.as_deref(), Some("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"));
    assert_eq!(errors[1].path.to_string(), "[1].frequency");
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
    let paths: Vec<_> = report.errors.iter().map(|problem| problem.path.to_string()).collect();
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
    assert_eq!(count(OnUnavailable::Fail), (1, 0));
    assert_eq!(count(OnUnavailable::Skip), (0, 1));
    assert_eq!(count(OnUnavailable::Ignore), (0, 0));
}
