//! What users change after the first day, as far as it shows in what is asked for.

use pulumi_component::Error;
use pulumi_component::engine::{ConstructRequest, Deployment, RegistrationOptions};
use pulumi_component::options::Alias;
use pulumi_component::testing::{MockMonitor, construct_request, construct_with, inputs};
use pulumi_component::value::PropertyValue;
use serde_json::{Value as Json, json};

use aws_compliance::parts::monitoring::ComplianceMonitoring;

use crate::by_name::construct;
use crate::support::{REGION, answers};
use crate::whole::Deployed;

/// A monitor of an account where the tag says that bucket and key exist, and nothing else any more.
fn marked(monitor: MockMonitor, bucket: &str, owner: &str, on_destroy: &str) -> MockMonitor {
    tagged(monitor, bucket, owner, on_destroy, &[])
}

/// The same where the deployment was not destroyed.
fn deployed(monitor: MockMonitor, bucket: &str, owner: &str, on_destroy: &str) -> MockMonitor {
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:compliance-processing";
    tagged(monitor, bucket, owner, on_destroy, &[function])
}

fn tagged(monitor: MockMonitor, bucket: &str, owner: &str, on_destroy: &str, more: &[&str]) -> MockMonitor {
    let tags = json!({ "aws-compliance:owner": owner, "aws-compliance:on-destroy": on_destroy });
    let mapping = |arn: String| json!({ "resourceArn": arn, "tags": tags });
    let arns = [format!("arn:aws:s3:::{bucket}"), "arn:aws:kms:eu-west-1:111122223333:key/kept".into()];
    let mappings: Json = arns.into_iter().chain(more.iter().map(|arn| (*arn).to_owned())).map(mapping).collect();
    monitor
        .result(
            "aws:resourcegroupstaggingapi/getResources:getResources",
            "resourceTagMappingLists",
            PropertyValue::from_json(mappings),
        )
        .result("aws:kms/getKey:getKey", "keyId", "kept")
        .result("aws:kms/getKey:getKey", "keyState", "Enabled")
}

/// The same where the provider finds the bucket under every name that it is asked for.
fn having(monitor: MockMonitor, bucket: &str, owner: &str, on_destroy: &str) -> MockMonitor {
    marked(monitor, bucket, owner, on_destroy).result("aws:s3/getBucket:getBucket", "id", bucket)
}

const BUCKET: &str = "compliance-reports-111122223333-eu-west-1";
const OWNER: &str = "project/stack/compliance";

async fn refused(monitor: MockMonitor, given: Json) -> Vec<(String, String)> {
    let monitor = answers(monitor);
    match construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await {
        Err(Error::InvalidInputs(problems)) => {
            problems.into_iter().map(|problem| (problem.path.to_string(), problem.reason)).collect()
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn journey_3_what_holds_evidence_is_retained_by_default_and_what_describes_it_with_it() {
    for (given, retained, protected, forced) in [
        (json!({}), Some(true), None, false),
        (json!({ "reports": { "onDestroy": "retain" } }), Some(true), None, false),
        (json!({ "reports": { "onDestroy": "delete" } }), None, None, true),
        (json!({ "reports": { "forceDestroy": true } }), None, None, true),
        (json!({ "reports": { "onDestroy": "refuse" } }), None, Some(true), false),
    ] {
        let deployed = Deployed::with(inputs(given.clone())).await;
        let evidence: Vec<_> = deployed
            .registrations()
            .into_iter()
            .filter(|one| {
                one.custom && (one.name.starts_with("compliance-reports-") || one.name == "compliance-encryption-key")
            })
            .collect();
        assert!(evidence.len() > 10, "{}", evidence.len());
        for one in evidence {
            assert_eq!(
                (one.options.retain_on_delete, one.options.protect),
                (retained, protected),
                "{given}: {}",
                one.name
            );
        }
        assert_eq!(deployed.named("compliance-reports-bucket")["forceDestroy"], json!(forced), "{given}");
        let others =
            deployed.registrations().into_iter().filter(|one| one.type_token == "aws:lambda/function:Function");
        assert!(others.into_iter().all(|one| one.options.retain_on_delete.is_none()), "they cost money");
    }
}

#[tokio::test]
async fn journey_3_contradictions_are_refused() {
    for (reports, path) in [
        (json!({ "forceDestroy": true, "onDestroy": "retain" }), "reports.forceDestroy"),
        (json!({ "forceDestroy": true, "onDestroy": "refuse" }), "reports.forceDestroy"),
        (json!({ "allowReplacement": true, "onDestroy": "delete" }), "reports.allowReplacement"),
        (json!({ "allowReplacement": true, "onDestroy": "refuse" }), "reports.allowReplacement"),
        (json!({ "allowReplacement": true, "forceDestroy": true }), "reports.allowReplacement"),
    ] {
        let problems = refused(MockMonitor::preview(), json!({ "reports": reports })).await;
        assert_eq!(problems.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), [path], "{reports}");
    }
}

#[tokio::test]
async fn journey_3_a_retained_bucket_and_key_of_this_deployment_are_imported() {
    let monitor = answers(having(MockMonitor::preview(), BUCKET, OWNER, "retain"));
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(json!({}))).await.expect("it constructs");
    let recorded = monitor.recorded();
    assert_eq!(recorded.registration("compliance-reports-bucket").options.import_id.as_deref(), Some(BUCKET));
    assert_eq!(recorded.registration("compliance-encryption-key").options.import_id.as_deref(), Some("kept"));
    let told: Vec<_> = recorded.log.iter().map(|entry| entry.message.clone()).collect();
    assert!(told.iter().any(|line| line.contains(BUCKET) && line.contains("will be imported")), "{told:?}");
}

#[tokio::test]
async fn journey_4_a_changed_name_is_refused_before_anything_is_registered() {
    for given in [json!({ "namePrefix": "audit" }), json!({ "reports": { "bucketName": "other" } })] {
        let problems = refused(deployed(MockMonitor::preview(), BUCKET, OWNER, "retain"), given.clone()).await;
        let [(_, reason)] = problems.as_slice() else { panic!("expected one, got {problems:?}") };
        assert!(reason.contains("would replace the report bucket"), "{given}: {reason}");
    }
    let allowed = json!({ "namePrefix": "audit", "reports": { "allowReplacement": true } });
    let monitor = answers(deployed(MockMonitor::preview(), BUCKET, OWNER, "retain"));
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(allowed.clone()))
        .await
        .expect("it was asked for");
    let problems = refused(deployed(MockMonitor::preview(), BUCKET, OWNER, "delete"), allowed).await;
    assert_eq!(problems[0].0, "reports.allowReplacement");
}

