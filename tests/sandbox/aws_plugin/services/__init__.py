"""The resource types, one module for each AWS service."""

from . import (
    alarms,
    athena,
    budgets,
    cfg,
    cloudcontrol,
    cloudwatch,
    dynamodb,
    glue,
    iam,
    kms,
    lambda_,
    s3,
    s3_objects,
    service_linked_roles,
    sns,
    sqs,
)

__all__ = [
    "alarms",
    "athena",
    "budgets",
    "cfg",
    "cloudcontrol",
    "cloudwatch",
    "dynamodb",
    "glue",
    "iam",
    "kms",
    "lambda_",
    "s3",
    "s3_objects",
    "service_linked_roles",
    "sns",
    "sqs",
]
