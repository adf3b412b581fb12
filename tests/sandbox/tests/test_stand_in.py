"""The stand-in for the `aws` plugin behaves as the real one does (runs of terraform-provider-aws, 2026-11-30)."""

import json
import subprocess
import time

import pytest
from botocore.exceptions import ClientError

from aws_plugin import install
from aws_plugin.plugin import Plugin, diff_config
from aws_plugin.resource import TYPES

from .functions import ECHO, make_function, make_queue
from .test_process import alive

ROLE, OBJECT = "aws:iam/role:Role", "aws:s3/bucketObjectv2:BucketObjectv2"
BUCKET, VERSIONING = "aws:s3/bucket:Bucket", "aws:s3/bucketVersioning:BucketVersioning"
FUNCTION, PERMISSION = "aws:lambda/function:Function", "aws:lambda/permission:Permission"
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}


@pytest.fixture
def plugin_of(monkeypatch):
    """`plugin_of(account)`: a provider instance with the credentials of an account."""

    def make(account) -> Plugin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", account.endpoint)
        environment = account.environment
        plugin = Plugin()
        plugin.configure(
            {
                "region": account.region,
                "accessKey": environment["AWS_ACCESS_KEY_ID"],
                "secretKey": environment["AWS_SECRET_ACCESS_KEY"],
                "token": environment.get("AWS_SESSION_TOKEN"),
            }
        )
        return plugin

    return make


@pytest.fixture
def plugin(account, plugin_of) -> Plugin:
    """A provider instance with the administrator's credentials."""
    return plugin_of(account)


@pytest.mark.parametrize(("token", "longest"), [(ROLE, 64), (PERMISSION, 100), ("aws:sqs/queue:Queue", 255)])
def test_real_provider_a4_a_name_that_is_made_up_is_bounded_and_refused_in_check(plugin, token, longest):
    fits, too_long = "n" * (longest - 8), "n" * (longest - 7)
    made, _findings = plugin.check(token, fits, b"seed", {}, {})
    assert len(made[TYPES[token].name]) == longest
    with pytest.raises(ValueError) as caught:
        plugin.check(token, too_long, b"seed", {}, {})
    assert str(caught.value) == (
        f"could not make instance of '{token}': name '{too_long}-' plus 7 random chars is longer than maximum length "
        f"{longest}"
    )


def test_a_name_that_is_given_is_not_bounded_by_the_made_up_one(plugin):
    made, _findings = plugin.check(ROLE, "n" * 90, b"seed", {}, {"name": "given"})
    assert made["name"] == "given"


class Deployed:
    """A bucket and what the plugin makes in it."""

    def __init__(self, account, plugin: Plugin) -> None:
        self.account, self.plugin = account, plugin
        self.name = f"objects-{account.account_id}"
        self.inputs = {"bucket": self.name, "tags": {"team": "security"}}
        self.identity, self.state = plugin.create(BUCKET, self.inputs)

    def versions_on(self) -> None:
        given = {"bucket": self.name, "versioningConfiguration": {"status": "Enabled"}}
        self.plugin.create(VERSIONING, given)

    def put(self, **changes) -> tuple[str, dict, dict]:
        given = {"bucket": self.name, "key": "a/k", "content": "x", "tags": {"team": "security"}, **changes}
        return (*self.plugin.create(OBJECT, given), given)


@pytest.fixture
def deployed(account, plugin) -> Deployed:
    return Deployed(account, plugin)


def test_real_provider_c1_an_object_is_put_anew_only_when_its_content_changes(account, deployed):
    deployed.versions_on()
    identity, state, inputs = deployed.put()
    assert identity == f"{deployed.name}/a/k"
    bare = {name: value for name, value in inputs.items() if name != "tags"}
    untagged = deployed.plugin.update(OBJECT, identity, state, bare)
    assert untagged["versionId"] == state["versionId"]
    assert account.client("s3").get_object_tagging(Bucket=deployed.name, Key="a/k")["TagSet"] == []
    changed = deployed.plugin.update(OBJECT, identity, untagged, bare | {"content": "y"})
    assert changed["versionId"] not in ("", state["versionId"])


