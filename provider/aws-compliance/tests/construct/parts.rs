//! Inputs of each part used alone, and what a secret or an unknown value changes in what is told.

use proptest::prelude::*;
use pulumi_component::Error;
use pulumi_component::testing::{MockMonitor, inputs};
use pulumi_component::value::{PropertyError, PropertyMap, PropertyPath, PropertyValue, Value};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::by_name::{PARTS, construct};
use crate::programs::anything;
use crate::support::answers;

/// What is wrong; nothing was registered.
async fn problems(part: &str, monitor: MockMonitor, given: PropertyMap) -> Vec<PropertyError> {
    let monitor = answers(monitor);
    match construct(part, &monitor, "it", given).await {
        Ok(()) => Vec::new(),
        Err(Error::InvalidInputs(problems)) => {
            assert!(monitor.recorded().registrations.is_empty());
            problems
        }
        Err(error) => panic!("{part}: {error}"),
    }
}

#[derive(Deserialize)]
struct Bad {
    #[serde(default = "whole")]
    part: String,
    inputs: Json,
    /// Path, and a part of the reason.
    told: Vec<(String, String)>,
}

fn whole() -> String {
    "ComplianceMonitoring".to_owned()
}

fn bad_parts() -> Vec<Bad> {
    serde_json::from_str(include_str!("../inputs/bad-parts.json")).expect("the bad parts are JSON")
}

fn bad_wholes() -> Vec<Bad> {
    serde_json::from_str(include_str!("../inputs/bad.json")).expect("the bad programs are JSON")
}

