"""Remediation in a deployed account: every action under the function's own role, approved by a person under theirs."""

from __future__ import annotations

import json

import pytest

from engine.deployment import Deployment, yaml_program
from engine.remediating import (
    FUNCTION,
    PROCESSING,
    RULES,
    approve,
    approver,
    command,
    find,
    inputs,
    item,
    items,
    outputs,
    rule,
    run,
    typed,
)

BUCKET, GROUP = "AWS::S3::Bucket", "AWS::EC2::SecurityGroup"


@pytest.fixture(scope="module")
def deployed(deploy, tmp_path_factory) -> Deployment:
    """Every action, each change approved by somebody; limits that do not stand in the way."""
    remediation = {"mode": "approve", "limits": {"maxActions": 100, "maxPercent": 100}}
    program = yaml_program(tmp_path_factory.mktemp("approve"), inputs(remediation, *RULES), outputs())
    return deploy(program)


@pytest.fixture(scope="module")
def dry(deploy, tmp_path_factory) -> Deployment:
    """Every action as a dry run, and nothing said of remediation."""
    return deploy(yaml_program(tmp_path_factory.mktemp("dry"), inputs({}, *RULES), outputs()))


@pytest.fixture(scope="module")
def alice(deployed):
    """Somebody with the policy of approvers."""
    return approver(deployed, "alice")


def made_trail(one: Deployment) -> tuple[str, str]:
    bucket = made_bucket(one, "trail-logs")[1]
    trail = one.client("cloudtrail").create_trail(Name="main", S3BucketName=bucket)
    return "AWS::CloudTrail::Trail", trail["TrailARN"]


def made_bucket(one: Deployment, name: str) -> tuple[str, str]:
    bucket = f"{name}-{one.account.account_id}"
    place = {"LocationConstraint": one.account.region}
    one.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    return BUCKET, bucket


def made_public_bucket(one: Deployment, name: str) -> tuple[str, str]:
    kind, bucket = made_bucket(one, name)
    # S3 blocks public access of new buckets.
    one.client("s3").delete_public_access_block(Bucket=bucket)
    return kind, bucket


def made_bucket_with_policy(one: Deployment) -> tuple[str, str]:
    kind, bucket = made_bucket(one, "shared")
    own = {
        "Sid": "Mine",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{one.account.account_id}:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    one.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [own]}))
    return kind, bucket


def made_suspended_bucket(one: Deployment) -> tuple[str, str]:
    kind, bucket = made_bucket(one, "versions")
    one.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    return kind, bucket


def made_key(one: Deployment) -> tuple[str, str]:
    return "AWS::KMS::Key", one.client("kms").create_key()["KeyMetadata"]["KeyId"]


def made_logs(one: Deployment) -> tuple[str, str]:
    logs = one.client("logs")
    for name in ("/app/orders", "/app/orders-2"):
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=7)
    return "AWS::Logs::LogGroup", "/app/orders"


def made_group(one: Deployment, name: str = "admins") -> tuple[str, str]:
    ec2 = one.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName=name, Description="admins", VpcId=vpc)["GroupId"]
    everybody, own = {"CidrIp": "0.0.0.0/0", "Description": "why"}, {"CidrIp": "10.0.0.0/8"}
    for port, block in ((22, everybody), (22, own), (443, everybody)):
        permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [block]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return GROUP, group


def made_instance(one: Deployment) -> tuple[str, str]:
    made = one.client("ec2").run_instances(
        ImageId="ami-0123456789abcdef0", InstanceType="m5.large", MinCount=1, MaxCount=1
    )
    return "AWS::EC2::Instance", made["Instances"][0]["InstanceId"]


def made_topic(one: Deployment) -> tuple[str, str]:
    return "AWS::SNS::Topic", one.client("sns").create_topic(Name="orders")["TopicArn"]


def made_database(one: Deployment, name: str, days: int) -> tuple[str, str]:
    made = one.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="root",
        MasterUserPassword="not-a-secret",
        AllocatedStorage=20,
        BackupRetentionPeriod=days,
    )
    return "AWS::RDS::DBInstance", made["DBInstance"]["DbiResourceId"]


def the_account(one: Deployment) -> tuple[str, str]:
    return "AWS::::Account", one.account.account_id


