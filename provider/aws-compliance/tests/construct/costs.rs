//! The cost estimate of a preview, and what the plan tells it.

use aws_compliance::inputs::monitoring::ComplianceMonitoringArgs;
use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::plan::Plan;
use aws_compliance::plan::cost::{CostContext, usage};
use aws_compliance::plan::target::Target;
use aws_compliance::queries::cost::{GetCostEstimate, assumed, estimated};
use aws_compliance::queries::rules::GetManagedRule;
use aws_compliance_cost::{Recorded, Rule, Usage};
use pulumi_component::engine::from_properties;
use pulumi_component::testing::{MockMonitor, construct_with, inputs, invoke_with};
use pulumi_component::value::{PropertyMap, Value};
use serde_json::{Value as Json, json};

use crate::support::{answers, every_input, shown};

fn used(given: Json) -> Usage {
    let args = from_properties::<ComplianceMonitoringArgs>(inputs(given)).expect("valid inputs");
    let plan = Plan::new(args.plan_inputs(), &Target::region("eu-west-1"));
    assert_eq!(plan.errors, []);
    usage(&args, (&plan, CostContext { region: "eu-west-1".into(), ..CostContext::default() }), [])
}

fn rule<'u>(usage: &'u Usage, name: &str) -> &'u Rule {
    usage.home.rules.iter().find(|rule| rule.name == name).unwrap_or_else(|| panic!("{name} of {:?}", usage.home.rules))
}

async fn estimates(monitor: MockMonitor) -> Vec<String> {
    let monitor = answers(monitor);
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", every_input()).await.expect("it constructs");
    let log = monitor.recorded().log;
    log.into_iter().map(|entry| entry.message).filter(|line| line.contains("USD a month")).collect()
}

#[tokio::test]
async fn preview_has_one_line_with_the_estimate_and_an_update_none() {
    let lines = estimates(MockMonitor::preview()).await;
    assert!(matches!(&lines[..], [line] if line.starts_with("estimated ")), "{lines:?}");
    assert_eq!(estimates(MockMonitor::update()).await, Vec::<String>::new());
}

#[test]
fn rules_have_types_triggers_and_periods() {
    let usage = used(json!({ "rules": {
        "managed": [
            { "identifier": "ACCESS_KEYS_ROTATED", "frequency": "Six_Hours" },
            { "identifier": "S3_BUCKET_VERSIONING_ENABLED" },
        ],
        "custom": [
            { "name": "any", "guard": { "policy": "rule any { configuration exists }" } },
            { "name": "some", "function": { "arn": "arn:aws:lambda:eu-west-1:111122223333:function:own" },
              "triggers": { "frequency": "One_Hour" }, "scope": { "resourceTypes": ["AWS::EC2::Volume"] } },
        ],
    } }));
    let baseline = rule(&usage, "ebs-volumes-encrypted");
    assert_eq!((baseline.on_change, baseline.period_hours, baseline.types.len()), (true, None, 1));
    let keys = rule(&usage, "access-keys-rotated");
    assert_eq!((keys.on_change, keys.period_hours), (false, Some(6.0)));
    assert!(rule(&usage, "any").every_type);
    let some = rule(&usage, "some");
    assert_eq!((some.every_type, some.on_change, some.period_hours), (false, false, Some(1.0)));
    assert_eq!(some.types, ["AWS::EC2::Volume".to_owned()].into());
}

#[test]
fn rules_of_packs_and_of_the_deployment_are_told_apart() {
    let usage = used(json!({
        "frameworks": [{ "id": "security-best-practices-for-efs", "deployAs": "conformancePack" }],
    }));
    assert!(usage.home.rules.iter().any(|rule| rule.in_pack && rule.identifier.is_some()));
    assert_eq!(usage.home.rules.iter().filter(|rule| !rule.in_pack).count(), 4);
}

#[test]
fn recorder_without_global_types_excludes_them() {
    let Recorded::AllExcept(excluded) =
        used(json!({ "recorder": { "mode": "create", "globalTypes": false } })).home.recorder.recorded
    else {
        panic!("expected exclusions");
    };
    assert!(excluded.contains("AWS::IAM::Role"));
}

#[test]
fn what_is_not_deployed_costs_nothing() {
    let default = used(json!({}));
    let less = used(json!({
        "kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1",
        "alarms": { "enabled": false }, "dashboard": { "enabled": false }, "history": { "enabled": false },
    }));
    assert_eq!((default.keys, default.dashboards, default.storage.table), (1, 1, true));
    assert_eq!((less.keys, less.dashboards, less.storage.table, less.alarm_metrics), (0, 0, false, 1));
    assert!(default.alarm_metrics > 10);
    // Every six hours of 730.
    assert!((default.functions.runs - 730.0 / 6.0).abs() < 1e-9);
}

