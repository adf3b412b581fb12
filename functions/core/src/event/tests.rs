use proptest::prelude::*;

use super::*;

/// The event as the AWS Config Developer Guide shows it.
pub(crate) fn compliance_change_event() -> Value {
    json!({
        "version": "0",
        "id": "aaaaaaaa-0000-4000-8000-000000000002",
        "detail-type": "Config Rules Compliance Change",
        "source": "aws.config",
        "account": "123456789012",
        "time": "2026-03-04T05:06:07Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": {
            "resourceId": "my-bucket",
            "awsRegion": "eu-central-1",
            "awsAccountId": "123456789012",
            "configRuleName": "s3-bucket-encryption-enabled",
            "recordVersion": "1.0",
            "configRuleARN": "arn:aws:config:eu-central-1:123456789012:config-rule/config-rule-abcdef",
            "messageType": "ComplianceChangeNotification",
            "newEvaluationResult": {
                "evaluationResultIdentifier": {
                    "evaluationResultQualifier": {
                        "configRuleName": "s3-bucket-encryption-enabled",
                        "resourceType": "AWS::S3::Bucket",
                        "resourceId": "my-bucket"
                    },
                    "orderingTimestamp": "2026-03-04T05:06:00.000Z"
                },
                "complianceType": "NON_COMPLIANT",
                "resultRecordedTime": "2026-03-04T05:06:06.000Z",
                "configRuleInvokedTime": "2026-03-04T05:06:05.000Z"
            },
            "notificationCreationTime": "2026-03-04T05:06:07.000Z",
            "resourceType": "AWS::S3::Bucket"
        }
    })
}

pub(crate) fn change() -> ComplianceChange {
    ComplianceChange::from_event(&compliance_change_event()).unwrap()
}