MAKE = {
    "cloudtrail-validation": made_trail,
    "ebs-encryption-by-default": the_account,
    "iam-password-policy": the_account,
    "instance-type": made_instance,
    "kms-rotation": made_key,
    "log-retention": made_logs,
    "rds-backup": lambda one: made_database(one, "backups", 0),
    "rds-deletion-protection": lambda one: made_database(one, "protected", 1),
    "s3-public-access-block": lambda one: made_public_bucket(one, "public"),
    "s3-tls-only": made_bucket_with_policy,
    "s3-versioning": made_suspended_bucket,
    "security-group-admin-ports": made_group,
    "sns-encryption": made_topic,
}


def part(one: Deployment, action: str, resource: str) -> object:
    """The part of a resource that an action changes, as somebody sees it who does not know the action."""
    s3, absent = one.client("s3"), ("NoSuchPublicAccessBlockConfiguration", "NoSuchEntity")
    read = {
        "cloudtrail-validation": lambda: one.client("cloudtrail").describe_trails()["trailList"][0][
            "LogFileValidationEnabled"
        ],
        "ebs-encryption-by-default": lambda: one.client("ec2").get_ebs_encryption_by_default()[
            "EbsEncryptionByDefault"
        ],
        "iam-password-policy": lambda: one.client("iam").get_account_password_policy()["PasswordPolicy"],
        "instance-type": lambda: one.client("ec2").describe_instances(InstanceIds=[resource])["Reservations"][0][
            "Instances"
        ][0]["State"]["Name"],
        "kms-rotation": lambda: one.client("kms").get_key_rotation_status(KeyId=resource)["KeyRotationEnabled"],
        "log-retention": lambda: {
            group["logGroupName"]: group.get("retentionInDays")
            for group in one.client("logs").describe_log_groups(logGroupNamePrefix="/app/")["logGroups"]
        },
        "rds-backup": lambda: database(one, resource)["BackupRetentionPeriod"],
        "rds-deletion-protection": lambda: database(one, resource)["DeletionProtection"],
        "s3-public-access-block": lambda: s3.get_public_access_block(Bucket=resource)["PublicAccessBlockConfiguration"],
        "s3-tls-only": lambda: json.loads(s3.get_bucket_policy(Bucket=resource)["Policy"]),
        "s3-versioning": lambda: s3.get_bucket_versioning(Bucket=resource)["Status"],
        "security-group-admin-ports": lambda: sorted(
            (permission["FromPort"], block["CidrIp"], block.get("Description", ""))
            for permission in one.client("ec2").describe_security_groups(GroupIds=[resource])["SecurityGroups"][0][
                "IpPermissions"
            ]
            for block in permission["IpRanges"]
        ),
        "sns-encryption": lambda: (
            one.client("sns").get_topic_attributes(TopicArn=resource)["Attributes"].get("KmsMasterKeyId", "")
        ),
    }[action]
    try:
        return read()
    except one.client("s3").exceptions.ClientError as error:
        assert error.response["Error"]["Code"] in absent, error
        return None


def database(one: Deployment, resource: str) -> dict:
    """A database by the id that AWS Config knows."""
    found = one.client("rds").describe_db_instances()["DBInstances"]
    return next(each for each in found if each["DbiResourceId"] == resource)


@pytest.mark.parametrize("action", sorted(RULES))
def test_change_is_planned_approved_made_and_undone(deployed, alice, action):
    kind, resource = MAKE[action](deployed)
    before = part(deployed, action, resource)
    find(deployed, action, kind, resource)
    run(deployed)
    (planned,) = [one for one in items(deployed) if one["rule"] == rule(action)]
    assert (planned["action"], planned["state"]) == (action, "awaitingApproval"), planned
    assert part(deployed, action, resource) == before, "a plan changes nothing"

    shown = command(deployed, alice, "show", planned["id"])
    assert shown.status == 0 and "Before:" in shown.text and planned["plan"]["effect"] in shown.text, shown
    approved = approve(deployed, alice, planned["id"], "--json")
    assert (approved.status, approved.json["remediation"]["state"]) == (0, "verifying"), approved
    changed = part(deployed, action, resource)
    assert changed != before

    undone = command(deployed, alice, "undo", planned["id"])
    if action in ("log-retention", "rds-backup"):
        assert undone.status == 1 and "is not shortened" in undone.text, undone
        assert part(deployed, action, resource) == changed
    else:
        assert undone.status == 0, undone
        assert part(deployed, action, resource) == before


