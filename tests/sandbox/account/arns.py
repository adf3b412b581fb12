"""The one reader of ARNs of the tests; the simulated account and the stand-in for the `aws` plugin use it.

AWS page: "Identify AWS resources with Amazon Resource Names (ARNs)".
"""

from __future__ import annotations

from ministack.core.arn import is_arn, parse_arn

PARTS = 6


def account_of(arn: str) -> str:
    """The account that an ARN names; empty where it names none."""
    return parse_arn(arn).account_id


def resource_of(text: str) -> str:
    """What follows the account of an ARN; a string that is no ARN, such as a name, whole."""
    return parse_arn(text).resource if is_arn(text) else text


def unqualified(function_arn: str) -> str:
    """The ARN of a Lambda function without its version or alias (`function:NAME:QUALIFIER`)."""
    qualifier = resource_of(function_arn).split(":")[2:]
    return function_arn.removesuffix(f":{qualifier[0]}") if qualifier else function_arn


def parts(pattern: str) -> list[str]:
    """The six parts of an ARN, or of a pattern of ARNs in a policy, which may have fewer."""
    return pattern.split(":", PARTS - 1)
