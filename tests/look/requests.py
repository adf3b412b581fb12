"""What a default deployment asks for, in the parts that the tests vary."""

OWNER = "audit/prod/compliance"
OWNER_TAG = "aws-compliance:owner"

RULES = {
    "ec2-approved-instance-types": ("DESIRED_INSTANCE_TYPE", "AWS::EC2::Instance"),
    "s3-bucket-encryption-enabled": ("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "AWS::S3::Bucket"),
    "rds-backup-retention-enabled": ("DB_INSTANCE_BACKUP_ENABLED", "AWS::RDS::DBInstance"),
    "ebs-volumes-encrypted": ("ENCRYPTED_VOLUMES", "AWS::EC2::Volume"),
}

# Every action that the look calls, as the crate says.
ACTIONS = [
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetDashboard",
    "cloudwatch:ListTagsForResource",
    "config:DescribeAggregationAuthorizations",
    "config:DescribeConfigRules",
    "config:DescribeConfigurationAggregatorSourcesStatus",
    "config:DescribeConfigurationAggregators",
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorders",
    "config:DescribeConformancePacks",
    "config:DescribeDeliveryChannels",
    "config:GetDiscoveredResourceCounts",
    "config:ListConfigurationRecorders",
    "config:ListTagsForResource",
    "events:DescribeRule",
    "events:ListTagsForResource",
    "iam:GetRole",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "lambda:GetAccountSettings",
]
# What functions reserve of the account's concurrency, for which its limits are read.
CONCURRENCY = {"path": ["functions", "reservedConcurrency"], "functions": 3, "runs": 2, "least": 2}


def request(account_id: str, **changes) -> dict:
    """The whole request; `changes` replace members."""
    rules = [
        {
            "path": ["rules", "baseline"],
            "name": name,
            "identifier": identifier,
            "resourceTypes": [kind],
            "changeTriggered": True,
        }
        for name, (identifier, kind) in RULES.items()
    ]
    return {
        "expectedAccount": account_id,
        "owner": {"value": OWNER},
        "recorder": {"name": "compliance-recorder"},
        "rules": rules,
        "aggregator": {"path": ["namePrefix"], "name": "compliance-aggregator"},
        "eventRules": [{"path": ["namePrefix"], "name": "compliance-schedule"}],
        "dashboard": {"path": ["namePrefix"], "name": "ComplianceMonitoring"},
        "alarms": [{"path": ["namePrefix"], "name": "compliance-score-fell"}],
        "conformancePacksAllowed": 50,
        "conformancePacks": [{"path": ["frameworks", 0, "deployAs"], "name": "compliance-cis"}],
        **changes,
    }


def tags(owner: str | None) -> list[dict]:
    """The tags that a thing of a deployment carries; of nobody where there is no owner."""
    return [{"Key": OWNER_TAG, "Value": owner}] if owner else []
