"""The deployer's policies are enough for what they are for, and hold nothing that is not accounted for.

A role with exactly these documents deploys into an account that enforces IAM. The stand-in for the aws plugin makes
fewer calls than the real one: what it does not use stands in `tools/deployer/unexercised.toml`, each with its reason.
"""

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import Callable

import parliament
import pytest
from botocore.exceptions import ClientError

from account.client import Account, prepare_landing_zone
from engine.deployment import yaml_program
from harness.artefacts import ROOT
from harness.engine import EngineError
from harness.stack import Stack
from look.requests import ACTIONS

BASE, RECORDER = ROOT / "docs/deployer-policy.json", ROOT / "docs/deployer-policy-recorder.json"
BUDGET = ROOT / "docs/deployer-policy-budget.json"
ORGANIZATION = ROOT / "docs/deployer-policy-organization.json"
REGIONS = ROOT / "docs/deployer-policy-regions.json"
TABLE, UNEXERCISED = ROOT / "tools/deployer/actions.toml", ROOT / "tools/deployer/unexercised.toml"
# Characters beside white space of all inline policies of a role (IAM User Guide, "IAM and AWS STS quotas").
ROLE_POLICIES = 10_240
_names = itertools.count(1)
# The longest region codes of the partition `aws`.
LONG_REGION = "ap-southeast-1"
INPUTS = {"notifications": {"emails": {"security": "security@example.com"}}, "reports": {"forceDestroy": True}}
CHANGED = {
    **INPUTS,
    "tags": {"team": "security"},
    "reports": {"forceDestroy": True, "retentionDays": 60, "objectLock": {}},
    "functions": {"memoryMib": 512, "reservedConcurrency": 2},
}


def text(document) -> str:
    """A document as it is given to IAM, for an account."""
    return document.read_text()


def placed(document: str, account: Account) -> dict:
    """The document for an account and region, as README says to make it."""
    return json.loads(document.replace("ACCOUNT_ID", account.account_id).replace("REGION", account.region))


def listed(value) -> list[str]:
    """A text or a list of texts as a list."""
    return [value] if isinstance(value, str) else value


def actions(document) -> set[str]:
    """Every action of a document."""
    return {action for statement in json.loads(text(document))["Statement"] for action in listed(statement["Action"])}


@pytest.fixture
def deployer(account) -> Callable[..., Account]:
    """`deployer(*documents, without=Sid, recorded=True)`: the account, seen by a role with these alone."""

    def make(*documents, without: str | None = None, recorded: bool = True) -> Account:
        if recorded:
            prepare_landing_zone(account)
        principal = {"AWS": f"arn:aws:iam::{account.account_id}:root"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        iam, given = account.client("iam"), json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=given)["Role"]["Arn"]
        for document in documents:
            policy = placed(text(document), account)
            policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] != without]
            iam.put_role_policy(RoleName="deployer", PolicyName=document.stem, PolicyDocument=json.dumps(policy))
        return account.as_role(role)

    return make


@pytest.fixture
def stack(engine, tmp_path) -> Callable[..., Stack]:
    """`stack(account, inputs)`: a stack of the component with these inputs."""
    return lambda account, inputs: Stack(
        engine, yaml_program(tmp_path, inputs), f"deployer{next(_names)}", account.environment
    )


def change(stack: Stack, inputs: dict, folder) -> None:
    """Give the stack's program other inputs."""
    (stack.folder / "Pulumi.yaml").write_text((yaml_program(folder, inputs) / "Pulumi.yaml").read_text())


def test_a_whole_life_uses_the_policy_and_nothing_beyond_it(deployer, stack, tmp_path):
    account = deployer(BASE)
    deployed = stack(account, INPUTS)
    # A call that the look is denied would be a warning.
    assert deployed.preview().diagnostics == []
    assert deployed.up().diagnostics == []
    assert deployed.up().none
    change(deployed, CHANGED, tmp_path)
    assert not deployed.up().none
    change(deployed, INPUTS, tmp_path)
    assert not deployed.up().none
    assert deployed.refresh().none
    deployed.destroy()
    assert deployed.resources() == {}
    asked = account.asked()
    assert asked["denied"] == []
    assert set(asked["allowed"]) - actions(BASE) == set()
    unused = actions(BASE) - set(asked["allowed"])
    assert unused == set(unexercised()), "tools/deployer/unexercised.toml is not what the run left unused"


