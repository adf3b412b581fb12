"""What processing tells, through the deployed topic, under its own role."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from engine.deployment import Deployment, compliance_change, yaml_program
from engine.test_functions import BUCKETS, result

VOLUMES = "ebs-volumes-encrypted"
OUTPUTS = ("bucketName", "kmsKeyArn", "ledgerTableName", "pendingEmails", "snsTopicArn")


@dataclass
class Told:
    """A deployment whose notices end in two queues: everything in one, a route's own in the other."""

    deployment: Deployment
    everything: str
    route: str

    def messages(self, queue: str) -> list[dict]:
        """What came since the last look: the message for machines, with its attributes."""
        sqs, found = self.deployment.client("sqs"), []
        while batch := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in batch:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                envelope = json.loads(message["Body"])
                found.append(json.loads(envelope["Message"]) | {"attributes": envelope.get("MessageAttributes", {})})
        return found

    def transitions(self, queue: str) -> list[tuple[str, str]]:
        """Kind and resource of each transition that came since the last look."""
        told = [each for message in self.messages(queue) for each in message.get("transitions", [])]
        return [(each["kind"], each["resourceId"]) for each in told]

    def judge(self, *results: dict, rule: str = BUCKETS) -> None:
        """Give a rule results, of which no event tells."""
        mapping = self.deployment.client("lambda").list_event_source_mappings(FunctionName="compliance-processing")
        (mapping,) = mapping["EventSourceMappings"]
        self.deployment.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        self.deployment.account.put_evaluations(rule, list(results))

    def look(self) -> dict:
        """A scheduled read by hand."""
        return self.deployment.invoke("compliance-processing", {})

    def ledger(self, partition: str) -> list[dict]:
        """Bodies of the ledger's entries in partitions that begin so."""
        items = self.deployment.client("dynamodb").scan(TableName=self.deployment.outputs["ledgerTableName"])["Items"]
        found = [item for item in items if item["partition"]["S"].startswith(partition)]
        return [json.loads(item["body"]["S"]) for item in found]


def queue(account, name: str) -> tuple[str, str]:
    """URL and ARN of a queue that takes everything."""
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    admit = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [admit]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn


@pytest.fixture(scope="module")
def told(deploy, new_account, tmp_path_factory) -> Told:
    """A monitor with an address and a route, deployed once; the first run is over and the rules have settled."""
    account = new_account()
    account.client("iam").create_account_alias(AccountAlias="prod")
    (everything, everything_arn), (route, route_arn) = queue(account, "everything"), queue(account, "route")
    inputs = {
        "reports": {"forceDestroy": True},
        "notifications": {
            "emails": {"security": "security@example.com"},
            "routes": {"volumes": {"rules": [VOLUMES], "sqs": route_arn}},
        },
    }
    outputs = {name: f"${{compliance.{name}}}" for name in OUTPUTS}
    deployment = deploy(yaml_program(tmp_path_factory.mktemp("notices"), inputs, outputs), account=account)
    topic = deployment.outputs["snsTopicArn"]
    account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=everything_arn)
    made = Told(deployment, everything, route)
    for rule in (BUCKETS, VOLUMES):
        made.judge(result("good", "COMPLIANT"), rule=rule)
    # What the second look finds more belongs to the first, too.
    made.look()
    made.look()
    return made


@pytest.fixture(autouse=True)
def nothing_open(told):
    """Each test begins with resources that comply, and with empty queues."""
    for rule in (BUCKETS, VOLUMES):
        known = told.deployment.client("config").get_compliance_details_by_config_rule(ConfigRuleName=rule, Limit=100)
        places = [
            each["EvaluationResultIdentifier"]["EvaluationResultQualifier"] for each in known["EvaluationResults"]
        ]
        told.judge(*(result(place["ResourceId"], "COMPLIANT") for place in places), rule=rule)
    told.look()
    told.messages(told.everything)
    told.messages(told.route)


def test_a_deployment_ends_with_a_record_and_a_report(told):
    records = [told.deployment.record(key) for key in told.deployment.objects("reports/processing/")]
    assert [record["trigger"] for record in records].count("deployment") == 1
    assert told.deployment.record("reports/aggregation/latest.json")["prefix"]
    assert told.deployment.stack.up().none


