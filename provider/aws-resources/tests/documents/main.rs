//! JSON texts that AWS takes: members sorted, marks kept.

#![cfg(test)]

use aws_resources::{ArnBuilder, DashboardBody, EventPattern, Graph, Json, PolicyDocument, Statement};
use pulumi_component::engine::Resolve;
use pulumi_component::engine::Resolved;
use pulumi_component::{Input, Output};
use serde_json::{Value, json};

async fn resolved(text: impl Into<Input<String>>) -> Resolved<String> {
    Resolved::clone(&*text.into().output().resolve().await.expect("it resolves"))
}

async fn parsed(text: impl Into<Input<String>>) -> Value {
    let text = resolved(text).await.value.expect("it is known");
    serde_json::from_str(&text).expect("it is JSON")
}

#[tokio::test]
async fn members_are_sorted_and_eventual_texts_stand_where_they_were_put() {
    let later = |text: &str| Json::from(Output::known(text.to_owned()));
    let json = Json::object([("b", Json::list([later("2"), "3".into(), later("4")])), ("a", later("1"))]);
    assert_eq!(resolved(json).await.value.as_deref(), Some(r#"{"a":"1","b":["2","3","4"]}"#));
}

#[tokio::test]
async fn a_text_is_escaped_as_json_wants_it() {
    let json = Json::object([("a", Json::from(Output::known("\"\\\n".to_owned())))]);
    assert_eq!(parsed(json).await, json!({ "a": "\"\\\n" }));
}

#[tokio::test]
async fn a_secret_or_unknown_part_makes_the_whole_so() {
    let secret = Json::list([Json::from("x"), Output::known("hush".to_owned()).secret().into()]);
    assert!(resolved(secret).await.secret);
    let unknown = Json::list([Json::from("x"), Output::<String>::unknown().into()]);
    assert_eq!(resolved(unknown).await.value, None);
}

#[tokio::test]
async fn a_policy_names_version_and_statements() {
    let bucket = ArnBuilder::of("aws", "s3").resource("reports");
    let policy = PolicyDocument::new([
        Statement::allow("Read").service("events.amazonaws.com").actions(["s3:GetObject"]).on(bucket.clone()).when(
            "StringEquals",
            "aws:SourceAccount",
            "111122223333",
        ),
        Statement::deny("TlsOnly").everyone().actions(["s3:*"]).on(bucket).when("Bool", "aws:SecureTransport", "false"),
    ]);
    let expected = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": { "Service": "events.amazonaws.com" },
                "Action": ["s3:GetObject"],
                "Resource": ["arn:aws:s3:::reports"],
                "Condition": { "StringEquals": { "aws:SourceAccount": "111122223333" } },
            },
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:*"],
                "Resource": ["arn:aws:s3:::reports"],
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            },
        ],
    });
    assert_eq!(parsed(policy).await, expected);
}

#[tokio::test]
async fn a_trust_policy_has_neither_resource_nor_empty_condition() {
    let trust = Statement::allow("Lambda").service("lambda.amazonaws.com").actions(["sts:AssumeRole"]);
    let document = parsed(PolicyDocument::new([trust])).await;
    let statement = document["Statement"][0].as_object().expect("it is an object");
    assert_eq!(statement.keys().collect::<Vec<_>>(), ["Action", "Effect", "Principal", "Sid"]);
}

#[tokio::test]
async fn two_keys_of_one_operator_stand_beside_one_another() {
    let statement = Statement::allow("X").when("StringEquals", "a", "1").when("StringEquals", "b", "2");
    let document = parsed(PolicyDocument::new([statement])).await;
    assert_eq!(document["Statement"][0]["Condition"], json!({ "StringEquals": { "a": "1", "b": "2" } }));
}

#[tokio::test]
async fn an_event_pattern_lists_the_values_of_each_key() {
    let pattern = EventPattern::of("aws.config", "Change").detail("configRuleName", ["a", "b"]);
    let expected = json!({
        "source": ["aws.config"], "detail-type": ["Change"], "detail": { "configRuleName": ["a", "b"] },
    });
    assert_eq!(parsed(pattern).await, expected);
    assert_eq!(parsed(EventPattern::of("s", "t")).await.get("detail"), None);
}

#[tokio::test]
async fn graphs_share_the_width_of_their_row_and_dimensions_are_texts() {
    let graph = |title| {
        Graph::new(title, "eu-west-1", "Sum").metric("AWS/Lambda", "Errors", [("FunctionName", "processing".into())])
    };
    let body = parsed(DashboardBody::default().row([graph("a"), graph("b")]).row([graph("c")])).await;
    let widgets = body["widgets"].as_array().expect("there are widgets");
    let places: Vec<_> =
        widgets.iter().map(|widget| ["x", "y", "width", "height"].map(|key| widget[key].as_u64().unwrap())).collect();
    assert_eq!(places, [[0, 0, 12, 6], [12, 0, 12, 6], [0, 6, 24, 6]]);
    let metrics = &widgets[0]["properties"]["metrics"];
    assert_eq!(metrics, &json!([["AWS/Lambda", "Errors", "FunctionName", "processing"]]));
}

#[tokio::test]
async fn an_empty_dashboard_is_a_dashboard() {
    assert_eq!(parsed(DashboardBody::default().row([])).await, json!({ "widgets": [] }));
}
