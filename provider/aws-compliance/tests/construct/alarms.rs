//! What the alarms watch, what they tell, and where the pages that they lead to lie.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_compliance::inputs::alarms::AlarmsSettingsArgs;
use aws_compliance::parts::alarms::Alarms;
use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::plan::alarms as plan;
use aws_compliance::plan::runbooks::RUNBOOKS;
use pulumi_component::Error;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyMap, Value};
use serde_json::{Value as Json, json};

use crate::support::{REGION, answers, shown};

/// Alarms of a default deployment.
fn planned() -> usize {
    plan::alarms(&AlarmsSettingsArgs::default()).len()
}

const ALARM: &str = "aws:cloudwatch/metricAlarm:MetricAlarm";
const OBJECT: &str = "aws:s3/bucketObjectv2:BucketObjectv2";

async fn deployed(given: Json) -> Arc<MockMonitor> {
    let monitor = answers(MockMonitor::update());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    monitor
}

/// The inputs of every child of a type by the end of its logical name.
fn children(monitor: &MockMonitor, token: &str, prefix: &str) -> BTreeMap<String, Json> {
    let registrations = monitor.recorded().registrations.into_iter().map(|(_, registration)| registration);
    let found = registrations.filter(|registration| registration.type_token == token);
    let found = found.filter_map(|registration| {
        let role = registration.name.strip_prefix(prefix)?.to_owned();
        Some((role, shown(&Value::Object(registration.inputs).into())))
    });
    found.collect()
}

fn alarms(monitor: &MockMonitor) -> BTreeMap<String, Json> {
    children(monitor, ALARM, "compliance-alarms-")
}

fn link(alarm: &Json) -> &str {
    let text = alarm["alarmDescription"].as_str().expect("it is described");
    text.split_once("What to do: ").expect("it says what to do").1
}

#[tokio::test]
async fn alarm_on_what_the_report_shows_leads_to_the_latest_report() {
    let monitor = deployed(json!({})).await;
    let leading: Vec<String> = alarms(&monitor)
        .into_iter()
        .filter(|(_, alarm)| {
            alarm["alarmDescription"].as_str().is_some_and(|text| text.contains("reports/latest/index.html"))
        })
        .map(|(name, _)| name)
        .collect();
    assert_eq!(leading, ["non-compliance", "score-fell"]);
}

#[tokio::test]
async fn every_alarm_leads_to_a_page_that_is_in_the_bucket_and_every_page_has_an_alarm() {
    let monitor = deployed(json!({})).await;
    let pages = children(&monitor, OBJECT, "compliance-reports-runbook-");
    let keys: BTreeSet<&str> = pages.values().filter_map(|page| page["key"].as_str()).collect();
    let start =
        format!("https://console.aws.amazon.com/s3/object/compliance-reports-bucket-id?region={REGION}&prefix=");
    let linked: BTreeSet<String> = alarms(&monitor)
        .values()
        .map(|alarm| link(alarm).strip_prefix(&start).expect("it leads into the bucket").to_owned())
        .collect();
    assert_eq!(linked.iter().map(String::as_str).collect::<BTreeSet<_>>(), keys);
    assert_eq!(keys.len(), RUNBOOKS.len());
}

/// CloudWatch overwrites an alarm of the same name; whose it is, is told by its tag.
#[tokio::test]
async fn every_alarm_says_whose_it_is() {
    let monitor = deployed(json!({ "tags": { "team": "security" } })).await;
    let alarms = children(&monitor, ALARM, "compliance-");
    // That of the delivery test comes with the topic.
    assert_eq!(alarms.len(), planned() + 1);
    let expected = json!({ "aws-compliance:owner": "project/stack/compliance", "team": "security" });
    for (name, alarm) in alarms {
        assert_eq!(alarm["tags"], expected, "{name}");
    }
}

