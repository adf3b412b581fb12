//! What people read when an input is wrong: the programs of `tests/inputs/worst.json` and their messages, in one snapshot that
//! reads as a table, and beside it what holds for each message.

use std::fmt::Write as _;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::Error;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PathStep, PropertyError, PropertyMap, PropertyPath, PropertyValue, Value};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::support::answers;

/// Longest reason: a terminal shows about five lines of it.
const LONGEST: usize = 400;
/// Shortest text of an input that no sentence has by chance.
const TELLING: usize = 5;

#[derive(Deserialize)]
struct Case {
    /// What is wrong, in words.
    about: String,
    inputs: Json,
    messages: Vec<Message>,
}

/// One message, and what it must have.
#[derive(Deserialize)]
struct Message {
    path: String,
    /// What was expected.
    expected: String,
    /// The nearest right value, or what to do; absent where nothing is near.
    nearest: Option<String>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../inputs/worst.json")).expect("the worst inputs are JSON")
}

/// What a preview refuses, and the lines of its log.
async fn previewed(given: PropertyMap) -> (Vec<PropertyError>, Vec<String>) {
    let monitor = answers(MockMonitor::preview());
    let problems = match construct_with::<ComplianceMonitoring>(&monitor, "compliance", given).await {
        Err(Error::InvalidInputs(problems)) => problems,
        Err(error) => panic!("expected wrong inputs, got {error:?}"),
        Ok(_) => Vec::new(),
    };
    let log = monitor.recorded().log;
    (problems, log.into_iter().map(|entry| format!("{:?}: {}", entry.severity, entry.message).to_lowercase()).collect())
}

/// What the engine prints beside the reason: the value that a path leads to.
fn given<'j>(inputs: &'j Json, path: &PropertyPath) -> Option<&'j Json> {
    path.steps().iter().try_fold(inputs, |value, step| match step {
        PathStep::Member(name) => value.get(name),
        PathStep::Index(index) => value.get(index),
        PathStep::Hidden => None,
    })
}

#[tokio::test]
async fn the_worst_messages() {
    let mut table = String::new();
    for Case { about, inputs: wrong, .. } in cases() {
        let (problems, _) = previewed(inputs(wrong.clone())).await;
        writeln!(table, "{about}").expect("a text grows");
        for problem in problems {
            let value = given(&wrong, &problem.path).map(Json::to_string).unwrap_or_default();
            writeln!(table, "    {} = {value}\n        {}", problem.path, problem.reason).expect("a text grows");
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn each_message_has_its_path_what_was_expected_what_was_given_and_what_is_nearest() {
    let mut failures = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 40, "{}", cases.len());
    for Case { about, inputs: wrong, messages } in cases {
        let (problems, _) = previewed(inputs(wrong.clone())).await;
        if problems.len() != messages.len() {
            failures.push(format!("{about}: expected {} messages, got {problems:?}", messages.len()));
            continue;
        }
        for Message { path, expected, nearest } in messages {
            let Some(problem) = problems.iter().find(|problem| problem.place() == path) else {
                failures.push(format!("{about}: nothing at {path}: {problems:?}"));
                continue;
            };
            let nearest_is_said = nearest.is_none_or(|nearest| problem.reason.contains(&nearest));
            if !problem.reason.contains(&expected) || !nearest_is_said || given(&wrong, &problem.path).is_none() {
                failures.push(format!("{about}: {problem}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn no_message_is_longer_than_a_terminal_shows() {
    for Case { inputs: wrong, .. } in cases() {
        let (problems, _) = previewed(inputs(wrong)).await;
        for problem in problems {
            assert!(problem.reason.chars().count() <= LONGEST, "{problem}");
            assert!(!problem.reason.ends_with('.') && !problem.reason.contains('\n'), "{problem}");
        }
    }
}

/// The same with a mark on all that has nothing below it.
fn secret(value: PropertyValue) -> PropertyValue {
    match value.value {
        Value::List(items) if !items.is_empty() => Value::List(items.into_iter().map(secret).collect()).into(),
        Value::Object(members) if !members.is_empty() => Value::Object(all_secret(members)).into(),
        _ => value.into_secret(),
    }
}

fn all_secret(members: PropertyMap) -> PropertyMap {
    members.into_iter().map(|(name, value)| (name, secret(value))).collect()
}

fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::String(text) if text.len() >= TELLING => vec![text.clone()],
        Json::Number(number) => vec![format!("\"{number}\"")],
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn no_message_shows_a_secret() {
    for Case { about, inputs: wrong, messages } in cases() {
        let (problems, _) = previewed(all_secret(inputs(wrong.clone()))).await;
        for problem in problems {
            let shown: Vec<_> =
                texts(&wrong).into_iter().filter(|text| problem.reason.contains(text.as_str())).collect();
            assert!(shown.is_empty(), "{about}: {problem}");
            // The nearest name of a property is no value.
            let near = messages.iter().filter(|_| !problem.reason.starts_with("unknown property"));
            let near = near.filter_map(|message| message.nearest.as_deref());
            let near: Vec<_> = near.filter(|near| problem.reason.contains(&format!("nearest: `{near}`"))).collect();
            assert!(near.is_empty() || !problem.sensitive, "{about}: {problem}");
        }
    }
}

#[tokio::test]
async fn a_value_out_of_its_range_is_one_message() {
    for wrong in [json!({ "reports": { "retentionDays": 0 } }), json!({ "alarms": { "silentHours": 0 } })] {
        let (problems, log) = previewed(inputs(wrong.clone())).await;
        let path = problems.first().map(PropertyError::place).unwrap_or_default();
        let repeated: Vec<_> = log.iter().filter(|line| line.contains(&path.to_lowercase())).collect();
        assert_eq!((problems.len(), repeated.len()), (1, 0), "{wrong}: {problems:?} {repeated:?}");
    }
}

#[tokio::test]
async fn a_preview_says_what_an_unknown_webhook_receives() {
    let https = |url: &str| json!({ "notifications": { "routes": { "soc": { "https": url } } } });
    let about =
        |log: &[String]| log.iter().filter(|line| line.contains("routes.soc.https`:")).cloned().collect::<Vec<_>>();
    let (problems, log) = previewed(inputs(https("https://siem.example.com/sns?key=token"))).await;
    let lines = about(&log);
    assert!(problems.is_empty() && lines.len() == 1, "{problems:?} {log:#?}");
    assert!(lines[0].starts_with("info: ") && lines[0].contains("`siem.example.com` is not known"), "{lines:?}");
    assert!(lines[0].contains("receives the json of amazon sns") && !lines[0].contains("token"), "{lines:?}");
    for known in ["https://events.pagerduty.com/integration/0/enqueue", "https://hooks.slack.com/services/x"] {
        let (_, log) = previewed(inputs(https(known))).await;
        assert_eq!(about(&log), Vec::<String>::new(), "{known}");
    }
}

#[tokio::test]
async fn an_arn_of_a_region_that_may_be_new_is_a_warning() {
    let queue = json!({ "sqs": "arn:aws:sqs:us-east-9:111122223333:findings" });
    let (problems, log) = previewed(inputs(json!({ "notifications": { "routes": { "soc": queue } } }))).await;
    let warned = log.iter().any(|line| {
        line.contains("notifications.routes.soc.sqs: not of an aws region known on")
            && line.contains("nearest: `arn:aws:sqs:us-east-1:111122223333:findings`")
    });
    assert!(problems.is_empty() && warned, "{problems:?} {log:#?}");
}
