//! Rules of the user's own, and remediations of managed ones.

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::Error;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyMap, PropertyValue, Value};
use serde_json::{Value as Json, json};

use crate::support::{ACCOUNT, answers, shown};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:own";

async fn deployed(given: PropertyMap) -> (Vec<Registration>, PropertyMap, Vec<String>) {
    let monitor = answers(MockMonitor::preview());
    let constructed = construct_with::<ComplianceMonitoring>(&monitor, "compliance", given).await;
    let recorded = monitor.recorded();
    let log = recorded.log.into_iter().map(|entry| entry.message).collect();
    let registrations = recorded.registrations.into_iter().map(|(_, registration)| registration).collect();
    (registrations, constructed.expect("it constructs").outputs, log)
}

fn named<'a>(registrations: &'a [Registration], name: &str) -> &'a Registration {
    registrations.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no child is called {name}"))
}

fn all(registration: &Registration) -> Json {
    shown(&Value::Object(registration.inputs.clone()).into())
}

fn custom(rules: &Json) -> Json {
    json!({ "rules": { "custom": rules } })
}

async fn told(given: Json) -> Vec<(String, String)> {
    let monitor = answers(MockMonitor::preview());
    match construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await {
        Err(Error::InvalidInputs(problems)) => {
            assert!(monitor.recorded().registrations.is_empty(), "nothing is registered");
            let mut problems: Vec<_> = problems.into_iter().map(|problem| (problem.place(), problem.reason)).collect();
            problems.sort();
            problems
        }
        other => panic!("expected wrong inputs, got {other:?}"),
    }
}

fn paths(problems: &[(String, String)]) -> Vec<&str> {
    problems.iter().map(|(path, _)| path.as_str()).collect()
}

#[tokio::test]
async fn a_policy_in_guard_is_a_rule_that_changes_start() {
    let rules = json!([{
        "name": "own", "guard": { "policy": "rule own { configuration.encrypted == true }", "enableDebugLog": true },
        "scope": { "resourceTypes": ["AWS::EC2::Volume"] },
    }]);
    let (registrations, outputs, log) = deployed(inputs(custom(&rules))).await;
    let rule = all(named(&registrations, "compliance-rules-own"));
    let change = |kind: &str| json!({ "eventSource": "aws.config", "messageType": kind });
    let details =
        [change("ConfigurationItemChangeNotification"), change("OversizedConfigurationItemChangeNotification")];
    let policy = json!({
        "enableDebugLogDelivery": true, "policyRuntime": "guard-2.x.x",
        "policyText": "rule own { configuration.encrypted == true }",
    });
    assert_eq!(
        rule["source"],
        json!({ "owner": "CUSTOM_POLICY", "customPolicyDetails": policy, "sourceDetails": details })
    );
    assert_eq!(rule["tags"]["aws-compliance:owner"], "project/stack/compliance");
    let names = shown(&outputs["configRuleNames"]);
    assert!(names.as_array().is_some_and(|names| names.contains(&json!("own"))), "{names}");
    assert!(!log.iter().any(|line| line.contains("rules.custom")), "{log:?}");
    let document = all(named(&registrations, "compliance-functions-configuration"));
    let document: Json = serde_json::from_str(document["content"].as_str().expect("text")).expect("JSON");
    let entry = json!({ "identifier": "CUSTOM_POLICY", "name": "own", "severity": "medium" });
    assert!(document["rules"].as_array().is_some_and(|rules| rules.contains(&entry)), "{document}");
}

#[tokio::test]
async fn a_function_is_allowed_to_be_invoked_before_its_rule_is_there() {
    let rules = json!([
        { "name": "own", "function": { "arn": FUNCTION }, "triggers": { "frequency": "Six_Hours" }, "severity": "high" },
        { "name": "other", "function": { "arn": FUNCTION, "grantInvoke": false }, "triggers": { "onChange": true } },
    ]);
    let (registrations, _, log) = deployed(inputs(custom(&rules))).await;
    let permission = named(&registrations, "compliance-rules-own-permission");
    let expected = json!({
        "action": "lambda:InvokeFunction", "function": FUNCTION, "principal": "config.amazonaws.com",
        "sourceAccount": ACCOUNT,
    });
    assert_eq!(all(permission), expected);
    let rule = named(&registrations, "compliance-rules-own");
    assert!(rule.dependencies.iter().any(|urn| urn.to_string().ends_with("::compliance-rules-own-permission")));
    let schedule = json!({ "eventSource": "aws.config", "maximumExecutionFrequency": "Six_Hours", "messageType": "ScheduledNotification" });
    let source = json!({ "owner": "CUSTOM_LAMBDA", "sourceIdentifier": FUNCTION, "sourceDetails": [schedule] });
    assert_eq!(all(rule)["source"], source);
    assert!(!registrations.iter().any(|one| one.name == "compliance-rules-other-permission"));
    let costly =
        "rules.custom[1].scope: without a scope, each change of any recorded resource is evaluated and charged";
    assert_eq!(log.iter().filter(|line| line.contains("rules.custom")).collect::<Vec<_>>(), [costly]);
}

