//! Everything that is asked of the engine, whole. `cargo insta accept` takes a change that is meant.

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyMap, Value};
use serde_json::{Value as Json, json};

use crate::support::{answers, every_input, shown};

async fn recorded(monitor: MockMonitor, name: &str, inputs: PropertyMap) -> Json {
    let monitor = answers(monitor);
    construct_with::<ComplianceMonitoring>(&monitor, name, inputs).await.expect("it constructs");
    let recorded = monitor.recorded();
    let mut registrations: Vec<_> = recorded.registrations.iter().collect();
    registrations.sort_by(|left, right| left.0.cmp(&right.0));
    let registrations: Vec<_> = registrations
        .into_iter()
        .map(|(urn, registration)| {
            let names = |urns: &std::collections::BTreeSet<pulumi_component::value::Urn>| -> Vec<String> {
                urns.iter().map(|urn| urn.to_string().rsplit("::").next().unwrap_or_default().to_owned()).collect()
            };
            let by_property: serde_json::Map<_, _> = registration
                .property_dependencies
                .iter()
                .filter(|(_, urns)| !urns.is_empty())
                .map(|(property, urns)| (property.clone(), json!(names(urns))))
                .collect();
            json!({
                "urn": urn.to_string(),
                "parent": registration.parent,
                "inputs": shown(&Value::Object(registration.inputs.clone()).into()),
                "dependencies": names(&registration.dependencies),
                "propertyDependencies": by_property,
                "provider": registration.provider,
                "version": registration.package.map(|package| package.version).unwrap_or_default(),
                "deleteBeforeReplace": registration.options.delete_before_replace,
            })
        })
        .collect();
    json!(registrations)
}

#[tokio::test]
async fn a_default_deployment() {
    insta::assert_json_snapshot!(recorded(MockMonitor::update(), "compliance", PropertyMap::new()).await);
}

/// `docs/self-assessment.md` is made of this one and the default.
#[tokio::test]
async fn a_hardened_deployment() {
    let hardened = inputs(json!({ "hardened": true }));
    insta::assert_json_snapshot!(recorded(MockMonitor::update(), "compliance", hardened).await);
}

#[tokio::test]
async fn a_preview_of_a_default_deployment() {
    insta::assert_json_snapshot!(recorded(MockMonitor::preview(), "compliance", PropertyMap::new()).await);
}

#[tokio::test]
async fn a_deployment_with_every_input() {
    insta::assert_json_snapshot!(recorded(MockMonitor::update(), "audit", every_input()).await);
}
