"""Cloud Control over AWS Config: authorizations of aggregators, the one type that is used.

The handlers of a type call its service in the caller's name, so that the caller needs those permissions, too.
AWS pages: "Cloud Control API User Guide", "Managing resources asynchronously"; CloudFormation Template Reference,
`AWS::Config::AggregationAuthorization` (account and region are create-only). Assumed: the handlers that are called for
each operation, that creating what exists is refused, and that other types are not offered here.
"""

import json
import time
import uuid

from ministack import app
from ministack.core.iam_evaluator import caller_arn
from ministack.core.responses import AccountRegionScopedDict

from account import audit, policies
from account.config import aggregators, tags
from account.config.errors import ConfigError
from account.config.state import arn as arn_of
from account.config.state import here, moto_here

TYPE = "AWS::Config::AggregationAuthorization"
HEADERS = {"Content-Type": "application/x-amz-json-1.0"}
MEMBERS = {"AuthorizedAccountId", "AuthorizedAwsRegion", "Tags"}
CREATE_ONLY = ("AuthorizedAccountId", "AuthorizedAwsRegion")

_requests = AccountRegionScopedDict()


class _Denied(Exception):
    """The caller may not call the service of the type."""


def install() -> None:
    """Answer for the service `cloudcontrol`."""
    app.SERVICE_HANDLERS["cloudcontrol"] = answer


async def answer(method: str, path: str, headers: dict, body: bytes, query: dict) -> tuple:
    """One request of the JSON 1.0 protocol: `X-Amz-Target: CloudApiService.<Operation>`."""
    operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    try:
        if operation not in OPERATIONS:
            raise ConfigError("UnsupportedActionException", f"the sandbox does not serve cloudcontrol:{operation}")
        request = json.loads(body or b"{}")
        if "TypeName" in request and request["TypeName"] != TYPE:
            raise ConfigError("UnsupportedActionException", f"the sandbox does not serve {request['TypeName']}")
        return 200, dict(HEADERS), json.dumps(OPERATIONS[operation](request)).encode()
    except ConfigError as error:
        return 400, dict(HEADERS), json.dumps({"__type": error.code, "message": error.message}).encode()


def _create(request: dict) -> dict:
    wanted = json.loads(request["DesiredState"])
    identifier = "|".join(wanted.get(member, "") for member in CREATE_ONLY)

    def create() -> None:
        if unknown := sorted(wanted.keys() - MEMBERS):
            raise ConfigError(
                "InvalidRequest", f"Model validation failed (extraneous keys {unknown} are not permitted)"
            )
        if missing := [member for member in CREATE_ONLY if not wanted.get(member)]:
            raise ConfigError("InvalidRequest", f"Model validation failed (required keys {missing} not found)")
        _ask("config:DescribeAggregationAuthorizations")
        if _found(identifier) is not None:
            raise ConfigError("AlreadyExists", f"{TYPE} {identifier} already exists")
        _ask("config:PutAggregationAuthorization", _arn_of(identifier))
        aggregators.put_aggregation_authorization(wanted)

    return _performed("CREATE", identifier, create)


def _get(request: dict) -> dict:
    found = _known(request["Identifier"])
    _ask("config:DescribeAggregationAuthorizations")
    _ask("config:ListTagsForResource", found.aggregation_authorization_arn)
    return {"TypeName": TYPE, "ResourceDescription": {"Identifier": request["Identifier"], "Properties": _model(found)}}


def _update(request: dict) -> dict:
    found = _known(request["Identifier"])
    arn = found.aggregation_authorization_arn

    def update() -> None:
        for patch in json.loads(request["PatchDocument"]):
            member = patch["path"].split("/")[1]
            if member in CREATE_ONLY:
                raise ConfigError("NotUpdatable", f"Invalid patch update: createOnlyProperties [/properties/{member}]")
            if patch["path"] != "/Tags" or patch["op"] not in ("add", "replace"):
                raise ConfigError("InvalidRequest", f"the sandbox does not serve the patch {patch}")
            new = {tag["Key"]: tag["Value"] for tag in patch["value"]}
            gone = [key for key in here().tags.get(arn, {}) if key not in new]
            if gone:
                _ask("config:UntagResource", arn)
                tags.untag_resource({"ResourceArn": arn, "TagKeys": gone})
            _ask("config:TagResource", arn)
            tags.tag_resource({"ResourceArn": arn, "Tags": patch["value"]})

    return _performed("UPDATE", request["Identifier"], update)


def _delete(request: dict) -> dict:
    found = _known(request["Identifier"])

    def delete() -> None:
        _ask("config:DeleteAggregationAuthorization", found.aggregation_authorization_arn)
        account, region = request["Identifier"].split("|")
        aggregators.delete_aggregation_authorization({"AuthorizedAccountId": account, "AuthorizedAwsRegion": region})

    return _performed("DELETE", request["Identifier"], delete)


def _status(request: dict) -> dict:
    event = _requests.get(request["RequestToken"])
    if event is None:
        raise ConfigError("RequestTokenNotFoundException", f"Request token {request['RequestToken']} was not found")
    return {"ProgressEvent": event}


def _performed(operation: str, identifier: str, perform) -> dict:
    """The request is accepted, and what becomes of it shows in its status."""
    event = {"TypeName": TYPE, "Identifier": identifier, "RequestToken": str(uuid.uuid4()), "Operation": operation}
    outcome = {"OperationStatus": "SUCCESS"}
    try:
        perform()
    except _Denied as denied:
        outcome = {"OperationStatus": "FAILED", "ErrorCode": "AccessDenied", "StatusMessage": str(denied)}
    except ConfigError as error:
        outcome = {"OperationStatus": "FAILED", "ErrorCode": error.code, "StatusMessage": error.message}
    _requests[event["RequestToken"]] = {**event, **outcome, "EventTime": int(time.time())}
    return {"ProgressEvent": {**event, "OperationStatus": "IN_PROGRESS", "EventTime": int(time.time())}}


def _ask(action: str, resource: str = "*") -> None:
    if not app.AUTH:
        return
    caller = caller_arn()
    allowed = policies.principal_allowed(caller, action, resource)
    audit.note(caller, action, allowed)
    if not allowed:
        raise _Denied(f"User: {caller} is not authorized to perform: {action} on resource: {resource}")


def _found(identifier: str):
    return moto_here().aggregation_authorizations.get(identifier.replace("|", "/"))


def _known(identifier: str):
    found = _found(identifier)
    if found is None:
        message = f"Resource of type '{TYPE}' with identifier '{identifier}' was not found."
        raise ConfigError("ResourceNotFoundException", message)
    return found


def _model(found) -> str:
    arn = found.aggregation_authorization_arn
    model = {
        "AuthorizedAccountId": found.authorized_account_id,
        "AuthorizedAwsRegion": found.authorized_aws_region,
        "AggregationAuthorizationArn": arn,
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(here().tags.get(arn, {}).items())],
    }
    return json.dumps(model)


def _arn_of(identifier: str) -> str:
    return arn_of("aggregation-authorization", identifier.replace("|", "/"))


OPERATIONS = {
    "CreateResource": _create,
    "GetResource": _get,
    "UpdateResource": _update,
    "DeleteResource": _delete,
    "GetResourceRequestStatus": _status,
}