fn with(pointer: &str, value: Value) -> Value {
    let mut event = compliance_change_event();
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

#[test]
fn a_compliance_change_is_read() {
    let change = change();
    assert_eq!(change.rule, "s3-bucket-encryption-enabled");
    assert_eq!((change.resource_type.as_str(), change.resource_id.as_str()), ("AWS::S3::Bucket", "my-bucket"));
    assert_eq!((change.compliance, change.previous_compliance), (Some(Compliance::NonCompliant), None));
}

#[test]
fn a_resource_that_is_gone_has_no_new_verdict() {
    let change = ComplianceChange::from_event(&with("/detail/newEvaluationResult", Value::Null)).unwrap();
    assert_eq!((change.compliance, change.is_end()), (None, true));
    let result = "/detail/newEvaluationResult/complianceType";
    for (word, end) in [("NOT_APPLICABLE", true), ("COMPLIANT", false), ("NON_COMPLIANT", false)] {
        assert_eq!(ComplianceChange::from_event(&with(result, json!(word))).unwrap().is_end(), end, "{word}");
    }
}

#[test]
fn other_events_are_named() {
    let error = ComplianceChange::from_event(&with("/source", json!("aws.s3"))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no compliance change: `source` is `aws.s3` and `detail-type` is `Config Rules Compliance Change`"
    );
}

#[test]
fn a_change_that_names_no_resource_is_refused() {
    for (pointer, value, name) in [
        ("/detail/resourceId", "", "detail.resourceId"),
        ("/detail/resourceType", "AWS::S3::", "detail.resourceType"),
        ("/detail/resourceType", "AWS.S3.Bucket", "detail.resourceType"),
        ("/detail/awsAccountId", "../12345678", "detail.awsAccountId"),
        ("/detail/configRuleName", "", "detail.configRuleName"),
    ] {
        let error = ComplianceChange::from_event(&with(pointer, json!(value))).unwrap_err();
        assert_eq!(error.to_string(), format!("no compliance change: `{name}` is empty or ill-formed"));
    }
}

#[test]
fn finding_5_a_result_about_the_account_itself_is_a_change_with_a_key_of_its_own() {
    let mut event = with("/detail/resourceType", json!("AWS::::Account"));
    *event.pointer_mut("/detail/resourceId").unwrap() = json!("123456789012");
    let change = ComplianceChange::from_event(&event).unwrap();
    assert_eq!((change.resource_type.as_str(), change.resource_id.as_str()), ("AWS::::Account", "123456789012"));
    let key = crate::key::ledger(&change);
    let place = "ledger/123456789012/eu-central-1/AWS..Account/123456789012/s3-bucket-encryption-enabled/";
    assert!(key.starts_with(place), "{key}");
}

#[test]
fn text_that_is_no_json_is_refused() {
    assert!(ComplianceChange::parse("not json").unwrap_err().to_string().starts_with("no compliance change: expected"));
}

#[test]
fn a_batch_gives_its_messages_and_anything_else_none() {
    let batch = json!({ "Records": [{ "messageId": "m1", "body": "{}", "eventSource": "aws:sqs" }] });
    let messages = queue_messages(&batch).unwrap().unwrap();
    assert_eq!(messages, [QueueMessage { message_id: "m1".to_owned(), body: "{}".to_owned() }]);
    assert_eq!(queue_messages(&json!({})).unwrap(), None);
    assert!(queue_messages(&json!({ "Records": [{}] })).is_err());
}

#[test]
fn the_answer_to_a_batch_names_the_failed_messages() {
    assert_eq!(batch_answer(["m1"]), json!({ "batchItemFailures": [{ "itemIdentifier": "m1" }] }));
    assert_eq!(batch_answer([]), json!({ "batchItemFailures": [] }));
}

#[test]
fn a_destination_event_names_the_record_of_processing() {
    let event = json!({ "timestamp": "2026-03-04T05:06:07.123Z", "responsePayload": { "record": "reports/x.json" } });
    assert_eq!(processing_record(&event), Some("reports/x.json"));
    assert_eq!(time_of(&event).unwrap().date(), "2026-03-04");
    assert_eq!(processing_record(&json!({})), None);
}

#[test]
fn a_report_is_due_after_a_look_at_all_rules_and_when_it_is_asked_for() {
    for (event, due) in [
        (json!({ "responsePayload": { "record": "reports/x.json" } }), Some(true)),
        (json!({ "responsePayload": { "notices": 1 } }), Some(false)),
        (json!({ "responsePayload": null }), Some(false)),
        (json!({}), Some(true)),
        (json!({ "trigger": "deployment" }), Some(true)),
        (json!({ "trigger": "digest" }), None),
        (json!({ "detail-type": "Something" }), None),
        (json!([]), None),
    ] {
        assert_eq!(is_report_due(&event).ok(), due, "{event}");
    }
}

#[test]
fn a_schedule_is_told_from_a_change() {
    assert!(is_schedule(&json!({ "detail-type": "Scheduled Event", "source": "aws.events" })));
    assert!(!is_schedule(&compliance_change_event()));
}

/// Any JSON, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("Records|body|messageId|detail|time|.{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Pointers to everything in the event, so that each member in turn can be replaced.
fn pointers(value: &Value, prefix: &str) -> Vec<String> {
    let Value::Object(map) = value else { return Vec::new() };
    map.iter()
        .flat_map(|(key, member)| {
            let pointer = format!("{prefix}/{key}");
            let mut below = pointers(member, &pointer);
            below.push(pointer);
            below
        })
        .collect()
}

proptest! {
    #[test]
    fn no_event_panics(event in any_json()) {
        let _ = (queue_messages(&event), time_of(&event), is_schedule(&event), processing_record(&event));
        let _ = ComplianceChange::from_event(&event);
        let _ = ComplianceChange::parse(&event.to_string());
    }

    #[test]
    fn no_damaged_compliance_change_panics_and_what_is_read_has_a_safe_key(
        choice in any::<proptest::sample::Index>(),
        value in any_json(),
    ) {
        let whole = compliance_change_event();
        let all = pointers(&whole, "");
        let damaged = with(choice.get(&all).as_str(), value);
        if let Ok(change) = ComplianceChange::from_event(&damaged) {
            let key = crate::key::ledger(&change);
            prop_assert_eq!(key.split('/').count(), 7);
            prop_assert!(key.len() <= 1024);
        }
    }

    #[test]
    fn no_text_panics(text in ".*") {
        let _ = ComplianceChange::parse(&text);
    }
}

#[test]
fn processing_is_asked_by_a_schedule_a_queue_and_by_hand() {
    for (event, expected) in [
        (json!({}), Ask::Look(Trigger::Manual)),
        (json!({ "trigger": "deployment" }), Ask::Look(Trigger::Deployment)),
        (json!({ "trigger": "digest" }), Ask::Digest),
        (
            json!({ "trigger": "continue", "of": "schedule", "number": 3 }),
            Ask::Continue(Continuation { of: Trigger::Schedule, number: 3, run: None }),
        ),
        (json!({ "detail-type": "Scheduled Event", "source": "aws.events" }), Ask::Look(Trigger::Schedule)),
        (json!({ "Records": [] }), Ask::Changes(vec![])),
    ] {
        assert_eq!(ask(&event).unwrap(), expected, "{event}");
    }
}

#[test]
fn anything_else_is_refused_with_what_is_expected() {
    for event in [
        json!(null),
        json!("x"),
        json!([]),
        json!({ "detail-type": "Other" }),
        json!({ "trigger": "x" }),
        json!({ "trigger": "digest", "more": 1 }),
        json!({ "trigger": "continue" }),
        json!({ "trigger": "continue", "of": "schedule", "number": "3" }),
        json!({ "Records": 1 }),
    ] {
        let error = ask(&event).unwrap_err().to_string();
        assert!(error.starts_with("expected a scheduled event") || error.starts_with("no batch"), "{event}: {error}");
    }
}

/// Name and content of each event in `testdata/events`.
fn recorded() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/events");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut events: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    events.sort_by(|left, right| left.0.cmp(&right.0));
    events
}

