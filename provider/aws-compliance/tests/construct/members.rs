//! Other accounts: what a member gets, and what home lets it do.

use std::collections::BTreeMap;

use aws_compliance::parts::member::MemberAccount;
use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::Error;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyMap, PropertyValue, Value};
use serde_json::{Value as Json, json};

use crate::support::{ACCOUNT, REGION, answers, answers_in, shown};

/// The account of home, where it is not that of the deployment.
const HOME: &str = "444455556666";
const MEMBERS: [&str; 2] = ["444455556666", "777788889999"];
const PERMISSION: &str = "aws:cloudwatch/eventPermission:EventPermission";

struct Made {
    children: Vec<Registration>,
    outputs: PropertyMap,
    messages: Vec<String>,
}

impl Made {
    fn names(&self, token: &str) -> Vec<&str> {
        let found = self.children.iter().filter(|child| child.type_token == token);
        let mut names: Vec<_> = found.map(|child| child.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    fn inputs(&self, name: &str) -> Json {
        let found = self.children.iter().find(|child| child.name == name);
        let found = found.unwrap_or_else(|| panic!("no child is called {name}"));
        shown(&Value::Object(found.inputs.clone()).into())
    }

    fn statements(&self, name: &str) -> Vec<Json> {
        let policy: Json = serde_json::from_str(self.inputs(name)["policy"].as_str().expect("a policy")).expect("JSON");
        policy["Statement"].as_array().expect("statements").clone()
    }

    fn types(&self) -> BTreeMap<&str, usize> {
        let mut types = BTreeMap::new();
        for child in self.children.iter().filter(|child| child.custom) {
            *types.entry(child.type_token.as_str()).or_default() += 1;
        }
        types
    }
}

fn home(more: Json) -> Json {
    let mut home = json!({ "accountId": HOME, "region": "us-east-1" });
    home.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    home
}

fn delivery() -> Json {
    let key = format!("arn:aws:kms:us-east-1:{HOME}:key/1");
    json!({ "bucketName": "central-reports", "kmsKeyArn": key })
}

async fn member(given: Json) -> Made {
    let monitor = answers(MockMonitor::update());
    let made = construct_with::<MemberAccount>(&monitor, "payments", inputs(given)).await;
    of(made.expect("it constructs").outputs, monitor.recorded())
}

async fn whole(given: Json) -> Made {
    whole_with(MockMonitor::update(), given).await
}

async fn whole_with(monitor: MockMonitor, given: Json) -> Made {
    let monitor = answers(monitor);
    let made = construct_with::<ComplianceMonitoring>(&monitor, "central", inputs(given)).await;
    of(made.expect("it constructs").outputs, monitor.recorded())
}

fn of(outputs: PropertyMap, recorded: pulumi_component::testing::Recorded) -> Made {
    Made {
        children: recorded.registrations.into_iter().map(|(_, child)| child).collect(),
        outputs,
        messages: recorded.log.into_iter().map(|entry| entry.message).collect(),
    }
}

async fn refused(region: &str, given: PropertyMap) -> Vec<(String, String)> {
    let monitor = answers_in(region, MockMonitor::preview());
    match construct_with::<MemberAccount>(&monitor, "payments", given).await {
        Err(Error::InvalidInputs(found)) => found.into_iter().map(|one| (one.place(), one.reason)).collect(),
        other => panic!("expected invalid inputs, got {:?}", other.map(|_| "it constructs")),
    }
}

#[tokio::test]
async fn member_has_rules_authorization_and_forwarding_and_nothing_else() {
    let made = member(json!({ "home": home(json!({})) })).await;
    let expected = [
        ("aws:cfg/aggregateAuthorization:AggregateAuthorization", 1),
        ("aws:cfg/rule:Rule", 4),
        ("aws:cloudwatch/eventRule:EventRule", 1),
        ("aws:cloudwatch/eventTarget:EventTarget", 1),
        ("aws:iam/role:Role", 1),
        ("aws:iam/rolePolicy:RolePolicy", 1),
    ];
    assert_eq!(made.types(), BTreeMap::from(expected));
    let authorization = made.inputs("payments-aggregation-authorization");
    assert_eq!(
        (&authorization["accountId"], &authorization["authorizedAwsRegion"]),
        (&json!(HOME), &json!("us-east-1"))
    );
    assert_eq!(shown(&made.outputs["authorizedRegions"]), json!([REGION]));
    assert!(made.outputs.get("configRoleArn").is_none_or(|role| shown(role).is_null()));
    assert_eq!(shown(&made.outputs["forwarderRoleArn"]), json!("arn:aws:mock:::payments-forwarder-role"));
}

#[tokio::test]
async fn member_forwards_to_the_default_bus_of_home_and_no_other_with_a_role_for_its_own_rules() {
    let made = member(json!({ "home": home(json!({})), "namePrefix": "audit" })).await;
    let bus = format!("arn:aws:events:us-east-1:{HOME}:event-bus/default");
    let target = made.inputs("payments-forward-target");
    assert_eq!((&target["arn"], &target["targetId"]), (&json!(bus), &json!("home")));
    assert!(target["roleArn"].is_string());
    assert_eq!(made.inputs("payments-forward")["name"], json!("audit-compliance-change"));
    let [allowed] = &made.statements("payments-forwarder-policy")[..] else { panic!("one statement") };
    assert_eq!((&allowed["Action"], &allowed["Resource"]), (&json!(["events:PutEvents"]), &json!([bus])));
    let trust = made.inputs("payments-forwarder-role")["assumeRolePolicy"].as_str().expect("a policy").to_owned();
    let trust: Json = serde_json::from_str(&trust).expect("JSON");
    assert_eq!(
        trust["Statement"][0]["Condition"],
        json!({
            "StringEquals": { "aws:SourceAccount": ACCOUNT },
            "ArnLike": { "aws:SourceArn": format!("arn:aws:events:*:{ACCOUNT}:rule/audit-compliance-change*") },
        })
    );
}

#[tokio::test]
async fn regions_of_a_member_have_its_rules_but_those_about_global_resources_and_share_its_role() {
    let managed = json!([{ "identifier": "IAM_PASSWORD_POLICY" }, { "identifier": "S3_BUCKET_VERSIONING_ENABLED" }]);
    let rules = json!({ "managed": managed, "baseline": false });
    let made = member(json!({ "home": home(json!({})), "rules": rules, "regions": ["eu-central-1"] })).await;
    assert_eq!(
        made.names("aws:cfg/rule:Rule"),
        [
            "payments-rules-eu-central-1-s3-bucket-versioning-enabled",
            "payments-rules-iam-password-policy",
            "payments-rules-s3-bucket-versioning-enabled",
        ]
    );
    let authorization = made.inputs("payments-aggregation-eu-central-1-authorization");
    assert_eq!(authorization["region"], json!("eu-central-1"));
    assert!(authorization["desiredState"].as_str().is_some_and(|state| state.contains(HOME)), "{authorization}");
    assert_eq!(made.names("aws:iam/role:Role"), ["payments-forwarder-role"]);
    assert_eq!(
        made.names("aws:cloudwatch/eventTarget:EventTarget"),
        ["payments-forward-eu-central-1-target", "payments-forward-target"]
    );
    for child in made.children.iter().filter(|child| child.custom) {
        let region = child.inputs.get("region").map(shown);
        let expected = child.name.contains("eu-central-1").then(|| json!("eu-central-1"));
        assert_eq!(region, expected, "{}", child.name);
    }
    assert_eq!(shown(&made.outputs["authorizedRegions"]), json!([REGION, "eu-central-1"]));
}

#[tokio::test]
async fn recorders_of_a_member_deliver_to_the_bucket_of_home_with_its_key() {
    let recorder = json!({ "mode": "create" });
    let given = json!({ "home": home(delivery()), "recorder": recorder, "regions": ["eu-central-1"] });
    let made = member(given).await;
    for name in ["payments-recorder-channel", "payments-recorder-eu-central-1-channel"] {
        let channel = made.inputs(name);
        assert_eq!(channel["s3BucketName"], json!("central-reports"));
        assert_eq!(channel["s3KmsKeyArn"], json!(format!("arn:aws:kms:us-east-1:{HOME}:key/1")));
    }
    let group = |name: &str| made.inputs(name)["recordingGroup"]["includeGlobalResourceTypes"].clone();
    let groups = (group("payments-recorder-recorder"), group("payments-recorder-eu-central-1-recorder"));
    assert_eq!(groups, (json!(true), json!(false)));
    let linked = made.names("aws:iam/serviceLinkedRole:ServiceLinkedRole");
    assert_eq!(linked, ["payments-recorder-service-linked-role"], "one for all regions");
    let arn = json!(format!("arn:aws:mock:::{}", linked[0]));
    assert_eq!(shown(&made.outputs["configRoleArn"]), arn);
    assert_eq!(made.inputs("payments-recorder-eu-central-1-recorder")["roleArn"], arn);
    // Neither bucket nor key is here.
    assert!(made.types().keys().all(|token| !token.starts_with("aws:s3/") && !token.starts_with("aws:kms/")));
}

#[tokio::test]
async fn account_of_home_is_no_member_even_where_it_is_secret() {
    let own = PropertyValue::from(ACCOUNT).into_secret();
    let home = PropertyMap::from([("accountId".to_owned(), own), ("region".to_owned(), "us-east-1".into())]);
    let found = refused(REGION, PropertyMap::from([("home".to_owned(), Value::Object(home).into())])).await;
    let [(place, reason)] = &found[..] else { panic!("one problem: {found:?}") };
    assert!(place.starts_with("home.accountId") && reason.contains("`regions`"), "{place}: {reason}");
    assert!(!reason.contains(ACCOUNT), "{reason}");
}

#[tokio::test]
async fn member_that_cannot_record_global_types_is_refused_with_other_regions() {
    let found = refused("eu-central-2", inputs(json!({ "home": home(json!({})), "regions": ["eu-west-1"] }))).await;
    let [(place, reason)] = &found[..] else { panic!("one problem: {found:?}") };
    assert!(place == "regions" && reason.contains("cannot record IAM users"), "{reason}");
}

#[tokio::test]
async fn pack_that_needs_a_bucket_is_refused_at_its_framework() {
    let frameworks = json!([{ "id": "hipaa", "deployAs": "conformancePack" }]);
    let monitor = answers(MockMonitor::preview());
    let given = inputs(json!({ "home": home(json!({})), "frameworks": frameworks }));
    // No framework of the catalogue is that large: each pack of it fits.
    construct_with::<MemberAccount>(&monitor, "payments", given).await.expect("it constructs");
    let packs = monitor.recorded().registrations.into_iter().map(|(_, child)| child.type_token);
    assert_eq!(packs.filter(|token| token == "aws:cfg/conformancePack:ConformancePack").count(), 4);
}

#[tokio::test]
async fn values_that_are_not_known_yet_are_taken_in_a_preview() {
    let unknown = || PropertyValue::unknown();
    let home = ["accountId", "region", "bucketName", "kmsKeyArn"].map(|name| (name.to_owned(), unknown()));
    let mut given = inputs(json!({ "recorder": { "mode": "create" }, "regions": ["eu-central-1"] }));
    given.insert("home".to_owned(), Value::Object(PropertyMap::from(home)).into());
    let monitor = answers(MockMonitor::preview());
    construct_with::<MemberAccount>(&monitor, "payments", given).await.expect("it constructs");
}

#[tokio::test]
async fn home_lets_each_other_account_put_events_with_a_statement_of_its_own() {
    let accounts = json!([ACCOUNT, MEMBERS[0], MEMBERS[1]]);
    let made = whole(json!({ "aggregation": { "accounts": accounts }, "namePrefix": "audit" })).await;
    let names = MEMBERS.map(|account| format!("central-aggregation-member-{account}"));
    assert_eq!(made.names(PERMISSION), names);
    for (name, account) in names.iter().zip(MEMBERS) {
        let expected = json!({ "action": "events:PutEvents", "principal": account, "statementId": format!("audit-member-{account}") });
        assert_eq!(made.inputs(name), expected);
    }
    // One change of the policy at a time.
    let second = made.children.iter().find(|child| child.name == names[1]).expect("it is there");
    assert!(second.dependencies.iter().any(|urn| urn.to_string().ends_with(&names[0])), "{:?}", second.dependencies);
    let made = whole_with(MockMonitor::preview(), json!({ "aggregation": { "accounts": accounts } })).await;
    let said = made.messages.iter().find(|line| line.contains("deploy `AggregationSource`")).expect("it is said");
    assert!(
        said.contains(&format!("`MemberAccount` with home.accountId {ACCOUNT} and home.region {REGION}")),
        "{said}"
    );
    let alone = whole(json!({ "aggregation": { "accounts": [ACCOUNT] } })).await;
    assert!(alone.names(PERMISSION).is_empty());
}

#[tokio::test]
async fn accounts_beyond_the_room_of_the_policy_are_warned_of() {
    let accounts: Vec<_> = (0..42).map(|number| format!("{:012}", 200_000_000_000_u64 + number)).collect();
    let made = whole(json!({ "aggregation": { "accounts": accounts } })).await;
    assert_eq!(made.names(PERMISSION).len(), 40);
    let said = made.messages.iter().find(|line| line.starts_with("aggregation.accounts: ")).expect("it is said");
    assert!(said.ends_with("200000000040, 200000000041"), "{said}");
    let largest = json!({
        "Sid": format!("{}-member-{ACCOUNT}", "a".repeat(20)),
        "Effect": "Allow",
        "Principal": { "AWS": format!("arn:aws-us-gov:iam::{ACCOUNT}:root") },
        "Action": "events:PutEvents",
        "Resource": format!("arn:aws-us-gov:events:us-gov-west-1:{ACCOUNT}:event-bus/default"),
    });
    assert!(largest.to_string().len() * 40 < 10_240, "{}", largest.to_string().len());
}

#[tokio::test]
async fn recorders_of_members_may_deliver_each_to_its_own_folder_and_no_other_account_may() {
    let aggregation = json!({ "accounts": [ACCOUNT, MEMBERS[0], MEMBERS[1]], "memberRecorders": true });
    for (mode, own) in [("reuse", None), ("create", Some(ACCOUNT))] {
        let made = whole(json!({ "aggregation": aggregation, "recorder": { "mode": mode } })).await;
        let accounts: Vec<_> = own.into_iter().chain(MEMBERS).collect();
        let only = json!({ "StringEquals": { "aws:SourceAccount": accounts } });
        let statements = made.statements("central-reports-policy");
        let of = |sid: &str| statements.iter().find(|one| one["Sid"] == sid).cloned().unwrap_or(Json::Null);
        assert_eq!(of("ConfigReadsBucket")["Condition"], only);
        for account in MEMBERS {
            let delivers = of(&format!("ConfigDelivers{account}"));
            let resources = delivers["Resource"].to_string();
            assert!(resources.ends_with(&format!("/AWSLogs/{account}/Config/*\"]")), "{resources}");
            let condition = json!({ "aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control" });
            assert_eq!(delivers["Condition"], json!({ "StringEquals": condition }));
        }
        assert_eq!(of("ConfigDelivers").is_null(), own.is_none());
        let key = made.statements("central-encryption-key");
        let key = key.iter().find(|one| one["Sid"] == "Config").expect("it is there");
        assert_eq!((&key["Condition"], &key["Principal"]), (&only, &json!({ "Service": "config.amazonaws.com" })));
    }
}

#[tokio::test]
async fn recorders_of_members_need_another_account() {
    for accounts in [json!([]), json!([ACCOUNT])] {
        let monitor = answers(MockMonitor::preview());
        let given = json!({ "aggregation": { "accounts": accounts, "memberRecorders": true } });
        match construct_with::<ComplianceMonitoring>(&monitor, "central", inputs(given)).await {
            Err(Error::InvalidInputs(found)) => {
                let [one] = &found[..] else { panic!("one problem: {found:?}") };
                assert_eq!(one.place(), "aggregation.memberRecorders");
                assert!(one.reason.contains("no other account is listed"), "{one}");
            }
            other => panic!("expected invalid inputs, got {:?}", other.map(|_| "it constructs")),
        }
    }
}

#[tokio::test]
async fn aggregation_used_alone_says_that_member_recorders_have_no_effect() {
    let monitor = answers(MockMonitor::preview());
    let given = inputs(json!({ "settings": { "accounts": [MEMBERS[0]], "memberRecorders": true } }));
    crate::by_name::construct("Aggregation", &monitor, "it", given).await.expect("it constructs");
    let log = monitor.recorded().log;
    assert!(log.iter().any(|entry| entry.message.starts_with("settings.memberRecorders: no effect")), "{log:?}");
}
