//! Named facts of `ComplianceMonitoring`.

use std::collections::BTreeSet;
use std::sync::Arc;

use account_look::OWNER_TAG;
use aws_compliance::inputs::on_destroy::ON_DESTROY_TAG;
use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::plan::baseline::BASELINE;
use pulumi_component::Error;
use pulumi_component::engine::{ConstructRequest, Registration, RegistrationOptions};
use pulumi_component::testing::{MockMonitor, construct_request, construct_with, inputs};
use pulumi_component::value::{PropertyMap, Value};
use serde_json::{Value as Json, json};

use crate::support::{ACCOUNT, REGION, answers, answers_in, every_input, shown};

pub struct Deployed {
    pub monitor: Arc<MockMonitor>,
    pub outputs: PropertyMap,
}

impl Deployed {
    pub async fn with(inputs: PropertyMap) -> Self {
        let monitor = answers(MockMonitor::update());
        let constructed = construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs).await;
        Self { outputs: constructed.expect("it constructs").outputs, monitor }
    }

    pub fn registrations(&self) -> Vec<Registration> {
        self.monitor.recorded().registrations.into_iter().map(|(_, registration)| registration).collect()
    }

    pub fn of_type(&self, token: &str) -> Vec<Registration> {
        self.registrations().into_iter().filter(|registration| registration.type_token == token).collect()
    }

    pub fn named(&self, name: &str) -> Json {
        let found = self.registrations().into_iter().find(|registration| registration.name == name);
        let found = found.unwrap_or_else(|| panic!("no child is called {name}"));
        shown(&Value::Object(found.inputs).into())
    }
}

async fn errors(given: Json) -> Vec<(String, String)> {
    let monitor = answers(MockMonitor::preview());
    match construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await {
        Err(Error::InvalidInputs(problems)) => {
            assert!(monitor.recorded().registrations.is_empty(), "nothing is registered");
            problems.into_iter().map(|problem| (problem.place(), problem.reason)).collect()
        }
        other => panic!("expected wrong inputs, got {other:?}"),
    }
}

#[tokio::test]
async fn physical_names_are_the_contract() {
    let deployed = Deployed::with(PropertyMap::new()).await;
    let bucket = format!("compliance-reports-{ACCOUNT}-{REGION}");
    let dashboard = format!("ComplianceMonitoring-{REGION}");
    let names = [
        ("compliance-encryption-alias", "name", "alias/compliance-monitoring"),
        ("compliance-reports-bucket", "bucket", &bucket),
        ("compliance-functions-processing", "name", "compliance-processing"),
        ("compliance-functions-aggregation", "name", "compliance-aggregation"),
        ("compliance-functions-remediation", "name", "compliance-remediation"),
        ("compliance-functions-processing-events", "name", "compliance-processing-events"),
        ("compliance-functions-remediation-events", "name", "compliance-remediation-events"),
        ("compliance-functions-processing-dead-letters", "name", "compliance-processing-dead-letters"),
        ("compliance-functions-processing-logs", "name", "/aws/lambda/compliance-processing"),
        ("compliance-functions-schedule", "name", "compliance-schedule"),
        ("compliance-functions-ledger", "name", "compliance-ledger"),
        ("compliance-alerts-delivery-test", "name", "compliance-delivery-test"),
        ("compliance-alerts-delivery-test-queue", "name", "compliance-delivery-test"),
        ("compliance-functions-compliance-change", "name", "compliance-compliance-change"),
        ("compliance-alerts-topic", "name", "compliance-alerts"),
        ("compliance-aggregation-aggregator", "name", "compliance-aggregator"),
        ("compliance-alarms-processing-errors", "name", "compliance-processing-errors"),
        ("compliance-alarms-score-fell", "name", "compliance-score-fell"),
        ("compliance-history-database", "name", "compliance_history"),
        ("compliance-history-table", "name", "evaluations"),
        ("compliance-history-workgroup", "name", "compliance-history"),
        ("compliance-dashboard-dashboard", "dashboardName", &dashboard),
        ("compliance-rules-ebs-volumes-encrypted", "name", "ebs-volumes-encrypted"),
    ];
    for (child, property, name) in names {
        assert_eq!(deployed.named(child)[property], json!(name), "{child}");
    }
}