def test_a_recorder_of_our_own_needs_the_second_document(deployer, stack):
    account = deployer(BASE, RECORDER, recorded=False)
    deployed = stack(account, {**INPUTS, "recorder": {"mode": "create"}})
    assert deployed.up().diagnostics == []
    assert deployed.up().none
    assert deployed.refresh().none
    deployed.destroy()
    asked = account.asked()
    assert asked["denied"] == []
    assert actions(RECORDER) - set(asked["allowed"]) == set()


def test_a_budget_needs_a_document_of_its_own(deployer, stack, tmp_path):
    account = deployer(BASE, BUDGET)
    deployed = stack(account, {**INPUTS, "cost": {"monthlyBudgetUsd": 20}})
    assert deployed.up().diagnostics == []
    assert deployed.refresh().none
    change(deployed, {**INPUTS, "cost": {"monthlyBudgetUsd": 30}, "tags": {"team": "security"}}, tmp_path)
    assert not deployed.up().none
    change(deployed, {**INPUTS, "cost": {"monthlyBudgetUsd": 30}}, tmp_path)
    assert not deployed.up().none
    deployed.destroy()
    asked = account.asked()
    assert asked["denied"] == []
    assert actions(BUDGET) - set(asked["allowed"]) == set()


def test_other_regions_need_a_document_of_their_own(deployer, stack, tmp_path, account):
    prepare_landing_zone(account.in_region("us-east-1"))
    # Every region that is enabled: these two.
    for region in account.client("ec2").describe_regions()["Regions"]:
        if region["RegionName"] not in ("us-east-1", account.region):
            account.in_region(region["RegionName"]).enable_region(False)
    account = deployer(BASE, REGIONS)
    inputs = {**INPUTS, "regions": "all"}
    deployed = stack(account, inputs)
    assert deployed.up().diagnostics == []
    assert deployed.up().none
    change(deployed, {**inputs, "tags": {"team": "security"}}, tmp_path)
    assert not deployed.up().none
    change(deployed, inputs, tmp_path)
    assert not deployed.up().none
    assert deployed.refresh().none
    deployed.destroy()
    asked = account.asked()
    assert asked["denied"] == []
    unused = actions(REGIONS) - set(asked["allowed"])
    # The real provider reads the schema of the type; the recorder of the other region is reused.
    recorder = {action for action in actions(REGIONS) if "Recorder" in action or "DeliveryChannel" in action}
    assert unused == {"cloudformation:DescribeType", *recorder}


# Those with a condition or one action, where a test of actions alone proves least.
@pytest.mark.parametrize(
    ("statement", "denied"),
    [
        ("FunctionRoles", "iam:PassRole"),
        ("Encryption", "kms:GenerateDataKey"),
        ("EventSources", "lambda:CreateEventSourceMapping"),
        ("Keys", "kms:"),
        ("Anything", "config:DescribeConfigRules"),
    ],
)
def test_without_a_statement_the_run_fails(deployer, stack, statement, denied):
    account = deployer(BASE, without=statement)
    with pytest.raises(EngineError, match=denied):
        stack(account, INPUTS).up()
    assert any(action.startswith(denied) for action in account.asked()["denied"])


def test_without_the_statement_of_the_service_linked_role_a_recorder_cannot_be_created(deployer, stack):
    account = deployer(BASE, RECORDER, without="ServiceLinkedRole", recorded=False)
    with pytest.raises(EngineError, match="iam:CreateServiceLinkedRole"):
        stack(account, {**INPUTS, "recorder": {"mode": "create"}}).up()
    assert "iam:CreateServiceLinkedRole" in account.asked()["denied"]


def test_real_provider_a3_the_deployer_may_list_the_subscriptions_of_its_topics_and_of_no_others(deployer, account):
    topics = [account.client("sns").create_topic(Name=name)["TopicArn"] for name in ("compliance-alerts", "payments")]
    sns = deployer(BASE, recorded=False).client("sns")
    assert sns.list_subscriptions_by_topic(TopicArn=topics[0])["Subscriptions"] == []
    with pytest.raises(ClientError, match="not authorized"):
        sns.list_subscriptions_by_topic(TopicArn=topics[1])


# What the real provider was seen to call, and no test used.
OF_THE_REAL_PROVIDER = {
    "glue:GetPartitionIndexes",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "lambda:GetFunctionCodeSigningConfig",
    "lambda:ListTags",
    "lambda:ListVersionsByFunction",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketWebsite",
    "s3:GetReplicationConfiguration",
}


