//! What organizations ask of everything that is deployed: permissions boundaries, paths of roles, functions in a VPC.

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use proptest::prelude::*;
use pulumi_component::Error;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::Value;
use serde_json::{Value as Json, json};

use crate::support::{answers, shown};

const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/estate-boundary";
const ROLE: &str = "aws:iam/role:Role";

async fn children(given: Json) -> Vec<Registration> {
    let monitor = answers(MockMonitor::update());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given.clone()))
        .await
        .unwrap_or_else(|error| panic!("{given}: {error:?}"));
    monitor.recorded().registrations.into_iter().map(|(_, child)| child).collect()
}

async fn problems(given: Json) -> Vec<(String, String)> {
    let monitor = answers(MockMonitor::preview());
    match construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await {
        Err(Error::InvalidInputs(found)) => found.into_iter().map(|one| (one.place(), one.reason)).collect(),
        other => panic!("expected invalid inputs, got {:?}", other.map(|_| "it constructs")),
    }
}

/// Rules with and without a remediation that the catalogue knows.
fn managed() -> impl Strategy<Value = Vec<Json>> {
    let remediation = json!({ "acceptInferred": true });
    let rules = vec![
        json!({ "identifier": "ENCRYPTED_VOLUMES", "name": "volumes" }),
        json!({ "identifier": "S3_BUCKET_VERSIONING_ENABLED", "remediation": remediation }),
        json!({ "identifier": "S3_BUCKET_SSL_REQUESTS_ONLY" }),
        json!({ "identifier": "ACCESS_KEYS_ROTATED", "remediation": { "parameters": { "MaxCredentialUsageAge": ["90"] } } }),
    ];
    prop::sample::subsequence(rules, 0..=4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn case_14_with_a_boundary_every_role_has_it_and_without_none_has(
        managed in managed(),
        mode in prop::sample::select(vec!["reuse", "create"]),
        digest in prop::sample::select(vec!["immediate", "daily"]),
        boundary in any::<bool>(),
        path in prop::option::of("/[a-z]{1,8}(/[a-z]{1,8})?/"),
        in_vpc in any::<bool>(),
        as_pack in any::<bool>(),
    ) {
        let mut given = json!({
            "rules": { "managed": managed },
            "recorder": { "mode": mode },
            "notifications": { "digest": digest },
            "frameworks": [{ "id": "security-best-practices-for-ecr", "deployAs": if as_pack { "conformancePack" } else { "rules" } }],
        });
        if boundary {
            given["iam"]["permissionsBoundary"] = json!(BOUNDARY);
        }
        if let Some(path) = &path {
            given["iam"]["path"] = json!(path);
        }
        if in_vpc {
            given["functions"]["vpc"] =
                json!({ "subnetIds": ["subnet-0123456789abcdef0"], "securityGroupIds": ["sg-0123456789abcdef0"] });
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let children = runtime.block_on(children(given));
        let remediated = managed.iter().filter(|rule| rule.get("remediation").is_some()).count();
        let roles: Vec<_> = children.iter().filter(|child| child.type_token == ROLE).collect();
        prop_assert_eq!(roles.len(), 3 + remediated);
        for role in roles {
            let of = |name: &str| role.inputs.get(name).map(shown);
            prop_assert_eq!(of("permissionsBoundary"), boundary.then(|| json!(BOUNDARY)), "{}", role.name);
            prop_assert_eq!(of("path"), path.as_ref().map(|path| json!(path)), "{}", role.name);
        }
    }
}

#[tokio::test]
async fn finding_15_functions_in_a_vpc_have_its_subnets_and_may_be_connected_to_it() {
    let vpc = json!({ "subnetIds": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
                      "securityGroupIds": ["sg-0123456789abcdef0"] });
    let inside = children(json!({ "functions": { "vpc": vpc } })).await;
    let outside = children(json!({})).await;
    for handler in ["processing", "aggregation", "remediation"] {
        let named = |children: &[Registration], part: &str| {
            let name = format!("compliance-functions-{handler}{part}");
            let found = children.iter().find(|child| child.name == name).expect("it is there");
            shown(&Value::Object(found.inputs.clone()).into())
        };
        assert_eq!(named(&inside, "")["vpcConfig"], vpc);
        assert!(named(&outside, "").get("vpcConfig").is_none());
        let statements = |children: &[Registration]| {
            let policy = named(children, "-policy");
            let policy: Json = serde_json::from_str(policy["policy"].as_str().expect("a policy")).expect("JSON");
            policy["Statement"].as_array().expect("statements").clone()
        };
        let network: Vec<_> = statements(&inside)
            .into_iter()
            .filter(|one| {
                one["Action"].as_array().is_some_and(|all| all.contains(&json!("ec2:CreateNetworkInterface")))
            })
            .collect();
        let effects: Vec<_> = network.iter().map(|one| one["Effect"].as_str().unwrap_or_default()).collect();
        assert_eq!(effects, ["Allow", "Deny"]);
        // Lambda connects the function; what runs in it may not.
        let function = format!("arn:aws:lambda:eu-west-1:111122223333:function:compliance-{handler}");
        assert_eq!(network[1]["Condition"], json!({ "ArnEquals": { "lambda:SourceFunctionArn": function } }));
        assert!(!statements(&outside).iter().any(|one| one.to_string().contains("NetworkInterface")));
    }
}

#[tokio::test]
async fn finding_15_what_iam_and_lambda_refuse_is_refused_with_its_path() {
    let given = json!({
        "iam": { "permissionsBoundary": "arn:aws:iam::111122223333:role/boundary", "path": "compliance" },
        "functions": { "vpc": { "subnetIds": ["sg-0123456789abcdef0"], "securityGroupIds": [] } },
    });
    let mut found = problems(given).await;
    found.sort();
    let expected = [
        ("functions.vpc.securityGroupIds", "expected 1 to 5, got 0"),
        ("functions.vpc.subnetIds[0]", "`subnet-0123456789abcdef0`"),
        ("iam.path", "`/compliance/`"),
        ("iam.permissionsBoundary", "that of a role"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((path, reason), (at, part)) in found.iter().zip(expected) {
        assert!(path == at && reason.contains(part), "{path}: {reason}");
    }
}