#[tokio::test]
async fn another_prefix_begins_every_physical_name() {
    let deployed = Deployed::with(inputs(json!({ "namePrefix": "audit" }))).await;
    assert_eq!(deployed.named("compliance-dashboard-dashboard")["dashboardName"], json!("audit-monitoring-eu-west-1"));
    assert_eq!(deployed.named("compliance-rules-ebs-volumes-encrypted")["name"], json!("audit-ebs-volumes-encrypted"));
    assert_eq!(deployed.named("compliance-encryption-alias")["name"], json!("alias/audit-monitoring"));
}

#[tokio::test]
async fn everything_that_can_be_encrypted_is_by_the_one_key() {
    let deployed = Deployed::with(PropertyMap::new()).await;
    let key = json!("arn:aws:mock:::compliance-encryption-key");
    let mut checked = BTreeSet::new();
    for registration in deployed.registrations() {
        let property = match registration.type_token.as_str() {
            "aws:cloudwatch/logGroup:LogGroup" | "aws:s3/bucketObjectv2:BucketObjectv2" => "kmsKeyId",
            "aws:sqs/queue:Queue" | "aws:sns/topic:Topic" => "kmsMasterKeyId",
            "aws:lambda/function:Function" => "kmsKeyArn",
            _ => continue,
        };
        assert_eq!(shown(&registration.inputs[property]), key, "{}", registration.name);
        checked.insert(registration.type_token.clone());
    }
    assert_eq!(checked.len(), 5, "{checked:?}");
    let results = &deployed.named("compliance-history-workgroup")["configuration"]["resultConfiguration"];
    assert_eq!(results["encryptionConfiguration"], json!({ "encryptionOption": "SSE_KMS", "kmsKeyArn": key }));
    let table = &deployed.named("compliance-functions-ledger")["serverSideEncryption"];
    assert_eq!(*table, json!({ "enabled": true, "kmsKeyArn": key }));
    let rules = &deployed.named("compliance-reports-encryption")["rules"];
    assert_eq!(rules[0]["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"], key);
    assert_eq!(rules[0]["bucketKeyEnabled"], json!(true));
    assert_eq!(deployed.named("compliance-encryption-key")["enableKeyRotation"], json!(true));
}

#[tokio::test]
async fn tags_reach_every_child_that_takes_them() {
    let facts: Json = serde_json::from_str(include_str!("../../../aws-resources/aws-types.json")).expect("it is JSON");
    let deployed = Deployed::with(inputs(json!({ "tags": { "team": "security" } }))).await;
    let mut tagged = BTreeSet::new();
    for registration in deployed.registrations().into_iter().filter(|registration| registration.custom) {
        if facts["resources"][&registration.type_token]["inputs"].get("tags").is_some() {
            let mut tags = shown(&registration.inputs["tags"]);
            let tags = tags.as_object_mut().expect("tags are an object");
            // Everything with a name of its own says whose it is; roles and objects have none that others could have.
            let kind = registration.type_token.as_str();
            let named = !["aws:iam/role:Role", "aws:s3/bucketObjectv2:BucketObjectv2"].contains(&kind);
            assert_eq!(tags.remove(OWNER_TAG), named.then(|| json!("project/stack/compliance")), "{kind}");
            assert_eq!(tags.remove(ON_DESTROY_TAG), (kind == "aws:s3/bucket:Bucket").then(|| json!("retain")));
            assert_eq!(*tags, *json!({ "team": "security" }).as_object().expect("it is one"), "{}", registration.name);
            tagged.insert(registration.type_token);
        }
    }
    assert!(tagged.len() > 10, "{tagged:?}");
}

#[tokio::test]
async fn a_key_of_the_users_own_makes_no_key() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/own";
    let deployed = Deployed::with(inputs(json!({ "kmsKeyArn": key }))).await;
    assert!(deployed.of_type("aws:kms/key:Key").is_empty());
    assert!(deployed.of_type("aws-compliance:index:Encryption").is_empty());
    assert_eq!(deployed.named("compliance-alerts-topic")["kmsMasterKeyId"], json!(key));
    assert_eq!(shown(&deployed.outputs["kmsKeyArn"]), json!(key));
}

