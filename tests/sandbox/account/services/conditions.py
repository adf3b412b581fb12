"""Condition keys and resources that AWS asks IAM about, where MiniStack asks about others.

AWS page: "Actions, resources, and condition keys for AWS services" (AWS Identity and Access Management, AWS Lambda,
Amazon EventBridge: a rule on the default bus is `rule/NAME`, and only one on another bus `rule/BUS/NAME`).
"""

import json
import re

import cbor2
from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam

from account import hooks

ATTACHING = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
# Actions on roles that IAM asks about the boundary of: the one that is given, else the role's own.
BOUNDED = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
)


def install() -> None:
    """Add condition keys where MiniStack adds those of tags, and name event rules."""
    hooks.around(iam_actions, "request_tag_context", _context)
    hooks.around(iam_actions, "extract_resource_arn", _resource_arn)
    hooks.around(iam_actions, "extract_iam_action", _action)


# How a path ends where an SDK speaks CBOR (Smithy 2.0, "Smithy RPC v2 CBOR protocol").
CBOR_OPERATION = re.compile(r"/operation/(\w+)/?$")

# The end of a path of Lambda's: the method, and the action that MiniStack takes for another.
LAMBDA_ACTIONS = (
    (
        re.compile(r"/event-source-mappings/[^/]+/?$"),
        {"GET": "GetEventSourceMapping", "PUT": "UpdateEventSourceMapping", "DELETE": "DeleteEventSourceMapping"},
    ),
    (
        re.compile(r"/functions/[^/]+/event-invoke-config/?$"),
        {
            "GET": "GetFunctionEventInvokeConfig",
            "PUT": "PutFunctionEventInvokeConfig",
            "POST": "UpdateFunctionEventInvokeConfig",
            "DELETE": "DeleteFunctionEventInvokeConfig",
        },
    ),
    (re.compile(r"/account-settings/?$"), {"GET": "GetAccountSettings"}),
    (
        re.compile(r"/functions/[^/]+/concurrency/?$"),
        {"GET": "GetFunctionConcurrency", "PUT": "PutFunctionConcurrency", "DELETE": "DeleteFunctionConcurrency"},
    ),
)


# Names of service-linked roles, by the service.
LINKED = {"config.amazonaws.com": "AWSServiceRoleForConfig"}


def _action(original, service, method, path, headers, *args, **kwargs):
    if service == "budgets":
        # Two actions stand for all calls but those of tags (Service Authorization Reference, "AWS Budget Service").
        call = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        if "tag" in call.lower():
            return f"budgets:{call}"
        return "budgets:ViewBudget" if call.startswith("Describe") else "budgets:ModifyBudget"
    if service == "lambda":
        for pattern, actions in LAMBDA_ACTIONS:
            if pattern.search(path) and method in actions:
                return f"lambda:{actions[method]}"
    if service == "monitoring" and (operation := CBOR_OPERATION.search(path)):
        return f"cloudwatch:{operation[1]}"
    return original(service, method, path, headers, *args, **kwargs)


