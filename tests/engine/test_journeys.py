"""What users do with a deployment after its first day: each change ends well, and no report is lost.

The numbers are those of the findings that the tests are for.
"""

from __future__ import annotations

import itertools
import json
import re

import pytest

from account.client import prepare_landing_zone
from engine.children import type_of
from engine.deployment import OWNER_TAG, PROGRAMS, Deployment, tags_of, yaml_program
from harness.engine import EngineError
from harness.leftovers import keys, leftovers, state
from harness.stack import Stack

OUTPUTS = {name: f"${{compliance.{name}}}" for name in ("bucketName", "afterDestroy")}
_names = itertools.count(1)


@pytest.fixture
def program(engine, account, tmp_path):
    """`program(inputs, ...)`: a stack of its own with these inputs in a prepared account."""
    prepare_landing_zone(account)

    def make(inputs: dict, **config) -> Deployment:
        name = f"journey{next(_names)}"
        return Deployment(
            Stack(engine, yaml_program(tmp_path / name, inputs, OUTPUTS), name, account.environment, **config), account
        )

    return make


def change(deployment: Deployment, **inputs) -> Deployment:
    """Give the deployed component other inputs."""
    path = deployment.stack.folder / "Pulumi.yaml"
    text = json.loads(path.read_text())
    text["resources"]["compliance"]["properties"] = inputs
    path.write_text(json.dumps(text))
    return Deployment(deployment.stack, deployment.account)


def harmful(changes) -> dict[str, str]:
    """What does more than create and update, by logical name."""
    harmless = {"same", "update", "create", "import"}
    touched = {
        urn.split("::")[-1]: step for urn, step in changes.touched.items() if not type_of(urn).startswith("pulumi:")
    }
    return {name: step for name, step in touched.items() if step not in harmless}


def refused(step, *parts: str) -> str:
    """The step fails with all of it."""
    with pytest.raises(EngineError) as caught:
        step()
    text = str(caught.value)
    assert [part for part in parts if part not in text] == [], text
    return text


def reports(account, bucket: str) -> set[str]:
    """Keys of everything in the bucket but the functions' configuration, versions of objects left out."""
    found = account.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return {entry["Key"] for entry in found if not entry["Key"].startswith("configuration/")}


@pytest.mark.parametrize("later", [{"hardened": True}, {"reports": {"objectLock": {}}}])
def test_journey_1_object_lock_that_is_enabled_later_keeps_the_bucket_and_its_reports(program, later):
    deployed = program({"reports": {"forceDestroy": True}})
    deployed.stack.up()
    bucket = deployed.outputs["bucketName"]
    before = reports(deployed.account, bucket)
    assert any(key.startswith("reports/") for key in before)
    forced = {"forceDestroy": True, **later.get("reports", {})}
    changed = change(deployed, **{**later, "reports": forced})
    assert harmful(changed.stack.preview()) == {}
    assert harmful(changed.stack.up()) == {}
    lock = deployed.client("s3").get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert lock["ObjectLockEnabled"] == "Enabled"
    assert before <= reports(deployed.account, bucket)
    assert changed.stack.up().none
    back = change(deployed, reports={"forceDestroy": True})
    assert harmful(back.stack.up()) == {"compliance-reports-object-lock": "delete"}
    assert back.stack.up().none
    assert before <= reports(deployed.account, bucket)
    assert deployed.invoke("compliance-processing", {})["record"]


def test_journey_2_a_component_with_an_alias_of_its_former_name_is_updated(program):
    deployed = program({})
    deployed.stack.up()
    (component,) = deployed.of_type("aws-compliance:index:ComplianceMonitoring")
    path = deployed.stack.folder / "Pulumi.yaml"
    text = json.loads(path.read_text())
    renamed = text["resources"].pop("compliance")
    text["resources"]["audit"] = {**renamed, "options": {"aliases": [component["urn"]]}}
    text["outputs"] = {"bucketName": "${audit.bucketName}"}
    path.write_text(json.dumps(text))
    assert harmful(deployed.stack.preview()) == {}
    assert harmful(deployed.stack.up()) == {}
    assert deployed.stack.up().none
    tags = deployed.client("s3").get_bucket_tagging(Bucket=deployed.outputs["bucketName"])["TagSet"]
    assert tags_of(tags)[OWNER_TAG].endswith("/audit")


