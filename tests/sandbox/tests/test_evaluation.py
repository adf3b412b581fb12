"""The account judges its own resources: five rules, their events, and every read that shows the verdicts."""

import json

import pytest

from account.client import prepare_landing_zone

RULES = {
    "types": ("DESIRED_INSTANCE_TYPE", {"instanceType": "t2.micro, t3.micro"}),
    "volumes": ("ENCRYPTED_VOLUMES", {}),
    "databases": ("DB_INSTANCE_BACKUP_ENABLED", {}),
    "encryption": ("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", {}),
    "tls": ("S3_BUCKET_SSL_REQUESTS_ONLY", {}),
}


def put_rule(account, name: str, *, scope: dict | None = None, parameters: dict | None = None) -> None:
    """One of the rules above."""
    identifier, given = RULES[name]
    rule = {
        "ConfigRuleName": name,
        "Source": {"Owner": "AWS", "SourceIdentifier": identifier},
        "InputParameters": json.dumps(parameters or given),
        **({"Scope": scope} if scope else {}),
    }
    account.client("config").put_config_rule(ConfigRule=rule)


def instance(account, kind: str = "t3.micro") -> str:
    """A running instance; its id."""
    run = account.client("ec2").run_instances(ImageId="ami-12345678", InstanceType=kind, MinCount=1, MaxCount=1)
    return run["Instances"][0]["InstanceId"]


def volume(account, *, encrypted: bool, attach_to: str | None = None) -> str:
    """A volume; its id."""
    ec2 = account.client("ec2")
    made = ec2.create_volume(AvailabilityZone=f"{account.region}a", Size=8, Encrypted=encrypted)["VolumeId"]
    if attach_to:
        ec2.attach_volume(VolumeId=made, InstanceId=attach_to, Device="/dev/sdf")
    return made


def database(account, name: str, days: int) -> str:
    """A database that keeps backups for some days; the id that AWS Config knows it by."""
    given = {
        "DBInstanceClass": "db.t3.micro",
        "Engine": "postgres",
        "MasterUsername": "u",
        "MasterUserPassword": "p" * 8,
    }
    made = account.client("rds").create_db_instance(
        DBInstanceIdentifier=name, AllocatedStorage=20, BackupRetentionPeriod=days, **given
    )
    return made["DBInstance"]["DbiResourceId"]


def bucket(account, name: str, policy: dict | None = None) -> str:
    """A bucket; its name, which is global."""
    s3, name = account.client("s3"), f"{name}-{account.account_id}-{account.region}"
    location = {} if account.region == "us-east-1" else {"LocationConstraint": account.region}
    s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": location} if location else {}))
    if policy:
        resources = [resource.format(name) for resource in policy["Resource"]]
        document = {"Version": "2012-10-17", "Statement": [{**policy, "Resource": resources}]}
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(document))
    return name


TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::{}", "arn:aws:s3:::{}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def verdicts(account, rule: str) -> dict[str, str]:
    """Resource id -> verdict of a rule."""
    pages = account.client("config").get_paginator("get_compliance_details_by_config_rule")
    results = [result for page in pages.paginate(ConfigRuleName=rule) for result in page["EvaluationResults"]]
    identifiers = [r["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"] for r in results]
    return dict(zip(identifiers, [r["ComplianceType"] for r in results], strict=True))


def start(account, *rules: str) -> None:
    """Ask for an evaluation as a user does."""
    account.client("config").start_config_rules_evaluation(ConfigRuleNames=list(rules))