#[tokio::test]
async fn journey_4_a_key_of_the_users_is_refused_while_the_state_would_delete_ours() {
    let given = json!({ "kmsKeyArn": format!("arn:aws:kms:{REGION}:111122223333:key/own") });
    let deployed = |on_destroy| deployed(MockMonitor::preview(), BUCKET, OWNER, on_destroy);
    let aliased = deployed("delete").result("aws:kms/getAlias:getAlias", "targetKeyId", "kept");
    let problems = refused(aliased, given.clone()).await;
    assert_eq!(problems[0].0, "kmsKeyArn");
    let released = deployed("delete").refuse("aws:kms/getAlias:getAlias", "reading KMS Alias: couldn't find resource");
    for (monitor, why) in [(deployed("retain"), "it stays in the account"), (released, "it is out already")] {
        construct_with::<ComplianceMonitoring>(&answers(monitor), "compliance", inputs(given.clone()))
            .await
            .expect(why);
    }
}

#[tokio::test]
async fn journey_4_after_a_destroy_that_retained_the_bucket_another_prefix_is_a_new_deployment() {
    let monitor = answers(marked(MockMonitor::preview(), BUCKET, OWNER, "retain"));
    let given = inputs(json!({ "namePrefix": "audit" }));
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", given).await.expect("nothing is replaced");
    let log = monitor.recorded().log;
    let continues = format!("set `reports.bucketName: {BUCKET}`");
    assert!(log.iter().any(|entry| entry.message.contains(&continues)), "{log:?}");
}

const TAGS: &str = "aws:resourcegroupstaggingapi/getResources:getResources";

#[tokio::test]
async fn journey_4_where_tags_are_refused_a_new_bucket_is_deployed_to_be_retained_alone() {
    let monitor = || {
        let missing = "reading S3 Bucket (x): couldn't find resource";
        MockMonitor::preview().refuse(TAGS, "AccessDeniedException: no").refuse("aws:s3/getBucket:getBucket", missing)
    };
    let problems = refused(monitor(), json!({ "reports": { "onDestroy": "delete" } })).await;
    assert!(problems[0].0 == "reports.onDestroy" && problems[0].1.contains("`tag:GetResources`"), "{problems:?}");
    let monitor = answers(monitor());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(json!({}))).await.expect("it is retained");
    let log = monitor.recorded().log;
    assert!(log.iter().any(|entry| entry.message.contains("an earlier deployment has a report bucket")), "{log:?}");
}