#[tokio::test]
async fn a_function_that_is_not_known_yet_is_judged_when_it_is() {
    let unknown = PropertyValue::unknown();
    let function = PropertyMap::from([("arn".to_owned(), unknown)]);
    let rule = PropertyMap::from([
        ("name".to_owned(), PropertyValue::from("own")),
        ("function".to_owned(), Value::Object(function).into()),
    ]);
    let rules = PropertyMap::from([("custom".to_owned(), Value::List(vec![Value::Object(rule).into()]).into())]);
    let given = PropertyMap::from([("rules".to_owned(), Value::Object(rules).into())]);
    let (registrations, _, _) = deployed(given).await;
    let rule = named(&registrations, "compliance-rules-own");
    assert_eq!(all(rule)["source"]["sourceIdentifier"], "[unknown]");
}

#[tokio::test]
async fn every_problem_of_own_rules_is_told_at_once() {
    let scope = json!({ "resourceTypes": ["AWS::EC2::Volume"] });
    let own = |name: &str, more: Json| {
        let mut rule = json!({ "name": name, "scope": scope });
        let members = more.as_object().cloned().unwrap_or_default();
        rule.as_object_mut().expect("an object").extend(members);
        rule
    };
    let guard = |policy: &str| json!({ "policy": policy });
    let rules = json!([
        own("ebs-volumes-encrypted", json!({ "guard": guard("a exists") })),
        own("eip-attached", json!({ "guard": guard("rule x { a exists"), "triggers": { "frequency": "Six_Hours" } })),
        own("a", json!({ "guard": { "policy": "x".repeat(10_001), "runtime": "guard-2" } })),
        own("a", json!({ "function": { "arn": "own" }, "triggers": { "frequency": "six_hours" } })),
        own("b", json!({})),
        own("c", json!({ "guard": guard("a exists"), "function": { "arn": FUNCTION } })),
        own("d", json!({ "function": { "arn": FUNCTION }, "triggers": { "onChange": false } })),
        own("e", json!({ "guard": guard("a exists"), "description": "x".repeat(257), "scope": { "tagValue": "x" } })),
    ]);
    let managed = json!([{ "identifier": "EIP_ATTACHED", "description": "x".repeat(257) }]);
    let problems = told(json!({ "rules": { "custom": rules, "managed": managed } })).await;
    let expected = [
        "rules.custom[0].name",
        "rules.custom[1].guard.policy",
        "rules.custom[1].name",
        "rules.custom[1].triggers.frequency",
        "rules.custom[2].guard.policy",
        "rules.custom[2].guard.runtime",
        "rules.custom[3].function.arn",
        "rules.custom[3].name",
        "rules.custom[3].triggers.frequency",
        "rules.custom[4].guard",
        "rules.custom[5].function",
        "rules.custom[6].triggers.onChange",
        "rules.custom[7].description",
        "rules.custom[7].scope.tagValue",
        "rules.managed[0].description",
    ];
    assert_eq!(paths(&problems), expected, "{problems:#?}");
    assert!(problems[5].1.ends_with("nearest: `guard-2.x.x`"), "{:?}", problems[5]);
    assert!(problems[8].1.ends_with("nearest: `Six_Hours`"), "{:?}", problems[8]);
}

#[tokio::test]
async fn a_function_of_elsewhere_is_told_where_the_region_is_known() {
    let rule = |name: &str, arn: &str| json!({ "name": name, "function": { "arn": arn } });
    let rules = json!([
        rule("a", "arn:aws:lambda:us-east-1:111122223333:function:own"),
        rule("b", "arn:aws:lambda:eu-west-1:444455556666:function:own"),
    ]);
    let problems = told(custom(&rules)).await;
    assert_eq!(paths(&problems), ["rules.custom[0].function.arn", "rules.custom[1].function.grantInvoke"]);
    assert!(problems[0].1.starts_with("expected a function of eu-west-1"), "{problems:?}");
}

