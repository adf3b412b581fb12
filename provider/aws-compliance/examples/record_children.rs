//! Prints every child of a deployment, with every input set or with those given as JSON:
//! `[{"type": token, "inputs": {...}}]`.
//!
//! `tests/contract` compiles them against the npm package `@pulumi/aws`; `tools/deployer_policy.py` asks which types
//! there are.

#[path = "../tests/construct/support.rs"]
mod support;

use std::process::ExitCode;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::Value;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let given = match std::env::args().nth(1).map(|text| serde_json::from_str(&text)) {
        None => support::every_input(),
        Some(Ok(given)) => inputs(given),
        Some(Err(error)) => {
            eprintln!("error: expected the inputs as JSON: {error}");
            return ExitCode::FAILURE;
        }
    };
    let monitor = support::answers(MockMonitor::update());
    if let Err(error) = construct_with::<ComplianceMonitoring>(&monitor, "audit", given).await {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let recorded = monitor.recorded();
    let children = recorded.registrations.iter().filter(|(_, registration)| registration.custom);
    let children: Vec<_> = children
        .map(|(_, child)| json!({ "type": child.type_token, "inputs": support::shown(&Value::Object(child.inputs.clone()).into()) }))
        .collect();
    println!("{:#}", json!(children));
    ExitCode::SUCCESS
}
