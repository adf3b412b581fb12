//! Frameworks as conformance packs: what is registered, watched, weighed and told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::parts::rule_set::RuleSet;
use aws_compliance_catalog::{Catalog, RULES_PER_WAIT, frameworks};
use pulumi_component::Error;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyMap, Value};
use serde_json::{Value as Json, json};

use crate::support::{REGION, answers, answers_in, shown};

const PACK: &str = "aws:cfg/conformancePack:ConformancePack";

fn registered(monitor: &MockMonitor) -> Vec<Registration> {
    monitor.recorded().registrations.into_iter().map(|(_, registration)| registration).collect()
}

async fn deployed(region: &str, given: Json) -> (Vec<Registration>, PropertyMap, Vec<String>) {
    let monitor = answers_in(region, MockMonitor::preview());
    let constructed = construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await;
    let log = monitor.recorded().log.into_iter().map(|entry| entry.message).collect();
    (registered(&monitor), constructed.expect("it constructs").outputs, log)
}

fn all(registration: &Registration) -> Json {
    shown(&Value::Object(registration.inputs.clone()).into())
}

fn of_type(registrations: &[Registration], token: &str) -> Vec<Json> {
    registrations.iter().filter(|one| one.type_token == token).map(all).collect()
}

fn template(pack: &Json) -> Json {
    serde_json::from_str(pack["templateBody"].as_str().expect("it is inline")).expect("it is JSON")
}

