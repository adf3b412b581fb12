//! Managed rules as inputs: beside the baseline, with secrets, where something is not offered or not recorded.

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance::parts::rule_set::RuleSet;
use aws_compliance::plan::baseline::BASELINE;
use pulumi_component::Error;
use pulumi_component::testing::{MockMonitor, construct_with, inputs, value};
use pulumi_component::value::{PropertyError, PropertyMap, PropertyValue, Value};
use serde_json::{Value as Json, json};

use crate::support::{answers, answers_in, shown};

const RULE: &str = "aws:cfg/rule:Rule";

/// The rules by logical name, and what was told.
async fn previewed(region: &str, given: Json) -> (Vec<(String, Json)>, Vec<String>) {
    let monitor = answers_in(region, MockMonitor::preview());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    let recorded = monitor.recorded();
    let rules = recorded.registrations.into_iter().map(|(_, one)| one).filter(|one| one.type_token == RULE);
    let rules = rules.map(|one| (one.name, shown(&Value::Object(one.inputs).into()))).collect();
    (rules, recorded.log.into_iter().map(|entry| entry.message).collect())
}

async fn document(region: &str, given: Json) -> Json {
    let monitor = answers_in(region, MockMonitor::preview());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    let registrations = monitor.recorded().registrations.into_iter().map(|(_, one)| one);
    let mut found = registrations.filter(|one| one.name == "compliance-functions-configuration");
    let content = shown(&found.next().expect("it is there").inputs["content"]);
    serde_json::from_str(content.as_str().expect("text")).expect("JSON")
}

fn of<'a>(rules: &'a [(String, Json)], identifier: &str) -> Vec<(&'a str, &'a Json)> {
    let of_it = |rule: &&(String, Json)| rule.1["source"]["sourceIdentifier"] == identifier;
    rules.iter().filter(of_it).map(|(name, rule)| (name.as_str(), rule)).collect()
}

