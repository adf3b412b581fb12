"""The resource types, one module for each AWS service."""

from . import cfg, cloudwatch, iam, kms, lambda_, s3, sns, sqs

__all__ = ["cfg", "cloudwatch", "iam", "kms", "lambda_", "s3", "sns", "sqs"]
