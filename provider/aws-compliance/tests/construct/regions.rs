//! Several regions: which children each gets, and that none leaves its region.

use std::collections::BTreeMap;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::Error;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs, value};
use pulumi_component::value::{PropertyMap, Value};
use serde_json::{Value as Json, json};

use crate::support::{REGION, answers, answers_in, every_input, shown};

const HOME: &str = REGION;
const GET_REGIONS: &str = "aws:index/getRegions:getRegions";
const OTHERS: [&str; 2] = ["us-east-1", "eu-central-1"];

struct Made {
    children: BTreeMap<String, Registration>,
    messages: Vec<String>,
}

async fn made(given: PropertyMap) -> Made {
    made_with(MockMonitor::preview(), given).await
}

async fn made_with(monitor: MockMonitor, given: PropertyMap) -> Made {
    let monitor = answers(monitor);
    let made = construct_with::<ComplianceMonitoring>(&monitor, "audit", given).await;
    let recorded = monitor.recorded();
    if let Err(error) = made {
        panic!("{error:?}");
    }
    Made {
        children: recorded.registrations.into_iter().map(|(urn, child)| (urn.to_string(), child)).collect(),
        messages: recorded.log.into_iter().map(|entry| entry.message).collect(),
    }
}

impl Made {
    fn aws(&self) -> impl Iterator<Item = &Registration> {
        self.children.values().filter(|child| child.custom)
    }

    fn of_type(&self, token: &str) -> Vec<&Registration> {
        self.aws().filter(|child| child.type_token == token).collect()
    }

    fn names(&self, token: &str) -> Vec<&str> {
        self.of_type(token).into_iter().map(|child| child.name.as_str()).collect()
    }

    /// What the functions are configured with.
    fn document(&self) -> Json {
        let child = self.aws().find(|child| child.name == "audit-functions-configuration").expect("a document");
        let content = of(child, "content").expect("its content");
        serde_json::from_str(content.as_str().expect("text")).expect("JSON")
    }

    /// Whether a message begins and ends so.
    fn says(&self, start: &str, end: &str) {
        let found = self.messages.iter().any(|message| message.starts_with(start) && message.ends_with(end));
        assert!(found, "{start} .. {end}: {:?}", self.messages);
    }
}

async fn problems_in(home: &str, given: Json) -> Vec<(String, String)> {
    problems_with(MockMonitor::preview(), home, given).await
}

async fn problems_with(monitor: MockMonitor, home: &str, given: Json) -> Vec<(String, String)> {
    let monitor = answers_in(home, monitor);
    match construct_with::<ComplianceMonitoring>(&monitor, "audit", inputs(given)).await {
        Err(Error::InvalidInputs(found)) => found.into_iter().map(|one| (one.place(), one.reason)).collect(),
        other => panic!("expected invalid inputs, got {:?}", other.map(|_| "it constructs")),
    }
}

fn of(child: &Registration, input: &str) -> Option<Json> {
    child.inputs.get(input).map(shown)
}

/// The other region that a logical name has.
fn region_in(name: &str) -> Option<&'static str> {
    OTHERS.into_iter().find(|code| name.contains(&format!("-{code}")))
}

fn with(mut given: PropertyMap, regions: &[&str]) -> PropertyMap {
    given.extend(inputs(json!({ "regions": regions })));
    given
}

/// Global types have no region; every other child has the one of its name, and home's have none.
fn assert_in_their_regions(made: &Made) {
    for child in made.aws() {
        let expected = region_in(&child.name).map(|code| json!(code));
        assert!(expected.is_none() || !child.type_token.starts_with("aws:iam/"), "{}", child.name);
        assert_eq!(of(child, "region"), expected, "{} {}", child.type_token, child.name);
    }
}

