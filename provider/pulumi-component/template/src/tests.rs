use std::sync::Arc;

use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use serde_json::json;

use crate::WorkQueue;

#[tokio::test]
async fn messages_are_set_aside_after_the_attempts_that_were_asked_for() {
    let engine = Arc::new(MockMonitor::update().output("aws:sqs/queue:Queue", "url", "https://queue"));
    let made = construct_with::<WorkQueue>(&engine, "jobs", inputs(json!({ "maxAttempts": 5 }))).await;
    assert_eq!(made.expect("it constructs").outputs["url"].as_str(), Some("https://queue"));

    let asked = engine.recorded();
    let queue = asked.registration("jobs-queue");
    let policy = queue.inputs["redrivePolicy"].as_str().expect("a text");
    assert_eq!(policy, r#"{"deadLetterTargetArn":"arn:aws:mock:::jobs-dead-letters","maxReceiveCount":5}"#);
    assert!(queue.dependencies.contains(&asked.urn("jobs-dead-letters")));
}

#[tokio::test]
async fn a_wrong_input_registers_nothing() {
    let engine = Arc::new(MockMonitor::update());
    let made = construct_with::<WorkQueue>(&engine, "jobs", inputs(json!({ "maxAttempts": 0 }))).await;
    assert_eq!(made.expect_err("out of range").to_string(), "1 input is wrong\n  - maxAttempts: expected 1 to 1000");
    assert!(engine.recorded().registrations.is_empty());
}
