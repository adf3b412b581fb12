//! Problems that people reported of tools like this one (issue 18), each as the input that showed it.

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::Error;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::Value;
use serde_json::{Value as Json, json};

use crate::support::{answers, shown};

/// What a preview says of a program: errors, else the children; and the lines of its log.
async fn previewed(given: Json) -> (Vec<(String, String)>, Vec<Registration>, Vec<String>) {
    let monitor = answers(MockMonitor::preview());
    let errors = match construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await {
        Ok(_) => Vec::new(),
        Err(Error::InvalidInputs(problems)) => {
            problems.into_iter().map(|problem| (problem.place(), problem.reason)).collect()
        }
        Err(error) => panic!("expected wrong inputs, got {error:?}"),
    };
    let recorded = monitor.recorded();
    let log = recorded.log.into_iter().map(|entry| entry.message).collect();
    (errors, recorded.registrations.into_iter().map(|(_, registration)| registration).collect(), log)
}

async fn refused(given: Json, path: &str, part: &str) {
    let (errors, _, _) = previewed(given.clone()).await;
    assert!(errors.iter().any(|(at, reason)| at == path && reason.contains(part)), "{given}: {errors:#?}");
}

async fn warned(given: Json, path: &str, part: &str) {
    let (errors, _, log) = previewed(given.clone()).await;
    assert_eq!(errors, [], "{given}");
    let start = format!("{path}: ");
    assert!(log.iter().any(|line| line.starts_with(&start) && line.contains(part)), "{given}: {log:#?}");
}

async fn taken(given: Json) -> (Vec<Registration>, Vec<String>) {
    let (errors, children, log) = previewed(given.clone()).await;
    assert_eq!(errors, [], "{given}");
    (children, log)
}

fn inputs_of(children: &[Registration], name: &str) -> Json {
    let child = children.iter().find(|child| child.name == name).unwrap_or_else(|| panic!("no child is called {name}"));
    shown(&Value::Object(child.inputs.clone()).into())
}

fn guard(policy: &str, more: Json) -> Json {
    let mut rule = json!({ "name": "own", "guard": { "policy": policy } });
    rule.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    json!({ "rules": { "custom": [rule] } })
}

#[tokio::test]
async fn case_02_a_message_holds_any_characters_and_an_open_block_is_reported_with_its_place() {
    let scope = json!({ "scope": { "resourceTypes": ["AWS::EC2::Volume"] } });
    let right = "rule encrypted when resourceType == \"AWS::EC2::Volume\" {\n  configuration.encrypted == true << It's not \
                 encrypted, see runbook #3 or wiki/ebs >>\n  tags !empty <<\n    Team's tag is missing: e.g. {team: payments} \
                 (see page 1)\n  >>\n}\n";
    taken(guard(right, scope.clone())).await;
    let open = "rule encrypted {\n  configuration.encrypted exists # must be so";
    refused(guard(open, scope), "rules.custom[0].guard.policy", "line 1, column 16").await;
}

#[tokio::test]
async fn case_03_arns_with_a_word_in_the_place_of_the_account_are_taken() {
    let parameters = json!({
        "alarmActionRequired": "true", "insufficientDataActionRequired": "false", "okActionRequired": "false",
        "action1": "arn:aws:automate:eu-west-1:ec2:stop",
        "action2": "arn:aws:swf:eu-west-1:111122223333:action/actions/AWS_EC2.InstanceId.Reboot/1.0",
        "action3": "arn:aws:sns:eu-west-1:111122223333:pages",
    });
    let managed = json!([{ "identifier": "CLOUDWATCH_ALARM_ACTION_CHECK", "parameters": parameters }]);
    taken(json!({ "rules": { "managed": managed } })).await;
}

#[tokio::test]
async fn case_06_the_permission_for_an_alias_has_the_alias_apart_from_the_function() {
    let plain = "arn:aws:lambda:eu-west-1:111122223333:function:own";
    let of = |arn: &str| {
        let rule = json!({ "name": "own", "function": { "arn": arn }, "triggers": { "frequency": "Six_Hours" } });
        json!({ "rules": { "custom": [rule] } })
    };
    for qualifier in ["live", "7"] {
        let arn = format!("{plain}:{qualifier}");
        let (children, _) = taken(of(&arn)).await;
        let permission = inputs_of(&children, "compliance-rules-own-permission");
        assert_eq!((&permission["function"], &permission["qualifier"]), (&json!(plain), &json!(qualifier)));
        assert_eq!(inputs_of(&children, "compliance-rules-own")["source"]["sourceIdentifier"], arn.as_str());
    }
    let (children, _) = taken(of(plain)).await;
    assert_eq!(inputs_of(&children, "compliance-rules-own-permission").get("qualifier"), None);
    refused(of(&format!("{plain}:$LATEST")), "rules.custom[0].function.arn", &format!("nearest: `{plain}`")).await;
}

