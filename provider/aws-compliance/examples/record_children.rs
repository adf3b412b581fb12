//! Prints every child of a deployment, with every input set or with those given as JSON:
//! `[{"name", "type": token, "inputs": {...}, "options": {...}}]`. A list of inputs gives a list of such lists. Inputs of a part
//! that is used alone are `["Alerts", {...}]`.
//!
//! `tests/contract` compiles them against the npm package `@pulumi/aws`; `tools/deployer_policy.py` asks which types
//! there are, `tools/changes.py` what a changed input does to them.

#[path = "../tests/construct/by_name.rs"]
mod by_name;
#[path = "../tests/construct/support.rs"]
mod support;

use std::process::ExitCode;

use pulumi_component::testing::{MockMonitor, inputs};
use pulumi_component::value::{PropertyMap, Value};
use serde_json::{Value as Json, json};

const WHOLE: &str = "ComplianceMonitoring";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match std::env::args().nth(1).map(|text| serde_json::from_str(&text)) {
        None => print(recorded(WHOLE, support::every_input()).await),
        Some(Ok(Json::Array(many))) => {
            let mut all = Vec::new();
            for given in many {
                let (part, given) = part_of(given);
                match recorded(&part, inputs(given.clone())).await {
                    Ok(children) => all.push(children),
                    Err(error) => return print(Err(format!("{part} {given}: {error}"))),
                }
            }
            print(Ok(all.into()))
        }
        Some(Ok(given)) => print(recorded(WHOLE, inputs(given)).await),
        Some(Err(error)) => print(Err(format!("expected the inputs as JSON: {error}"))),
    }
}

fn print(children: Result<Json, String>) -> ExitCode {
    match children {
        Ok(children) => {
            println!("{children:#}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The component that inputs are of.
fn part_of(given: Json) -> (String, Json) {
    match given.as_array().map(Vec::as_slice) {
        Some([Json::String(part), given]) => (part.clone(), given.clone()),
        _ => (WHOLE.to_owned(), given),
    }
}

async fn recorded(part: &str, given: PropertyMap) -> Result<Json, String> {
    let monitor = support::answers(MockMonitor::update());
    by_name::construct(part, &monitor, "audit", given).await.map_err(|error| error.to_string())?;
    let recorded = monitor.recorded();
    let children = recorded.registrations.iter().filter(|(_, registration)| registration.custom);
    let children = children.map(|(_, child)| {
        let options = json!({ "protect": child.options.protect, "retainOnDelete": child.options.retain_on_delete });
        let given = support::shown(&Value::Object(child.inputs.clone()).into());
        json!({ "name": child.name, "type": child.type_token, "inputs": given, "options": options })
    });
    Ok(children.collect())
}