def test_a_change_is_told_once_with_everything_that_is_known(told):
    told.judge(result("bad", "NON_COMPLIANT"))
    told.look()
    told.look()
    (message,) = told.messages(told.everything)
    (transition,) = message["transitions"]
    account = told.deployment.account
    assert (transition["kind"], transition["resourceType"], transition["resourceId"]) == (
        "nonCompliant",
        "AWS::S3::Bucket",
        "bad",
    )
    assert (transition["account"], transition["accountAlias"], transition["region"]) == (
        account.account_id,
        "prod",
        account.region,
    )
    assert (transition["rule"], transition["identifier"]) == (BUCKETS, "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED")
    assert transition["since"] and "resourceId=bad" in transition["console"]
    assert told.deployment.outputs["bucketName"] in transition["runbook"]
    attributes = {name: entry["Value"] for name, entry in message["attributes"].items()}
    assert json.loads(attributes["rule"]) == [BUCKETS]
    assert json.loads(attributes["kind"]) == ["nonCompliant"]


def test_an_email_is_a_text_that_a_person_reads(told):
    account, topic = told.deployment.account, told.deployment.outputs["snsTopicArn"]
    told.judge(result("<b>näme 名前</b>", "NON_COMPLIANT"))
    account.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="reader@example.com")
    account.confirm_email(topic, "reader@example.com")
    told.look()
    (mail,) = [mail for mail in account.mails() if mail["to"] == "reader@example.com"]
    assert mail["subject"] == f"Compliance: 1 not compliant - prod ({account.account_id})"
    lines = mail["text"].splitlines()
    assert lines[0].startswith(f"1 change in account prod ({account.account_id}), region {account.region}, seen at ")
    assert "DOES NOT COMPLY" in lines
    assert "  AWS::S3::Bucket <b>näme 名前</b>" in lines
    words = (
        "rule        s3-bucket-encryption-enabled (high)",
        "since ",
        "look        https://",
        "what to do  https://",
    )
    assert [word for word in words if not any(line.startswith(f"    {word}") for line in lines)] == []
    # Two addresses wait; the one that reads this is none of them.
    assert any(line.startswith("1 subscription") for line in lines)


def test_a_fixed_resource_is_told(told):
    told.judge(result("mended", "NON_COMPLIANT"))
    told.look()
    told.judge(result("mended", "COMPLIANT"))
    told.look()
    assert told.transitions(told.everything) == [("nonCompliant", "mended"), ("fixed", "mended")]


def test_what_is_gone_is_told_as_deleted(told):
    told.judge(result("gone", "NON_COMPLIANT"))
    told.look()
    told.judge(result("gone", "NOT_APPLICABLE"))
    told.look()
    assert told.transitions(told.everything) == [("nonCompliant", "gone"), ("deleted", "gone")]


def test_what_is_not_recorded_any_more_is_told_as_that(told):
    config = told.deployment.client("config")
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    recorder = {name: recorder[name] for name in ("name", "roleARN", "recordingGroup")}
    told.judge(result("unseen", "NON_COMPLIANT"))
    told.look()
    group = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::EC2::Volume"]}
    config.put_configuration_recorder(ConfigurationRecorder=recorder | {"recordingGroup": group})
    told.judge(result("unseen", "NOT_APPLICABLE"))
    told.look()
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    assert told.transitions(told.everything) == [("nonCompliant", "unseen"), ("notRecorded", "unseen")]


def test_a_rule_that_loses_all_its_verdicts_closes_nothing(told):
    config = told.deployment.client("config")
    told.judge(result("kept", "NON_COMPLIANT"))
    told.look()
    config.delete_evaluation_results(ConfigRuleName=BUCKETS)
    told.look()
    told.judge(result("good", "COMPLIANT"))
    told.look()
    told.judge(result("kept", "NON_COMPLIANT"))
    told.look()
    assert told.transitions(told.everything) == [("nonCompliant", "kept")]


