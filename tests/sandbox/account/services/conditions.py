"""Condition keys that AWS sends with a request and MiniStack does not.

AWS page: "Actions, resources, and condition keys for AWS services" (AWS Identity and Access Management, AWS Lambda).
"""

import json

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region

from account import hooks

ATTACHING = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")


def install() -> None:
    """Add them where MiniStack adds those of tags."""
    hooks.around(iam_actions, "request_tag_context", _context)


def _context(original, service, iam_action, body, params):
    context = original(service, iam_action, body, params)
    if iam_action in ATTACHING:
        context["iam:PolicyARN"] = iam_actions._query_param(params, "PolicyArn")
    if iam_action == "lambda:CreateEventSourceMapping":
        name = json.loads(body or b"{}").get("FunctionName", "")
        whole = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{name}"
        context["lambda:FunctionArn"] = name if name.startswith("arn:") else whole
    return context
