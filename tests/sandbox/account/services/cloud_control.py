"""Cloud Control reads databases of Glue, workgroups of Athena and the hub of Security Hub, which their services made.

AWS pages: "GetResource" (Cloud Control API Reference), "Using Cloud Control API" on permissions: the caller must be
allowed the call, and everything that the type's read handler does, which the type's schema lists. That the handlers
read tags as well is in the schemas of these types; whether a refusal of that alone fails the read is assumed.
"""

import json

from ministack import app
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import athena, glue

from account import policies
from account.services import security_hub

# By type: where its resources are, the ARN after the account, what its read handler does.
TYPES = {
    "AWS::Athena::WorkGroup": (
        lambda: athena._workgroups,
        "athena",
        "workgroup",
        ("athena:GetWorkGroup", "athena:ListTagsForResource"),
    ),
    "AWS::Glue::Database": (lambda: glue._databases, "glue", "database", ("glue:GetDatabase", "glue:GetTags")),
}

HUB = "AWS::SecurityHub::Hub"


def install() -> None:
    """Answer for the types above, before whatever answers for others."""
    others = app.SERVICE_HANDLERS["cloudcontrol"]

    async def answer(method: str, path: str, headers: dict, body: bytes, query: dict) -> tuple:
        request = json.loads(body or b"{}")
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        if operation == "GetResource" and request.get("TypeName") in TYPES:
            return _read(request["TypeName"], request.get("Identifier", ""))
        if operation == "GetResource" and request.get("TypeName") == HUB:
            return _read_hub(request.get("Identifier", ""))
        return await others(method, path, headers, body, query)

    app.SERVICE_HANDLERS["cloudcontrol"] = answer


def _read(kind: str, name: str) -> tuple:
    stored, service, noun, actions = TYPES[kind]
    arn = f"arn:aws:{service}:{get_region()}:{get_account_id()}:{noun}/{name}"
    refused = next((action for action in actions if not policies.caller_may(action, arn)), None)
    if refused:
        message = f"User: {policies.caller_arn()} is not authorized to perform: {refused} on resource: {arn}"
        return error_response_json("AccessDeniedException", message, 400)
    if stored().get(name) is None:
        message = f"Resource of type '{kind}' with identifier '{name}' was not found."
        return error_response_json("ResourceNotFoundException", message, 400)
    properties = json.dumps({"Name": name, "DatabaseName": name} if service == "glue" else {"Name": name})
    return json_response({"TypeName": kind, "ResourceDescription": {"Identifier": name, "Properties": properties}})


def _read_hub(arn: str) -> tuple:
    if refused := security_hub.read_by_cloud_control():
        return error_response_json("AccessDeniedException", refused, 400)
    if not security_hub.is_enabled() or arn != security_hub.hub_arn():
        message = f"Resource of type '{HUB}' with identifier '{arn}' was not found."
        return error_response_json("ResourceNotFoundException", message, 400)
    properties = json.dumps({"ARN": arn})
    return json_response({"TypeName": HUB, "ResourceDescription": {"Identifier": arn, "Properties": properties}})
