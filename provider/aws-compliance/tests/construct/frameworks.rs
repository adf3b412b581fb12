//! Frameworks as inputs: which rules there are, what they serve, what is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::parts::rule_set::RuleSet;
use aws_compliance_catalog::{Catalog, compose, frameworks};
use proptest::prelude::*;
use pulumi_component::Error;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use serde_json::{Value as Json, json};

use crate::support::{REGION, answers, answers_in, shown};

/// Longest pattern of an event rule, in characters (Amazon EventBridge User Guide, "Quotas").
const PATTERN_LENGTH: usize = 2048;

async fn deployed(monitor: Arc<MockMonitor>, given: Json) -> Vec<Registration> {
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    monitor.recorded().registrations.into_iter().map(|(_, registration)| registration).collect()
}

fn of_type<'a>(registrations: &'a [Registration], token: &str) -> Vec<&'a Registration> {
    registrations.iter().filter(|registration| registration.type_token == token).collect()
}

fn rules(registrations: &[Registration]) -> Vec<Json> {
    let rules = of_type(registrations, "aws:cfg/rule:Rule").into_iter();
    rules.map(|rule| shown(&pulumi_component::value::Value::Object(rule.inputs.clone()).into())).collect()
}

fn identifier(rule: &Json) -> String {
    rule["source"]["sourceIdentifier"].as_str().expect("it has one").to_owned()
}

async fn told(given: Json) -> Vec<(String, String)> {
    let monitor = answers(MockMonitor::preview());
    match construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await {
        Err(Error::InvalidInputs(problems)) => {
            assert!(monitor.recorded().registrations.is_empty(), "nothing is registered");
            problems.into_iter().map(|problem| (problem.place(), problem.reason)).collect()
        }
        other => panic!("expected wrong inputs, got {other:?}"),
    }
}

async fn log(region: &str, given: Json) -> Vec<String> {
    let monitor = answers_in(region, MockMonitor::preview());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    monitor.recorded().log.into_iter().map(|entry| entry.message).collect()
}

/// Each rule that the region offers, under a name of its own, within what event rules take; beside no baseline, so that
/// what is there is the framework's.
#[tokio::test]
async fn every_framework_deploys() {
    for (id, known) in frameworks() {
        let given = json!({ "frameworks": [{ "id": id }], "rules": { "baseline": false } });
        let registrations = deployed(answers(MockMonitor::update()), given).await;
        let catalog = Catalog::get();
        let offered =
            |identifier: &str| catalog.rule(identifier).and_then(|rule| catalog.offers(rule, REGION)) == Some(true);
        let wanted: BTreeSet<_> = known
            .rules
            .iter()
            .filter(|rule| !rule.off && offered(&rule.identifier))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|rule| rule.identifier.clone())
            .collect();
        let rules = rules(&registrations);
        assert_eq!(rules.iter().map(identifier).collect::<BTreeSet<_>>(), wanted, "{id}");
        assert_eq!(
            rules.iter().map(|rule| rule["name"].to_string()).collect::<BTreeSet<_>>().len(),
            rules.len(),
            "{id}"
        );
        for event_rule in of_type(&registrations, "aws:cloudwatch/eventRule:EventRule") {
            if let Some(pattern) = event_rule.inputs.get("eventPattern").map(shown) {
                assert!(pattern.as_str().is_some_and(|text| text.len() <= PATTERN_LENGTH), "{id}: {pattern}");
            }
        }
    }
}

#[tokio::test]
async fn two_frameworks_and_the_baseline_bring_each_rule_once() {
    let given = json!({ "frameworks": [{ "id": "hipaa" }, { "id": "pci-dss-4.0" }] });
    let registrations = deployed(answers(MockMonitor::update()), given.clone()).await;
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    rules(&registrations).iter().for_each(|rule| *counts.entry(identifier(rule)).or_default() += 1);
    assert_eq!(counts["ENCRYPTED_VOLUMES"], 1, "the baseline's own counts for the framework");
    let requests: Vec<_> = serde_json::from_value(given["frameworks"].clone()).expect("they are requests");
    let twice: BTreeSet<_> = compose(&requests)
        .0
        .rules
        .into_iter()
        .map(|rule| rule.identifier)
        .filter(|one| counts.get(one).is_some_and(|count| *count > 1))
        .collect();
    assert!(counts.iter().all(|(identifier, count)| *count == 1 || twice.contains(identifier)));
    let shared = rules(&registrations).into_iter().find(|rule| identifier(rule) == "CLOUD_TRAIL_ENABLED");
    assert_eq!(shared.map(|rule| rule["description"].clone()), Some(json!("Asked for by hipaa, pci-dss-4.0")));
}