#[tokio::test]
async fn journey_6_a_question_that_is_refused_is_a_warning_and_no_answer() {
    for (token, said) in [
        ("aws:s3/getBucket:getBucket", "whether the bucket `compliance-reports-111122223333-eu-west-1` exists"),
        ("aws:sns/getTopic:getTopic", "whether the topic `compliance-alerts` exists"),
        ("aws:kms/getAlias:getAlias", "whether the key alias `alias/compliance-monitoring` exists"),
        ("aws:dynamodb/getTables:getTables", "which tables exist"),
        (TAGS, "which resources carry the tag"),
    ] {
        for (reason, warns) in [
            ("api error AccessDenied: User is not authorized", true),
            ("ThrottlingException: Rate exceeded", true),
            ("reading it: couldn't find resource", false),
            ("reading it: empty result", false),
        ] {
            let monitor = answers(MockMonitor::preview().refuse(token, reason));
            let _ = construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(json!({}))).await;
            let log = monitor.recorded().log;
            let warned = log.iter().any(|entry| entry.message.contains(said) && entry.message.contains(reason));
            assert_eq!(warned, warns, "{token} {reason}: {log:?}");
        }
    }
}

fn request(name: &str, run: &str, aliases: Vec<Alias>) -> ConstructRequest {
    ConstructRequest {
        deployment: Deployment {
            project: "project".into(),
            stack: "stack".into(),
            dry_run: true,
            run: run.into(),
            ..Deployment::default()
        },
        type_token: "aws-compliance:index:ComplianceMonitoring".into(),
        name: name.into(),
        options: RegistrationOptions { aliases, ..RegistrationOptions::default() },
        ..ConstructRequest::default()
    }
}

#[tokio::test]
async fn journey_2_a_component_with_an_alias_is_the_owner_of_what_its_former_name_has() {
    let former = Alias::new().name("compliance");
    let with = |aliases| {
        let monitor = answers(having(MockMonitor::preview(), BUCKET, OWNER, "retain"));
        async move { construct_request::<ComplianceMonitoring>(&monitor, request("audit", "", aliases)).await }
    };
    with(vec![former]).await.expect("it is the same component");
    let error = with(Vec::new()).await.expect_err("it belongs to another one").to_string();
    assert!(error.contains(BUCKET) && error.contains(OWNER), "{error}");
}

#[tokio::test]
async fn journey_5_a_second_component_of_a_run_is_refused_and_the_first_is_not() {
    let monitor = answers(MockMonitor::preview());
    construct_request::<ComplianceMonitoring>(&monitor, request("first", "run", Vec::new()))
        .await
        .expect("it is alone");
    let error = construct_request::<ComplianceMonitoring>(&monitor, request("second", "run", Vec::new())).await;
    let error = error.expect_err("there may be one").to_string();
    assert!(error.contains("`first` of this program monitors account 111122223333, region eu-west-1"), "{error}");
    construct_request::<ComplianceMonitoring>(&monitor, request("second", "another", Vec::new()))
        .await
        .expect("alone again");
}