#[tokio::test]
async fn a_secret_key_stays_secret_wherever_it_goes() {
    let mut given = PropertyMap::new();
    let key = pulumi_component::value::PropertyValue {
        secret: true,
        ..Value::String("arn:aws:kms:eu-west-1:111122223333:key/hush".into()).into()
    };
    given.insert("kmsKeyArn".into(), key);
    let deployed = Deployed::with(given).await;
    assert_eq!(
        deployed.named("compliance-alerts-topic")["kmsMasterKeyId"],
        json!({ "secret": "arn:aws:kms:eu-west-1:111122223333:key/hush" })
    );
    assert!(deployed.outputs["kmsKeyArn"].secret);
    let printed = format!("{:?}", deployed.registrations());
    assert!(!printed.contains("\"arn:aws:kms:eu-west-1:111122223333:key/hush\""), "a secret is never printed alone");
}

#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let off = json!({ "dashboard": { "enabled": false }, "rules": { "baseline": false }, "alarms": { "enabled": false },
                      "history": { "enabled": false } });
    let deployed = Deployed::with(inputs(off)).await;
    assert!(deployed.of_type("aws:cloudwatch/dashboard:Dashboard").is_empty());
    // The alarm that tests the way through the topic is the notices' own.
    assert_eq!(deployed.of_type("aws:cloudwatch/metricAlarm:MetricAlarm").len(), 1);
    assert!(deployed.of_type("aws:glue/catalogTable:CatalogTable").is_empty());
    assert!(deployed.of_type("aws:athena/workgroup:Workgroup").is_empty());
    assert!(!deployed.outputs.contains_key("historyWorkgroupName"));
    assert!(deployed.of_type("aws:cfg/rule:Rule").is_empty());
    assert!(!deployed.outputs.contains_key("dashboardName"));
    let pattern = deployed.named("compliance-functions-compliance-change")["eventPattern"].to_string();
    assert!(pattern.contains(r#"{\"exists\":false}"#), "no rule is watched, so no event may match: {pattern}");
}

#[tokio::test]
async fn a_rule_of_ones_own_is_a_child_under_its_name() {
    let deployed = Deployed::with(every_input()).await;
    let rule = deployed.named("compliance-rules-keys-rotated");
    assert_eq!(rule["name"], json!("audit-keys-rotated"));
    assert_eq!(rule["source"], json!({ "owner": "AWS", "sourceIdentifier": "ACCESS_KEYS_ROTATED" }));
    assert_eq!(rule["inputParameters"], json!(r#"{"maxAccessKeyAge":"90"}"#));
    assert_eq!(rule["maximumExecutionFrequency"], json!("Six_Hours"));
    assert_eq!(rule["scope"]["complianceResourceTypes"], json!(["AWS::IAM::User"]));
}

#[tokio::test]
async fn other_accounts_and_regions_are_told_what_to_deploy_once_at_preview() {
    let monitor = answers(MockMonitor::preview());
    let sources = json!({ "accounts": [ACCOUNT, "444455556666"], "regions": [REGION, "us-east-1"] });
    let given = inputs(json!({ "aggregation": sources }));
    construct_with::<ComplianceMonitoring>(&monitor, "audit", given).await.expect("it constructs");
    let log = monitor.recorded().log.into_iter().map(|entry| entry.message);
    // The estimate of the cost is in the log as well.
    assert_eq!(
        log.filter(|message| !message.starts_with("estimated")).collect::<Vec<_>>(),
        [
            "the account was not inspected: `AWS_COMPLIANCE_LOOKUP` is `off`".to_owned(),
            format!(
                "deploy `AggregationSource` with aggregatorAccountId {ACCOUNT} and aggregatorRegion {REGION} in each of these to \
                 include it: account 111122223333 in us-east-1; account 444455556666 in eu-west-1, us-east-1"
            ),
        ]
    );
}

#[tokio::test]
async fn an_explicit_provider_reaches_every_child_and_look_up() {
    let monitor = answers(MockMonitor::update());
    let provider = "urn:pulumi:stack::project::pulumi:providers:aws::other::id";
    let providers = [("aws".to_owned(), provider.to_owned())].into();
    let request = ConstructRequest {
        type_token: "aws-compliance:index:ComplianceMonitoring".into(),
        name: "compliance".into(),
        options: RegistrationOptions { providers, ..RegistrationOptions::default() },
        ..ConstructRequest::default()
    };
    construct_request::<ComplianceMonitoring>(&monitor, request).await.expect("it constructs");
    let recorded = monitor.recorded();
    assert_eq!(recorded.invocations.len(), 15);
    assert!(recorded.invocations.iter().all(|invocation| invocation.provider == provider));
    let children = recorded.registrations.iter().filter(|(_, registration)| registration.custom);
    for (urn, child) in children {
        assert_eq!(child.provider, provider, "{urn}");
        assert_eq!(child.package, Some(aws_resources::AWS), "{urn}");
    }
}

#[tokio::test]
async fn a_preview_that_does_not_know_the_account_still_describes_everything() {
    let monitor = Arc::new(MockMonitor::preview());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", PropertyMap::new()).await.expect("it constructs");
    let known = answers(MockMonitor::preview());
    construct_with::<ComplianceMonitoring>(&known, "compliance", PropertyMap::new()).await.expect("it constructs");
    let urns = |monitor: &MockMonitor| -> BTreeSet<_> {
        monitor.recorded().registrations.into_iter().map(|(urn, _)| urn).collect()
    };
    assert_eq!(urns(&monitor), urns(&known));
}

#[tokio::test]
async fn each_component_is_finished_once_and_after_its_children() {
    let deployed = Deployed::with(PropertyMap::new()).await;
    let finished: Vec<_> = deployed.monitor.recorded().outputs.into_iter().map(|(urn, _)| urn).collect();
    let distinct: BTreeSet<_> = finished.iter().collect();
    assert_eq!((finished.len(), distinct.len()), (10, 10));
    let whole = "urn:pulumi:stack::project::aws-compliance:index:ComplianceMonitoring::compliance";
    assert_eq!(finished.last().map(ToString::to_string).as_deref(), Some(whole));
}

#[tokio::test]
async fn all_wrong_inputs_are_told_at_once_and_nothing_is_registered() {
    let problems = errors(json!({
        "name_prefix": "x",
        "tags": ["a"],
        "reports": { "retentionDays": 0, "forceDestroi": true },
        "rules": { "managed": [{ "identifier": "ENCRYPTED_VOLUMES", "name": 7 }, { "name": "x" }] },
        "functions": { "memoryMib": 12.5 },
    }))
    .await;
    let expected = [
        ("functions.memoryMib", "expected a whole number, got a number with a fraction"),
        ("name_prefix", "unknown property `name_prefix`; properties are camelCase: `namePrefix`"),
        ("reports.forceDestroi", "unknown property `forceDestroi`; nearest: `forceDestroy`"),
        ("reports.retentionDays", "expected 1 to 3653 days"),
        ("rules.managed[0].name", "must be a string: write \"7\""),
        ("rules.managed[1].identifier", "required, but not given"),
        ("tags", "expected an object, got a list; take it out of the list"),
    ];
    assert_eq!(problems, expected.map(|(path, reason)| (path.to_owned(), reason.to_owned())));
}

#[tokio::test]
async fn two_rules_of_one_name_are_refused() {
    let problems =
        errors(json!({ "rules": { "managed": [{ "identifier": "EIP_ATTACHED", "name": "ebs-volumes-encrypted" }] } }))
            .await;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].0, "rules.managed[0].name");
}

#[tokio::test]
async fn a_failing_child_ends_the_run_with_one_message_and_no_outputs() {
    let monitor = answers(MockMonitor::update().refuse("compliance-encryption-key", "access denied"));
    let error = construct_with::<ComplianceMonitoring>(&monitor, "compliance", PropertyMap::new())
        .await
        .expect_err("the key is refused");
    let text = error.to_string();
    assert!(text.starts_with("registering aws:kms/key:Key `compliance-encryption-key`: access denied\n"), "{text}");
    assert!(text.contains("the remaining resources were skipped"), "{text}");
    let finished = monitor.recorded().outputs;
    assert!(!finished.iter().any(|(urn, _)| urn.as_str().ends_with("::compliance")), "{finished:?}");
}

#[test]
fn the_schema_is_the_committed_one() {
    let schema = aws_compliance::provider().schema().expect("it renders");
    let text = serde_json::to_string_pretty(&schema).expect("it is JSON") + "\n";
    assert_eq!(text, include_str!("../../../../schema.json"), "run `make schema sdk`");
}

#[test]
fn every_input_and_output_is_described_and_plain_stays_on_inputs() {
    let schema = aws_compliance::provider().schema().expect("it renders");
    let resources = schema["resources"].as_object().expect("there are resources").iter();
    let types = schema["types"].as_object().expect("there are types").iter();
    for (token, resource) in resources {
        for side in ["inputProperties", "properties"] {
            for (name, property) in resource[side].as_object().expect("there are properties") {
                assert!(property["description"].as_str().is_some_and(|text| !text.is_empty()), "{token}.{name}");
                assert!(side == "inputProperties" || property.get("plain").is_none(), "{token}.{name} is an output");
            }
        }
    }
    for (token, nested) in types {
        for value in nested["enum"].as_array().into_iter().flatten() {
            assert!(value["description"].as_str().is_some_and(|text| !text.is_empty()), "{token}: {value}");
        }
        assert!(nested.get("enum").is_some() || nested.get("properties").is_some(), "{token}");
        for (name, property) in nested["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].as_str().is_some_and(|text| !text.is_empty()), "{token}.{name}");
        }
    }
}

#[tokio::test]
async fn a_recorder_of_ours_comes_before_the_rules_and_gives_the_role() {
    let deployed = Deployed::with(inputs(json!({ "recorder": {
        "mode": "create", "strategy": "allExcept", "resourceTypes": ["AWS::EC2::Volume"], "dailyTypes": ["AWS::S3::Bucket"],
    } })))
    .await;
    let recorder = deployed.named("compliance-recorder-recorder");
    assert_eq!(recorder["name"], json!("compliance-recorder"));
    assert_eq!(recorder["recordingGroup"]["allSupported"], json!(false));
    assert_eq!(
        recorder["recordingGroup"]["exclusionByResourceTypes"],
        json!([{ "resourceTypes": ["AWS::EC2::Volume"] }])
    );
    assert_eq!(
        recorder["recordingMode"],
        json!({
            "recordingFrequency": "CONTINUOUS",
            "recordingModeOverride": { "recordingFrequency": "DAILY", "resourceTypes": ["AWS::S3::Bucket"] },
        })
    );
    let waited = |name: &str| {
        let found = deployed.registrations().into_iter().find(|one| one.name == name);
        found.expect("it is registered").dependencies.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert!(waited("compliance-recorder-channel").contains("compliance-recorder-recorder"));
    assert!(waited("compliance-recorder-recording").contains("compliance-recorder-channel"));
    assert!(waited("compliance-rules-ebs-volumes-encrypted").contains("compliance-recorder-recording"));
    assert!(deployed.outputs.contains_key("configRoleArn"));
}

#[tokio::test]
async fn inputs_of_the_recorder_go_together() {
    let monitor = answers(MockMonitor::preview());
    let given = inputs(json!({ "recorder": {
        "mode": "create", "resourceTypes": ["AWS::EC2::Volume"], "frequency": "daily",
        "dailyTypes": ["AWS::Config::ResourceCompliance"],
    } }));
    let error = construct_with::<ComplianceMonitoring>(&monitor, "compliance", given).await.expect_err("it is refused");
    let Error::InvalidInputs(problems) = error else { panic!("{error}") };
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    for path in ["recorder.resourceTypes", "recorder.dailyTypes", "recorder.dailyTypes[0]"] {
        assert!(problems.iter().any(|problem| problem.place() == path), "{path}: {told:?}");
    }
    assert!(monitor.recorded().registrations.is_empty());
}

#[tokio::test]
async fn a_rule_that_the_region_does_not_offer_is_refused_left_out_or_deployed() {
    let rule = |choice: &str| {
        let rule = json!({ "identifier": "AURORA_RESOURCES_PROTECTED_BY_BACKUP_PLAN", "onUnavailable": choice });
        inputs(json!({ "rules": { "managed": [rule] } }))
    };
    let elsewhere = || answers_in("ca-west-1", MockMonitor::update());
    let monitor = elsewhere();
    let refused = construct_with::<ComplianceMonitoring>(&monitor, "compliance", rule("fail")).await;
    let Err(Error::InvalidInputs(problems)) = refused else { panic!("it is refused") };
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].place(), "rules.managed[0].identifier");
    assert!(monitor.recorded().registrations.is_empty());
    for (choice, rules) in [("skip", 4), ("ignore", 5)] {
        let monitor = elsewhere();
        construct_with::<ComplianceMonitoring>(&monitor, "compliance", rule(choice)).await.expect("it constructs");
        let recorded = monitor.recorded();
        let made = recorded.registrations.iter().filter(|(_, one)| one.type_token == "aws:cfg/rule:Rule").count();
        assert_eq!(made, rules, "{choice}");
        let told = recorded.log.iter().any(|entry| entry.message.contains("is not assessed there"));
        assert_eq!(told, choice == "skip");
    }
}