fn remedied(identifier: &str, remediation: &Json) -> Json {
    json!({ "rules": { "managed": [{ "identifier": identifier, "remediation": remediation }] } })
}

#[tokio::test]
async fn a_remediation_is_started_by_people_under_a_role_of_its_own() {
    let given = remedied("S3_BUCKET_VERSIONING_ENABLED", &json!({ "acceptInferred": true }));
    let (registrations, _, _) = deployed(inputs(given)).await;
    let child = |part: &str| {
        let name = format!("compliance-rules-s3-bucket-versioning-enabled-remediation{part}");
        // The name of the role is cut, because IAM takes 64 characters.
        let cut = registrations.iter().find(|one| {
            part == "-role"
                && one.name.starts_with("compliance-rules-s3-bucket-versioning-enabled-r")
                && one.type_token == "aws:iam/role:Role"
        });
        cut.unwrap_or_else(|| named(&registrations, &name))
    };
    let remediation = all(child(""));
    assert_eq!(remediation["automatic"], false);
    assert_eq!(
        (&remediation["targetType"], &remediation["targetId"]),
        (&json!("SSM_DOCUMENT"), &json!("AWS-ConfigureS3BucketVersioning"))
    );
    let parameters = remediation["parameters"].as_array().expect("parameters");
    let names: Vec<_> = parameters.iter().map(|one| one["name"].as_str().unwrap_or_default()).collect();
    assert_eq!(names, ["AutomationAssumeRole", "BucketName", "VersioningState"]);
    assert_eq!(parameters[1]["resourceValue"], "RESOURCE_ID");
    assert_eq!(parameters[2]["staticValue"], "Enabled");
    let policy: Json = serde_json::from_str(all(child("-policy"))["policy"].as_str().expect("text")).expect("JSON");
    let actions = json!(["s3:PutBucketVersioning", "ssm:GetAutomationExecution", "ssm:StartAutomationExecution"]);
    assert_eq!(policy["Statement"][0]["Action"], actions);
    assert_eq!(policy["Statement"][0]["Condition"]["StringEqualsIfExists"]["aws:ResourceAccount"], ACCOUNT);
    let trust: Json =
        serde_json::from_str(all(child("-role"))["assumeRolePolicy"].as_str().expect("text")).expect("JSON");
    assert_eq!(trust["Statement"][0]["Principal"]["Service"], "ssm.amazonaws.com");
    assert_eq!(trust["Statement"][0]["Condition"]["StringEquals"]["aws:SourceAccount"], ACCOUNT);
}

#[tokio::test]
async fn what_is_wrong_with_remediations_is_told_and_what_interrupts_is_a_warning() {
    let given = json!({ "rules": { "managed": [
        { "identifier": "EIP_ATTACHED", "unchecked": true, "name": "a", "remediation": { "document": "AWS-RelaseElasticIP" } },
        { "identifier": "S3_BUCKET_LOGGING_ENABLED", "remediation": {} },
        { "identifier": "S3_BUCKET_VERSIONING_ENABLED", "remediation": { "parameters": { "bucketName": ["x"] } } },
        { "identifier": "VPC_NETWORK_ACL_UNUSED_CHECK", "remediation": {} },
        { "identifier": "ACM_CERTIFICATE_RSA_CHECK", "remediation": {} },
    ] } });
    let problems = told(given).await;
    assert!(paths(&problems).contains(&"rules.managed[0].remediation.document"), "{problems:#?}");
    assert!(paths(&problems).contains(&"rules.managed[1].remediation.parameters.TargetBucket"), "{problems:#?}");
    assert!(paths(&problems).contains(&"rules.managed[2].remediation.acceptInferred"), "{problems:#?}");
    assert!(paths(&problems).contains(&"rules.managed[2].remediation.parameters.bucketName"), "{problems:#?}");
    assert!(paths(&problems).contains(&"rules.managed[4].remediation"), "{problems:#?}");
    let document = problems.iter().find(|(path, _)| path == "rules.managed[0].remediation.document");
    assert!(document.is_some_and(|(_, reason)| reason.contains("nearest: `AWS-ReleaseElasticIP`")), "{document:?}");

    let (_, _, log) = deployed(inputs(remedied(
        "ACCESS_KEYS_ROTATED",
        &json!({ "parameters": { "MaxCredentialUsageAge": ["90"] } }),
    )))
    .await;
    let warning = "rules.managed[0].remediation: `AWSConfigRemediation-RevokeUnusedIAMUserCredentials` interrupts or takes away what may be in use";
    assert!(log.iter().any(|line| line == warning), "{log:#?}");
}