@pytest.fixture
def told(recorded):
    """Details of the compliance-change events since the last call, taken by an event rule of the account's own."""
    sqs, events = recorded.client("sqs"), recorded.client("events")
    queue = sqs.create_queue(QueueName="changes")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    admitted = {"Service": "events.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": admitted, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    pattern = json.dumps({"source": ["aws.config"], "detail-type": ["Config Rules Compliance Change"]})
    events.put_rule(Name="changes", EventPattern=pattern)
    events.put_targets(Rule="changes", Targets=[{"Id": "queue", "Arn": arn}])

    def take() -> list[dict]:
        taken = []
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                taken.append(json.loads(message["Body"])["detail"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return taken

    return take


def test_instances_are_of_a_desired_type_until_they_are_terminated(recorded):
    put_rule(recorded, "types")
    small, large = instance(recorded), instance(recorded, "m5.large")
    start(recorded, "types")
    assert verdicts(recorded, "types") == {small: "COMPLIANT", large: "NON_COMPLIANT"}
    recorded.client("ec2").terminate_instances(InstanceIds=[large])
    start(recorded, "types")
    assert verdicts(recorded, "types") == {small: "COMPLIANT"}


def test_attached_volumes_are_encrypted_and_others_are_not_judged(recorded):
    put_rule(recorded, "volumes")
    host = instance(recorded)
    root = recorded.client("ec2").describe_volumes()["Volumes"][0]["VolumeId"]
    good, bad = (volume(recorded, encrypted=encrypted, attach_to=host) for encrypted in (True, False))
    volume(recorded, encrypted=False)
    start(recorded, "volumes")
    assert verdicts(recorded, "volumes") == {root: "NON_COMPLIANT", good: "COMPLIANT", bad: "NON_COMPLIANT"}
    recorded.client("ec2").detach_volume(VolumeId=bad)
    start(recorded, "volumes")
    assert verdicts(recorded, "volumes") == {root: "NON_COMPLIANT", good: "COMPLIANT"}


def test_an_instance_takes_its_root_volume_along_and_leaves_the_others(recorded):
    host = instance(recorded)
    kept = volume(recorded, encrypted=False, attach_to=host)
    ec2 = recorded.client("ec2")
    ec2.terminate_instances(InstanceIds=[host])
    assert [(one["VolumeId"], one["State"]) for one in ec2.describe_volumes()["Volumes"]] == [(kept, "available")]


def test_databases_keep_backups(recorded):
    put_rule(recorded, "databases")
    kept, lost = database(recorded, "kept", 7), database(recorded, "lost", 0)
    start(recorded, "databases")
    assert verdicts(recorded, "databases") == {kept: "COMPLIANT", lost: "NON_COMPLIANT"}
    recorded.client("rds").modify_db_instance(
        DBInstanceIdentifier="lost", BackupRetentionPeriod=1, ApplyImmediately=True
    )
    start(recorded, "databases")
    assert verdicts(recorded, "databases") == {kept: "COMPLIANT", lost: "COMPLIANT"}
    put_rule(recorded, "databases", parameters={"backupRetentionMinimum": "7"})
    start(recorded, "databases")
    assert verdicts(recorded, "databases") == {kept: "COMPLIANT", lost: "NON_COMPLIANT"}


def test_the_encryption_rule_of_buckets_never_fails(recorded):
    put_rule(recorded, "encryption")
    plain = bucket(recorded, "plain")
    recorded.client("s3").delete_bucket_encryption(Bucket=plain)
    start(recorded, "encryption")
    assert set(verdicts(recorded, "encryption").values()) == {"COMPLIANT"}
    assert plain in verdicts(recorded, "encryption")


def test_a_bucket_denies_everyone_plain_http_on_itself_and_on_its_objects(recorded):
    put_rule(recorded, "tls")
    good = bucket(recorded, "good", TLS_ONLY)
    bad = [
        bucket(recorded, "without"),
        bucket(recorded, "objects", TLS_ONLY | {"Resource": ["arn:aws:s3:::{}/*"]}),
        bucket(recorded, "reads", TLS_ONLY | {"Action": ["s3:GetObject", "s3:ListBucket"]}),
        bucket(recorded, "own", TLS_ONLY | {"Principal": {"AWS": recorded.account_id}}),
    ]
    start(recorded, "tls")
    found = verdicts(recorded, "tls")
    assert found[good] == "COMPLIANT"
    assert {name: found[name] for name in bad} == dict.fromkeys(bad, "NON_COMPLIANT")


def test_only_changes_are_told_and_a_resource_that_is_gone_is_one(recorded, told):
    put_rule(recorded, "types")
    host = instance(recorded, "m5.large")
    assert recorded.evaluate("types") == {"types": 1}
    [first] = told()
    assert (first["resourceId"], first["newEvaluationResult"]["complianceType"]) == (host, "NON_COMPLIANT")
    assert "m5.large" in first["newEvaluationResult"]["annotation"]
    assert "oldEvaluationResult" not in first
    assert (recorded.evaluate("types"), told()) == ({"types": 0}, [])
    put_rule(recorded, "types", parameters={"instanceType": "m5.large"})
    recorded.evaluate("types")
    [second] = told()
    kinds = [second[when]["complianceType"] for when in ("oldEvaluationResult", "newEvaluationResult")]
    assert kinds == ["NON_COMPLIANT", "COMPLIANT"]
    recorded.client("ec2").terminate_instances(InstanceIds=[host])
    recorded.evaluate("types")
    assert [event["newEvaluationResult"]["complianceType"] for event in told()] == ["NOT_APPLICABLE"]
    assert verdicts(recorded, "types") == {}


def test_accounts_and_regions_are_judged_apart(recorded, other_account):
    places = [recorded, recorded.in_region("eu-west-1"), other_account]
    for place in places[1:]:
        prepare_landing_zone(place)
    hosts = []
    for place in places:
        for rule in ("types", "encryption"):
            put_rule(place, rule)
        hosts.append(instance(place))
        bucket(place, "own")
        assert set(place.evaluate()) == {"types", "encryption"}
    for place, host in zip(places, hosts, strict=True):
        assert list(verdicts(place, "types")) == [host]
        names = list(verdicts(place, "encryption"))
        assert names and all(name.endswith(f"{place.account_id}-{place.region}") for name in names)


def test_every_read_sees_the_verdicts(recorded):
    put_rule(recorded, "types")
    put_rule(recorded, "volumes")
    host = instance(recorded, "m5.large")
    recorded.evaluate()
    config = recorded.client("config")
    kind = {"ResourceType": "AWS::EC2::Instance", "ResourceId": host}
    [result] = config.get_compliance_details_by_resource(**kind)["EvaluationResults"]
    assert result["ComplianceType"] == "NON_COMPLIANT"
    [by_resource] = config.describe_compliance_by_resource(**kind)["ComplianceByResources"]
    assert by_resource["Compliance"]["ComplianceType"] == "NON_COMPLIANT"
    by_rule = config.describe_compliance_by_config_rule()["ComplianceByConfigRules"]
    assert [rule["Compliance"]["ComplianceType"] for rule in by_rule] == ["NON_COMPLIANT"] * 2
    config.put_aggregation_authorization(AuthorizedAccountId=recorded.account_id, AuthorizedAwsRegion="us-east-1")
    config.put_configuration_aggregator(
        ConfigurationAggregatorName="all",
        AccountAggregationSources=[{"AccountIds": [recorded.account_id], "AwsRegions": ["us-east-1"]}],
    )
    query = "SELECT resourceId WHERE resourceType = 'AWS::Config::ResourceCompliance'"
    rows = config.select_aggregate_resource_config(Expression=query, ConfigurationAggregatorName="all")["Results"]
    assert f"AWS::EC2::Instance/{host}" in [json.loads(row)["resourceId"] for row in rows]
    recorded.client("ec2").terminate_instances(InstanceIds=[host])
    recorded.evaluate()
    assert config.get_compliance_details_by_resource(**kind)["EvaluationResults"] == []
    assert config.select_aggregate_resource_config(Expression=query, ConfigurationAggregatorName="all")["Results"] == []


def test_a_rule_judges_what_its_scope_names(recorded):
    instance(recorded, "m5.large")
    tagged = instance(recorded, "m5.large")
    recorded.client("ec2").create_tags(Resources=[tagged], Tags=[{"Key": "team", "Value": "a"}])
    for scope in (
        {"TagKey": "team", "TagValue": "a"},
        {"TagKey": "team"},
        {"ComplianceResourceTypes": ["AWS::EC2::Instance"], "ComplianceResourceId": tagged},
    ):
        put_rule(recorded, "types", scope=scope)
        start(recorded, "types")
        assert list(verdicts(recorded, "types")) == [tagged]
    put_rule(recorded, "types", scope={"ComplianceResourceTypes": ["AWS::S3::Bucket"]})
    start(recorded, "types")
    assert verdicts(recorded, "types") == {}


def test_what_the_recorder_does_not_record_is_not_judged(account):
    prepare_landing_zone(account, recordingGroup={"allSupported": False, "resourceTypes": ["AWS::EC2::Volume"]})
    put_rule(account, "types")
    put_rule(account, "volumes")
    instance(account)
    assert account.evaluate() == {"types": 0, "volumes": 1}


def test_verdicts_stay_while_the_recorder_stands_still(recorded):
    put_rule(recorded, "types")
    host = instance(recorded)
    start(recorded, "types")
    config = recorded.client("config")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    recorded.client("ec2").terminate_instances(InstanceIds=[host])
    start(recorded, "types")
    assert verdicts(recorded, "types") == {host: "COMPLIANT"}
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    start(recorded, "types")
    assert verdicts(recorded, "types") == {}


def test_a_rule_that_the_account_cannot_judge_keeps_the_results_it_was_given(recorded):
    source = {"Owner": "AWS", "SourceIdentifier": "IAM_PASSWORD_POLICY"}
    recorded.client("config").put_config_rule(ConfigRule={"ConfigRuleName": "passwords", "Source": source})
    result = {"resourceType": "AWS::::Account", "resourceId": recorded.account_id, "complianceType": "NON_COMPLIANT"}
    recorded.put_evaluations("passwords", [result])
    put_rule(recorded, "volumes", parameters={"kmsId": "1"})
    instance(recorded)
    assert recorded.evaluate() == {}
    assert verdicts(recorded, "passwords") == {recorded.account_id: "NON_COMPLIANT"}
    assert verdicts(recorded, "volumes") == {}


def test_an_evaluation_of_rules_that_are_not_there_or_not_named_is_refused(recorded, refused):
    with refused("NoSuchConfigRuleException"):
        start(recorded, "none")
    with refused("InvalidParameterValueException", "1 to 25"):
        recorded.client("config").start_config_rules_evaluation()


def test_an_evaluation_needs_the_permission_for_the_rule(recorded, role, refused):
    put_rule(recorded, "types")
    put_rule(recorded, "volumes")
    rules = recorded.client("config").describe_config_rules(ConfigRuleNames=["types"])["ConfigRules"]
    allowed = {"Action": "config:StartConfigRulesEvaluation", "Resource": rules[0]["ConfigRuleArn"]}
    seen = recorded.as_role(role(allowed))
    start(seen, "types")
    with refused("AccessDeniedException"):
        start(seen, "types", "volumes")


def test_the_status_says_which_rules_were_evaluated_with_or_without_resources(recorded):
    put_rule(recorded, "types")
    put_rule(recorded, "volumes")
    config = recorded.client("config")

    def evaluated() -> dict[str, bool]:
        found = config.describe_config_rule_evaluation_status()["ConfigRulesEvaluationStatus"]
        assert all(one["FirstEvaluationStarted"] == ("LastSuccessfulEvaluationTime" in one) for one in found)
        return {one["ConfigRuleName"]: one["FirstEvaluationStarted"] for one in found}

    assert evaluated() == {"types": False, "volumes": False}
    start(recorded, "types")
    assert evaluated() == {"types": True, "volumes": False}
    assert verdicts(recorded, "types") == {}
    config.delete_config_rule(ConfigRuleName="types")
    put_rule(recorded, "types")
    assert evaluated() == {"types": False, "volumes": False}