#[tokio::test]
async fn every_child_of_every_input_is_in_the_region_of_its_name() {
    let made = made(with(every_input(), &[HOME, OTHERS[0], OTHERS[1]])).await;
    assert_in_their_regions(&made);
    for code in OTHERS {
        let types: Vec<_> = made.aws().filter(|child| region_in(&child.name) == Some(code)).collect();
        assert!(types.iter().any(|child| child.type_token == "aws:cfg/rule:Rule"));
        assert!(types.iter().any(|child| child.type_token == "aws:cfg/conformancePack:ConformancePack"));
        assert!(types.iter().any(|child| child.type_token == "aws:cloudcontrol/resource:Resource"));
        assert!(types.iter().all(|child| !child.type_token.starts_with("aws:lambda/function")));
    }
}

#[tokio::test]
async fn region_that_is_added_changes_nothing_in_the_others() {
    for base in [json!({}), json!({ "recorder": { "mode": "create" } })] {
        let before = made(inputs(base.clone())).await;
        let after = made(with(inputs(base), &OTHERS)).await;
        for (urn, child) in &before.children {
            let now = after.children.get(urn).unwrap_or_else(|| panic!("{urn} is gone"));
            let changed: Vec<_> = now.inputs.keys().filter(|name| of(now, name) != of(child, name)).collect();
            match child.type_token.as_str() {
                "aws:cfg/configurationAggregator:ConfigurationAggregator" => {
                    assert_eq!(changed, ["accountAggregationSource"]);
                    let regions = &of(now, "accountAggregationSource").expect("a source")["regions"];
                    assert_eq!(*regions, json!([HOME, OTHERS[0], OTHERS[1]]));
                }
                // The functions know the regions that they watch, and may read there.
                _ if !child.custom || child.name.starts_with("audit-functions-") => {}
                _ => assert_eq!(changed, Vec::<&String>::new(), "{urn}"),
            }
        }
        let new = after.children.iter().filter(|(urn, _)| !before.children.contains_key(*urn));
        assert!(new.clone().count() > 0);
        for (urn, child) in new {
            assert!(region_in(&child.name).is_some() || child.type_token.starts_with("aws:iam/"), "{urn}");
        }
    }
}

#[tokio::test]
async fn budget_and_estimate_cover_every_region() {
    let given = || inputs(json!({ "cost": { "monthlyBudgetUsd": 20 } }));
    for (regions, expected) in [(&[][..], json!([HOME])), (&OTHERS[..], json!([HOME, OTHERS[0], OTHERS[1]]))] {
        let made = made(with(given(), regions)).await;
        let [budget] = made.of_type("aws:budgets/budget:Budget")[..] else { panic!("one budget") };
        let filters = of(budget, "costFilters").expect("filters");
        assert_eq!(filters[0], json!({ "name": "Service", "values": ["AWS Config"] }));
        assert_eq!(filters[1], json!({ "name": "Region", "values": expected }));
        let estimate = made.messages.iter().find(|message| message.starts_with("estimated ")).expect("an estimate");
        assert_eq!(estimate.contains(" in 3 regions: "), !regions.is_empty(), "{estimate}");
    }
}

#[tokio::test]
async fn home_that_is_listed_alone_is_no_other_region() {
    let (without, with_home) = (made(inputs(json!({}))).await, made(with(inputs(json!({})), &[HOME])).await);
    assert_eq!(without.children.keys().collect::<Vec<_>>(), with_home.children.keys().collect::<Vec<_>>());
}

#[tokio::test]
async fn rules_about_global_resources_are_evaluated_at_home_alone() {
    let managed = json!([{ "identifier": "IAM_PASSWORD_POLICY" }, { "identifier": "S3_BUCKET_VERSIONING_ENABLED" }]);
    let made = made(with(inputs(json!({ "rules": { "managed": managed, "baseline": false } })), &[OTHERS[0]])).await;
    assert_eq!(
        made.names("aws:cfg/rule:Rule"),
        [
            "audit-rules-iam-password-policy",
            "audit-rules-s3-bucket-versioning-enabled",
            "audit-rules-us-east-1-s3-bucket-versioning-enabled",
        ]
    );
    let said = "us-east-1: rules about global resources are evaluated in eu-west-1 alone: IAM_PASSWORD_POLICY";
    assert!(made.messages.iter().any(|message| message == said), "{:?}", made.messages);
}