#[tokio::test]
async fn a_part_alone_is_told_all_of_what_is_wrong_and_registers_nothing() {
    let mut failures = Vec::new();
    for Bad { part, inputs: given, mut told } in bad_parts() {
        for monitor in [MockMonitor::preview(), MockMonitor::update()] {
            let mut found = problems(&part, monitor, inputs(given.clone())).await;
            found.sort();
            told.sort();
            let fits = found.len() == told.len()
                && found
                    .iter()
                    .zip(&told)
                    .all(|(found, (path, reason))| found.place() == *path && found.reason.contains(reason.as_str()));
            if !fits {
                failures.push(format!("{part} {given}: {found:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn every_part_has_bad_programs() {
    let bad = bad_parts();
    for part in PARTS.iter().skip(1) {
        assert!(bad.iter().any(|bad| bad.part == *part), "{part}");
    }
}

/// The same with a mark on all that has nothing below it.
fn marked(value: PropertyValue, mark: fn(PropertyValue) -> PropertyValue) -> PropertyValue {
    match value.value {
        Value::List(items) if !items.is_empty() => {
            Value::List(items.into_iter().map(|item| marked(item, mark)).collect()).into()
        }
        Value::Object(members) if !members.is_empty() => Value::Object(all_marked(members, mark)).into(),
        _ => mark(value),
    }
}

fn all_marked(members: PropertyMap, mark: fn(PropertyValue) -> PropertyValue) -> PropertyMap {
    members.into_iter().map(|(name, value)| (name, marked(value, mark))).collect()
}

/// What a reason gives as an example, whatever was given.
const EXAMPLES: &str = "`rate(6 hours)` or `cron(0 6 * * ? *)`, such as `eu-west-1`";

/// Every text in a value that is long enough not to be part of a sentence by chance.
fn texts(value: &Json) -> Vec<&str> {
    match value {
        Json::String(text) if text.len() > 6 && !EXAMPLES.contains(text.as_str()) => vec![text],
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The engine prints what it finds at a path that leads somewhere.
#[tokio::test]
async fn no_secret_and_no_path_to_one_is_in_any_line() {
    let mut concealed = 0;
    for Bad { part, inputs: given, .. } in bad_wholes().into_iter().chain(bad_parts()) {
        let secret = all_marked(inputs(given.clone()), PropertyValue::into_secret);
        for problem in problems(&part, MockMonitor::update(), secret).await {
            let missing = problem.reason.starts_with("required");
            assert!(missing || problem.sensitive, "{given}: {problem}");
            let shown = texts(&given).into_iter().find(|text| problem.reason.contains(text));
            assert_eq!(shown, None, "{given}: {problem}");
            concealed += 1;
        }
    }
    assert!(concealed > 100, "{concealed}");
}

#[tokio::test]
async fn what_a_secret_lies_in_is_not_shown_either() {
    let mut tags =
        inputs((0..48).map(|number| (number.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>().into());
    tags.insert("hidden".into(), PropertyValue::from("hush").into_secret());
    let given = PropertyMap::from([("tags".to_owned(), Value::Object(tags).into())]);
    let found = problems("ComplianceMonitoring", MockMonitor::update(), given).await;
    assert_eq!(found.iter().map(|problem| problem.place()).collect::<Vec<_>>(), ["tags (secret)"]);
}

/// Each input that takes what is known only later, and a value that it refuses.
fn eventual() -> Vec<(Vec<&'static str>, Json)> {
    vec![
        (vec!["kmsKeyArn"], json!("own")),
        (vec!["tags", "a"], json!("{}")),
        (vec!["reports", "retentionDays"], json!(0)),
        (vec!["reports", "bucketName"], json!("ab")),
        (vec!["notifications", "emails", "a"], json!("sec")),
        (vec!["notifications", "routes", "a", "email"], json!("sec")),
        (vec!["notifications", "routes", "a", "https"], json!("http://")),
        (vec!["notifications", "routes", "a", "sqs"], json!("queue")),
        (vec!["functions", "memoryMib"], json!(1)),
        (vec!["functions", "timeoutSeconds"], json!(901)),
        (vec!["functions", "logRetentionDays"], json!(8)),
        (vec!["functions", "schedule"], json!("daily")),
        (vec!["functions", "reservedConcurrency"], json!(0)),
        (vec!["rules", "managed[0]", "parameters", "maxAccessKeyAge"], json!("soon")),
        (vec!["rules", "managed[0]", "frequency"], json!("often")),
        (vec!["rules", "managed[0]", "scope", "resourceTypes[0]"], json!("AWS::EC2::Volume")),
        (vec!["rules", "managed[0]", "scope", "tagKey"], json!("")),
        (vec!["rules", "managed[0]", "description"], json!("x".repeat(257))),
        (vec!["rules", "custom[0]", "function", "arn"], json!("own")),
        (vec!["rules", "custom[0]", "function", "arn"], json!("arn:aws:lambda:us-east-1:111122223333:function:own")),
        (vec!["rules", "custom[0]", "guard", "policy"], json!("rule x {")),
        (vec!["rules", "custom[0]", "guard", "runtime"], json!("guard-1")),
    ]
}

/// What an item has beside the member that is looked at.
fn beside(path: &[&str]) -> PropertyMap {
    match path {
        ["managed[0]", ..] => inputs(json!({ "identifier": "ACCESS_KEYS_ROTATED" })),
        ["custom[0]", ..] => inputs(json!({ "name": "own", "scope": { "tagKey": "team" } })),
        ["guard", "runtime"] => inputs(json!({ "policy": "a exists" })),
        _ => PropertyMap::new(),
    }
}

fn nested(path: &[&str], value: PropertyValue) -> PropertyMap {
    let (first, rest) = path.split_first().expect("a path has a first member");
    let value = match rest {
        [] => value,
        _ => Value::Object(beside(path).into_iter().chain(nested(rest, value)).collect()).into(),
    };
    match first.strip_suffix("[0]") {
        Some(list) => PropertyMap::from([(list.to_owned(), Value::List(vec![value]).into())]),
        None => PropertyMap::from([((*first).to_owned(), value)]),
    }
}

#[tokio::test]
async fn a_value_that_is_not_known_is_judged_when_it_is() {
    for (path, wrong) in eventual() {
        let unknown = nested(&path, PropertyValue::unknown());
        assert_eq!(problems("ComplianceMonitoring", MockMonitor::preview(), unknown).await, [], "{path:?}");
        let known = nested(&path, pulumi_component::testing::value(wrong));
        let found = problems("ComplianceMonitoring", MockMonitor::update(), known).await;
        assert_eq!(found.iter().map(|problem| problem.place()).collect::<Vec<_>>(), [path.join(".")]);
    }
}

#[tokio::test]
async fn what_shapes_the_deployment_is_neither_secret_nor_unknown() {
    let plain: [(&[&str], Json); 7] = [
        (&["namePrefix"], json!("a")),
        (&["rules", "baseline"], json!(true)),
        (&["dashboard", "enabled"], json!(true)),
        (&["aggregation", "allRegions"], json!(true)),
        (&["recorder", "mode"], json!("create")),
        (&["lookup", "profile"], json!("audit")),
        (&["lookup", "roleArn"], json!("arn:aws:iam::111122223333:role/look")),
    ];
    for (path, right) in plain {
        let unknown = problems("ComplianceMonitoring", MockMonitor::preview(), nested(path, PropertyValue::unknown()));
        let reason = "must be a plain value, but it is not known before the update";
        let at: PropertyPath = path.iter().fold(PropertyPath::root(), |at, name| at.member(*name));
        assert_eq!(unknown.await, [PropertyError::new(&at, reason)]);
        let secret = pulumi_component::testing::value(right).into_secret();
        let secret = problems("ComplianceMonitoring", MockMonitor::preview(), nested(path, secret)).await;
        let expected = PropertyError::new(at, "must be a plain value, but it is secret").sensitive_if(true);
        assert_eq!(secret, [expected]);
    }
}

#[tokio::test]
async fn a_warning_is_told_and_the_deployment_goes_on() {
    for (minutes, warned) in [(4, true), (5, false), (6, false)] {
        let monitor = answers(MockMonitor::update());
        let schedule = json!({ "schedule": format!("rate({minutes} minutes)"), "timeoutSeconds": 300 });
        construct("ComplianceMonitoring", &monitor, "it", inputs(json!({ "functions": schedule })))
            .await
            .expect("it deploys");
        let told = "functions.schedule: runs may overlap: one may take the 300 seconds of `timeoutSeconds`";
        let log = monitor.recorded().log;
        assert_eq!(log.iter().any(|entry| entry.message.contains(told)), warned, "{minutes}: {log:?}");
    }
}

/// Values with marks among them.
fn marked_anything() -> impl Strategy<Value = PropertyValue> {
    let mark = prop::sample::select(&[0_u8, 0, 1, 2][..]);
    (anything(), mark).prop_map(|(value, mark)| {
        let value = pulumi_component::testing::value(value);
        match mark {
            1 => value.into_secret(),
            2 => marked(value, |_| PropertyValue::unknown()),
            _ => value,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_part_panics_or_registers_anything_after_an_error(
        part in prop::sample::select(&PARTS[..]),
        given in prop::collection::btree_map(prop::sample::select(&[
            "namePrefix", "tags", "kmsKeyArn", "reports", "rules", "notifications", "sources", "settings", "recorder",
            "lookup", "bucketName", "bucketArn", "aggregatorAccountId", "aggregatorRegion", "other",
        ][..]), marked_anything(), 0..5),
        preview in any::<bool>(),
    ) {
        let given = given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
        runtime.block_on(async {
            let monitor = answers(if preview { MockMonitor::preview() } else { MockMonitor::update() });
            match construct(part, &monitor, "it", given).await {
                Ok(()) => {}
                Err(Error::InvalidInputs(problems)) => {
                    prop_assert!(!problems.is_empty());
                    prop_assert!(monitor.recorded().registrations.is_empty());
                }
                Err(error) => prop_assert!(!matches!(error, Error::Internal(_)), "{error}"),
            }
            Ok(())
        })?;
    }
}
