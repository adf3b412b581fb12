//! A monitor that answers as the aws provider would, and every input at once. Tests and examples share it.

use std::sync::Arc;

use pulumi_component::testing::{MockMonitor, inputs};
use pulumi_component::value::{PropertyMap, PropertyValue, Value};
use serde_json::{Value as Json, json};

/// The account that the look-ups find.
pub const ACCOUNT: &str = "111122223333";
/// The region that the look-ups find.
pub const REGION: &str = "eu-west-1";

/// Adds what the provider answers beyond what it is given.
pub fn answers(monitor: MockMonitor) -> Arc<MockMonitor> {
    answers_in(REGION, monitor)
}

/// The same where the look-ups find another region.
pub fn answers_in(region: &str, monitor: MockMonitor) -> Arc<MockMonitor> {
    answers_of("aws", region, monitor)
}

/// The same where they find another partition and region.
pub fn answers_of(partition: &str, region: &str, monitor: MockMonitor) -> Arc<MockMonitor> {
    // botocore's `endpoints.json`.
    let suffix = match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        _ => "amazonaws.com",
    };
    Arc::new(
        monitor
            .result("aws:index/getCallerIdentity:getCallerIdentity", "accountId", ACCOUNT)
            .result("aws:index/getPartition:getPartition", "partition", partition)
            .result("aws:index/getPartition:getPartition", "dnsSuffix", suffix)
            .result("aws:index/getRegion:getRegion", "region", region)
            .output("aws:kms/key:Key", "keyId", "key-id")
            .output("aws:sns/topicSubscription:TopicSubscription", "pendingConfirmation", true)
            .output("aws:iam/role:Role", "name", "role-name")
            .output("aws:budgets/budget:Budget", "name", "budget-name"),
    )
}

/// Every input of the whole, none at its default.
pub fn every_input() -> PropertyMap {
    inputs(json!({
        "namePrefix": "audit",
        "tags": { "team": "security" },
        "reports": { "retentionDays": 90, "bucketName": "audit-reports", "forceDestroy": true },
        "history": { "enabled": true },
        "exports": { "securityHub": true, "ocsf": true },
        "rules": {
            "baseline": true,
            "approvedInstanceTypes": ["m7g.large", "t3.micro"],
            "managed": [{
                "identifier": "ACCESS_KEYS_ROTATED",
                "name": "keys-rotated",
                "description": "Keys are young",
                "parameters": { "maxAccessKeyAge": "90" },
                "frequency": "Six_Hours",
                "scope": { "resourceTypes": ["AWS::IAM::User"], "resourceId": "user" },
                "severity": "critical",
                "remediation": { "parameters": { "MaxCredentialUsageAge": ["120"] } },
            }],
            "custom": [
                {
                    "name": "own-policy",
                    "description": "Volumes are encrypted",
                    "guard": { "policy": "rule own { configuration.encrypted == true }", "enableDebugLog": true },
                    "scope": { "resourceTypes": ["AWS::EC2::Volume"] },
                    "severity": "low",
                },
                {
                    "name": "own-function",
                    "function": { "arn": "arn:aws:lambda:eu-west-1:111122223333:function:own" },
                    "triggers": { "onChange": true, "frequency": "Six_Hours" },
                    "scope": { "tagKey": "team" },
                    "parameters": { "most": "3" },
                },
            ],
        },
        "frameworks": [
            { "id": "security-best-practices-for-ecr", "severities": { "ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED": "low" } },
            { "id": "security-best-practices-for-efs", "deployAs": "conformancePack", "exclude": ["EFS_ENCRYPTED_CHECK"] },
        ],
        "notifications": {
            "emails": { "security": "security@example.com" },
            "routes": { "soc": { "severities": ["critical"], "sqs": "arn:aws:sqs:eu-west-1:111122223333:findings" } },
            "digest": "daily",
        },
        "regions": [REGION, "eu-central-1"],
        "aggregation": { "accounts": [ACCOUNT, "444455556666"], "regions": [REGION, "us-east-1"] },
        "functions": {
            "memoryMib": 512, "timeoutSeconds": 60, "logRetentionDays": 30, "schedule": "rate(1 hour)",
            "reservedConcurrency": 2, "countedRules": "all", "architecture": "arm64",
            "vpc": { "subnetIds": ["subnet-0123456789abcdef0"], "securityGroupIds": ["sg-0123456789abcdef0"] },
        },
        "iam": { "permissionsBoundary": "arn:aws:iam::111122223333:policy/boundary", "path": "/audit/" },
        "alarms": { "enabled": true, "severities": ["critical"], "scoreDrop": 5, "silentHours": 3 },
        "cost": { "monthlyBudgetUsd": 20, "notifyAtPercent": [50, 100] },
        "dashboard": { "enabled": true },
    }))
}

/// A value as JSON, its marks spelled out.
pub fn shown(value: &PropertyValue) -> Json {
    let plain = match &value.value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(value) if value.fract() == 0.0 =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
            (*value as i64).into()
        }
        Value::Number(value) => (*value).into(),
        Value::String(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(shown).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), shown(value))).collect(),
        Value::Unknown => "[unknown]".into(),
        // Where the functions lie differs from machine to machine.
        Value::Archive(_) => json!({ "archive": "functions.zip" }),
        Value::Asset(_) => json!({ "asset": "file" }),
        Value::Bytes(bytes) => json!({ "bytes": bytes.len() }),
        Value::Resource(reference) => json!({ "resource": reference.urn.to_string() }),
    };
    if value.secret { json!({ "secret": plain }) } else { plain }
}