#[tokio::test]
async fn finding_7_the_approved_instance_types_are_an_input() {
    let (rules, _) =
        previewed("eu-west-1", json!({ "rules": { "approvedInstanceTypes": ["m7g.large", "t3.micro"] } })).await;
    let [(name, rule)] = of(&rules, "DESIRED_INSTANCE_TYPE")[..] else { panic!("one rule") };
    assert_eq!(name, "compliance-rules-ec2-approved-instance-types");
    assert_eq!(rule["inputParameters"], json!(r#"{"instanceType":"m7g.large,t3.micro"}"#));
    let (rules, _) = previewed("eu-west-1", json!({})).await;
    let (_, rule) = of(&rules, "DESIRED_INSTANCE_TYPE")[0];
    assert_eq!(rule["inputParameters"], json!(r#"{"instanceType":"t2.micro,t2.small,t3.micro,t3.small"}"#));
    // The same types given as a managed rule are the baseline's rule, deployed once.
    let same = json!({ "rules": { "approvedInstanceTypes": ["m7g.large"],
        "managed": [{ "identifier": "DESIRED_INSTANCE_TYPE", "parameters": { "instanceType": "m7g.large" } }] } });
    assert_eq!(of(&previewed("eu-west-1", same).await.0, "DESIRED_INSTANCE_TYPE").len(), 1);
}

#[tokio::test]
async fn finding_7_an_instance_type_that_is_none_is_refused_with_the_nearest() {
    for (types, path, part) in [
        (json!([]), "rules.approvedInstanceTypes", "at least one"),
        (json!(["T3.Micro"]), "rules.approvedInstanceTypes[0]", "`t3.micro`"),
        (json!(["t3.micro", "t3.micro,t3.small"]), "rules.approvedInstanceTypes[1]", "one in each entry"),
    ] {
        let monitor = answers(MockMonitor::preview());
        let given = inputs(json!({ "rules": { "approvedInstanceTypes": types } }));
        match construct_with::<ComplianceMonitoring>(&monitor, "compliance", given).await {
            Err(Error::InvalidInputs(found)) => {
                assert!(found.len() == 1 && found[0].place() == path && found[0].reason.contains(part), "{found:?}");
            }
            other => panic!("expected invalid inputs, got {:?}", other.map(|_| "it constructs")),
        }
    }
}

#[tokio::test]
async fn a_rule_that_is_one_of_the_baseline_is_deployed_once_as_it_is_given() {
    let given = json!({ "rules": { "managed": [
        { "identifier": "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "severity": "critical", "description": "Ours" },
        { "identifier": "ENCRYPTED_VOLUMES", "name": "volumes", "scope": {} },
        { "identifier": "DESIRED_INSTANCE_TYPE", "parameters": { "instanceType": "t2.micro, t2.small,t3.micro,t3.small" } },
    ] } });
    let (rules, log) = previewed("eu-west-1", given.clone()).await;
    assert_eq!(rules.len(), BASELINE.len(), "{rules:#?}");
    let [(logical, rule)] = of(&rules, "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED")[..] else { panic!("{rules:#?}") };
    assert_eq!(
        (logical, &rule["name"]),
        ("compliance-rules-s3-bucket-encryption-enabled", &json!("s3-bucket-encryption-enabled"))
    );
    assert_eq!(rule["description"], "Ours");
    let [(logical, rule)] = of(&rules, "ENCRYPTED_VOLUMES")[..] else { panic!("{rules:#?}") };
    assert_eq!((logical, &rule["name"]), ("compliance-rules-volumes", &json!("volumes")));
    assert_eq!(rule.get("scope"), None);
    let [(logical, _)] = of(&rules, "DESIRED_INSTANCE_TYPE")[..] else { panic!("{rules:#?}") };
    assert_eq!(logical, "compliance-rules-ec2-approved-instance-types");
    let told = "`s3-bucket-encryption-enabled` of the baseline is deployed once, as `rules.managed[0]` gives it";
    assert_eq!(log.iter().filter(|line| *line == told).count(), 1, "{log:#?}");
    let document = document("eu-west-1", given).await;
    let entry = json!({
        "identifier": "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "name": "s3-bucket-encryption-enabled",
        "page": "s3-bucket-server-side-encryption-enabled", "remediation": "AWS-EnableS3BucketEncryption",
        "severity": "critical",
    });
    assert!(document["rules"].as_array().is_some_and(|rules| rules.contains(&entry)), "{document:#}");
}

#[tokio::test]
async fn journey_14_a_rule_with_other_parameters_or_a_scope_is_a_second_one_beside_the_baseline_and_told() {
    let given = json!({ "rules": { "managed": [
        { "identifier": "DESIRED_INSTANCE_TYPE", "parameters": { "instanceType": "t2.micro" } },
        { "identifier": "ENCRYPTED_VOLUMES", "scope": { "tagKey": "team" } },
    ] } });
    let (rules, log) = previewed("eu-west-1", given).await;
    assert_eq!(rules.len(), BASELINE.len() + 2, "{rules:#?}");
    let names: Vec<_> = of(&rules, "ENCRYPTED_VOLUMES").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["compliance-rules-ebs-volumes-encrypted", "compliance-rules-encrypted-volumes"]);
    let instead = "; to approve other instance types, set `rules.approvedInstanceTypes` instead";
    for (index, name, more) in [(0, "ec2-approved-instance-types", instead), (1, "ebs-volumes-encrypted", "")] {
        let told = format!(
            "`rules.managed[{index}]` has other parameters or another scope than `{name}` of the baseline: both are \
             evaluated and charged{more}"
        );
        assert!(log.iter().any(|line| line.starts_with(&told)), "{log:#?}");
    }
}

async fn refused(given: PropertyMap) -> Vec<PropertyError> {
    let mut problems = Vec::new();
    for monitor in [MockMonitor::preview(), MockMonitor::update()] {
        let monitor = answers(monitor);
        let Err(Error::InvalidInputs(found)) = construct_with::<RuleSet>(&monitor, "rules", given.clone()).await else {
            panic!("it is refused: {given:?}")
        };
        assert!(monitor.recorded().registrations.is_empty(), "nothing is registered");
        problems = found;
    }
    problems
}

/// `rules` of one list with one rule, of which a member is secret.
fn with_secret(list: &str, rule: Json, member: &[&str], secret: &str) -> PropertyMap {
    fn put(members: &mut PropertyMap, path: &[&str], secret: PropertyValue) {
        let Some((first, rest)) = path.split_first() else { return };
        if rest.is_empty() {
            members.insert((*first).to_owned(), secret);
            return;
        }
        let mut inner = match members.remove(*first).map(|value| value.value) {
            Some(Value::Object(inner)) => inner,
            _ => PropertyMap::new(),
        };
        put(&mut inner, rest, secret);
        members.insert((*first).to_owned(), Value::Object(inner).into());
    }
    let mut rule = inputs(rule);
    put(&mut rule, member, value(secret.into()).into_secret());
    let rules = PropertyMap::from([
        ("baseline".to_owned(), false.into()),
        (list.to_owned(), Value::List(vec![Value::Object(rule).into()]).into()),
    ]);
    PropertyMap::from([("rules".to_owned(), Value::Object(rules).into())])
}

/// The list and the rule, the member that is secret and its value, the path and the reason that are told.
type SecretCase<'a> = (&'a str, &'a Json, &'a [&'a str], &'a str, &'a str, &'a str);

/// What AWS Config would refuse at apply is told of a secret, too, and neither the secret nor what is nearest to it.
#[tokio::test]
async fn secrets_are_judged_and_not_shown() {
    let long = "s3cret".repeat(334);
    let function = json!({ "arn": "arn:aws:lambda:eu-west-1:111122223333:function:own" });
    let own = json!({ "name": "own", "function": function, "scope": { "tagKey": "team" } });
    let keys = json!({ "identifier": "ACCESS_KEYS_ROTATED" });
    let cases: [SecretCase<'_>; 9] = [
        (
            "managed",
            &keys,
            &["parameters", "maxAccessKeyAge"],
            "soon",
            "parameters.maxAccessKeyAge",
            "expected a whole number",
        ),
        (
            "managed",
            &json!({ "identifier": "ENCRYPTED_VOLUMES" }),
            &["frequency"],
            "Six_Hours",
            "frequency",
            "`ENCRYPTED_VOLUMES` reacts to configuration changes only and takes no frequency; remove it",
        ),
        (
            "managed",
            &json!({ "identifier": "AURORA_RESOURCES_PROTECTED_BY_BACKUP_PLAN" }),
            &["parameters", "resourceTags"],
            &long,
            "parameters",
            "expected at most 1024 characters as JSON, got 2023",
        ),
        (
            "managed",
            &keys,
            &["frequency"],
            "six_hours",
            "frequency",
            "expected one of One_Hour, Three_Hours, Six_Hours, Twelve_Hours, TwentyFour_Hours",
        ),
        (
            "managed",
            &keys,
            &["parameters", "maxAge"],
            "90",
            "parameters.maxAge",
            "`ACCESS_KEYS_ROTATED` has no such parameter",
        ),
        ("managed", &keys, &["scope", "tagValue"], "team-x", "scope.tagValue", "goes with a `tagKey`"),
        (
            "custom",
            &own,
            &["parameters", "most"],
            &long,
            "parameters",
            "expected at most 1024 characters as JSON, got 2015",
        ),
        (
            "custom",
            &own,
            &["triggers", "frequency"],
            "daily-ish",
            "triggers.frequency",
            "expected one of One_Hour, Three_Hours, Six_Hours, Twelve_Hours, TwentyFour_Hours",
        ),
        (
            "custom",
            &own,
            &["function", "arn"],
            "arn:aws:lambda:us-east-1:111122223333:function:own",
            "function.arn",
            "expected a function of eu-west-1, where this is deployed: AWS Config invokes no other",
        ),
    ];
    for (list, rule, member, secret, path, reason) in cases {
        let problems = refused(with_secret(list, rule.clone(), member, secret)).await;
        let shown = problems.iter().map(ToString::to_string).collect::<String>();
        assert_eq!(shown, format!("rules.{list}[0].{path} (secret): {reason}"));
        assert!(!shown.contains(secret) && !shown.contains("nearest"), "{shown}");
    }
}

#[tokio::test]
async fn whether_a_secret_is_what_another_rule_has_is_not_told() {
    let plain =
        inputs(json!({ "identifier": "ACCESS_KEYS_ROTATED", "name": "a", "parameters": { "maxAccessKeyAge": "45" } }));
    let mut rules = with_secret(
        "managed",
        json!({ "identifier": "ACCESS_KEYS_ROTATED", "name": "b" }),
        &["parameters", "maxAccessKeyAge"],
        "45",
    );
    if let Some(Value::Object(rules)) = rules.get_mut("rules").map(|rules| &mut rules.value)
        && let Some(Value::List(managed)) = rules.get_mut("managed").map(|managed| &mut managed.value)
    {
        managed.push(Value::Object(plain).into());
    }
    let monitor = answers(MockMonitor::update());
    construct_with::<RuleSet>(&monitor, "rules", rules).await.expect("it constructs");
}

#[tokio::test]
async fn the_same_rule_is_found_whether_its_defaults_are_given_or_not() {
    let given = json!({ "rules": { "managed": [
        { "identifier": "ACCESS_KEYS_ROTATED" },
        { "identifier": "ACCESS_KEYS_ROTATED", "name": "again", "parameters": { "maxAccessKeyAge": "90" } },
    ] } });
    let problems = refused(inputs(given)).await;
    assert_eq!(problems.iter().map(|problem| problem.place()).collect::<Vec<_>>(), ["rules.managed[1]"]);
    assert!(problems[0].reason.starts_with("the same as [0]"), "{problems:?}");
}

#[tokio::test]
async fn rules_whose_types_our_recorder_leaves_out_are_told() {
    let recorder = |mode: &str| json!({ "mode": mode, "strategy": "allExcept", "resourceTypes": ["AWS::EC2::Volume"] });
    let unrecorded = "the rule `ebs-volumes-encrypted` looks at `AWS::EC2::Volume`, which the recorder \
                      `compliance-recorder` does not record: it has no results until they are recorded";
    let (_, log) = previewed("eu-west-1", json!({ "recorder": recorder("create") })).await;
    assert!(log.contains(&format!("rules.baseline: {unrecorded}")), "{log:#?}");
    let given =
        json!({ "recorder": recorder("create"), "rules": { "managed": [{ "identifier": "ENCRYPTED_VOLUMES" }] } });
    let (_, log) = previewed("eu-west-1", given).await;
    assert!(log.contains(&format!("rules.managed[0].identifier: {unrecorded}")), "{log:#?}");
    let (_, log) = previewed("eu-west-1", json!({ "recorder": recorder("reuse") })).await;
    assert!(!log.iter().any(|line| line.contains(unrecorded)), "its settings are for a recorder of ours: {log:#?}");
}

/// ca-west-1 lacks ACCESS_KEYS_ROTATED.
#[tokio::test]
async fn what_a_region_lacks_and_what_people_answer_are_in_the_configuration_document() {
    for deploy_as in ["rules", "conformancePack"] {
        let given = json!({ "frameworks": [{ "id": "hipaa", "deployAs": deploy_as }] });
        let found = document("ca-west-1", given.clone()).await;
        assert_eq!(found["manual"], json!({ "hipaa": ["annual-risk-assessment-performed"] }), "{deploy_as}");
        let lacking = found["notAssessed"].as_array().expect("a list");
        let keys = lacking.iter().find(|rule| rule["identifier"] == "ACCESS_KEYS_ROTATED").expect("it is lacking");
        assert!(keys["frameworks"]["hipaa"].is_array(), "{deploy_as}: {keys}");
        let watched = found["rules"].as_array().into_iter().chain(found["packs"][0]["rules"].as_array()).flatten();
        assert!(!watched.into_iter().any(|rule| rule["identifier"] == "ACCESS_KEYS_ROTATED"), "{deploy_as}");
        let offered = document("eu-west-1", given).await;
        let lacking = offered["notAssessed"].as_array().into_iter().flatten();
        assert!(!lacking.into_iter().any(|rule| rule["identifier"] == "ACCESS_KEYS_ROTATED"), "{deploy_as}");
    }
    let managed = json!([{ "identifier": "ACCESS_KEYS_ROTATED", "onUnavailable": "skip" }]);
    let found = document("ca-west-1", json!({ "rules": { "managed": managed } })).await;
    assert_eq!(found["notAssessed"], json!([{ "identifier": "ACCESS_KEYS_ROTATED" }]));
    assert_eq!(found.get("manual"), None);
}