#[tokio::test]
async fn case_07_default_tags_of_the_provider_do_not_count_on_objects() {
    let framework = json!([{ "id": "hipaa", "deployAs": "conformancePack" }]);
    let (children, _) = taken(json!({ "frameworks": framework })).await;
    let objects: Vec<_> =
        children.iter().filter(|child| child.type_token == "aws:s3/bucketObjectv2:BucketObjectv2").collect();
    assert!(objects.len() >= 9, "{}", objects.len());
    for object in objects {
        let inputs = shown(&Value::Object(object.inputs.clone()).into());
        assert_eq!(inputs["overrideProvider"], json!({ "defaultTags": { "tags": {} } }), "{}", object.name);
    }
}

#[tokio::test]
async fn case_08_tag_names_that_differ_in_case_alone_are_refused_at_the_second() {
    let given = json!({ "tags": { "Team": "security", "team": "security", "other": "x" } });
    refused(given, "tags.team", "differs from `Team` in case alone").await;
    let ours = json!({ "tags": { "AWS-Compliance:Owner": "x" } });
    refused(ours, "tags[\"AWS-Compliance:Owner\"]", "is set by it").await;
    taken(json!({ "tags": { "Team": "security", "teams": "security" } })).await;
}

fn recorder(settings: &Json) -> Json {
    let mut settings = settings.clone();
    settings.as_object_mut().expect("an object").insert("mode".to_owned(), "create".into());
    json!({ "recorder": settings })
}

#[tokio::test]
async fn case_09_global_types_that_are_turned_off_are_not_recorded() {
    let given =
        json!({ "strategy": "allExcept", "resourceTypes": ["AWS::EC2::NetworkInterface"], "globalTypes": false });
    let (children, _) = taken(recorder(&given)).await;
    let group = &inputs_of(&children, "compliance-recorder-recorder")["recordingGroup"];
    let expected =
        ["AWS::EC2::NetworkInterface", "AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User"];
    assert_eq!(group["exclusionByResourceTypes"], json!([{ "resourceTypes": expected }]));
    let only = json!({ "strategy": "only", "resourceTypes": ["AWS::IAM::User"], "globalTypes": false });
    refused(recorder(&only), "recorder.globalTypes", "`AWS::IAM::User`").await;
}

#[tokio::test]
async fn case_10_daily_types_that_are_not_recorded_are_refused() {
    let volume = "AWS::EC2::Volume";
    for (settings, path, part) in [
        (
            json!({ "strategy": "only", "resourceTypes": ["AWS::S3::Bucket"], "dailyTypes": [volume] }),
            "recorder.dailyTypes[0]",
            "`resourceTypes` does not have it",
        ),
        (
            json!({ "strategy": "allExcept", "resourceTypes": [volume], "dailyTypes": ["AWS::S3::Bucket", volume] }),
            "recorder.dailyTypes[1]",
            "`resourceTypes` excludes it",
        ),
        (json!({ "dailyTypes": [volume, volume] }), "recorder.dailyTypes[1]", "listed twice"),
        (
            json!({ "globalTypes": false, "dailyTypes": ["AWS::IAM::Role"] }),
            "recorder.dailyTypes[0]",
            "`globalTypes` is false",
        ),
        (json!({ "strategy": "only", "resourceTypes": [volume, volume] }), "recorder.resourceTypes[1]", "listed twice"),
    ] {
        refused(recorder(&settings), path, part).await;
    }
    let misspelled = json!({ "strategy": "only", "resourceTypes": ["AWS::EC2::Volumes"] });
    warned(recorder(&misspelled), "recorder.resourceTypes[0]", "nearest: `AWS::EC2::Volume`").await;
    warned(json!({ "recorder": { "globalTypes": false } }), "recorder.globalTypes", "no effect").await;
}

#[tokio::test]
async fn case_11_a_strategy_sends_what_it_does_not_use_as_empty() {
    let none = json!([{ "resourceTypes": [] }]);
    for (settings, types, excluded) in [
        (json!({ "strategy": "all" }), json!([]), none.clone()),
        (json!({ "strategy": "only", "resourceTypes": ["AWS::S3::Bucket"] }), json!(["AWS::S3::Bucket"]), none.clone()),
        (
            json!({ "strategy": "allExcept", "resourceTypes": ["AWS::S3::Bucket"] }),
            json!([]),
            json!([{ "resourceTypes": ["AWS::S3::Bucket"] }]),
        ),
    ] {
        let (children, _) = taken(recorder(&settings)).await;
        let group = &inputs_of(&children, "compliance-recorder-recorder")["recordingGroup"];
        assert_eq!((&group["resourceTypes"], &group["exclusionByResourceTypes"]), (&types, &excluded), "{settings}");
    }
}