#[tokio::test]
async fn a_secret_argument_of_a_function_is_in_no_error_of_it() {
    let secret = |given: Json| -> PropertyMap {
        inputs(given).into_iter().map(|(name, value)| (name, value.into_secret())).collect()
    };
    let bad = json!({ "kmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:alias/hidden" });
    let plain = json!({ "region": "eu-west-1" });
    let arguments = inputs(plain).into_iter().chain(secret(bad)).collect();
    let error = invoke_with::<GetCostEstimate>(None, arguments).await.expect_err("an alias is rejected").to_string();
    assert!(error.contains("kmsKeyArn (secret)") && !error.contains("hidden") && !error.contains("alias"), "{error}");
    let rules =
        json!({ "managed": [{ "identifier": "ACCESS_KEYS_ROTATED", "parameters": { "maxAccessKeyAge": "hidden" } }] });
    let arguments = inputs(json!({ "region": "eu-west-1" })).into_iter().chain(secret(json!({ "rules": rules })));
    let error = invoke_with::<GetCostEstimate>(None, arguments.collect()).await.expect_err("no number").to_string();
    assert!(error.contains("rules (secret)") && !error.contains("hidden"), "{error}");
    let arguments = secret(json!({ "identifier": "ENCRYPTED_VOLUME" }));
    let error = invoke_with::<GetManagedRule>(None, arguments).await.expect_err("no such rule").to_string();
    assert!(error.contains("identifier (secret)") && !error.contains("ENCRYPTED"), "{error}");
}

#[tokio::test]
async fn estimate_covers_every_region_with_the_rules_and_the_recorder_of_each() {
    let asked = |more: Json| async move {
        let mut given = json!({
            "region": "eu-west-1", "resourceCounts": { "AWS::S3::Bucket": 1000 }, "recorder": { "mode": "create" },
            "rules": { "baseline": false, "managed": [
                { "identifier": "IAM_PASSWORD_POLICY" }, { "identifier": "S3_BUCKET_VERSIONING_ENABLED" },
            ] },
        });
        given.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        invoke_with::<GetCostEstimate>(None, inputs(given)).await
    };
    let answer = |made: PropertyMap| shown(&Value::Object(made).into());
    let line = |made: &Json, name: &str| {
        let lines = made["lines"].as_array().expect("lines");
        lines.iter().find(|line| line["name"] == name).expect(name)["assumption"].as_str().expect("text").to_owned()
    };
    let one = answer(asked(json!({})).await.expect("valid"));
    let counts = json!({ "us-east-1": { "AWS::S3::Bucket": 1000 } });
    let two = json!({ "regions": ["us-east-1", "eu-west-1"], "regionResourceCounts": counts });
    let two = answer(asked(two).await.expect("valid"));
    assert_eq!((&one["otherRegions"], &two["otherRegions"]), (&json!([]), &json!(["us-east-1"])));
    assert!(line(&one, "evaluations").contains("by 2 rules over"), "{one}");
    // The rule about IAM is evaluated at home alone.
    assert!(line(&two, "evaluations").contains("by 3 rules in 2 regions over the resources of the account"), "{two}");
    assert!(line(&two, "recording").contains("in 2 regions"), "{two}");
    assert!(two["expectedUsd"].as_f64() > one["expectedUsd"].as_f64());
    let unknown = asked(json!({ "regionResourceCounts": { "us-east-1": {} } })).await.expect_err("no such region");
    assert!(unknown.to_string().contains("regionResourceCounts.us-east-1"), "{unknown}");
    let home = asked(json!({ "region": "eu-central-2", "regions": ["eu-west-1"] })).await.expect_err("no global types");
    assert!(home.to_string().contains("cannot record IAM users"), "{home}");
}

/// Every child whose inputs name AWS Budgets, with a budget or without one.
async fn naming_budgets(given: Json) -> Vec<String> {
    let monitor = answers(MockMonitor::update());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    let registrations = monitor.recorded().registrations.into_iter();
    let found = registrations.filter(|(_, one)| format!("{:?}", one.inputs).contains("budgets.amazonaws.com"));
    found.map(|(_, one)| one.name.clone()).collect()
}

#[tokio::test]
async fn topic_and_key_admit_aws_budgets_with_a_budget_alone() {
    assert_eq!(naming_budgets(json!({})).await, Vec::<String>::new());
    let with = naming_budgets(json!({ "cost": { "monthlyBudgetUsd": 20 } })).await;
    assert_eq!(with, ["compliance-encryption-key", "compliance-alerts-policy"]);
}

#[tokio::test]
async fn a_budget_in_another_partition_is_refused() {
    for (region, refused) in [("eu-west-1", false), ("us-gov-west-1", true)] {
        let args = from_properties::<ComplianceMonitoringArgs>(inputs(json!({ "cost": { "monthlyBudgetUsd": 20 } })));
        let errors = args.expect("valid inputs").elsewhere(&Target::region(region)).errors;
        let paths: Vec<_> = errors.iter().map(|error| error.path.to_string()).collect();
        assert_eq!(paths.contains(&"cost.monthlyBudgetUsd".to_owned()), refused, "{region}: {paths:?}");
    }
}

#[tokio::test]
async fn an_estimate_refuses_what_cannot_be_deployed_there() {
    let key = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000";
    for (given, region, path) in [
        (json!({ "kmsKeyArn": key }), "eu-west-1", "kmsKeyArn"),
        (json!({ "cost": { "monthlyBudgetUsd": 20 } }), "us-gov-west-1", "cost.monthlyBudgetUsd"),
        (json!({ "regions": ["us-east-1"] }), "me-central-1", "regions"),
        (json!({}), "cn-north-1", ""),
    ] {
        let args = from_properties::<ComplianceMonitoringArgs>(inputs(given)).expect("valid inputs");
        let refused = estimated(&args, assumed(args.recorder.mode(), region), Vec::new()).expect_err(region);
        assert!(refused.iter().any(|error| error.path.to_string() == path), "{region}: {refused:?}");
        assert!(
            estimated(&ComplianceMonitoringArgs::default(), assumed(args.recorder.mode(), "eu-west-1"), Vec::new())
                .is_ok()
        );
    }
}