#[tokio::test]
async fn what_the_catalogue_does_not_know_is_let_through_where_the_user_says_so() {
    let rule = json!({ "identifier": "NEWER_THAN_THE_CATALOGUE", "unchecked": true });
    let deployed = Deployed::with(inputs(json!({ "rules": { "managed": [rule] } }))).await;
    assert_eq!(deployed.of_type("aws:cfg/rule:Rule").len(), BASELINE.len() + 1);
    let log = deployed.monitor.recorded().log;
    assert!(log.iter().any(|entry| entry.message.contains("unknown managed rule `NEWER_THAN_THE_CATALOGUE`")));
}

#[tokio::test]
async fn a_preview_that_cannot_know_the_account_leaves_the_recorder_to_the_update() {
    for mode in ["reuse", "auto", "create"] {
        let monitor = Arc::new(MockMonitor::preview());
        let given = inputs(json!({ "recorder": { "mode": mode } }));
        construct_with::<ComplianceMonitoring>(&monitor, "compliance", given).await.expect(mode);
        let ours =
            monitor.recorded().registrations.iter().any(|(_, one)| one.type_token == "aws:cfg/recorder:Recorder");
        assert_eq!(ours, mode == "create");
    }
}

#[tokio::test]
async fn hardened_keeps_logs_a_year_unless_they_are_kept_longer_and_enables_object_lock() {
    let logs = "compliance-functions-processing-logs";
    let lock_type = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
    for (given, days, locks) in [
        (json!({}), 7, 0),
        (json!({ "hardened": true }), 365, 1),
        (json!({ "hardened": true, "functions": { "logRetentionDays": 3653 } }), 3653, 1),
        (json!({ "reports": { "objectLock": {} } }), 7, 1),
    ] {
        let deployed = Deployed::with(inputs(given)).await;
        assert_eq!(deployed.named(logs)["retentionInDays"], days);
        assert_eq!(deployed.of_type(lock_type).len(), locks);
        // An input of the bucket's own would replace it.
        assert_eq!(deployed.named("compliance-reports-bucket")["objectLockEnabled"], Json::Null);
    }
}

#[tokio::test]
async fn the_first_runs_come_last_and_once() {
    let deployed = Deployed::with(PropertyMap::new()).await;
    let runs = deployed.of_type("aws:lambda/invocation:Invocation");
    for (run, function) in runs.iter().zip(["processing", "aggregation"]) {
        let run = shown(&Value::Object(run.inputs.clone()).into());
        assert_eq!(
            (&run["lifecycleScope"], &run["input"]),
            (&json!("CREATE_ONLY"), &json!(r#"{"trigger":"deployment"}"#))
        );
        assert!(run["functionName"].as_str().expect("a text").contains(function), "{run}");
    }
    let after = |registration: &Registration, part: &str| {
        registration.dependencies.iter().any(|urn| urn.to_string().contains(part))
    };
    for part in ["cfg/rule:Rule", "configurationAggregator"] {
        assert!(after(&runs[0], part), "{part}: {:?}", runs[0].dependencies);
    }
    assert!(after(&runs[1], "first-processing"));
}