def test_real_provider_a2_taking_tags_of_an_object_away_needs_a_permission_of_its_own(
    account, role, deployed, plugin_of
):
    identity, state, inputs = deployed.put()
    most = ("GetObject", "GetObjectTagging", "PutObject", "PutObjectTagging")
    plugin = plugin_of(account.as_role(role({"Action": [f"s3:{name}" for name in most]})))
    bare = {name: value for name, value in inputs.items() if name != "tags"}
    with pytest.raises(ClientError, match="s3:DeleteObjectTagging"):
        plugin.update(OBJECT, identity, state, bare)


def test_real_provider_a1_an_object_without_a_version_in_its_state_is_deleted_without_one(account, deployed):
    identity, state, _inputs = deployed.put()
    assert state["versionId"] == ""
    deployed.versions_on()
    deployed.plugin.delete(OBJECT, identity, state)
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        deployed.plugin.delete(BUCKET, deployed.identity, deployed.state)


def test_real_provider_a1_an_object_with_a_version_in_its_state_leaves_nothing(deployed):
    deployed.versions_on()
    identity, state, _inputs = deployed.put()
    deployed.plugin.delete(OBJECT, identity, state)
    deployed.plugin.delete(BUCKET, deployed.identity, deployed.state)


def test_real_provider_c2_a_bucket_is_tagged_by_s3_control_and_read_whole(account, role, deployed, plugin_of):
    allowed = ["s3:ListBucket", "s3:ListTagsForResource", "s3:GetBucketAcl"]
    seen = account.as_role(role({"Action": allowed}))
    with pytest.raises(ClientError, match="AccessDenied"):
        plugin_of(seen).read(BUCKET, deployed.identity, deployed.state, deployed.inputs)
    state, inputs = deployed.plugin.read(BUCKET, deployed.identity, deployed.state, deployed.inputs)
    assert inputs == deployed.inputs
    assert state["hostedZoneId"] == "Z3AQBSTGFJSTF"


def test_real_provider_c2_ids_are_those_of_the_real_provider(account, plugin, role):
    make_function(account, "f", ECHO, role())
    invocation = "aws:lambda/invocation:Invocation"
    identity, _state = plugin.create(invocation, {"functionName": "f", "input": "{}"})
    assert identity == "f,$LATEST,99914b932bd37a50b983c5e7c90ae93b"