fn identifiers(packs: &[Json]) -> BTreeSet<String> {
    let rules = packs.iter().flat_map(|pack| template(pack)["Resources"].as_object().expect("resources").clone());
    rules.map(|(_, rule)| rule["Properties"]["Source"]["SourceIdentifier"].as_str().expect("text").to_owned()).collect()
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

#[tokio::test]
async fn every_framework_deploys_as_packs_with_each_rule_that_the_region_offers() {
    for (id, known) in frameworks() {
        let given =
            json!({ "frameworks": [{ "id": id, "deployAs": "conformancePack" }], "rules": { "baseline": false } });
        let monitor = answers(MockMonitor::update());
        construct_with::<RuleSet>(&monitor, "rules", inputs(given)).await.expect("it constructs");
        let registrations = registered(&monitor);
        let catalog = Catalog::get();
        let offered = |name: &str| catalog.rule(name).and_then(|rule| catalog.offers(rule, REGION)) == Some(true);
        let wanted = known.rules.iter().filter(|rule| !rule.off && offered(&rule.identifier));
        let wanted: BTreeSet<_> = wanted.map(|rule| rule.identifier.clone()).collect();
        let packs = of_type(&registrations, PACK);
        assert_eq!(identifiers(&packs), wanted, "{id}");
        assert_eq!(of_type(&registrations, "aws:cfg/rule:Rule"), Vec::<Json>::new(), "{id}");
        let names: BTreeSet<_> = packs.iter().map(|pack| pack["name"].to_string()).collect();
        assert_eq!(names.len(), packs.len(), "{id}");
    }
}

#[tokio::test]
async fn more_packs_than_an_account_may_have_are_refused_without_a_look() {
    let asked: Vec<_> = frameworks().keys().map(|id| json!({ "id": id, "deployAs": "conformancePack" })).collect();
    let problems = told(json!({ "frameworks": asked })).await;
    let [(path, reason)] = problems.as_slice() else { panic!("{problems:#?}") };
    assert_eq!(path, "frameworks");
    assert!(reason.starts_with("expected at most 50 conformance packs in an account and region, got "), "{reason}");
}

#[tokio::test]
async fn a_framework_is_split_and_its_packs_come_one_after_the_other() {
    let given = json!({ "frameworks": [{ "id": "hipaa", "deployAs": "conformancePack" }] });
    let (registrations, outputs, log) = deployed(REGION, given).await;
    let packs: Vec<_> = registrations.iter().filter(|one| one.type_token == PACK).collect();
    let names: Vec<_> = packs.iter().map(|pack| pack.name.as_str()).collect();
    let role = |part: &str| format!("compliance-rules-pack-hipaa{part}");
    assert_eq!(names, ["", "-2", "-3", "-4"].map(role));
    for (index, pack) in packs.iter().enumerate() {
        let before: Vec<_> = pack.dependencies.iter().filter(|urn| urn.to_string().contains("-pack-")).collect();
        assert_eq!(before.len(), index.min(1), "{}", pack.name);
        let resources = template(&all(pack))["Resources"].as_object().expect("resources").len();
        assert!(resources <= RULES_PER_WAIT + 2, "{resources}");
        let owner = json!([{ "parameterName": "ComplianceOwner", "parameterValue": "project/stack/compliance" }]);
        assert_eq!(all(pack)["inputParameters"], owner);
    }
    let told = shown(&outputs["conformancePackNames"]);
    assert_eq!(told, json!(["compliance-hipaa", "compliance-hipaa-2", "compliance-hipaa-3", "compliance-hipaa-4"]));
    assert_eq!(shown(&outputs["configRuleNames"]).as_array().map(Vec::len), Some(4), "the baseline");
    let line =
        "HIPAA Security: 129 rules in 4 conformance packs; 3 of them are evaluated as rules, too, and charged twice";
    assert!(log.iter().any(|one| one.starts_with(line)), "{log:#?}");
}

#[tokio::test]
async fn the_functions_know_packs_and_rules_with_their_weight_and_event_rules_take_their_changes() {
    let given = json!({
        "namePrefix": "audit",
        "rules": { "managed": [{ "identifier": "EIP_ATTACHED", "severity": "critical" }] },
        "frameworks": [
            { "id": "cis-aws-1.4-level1", "severities": { "IAM_ROOT_ACCESS_KEY_CHECK": "informational" } },
            {
                "id": "hipaa", "deployAs": "conformancePack", "exclude": ["ENCRYPTED_VOLUMES"],
                "parameters": { "ACCESS_KEYS_ROTATED": { "maxAccessKeyAge": "30" } },
                "severities": { "ACCESS_KEYS_ROTATED": "low" },
            },
        ],
    });
    let (registrations, _, _) = deployed(REGION, given).await;
    let objects = of_type(&registrations, "aws:s3/bucketObjectv2:BucketObjectv2");
    // The others are the runbooks.
    let object = objects.iter().find(|object| object["contentType"] == "application/json").expect("the configuration");
    let document: Json = serde_json::from_str(object["content"].as_str().expect("text")).expect("JSON");
    let packed = document["packs"].as_array().expect("packs").iter().flat_map(|pack| pack["rules"].as_array().cloned());
    let packed: BTreeMap<_, _> =
        packed.flatten().map(|rule| (rule["name"].as_str().map(str::to_owned), rule)).collect();
    let keys = &packed[&Some("audit-hipaa-access-keys-rotated".to_owned())];
    assert_eq!(
        (&keys["severity"], &keys["frameworks"]),
        (&json!("low"), &json!({ "hipaa": ["164.308(a)(4)(ii)(B)"] }))
    );
    assert_eq!(packed.len(), 128);
    let rules = document["rules"].as_array().expect("rules").iter();
    let weights: BTreeMap<_, _> = rules.map(|rule| (rule["name"].as_str(), rule["severity"].as_str())).collect();
    assert_eq!(weights[&Some("audit-eip-attached")], Some("critical"));
    assert_eq!(weights[&Some("audit-iam-root-access-key-check")], Some("informational"));
    assert_eq!(weights[&Some("audit-ec2-approved-instance-types")], Some("informational"));
    assert_eq!(weights[&Some("audit-ebs-volumes-encrypted")], Some("high"));

    let patterns = of_type(&registrations, "aws:cloudwatch/eventRule:EventRule").into_iter();
    let patterns = patterns.filter_map(|rule| rule["eventPattern"].as_str().map(str::to_owned));
    let patterns: Vec<Json> = patterns.map(|text| serde_json::from_str(&text).expect("JSON")).collect();
    let names: Vec<_> =
        patterns.iter().flat_map(|one| one["detail"]["configRuleName"].as_array().cloned()).flatten().collect();
    assert!(names.contains(&json!({ "prefix": "audit-hipaa-" })), "{names:?}");
    let keys = identifiers(&of_type(&registrations, PACK));
    assert!(!keys.contains("ENCRYPTED_VOLUMES") && keys.contains("ACCESS_KEYS_ROTATED"));
}

#[tokio::test]
async fn what_a_region_lacks_is_not_in_packs_and_is_told() {
    let given = json!({ "frameworks": [{ "id": "hipaa", "deployAs": "conformancePack" }] });
    let (registrations, _, log) = deployed("ca-west-1", given).await;
    assert!(!identifiers(&of_type(&registrations, PACK)).contains("ACCESS_KEYS_ROTATED"));
    let lacking = log.iter().find(|line| line.starts_with("not offered in ca-west-1 and not assessed there"));
    assert!(lacking.is_some_and(|line| line.contains("ACCESS_KEYS_ROTATED")), "{log:?}");
    assert!(log.iter().any(|line| line.starts_with("hipaa: 1 check is manual")), "{log:?}");
}

#[tokio::test]
async fn what_is_wrong_with_packs_is_told_at_its_path() {
    let given = json!({
        "namePrefix": "9lives",
        "frameworks": [
            { "id": "hipaa", "deployAs": "conformancePack", "severities": { "NO_SUCH": "low" } },
            { "id": "hipaa" },
        ],
    });
    let mut problems = told(given).await;
    problems.sort();
    let paths: Vec<_> = problems.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["frameworks[0].severities.NO_SUCH", "frameworks[1].id", "namePrefix"]);
}

#[tokio::test]
async fn the_part_alone_deploys_packs_without_a_bucket() {
    let monitor: Arc<MockMonitor> = answers(MockMonitor::update());
    let given = json!({ "frameworks": [{ "id": "hipaa", "deployAs": "conformancePack" }] });
    construct_with::<RuleSet>(&monitor, "rules", inputs(given)).await.expect("it constructs");
    assert_eq!(of_type(&registered(&monitor), PACK).len(), 4);
}

#[tokio::test]
async fn case_28_a_region_that_aws_does_not_list_for_packs_is_a_warning_with_the_way_out() {
    let warned = async |region: &str, deploy_as: &str| {
        let frameworks = json!([{ "id": "security-best-practices-for-efs", "deployAs": deploy_as }]);
        let (_, _, log) = deployed(region, json!({ "frameworks": frameworks })).await;
        log.iter().any(|line| {
            line.starts_with("frameworks[0].deployAs: AWS does not list") && line.ends_with("nearest: `rules`")
        })
    };
    assert!(warned("mx-central-1", "conformancePack").await);
    assert!(!warned("mx-central-1", "rules").await);
    assert!(!warned(REGION, "conformancePack").await);
}
