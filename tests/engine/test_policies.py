"""Every policy document of the deployed example: least privilege by rules of our own, and by `parliament`."""

from __future__ import annotations

import json
from collections import Counter

import parliament
import pytest

from engine.policies import NO_PROOF, NO_RESOURCE, Policy, findings, policies


def of_kind(monitor, kind: str) -> list[Policy]:
    """The documents of a kind."""
    return [policy for policy in policies(monitor) if policy.kind == kind]


def test_every_document_is_found(monitor):
    kinds = Counter(policy.kind for policy in policies(monitor))
    # Bucket, topic, three queues; three functions, each with a trust policy and what it may do.
    assert kinds == {"key": 1, "resource": 5, "trust": 3, "identity": 3}


def test_no_document_gives_more_than_is_needed(monitor):
    assert {policy.place: findings(policy) for policy in policies(monitor) if findings(policy)} == {}


def test_every_document_says_its_version(monitor):
    assert {json.loads(policy.text)["Version"] for policy in policies(monitor)} == {"2012-10-17"}


def test_the_account_has_the_documents_that_were_recorded(monitor):
    iam = monitor.client("iam")
    for role in monitor.of_type("aws:iam/role:Role"):
        name = role["outputs"]["name"]
        assert iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"] == json.loads(
            role["inputs"]["assumeRolePolicy"]
        )
    for policy in monitor.of_type("aws:iam/rolePolicy:RolePolicy"):
        place = {"RoleName": policy["inputs"]["role"], "PolicyName": policy["outputs"]["name"]}
        assert iam.get_role_policy(**place)["PolicyDocument"] == json.loads(policy["inputs"]["policy"])


@pytest.mark.parametrize("handler", ["processing", "aggregation", "remediation"])
def test_parliament_finds_nothing_in_what_a_function_may_do(monitor, handler):
    document = monitor.named(f"compliance-functions-{handler}-policy")["inputs"]["policy"]
    assert severe(document) == []


def test_parliament_finds_what_is_wrong():
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket"}
    assert severe(json.dumps({"Version": "2012-10-17", "Statement": [statement]})) == ["RESOURCE_MISMATCH"]


def severe(document: str) -> list[str]:
    """What `parliament` finds of severity MEDIUM and above."""
    found = [parliament.enhance_finding(f) for f in parliament.analyze_policy_string(document).findings]
    return [finding.issue for finding in found if finding.severity in ("MEDIUM", "HIGH", "CRITICAL")]


BASE = {"Sid": "X", "Effect": "Allow", "Action": ["sns:Publish"], "Resource": ["arn:aws:sns:eu-west-1:1:t"]}
SERVICE = {"Principal": {"Service": "cloudwatch.amazonaws.com"}}


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        ("identity", {"Action": "*"}, "X: action *"),
        ("identity", {"Action": ["sns:*"]}, "X: action sns:*"),
        ("identity", {"Resource": "*"}, "X: resource *"),
        ("identity", {"NotAction": "sns:Publish"}, "X: says what is not meant"),
        ("identity", {"Sid": ""}, ": no Sid"),
        ("resource", {"Principal": "*"}, "X: principal *"),
        ("resource", {"Principal": {"AWS": "*"}}, "X: principal *"),
        ("resource", SERVICE, "X: cloudwatch.amazonaws.com need not say for whom it acts"),
        ("key", {"Action": "kms:*", **SERVICE}, "X: action kms:*"),
    ],
)
def test_the_rules_of_our_own_find_what_is_wrong(kind, change, expected):
    assert expected in findings(policy(kind, change))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("identity", {"Action": ["config:DescribeConfigurationRecorders"], "Resource": "*"}),
        ("key", {"Action": "kms:*", "Resource": "*", "Principal": {"AWS": "arn:aws:iam::1:root"}}),
        ("key", {"Resource": "*", "Principal": {"Service": "events.amazonaws.com"}}),
        ("resource", {"Effect": "Deny", "Action": "s3:*", "Principal": "*"}),
        ("resource", {**SERVICE, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}),
    ],
)
def test_the_rules_of_our_own_let_pass_what_must_be(kind, change):
    assert findings(policy(kind, change)) == []


def test_each_exception_says_why():
    assert all("'" in reason for reason in (*NO_PROOF.values(), *NO_RESOURCE.values()))


def policy(kind: str, change: dict) -> Policy:
    """A document with one statement."""
    return Policy("test", kind, json.dumps({"Version": "2012-10-17", "Statement": [BASE | change]}))