def test_real_provider_c4_what_the_provider_uses_is_allowed_and_does_not_count_as_unused():
    assert actions(BASE) >= OF_THE_REAL_PROVIDER
    assert OF_THE_REAL_PROVIDER.isdisjoint(unexercised())


def unexercised() -> dict[str, str]:
    """The actions that the real provider needs and the stand-in does not use: the reason of each."""
    return {
        action: group["because"]
        for group in tomllib.loads(UNEXERCISED.read_text())["group"]
        for action in group["actions"]
    }


def test_each_action_that_is_not_exercised_has_a_reason():
    assert all(len(reason.split()) > 3 for reason in unexercised().values())


@pytest.fixture
def vpc(account) -> dict:
    """`functions.vpc` of a VPC in the account."""
    ec2 = account.client("ec2")
    network = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=network, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)
    ]
    group = ec2.create_security_group(GroupName="functions", Description="functions", VpcId=network)["GroupId"]
    return {"subnetIds": subnets, "securityGroupIds": [group]}


def boundary(account: Account, name: str) -> str:
    """A permissions boundary that allows everything."""
    allows = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    made = account.client("iam").create_policy(PolicyName=name, PolicyDocument=json.dumps(allows))
    return made["Policy"]["Arn"]


def test_finding_15_functions_in_a_vpc_deploy_and_run_with_the_third_document(deployer, stack, vpc, tmp_path, account):
    inputs = {**INPUTS, "functions": {"vpc": vpc}}
    seen = deployer(BASE)
    deployed = stack(seen, inputs)
    with pytest.raises(EngineError, match="permission to DescribeSecurityGroups"):
        deployed.up()
    document = placed(text(ORGANIZATION), account)
    account.client("iam").put_role_policy(
        RoleName="deployer", PolicyName=ORGANIZATION.stem, PolicyDocument=json.dumps(document)
    )
    assert deployed.up().diagnostics == []
    assert deployed.up().none
    config = account.client("lambda").get_function_configuration(FunctionName="compliance-processing")["VpcConfig"]
    assert (sorted(config["SubnetIds"]), config["SecurityGroupIds"]) == (
        sorted(vpc["subnetIds"]),
        vpc["securityGroupIds"],
    )
    # The first run, which the deployment waits for, ran there.
    objects = account.client("s3").list_objects_v2(Bucket=f"compliance-reports-{account.account_id}-{account.region}")
    assert any(entry["Key"].startswith("reports/processing/") for entry in objects["Contents"])
    # Out of the VPC again.
    change(deployed, INPUTS, tmp_path)
    assert not deployed.up().none
    deployed.destroy()
    assert set(seen.asked()["denied"]) == {"ec2:DescribeSecurityGroups"}


def test_case_14_where_a_policy_demands_boundary_and_path_both_inputs_are_enough(deployer, stack, account, tmp_path):
    """The policy of an estate: no role without the boundary, none outside the path, and none that loses it."""
    wanted = boundary(account, "estate-boundary")
    elsewhere = {"StringNotEquals": {"iam:PermissionsBoundary": wanted}}
    creates = ["iam:CreateRole", "iam:PutRolePermissionsBoundary"]
    estate = [
        {"Sid": "Boundary", "Effect": "Deny", "Action": creates, "Resource": "*", "Condition": elsewhere},
        {"Sid": "Kept", "Effect": "Deny", "Action": "iam:DeleteRolePermissionsBoundary", "Resource": "*"},
    ]
    seen = deployer(BASE, ORGANIZATION, RECORDER, recorded=False)
    iam = account.client("iam")
    for document in (BASE, RECORDER, ORGANIZATION):
        # The README's second `sed`: roles have the path of the estate.
        policy = text(document).replace("role/compliance-*", "role/compliance/compliance-*")
        policy = placed(policy, account)
        policy["Statement"] += estate if document == ORGANIZATION else []
        iam.put_role_policy(RoleName="deployer", PolicyName=document.stem, PolicyDocument=json.dumps(policy))
    inputs = {**INPUTS, "recorder": {"mode": "create"}}
    bounded = {**inputs, "iam": {"permissionsBoundary": wanted, "path": "/compliance/"}}
    deployed = stack(seen, inputs)
    with pytest.raises(EngineError, match="iam:CreateRole"):
        deployed.up()
    change(deployed, bounded, tmp_path)
    # The run that was refused may have left a recorder that it did not come to start.
    told = [each["message"] for each in deployed.up().diagnostics if "is stopped" not in each["message"]]
    assert told == []
    assert deployed.up().none
    roles = [role for role in iam.list_roles()["Roles"] if role["RoleName"].startswith("compliance-")]
    assert len(roles) == 3
    for role in roles:
        found = iam.get_role(RoleName=role["RoleName"])["Role"]
        place = (found["Path"], found["PermissionsBoundary"]["PermissionsBoundaryArn"])
        assert place == ("/compliance/", wanted)
    # Without the input the run says so and takes no boundary away.
    change(deployed, {**bounded, "iam": {"path": "/compliance/"}}, tmp_path)
    with pytest.raises(EngineError, match="iam:DeleteRolePermissionsBoundary"):
        deployed.up()
    change(deployed, bounded, tmp_path)
    deployed.up()
    deployed.destroy()


