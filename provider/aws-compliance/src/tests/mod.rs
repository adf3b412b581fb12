//! Tests of the crate that reach across its layers.

use std::sync::Arc;

use pulumi_component::PreparedComponent;
use pulumi_component::testing::{MockMonitor, construct_with, inputs};
use serde_json::{Value, json};

use crate::parts::monitoring::ComplianceMonitoring;
use crate::parts::rule_set::RuleSet;
use crate::plan::frameworks::COMPOSITIONS;

async fn compositions<T: PreparedComponent>(given: Value) -> usize {
    for preview in [true, false] {
        let monitor = if preview { MockMonitor::preview() } else { MockMonitor::update() };
        let monitor = monitor
            .result("aws:index/getCallerIdentity:getCallerIdentity", "accountId", "111122223333")
            .result("aws:index/getPartition:getPartition", "partition", "aws")
            .result("aws:index/getRegion:getRegion", "region", "eu-west-1")
            .output("aws:kms/key:Key", "keyId", "key-id")
            .output("aws:iam/role:Role", "name", "role-name");
        COMPOSITIONS.with(|count| count.set(0));
        construct_with::<T>(&Arc::new(monitor), "it", inputs(given.clone())).await.expect("it constructs");
        let count = COMPOSITIONS.with(|count| count.get());
        if count != 1 {
            return count;
        }
    }
    1
}

/// The whole and `RuleSet` alone, with frameworks as rules and as packs, in preview and update.
#[tokio::test]
async fn frameworks_are_composed_once_for_a_construct() {
    let frameworks = json!([
        { "id": "security-best-practices-for-ecr" },
        { "id": "security-best-practices-for-efs", "deployAs": "conformancePack" },
    ]);
    assert_eq!(compositions::<ComplianceMonitoring>(json!({ "frameworks": frameworks })).await, 1);
    let bucket = json!({ "frameworks": frameworks, "bucketName": "templates" });
    assert_eq!(compositions::<RuleSet>(bucket).await, 1);
}

#[tokio::test]
async fn no_framework_is_no_composition() {
    assert_eq!(compositions::<ComplianceMonitoring>(json!({})).await, 0);
}