def test_instance_that_was_stopped_is_contained_and_its_finding_stays(deployed, alice):
    kind, instance = made_instance(deployed)
    find(deployed, "instance-type", kind, instance)
    run(deployed)
    approve(deployed, alice, item(deployed, instance)["id"])
    assert item(deployed, instance)["state"] == "verifying", "not by the run that made the change"
    run(deployed)
    assert (item(deployed, instance)["state"], part(deployed, "instance-type", instance)) == ("contained", "stopped")


# After the tests whose findings must be older than what is done about them: the account's clock is ahead from here on.
def test_change_is_fixed_when_a_later_evaluation_says_so(deployed, alice):
    kind, bucket = made_public_bucket(deployed, "verified")
    find(deployed, "s3-public-access-block", kind, bucket)
    run(deployed)
    identity = item(deployed, bucket)["id"]
    approve(deployed, alice, identity)
    run(deployed)
    assert item(deployed, bucket)["state"] == "verifying", "the old result confirms nothing"
    deployed.account.advance(5)
    find(deployed, "s3-public-access-block", kind, bucket, "COMPLIANT")
    run(deployed)
    assert item(deployed, bucket)["state"] == "fixed"
    listed = command(deployed, alice, "list", "--state", "fixed", "--json").json["remediations"]
    assert identity in [one["id"] for one in listed]


