"""Functions: packages, environments, concurrency, invocation, what follows an asynchronous one, queues as sources."""

import json

import pytest

from . import functions
from .functions import ECHO, FAIL, admit, eventually, invoke, make_function, make_queue, messages

INVALID = "InvalidParameterValueException"
READ = {"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]}
# Says which of its messages failed: those whose body is "bad".
PARTIAL = """
def handle(event):
    failed = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
    return {"batchItemFailures": [{"itemIdentifier": i} for i in failed]}
"""


@pytest.fixture
def created(account, role):
    """`created(name, handler, statement, ...)`: a function under a role of its own."""

    def make(name: str, handler: str, *statements: dict, **settings) -> str:
        return make_function(account, name, handler, role(*statements), **settings)

    return make


def test_finding_15_a_function_in_a_vpc_needs_subnets_groups_and_both_permissions(account, role, refused):
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    place = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
    interfaces = ("CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface")
    connects = role({"Action": [f"ec2:{action}" for action in interfaces]})
    with refused(INVALID, "does not have permissions to call CreateNetworkInterface on EC2"):
        make_function(account, "f", ECHO, role(), VpcConfig=place)
    with refused(INVALID, "The subnet ID 'subnet-0123456789abcdef0' does not exist"):
        make_function(account, "f", ECHO, connects, VpcConfig=place | {"SubnetIds": ["subnet-0123456789abcdef0"]})
    for half in place:
        with refused(INVALID, "must coexist"):
            make_function(account, "f", ECHO, connects, VpcConfig={half: place[half]})
    creates = role({"Action": ["lambda:CreateFunction", "iam:PassRole"]})
    with refused(INVALID, "DescribeSecurityGroups"):
        make_function(account.as_role(creates), "f", ECHO, connects, VpcConfig=place)
    make_function(account, "f", ECHO, connects, VpcConfig=place)


@pytest.mark.parametrize(
    ("name", "mode", "part"), [("handler", 0o755, "no file `bootstrap`"), ("bootstrap", 0o644, "not executable")]
)
def test_a_package_without_a_runnable_bootstrap_is_refused(account, role, refused, name, mode, part):
    package = functions.package(ECHO, name, mode)
    with refused(INVALID, part):
        account.client("lambda").create_function(
            FunctionName="f", Role=role(), Runtime="provided.al2023", Handler="f", Code={"ZipFile": package}
        )


def test_an_update_to_a_package_without_a_runnable_bootstrap_is_refused(account, created, refused):
    created("f", ECHO)
    with refused(INVALID, "Runtime.InvalidEntrypoint"):
        account.client("lambda").update_function_code(FunctionName="f", ZipFile=functions.package(ECHO, "main"))


def test_an_environment_of_more_than_4_kb_is_refused(account, created, refused):
    large = {"Environment": {"Variables": {"RULES": "r" * 4090}}}
    with refused(INVALID, "exceeded the 4KB limit"):
        created("f", ECHO, **large)
    created("f", ECHO, Environment={"Variables": {"RULES": "r" * 4000}})
    with refused(INVALID, "exceeded the 4KB limit"):
        account.client("lambda").update_function_configuration(FunctionName="f", **large)


def test_a_reserved_name_in_the_environment_is_refused(created, refused):
    with refused(INVALID, "AWS_REGION"):
        created("f", ECHO, Environment={"Variables": {"AWS_REGION": "eu-west-1"}})


def test_case_16_a_new_account_reserves_almost_nothing(account, created, refused):
    created("f", ECHO)
    account.limit_concurrency(10)
    client = account.client("lambda")
    with refused(INVALID, "below its minimum value of [10]"):
        client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    account.limit_concurrency(50)
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=40)
    limits = client.get_account_settings()["AccountLimit"]
    assert (limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]) == (50, 10)


def test_concurrency_that_leaves_less_than_100_unreserved_is_refused(account, created, refused):
    client = account.client("lambda")
    for name, wanted in (("a", 500), ("b", 400)):
        created(name, ECHO)
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=wanted)
    with refused(INVALID, "UnreservedConcurrentExecution below its minimum value of [100]"):
        client.put_function_concurrency(FunctionName="b", ReservedConcurrentExecutions=401)


@pytest.mark.parametrize("setting", [{"Timeout": 901}, {"MemorySize": 10241}])
def test_a_setting_out_of_bounds_is_refused(created, refused, setting):
    with refused("ValidationException"):
        created("f", ECHO, **setting)