/// The example of a first program: two rules of the baseline among those that are given, and two frameworks.
#[tokio::test]
async fn rules_that_are_given_beside_baseline_and_frameworks_are_there_once() {
    let given = json!({
        "rules": { "managed": [
            { "identifier": "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED" }, { "identifier": "ENCRYPTED_VOLUMES" },
        ] },
        "frameworks": [{ "id": "pci-dss-4.0" }, { "id": "hipaa" }],
    });
    let registrations = deployed(answers(MockMonitor::update()), given).await;
    let rules = rules(&registrations);
    for (wanted, name) in [
        ("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "s3-bucket-encryption-enabled"),
        ("ENCRYPTED_VOLUMES", "ebs-volumes-encrypted"),
        ("DB_INSTANCE_BACKUP_ENABLED", "rds-backup-retention-enabled"),
    ] {
        let found: Vec<_> = rules.iter().filter(|rule| identifier(rule) == wanted).collect();
        assert_eq!(found.iter().map(|rule| &rule["name"]).collect::<Vec<_>>(), [&json!(name)], "{wanted}");
    }
    unique(&rules).expect("each is there once");
}

/// No two rules evaluate the same.
fn unique(rules: &[Json]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let key = |rule: &Json| format!("{} {} {}", identifier(rule), rule["scope"], rule["inputParameters"]);
    rules.iter().map(key).find(|key| !seen.insert(key.clone())).map_or(Ok(()), Err)
}

/// Ways to ask for a rule that baseline or frameworks have, too.
fn managed() -> Vec<Json> {
    let types = |types: &str| json!({ "instanceType": types });
    vec![
        json!({ "identifier": "ENCRYPTED_VOLUMES" }),
        json!({ "identifier": "ENCRYPTED_VOLUMES", "name": "mine", "scope": {} }),
        json!({ "identifier": "ENCRYPTED_VOLUMES", "name": "scoped", "scope": { "tagKey": "x" } }),
        json!({ "identifier": "DESIRED_INSTANCE_TYPE", "parameters": types("t2.micro,t2.small, t3.micro,t3.small") }),
        json!({ "identifier": "DESIRED_INSTANCE_TYPE", "name": "others", "parameters": types("t2.micro") }),
        json!({ "identifier": "ACCESS_KEYS_ROTATED" }),
        json!({ "identifier": "ACCESS_KEYS_ROTATED", "name": "explicit", "parameters": { "maxAccessKeyAge": "90" } }),
        json!({ "identifier": "ACCESS_KEYS_ROTATED", "name": "shorter", "parameters": { "maxAccessKeyAge": "30" } }),
        json!({ "identifier": "DB_INSTANCE_BACKUP_ENABLED", "name": "rds-backup-retention-enabled" }),
        json!({ "identifier": "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "severity": "low" }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_composed_no_two_rules_evaluate_the_same(
        baseline in any::<bool>(),
        managed in prop::sample::subsequence(managed(), 0..5),
        ids in prop::sample::subsequence(frameworks().keys().copied().collect::<Vec<_>>(), 0..4),
    ) {
        let asked: Vec<_> = ids.into_iter().map(|id| json!({ "id": id })).collect();
        let given = json!({ "rules": { "baseline": baseline, "managed": managed }, "frameworks": asked });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
        let monitor = answers(MockMonitor::update());
        match runtime.block_on(construct_with::<RuleSet>(&monitor, "rules", inputs(given))) {
            Ok(_) => {
                let registrations: Vec<_> =
                    monitor.recorded().registrations.into_iter().map(|(_, registration)| registration).collect();
                let rules = rules(&registrations);
                prop_assert_eq!(unique(&rules), Ok(()));
                let names: BTreeSet<_> = rules.iter().map(|rule| rule["name"].to_string()).collect();
                prop_assert_eq!(names.len(), rules.len());
            }
            // Two of those that are given are the same.
            Err(Error::InvalidInputs(problems)) => {
                prop_assert!(problems.iter().all(|problem| problem.place().starts_with("rules.managed[")), "{problems:?}");
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}

/// Every rule of the deployment is watched, in parts that no queue lacks.
#[tokio::test]
async fn all_rules_are_watched_through_as_many_event_rules_as_it_takes() {
    let registrations = deployed(answers(MockMonitor::update()), json!({ "frameworks": [{ "id": "hipaa" }] })).await;
    let mut watched = BTreeSet::new();
    let mut parts = Vec::new();
    for rule in of_type(&registrations, "aws:cloudwatch/eventRule:EventRule") {
        let Some(pattern) = rule.inputs.get("eventPattern").map(shown) else { continue };
        let pattern: Json = serde_json::from_str(pattern.as_str().expect("text")).expect("it is JSON");
        watched.extend(pattern["detail"]["configRuleName"].as_array().expect("names").iter().map(Json::to_string));
        parts.push(rule.name.clone());
    }
    assert_eq!(watched, rules(&registrations).iter().map(|rule| rule["name"].to_string()).collect());
    assert!(parts.len() > 1);
    assert!(parts.contains(&"compliance-functions-compliance-change".to_owned()));
    assert_eq!(of_type(&registrations, "aws:cloudwatch/eventTarget:EventTarget").len(), 2 + 2 * parts.len());
    let policies = of_type(&registrations, "aws:sqs/queuePolicy:QueuePolicy");
    // The queue of the delivery test hears of no change.
    for policy in policies.iter().filter(|policy| policy.name.starts_with("compliance-functions-")) {
        let policy: Json = serde_json::from_str(shown(&policy.inputs["policy"]).as_str().expect("text")).expect("JSON");
        assert_eq!(policy["Statement"].as_array().map(Vec::len), Some(parts.len()));
    }
}

#[tokio::test]
async fn a_rule_that_is_given_stands_for_the_frameworks() {
    let given = json!({
        "frameworks": [{ "id": "hipaa", "exclude": ["CLOUD_TRAIL_ENABLED"], "parameters": { "IAM_PASSWORD_POLICY": { "MaxPasswordAge": "30" } } }],
        "rules": { "managed": [{ "identifier": "ACCESS_KEYS_ROTATED", "parameters": { "maxAccessKeyAge": "45" } }] },
    });
    let monitor = answers(MockMonitor::preview());
    let rules = rules(&deployed(monitor.clone(), given).await);
    let of = |name: &str| rules.iter().filter(|rule| identifier(rule) == name).collect::<Vec<_>>();
    assert_eq!(of("ACCESS_KEYS_ROTATED").len(), 1);
    assert_eq!(of("ACCESS_KEYS_ROTATED")[0]["inputParameters"], json!(r#"{"maxAccessKeyAge":"45"}"#));
    assert_eq!(of("CLOUD_TRAIL_ENABLED").len(), 0);
    assert!(of("IAM_PASSWORD_POLICY")[0]["inputParameters"].to_string().contains(r#"\"MaxPasswordAge\":\"30\""#));
    let log: Vec<_> = monitor.recorded().log.into_iter().map(|entry| entry.message).collect();
    assert!(log.contains(
        &"`access-keys-rotated` of `rules.managed` is evaluated as given there, and counts for hipaa".to_owned()
    ));
}

#[tokio::test]
async fn a_preview_tells_the_saving_what_people_answer_for_and_what_a_region_lacks() {
    let given = json!({ "frameworks": [{ "id": "hipaa" }, { "id": "pci-dss-4.0" }] });
    let log = log("ca-west-1", given).await;
    assert!(log.iter().any(|line| line.ends_with(": 129 + 127 rules asked for, 231 distinct")), "{log:?}");
    assert!(
        log.contains(&"hipaa: 1 check is manual and not evaluated: annual-risk-assessment-performed".to_owned()),
        "{log:?}"
    );
    let lacking = log.iter().find(|line| line.starts_with("not offered in ca-west-1 and not assessed there"));
    assert!(lacking.is_some_and(|line| line.contains("ACCESS_KEYS_ROTATED")), "{log:?}");
}

#[tokio::test]
async fn what_is_wrong_with_frameworks_is_told_with_what_is_wrong_with_rules() {
    let mut problems = told(json!({
        "rules": { "managed": [{ "identifier": "EIP_ATTACHD" }, { "identifier": "EIP_ATTACHED", "name": "iam-password-policy", "scope": { "tagKey": "x" } }] },
        "frameworks": [
            { "id": "hippa" },
            { "id": "pci-dss-3.2.1", "exclude": ["NO_SUCH"], "parameters": { "ACCESS_KEYS_ROTATED": { "maxAge": "1" } } },
            { "id": "pci-dss-3.2.1" },
            { "id": "hipaa", "parameters": { "ENCRYPTED_VOLUMES": { "kmsId": "1" } } },
        ],
    }))
    .await;
    problems.sort();
    let paths: Vec<_> = problems.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "frameworks[0].id",
        "frameworks[1].exclude[0]",
        "frameworks[1].parameters.ACCESS_KEYS_ROTATED.maxAge",
        "frameworks[2].id",
        "rules.managed[0].identifier",
        "rules.managed[1].name",
    ];
    assert_eq!(paths, expected, "{problems:#?}");
    assert_eq!(problems[0].1, "unknown framework `hippa`; nearest: `hipaa`");
}
