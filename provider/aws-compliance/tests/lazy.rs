//! A deployment that needs nothing of the catalogue does not read it. Alone in its process: other tests do read it.

use std::sync::Arc;

use aws_compliance::parts::monitoring::ComplianceMonitoring;
use aws_compliance_catalog::Catalog;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use serde_json::json;

#[tokio::test]
async fn a_default_deployment_does_not_read_the_catalogue() {
    let monitor = MockMonitor::update()
        .result("aws:index/getCallerIdentity:getCallerIdentity", "accountId", "111122223333")
        .result("aws:index/getPartition:getPartition", "partition", "aws")
        .result("aws:index/getPartition:getPartition", "dnsSuffix", "amazonaws.com")
        .result("aws:index/getRegion:getRegion", "region", "eu-west-1")
        .output("aws:kms/key:Key", "keyId", "key-id")
        .output("aws:iam/role:Role", "name", "role-name");
    let monitor = Arc::new(monitor);
    construct_with::<ComplianceMonitoring>(&monitor, "compliance", inputs(json!({}))).await.expect("it constructs");
    assert!(!Catalog::is_read());
    let asking = inputs(json!({ "rules": { "managed": [{ "identifier": "ACCESS_KEYS_ROTATED" }] } }));
    construct_with::<ComplianceMonitoring>(&monitor, "audit", asking).await.expect("it constructs");
    assert!(Catalog::is_read(), "a rule is asked for, so this test can fail");
}