def logged(account, group: str) -> str:
    """All a log group holds."""
    events = account.client("logs").filter_log_events(logGroupName=group)["events"]
    return "".join(event["message"] for event in events)


def test_a_function_answers_and_its_output_is_in_its_log_group(account, created):
    speaks = "def handle(event):\n    print('seen', event, flush=True)\n    return event\n"
    created("f", speaks, {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"]})
    account.client("logs").create_log_group(logGroupName="/aws/lambda/f")
    assert invoke(account, "f", {"a": 1}) == {"a": 1}
    eventually(lambda: "seen {'a': 1}" in logged(account, "/aws/lambda/f"))


def test_a_function_that_may_not_create_its_log_group_leaves_none(account, created):
    arn = created("f", ECHO, {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"]})
    invoke(account, "f", {})
    lost = eventually(lambda: [entry for entry in account.lost() if entry["source"] == arn])
    assert lost[0]["reason"] == "the function's role may not logs:CreateLogGroup"
    assert account.client("logs").describe_log_groups()["logGroups"] == []


def test_a_function_that_nobody_may_invoke_has_no_policy(account, created, refused):
    created("f", ECHO)
    client = account.client("lambda")
    permission = {"FunctionName": "f", "StatementId": "s"}
    client.add_permission(**permission, Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
    assert json.loads(client.get_policy(FunctionName="f")["Policy"])["Statement"][0]["Sid"] == "s"
    client.remove_permission(**permission)
    with refused("ResourceNotFoundException"):
        client.get_policy(FunctionName="f")


def test_a_success_invokes_the_destination_function_with_the_invocation_record(account, created):
    queue, queue_arn = make_queue(account, "seen")
    forward = {"DestinationConfig": {"OnSuccess": {"Destination": queue_arn}}}
    second = created("aggregation", ECHO, {"Action": "sqs:SendMessage", "Resource": queue_arn})
    created("processing", ECHO, {"Action": "lambda:InvokeFunction", "Resource": second})
    client = account.client("lambda")
    client.put_function_event_invoke_config(FunctionName="aggregation", **forward)
    client.put_function_event_invoke_config(
        FunctionName="processing", DestinationConfig={"OnSuccess": {"Destination": second}}
    )
    client.invoke(FunctionName="processing", InvocationType="Event", Payload=json.dumps({"n": 1}))
    record = json.loads(eventually(lambda: messages(account, queue))[0]["Body"])
    first = record["requestPayload"]
    assert (record["requestContext"]["condition"], first["requestContext"]["condition"]) == ("Success", "Success")
    assert first["requestPayload"] == {"n": 1}
    assert first["responsePayload"] == {"got": {"n": 1}}
    assert first["requestContext"]["functionArn"].endswith(":function:processing:$LATEST")
    assert first["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}


def test_a_destination_that_the_role_may_not_invoke_gets_nothing(account, created):
    second = created("aggregation", ECHO)
    created("processing", ECHO)
    client = account.client("lambda")
    client.put_function_event_invoke_config(
        FunctionName="processing", DestinationConfig={"OnSuccess": {"Destination": second}}
    )
    client.invoke(FunctionName="processing", InvocationType="Event", Payload=b"{}")
    found = eventually(lambda: [entry for entry in account.lost() if entry["target"] == second])
    assert found[0]["reason"] == "the function's role may not lambda:InvokeFunction"


def test_a_failure_goes_to_the_dead_letter_queue_after_its_retries(account, created):
    queue, queue_arn = make_queue(account, "dead-letters")
    send = {"Action": "sqs:SendMessage", "Resource": queue_arn}
    created("f", FAIL, send, DeadLetterConfig={"TargetArn": queue_arn})
    client = account.client("lambda")
    client.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1)
    client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"n": 1}))
    message = eventually(lambda: messages(account, queue))[0]
    assert json.loads(message["Body"]) == {"n": 1}
    assert set(message["MessageAttributes"]) == {"RequestID", "ErrorCode", "ErrorMessage"}


def test_an_encrypted_dead_letter_queue_needs_the_key_in_the_role(account, created, key):
    arn = key()
    queue, queue_arn = make_queue(account, "dead-letters", KmsMasterKeyId=arn)
    send = {"Action": "sqs:SendMessage", "Resource": queue_arn}
    use = {"Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": arn}
    client = account.client("lambda")
    created("without", FAIL, send, DeadLetterConfig={"TargetArn": queue_arn})
    created("with", FAIL, send, use, DeadLetterConfig={"TargetArn": queue_arn})
    for name in ("without", "with"):
        client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
        client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"from": name}))
    eventually(lambda: [entry for entry in account.lost() if entry["target"] == queue_arn])
    assert [json.loads(m["Body"]) for m in eventually(lambda: messages(account, queue))] == [{"from": "with"}]