def test_real_provider_c2_outputs_are_those_of_the_real_provider(account, plugin, role):
    reads = {"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]}
    function = make_function(account, "f", ECHO, role(reads))
    _url, queue = make_queue(account, "q")
    mapping = "aws:lambda/eventSourceMapping:EventSourceMapping"
    inputs = {"functionName": "f", "eventSourceArn": queue}
    identity, state = plugin.create(mapping, inputs)
    assert state["functionName"] == function
    _state, read = plugin.read(mapping, identity, state, inputs)
    assert read == inputs
    authorization = "aws:cfg/aggregateAuthorization:AggregateAuthorization"
    given = {"accountId": account.account_id, "authorizedAwsRegion": "us-east-1"}
    assert "region" not in plugin.create(authorization, given)[1]


@pytest.mark.parametrize(
    ("token", "name", "replaces"),
    [
        (FUNCTION, "architectures", False),
        (PERMISSION, "eventSourceToken", True),
        (PERMISSION, "functionUrlAuthType", True),
        (PERMISSION, "invokedViaFunctionUrl", True),
        (PERMISSION, "principalOrgId", True),
        (PERMISSION, "statementIdPrefix", True),
        ("aws:kms/key:Key", "customKeyStoreId", True),
        ("aws:kms/key:Key", "xksKeyId", True),
        ("aws:kms/alias:Alias", "namePrefix", True),
        ("aws:dynamodb/table:Table", "importTable", True),
        ("aws:glue/catalogTable:CatalogTable", "partitionIndices", True),
        ("aws:glue/catalogDatabase:CatalogDatabase", "targetDatabase", True),
        ("aws:lambda/eventSourceMapping:EventSourceMapping", "selfManagedEventSource", True),
        ("aws:sqs/queue:Queue", "region", True),
    ],
)
def test_real_provider_c3_what_is_replaced_is_what_the_real_provider_replaces(plugin, token, name, replaces):
    assert (name in plugin.diff(token, {}, {name: "new"}, {}, []).replaces) == replaces


@pytest.mark.parametrize(("given", "count"), [(4, 10), (5, None)])
def test_case_07_default_tags_count_on_objects_unless_the_resource_overrides_them(
    account, plugin, deployed, given, count
):
    """An object takes ten tags, those of the provider included (the provider's issues 21273 and 24692)."""
    account_config = {"tags": {f"default-{number}": "x" for number in range(6)}}
    plugin.configure({**plugin._config, "defaultTags": account_config})
    tags = {f"own-{number}": "x" for number in range(given)}
    tagged = lambda: account.client("s3").get_object_tagging(Bucket=deployed.name, Key="a/k")["TagSet"]  # noqa: E731
    if count:
        deployed.put(tags=tags)
        assert len(tagged()) == count
    else:
        with pytest.raises(ClientError, match="Object tags cannot be greater than 10"):
            deployed.put(tags=tags)
    override = {"defaultTags": {"tags": {}}}
    identity, state, inputs = deployed.put(tags=tags, overrideProvider=override)
    assert sorted(tag["Key"] for tag in tagged()) == sorted(tags)
    assert state["tagsAll"] == tags
    assert plugin.diff(OBJECT, inputs, inputs, state, []).changed == []
    assert plugin.read(OBJECT, identity, state, inputs)[1] == inputs


RECORDER = "aws:cfg/recorder:Recorder"


def test_case_11_a_block_of_the_recording_group_that_is_not_given_is_sent_as_it_was(account, plugin, role):
    """Issue 38820 of the provider: its blocks are computed, so that an exclusion outlives its strategy."""
    given = {"name": "r", "roleArn": role(service="config.amazonaws.com")}
    excluding = {
        "allSupported": False,
        "exclusionByResourceTypes": [{"resourceTypes": ["AWS::EC2::NetworkInterface"]}],
        "recordingStrategies": [{"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}],
    }
    all_types = {"allSupported": True, "recordingStrategies": [{"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}]}
    identity, outputs = plugin.create(RECORDER, given | {"recordingGroup": excluding})
    with pytest.raises(ClientError, match="InvalidRecordingGroupException"):
        plugin.update(RECORDER, identity, outputs, given | {"recordingGroup": all_types})
    empty = all_types | {"exclusionByResourceTypes": [{"resourceTypes": []}], "resourceTypes": []}
    plugin.update(RECORDER, identity, outputs, given | {"recordingGroup": empty})
    (found,) = account.client("config").describe_configuration_recorders()["ConfigurationRecorders"]
    assert found["recordingGroup"]["allSupported"]


BOUNDARY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def test_the_boundary_of_a_role_is_given_changed_and_taken_away(account, plugin):
    boundary = account.client("iam").create_policy(PolicyName="b", PolicyDocument=json.dumps(BOUNDARY))["Policy"]["Arn"]
    inputs = {"name": "mine", "assumeRolePolicy": json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})}
    identity, state = plugin.create(ROLE, inputs | {"permissionsBoundary": boundary})
    assert plugin.read(ROLE, identity, state, inputs)[0]["permissionsBoundary"] == boundary
    bare = plugin.update(ROLE, identity, state, inputs)
    assert "PermissionsBoundary" not in account.client("iam").get_role(RoleName="mine")["Role"]
    plugin.update(ROLE, identity, bare, inputs | {"permissionsBoundary": boundary})
    role = account.client("iam").get_role(RoleName="mine")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary


def test_a_role_is_read_and_deleted_with_what_belongs_to_it(account, role, plugin_of):
    made = account.client("iam").create_role(
        RoleName="mine", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    )
    assert made
    seen = account.as_role(role({"Action": ["iam:*"]}))
    plugin = plugin_of(seen)
    plugin.read(ROLE, "mine", {}, {})
    plugin.delete(ROLE, "mine", {})
    asked = set(seen.asked()["allowed"])
    assert {"iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole"} <= asked


@pytest.mark.parametrize("forced", [True, False])
def test_point_6_an_inline_policy_that_no_state_knows_keeps_a_role_unless_it_is_forced(account, plugin, forced):
    iam = account.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    iam.create_role(RoleName="mine", AssumeRolePolicyDocument=trust)
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="mine", PolicyName="of-a-killed-run", PolicyDocument=document)
    if forced:
        plugin.delete(ROLE, "mine", {"forceDetachPolicies": True})
    else:
        with pytest.raises(ClientError, match="DeleteConflict"):
            plugin.delete(ROLE, "mine", {})
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ([] if forced else ["mine"])


def test_journey_27_a_changed_region_is_an_update_of_the_provider_and_a_replacement_of_each_resource(
    account, plugin, plugin_of
):
    assert diff_config({"region": "us-east-1"}, {"region": "us-west-2"}) == ["region"]
    assert diff_config({"region": "us-east-1"}, {"region": "us-east-1"}) == []
    inputs = {"name": "moving"}
    _identity, state = plugin.create("aws:sqs/queue:Queue", inputs)
    assert plugin.diff("aws:sqs/queue:Queue", inputs, inputs, state, []).replaces == []
    elsewhere = plugin_of(account.in_region("us-west-2"))
    assert elsewhere.diff("aws:sqs/queue:Queue", inputs, inputs, state, []).replaces == ["region"]
    assert elsewhere.diff(ROLE, inputs, inputs, {}, []).replaces == []


def test_a_resource_of_an_older_state_without_a_region_is_not_moved(account, plugin_of):
    assert plugin_of(account.in_region("us-west-2")).diff("aws:sqs/queue:Queue", {}, {}, {}, []).changed == []


OBJECT_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"


def test_object_lock_is_turned_on_for_an_existing_bucket_with_versions_and_never_off(account, plugin, deployed):
    given = {"bucket": deployed.name}
    with pytest.raises(ClientError, match="InvalidBucketState"):
        plugin.create(OBJECT_LOCK, given)
    deployed.versions_on()
    identity, state = plugin.create(OBJECT_LOCK, given)
    assert plugin.read(OBJECT_LOCK, identity, state, given)[0]["objectLockEnabled"] == "Enabled"
    plugin.delete(OBJECT_LOCK, identity, state)
    assert plugin.read(BUCKET, deployed.identity, deployed.state, deployed.inputs)[0]["objectLockEnabled"] is True


def test_an_input_that_the_provider_computes_keeps_its_value_where_it_is_no_longer_given(plugin):
    assert plugin.diff(BUCKET, {"objectLockEnabled": True}, {}, {}, []).changed == []
    assert plugin.diff(BUCKET, {}, {"objectLockEnabled": True}, {}, []).replaces == ["objectLockEnabled"]


NAMED = [
    ("aws:sqs/queue:Queue", {"name": "imported"}),
    ("aws:sns/topic:Topic", {"name": "imported"}),
    ("aws:cloudwatch/logGroup:LogGroup", {"name": "/aws/lambda/imported"}),
    (
        "aws:dynamodb/table:Table",
        {
            "name": "imported",
            "billingMode": "PAY_PER_REQUEST",
            "hashKey": "a",
            "attributes": [{"name": "a", "type": "S"}],
        },
    ),
    (BUCKET, {"bucket": "imported-by-its-name"}),
]


@pytest.mark.parametrize(("token", "inputs"), NAMED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_imported_by_its_id_is_not_replaced_by_the_program_that_imports_it(plugin, token, inputs):
    identity, _state = plugin.create(token, inputs)
    state, read = plugin.read(token, identity, {}, {})
    assert plugin.diff(token, read, inputs, state, []).replaces == []


def test_a_plugin_whose_engine_was_killed_ends(tmp_path):
    launcher = install.write(tmp_path) / "pulumi-resource-aws"
    # A shell that is not the plugin itself stands in for the engine, and says the plugin's process id.
    engine = subprocess.Popen(
        ["sh", "-c", f"{launcher} 127.0.0.1:1 & echo $!; wait"],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    plugin = int(engine.stdout.readline())
    assert int(engine.stdout.readline()) > 0, "it serves"
    engine.kill()
    engine.wait()
    until = time.monotonic() + 20
    while alive(plugin) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(plugin)
