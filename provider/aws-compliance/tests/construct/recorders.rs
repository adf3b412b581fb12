//! A recorder of this component: which role it has, and who may deliver.

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use pulumi_component::value::{PropertyMap, PropertyValue, Value};
use serde_json::{Value as Json, json};

use crate::support::{answers, shown};

const LINKED: &str = "aws:iam/serviceLinkedRole:ServiceLinkedRole";
const LINKED_ARN: &str = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";
const BUCKET: &str = "arn:aws:mock:::compliance-reports-bucket";

struct Made {
    children: Vec<Registration>,
    outputs: PropertyMap,
    messages: Vec<String>,
}

impl Made {
    async fn with(monitor: MockMonitor, given: Json) -> Self {
        let monitor = answers(monitor);
        let made = construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await;
        let recorded = monitor.recorded();
        Self {
            children: recorded.registrations.into_iter().map(|(_, child)| child).collect(),
            outputs: made.expect("it constructs").outputs,
            messages: recorded.log.into_iter().map(|entry| entry.message).collect(),
        }
    }

    fn of_type(&self, token: &str) -> Vec<&Registration> {
        self.children.iter().filter(|child| child.type_token == token).collect()
    }

    fn named(&self, name: &str) -> Json {
        let found = self.children.iter().find(|child| child.name == name).expect("it is there");
        shown(&Value::Object(found.inputs.clone()).into())
    }

    fn statement(&self, child: &str, sid: &str) -> Json {
        let policy: Json = serde_json::from_str(self.named(child)["policy"].as_str().expect("a policy")).expect("JSON");
        let statements = policy["Statement"].as_array().expect("statements").clone();
        statements.into_iter().find(|statement| statement["Sid"] == sid).unwrap_or(Json::Null)
    }
}

fn with_roles(arns: &[&str]) -> MockMonitor {
    let list = Value::List(arns.iter().map(|arn| Value::String((*arn).to_owned()).into()).collect());
    MockMonitor::preview().result("aws:iam/getRoles:getRoles", "arns", PropertyValue::from(list))
}

/// Security Hub's control Config.1 wants the service-linked role.
#[tokio::test]
async fn finding_13_a_recorder_of_this_component_has_the_service_linked_role() {
    let made = Made::with(MockMonitor::update(), json!({ "recorder": { "mode": "create" } })).await;
    let [role] = made.of_type(LINKED)[..] else { panic!("one service-linked role") };
    assert_eq!(shown(&Value::Object(role.inputs.clone()).into()), json!({ "awsServiceName": "config.amazonaws.com" }));
    // Recorders of other regions use it, and its tags and description are not this component's.
    assert_eq!(role.options.retain_on_delete, Some(true));
    assert_eq!(role.options.ignore_changes, ["customSuffix", "description", "tags", "tagsAll"]);
    assert_eq!(made.named("compliance-recorder-recorder")["roleArn"], json!(format!("arn:aws:mock:::{}", role.name)));
    assert_eq!(shown(&made.outputs["configRoleArn"]), json!(format!("arn:aws:mock:::{}", role.name)));
    assert!(made.of_type("aws:iam/role:Role").iter().all(|role| role.name.contains("-functions-")));
}

#[tokio::test]
async fn finding_13_the_service_linked_role_is_created_where_it_is_missing_and_taken_over_where_it_exists() {
    let given = json!({ "recorder": { "mode": "create" } });
    for (arns, import, message) in [
        (&[][..], "", "AWSServiceRoleForConfig will be created"),
        (&[LINKED_ARN][..], LINKED_ARN, "exists and will be used"),
    ] {
        let made = Made::with(with_roles(arns), given.clone()).await;
        assert_eq!(made.of_type(LINKED)[0].options.import_id.as_deref().unwrap_or_default(), import);
        assert!(made.messages.iter().any(|one| one.contains(message)), "{:?}", made.messages);
    }
}

#[tokio::test]
async fn finding_13_aws_config_may_deliver_to_the_bucket_and_use_the_key_for_this_account_alone() {
    let made = Made::with(MockMonitor::update(), json!({ "recorder": { "mode": "create" } })).await;
    let own = json!({ "aws:SourceAccount": "111122223333" });
    let key = made.statement("compliance-encryption-key", "Config");
    assert_eq!(key["Principal"], json!({ "Service": "config.amazonaws.com" }));
    assert_eq!(key["Condition"], json!({ "StringEquals": own }));
    let reads = made.statement("compliance-reports-policy", "ConfigReadsBucket");
    assert_eq!((&reads["Resource"], &reads["Condition"]), (&json!([BUCKET]), &json!({ "StringEquals": own })));
    let delivers = made.statement("compliance-reports-policy", "ConfigDelivers");
    assert_eq!(delivers["Resource"], json!([format!("{BUCKET}/AWSLogs/111122223333/Config/*")]));
    let condition = json!({ "aws:SourceAccount": "111122223333", "s3:x-amz-acl": "bucket-owner-full-control" });
    assert_eq!(delivers["Condition"], json!({ "StringEquals": condition }));
    assert_eq!(made.statement("compliance-reports-policy", "TlsOnly")["Effect"], json!("Deny"));
    // The channel is made after the policy that lets AWS Config write.
    let channel = made.of_type("aws:cfg/deliveryChannel:DeliveryChannel")[0];
    let waits = channel.dependencies.iter().any(|urn| urn.to_string().ends_with("::compliance-reports-policy"));
    assert!(waits, "{:?}", channel.dependencies);
}

#[tokio::test]
async fn finding_13_a_role_of_ones_own_replaces_the_service_linked_role() {
    let own = "arn:aws:iam::111122223333:role/config/recorder";
    let made = Made::with(MockMonitor::update(), json!({ "recorder": { "mode": "create", "roleArn": own } })).await;
    assert!(made.of_type(LINKED).is_empty());
    assert_eq!(made.named("compliance-recorder-recorder")["roleArn"], json!(own));
    assert_eq!(shown(&made.outputs["configRoleArn"]), json!(own));
}

#[tokio::test]
async fn finding_14_a_deployment_that_reuses_a_recorder_has_no_role_for_aws_config() {
    let made = Made::with(MockMonitor::update(), json!({})).await;
    let roles: Vec<_> = made.of_type("aws:iam/role:Role").iter().map(|role| role.name.clone()).collect();
    assert_eq!(roles.len(), 3);
    assert!(roles.iter().all(|name| name.starts_with("compliance-functions-")), "{roles:?}");
    assert!(made.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment").is_empty());
    assert!(made.of_type(LINKED).is_empty());
    for (child, sid) in [("compliance-encryption-key", "Config"), ("compliance-reports-policy", "ConfigDelivers")] {
        assert_eq!(made.statement(child, sid), Json::Null, "AWS Config needs neither bucket nor key");
    }
}
