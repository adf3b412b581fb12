"""Who may put metrics of one namespace may put none of another (Service Authorization Reference)."""

from __future__ import annotations

import json


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
    with refused("AccessDenied"):
        metrics.put_metric_data(Namespace="Another", MetricData=data)
