//! The table over the history declares what the files hold, and finds every day by itself.

use std::sync::Arc;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use functions_core::history::COLUMNS;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyMap, Value};
use serde_json::{Value as Json, json};

use crate::support::{answers, shown};

async fn child(name: &str, given: Json) -> Json {
    let monitor: Arc<MockMonitor> = answers(MockMonitor::update());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    let registrations = monitor.recorded().registrations;
    let found = registrations.into_iter().find(|(_, registration)| registration.name == name);
    let inputs: PropertyMap = found.unwrap_or_else(|| panic!("no child is called {name}")).1.inputs;
    shown(&Value::Object(inputs).into())
}

#[tokio::test]
async fn the_columns_are_those_of_the_files_in_their_order() {
    let table = child("compliance-history-table", json!({})).await;
    let columns = table["storageDescriptor"]["columns"].as_array().expect("there are columns").clone();
    let names: Vec<_> = columns.iter().map(|column| column["name"].as_str().expect("it has a name")).collect();
    assert_eq!(names, COLUMNS.map(|column| column.name));
    let times: Vec<_> = columns.iter().filter(|column| column["type"] != json!("string")).collect();
    assert_eq!(times, [&json!({ "name": "evaluated_at", "type": "timestamp" })]);
    assert_eq!(table["partitionKeys"], json!([{ "name": "date", "type": "string" }]));
}

#[tokio::test]
async fn the_days_are_projected_as_far_back_as_the_bucket_keeps_them() {
    let table = child("compliance-history-table", json!({})).await;
    let parameters = &table["parameters"];
    let place = "s3://compliance-reports-bucket-id/history/evaluations/";
    assert_eq!(table["storageDescriptor"]["location"], json!(place));
    assert_eq!(parameters["storage.location.template"], json!(format!("{place}date=${{date}}/")));
    assert_eq!(parameters["projection.enabled"], json!("true"));
    let rules = child("compliance-reports-lifecycle", json!({})).await["rules"].clone();
    let history = rules.as_array().expect("there are rules").iter().find(|rule| rule["id"] == json!("history"));
    let days = history.expect("it is there")["expiration"]["days"].as_i64().expect("it is a number");
    assert_eq!(parameters["projection.date.range"], json!(format!("NOW-{days}DAYS,NOW")));
}

#[tokio::test]
async fn results_go_under_a_prefix_that_has_a_lifecycle() {
    let workgroup = child("compliance-history-workgroup", json!({})).await;
    let place =
        workgroup["configuration"]["resultConfiguration"]["outputLocation"].as_str().expect("it is a place").to_owned();
    let prefix = place.strip_prefix("s3://compliance-reports-bucket-id/").expect("it is in the bucket").to_owned();
    let rules = child("compliance-reports-lifecycle", json!({})).await["rules"].clone();
    let rules = rules.as_array().expect("there are rules");
    let kept = rules.iter().find(|rule| rule["id"] == json!("queries")).expect("it is there");
    assert_eq!(kept["filter"]["prefix"], json!(prefix));
    assert_eq!(workgroup["configuration"]["enforceWorkgroupConfiguration"], json!(true));
}

#[tokio::test]
async fn another_prefix_has_a_database_and_a_workgroup_of_its_own() {
    let given = json!({ "namePrefix": "my-audit" });
    assert_eq!(child("compliance-history-database", given.clone()).await["name"], json!("my_audit_history"));
    assert_eq!(child("compliance-history-workgroup", given).await["name"], json!("my-audit-history"));
}
