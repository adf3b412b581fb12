//! Every policy document that any inputs lead to, for `tests/generated/test_policy_grammar.py`, which reads the snapshot and
//! holds each against the grammar of AWS.

use std::collections::{BTreeMap, BTreeSet};

use aws_compliance::parts::encryption::Encryption;
use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::parts::report_store::ReportStore;
use aws_compliance::parts::rule_set::RuleSet;
use aws_compliance_catalog::{ROLE_PARAMETER, remediation, remedied};
use pulumi_component::PreparedComponent;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyMap, Value};
use serde_json::{Value as Json, json};

use crate::support::{ACCOUNT, answers_of, every_input, shown};

/// Documents by type and input of the children that have them.
type Documents = BTreeMap<String, BTreeSet<String>>;

async fn add<C: PreparedComponent>(found: &mut Documents, partition: &str, region: &str, given: PropertyMap) {
    let monitor = answers_of(partition, region, MockMonitor::update());
    let shown = format!("{given:?}");
    if let Err(error) = construct_with::<C>(&monitor, "compliance", given).await {
        panic!("{partition}: {shown}: {error:?}");
    }
    for (_, child) in monitor.recorded().registrations {
        for (place, document) in documents(&child) {
            found.entry(place).or_default().insert(document);
        }
    }
}

/// The documents of a child, wherever they lie in its inputs.
fn documents(child: &Registration) -> Vec<(String, String)> {
    fn walk(place: &str, value: &Json, found: &mut Vec<(String, String)>) {
        match value {
            Json::String(text) if text.contains("\"Statement\"") => found.push((place.to_owned(), text.clone())),
            Json::Array(items) => items.iter().for_each(|item| walk(place, item, found)),
            Json::Object(members) => {
                members.iter().for_each(|(name, member)| walk(&format!("{place} {name}"), member, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(&child.type_token, &shown(&Value::Object(child.inputs.clone()).into()), &mut found);
    found
}

/// Inputs that lead to policies of their own, one program each.
fn programs() -> Vec<PropertyMap> {
    let good: Vec<Json> = serde_json::from_str(include_str!("../inputs/good.json")).expect("the programs are JSON");
    let more = [
        json!({}),
        json!({ "hardened": true, "recorder": { "mode": "create" } }),
        json!({ "reports": { "onDestroy": "delete" }, "recorder": { "mode": "create" } }),
    ];
    more.into_iter().chain(good).map(inputs).chain([every_input()]).collect()
}

/// Each rule with a known remediation, with a value for each parameter that has none.
fn remediations() -> impl Iterator<Item = Json> {
    remedied().map(|identifier| {
        let known = remediation(identifier).expect("it is known");
        let suggested = known.suggested_parameters.iter().filter(|(_, value)| !value.starts_with('<'));
        let suggested: Vec<_> = suggested.map(|(name, _)| name).collect();
        let missing = known.required_parameters.iter().filter(|name| {
            Some(*name) != known.resource_id_parameter.as_ref() && *name != ROLE_PARAMETER && !suggested.contains(name)
        });
        let parameters: BTreeMap<_, _> = missing.map(|name| (name, ["1"])).collect();
        json!({ "identifier": identifier, "unchecked": true,
            "remediation": { "acceptInferred": true, "parameters": parameters } })
    })
}

#[tokio::test]
async fn every_policy_document() {
    let mut found = Documents::new();
    for given in programs() {
        add::<ComplianceMonitoring>(&mut found, "aws", "eu-west-1", given).await;
    }
    // Each document of Systems Manager has a role of its own.
    for rule in remediations() {
        add::<RuleSet>(&mut found, "aws", "eu-west-1", inputs(json!({ "rules": { "managed": [rule] } }))).await;
    }
    for (partition, region) in [("aws-us-gov", "us-gov-west-1"), ("aws-iso-b", "us-isob-east-1")] {
        let given = json!({ "recorder": { "mode": "create" }, "hardened": true });
        add::<ComplianceMonitoring>(&mut found, partition, region, inputs(given)).await;
    }
    let (partition, region) = ("aws-cn", "cn-north-1");
    add::<Encryption>(&mut found, partition, region, inputs(json!({ "configDelivery": true }))).await;
    let key = format!("arn:{partition}:kms:{region}:{ACCOUNT}:key/1");
    let store = json!({ "kmsKeyArn": key, "configDelivery": true });
    add::<ReportStore>(&mut found, partition, region, inputs(store)).await;
    insta::assert_json_snapshot!(found);
}
