"""Refusals of AWS that MiniStack does not have: one file for each service, each check with the AWS page it is from.

A test that passes against a lenient account proves nothing; these are the places where users were hurt.
"""

from account.strictness import (
    alarms,
    cloudwatch,
    events,
    functions,
    iam,
    kms,
    logs,
    managed_keys,
    pass_role,
    policies,
    s3,
    service_linked_roles,
    sns,
    sqs,
)

SERVICES = (
    alarms,
    cloudwatch,
    events,
    functions,
    iam,
    kms,
    logs,
    managed_keys,
    pass_role,
    policies,
    s3,
    service_linked_roles,
    sns,
    sqs,
)


def install() -> None:
    """Put every check in place."""
    for service in SERVICES:
        service.install()