#[tokio::test]
async fn rules_that_a_region_does_not_offer_are_not_assessed_there() {
    let managed = json!([{ "identifier": "S3_BUCKET_VERSIONING_ENABLED" }, { "identifier": "RDS_DB_SECURITY_GROUP_NOT_ALLOWED" }]);
    let made = made(with(inputs(json!({ "rules": { "managed": managed, "baseline": false } })), &[OTHERS[1]])).await;
    assert_eq!(
        made.names("aws:cfg/rule:Rule"),
        [
            "audit-rules-eu-central-1-s3-bucket-versioning-enabled",
            "audit-rules-rds-db-security-group-not-allowed",
            "audit-rules-s3-bucket-versioning-enabled",
        ]
    );
    made.says("eu-central-1: not offered there and not assessed (facts of ", "RDS_DB_SECURITY_GROUP_NOT_ALLOWED");
}

#[tokio::test]
async fn rules_that_home_does_not_offer_are_named_for_the_regions_that_do() {
    let managed = json!([{ "identifier": "CONNECT_INSTANCE_LOGGING_ENABLED", "onUnavailable": "skip" }]);
    let made = made(with(inputs(json!({ "rules": { "managed": managed } })), &OTHERS)).await;
    assert!(made.names("aws:cfg/rule:Rule").iter().all(|name| !name.contains("connect-instance")));
    made.says("us-east-1: not offered in eu-west-1, so not evaluated here either", "CONNECT_INSTANCE_LOGGING_ENABLED");
}

#[tokio::test]
async fn configuration_has_what_each_region_does_not_evaluate_and_why() {
    let rules = json!({
        "managed": [
            { "identifier": "IAM_PASSWORD_POLICY" },
            { "identifier": "RDS_DB_SECURITY_GROUP_NOT_ALLOWED" },
            { "identifier": "S3_BUCKET_VERSIONING_ENABLED" },
        ],
        "custom": [
            { "name": "own", "function": { "arn": "arn:aws:lambda:eu-west-1:111122223333:function:own" },
              "scope": { "resourceTypes": ["AWS::EC2::Volume"] } },
            { "name": "users", "guard": { "policy": "rule users { configuration exists }" },
              "scope": { "resourceTypes": ["AWS::IAM::User"] } },
        ],
    });
    let made = made(with(inputs(json!({ "rules": rules })), &OTHERS)).await;
    let regions = &made.document()["regions"];
    assert_eq!(
        regions["eu-central-1"],
        json!({
            "atHome": ["IAM_PASSWORD_POLICY", "users"],
            "functionAtHome": ["own"],
            "notOffered": ["RDS_DB_SECURITY_GROUP_NOT_ALLOWED"],
            "without": ["iam-password-policy", "own", "rds-db-security-group-not-allowed", "users"],
        })
    );
    assert_eq!(regions["us-east-1"]["notOffered"], Json::Null);
}

#[tokio::test]
async fn custom_rules_about_iam_alone_are_evaluated_at_home_alone() {
    let custom = |name: &str, types: &[&str]| {
        json!({ "name": name, "guard": { "policy": "rule own { configuration exists }" },
                "scope": { "resourceTypes": types } })
    };
    let custom = json!([
        custom("global", &["AWS::IAM::User", "AWS::IAM::Role"]),
        custom("mixed", &["AWS::IAM::User", "AWS::EC2::Volume"]),
    ]);
    let made = made(with(inputs(json!({ "rules": { "custom": custom, "baseline": false } })), &[OTHERS[0]])).await;
    assert_eq!(
        made.names("aws:cfg/rule:Rule"),
        ["audit-rules-global", "audit-rules-mixed", "audit-rules-us-east-1-mixed"]
    );
    made.says("us-east-1: rules about global resources are evaluated in eu-west-1 alone: ", "global");
}