/// Security Hub's control Config.1 fails, critically, where a recorder has a role of another kind.
#[tokio::test]
async fn case_13_a_recorder_of_this_component_has_the_role_that_config_1_requires() {
    for more in [json!({}), json!({ "hardened": true, "rules": { "baseline": true } })] {
        let mut given = json!({ "recorder": { "mode": "create" } });
        given.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        let (children, _) = taken(given.clone()).await;
        let of_type = |token: &str| children.iter().filter(|child| child.type_token == token).collect::<Vec<_>>();
        let linked = of_type("aws:iam/serviceLinkedRole:ServiceLinkedRole");
        let services: Vec<_> = linked.iter().map(|role| shown(&role.inputs["awsServiceName"])).collect();
        assert_eq!(services, [json!("config.amazonaws.com")], "{given}");
        let trust = |role: &Registration| shown(&role.inputs["assumeRolePolicy"]).to_string();
        let others: Vec<_> = of_type("aws:iam/role:Role").into_iter().map(trust).collect();
        assert!(others.iter().all(|policy| !policy.contains("config.amazonaws.com")), "{given}: {others:#?}");
    }
}

#[tokio::test]
async fn case_15_reserved_concurrency_below_what_the_queue_starts_is_refused() {
    let given = json!({ "functions": { "reservedConcurrency": 1 } });
    refused(given, "functions.reservedConcurrency", "nearest: `2`").await;
    taken(json!({ "functions": { "reservedConcurrency": 2 } })).await;
}

#[tokio::test]
async fn case_17_and_journey_17_a_webhook_that_cannot_confirm_is_a_warning() {
    for (host, name) in [("hooks.slack.com/services/T0/B0/X", "Slack"), ("x.webhook.office.com/webhookb2/0", "Teams")] {
        let route = json!({ "severities": ["critical"], "https": format!("https://{host}") });
        let given = json!({ "notifications": { "emails": { "a": "a@example.com" }, "routes": { "on-call": route } } });
        warned(given, "notifications.routes.on-call.https", name).await;
    }
}

/// The mock's subscriptions all wait for a confirmation.
#[tokio::test]
async fn case_17_routes_that_have_not_confirmed_are_an_output() {
    let routes = json!({
        "on-call": { "severities": ["critical"], "https": "https://compliance.example.com/sns" },
        "auditors": { "frameworks": ["hipaa"], "email": "audit@example.com" },
        "payments": { "severities": ["high"], "sqs": "arn:aws:sqs:eu-west-1:111122223333:payments" },
    });
    let given = json!({ "notifications": { "emails": { "security": "security@example.com" }, "routes": routes } });
    let monitor = answers(MockMonitor::update());
    let made =
        construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    assert_eq!(shown(&made.outputs["pendingRoutes"]), json!(["auditors", "on-call"]));
    assert_eq!(shown(&made.outputs["pendingEmails"]), json!(["security", "auditors"]));
}

#[tokio::test]
async fn case_18_cron_that_skips_weekends_needs_longer_silent_hours() {
    for (schedule, hours, nearest) in [
        ("cron(0 6 * * ? *)", 13, "nearest: `25`"),
        ("cron(0 6 ? * MON-FRI *)", 25, "nearest: `73`"),
        ("cron(0 9 ? * MON *)", 168, "168 hours pass between two runs"),
        ("rate(1 day)", 24, "nearest: `25`"),
    ] {
        let given = json!({ "functions": { "schedule": schedule }, "alarms": { "silentHours": hours } });
        warned(given, "alarms.silentHours", nearest).await;
    }
    let given = json!({ "functions": { "schedule": "cron(0 6 ? * MON-FRI *)" }, "alarms": { "silentHours": 73 } });
    let (_, log) = taken(given).await;
    assert!(!log.iter().any(|line| line.contains("silentHours")), "{log:#?}");
}

#[tokio::test]
async fn case_18_retention_and_digest_are_held_against_the_schedule() {
    let weekly = "cron(0 9 ? * MON *)";
    let given = json!({ "functions": { "schedule": weekly }, "reports": { "retentionDays": 3 } });
    warned(given, "reports.retentionDays", "nearest: `7`").await;
    let given = json!({ "functions": { "schedule": weekly }, "notifications": { "digest": "daily" } });
    warned(given, "notifications.digest", "168 hours").await;
    let given = json!({ "functions": { "schedule": "cron(0 6 * * ? 2027-2030)" } });
    warned(given, "functions.schedule", "after 2030").await;
    refused(json!({ "functions": { "schedule": "cron(0 6 30 2 ? *)" } }), "functions.schedule", "no date").await;
}