def beyond_updates(changes) -> dict[str, str]:
    """What a run did to the component and its resources beside updates, by logical name."""
    ours = {urn: step for urn, step in changes.touched.items() if type_of(urn).startswith("aws")}
    return {urn.split("::")[-1]: step for urn, step in ours.items() if step != "update"}


def asked_for(stack: Stack, owner: str) -> dict[str, object]:
    """The inputs of every resource by its role, without whose they are."""
    component = owner.split("/")[-1]
    recorded = [entry for entry in stack.resources().values() if entry["type"].startswith("aws:")]
    without = lambda inputs: json.loads(json.dumps(inputs).replace(owner, "OWNER"))  # noqa: E731
    return {entry["urn"].split("::")[-1].removeprefix(component): without(entry["inputs"]) for entry in recorded}


@pytest.mark.parametrize("language", ["typescript", "python"])
def test_point_2_a_program_that_renames_and_moves_its_component_updates_tags_alone(engine, account, language):
    prepare_landing_zone(account)
    name = f"renamed{next(_names)}"
    stack = Stack(engine, PROGRAMS / f"renamed-{language}", name, account.environment, component="compliance")
    stack.up()
    bucket, before = stack.outputs()["bucketName"], asked_for(stack, f"renamed/{name}/compliance")

    def updated(owner: str) -> None:
        assert beyond_updates(stack.preview()) == {}
        assert beyond_updates(stack.up()) == {}
        assert asked_for(stack, owner) == before
        tags = tags_of(account.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"])
        assert tags[OWNER_TAG] == owner

    # Another name, below a parent.
    stack.configure("component", "audit")
    stack.configure("grouped", "true")
    stack.configure("former", json.dumps({"name": "compliance", "ungrouped": True}))
    updated(f"renamed/{name}/audit")
    # Another stack, of another project.
    stack.rename(f"{name}-new", "moved")
    stack.configure("former", json.dumps({"project": "renamed", "stack": name}))
    updated(f"moved/{name}-new/audit")
    assert stack.up().none
    stack.destroy()
    assert leftovers(account) == {}


def test_journey_2_a_renamed_stack_is_refused_once_and_named_by_former_owners(program):
    deployed = program({})
    deployed.stack.up()
    former = f"inputs/{deployed.stack.name}/compliance"
    deployed.stack.rename(f"{deployed.stack.name}-new")
    told = refused(deployed.stack.preview, f"belong to the deployment `{former}`", f'lookup.formerOwners: ["{former}"]')
    assert told.count("has a problem") <= 4, "what belongs to one deployment is said together"
    named = change(deployed, lookup={"formerOwners": [former]})
    assert harmful(named.stack.preview()) == {}
    assert harmful(named.stack.up()) == {}
    # Without it nothing changes but the recorded inputs.
    touched = change(deployed).stack.up().touched
    assert {type_of(urn) for urn in touched} == {"aws-compliance:index:ComplianceMonitoring"}
    assert deployed.stack.up().none


def test_journey_3_destroy_removes_what_costs_and_a_new_deployment_continues_with_what_was_retained(program):
    deployed = program({"frameworks": [{"id": "cis-aws-1.2"}]})
    deployed.stack.up()
    bucket = deployed.outputs["bucketName"]
    kept = reports(deployed.account, bucket)
    said = deployed.outputs["afterDestroy"]
    deployed.stack.destroy()
    left = leftovers(deployed.account)
    assert left.keys() == {"buckets", "keys"}
    assert left["buckets"] == [bucket]
    assert f"The report bucket {bucket} and its KMS key {left['keys'][0]} remain." in said
    assert f"aws s3 cp --recursive s3://{bucket}/" in said
    assert [state(deployed.account, key) for key in left["keys"]] == ["Enabled"]
    report = next(key for key in kept if key.startswith("reports/"))
    assert deployed.client("s3").get_object(Bucket=bucket, Key=report)["Body"].read()
    for kind in ("get_bucket_policy", "get_public_access_block", "get_bucket_encryption"):
        getattr(deployed.client("s3"), kind)(Bucket=bucket)

    preview = deployed.stack.preview()
    assert any(f"the bucket {bucket} and the key" in line for line in preview.of_severity("info"))
    deployed.stack.up()
    recorded = {urn.split("::")[-1]: entry for urn, entry in deployed.stack.resources().items()}
    assert recorded["compliance-reports-bucket"]["id"] == bucket
    assert recorded["compliance-encryption-key"]["id"] == left["keys"][0]
    assert deployed.stack.up().none
    assert kept <= reports(deployed.account, bucket)
    assert len([key for key in keys(deployed.account) if state(deployed.account, key) == "Enabled"]) == 1


@pytest.mark.parametrize("given", [{"onDestroy": "delete"}, {"forceDestroy": True}])
def test_journey_3_delete_leaves_nothing(program, given):
    deployed = program({"reports": given})
    deployed.stack.up()
    assert "Nothing remains" in deployed.outputs["afterDestroy"]
    deployed.stack.destroy()
    assert leftovers(deployed.account) == {}


def test_journey_3_refuse_keeps_everything(program):
    deployed = program({"reports": {"onDestroy": "refuse"}})
    deployed.stack.up()
    before = leftovers(deployed.account)
    preview = lambda: deployed.stack.run("destroy", "--preview-only")  # noqa: E731
    refused(preview, "compliance-reports-policy", "because it is protected")
    assert leftovers(deployed.account) == before
    change(deployed, reports={"onDestroy": "delete"}).stack.up()
    deployed.stack.destroy()
    assert leftovers(deployed.account) == {}


def test_journey_4_another_prefix_is_refused_and_then_moves_in_two_steps_without_losing_a_report(program):
    deployed = program({"reports": {"onDestroy": "delete"}})
    deployed.stack.up()
    bucket = deployed.outputs["bucketName"]
    kept = reports(deployed.account, bucket)
    refused(
        change(deployed, namePrefix="audit").stack.preview, f"the report bucket `{bucket}`", "reports.allowReplacement"
    )
    hasty = change(deployed, namePrefix="audit", reports={"allowReplacement": True})
    refused(hasty.stack.preview, "was deployed with `reports.onDestroy: delete`")
    change(deployed, reports={"onDestroy": "retain"}).stack.up()
    moved = change(deployed, namePrefix="audit", reports={"allowReplacement": True})
    assert any(f"aws s3 sync s3://{bucket}" in line for line in moved.stack.preview().of_severity("info"))
    moved.stack.up()
    assert moved.stack.up().none
    assert kept <= reports(deployed.account, bucket)
    assert moved.outputs["bucketName"].startswith("audit-reports-")
    # Without the permission to replace nothing changes but the recorded inputs.
    touched = change(deployed, namePrefix="audit").stack.up().touched
    assert {type_of(urn).split(":")[0] for urn in touched} == {"aws-compliance"}


def test_journey_5_two_components_of_a_program_in_one_region_are_refused_at_preview(program):
    deployed = program({})
    path = deployed.stack.folder / "Pulumi.yaml"
    text = json.loads(path.read_text())
    second = {"type": "aws-compliance:index:ComplianceMonitoring", "properties": {"namePrefix": "second"}}
    text["resources"]["second"] = second
    path.write_text(json.dumps(text))
    refused(deployed.stack.preview, "of this program monitors account", "or give `")
    assert leftovers(deployed.account) == {}


# What the scan calls the resources whose names a second deployment would take, one and several. Why no other type is
# here: `provider/aws-compliance/tests/construct/namesakes.rs`. An authorization is shared, and a warning.
NAMED = {
    "aws:athena/workgroup:Workgroup": ("Athena workgroup", "Athena workgroups"),
    "aws:cfg/configurationAggregator:ConfigurationAggregator": ("aggregator", "aggregators"),
    "aws:cfg/conformancePack:ConformancePack": ("conformance pack", "conformance packs"),
    "aws:cfg/rule:Rule": ("rule", "rules"),
    "aws:cloudwatch/dashboard:Dashboard": ("dashboard", "dashboards"),
    "aws:cloudwatch/eventRule:EventRule": ("event rule", "event rules"),
    "aws:cloudwatch/logGroup:LogGroup": ("log group", "log groups"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("alarm", "alarms"),
    "aws:dynamodb/table:Table": ("table", "tables"),
    "aws:glue/catalogDatabase:CatalogDatabase": ("Glue database", "Glue databases"),
    "aws:kms/alias:Alias": ("key alias", "key aliases"),
    "aws:lambda/function:Function": ("function", "functions"),
    "aws:s3/bucket:Bucket": ("bucket", "buckets"),
    "aws:sns/topic:Topic": ("topic", "topics"),
    "aws:sqs/queue:Queue": ("queue", "queues"),
}


def counted(told: str) -> dict[str, int]:
    """How many of each kind a refusal names together."""
    (listed,) = re.findall(r"They are: (.*)", told)
    kinds = [re.match(r"([\w ]+?) (`.*)", part).groups() for part in listed.split("; ")]
    more = {kind: re.search(r" and (\d+) more", names) for kind, names in kinds}
    return {kind: names.count("`") // 2 + int(more[kind][1] if more[kind] else 0) for kind, names in kinds}


def test_point_4_a_second_program_in_one_region_is_refused_at_preview_and_harms_nothing(program):
    pack = {"id": "security-best-practices-for-efs", "deployAs": "conformancePack"}
    inputs = {"frameworks": [pack], "notifications": {"digest": "daily"}}
    first = program(inputs)
    first.stack.up()
    bucket = first.outputs["bucketName"]
    kept, before = reports(first.account, bucket), leftovers(first.account)
    second = program(inputs)
    told = refused(second.stack.preview, f"belong to the deployment `{first.owner}`")
    # Each of them is found, of every kind.
    having = {token: len(first.of_type(token)) for token in NAMED}
    assert counted(told) == {NAMED[token][count > 1]: count for token, count in having.items()}
    refused(change(second, **inputs, namePrefix="audit").stack.preview, first.owner, "destroy that one first")
    refused(second.stack.up, "destroy that one first")
    assert leftovers(first.account) == before
    assert first.stack.up().none
    assert kept <= reports(first.account, bucket)


def test_point_4_two_programs_of_one_prefix_work_in_two_regions(program):
    here = program({})
    here.stack.up()
    account = here.account.in_region("us-east-1")
    prepare_landing_zone(account)
    there = program({}, **{"aws:region": "us-east-1"})
    there.stack.up()
    assert there.outputs["bucketName"] != here.outputs["bucketName"]
    assert here.stack.up().none
    assert there.stack.up().none
    there.stack.destroy()
    assert here.stack.up().none


def test_journey_6_names_that_exist_are_refused_together_at_preview(program):
    deployed = program({})
    account, client = deployed.account, deployed.client
    bucket = f"compliance-reports-{account.account_id}-{account.region}"
    client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": account.region})
    topic = client("sns").create_topic(Name="compliance-alerts")["TopicArn"]
    for queue in ("compliance-processing-dead-letters", "compliance-processing-events"):
        client("sqs").create_queue(QueueName=queue)
    told = refused(
        deployed.stack.preview,
        "4 resources with these names exist, and none has the tag",
        f"bucket `{bucket}`",
        "topic `compliance-alerts`",
        "queues `compliance-processing-dead-letters`, `compliance-processing-events`",
    )
    # The command of the message takes them over; the first of them was somebody's bucket with other settings.
    follow(deployed, told)
    assert harmful(deployed.stack.up()) == {}
    assert deployed.stack.up().none
    assert deployed.named("compliance-reports-bucket")["id"] == bucket
    assert deployed.named("compliance-alerts-topic")["id"] == topic


def follow(deployed: Deployment, told: str) -> None:
    """Run the first command of a message that tags."""
    (arns, tag) = re.search(r"tag-resources --resource-arn-list (.*?) --tags '(.*?)'`", told).groups()
    name, value = tag.split("=", 1)
    deployed.client("resourcegroupstaggingapi").tag_resources(ResourceARNList=arns.split(), Tags={name: value})


def test_journey_6_a_single_foreign_topic_is_refused_with_the_commands(program):
    deployed = program({})
    topic = deployed.client("sns").create_topic(
        Name="compliance-alerts", Tags=[{"Key": OWNER_TAG, "Value": "audit/dev/compliance"}]
    )["TopicArn"]
    told = refused(
        deployed.stack.preview,
        "the topic `compliance-alerts` exists, and it belongs to the deployment `audit/dev/compliance`",
        f"aws sns delete-topic --topic-arn {topic}",
        'set `lookup.formerOwners: ["audit/dev/compliance"]`',
    )
    assert "pulumi import" not in told
    moved = change(deployed, lookup={"formerOwners": ["audit/dev/compliance"]})
    moved.stack.up()
    assert moved.named("compliance-alerts-topic")["id"] == topic
    assert moved.stack.up().none


def test_journey_6_a_single_queue_without_a_tag_is_taken_over_as_the_message_says(program):
    deployed = program({})
    queue = deployed.client("sqs").create_queue(QueueName="compliance-processing-events")["QueueUrl"]
    told = refused(deployed.stack.preview, "the queue `compliance-processing-events` exists, and it does not carry")
    follow(deployed, told)
    deployed.stack.up()
    assert deployed.named("compliance-functions-processing-events")["id"] == queue
    assert deployed.stack.up().none


def test_journey_6_a_foreign_key_alias_is_refused_and_deleted_as_the_message_says(program):
    deployed, alias = program({}), "alias/compliance-monitoring"
    kms = deployed.client("kms")
    kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    refused(deployed.stack.preview, f"the key alias `{alias}` exists", f"`aws kms delete-alias --alias-name {alias}`")
    kms.delete_alias(AliasName=alias)
    deployed.stack.up()
    assert deployed.stack.up().none


def test_journey_6_what_carries_no_tag_is_taken_over_in_a_fresh_stack_by_adopt_unmarked(program):
    deployed = program({})
    client, account = deployed.client, deployed.account
    queue = client("sqs").create_queue(QueueName="compliance-processing-events")["QueueUrl"]
    client("logs").create_log_group(logGroupName="/aws/lambda/compliance-processing")
    source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
    client("config").put_config_rule(ConfigRule={"ConfigRuleName": "ebs-volumes-encrypted", "Source": source})
    kms, alias = client("kms"), "alias/compliance-monitoring"
    kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    refused(deployed.stack.preview, "resources with these names exist", "set `lookup.adoptUnmarked: true`")
    adopted = change(deployed, lookup={"adoptUnmarked": True})
    adopted.stack.up()
    assert adopted.named("compliance-functions-processing-events")["id"] == queue
    assert adopted.named("compliance-encryption-alias")["id"] == alias
    # AWS ignores the tags of a rule that exists when it is put again.
    adopted.stack.refresh()
    adopted.stack.up()
    assert harmful(change(deployed).stack.up()) == {}
    assert deployed.stack.up().none
    deployed.stack.destroy()
    assert leftovers(account).keys() == {"buckets", "keys"}


def test_journey_4_another_prefix_after_a_destroy_is_a_new_deployment(program):
    deployed = program({})
    deployed.stack.up()
    bucket = deployed.outputs["bucketName"]
    kept = reports(deployed.account, bucket)
    deployed.stack.destroy()
    moved = change(deployed, namePrefix="audit")
    said = moved.stack.preview().of_severity("info")
    assert any(f"set `reports.bucketName: {bucket}`" in line for line in said), said
    continued = change(deployed, namePrefix="audit", reports={"bucketName": bucket})
    key = next(key for key in keys(deployed.account) if state(deployed.account, key) == "Enabled")
    continued.stack.up()
    assert continued.named("compliance-encryption-key")["id"] == key
    assert kept <= reports(deployed.account, bucket)
    assert continued.stack.up().none


def test_journey_27_a_stack_in_another_region_leaves_the_reports_of_the_first(program):
    deployed = program({}, **{"aws:region": "eu-west-1"})
    deployed.stack.up()
    bucket = deployed.outputs["bucketName"]
    kept = reports(deployed.account, bucket)
    prepare_landing_zone(deployed.account.in_region("eu-central-1"))
    deployed.stack.configure("aws:region", "eu-central-1")
    # The engine may try to delete an event rule before its targets, and goes on with the next run, one rule further.
    for _ in range(12):
        if deployed.stack.run("up", "--yes", "--skip-preview", check=False).returncode == 0:
            break
    moved = Deployment(deployed.stack, deployed.account.in_region("eu-central-1"))
    assert moved.outputs["bucketName"].endswith("-eu-central-1")
    assert moved.stack.up().none
    assert kept <= reports(deployed.account, bucket)
    # The provider knows no region of an authorization and leaves it where it was.
    assert leftovers(deployed.account).keys() <= {"buckets", "keys", "roles", "dashboards", "authorizations"}
