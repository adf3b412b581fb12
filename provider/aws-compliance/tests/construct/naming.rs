//! No name of any child is longer than AWS takes, or has characters that it refuses, whatever the component, the prefix and
//! the rules are called.

use std::collections::BTreeSet;
use std::time::SystemTime;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_resources::NAME_BOUNDS;
use compliance_types::time::Timestamp;
use proptest::prelude::*;
use pulumi_component::Error;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyError, Value};
use serde_json::{Value as Json, json};

use crate::support::{answers, every_input};

async fn children(name: &str, given: Json) -> Vec<Registration> {
    registered(name, inputs(given)).await
}

async fn registered(name: &str, given: pulumi_component::value::PropertyMap) -> Vec<Registration> {
    let monitor = answers(MockMonitor::update());
    construct_with::<ComplianceMonitoring>(&monitor, name, given).await.expect("it constructs");
    monitor.recorded().registrations.into_iter().map(|(_, registration)| registration).collect()
}

/// What is wrong with the names of children, physical ones where they are given and else what Pulumi makes of logical ones.
fn problems(children: &[Registration]) -> Vec<String> {
    let judge = |child: &Registration| {
        let bound = NAME_BOUNDS.iter().find(|bound| bound.type_token == child.type_token)?;
        match child.inputs.get(bound.property).map(|given| &given.value) {
            Some(Value::String(name)) if bound.takes(name) => None,
            Some(Value::String(name)) => Some(format!("{}: {} `{name}`", child.type_token, bound.property)),
            Some(_) => None,
            None if bound.takes_logical(&child.name) => None,
            None => Some(format!("{}: logical name `{}`", child.type_token, child.name)),
        }
    };
    children.iter().filter_map(judge).collect()
}

/// The names that two children of one type and parent share.
fn shared_names(children: &[Registration]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut shared = Vec::new();
    for child in children {
        if !seen.insert((child.parent.clone(), &child.type_token, &child.name)) {
            shared.push(format!("{}: `{}`", child.type_token, child.name));
        }
    }
    shared
}

fn names_of(children: &[Registration], type_token: &str) -> Vec<String> {
    children.iter().filter(|child| child.type_token == type_token).map(|child| child.name.clone()).collect()
}

const ROLE: &str = "aws:iam/role:Role";

#[tokio::test]
async fn case_04_the_role_of_a_remediation_has_a_name_within_64_characters() {
    let managed = json!([{ "identifier": "S3_BUCKET_VERSIONING_ENABLED", "remediation": { "acceptInferred": true } }]);
    let children = children("compliance", json!({ "rules": { "managed": managed } })).await;
    assert_eq!(problems(&children), Vec::<String>::new());
    let roles = names_of(&children, ROLE);
    let cut = roles.iter().find(|name| name.starts_with("compliance-rules-s3-bucket-versioning-enabled-r"));
    assert!(cut.is_some_and(|name| name.len() <= 56), "{roles:?}");
    // What fits keeps its name.
    assert!(roles.iter().any(|name| name == "compliance-functions-aggregation-role"), "{roles:?}");
}

#[tokio::test]
async fn case_05_a_component_may_have_a_long_name() {
    for name in ["organisation-compliance-monitoring", &"m".repeat(60), &"m".repeat(100), "My monitor, 2nd"] {
        let first = children(name, json!({ "rules": { "baseline": true } })).await;
        assert_eq!(problems(&first), Vec::<String>::new(), "{name}");
        let again = children(name, json!({ "rules": { "baseline": true } })).await;
        assert_eq!(names_of(&first, ROLE), names_of(&again, ROLE), "the same in every run");
    }
}

#[tokio::test]
async fn case_05_the_permission_of_a_rule_with_a_long_name_fits() {
    let function = json!({ "arn": "arn:aws:lambda:eu-west-1:111122223333:function:own" });
    let rules = json!([
        { "name": "r".repeat(100), "function": function, "triggers": { "frequency": "Six_Hours" } },
        { "name": "is it encrypted (all)?", "function": function, "triggers": { "frequency": "One_Hour" } },
    ]);
    let children = children("compliance", json!({ "rules": { "custom": rules } })).await;
    assert_eq!(problems(&children), Vec::<String>::new());
}

#[tokio::test]
async fn every_child_of_a_program_with_every_input_fits() {
    let children = registered(&"c".repeat(100), every_input()).await;
    assert_eq!(problems(&children), Vec::<String>::new());
    assert_eq!(shared_names(&children), Vec::<String>::new());
}