#[test]
fn recorded_events_are_understood() {
    use std::fmt::Write;

    let mut understood = String::new();
    for (name, event) in recorded() {
        let _ = writeln!(
            understood,
            "{name} of {}",
            time_of(&event).map_or("now".to_owned(), |time| time.as_str().to_owned())
        );
        match ask(&event) {
            Ok(Ask::Changes(messages)) => {
                for message in messages {
                    let change = ComplianceChange::parse(&message.body);
                    let _ = match change {
                        Ok(change) => writeln!(understood, "  processing: {}", serde_json::to_string(&change).unwrap()),
                        Err(error) => writeln!(understood, "  processing: {} goes back, {error}", message.message_id),
                    };
                }
            }
            Ok(ask) => _ = writeln!(understood, "  processing: {ask:?}"),
            Err(_) if event["source"] == compliance_change::SOURCE => {
                let change = ComplianceChange::from_event(&event).unwrap();
                let _ = writeln!(understood, "  remediation: {}", serde_json::to_string(&change).unwrap());
            }
            Err(error) => _ = writeln!(understood, "  processing: {error}"),
        }
        match processing_record(&event) {
            Some(record) => _ = writeln!(understood, "  aggregation: a report after {record}"),
            None if is_report_due(&event).is_ok_and(|due| due) => understood.push_str("  aggregation: a report\n"),
            None if is_report_due(&event).is_ok() => understood.push_str("  aggregation: no report\n"),
            None => {}
        }
    }
    insta::assert_snapshot!(understood);
}

#[test]
fn continuation_reads_back_and_ends() {
    let chain: Vec<Continuation> = std::iter::successors(Continuation::after(Trigger::Schedule, 0), |one| {
        assert_eq!(ask(&one.event()).unwrap(), Ask::Continue(one.clone()));
        Continuation::after(one.of, one.number)
    })
    .collect();
    assert_eq!(chain.len(), 12);
    assert!(chain.iter().all(|one| one.of == Trigger::Schedule));
}

#[test]
fn continuation_of_a_report_names_its_run() {
    let run = crate::run::tests::run();
    let one = Continuation::after(Trigger::Schedule, 0).unwrap();
    assert!(is_report_due(&one.event()).is_err(), "which run is left is not known");
    let event = one.of_run(&run).event();
    assert!(is_report_due(&event).unwrap());
    let asked = continuation(&event).unwrap().run.unwrap();
    assert_eq!((asked.id, asked.time), (run.id, run.time));
}

#[test]
fn read_of_sources_reads_back() {
    let asked = SourcesAsk {
        sources: vec!["111122223333/eu-west-1".to_owned()],
        unread: vec!["111122223333/us-east-1".to_owned()],
        of: Trigger::Schedule,
        number: 2,
        resumed: true,
    };
    assert_eq!(ask(&asked.event()).unwrap(), Ask::Sources(asked));
    assert!(ask(&json!({ "trigger": "sources", "sources": [] })).is_err());
}

#[test]
fn a_look_at_another_region_reads_back() {
    let asked = RegionAsk { region: "us-east-1".to_owned(), of: Trigger::Schedule, number: 2 };
    assert_eq!(ask(&asked.event()).unwrap(), Ask::Region(asked));
    assert!(ask(&json!({ "trigger": "region", "region": "us-east-1" })).is_err());
}