def test_resource_of_a_stack_gets_advice(deployed):
    name = f"stack-{deployed.account.account_id}"
    bucket = {"Type": BUCKET, "Properties": {"BucketName": name}}
    deployed.client("cloudformation").create_stack(
        StackName="shop", TemplateBody=json.dumps({"Resources": {"Orders": bucket}})
    )
    deployed.client("cloudformation").get_waiter("stack_create_complete").wait(
        StackName="shop", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    find(deployed, "s3-tls-only", BUCKET, name)
    run(deployed)
    found = item(deployed, name)
    assert found["state"] == "advised" and "stack `shop`" in found["advice"]["reason"], found


def test_approver_decides_under_their_own_identity_alone(deployed, alice, refused):
    table = alice.client("dynamodb")
    place = {"TableName": deployed.outputs["ledgerTableName"]}
    own = alice.client("sts").get_caller_identity()["UserId"]
    entry = {"sort": {"S": "x"}, "revision": {"N": "1"}, "body": {"S": "{}"}}
    here = f"{deployed.account.account_id}/{deployed.account.region}"
    table.put_item(**place, Item={"partition": {"S": f"approvals/{own}"}, **entry})
    for partition in ("approvals/AROAX:mallory", f"remediation/{here}", f"findings/{deployed.account.account_id}"):
        with refused("AccessDeniedException"):
            table.put_item(**place, Item={"partition": {"S": partition}, **entry})
    with refused("AccessDeniedException"):
        table.delete_item(**place, Key={"partition": {"S": f"approvals/{own}"}, "sort": {"S": "x"}})


@pytest.mark.parametrize("function", [FUNCTION, PROCESSING])
def test_function_can_write_neither_a_decision_nor_the_stop_switch(deployed, refused, function):
    configuration = deployed.client("lambda").get_function(FunctionName=function)["Configuration"]
    table = deployed.account.as_role(configuration["Role"]).client("dynamodb")
    place = {"TableName": deployed.outputs["ledgerTableName"]}
    entry = {"sort": {"S": "x"}, "revision": {"N": "1"}, "body": {"S": "{}"}}
    here = f"{deployed.account.account_id}/{deployed.account.region}"
    other = f"findings/{deployed.account.account_id}" if function == FUNCTION else f"remediation/{here}"
    for partition in ("approvals/AROAX:alice", f"control/{here}", other):
        with refused("AccessDeniedException"):
            table.put_item(**place, Item={"partition": {"S": partition}, **entry})
        with refused("AccessDeniedException"):
            put = {"Put": {**place, "Item": {"partition": {"S": partition}, **entry}}}
            table.transact_write_items(TransactItems=[put])


def test_stop_stops_every_change_until_it_is_resumed(deployed, alice):
    kind, bucket = made_public_bucket(deployed, "stopped")
    find(deployed, "s3-public-access-block", kind, bucket)
    run(deployed)
    identity = item(deployed, bucket)["id"]
    assert command(deployed, alice, "stop", "--reason", "incident").status == 0
    answer = approve(deployed, alice, identity)
    assert "changes are stopped" in answer.text, answer
    assert part(deployed, "s3-public-access-block", bucket) is None
    assert "incident" in command(deployed, alice, "list").text
    assert command(deployed, alice, "stop", "--resume").status == 0
    assert run(deployed)["changed"] == 1
    assert part(deployed, "s3-public-access-block", bucket)["BlockPublicAcls"] is True


# What the function asks before it changes anything: action, what it asks for, what it says where that is denied.
GUARDS = [
    ("s3-public-access-block", "cloudformation:DescribeStackResources", "whether a CloudFormation stack owns"),
    ("s3-public-access-block", "config:GetDiscoveredResourceCounts", "how many resources there are cannot be"),
    ("s3-public-access-block", "config:SelectResourceConfig", "the tags of the resource cannot be determined"),
    ("s3-public-access-block", "tag:GetResources", "the tags of the resource cannot be determined"),
    ("s3-public-access-block", "s3:GetBucketPublicAccessBlock", "the resource cannot be read"),
    ("s3-public-access-block", "s3:GetBucketWebsite", "the resource cannot be read"),
    ("s3-public-access-block", "dynamodb:GetItem", ""),
    ("s3-public-access-block", "dynamodb:PutItem", ""),
    ("security-group-admin-ports", "ec2:DescribeNetworkInterfaces", "the resource cannot be read"),
    ("kms-rotation", "kms:DescribeKey", "the resource cannot be read"),
]


@pytest.mark.parametrize(("action", "denied", "reason"), GUARDS)
def test_guard_that_the_deployed_role_cannot_evaluate_stops_the_change(deployed, alice, action, denied, reason):
    name = denied.replace(":", "-").lower()
    make = {"kms-rotation": made_key, "security-group-admin-ports": lambda one: made_group(one, name)}
    kind, resource = make.get(action, lambda one: made_public_bucket(one, name))(deployed)
    before = part(deployed, action, resource)
    find(deployed, action, kind, resource)
    run(deployed)
    identity = item(deployed, resource)["id"]
    role = deployed.client("lambda").get_function(FunctionName=FUNCTION)["Configuration"]["Role"].rsplit("/", 1)[-1]
    iam, statement = deployed.client("iam"), {"Effect": "Deny", "Action": denied, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="denied", PolicyDocument=document)
    try:
        answer = approve(deployed, alice, identity)
        assert reason in answer.text if reason else answer.status == 2, answer
        payload = json.dumps({"trigger": "remediation"})
        ran = deployed.client("lambda").invoke(FunctionName=FUNCTION, Payload=payload)
        result = ran["Payload"].read().decode()
        assert reason in result if reason else "FunctionError" in ran, result
        assert part(deployed, action, resource) == before, "nothing acts"
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="denied")
    approve(deployed, alice, identity)
    run(deployed)
    assert part(deployed, action, resource) != before, "the change is made when the guard can be evaluated again"


def test_stop_works_over_an_entry_that_does_not_read(deployed, alice):
    kind, bucket = made_public_bucket(deployed, "unreadable")
    find(deployed, "s3-public-access-block", kind, bucket)
    run(deployed)
    identity = item(deployed, bucket)["id"]
    partition = {"S": f"control/{deployed.account.account_id}/{deployed.account.region}"}
    table = deployed.outputs["ledgerTableName"]
    # As somebody writes it in the console in a hurry.
    alice.client("dynamodb").put_item(TableName=table, Item={"partition": partition, "sort": {"S": "switch"}})
    assert approve(deployed, alice, identity).status == 2
    assert part(deployed, "s3-public-access-block", bucket) is None, "what does not read stops"
    for reason in ("incident", "the same incident"):
        stopped = command(deployed, alice, "stop", "--reason", reason)
        assert stopped.status == 0, stopped
    approve(deployed, alice, identity)
    assert part(deployed, "s3-public-access-block", bucket) is None
    assert command(deployed, alice, "stop", "--resume").status == 0
    run(deployed)
    assert part(deployed, "s3-public-access-block", bucket)["BlockPublicAcls"] is True


