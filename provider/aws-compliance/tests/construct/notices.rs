//! Who is told what: routes, the digest, the test of the delivery, and what the dashboard shows.

use functions_core::contract::metric;
use pulumi_component::testing::inputs;
use pulumi_component::value::PropertyMap;
use serde_json::{Value as Json, json};

use crate::whole::Deployed;

#[tokio::test]
async fn a_route_is_a_subscription_that_takes_its_own() {
    let soc =
        json!({ "severities": ["critical"], "rules": ["ebs-volumes-encrypted"], "https": "https://soc.example.com" });
    let queue = "arn:aws:sqs:eu-west-1:111122223333:findings";
    let routes = json!({ "soc": soc, "team": { "frameworks": ["hipaa"], "sqs": queue } });
    let notifications = json!({ "routes": routes, "emails": { "all": "all@example.com" } });
    let deployed = Deployed::with(inputs(json!({ "namePrefix": "audit", "notifications": notifications }))).await;
    let route = deployed.named("compliance-alerts-route-soc");
    assert_eq!((&route["protocol"], &route["endpoint"]), (&json!("https"), &json!("https://soc.example.com")));
    assert_eq!(route["filterPolicy"], json!(r#"{"route":["soc"]}"#));
    assert_eq!(deployed.named("compliance-alerts-route-team")["endpoint"], json!(queue));
    assert_eq!(deployed.named("compliance-alerts-email-all").get("filterPolicy"), None);
    let content = deployed.named("compliance-functions-configuration")["content"].as_str().expect("a text").to_owned();
    let document: Json = serde_json::from_str(&content).expect("it is JSON");
    let known = &document["notices"]["routes"]["soc"];
    assert_eq!(known, &json!({ "rules": ["audit-ebs-volumes-encrypted"], "severities": ["critical"] }));
}

#[tokio::test]
async fn the_test_of_the_delivery_worries_nobody_and_waits_for_the_slowest_schedule() {
    let deployed = Deployed::with(PropertyMap::new()).await;
    let alarm = deployed.named("compliance-alerts-delivery-test");
    assert_eq!(alarm.get("alarmActions"), None, "no message says ALARM");
    assert_eq!(alarm["okActions"], json!(["arn:aws:mock:::compliance-alerts-topic"]));
    assert!(alarm["alarmDescription"].as_str().is_some_and(|text| text.contains("Nothing is wrong")));
    let queue = deployed.named("compliance-alerts-delivery-test-queue");
    assert_eq!(queue["messageRetentionSeconds"], json!(14 * 24 * 60 * 60));
}

#[tokio::test]
async fn the_dashboard_has_everything_that_is_measured() {
    let deployed = Deployed::with(PropertyMap::new()).await;
    let body = deployed.named("compliance-dashboard-dashboard")["dashboardBody"].as_str().expect("a text").to_owned();
    for name in [
        metric::COMPLIANT_EVALUATIONS,
        metric::COMPLIANT_RULES,
        metric::DELIVERY_LOST,
        metric::INCOMPLETE_PACKS,
        metric::LOOKS,
        metric::NON_COMPLIANT_EVALUATIONS,
        metric::NON_COMPLIANT_RULES,
        metric::NOTICES,
        metric::OPEN_FINDINGS,
        metric::RECORDER_STOPPED,
        metric::SCORE,
        metric::SOURCES_SILENT,
        metric::UNCONFIRMED_SUBSCRIPTIONS,
    ] {
        assert!(body.contains(&format!("\"{name}\"")), "{name} is not in {body}");
    }
    let search = r#"SEARCH('{ComplianceMonitoring,FunctionName,Rule} MetricName=\"OpenFindings\" FunctionName=\"compliance-aggregation\"', 'Maximum', 3600)"#;
    assert!(body.contains(search), "{body}");
}

#[tokio::test]
async fn a_digest_has_a_schedule_of_its_own() {
    let deployed = Deployed::with(inputs(json!({ "notifications": { "digest": "daily" } }))).await;
    assert_eq!(deployed.named("compliance-functions-digest")["scheduleExpression"], json!("rate(1 day)"));
    assert_eq!(deployed.named("compliance-functions-digest-target")["input"], json!(r#"{"trigger":"digest"}"#));
    let at_once = Deployed::with(PropertyMap::new()).await;
    assert!(at_once.registrations().iter().all(|registration| registration.name != "compliance-functions-digest"));
}

#[tokio::test]
async fn routes_that_nobody_or_only_another_account_would_hear_by_are_warned_of() {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:findings";
    let route = json!({ "accounts": ["444455556666"], "sqs": queue });
    let warned = async |notifications: Json| {
        let deployed = Deployed::with(inputs(json!({ "notifications": notifications }))).await;
        let log = deployed.monitor.recorded().log.into_iter().map(|entry| entry.message);
        log.filter(|message| message.contains("notifications.routes")).collect::<Vec<_>>()
    };
    let told = warned(json!({ "routes": { "soc": route } })).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|message| message.contains("add an address to `emails`")), "{told:?}");
    assert!(told.iter().any(|message| message.contains("444455556666 never matches")), "{told:?}");
    let good = json!({ "emails": { "all": "all@example.com" }, "routes": { "soc": { "sqs": queue } } });
    assert_eq!(warned(good).await, Vec::<String>::new());
}