#[tokio::test]
async fn every_page_says_what_it_means_where_to_look_and_how_to_verify_and_names_its_alarms() {
    let monitor = deployed(json!({})).await;
    let pages = children(&monitor, OBJECT, "compliance-reports-runbook-");
    for (name, page) in &pages {
        let text = page["content"].as_str().expect("it has a text");
        let headings = ["What it means", "What to check first", "Likely causes", "What to do", "How to verify"];
        let places: Vec<_> = headings.iter().map(|heading| text.find(&format!("\n## {heading}\n"))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{name}: {places:?}");
        assert_eq!(page["contentType"], json!("text/plain; charset=utf-8"));
    }
    for (role, alarm) in alarms(&monitor) {
        let page = pages.iter().find(|(name, _)| link(&alarm).ends_with(&format!("/{name}.md"))).expect("it is there");
        let text = page.1["content"].as_str().expect("it has a text");
        assert!(text.contains(&format!("`PREFIX-{role}`")), "{role}: its page does not name it");
    }
}

#[tokio::test]
async fn every_alarm_tells_the_topic_in_words_that_fit() {
    let monitor = deployed(json!({})).await;
    let alarms = alarms(&monitor);
    assert_eq!(alarms.len(), planned());
    for (role, alarm) in &alarms {
        assert_eq!(alarm["alarmActions"], json!(["arn:aws:mock:::compliance-alerts-topic"]), "{role}");
        assert_eq!(alarm["name"], json!(format!("compliance-{role}")));
        // CloudWatch API Reference, "PutMetricAlarm".
        assert!(alarm["alarmDescription"].as_str().is_some_and(|text| text.len() <= 1024), "{role}");
        assert!(alarm["treatMissingData"].is_string(), "{role}: what silence means is decided");
    }
    let quiet: Vec<_> =
        alarms.iter().filter(|(_, alarm)| alarm.get("okActions").is_none()).map(|(role, _)| role).collect();
    assert_eq!(quiet, ["score-fell"]);
}

#[tokio::test]
async fn finding_12_a_fall_of_the_score_is_a_plain_alarm_on_its_change() {
    let monitor = deployed(json!({ "alarms": { "scoreDrop": 7 } })).await;
    let alarm = &alarms(&monitor)["score-fell"];
    assert!(alarm.get("metricQueries").is_none(), "whether math reaches back to an earlier period is not documented");
    assert_eq!((&alarm["metricName"], &alarm["statistic"]), (&json!("ScoreChange"), &json!("Minimum")));
    assert_eq!(alarm["dimensions"], json!({ "FunctionName": "compliance-aggregation" }));
    assert_eq!((&alarm["threshold"], &alarm["comparisonOperator"]), (&json!(-7), &json!("LessThanOrEqualToThreshold")));
    assert_eq!((&alarm["period"], &alarm["treatMissingData"]), (&json!(3600), &json!("ignore")));
}

#[tokio::test]
async fn finding_7_non_compliance_counts_open_findings_of_the_severities_that_are_given() {
    for (given, counted) in [
        (json!({}), &["critical", "high"][..]),
        (json!({ "alarms": { "severities": ["critical"] } }), &["critical"]),
        (
            json!({ "alarms": { "severities": ["low", "informational", "medium"] } }),
            &["low", "informational", "medium"],
        ),
    ] {
        let monitor = deployed(given).await;
        let alarm = &alarms(&monitor)["non-compliance"];
        let queries = alarm["metricQueries"].as_array().expect("there are queries");
        let (total, open) = queries.split_last().expect("there is a total");
        assert_eq!((&total["expression"], &total["returnData"]), (&json!("SUM(METRICS())"), &json!(true)));
        let severities: Vec<_> = open.iter().map(|one| one["metric"]["dimensions"]["Severity"].clone()).collect();
        assert_eq!(severities, counted);
        for one in open {
            assert_eq!((&one["metric"]["metricName"], &one["returnData"]), (&json!("OpenFindings"), &json!(false)));
            assert_eq!(one["metric"]["dimensions"]["FunctionName"], json!("compliance-aggregation"));
        }
        assert_eq!((&alarm["threshold"], &alarm["treatMissingData"]), (&json!(1), &json!("ignore")));
        assert!(counted.iter().all(|word| alarm["alarmDescription"].as_str().is_some_and(|text| text.contains(word))));
    }
}

#[tokio::test]
async fn finding_7_severities_are_at_least_one_and_each_once() {
    for (severities, path) in [(json!([]), "alarms.severities"), (json!(["high", "high"]), "alarms.severities[1]")] {
        let monitor = answers(MockMonitor::preview());
        let given = inputs(json!({ "alarms": { "severities": severities } }));
        match construct_with::<ComplianceMonitoring>(&monitor, "compliance", given).await {
            Err(Error::InvalidInputs(problems)) => {
                let paths: Vec<_> = problems.iter().map(|problem| problem.place()).collect();
                assert_eq!(paths, [path]);
            }
            other => panic!("expected invalid inputs, got {:?}", other.map(|_| "it constructs")),
        }
    }
}

/// Before a first run there is nothing but silence: an alarm on it would be in ALARM at once.
#[tokio::test]
async fn finding_9_alarms_on_silence_are_made_after_the_first_runs_and_no_others_wait() {
    let monitor = deployed(json!({})).await;
    let registrations = monitor.recorded().registrations;
    for (_, alarm) in registrations.iter().filter(|(_, child)| child.type_token == ALARM) {
        let waits = alarm.dependencies.iter().any(|urn| urn.to_string().ends_with("::compliance-first-aggregation"));
        let is_of_function = ["processing-silent", "aggregation-silent"].iter().any(|end| alarm.name.ends_with(end));
        assert_eq!(waits, is_of_function, "{}: {:?}", alarm.name, alarm.dependencies);
    }
}

/// An alarm that is created without data does not change its state, and one that loses its data does.
#[tokio::test]
async fn finding_9_alarms_on_silence_that_are_used_alone_do_not_start_in_alarm() {
    let monitor = answers(MockMonitor::update());
    let topic = format!("arn:aws:sns:{REGION}:111122223333:alerts");
    let given = json!({ "topicArn": topic, "bucketName": "runbooks" });
    construct_with::<Alarms>(&monitor, "compliance-alarms", inputs(given)).await.expect("it constructs");
    let silent: Vec<_> = alarms(&monitor)
        .into_iter()
        .filter(|(role, _)| ["processing-silent", "aggregation-silent"].contains(&role.as_str()))
        .collect();
    assert_eq!(silent.len(), 2);
    for (role, alarm) in silent {
        assert_eq!(alarm["treatMissingData"], json!("missing"), "{role}");
        assert_eq!(alarm["insufficientDataActions"], json!([topic]), "{role}");
    }
}

#[tokio::test]
async fn silence_is_so_many_hours_without_a_look_or_a_report_however_often_a_function_was_invoked() {
    let monitor = deployed(json!({ "alarms": { "silentHours": 30 } })).await;
    let alarms = alarms(&monitor);
    for (handler, measured) in [("processing", "Looks"), ("aggregation", "CompliantEvaluations")] {
        let alarm = &alarms[&format!("{handler}-silent")];
        assert_eq!((&alarm["namespace"], &alarm["statistic"]), (&json!("ComplianceMonitoring"), &json!("SampleCount")));
        assert_eq!(alarm["dimensions"], json!({ "FunctionName": format!("compliance-{handler}") }));
        assert_eq!((&alarm["period"], &alarm["evaluationPeriods"]), (&json!(3600), &json!(30)));
        assert_eq!((&alarm["metricName"], &alarm["treatMissingData"]), (&json!(measured), &json!("breaching")));
    }
    assert!(!alarms.contains_key("remediation-silent"), "remediation runs when it is asked");
}

#[tokio::test]
async fn an_alarm_that_would_ring_between_two_runs_is_warned_of() {
    for (schedule, hours, warned) in [
        ("rate(6 hours)", 13, None),
        ("rate(12 hours)", 13, None),
        ("rate(13 hours)", 13, Some("nearest: `14`")),
        ("rate(1 day)", 24, Some("nearest: `25`")),
        ("rate(400 days)", 168, Some("more often than once a week")),
        ("cron(0 6 * * ? *)", 1, Some("nearest: `25`")),
    ] {
        let given = json!({ "functions": { "schedule": schedule }, "alarms": { "silentHours": hours } });
        let monitor = deployed(given).await;
        let told: Vec<_> = monitor.recorded().log.into_iter().map(|entry| entry.message).collect();
        let told: Vec<_> = told.iter().filter(|message| message.contains("alarms.silentHours")).collect();
        match warned {
            Some(part) => assert!(told.len() == 1 && told[0].contains(part), "{schedule}: {told:?}"),
            None => assert!(told.is_empty(), "{schedule}: {told:?}"),
        }
    }
}

#[tokio::test]
async fn a_part_alone_that_is_turned_off_registers_nothing_but_itself() {
    let monitor = answers(MockMonitor::update());
    let given = json!({ "topicArn": "arn:aws:sns:eu-west-1:111122223333:alerts", "bucketName": "abc",
                        "settings": { "enabled": false } });
    let made = construct_with::<Alarms>(&monitor, "it", inputs(given)).await.expect("it constructs");
    assert_eq!(shown(&made.outputs["alarmNames"]), json!([]));
    assert_eq!(monitor.recorded().registrations.len(), 1);
    let _: PropertyMap = made.outputs;
}
