"""What a program with the default component and one e-mail address registers, type by type."""

COMPONENTS = {
    "aws-compliance:index:Aggregation": 1,
    "aws-compliance:index:Alerts": 1,
    "aws-compliance:index:ComplianceMonitoring": 1,
    "aws-compliance:index:Dashboard": 1,
    "aws-compliance:index:Encryption": 1,
    "aws-compliance:index:Functions": 1,
    "aws-compliance:index:ReportStore": 1,
    "aws-compliance:index:RuleSet": 1,
}
CHILDREN = {
    "aws:cfg/aggregateAuthorization:AggregateAuthorization": 1,
    "aws:cfg/configurationAggregator:ConfigurationAggregator": 1,
    "aws:cfg/rule:Rule": 4,
    "aws:cloudwatch/dashboard:Dashboard": 1,
    "aws:cloudwatch/eventRule:EventRule": 2,
    "aws:cloudwatch/eventTarget:EventTarget": 3,
    "aws:cloudwatch/logGroup:LogGroup": 3,
    "aws:cloudwatch/metricAlarm:MetricAlarm": 1,
    "aws:dynamodb/table:Table": 1,
    "aws:iam/role:Role": 4,
    "aws:iam/rolePolicy:RolePolicy": 3,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 1,
    "aws:kms/alias:Alias": 1,
    "aws:kms/key:Key": 1,
    "aws:lambda/eventSourceMapping:EventSourceMapping": 2,
    "aws:lambda/function:Function": 3,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": 1,
    "aws:lambda/invocation:Invocation": 2,
    "aws:lambda/permission:Permission": 1,
    "aws:s3/bucket:Bucket": 1,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
    "aws:s3/bucketObjectv2:BucketObjectv2": 1,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 1,
    "aws:s3/bucketPolicy:BucketPolicy": 1,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 1,
    "aws:s3/bucketVersioning:BucketVersioning": 1,
    "aws:sns/topic:Topic": 1,
    "aws:sns/topicPolicy:TopicPolicy": 1,
    "aws:sns/topicSubscription:TopicSubscription": 2,
    "aws:sqs/queue:Queue": 6,
    "aws:sqs/queuePolicy:QueuePolicy": 3,
}
STACK = {"pulumi:pulumi:Stack": 1}
OUTPUTS = {
    "aggregationLambdaArn",
    "aggregationLambdaName",
    "bucketArn",
    "bucketName",
    "configAggregatorName",
    "configRoleArn",
    "configRuleNames",
    "dashboardName",
    "kmsKeyArn",
    "kmsKeyId",
    "lambdaRoleArn",
    "ledgerTableName",
    "pendingEmails",
    "processingLambdaArn",
    "processingLambdaName",
    "remediationLambdaArn",
    "remediationLambdaName",
    "snsTopicArn",
}


def type_of(urn: str) -> str:
    """The type that a URN ends its chain of types with."""
    return urn.split("::")[2].split("$")[-1]
