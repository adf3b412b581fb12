"""ARNs in policies are compared part by part: a wildcard ends at the colon.

AWS pages: "IAM JSON policy elements: Resource" (wildcards within a segment of an ARN; what an incomplete ARN lacks is
`*`), "IAM JSON policy elements: Condition operators" (each of the six parts of an ARN is checked separately).
"""

from ministack.core import iam_evaluator

from account import arns, hooks


def install() -> None:
    """Compare resources and ARN conditions part by part."""
    hooks.around(iam_evaluator, "_resource_matches", _resource_matches)
    hooks.around(iam_evaluator, "_op_arn_like", lambda _, arn, pattern: arn_matches(arn, pattern))
    hooks.around(iam_evaluator, "_op_arn_not_like", lambda _, arn, pattern: not arn_matches(arn, pattern))


def arn_matches(arn: str, pattern: str) -> bool:
    """Whether an ARN is one of a pattern."""
    if not arn.startswith("arn:") or not pattern.startswith("arn:"):
        return iam_evaluator.fnmatch_iam_cs(arn, pattern)
    found, wanted = arns.parts(arn), arns.parts(pattern)
    wanted += ["*"] * (arns.PARTS - len(wanted))
    return len(found) == arns.PARTS and all(map(iam_evaluator.fnmatch_iam_cs, found, wanted))


def _resource_matches(_original, arn: str, resources: list[str], not_resources: list[str]) -> bool:
    if resources:
        return any(arn_matches(arn, pattern) for pattern in resources)
    return not any(arn_matches(arn, pattern) for pattern in not_resources)