def _resource_arn(original, service, method, path, headers, body, query_params, region, account_id):
    if service == "events":
        request = json.loads(body or b"{}")
        name, bus = request.get("Rule") or request.get("Name"), request.get("EventBusName", "default")
        if arn := request.get("ResourceARN"):
            return arn
        if (name and "rule" in headers.get("x-amz-target", "").lower()) or request.get("Targets") or request.get("Ids"):
            return f"arn:aws:events:{region}:{account_id}:rule/{name if bus == 'default' else f'{bus}/{name}'}"
    if service == "lambda" and method == "POST" and path.rstrip("/").endswith("/functions") and body[:1] == b"{":
        return f"arn:aws:lambda:{region}:{account_id}:function:{json.loads(body).get('FunctionName', '*')}"
    if service == "kms" and body[:1] == b"{" and (alias := json.loads(body).get("AliasName")):
        # AWS asks about the key as well; one resource is all that MiniStack takes.
        return f"arn:aws:kms:{region}:{account_id}:{alias}"
    if service == "iam" and (path_of_new := iam_actions._query_param(query_params, "Path")):
        name = iam_actions._query_param(query_params, "RoleName")
        if name and iam._roles.get(name) is None:
            return f"arn:aws:iam::{account_id}:role{path_of_new}{name}"
    if service == "iam" and (role := iam._roles.get(iam_actions._query_param(query_params, "RoleName"))):
        # With its path, which the request does not have.
        return role["Arn"]
    if service == "iam" and (creator := iam_actions._query_param(query_params, "AWSServiceName")):
        # The role that it creates (Service Authorization Reference, "AWS IAM"); the name is the service's own.
        return f"arn:aws:iam::{account_id}:role/aws-service-role/{creator}/{LINKED.get(creator, '*')}"
    if service == "sns" and (arn := iam_actions._query_param(query_params, "ResourceArn")):
        return arn
    if service in ("monitoring", "cloudwatch"):
        value = _reader(headers, body, query_params)
        if arn := value("ResourceARN"):
            return arn
        if name := value("DashboardName") or value("DashboardNames"):
            return f"arn:aws:cloudwatch::{account_id}:dashboard/{name}"
        if name := value("AlarmName") or value("AlarmNames"):
            return f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{name}"
    if service == "budgets" and body[:1] == b"{":
        request = json.loads(body)
        if arn := request.get("ResourceARN"):
            return arn
        budget = request.get("Budget") or request.get("NewBudget") or request
        if name := budget.get("BudgetName"):
            return f"arn:aws:budgets::{account_id}:budget/{name}"
    if service == "athena" and body[:1] == b"{":
        request = json.loads(body)
        if arn := request.get("ResourceARN"):
            return arn
        if name := request.get("WorkGroup") or request.get("Name"):
            return f"arn:aws:athena:{region}:{account_id}:workgroup/{name}"
    if service == "dynamodb" and body[:1] == b"{" and (arn := json.loads(body).get("ResourceArn")):
        return arn
    if service == "glue" and body[:1] == b"{":
        request = json.loads(body)
        if arn := request.get("ResourceArn"):
            return arn
        # The name of what is in a database stands beside the database's.
        own = None if "DatabaseName" in request else request.get("Name")
        if name := request.get("DatabaseInput", {}).get("Name") or own:
            return f"arn:aws:glue:{region}:{account_id}:database/{name}"
    if _is_cbor(headers) and body:
        # MiniStack reads the names of resources out of JSON alone.
        body = json.dumps(cbor2.loads(body), default=str).encode()
    return original(service, method, path, headers, body, query_params, region, account_id)


def _reader(headers, body, query_params):
    """Reads a member of a request in whichever protocol the SDK speaks; of a list its first."""
    request = {}
    if _is_cbor(headers):
        request = cbor2.loads(body) if body else {}
    elif body[:1] == b"{":
        request = json.loads(body)

    def value(name: str) -> str:
        found = request.get(name) or next(
            filter(None, (iam_actions._query_param(query_params, each) for each in (name, f"{name}.member.1"))), ""
        )
        return found[0] if isinstance(found, list) else found

    return value


def _is_cbor(headers: dict) -> bool:
    return "cbor" in headers.get("smithy-protocol", "") or "cbor" in headers.get("content-type", "")


def _context(original, service, iam_action, body, params):
    context = original(service, iam_action, body, params)
    if iam_action in ATTACHING:
        context["iam:PolicyARN"] = iam_actions._query_param(params, "PolicyArn")
    if iam_action in BOUNDED and (boundary := _boundary(params)):
        context["iam:PermissionsBoundary"] = boundary
    if iam_action == "lambda:CreateEventSourceMapping":
        name = json.loads(body or b"{}").get("FunctionName", "")
        whole = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{name}"
        context["lambda:FunctionArn"] = name if name.startswith("arn:") else whole
    if iam_action == "cloudwatch:PutMetricData":
        context["cloudwatch:namespace"] = _namespace(body, params)
    return context


def _boundary(params) -> str | None:
    role = iam._roles.get(iam_actions._query_param(params, "RoleName")) or {}
    return iam_actions._query_param(params, "PermissionsBoundary") or role.get("PermissionsBoundary")


def _namespace(body, params) -> str:
    """The namespace of metrics, in whichever protocol the SDK speaks."""
    given = iam_actions._query_param(params, "Namespace")
    if given or not body:
        return given
    return (json.loads(body) if body[:1] == b"{" else cbor2.loads(body)).get("Namespace", "")