def test_rejected_change_is_not_made_and_a_tag_of_now_is_obeyed(deployed, alice):
    kind, bucket = made_public_bucket(deployed, "rejected")
    find(deployed, "s3-public-access-block", kind, bucket)
    run(deployed)
    identity, why = item(deployed, bucket)["id"], "a public website"
    rejected = command(deployed, alice, "reject", identity, "--reason", why, "--json")
    assert (rejected.status, rejected.json["remediation"]["state"]) == (0, "rejected"), rejected
    assert why in json.dumps(rejected.json["remediation"]["steps"])
    run(deployed)
    assert part(deployed, "s3-public-access-block", bucket) is None

    kind, bucket = made_public_bucket(deployed, "tagged")
    find(deployed, "s3-public-access-block", kind, bucket)
    run(deployed)
    tags = {"TagSet": [{"Key": "compliance:opt-out", "Value": ""}]}
    deployed.client("s3").put_bucket_tagging(Bucket=bucket, Tagging=tags)
    approve(deployed, alice, item(deployed, bucket)["id"])
    found = item(deployed, bucket)
    assert found["state"] == "superseded" and "compliance:opt-out" in found["steps"][-1]["reason"], found
    assert part(deployed, "s3-public-access-block", bucket) is None


def test_wrong_use_of_the_command_says_what_is_right(deployed, alice):
    unknown = command(deployed, alice, "show", "0123456789abcdef")
    assert unknown.status == 2 and "there is no remediation `0123456789abcdef`" in unknown.errors, unknown
    state = command(deployed, alice, "list", "--state", "done")
    assert state.status == 2 and "awaiting approval" in state.errors, state


def test_outputs_of_a_stack_say_where_the_remediations_are(deployed, alice, tmp_path):
    pulumi, asked = tmp_path / "pulumi", tmp_path / "asked"
    named = {name: deployed.outputs[name] for name in ("ledgerTableName", "remediationLambdaArn")}
    pulumi.write_text(f"#!/bin/sh\necho \"$@\" >{asked}\necho '{json.dumps(named)}'\n")
    pulumi.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    listed = typed(alice, path, "list", "--json", "--stack", "prod")
    assert listed.status == 0, listed
    assert listed.json == command(deployed, alice, "list", "--json").json
    assert asked.read_text() == "stack output --json --stack prod\n"
    pulumi.write_text("#!/bin/sh\necho '{}'\n")
    without = typed(alice, path, "list", "--stack", "prod")
    assert without.status == 2 and "`ledgerTableName`" in without.errors, without


def test_dry_run_plans_and_its_role_can_change_nothing(dry):
    made = {action: MAKE[action](dry) for action in ("s3-tls-only", "kms-rotation", "security-group-admin-ports")}
    for action, (kind, resource) in made.items():
        before = part(dry, action, resource)
        find(dry, action, kind, resource)
        run(dry)
        found = item(dry, resource)
        assert (found["state"], found["mode"]) == ("planned", "dryRun"), found
        assert part(dry, action, resource) == before
    name = dry.client("lambda").get_function(FunctionName=FUNCTION)["Configuration"]["Role"].rsplit("/", 1)[-1]
    reads = ("Describe", "Get", "List", "Select", "Query", "Decrypt", "Receive")
    # Its own log, queue, records and table.
    own = {
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "kms:GenerateDataKey",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:PutObject",
        "sns:Publish",
        "sqs:DeleteMessage",
        "sqs:SendMessage",
    }
    iam = dry.client("iam")
    allowed = set()
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for statement in document["Statement"]:
            actions = statement["Action"]
            allowed |= set([actions] if isinstance(actions, str) else actions)
    changing = {one for one in allowed if not one.split(":")[1].startswith(reads)}
    assert changing <= own, changing - own


def test_baseline_is_planned_where_nothing_is_said_of_remediation(dry):
    ec2 = dry.client("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{dry.account.region}a", Size=1)["VolumeId"]
    result = {"resourceType": "AWS::EC2::Volume", "resourceId": volume, "complianceType": "NON_COMPLIANT"}
    dry.account.put_evaluations("ebs-volumes-encrypted", [result])
    dry.invoke("compliance-processing", {})
    run(dry)
    found = item(dry, volume)
    assert found["state"] == "advised" and any("copy-snapshot" in line for line in found["advice"]["commands"]), found