PARTITIONS = {"aws-us-gov": "us-gov-west-1", "aws-iso": "us-iso-east-1", "aws-iso-b": "us-isob-east-1"}


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize("document", [BASE, RECORDER, ORGANIZATION, REGIONS], ids=lambda path: path.stem)
def test_finding_16_the_documents_of_another_partition_differ_in_their_arns_alone(document, partition):
    """README's `sed` for other partitions leaves no ARN of `aws` behind, and nothing else has to change."""
    original = json.loads(text(document))
    other = json.loads(text(document).replace("arn:aws:", f"arn:{partition}:"))
    assert "arn:aws:" not in json.dumps(other)
    for before, after in zip(original["Statement"], other["Statement"], strict=True):
        assert before["Action"] == after["Action"]
        for arn in listed(after["Resource"]):
            assert arn == "*" or arn.startswith(f"arn:{partition}:"), arn


@pytest.mark.parametrize("document", [BASE, RECORDER, ORGANIZATION, REGIONS], ids=lambda path: path.stem)
def test_each_statement_is_narrow_and_well_formed(document):
    example = text(document).replace("ACCOUNT_ID", "111122223333").replace("REGION", LONG_REGION)
    # A recorder may be described on all recorders, which the look does, and on one, too.
    found = [finding for finding in parliament.analyze_policy_string(example).findings if not other_kinds(finding)]
    assert {finding.issue for finding in found} <= {"RESOURCE_STAR"}
    for statement in json.loads(example)["Statement"]:
        assert [action for action in listed(statement["Action"]) if "*" in action] == []
        assert statement["Effect"] == "Allow"
        assert not {"NotAction", "NotResource"} & statement.keys()
        if "iam:PassRole" in listed(statement["Action"]):
            assert listed(statement["Action"]) == ["iam:PassRole"]
            assert "iam:PassedToService" in statement["Condition"]["StringEquals"]
        if listed(statement["Resource"]) == ["*"] and "Condition" not in statement:
            # What AWS knows no narrower resource for: it reads, creates what has no name, or ends a subscription.
            changing = [action for action in listed(statement["Action"]) if not reads(action)]
            assert set(changing) <= NOT_NARROWER


def test_a_role_has_room_for_all_documents():
    length = 0
    for document in (BASE, RECORDER, ORGANIZATION):
        example = text(document).replace("ACCOUNT_ID", "111122223333").replace("REGION", LONG_REGION)
        length += len(json.dumps(json.loads(example), separators=(",", ":")))
    assert length <= ROLE_POLICIES


# Actions that take no resource in the Service Authorization Reference.
NOT_NARROWER = {
    "cloudformation:CreateResource",
    "cloudformation:DeleteResource",
    "cloudformation:UpdateResource",
    "config:DeleteDeliveryChannel",
    "config:PutConfigurationRecorder",
    "config:PutDeliveryChannel",
    "kms:CreateKey",
    "sns:Unsubscribe",
}


def other_kinds(finding) -> bool:
    """Whether it misses the other kinds of resources that Athena's and Glue's tags can be of."""
    tagging = ("athena:ListTagsForResource", "athena:TagResource", "athena:UntagResource", "glue:")
    return finding.issue == "RESOURCE_MISMATCH" and all(one["action"].startswith(tagging) for one in finding.detail)


def reads(action: str) -> bool:
    """Whether an action reads."""
    return action.split(":")[1].startswith(("Describe", "Get", "List"))


def test_the_look_has_every_action_it_calls():
    look = tomllib.loads(TABLE.read_text())["look"]
    assert {action for place in look.values() for action in place} == set(ACTIONS)


def test_each_type_names_where_its_calls_are_from():
    assert all(kind["source"].endswith(".go") for kind in tomllib.loads(TABLE.read_text())["types"].values())
