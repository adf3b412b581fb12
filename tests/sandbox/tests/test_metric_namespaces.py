"""Who may put metrics of one namespace may put none of another (Service Authorization Reference)."""

from __future__ import annotations

import json
import urllib.request

import cbor2
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def test_finding_9_metrics_are_put_in_the_namespace_that_the_policy_names(account, refused):
    iam = account.client("iam")
    root = {"AWS": f"arn:aws:iam::{account.account_id}:root"}
    trust = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
    arn = iam.create_role(
        RoleName="metrics", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    statement = {
        "Effect": "Allow",
        "Action": "cloudwatch:PutMetricData",
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "ComplianceMonitoring"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="metrics", PolicyName="put", PolicyDocument=document)
    metrics = account.as_role(arn).client("cloudwatch")
    data = [{"MetricName": "Looks", "Value": 1.0}]
    metrics.put_metric_data(Namespace="ComplianceMonitoring", MetricData=data)
    with refused("AccessDeniedException"):
        metrics.put_metric_data(Namespace="Another", MetricData=data)


def test_metrics_are_put_in_the_protocol_of_newer_sdks(account):
    """The SDK for Rust speaks CBOR to CloudWatch; the account answered 500, which SDKs retry for seconds."""
    url = f"{account.endpoint}/service/GraniteServiceVersion20100801/operation/PutMetricData"
    body = cbor2.dumps({"Namespace": "ComplianceMonitoring", "MetricData": [{"MetricName": "Looks", "Value": 1.0}]})
    headers = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "accept": "application/cbor"}
    request = AWSRequest("POST", url, data=body, headers=headers)
    SigV4Auth(Credentials(account.account_id, "test"), "monitoring", account.region).add_auth(request)
    sent = urllib.request.Request(url, data=body, headers=dict(request.headers.items()), method="POST")
    with urllib.request.urlopen(sent) as answer:
        assert answer.status == 200
