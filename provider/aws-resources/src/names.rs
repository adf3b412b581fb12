//! What AWS takes as physical names, by resource type. One table for the names that components give and for those that
//! Pulumi makes of logical names.

use pulumi_component::options::NameBound;

/// Letters and digits apart, what IAM takes in names (IAM API Reference, "CreateRole", `RoleName`).
const IAM: Option<&str> = Some("+=,.@-_");
/// What most services take.
const HYPHEN_AND_UNDERSCORE: Option<&str> = Some("-_");
/// The same with a full stop.
const FULL_STOP_TOO: Option<&str> = Some("-_.");

const fn bound(
    type_token: &'static str,
    property: &'static str,
    characters: usize,
    marks: Option<&'static str>,
) -> NameBound {
    NameBound { type_token, property, characters, marks }
}

/// The types whose physical names AWS bounds, each with the page of its API Reference that says so.
pub const NAME_BOUNDS: [NameBound; 24] = [
    // Athena, "CreateWorkGroup".
    bound("aws:athena/workgroup:Workgroup", "name", 128, FULL_STOP_TOO),
    // AWS Budgets, "Budget": no colon and no backslash.
    bound("aws:budgets/budget:Budget", "name", 100, None),
    // AWS Config, "ConfigurationAggregator".
    bound("aws:cfg/configurationAggregator:ConfigurationAggregator", "name", 256, HYPHEN_AND_UNDERSCORE),
    // AWS Config, "PutConformancePack".
    bound("aws:cfg/conformancePack:ConformancePack", "name", 256, Some("-")),
    // AWS Config, "DeliveryChannel".
    bound("aws:cfg/deliveryChannel:DeliveryChannel", "name", 256, None),
    // AWS Config, "ConfigurationRecorder".
    bound("aws:cfg/recorder:Recorder", "name", 256, None),
    // AWS Config, "ConfigRule".
    bound("aws:cfg/rule:Rule", "name", 128, None),
    // CloudWatch, "PutDashboard".
    bound("aws:cloudwatch/dashboard:Dashboard", "dashboardName", 255, HYPHEN_AND_UNDERSCORE),
    // EventBridge, "PutRule".
    bound("aws:cloudwatch/eventRule:EventRule", "name", 64, FULL_STOP_TOO),
    // EventBridge, "Target".
    bound("aws:cloudwatch/eventTarget:EventTarget", "targetId", 64, FULL_STOP_TOO),
    // CloudWatch Logs, "CreateLogGroup".
    bound("aws:cloudwatch/logGroup:LogGroup", "name", 512, Some("_-/.#")),
    // CloudWatch, "PutMetricAlarm".
    bound("aws:cloudwatch/metricAlarm:MetricAlarm", "name", 255, None),
    // DynamoDB, "CreateTable".
    bound("aws:dynamodb/table:Table", "name", 255, FULL_STOP_TOO),
    // Glue, "DatabaseInput".
    bound("aws:glue/catalogDatabase:CatalogDatabase", "name", 255, None),
    // Glue, "TableInput".
    bound("aws:glue/catalogTable:CatalogTable", "name", 255, None),
    // IAM, "CreateRole".
    bound("aws:iam/role:Role", "name", 64, IAM),
    // IAM, "PutRolePolicy".
    bound("aws:iam/rolePolicy:RolePolicy", "name", 128, IAM),
    // KMS, "CreateAlias".
    bound("aws:kms/alias:Alias", "name", 256, Some("/_-")),
    // Lambda, "CreateFunction": the name alone, without an ARN.
    bound("aws:lambda/function:Function", "name", 64, HYPHEN_AND_UNDERSCORE),
    // Lambda, "AddPermission".
    bound("aws:lambda/permission:Permission", "statementId", 100, HYPHEN_AND_UNDERSCORE),
    // S3 User Guide, "General purpose bucket naming rules".
    bound("aws:s3/bucket:Bucket", "bucket", 63, Some("-.")),
    // S3 User Guide, "Naming Amazon S3 objects": 1,024 bytes.
    bound("aws:s3/bucketObjectv2:BucketObjectv2", "key", 1024, None),
    // SNS, "CreateTopic".
    bound("aws:sns/topic:Topic", "name", 256, HYPHEN_AND_UNDERSCORE),
    // SQS, "CreateQueue".
    bound("aws:sqs/queue:Queue", "name", 80, HYPHEN_AND_UNDERSCORE),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_type_stands_once() {
        let types: BTreeSet<_> = NAME_BOUNDS.iter().map(|bound| bound.type_token).collect();
        assert_eq!(types.len(), NAME_BOUNDS.len());
    }
}