def test_an_event_closes_what_it_says_is_gone_and_nothing_else(told):
    told.judge(result("gone", "NON_COMPLIANT"), result("kept", "NON_COMPLIANT"))
    told.look()
    told.messages(told.everything)
    told.deployment.client("config").delete_evaluation_results(ConfigRuleName=BUCKETS)
    event = compliance_change(told.deployment.account)
    event["detail"] |= {"resourceId": "gone", "newEvaluationResult": {"complianceType": "NOT_APPLICABLE"}}
    told.deployment.invoke("compliance-processing", {"Records": [{"messageId": "1", "body": json.dumps(event)}]})
    assert told.transitions(told.everything) == [("deleted", "gone")]
    told.judge(result("kept", "NON_COMPLIANT"))
    told.look()
    assert told.transitions(told.everything) == []


def test_a_route_gets_what_is_its_own(told):
    told.judge(result("bucket", "NON_COMPLIANT"))
    told.judge(result("volume", "NON_COMPLIANT"), rule=VOLUMES)
    told.look()
    assert told.transitions(told.route) == [("nonCompliant", "volume")]
    assert sorted(told.transitions(told.everything)) == [("nonCompliant", "bucket"), ("nonCompliant", "volume")]


def test_an_event_that_comes_three_times_acts_once(told):
    told.judge(result("thrice", "NON_COMPLIANT"))
    event = compliance_change(told.deployment.account, resource="thrice")
    record = {"messageId": "1", "body": json.dumps(event)}
    for _ in range(3):
        assert told.deployment.invoke("compliance-processing", {"Records": [record]}) == {"batchItemFailures": []}
    assert told.transitions(told.everything) == [("nonCompliant", "thrice")]


def test_an_event_of_a_rule_that_is_not_watched_goes_back(told):
    source = {"Owner": "AWS", "SourceIdentifier": "EIP_ATTACHED"}
    told.deployment.client("config").put_config_rule(ConfigRule={"ConfigRuleName": "someone-elses", "Source": source})
    event = compliance_change(told.deployment.account, rule="someone-elses")
    records = [{"messageId": "1", "body": json.dumps(event)}, {"messageId": "2", "body": "no json"}]
    failed = told.deployment.invoke("compliance-processing", {"Records": records})["batchItemFailures"]
    assert sorted(entry["itemIdentifier"] for entry in failed) == ["1", "2"]


@pytest.mark.parametrize(
    ("service", "action"),
    [("config", "*"), ("dynamodb", "TransactWriteItems"), ("dynamodb", "Query"), ("sns", "Publish")],
)
def test_a_throttled_service_delays_and_doubles_nothing(told, service, action):
    told.judge(result(f"slow-{service}-{action}", "NON_COMPLIANT"))
    told.deployment.account.throttle(service, action, 2)
    told.look()
    assert told.transitions(told.everything) == [("nonCompliant", f"slow-{service}-{action}")]


def test_alarms_come_through_the_topic(told):
    (state,) = told.ledger("delivery/")
    assert state["outcome"] == "arrived"
    cloudwatch = told.deployment.client("cloudwatch")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["compliance-delivery-test"])["MetricAlarms"]
    assert alarm["StateValue"] == "OK"
    assert "nothing is wrong" in alarm["StateReason"]


def test_the_table_is_encrypted_with_the_key_forgets_and_can_be_brought_back(told):
    dynamodb, name = told.deployment.client("dynamodb"), told.deployment.outputs["ledgerTableName"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == told.deployment.outputs["kmsKeyArn"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires")
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_role_may_do_nothing_else_with_table_topic_and_queue(told, refused):
    function = told.deployment.client("lambda").get_function(FunctionName="compliance-processing")
    role = told.deployment.account.as_role(function["Configuration"]["Role"])
    name, topic = told.deployment.outputs["ledgerTableName"], told.deployment.outputs["snsTopicArn"]
    for call in ("delete_table", "scan"):
        with refused("AccessDeniedException"):
            getattr(role.client("dynamodb"), call)(TableName=name)
    with refused("AuthorizationError"):
        role.client("sns").delete_topic(TopicArn=topic)


def test_an_address_that_nobody_confirmed_is_an_output(told):
    assert told.deployment.outputs["pendingEmails"] == ["security"]


def test_nothing_was_lost_in_silence(told):
    assert [entry for entry in told.deployment.account.lost() if told.deployment.account.account_id in str(entry)] == []