/// A type that Pulumi names by itself has a bound in the table: without one its names are not checked.
#[tokio::test]
async fn every_child_that_pulumi_names_has_a_bound() {
    let types: Json = serde_json::from_str(include_str!("../../../aws-resources/aws-types.json")).expect("it is JSON");
    let named = |child: &&Registration| {
        types["resources"][&child.type_token]["inputs"].get("name").is_some() && !child.inputs.contains_key("name")
    };
    let children = registered("compliance", every_input()).await;
    let bounded = |child: &&Registration| NAME_BOUNDS.iter().any(|bound| bound.type_token == child.type_token);
    let lacking: Vec<_> = children.iter().filter(named).filter(|child| !bounded(child)).collect();
    assert_eq!(lacking.iter().map(|child| &child.type_token).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// Paths at which a program is refused.
type Refused = BTreeSet<&'static str>;

/// What S3 reserves at the start of a bucket's name (S3 User Guide, "General purpose bucket naming rules").
const RESERVED: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];

prop_compose! {
    /// The inputs that names are made of, and the paths at which AWS's own rules on names have them refused.
    fn names()(
        prefix in prop_oneof![
            9 => "[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?",
            1 => prop::sample::select(&["xn--a", "sthree", "amzn-s3-demo"][..]).prop_map(str::to_owned),
        ],
        rule in "[A-Za-z0-9][A-Za-z0-9 ._()-]{0,99}",
        managed in "[a-z0-9][a-z0-9-]{0,99}",
        same in prop::bool::weighted(0.1),
        framework in prop::sample::select(&["hipaa", "security-best-practices-for-efs", "cis-aws-1.4-level2"][..]),
        packed in any::<bool>(),
        waived in prop::option::of(0_u64..90),
    ) -> (Json, Refused) {
        let mut refused = Refused::new();
        // Names of conformance packs begin with a letter (AWS Config API Reference, "PutConformancePack").
        let is_pack_name = prefix.starts_with(|first: char| first.is_ascii_lowercase());
        if RESERVED.iter().any(|start| format!("{prefix}-").starts_with(start)) || (packed && !is_pack_name) {
            refused.insert("namePrefix");
        }
        let custom = if same { managed.clone() } else { rule };
        if same {
            refused.insert("rules.custom[0].name");
        }
        let function = json!({ "arn": "arn:aws:lambda:eu-west-1:111122223333:function:own:live" });
        let given = json!({
            "namePrefix": prefix,
            "waivers": waived.map(|days| waiver(&custom, days)).into_iter().collect::<Vec<_>>(),
            "rules": {
                "managed": [{
                    "identifier": "S3_BUCKET_VERSIONING_ENABLED", "name": managed, "remediation": { "acceptInferred": true },
                }],
                "custom": [{ "name": custom, "function": function, "triggers": { "frequency": "Six_Hours" } }],
            },
            "frameworks": [{ "id": framework, "deployAs": if packed { "conformancePack" } else { "rules" } }],
        });
        (given, refused)
    }
}

prop_compose! {
    /// Inputs that add children or repeat them, all of them valid.
    fn valid()(
        regions in prop::sample::subsequence(&["eu-west-1", "eu-central-1", "ap-northeast-1", "us-east-1"][..], 0..=3),
        create in any::<bool>(),
        exports in any::<(bool, bool)>(),
        percents in prop::option::of(prop::collection::btree_set(1_u32..=1000, 1..=10)),
        email in "[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}",
    ) -> Json {
        let mut given = json!({
            "recorder": { "mode": if create { "create" } else { "reuse" } },
            "regions": regions,
            "exports": { "securityHub": exports.0, "ocsf": exports.1 },
            "notifications": { "emails": { email: "a@example.com" }, "digest": "daily" },
        });
        if let Some(percents) = percents {
            given["cost"] = json!({ "monthlyBudgetUsd": 20, "notifyAtPercent": percents });
        }
        given
    }
}

/// A waiver of a rule that is in force for some days from today.
fn waiver(rule: &str, days: u64) -> Json {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970").as_secs();
    let end = Timestamp::from_unix_seconds(now + days * 86_400);
    json!({ "rule": rule, "owner": "platform", "reason": "replaced in spring", "expires": end.date() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn a_program_with_valid_names_deploys_and_no_name_of_a_child_exceeds_its_limit(
        component in "[A-Za-z0-9 ._-]{1,100}",
        (mut given, refused) in names(),
        more in valid(),
    ) {
        given.as_object_mut().expect("it is an object").extend(more.as_object().cloned().expect("it is an object"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
        let monitor = answers(MockMonitor::update());
        match runtime.block_on(construct_with::<ComplianceMonitoring>(&monitor, &component, inputs(given))) {
            Ok(_) => prop_assert!(refused.is_empty(), "it is deployed and should be refused at {refused:?}"),
            Err(Error::InvalidInputs(found)) => {
                let at: BTreeSet<_> = found.iter().map(PropertyError::place).collect();
                prop_assert!(at.iter().map(String::as_str).eq(refused), "{found:?}");
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(format!("{error:?}"))),
        }
        let children: Vec<_> = monitor.recorded().registrations.into_iter().map(|(_, one)| one).collect();
        prop_assert_eq!(problems(&children), Vec::<String>::new());
        prop_assert_eq!(shared_names(&children), Vec::<String>::new());
    }
}
