"""The resource types, one module for each AWS service."""

from . import alarms, cfg, cloudwatch, dynamodb, iam, kms, lambda_, s3, sns, sqs

__all__ = ["alarms", "cfg", "cloudwatch", "dynamodb", "iam", "kms", "lambda_", "s3", "sns", "sqs"]