#[tokio::test]
async fn journey_7_parameters_and_account_ids_may_be_numbers_and_booleans() {
    let given = json!({
        "rules": { "managed": [{ "identifier": "ACCESS_KEYS_ROTATED", "parameters": { "maxAccessKeyAge": 45 } }] },
        "aggregation": { "accounts": [111_122_223_333_u64, 5_u64] },
        "tags": { "cost-center": 12, "audited": true },
    });
    let deployed = Deployed::with(inputs(given)).await;
    let rules = deployed.of_type("aws:cfg/rule:Rule");
    let parameters = rules.iter().filter_map(|rule| rule.inputs.get("inputParameters")?.as_str().map(str::to_owned));
    assert!(parameters.collect::<Vec<_>>().contains(&r#"{"maxAccessKeyAge":"45"}"#.to_owned()));
    let aggregator = deployed.named("compliance-aggregation-aggregator");
    assert!(
        aggregator.to_string().contains(r#"["000000000005","111122223333"]"#)
            || aggregator.to_string().contains("000000000005")
    );
    let tags = &deployed.named("compliance-reports-bucket")["tags"];
    assert_eq!((&tags["cost-center"], &tags["audited"]), (&json!("12"), &json!("true")));
}

#[tokio::test]
async fn journey_17_a_route_to_a_framework_that_is_not_deployed_is_a_warning() {
    let monitor = answers(MockMonitor::preview());
    let route = json!({ "frameworks": ["hipaa"], "email": "soc@example.com" });
    let given = json!({ "notifications": { "emails": { "a": "a@example.com" }, "routes": { "soc": route } } });
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it is deployed");
    let log = monitor.recorded().log;
    assert!(log.iter().any(|entry| entry.message.contains("`hipaa` is not among `frameworks`")), "{log:?}");
}

#[tokio::test]
async fn journey_22_a_wrong_input_is_told_once_and_before_names_that_exist() {
    let monitor = having(MockMonitor::preview(), BUCKET, "other/dev/compliance", "retain");
    let problems = refused(monitor, json!({ "kmsKeyArn": "no-key", "reports": { "retentionDays": 0 } })).await;
    let paths: Vec<_> = problems.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths.iter().filter(|path| **path == "kmsKeyArn").count(), 1, "{problems:?}");
    let at = |path: &str| paths.iter().position(|one| *one == path).expect(path);
    assert!(at("reports.retentionDays") < at("namePrefix") && at("kmsKeyArn") < at("namePrefix"), "{problems:?}");
}

/// A part that is used alone, and what of it exists under another name.
fn alone() -> [(&'static str, Json, &'static str, &'static str, &'static str); 2] {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
    [
        (
            "Alerts",
            json!({ "kmsKeyArn": key }),
            "arn:aws:sns:eu-west-1:111122223333:former-alerts",
            "the topic `former-alerts` by `compliance-alerts`",
            "arn:aws:sns:eu-west-1:111122223333:compliance-alerts",
        ),
        (
            "Functions",
            json!({ "kmsKeyArn": key, "bucketName": "reports" }),
            "arn:aws:dynamodb:eu-west-1:111122223333:table/former-ledger",
            "the ledger's table `former-ledger` by `compliance-ledger`",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/compliance-ledger",
        ),
    ]
}

fn owned_by(monitor: MockMonitor, arns: &[&str], owner: &str, on_destroy: Option<&str>) -> MockMonitor {
    let tags = json!({ "aws-compliance:owner": owner, "aws-compliance:on-destroy": on_destroy });
    let mapping = |arn: &&str| json!({ "resourceArn": arn, "tags": tags });
    let list = PropertyValue::from_json(arns.iter().map(mapping).collect());
    monitor.result(TAGS, "resourceTagMappingLists", list)
}

#[tokio::test]
async fn journey_4_a_part_that_is_used_alone_replaces_nothing_that_holds_data() {
    for (part, given, former, said, now) in alone() {
        for preview in [true, false] {
            let monitor = || if preview { MockMonitor::preview() } else { MockMonitor::update() };
            let monitor_of = |arns: &[&str], owner: &str| answers(owned_by(monitor(), arns, owner, None));
            let refused = monitor_of(&[former], "project/stack/it");
            match construct(part, &refused, "it", inputs(given.clone())).await {
                Err(Error::InvalidInputs(problems)) => {
                    let [problem] = problems.as_slice() else { panic!("{part}: {problems:?}") };
                    assert_eq!(problem.path.to_string(), "namePrefix");
                    assert!(
                        problem.reason.contains(said) && !problem.reason.contains("reports."),
                        "{}",
                        problem.reason
                    );
                }
                other => panic!("{part}: expected a refusal, got {other:?}"),
            }
            assert!(refused.recorded().registrations.is_empty(), "{part}");
            for (arns, owner) in
                [(vec![now], "project/stack/it"), (vec![former, now], "project/stack/it"), (vec![former], OWNER)]
            {
                let admitted = monitor_of(&arns, owner);
                construct(part, &admitted, "it", inputs(given.clone())).await.expect("nothing of its own is replaced");
            }
        }
    }
}

#[tokio::test]
async fn journey_4_a_report_store_that_is_used_alone_keeps_its_bucket() {
    let given =
        |reports: Json| inputs(json!({ "kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1", "reports": reports }));
    let monitor = |on_destroy| {
        answers(owned_by(MockMonitor::preview(), &["arn:aws:s3:::former"], "project/stack/it", Some(on_destroy)))
    };
    // Its replacement would delete it.
    let refused = construct("ReportStore", &monitor("delete"), "it", given(json!({}))).await;
    let Err(Error::InvalidInputs(problems)) = refused else { panic!("expected a refusal, got {refused:?}") };
    assert!(problems[0].reason.contains("would replace the report bucket `former`"), "{problems:?}");
    // It stays in the account, and the preview says so.
    let retained = monitor("retain");
    construct("ReportStore", &retained, "it", given(json!({}))).await.expect("nothing is lost");
    let log = retained.recorded().log;
    assert!(log.iter().any(|entry| entry.message.contains("the bucket former of an earlier deployment")), "{log:?}");
    construct("ReportStore", &monitor("delete"), "it", given(json!({ "bucketName": "former" })))
        .await
        .expect("it is kept");
}
