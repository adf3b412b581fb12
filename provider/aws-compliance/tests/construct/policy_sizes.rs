//! Policies of a deployment to every region of the partition `aws`, with the longest names, against what AWS takes.

use std::collections::BTreeMap;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance_catalog::Catalog;
use pulumi_component::engine::Registration;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use serde_json::{Value as Json, json};

use crate::support::{ACCOUNT, answers_in, shown};

/// The longest code of a region.
const HOME: &str = "ap-northeast-1";
/// The longest prefix.
const PREFIX: &str = "a-prefix-of-20-chars";

/// Most characters of a policy, without white space, by type and input (IAM User Guide, "IAM and AWS STS quotas"; AWS Lambda
/// Developer Guide, "Lambda quotas"; Amazon S3 User Guide, "Bucket policies"; AWS KMS Developer Guide, "Quotas"; Amazon SQS
/// Developer Guide, "Amazon SQS policy quotas"; Amazon SNS API Reference, "SetTopicAttributes").
const MOST: [(&str, &str, usize); 6] = [
    ("aws:iam/role:Role", "assumeRolePolicy", 2_048),
    ("aws:iam/policy:Policy", "policy", 6_144),
    ("aws:s3/bucketPolicy:BucketPolicy", "policy", 20_480),
    ("aws:kms/key:Key", "policy", 32_768),
    ("aws:sqs/queuePolicy:QueuePolicy", "policy", 8_192),
    ("aws:sns/topicPolicy:TopicPolicy", "policy", 30_720),
];
/// The same of all policies that are part of a role.
const MOST_OF_ROLE: usize = 10_240;

/// Outputs with ARNs that are as long as those of AWS.
fn monitor() -> MockMonitor {
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:{HOME}:{ACCOUNT}:{resource}");
    let named = |role: &str| format!("{PREFIX}-{role}");
    let bucket = format!("arn:aws:s3:::{}", "b".repeat(63));
    MockMonitor::update()
        .output("aws:s3/bucket:Bucket", "arn", bucket)
        .output("aws:dynamodb/table:Table", "arn", arn("dynamodb", &format!("table/{}", named("ledger"))))
        .output("aws:lambda/function:Function", "arn", arn("lambda", &format!("function:{}", named("remediation"))))
        .output("aws:sqs/queue:Queue", "arn", arn("sqs", &named("aggregation-dead-letters")))
        .output("aws:sns/topic:Topic", "arn", arn("sns", &named("alerts")))
        .output("aws:kms/key:Key", "arn", arn("kms", &format!("key/{}", "0".repeat(36))))
        .output(
            "aws:cloudwatch/logGroup:LogGroup",
            "arn",
            arn("logs", &format!("log-group:/aws/lambda/{}", named("remediation"))),
        )
}

async fn everywhere() -> Vec<Registration> {
    let regions = Catalog::get().partitions["aws"].clone();
    assert!(regions.len() >= 34 && regions.contains(&HOME));
    let remediated = |identifier: &str| json!({ "identifier": identifier, "remediation": { "acceptInferred": true } });
    let given = json!({
        "namePrefix": PREFIX,
        "regions": regions,
        "recorder": { "mode": "create" },
        "hardened": true,
        "reports": { "bucketName": "b".repeat(63), "onDestroy": "delete" },
        "exports": { "securityHub": true, "ocsf": true },
        "cost": { "monthlyBudgetUsd": 20 },
        "rules": { "managed": [remediated("S3_BUCKET_VERSIONING_ENABLED"), remediated("VPC_DEFAULT_SECURITY_GROUP_CLOSED")] },
        "frameworks": [{ "id": "security-best-practices-for-efs", "deployAs": "conformancePack" }],
        "remediation": { "mode": "approve" },
        "notifications": { "emails": { "security": "security@example.com" } },
        "functions": { "vpc": { "subnetIds": ["subnet-0123456789abcdef0"], "securityGroupIds": ["sg-0123456789abcdef0"] } },
    });
    let monitor = answers_in(HOME, monitor());
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(given)).await.expect("it constructs");
    monitor.recorded().registrations.into_iter().map(|(_, child)| child).collect()
}

/// Characters of a document as AWS counts them.
fn size(child: &Registration, input: &str) -> Option<usize> {
    let Json::String(text) = shown(child.inputs.get(input)?) else { panic!("{} has no text", child.name) };
    Some(text.chars().filter(|character| !character.is_whitespace()).count())
}

#[tokio::test]
async fn policies_with_every_region_and_the_longest_names_fit() {
    let children = everywhere().await;
    let mut checked = 0;
    for (token, input, most) in MOST {
        for child in children.iter().filter(|child| child.type_token == token) {
            let Some(size) = size(child, input) else { continue };
            assert!(size <= most, "{} has {size} characters, {most} fit", child.name);
            checked += 1;
        }
    }
    assert!(checked > 10, "{checked}");
    let mut of_roles: BTreeMap<String, usize> = BTreeMap::new();
    for child in children.iter().filter(|child| child.type_token == "aws:iam/rolePolicy:RolePolicy") {
        let role = format!("{:?}", child.property_dependencies.get("role").expect("it is of a role"));
        *of_roles.entry(role).or_default() += size(child, "policy").expect("it is a policy");
    }
    assert!(of_roles.len() >= 5, "{of_roles:?}");
    for (role, size) in of_roles {
        assert!(size <= MOST_OF_ROLE, "{role} has {size} characters, {MOST_OF_ROLE} fit");
    }
}