def mapping(account, queue_arn: str, **rest) -> dict:
    """An event source mapping to the function `f`, as the component makes it."""
    settings = {"MaximumBatchingWindowInSeconds": 1, "ScalingConfig": {"MaximumConcurrency": 2}, **rest}
    return account.client("lambda").create_event_source_mapping(
        FunctionName="f", EventSourceArn=queue_arn, FunctionResponseTypes=["ReportBatchItemFailures"], **settings
    )


def test_an_encrypted_queue_feeds_its_function_and_failed_items_are_redriven(account, created, key):
    arn = key()
    dead, dead_arn = make_queue(account, "dead")
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1})
    attributes = {"KmsMasterKeyId": arn, "VisibilityTimeout": "1", "RedrivePolicy": redrive}
    queue, queue_arn = make_queue(account, "events", **attributes)
    created("f", PARTIAL, READ, {"Action": "kms:Decrypt", "Resource": arn}, Timeout=1)
    made = mapping(account, queue_arn)
    assert (made["ScalingConfig"], made["FunctionResponseTypes"]) == (
        {"MaximumConcurrency": 2},
        ["ReportBatchItemFailures"],
    )
    for body in ("good", "bad"):
        account.client("sqs").send_message(QueueUrl=queue, MessageBody=body)
    assert [m["Body"] for m in eventually(lambda: messages(account, dead))] == ["bad"]


def test_a_role_that_may_not_decrypt_takes_nothing_from_the_queue(account, created, key):
    queue, queue_arn = make_queue(account, "events", KmsMasterKeyId=key())
    created("f", PARTIAL, READ)
    made = mapping(account, queue_arn)
    account.client("sqs").send_message(QueueUrl=queue, MessageBody="stays")
    client = account.client("lambda")
    eventually(lambda: "KMS" in client.get_event_source_mapping(UUID=made["UUID"])["LastProcessingResult"])
    assert [m["Body"] for m in messages(account, queue)] == ["stays"]


def test_a_mapping_whose_role_may_not_read_the_queue_is_refused(account, created, refused):
    _queue, queue_arn = make_queue(account, "events")
    created("f", ECHO)
    with refused(INVALID, "does not have permissions to call ReceiveMessage on SQS"):
        mapping(account, queue_arn)


def test_a_queue_that_shows_its_messages_again_before_the_function_times_out_is_refused(account, created, refused):
    _queue, queue_arn = make_queue(account, "events")
    created("f", ECHO, READ, Timeout=300)
    with refused(INVALID, "Queue visibility timeout: 30 seconds is less than Function timeout: 300 seconds"):
        mapping(account, queue_arn)


def test_a_large_batch_without_a_window_is_refused(account, created, refused):
    _queue, queue_arn = make_queue(account, "events")
    created("f", ECHO, READ)
    with refused(INVALID, "batch window"):
        mapping(account, queue_arn, BatchSize=100, MaximumBatchingWindowInSeconds=0)


def test_a_queue_is_encrypted_by_sqs_unless_it_has_a_key(account, key):
    sqs = account.client("sqs")
    for name, attributes, managed in (("own", {}, "true"), ("keyed", {"KmsMasterKeyId": key()}, "false")):
        url, _arn = make_queue(account, name, **attributes)
        kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert kept["SqsManagedSseEnabled"] == managed


def test_a_producer_of_an_encrypted_queue_needs_its_key(account, role, key, refused):
    arn = key()
    queue, queue_arn = make_queue(account, "events", KmsMasterKeyId=arn)
    send = {"Action": "sqs:SendMessage", "Resource": queue_arn}
    use = {"Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": arn}
    with refused("KMS.AccessDeniedException"):
        account.as_role(role(send)).client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    account.as_role(role(send, use)).client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    admit(account, queue, queue_arn, "events.amazonaws.com")
    assert len(messages(account, queue)) == 1