#[tokio::test]
async fn custom_rules_with_a_function_are_evaluated_in_its_region_alone() {
    let custom = json!([
        { "name": "own", "function": { "arn": "arn:aws:lambda:eu-west-1:111122223333:function:own" },
          "scope": { "resourceTypes": ["AWS::EC2::Volume"] } },
        { "name": "guard", "guard": { "policy": "rule own { configuration.encrypted == true }" },
          "scope": { "resourceTypes": ["AWS::EC2::Volume"] } },
    ]);
    let made = made(with(inputs(json!({ "rules": { "custom": custom, "baseline": false } })), &[OTHERS[0]])).await;
    assert_eq!(
        made.names("aws:cfg/rule:Rule"),
        ["audit-rules-guard", "audit-rules-own", "audit-rules-us-east-1-guard"]
    );
}

#[tokio::test]
async fn recorders_of_other_regions_share_role_and_bucket_and_record_no_global_types() {
    let made = made(with(inputs(json!({ "recorder": { "mode": "create" } })), &[OTHERS[0]])).await;
    assert_eq!(made.of_type("aws:iam/serviceLinkedRole:ServiceLinkedRole").len(), 1);
    let [home, other] = made.of_type("aws:cfg/recorder:Recorder")[..] else { panic!("two recorders") };
    let group = |child| of(child, "recordingGroup").expect("a group")["includeGlobalResourceTypes"].clone();
    assert_eq!((group(home), group(other)), (json!(true), json!(false)));
    let [_, channel] = made.of_type("aws:cfg/deliveryChannel:DeliveryChannel")[..] else { panic!("two channels") };
    assert_eq!(of(channel, "region"), Some(json!(OTHERS[0])));
    let buckets = made.of_type("aws:s3/bucket:Bucket");
    assert_eq!(buckets.len(), 1);
}

#[tokio::test]
async fn remediations_of_all_regions_share_one_role() {
    let managed = json!([{ "identifier": "S3_BUCKET_VERSIONING_ENABLED", "remediation": { "acceptInferred": true } }]);
    let made = made(with(inputs(json!({ "rules": { "managed": managed } })), &OTHERS)).await;
    assert_eq!(made.of_type("aws:cfg/remediationConfiguration:RemediationConfiguration").len(), 3);
    // Those of the functions, of the remediation, and of the forwarder.
    assert_eq!(made.of_type("aws:iam/role:Role").len(), 3 + 1 + 1);
    assert_in_their_regions(&made);
}

#[tokio::test]
async fn authorization_of_another_region_names_the_aggregator_of_home() {
    let made = made(with(inputs(json!({ "tags": { "team": "security" } })), &[OTHERS[0]])).await;
    let [authorization] = made.of_type("aws:cloudcontrol/resource:Resource")[..] else { panic!("one") };
    assert_eq!(authorization.name, "audit-aggregation-us-east-1-authorization");
    assert_eq!(of(authorization, "typeName"), Some(json!("AWS::Config::AggregationAuthorization")));
    let Some(Value::String(state)) = authorization.inputs.get("desiredState").map(|state| &state.value) else {
        panic!("a state")
    };
    let state: Json = serde_json::from_str(state).expect("JSON");
    assert_eq!((&state["AuthorizedAccountId"], &state["AuthorizedAwsRegion"]), (&json!("111122223333"), &json!(HOME)));
    assert_eq!(state["Tags"][1], json!({ "Key": "team", "Value": "security" }));
}