#[tokio::test]
async fn case_19_scopes_of_custom_rules_are_checked() {
    let policy = "rule a { configuration exists }";
    let many: Vec<_> = (0..101).map(|number| format!("Acme::Data::T{number}")).collect();
    for (scope, path, part) in [
        (
            json!({ "resourceTypes": ["EC2 Volume"] }),
            "rules.custom[0].scope.resourceTypes[0]",
            "nearest: `AWS::EC2::Volume`",
        ),
        (
            json!({ "resourceTypes": ["AWS::EC2::Volume"], "resourceId": "" }),
            "rules.custom[0].scope.resourceId",
            "1 to 768",
        ),
        (
            json!({ "resourceTypes": ["AWS::EC2::Volume", "AWS::S3::Bucket"], "resourceId": "x" }),
            "rules.custom[0].scope.resourceId",
            "exactly one",
        ),
        (json!({ "tagKey": "k".repeat(200) }), "rules.custom[0].scope.tagKey", "1 to 128"),
        (json!({ "tagKey": "k", "tagValue": "v".repeat(257) }), "rules.custom[0].scope.tagValue", "1 to 256"),
        (json!({ "resourceTypes": many }), "rules.custom[0].scope.resourceTypes", "at most 100"),
    ] {
        refused(guard(policy, json!({ "scope": scope })), path, part).await;
    }
    for empty in [json!({}), json!({ "resourceTypes": [] })] {
        let given = guard(policy, json!({ "scope": empty }));
        warned(given.clone(), "rules.custom[0].scope", "charged").await;
        let (children, _) = taken(given).await;
        assert_eq!(inputs_of(&children, "compliance-rules-own").get("scope"), None);
    }
    let unknown = json!({ "scope": { "resourceTypes": ["AWS::EC2::Volumes"] } });
    warned(guard(policy, unknown), "rules.custom[0].scope.resourceTypes[0]", "nearest: `AWS::EC2::Volume`").await;
}

#[tokio::test]
async fn case_22_a_sample_of_the_documentation_is_no_default() {
    let managed = |rules: Json| json!({ "rules": { "managed": rules } });
    let tags = json!([{ "identifier": "REQUIRED_TAGS", "parameters": { "tag2Key": "owner" } }]);
    refused(managed(tags), "rules.managed[0].parameters.tag1Key", "sample").await;
    let images = json!([{ "identifier": "APPROVED_AMIS_BY_TAG" }]);
    refused(managed(images), "rules.managed[0].parameters.amisByTagKeyAndValue", "sample").await;
    let seven = json!([{ "identifier": "REQUIRED_TAGS", "parameters": { "tag1Key": "a", "tag7Key": "g" } }]);
    refused(managed(seven), "rules.managed[0].parameters.tag7Key", "Key`").await;
}

#[tokio::test]
async fn case_23_a_sample_of_a_pack_is_reported_with_the_parameter_to_set() {
    let given = json!({ "frameworks": [{ "id": "pci-dss-4.0" }, { "id": "security-best-practices-for-eks" }] });
    warned(given.clone(), "frameworks[0].parameters", "S3_BUCKET_POLICY_NOT_MORE_PERMISSIVE").await;
    warned(given, "frameworks[1].parameters", "`1.2`").await;
    let own = json!({ "EKS_CLUSTER_OLDEST_SUPPORTED_VERSION": { "oldestVersionSupported": "1.33" } });
    let (_, log) =
        taken(json!({ "frameworks": [{ "id": "security-best-practices-for-eks", "parameters": own }] })).await;
    assert!(!log.iter().any(|line| line.contains("OLDEST_SUPPORTED_VERSION.oldestVersionSupported`")), "{log:#?}");
    let eks = |version: Json| {
        let rule = json!({ "identifier": "EKS_CLUSTER_OLDEST_SUPPORTED_VERSION", "parameters": { "oldestVersionSupported": version } });
        json!({ "rules": { "managed": [rule] } })
    };
    // The last two are also what packs of AWS's have.
    for version in [json!(1.30), json!("1.3"), json!(1.20), json!("1.2")] {
        refused(eks(version), "rules.managed[0].parameters.oldestVersionSupported", "put it into quotes").await;
    }
    taken(eks(json!("1.30"))).await;
}

#[tokio::test]
async fn case_26_regions_that_are_unknown_or_have_to_be_enabled_are_reported() {
    warned(
        json!({ "aggregation": { "regions": ["eu-west-1", "us-east-9"] } }),
        "aggregation.regions[1]",
        "nearest: `us-east-1`",
    )
    .await;
    let (_, log) = taken(json!({ "aggregation": { "regions": ["eu-west-1", "me-south-1"] } })).await;
    assert!(log.iter().any(|line| line.contains("me-south-1") && line.contains("enabled")), "{log:#?}");
}