#[tokio::test]
async fn regions_that_cannot_be_monitored_are_refused_at_their_place() {
    for (regions, place, part) in [
        (json!(["us-east-1", "us-east-1"]), "regions[1]", "listed twice"),
        (json!(["us-east-1", "cn-north-1"]), "regions[1]", "in the partition `aws-cn`"),
        (json!(["us-east-1a"]), "regions[0]", "`us-east-1`"),
        (json!("us-east-1"), "regions", "list"),
    ] {
        let found = problems_in(HOME, json!({ "regions": regions })).await;
        let named = |(at, reason): &(String, String)| at == place && reason.contains(part);
        assert!(found.iter().any(named), "{regions}: {found:?}");
    }
}

#[tokio::test]
async fn region_that_is_not_enabled_is_refused_at_its_place_with_the_command_that_enables_it() {
    let answers = || MockMonitor::preview().result(GET_REGIONS, "names", value(json!(["ap-east-1", "me-south-1"])));
    let given = json!({ "regions": ["us-east-1", "me-south-1", "af-south-1"] });
    let found = problems_with(answers(), HOME, given).await;
    let [(place, reason)] = &found[..] else { panic!("one problem: {found:?}") };
    assert_eq!(place, "regions[1]");
    for part in ["111122223333", "aws account enable-region --region-name me-south-1", "remove it from `regions`"] {
        assert!(reason.contains(part), "{reason}");
    }
    // The regions that every account has are not asked for.
    made_with(MockMonitor::preview().refuse(GET_REGIONS, "AccessDenied"), with(inputs(json!({})), &OTHERS)).await;
}

#[tokio::test]
async fn deployer_who_may_not_ask_for_regions_is_warned_where_one_has_to_be_enabled() {
    let denied = MockMonitor::preview().refuse(GET_REGIONS, "AccessDenied: ec2:DescribeRegions");
    let made = made_with(denied, with(inputs(json!({})), &["me-south-1"])).await;
    made.says("regions: it was not found out whether the account has enabled me-south-1", "not enabled");
}

#[tokio::test]
async fn home_that_cannot_record_global_types_is_refused_with_other_regions() {
    let found = problems_in("eu-central-2", json!({ "regions": ["eu-west-1"] })).await;
    let [(place, reason)] = &found[..] else { panic!("one problem: {found:?}") };
    assert!(
        place == "regions" && reason.contains("cannot record IAM users") && reason.contains("eu-central-2"),
        "{reason}"
    );
}

#[tokio::test]
async fn recorder_of_iam_types_alone_is_refused_in_another_region() {
    let recorder = json!({ "mode": "create", "strategy": "only", "resourceTypes": ["AWS::IAM::User"] });
    let found = problems_in(HOME, json!({ "regions": [OTHERS[0]], "recorder": recorder })).await;
    assert!(found.iter().any(|(place, reason)| place == "regions[0]" && reason.contains("types of IAM")), "{found:?}");
}

#[tokio::test]
async fn changes_of_other_regions_are_forwarded_with_one_role_for_this_account_and_these_rules() {
    let made = made(with(inputs(json!({})), &OTHERS)).await;
    let targets = made.of_type("aws:cloudwatch/eventTarget:EventTarget");
    let forwarded: Vec<_> = targets.into_iter().filter(|target| region_in(&target.name).is_some()).collect();
    assert_eq!(forwarded.len(), OTHERS.len());
    for target in forwarded {
        let bus = format!("arn:aws:events:{HOME}:111122223333:event-bus/default");
        assert_eq!(of(target, "arn"), Some(json!(bus)));
        assert!(target.inputs.contains_key("roleArn"));
    }
    let role = made.aws().find(|child| child.name == "audit-forwarder-role").expect("a role");
    let Some(Value::String(trust)) = role.inputs.get("assumeRolePolicy").map(|trust| &trust.value) else {
        panic!("a policy")
    };
    let trust: Json = serde_json::from_str(trust).expect("JSON");
    assert_eq!(
        trust["Statement"][0]["Condition"],
        json!({
            "StringEquals": { "aws:SourceAccount": "111122223333" },
            "ArnLike": { "aws:SourceArn": "arn:aws:events:*:111122223333:rule/compliance-compliance-change*" },
        })
    );
}
