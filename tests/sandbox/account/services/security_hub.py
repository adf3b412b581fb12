"""AWS Security Hub as far as findings of the account's own product go: enabled, imported, read.

AWS pages: "BatchImportFindings", "AwsSecurityFinding", "EnableSecurityHub", "GetFindings" (AWS Security Hub API
Reference); "Findings" (its User Guide) on 90 days after which a finding that was not updated is deleted. An import
changes neither the workflow of a finding that exists nor what is not older than it. Lengths are from the documentation
of each member, which the model does not have. Assumed: a finding that breaks one is among those that failed, a
batch of more than a hundred is refused whole, and an import that is not newer counts as taken and changes nothing.
"""

import copy
import json
from datetime import UTC, datetime

from ministack import app
from ministack.core import iam_actions, router
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response

from account import clock, hooks, policies

SERVICE, BATCH, FINDING_BYTES = "securityhub", 100, 240 * 1024
RETAINED = 90 * 24 * 60 * 60
# What BatchImportFindings does not change of a finding that exists.
OF_CUSTOMERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
LENGTHS = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024, "AwsAccountName": 50, "ProductName": 128}
ITEMS = {"Resources": 32, "Types": 50}

# By account and region: the findings by product and id.
_hubs: dict[tuple[str, str], dict[tuple[str, str], dict]] = {}


def install() -> None:
    """Answer for the service, and name its product to IAM."""
    app.SERVICE_HANDLERS[SERVICE] = _answer
    router.SERVICE_PATTERNS[SERVICE] = {"host_patterns": [r"securityhub\."], "credential_scope": SERVICE}
    iam_actions.SERVICE_TO_IAM_NAMESPACE[SERVICE] = SERVICE
    iam_actions._BOTOCORE_SERVICE_MAP[SERVICE] = [SERVICE]
    hooks.around(iam_actions, "extract_resource_arn", _resource_arn)


def hub_arn() -> str:
    """The hub of the account and region that is asked."""
    return f"arn:aws:securityhub:{get_region()}:{get_account_id()}:hub/default"


def is_enabled() -> bool:
    """Whether it is enabled there."""
    return _place() in _hubs


def _place() -> tuple[str, str]:
    return get_account_id(), get_region()


def _resource_arn(original, service, method, path, headers, body, query_params, region, account_id):
    if service != SERVICE:
        return original(service, method, path, headers, body, query_params, region, account_id)
    if path.startswith("/findings/import") and body[:1] == b"{":
        findings = json.loads(body).get("Findings") or [{}]
        named = {str(finding.get("ProductArn")) for finding in findings if isinstance(finding, dict)}
        # One resource is all that MiniStack takes: of several, one that no policy names.
        return named.pop() if len(named) == 1 else f"arn:aws:securityhub:{region}:{account_id}:product/several"
    return f"arn:aws:securityhub:{region}:{account_id}:hub/default"


async def _answer(method: str, path: str, _headers: dict, body: bytes, _query: dict) -> tuple:
    request = json.loads(body or b"{}")
    operations = {
        ("POST", "/accounts"): _enable,
        ("DELETE", "/accounts"): _disable,
        ("GET", "/accounts"): _describe,
        ("POST", "/findings/import"): _import,
        ("POST", "/findings"): _get,
    }
    operation = operations.get((method, path.rstrip("/")))
    if operation is None:
        return error_response_json("InvalidInputException", f"the sandbox does not serve {method} {path}", 400)
    if operation is not _enable and not is_enabled():
        message = f"Account {get_account_id()} is not subscribed to AWS Security Hub"
        return error_response_json("InvalidAccessException", message, 401)
    return operation(request)


def _enable(_request: dict) -> tuple:
    if is_enabled():
        return error_response_json("ResourceConflictException", "Account is already subscribed to Security Hub", 409)
    _hubs[_place()] = {}
    return json_response({})


def _disable(_request: dict) -> tuple:
    del _hubs[_place()]
    return json_response({})


def _describe(_request: dict) -> tuple:
    return json_response({"HubArn": hub_arn(), "SubscribedAt": "2026-01-01T00:00:00.000Z"})


def _import(request: dict) -> tuple:
    findings = request["Findings"]
    if not 0 < len(findings) <= BATCH:
        message = f"Invalid parameter 'Findings': {len(findings)} findings, at most {BATCH}"
        return error_response_json("InvalidInputException", message, 400)
    account, region = _place()
    product = f"arn:aws:securityhub:{region}:{account}:product/{account}/default"
    for finding in findings:
        if finding["ProductArn"] != product:
            message = f"Account {account} may not import findings of product {finding['ProductArn']}"
            return error_response_json("InvalidAccessException", message, 401)
    failed = [found for found in map(_fault, findings) if found]
    bad = {one["Id"] for one in failed}
    for finding in findings:
        if finding["Id"] not in bad:
            _take(finding)
    return json_response(
        {"FailedCount": len(failed), "SuccessCount": len(findings) - len(failed), "FailedFindings": failed}
    )


def _take(finding: dict) -> None:
    hub, key = _hubs[_place()], (finding["ProductArn"], finding["Id"])
    before = hub.get(key)
    if before is not None and _time(finding["UpdatedAt"]) <= _time(before["UpdatedAt"]):
        return
    taken = copy.deepcopy(finding)
    taken.setdefault("RecordState", "ACTIVE")
    taken.setdefault("Workflow", {"Status": "NEW"})
    if before is not None:
        taken.update({name: before[name] for name in OF_CUSTOMERS if name in before})
        # A finding that is active again is looked at anew (User Guide, "Setting the workflow status").
        reopened = before["RecordState"] == "ARCHIVED" and taken["RecordState"] == "ACTIVE"
        if reopened and before["Workflow"]["Status"] in ("NOTIFIED", "RESOLVED"):
            taken["Workflow"] = {"Status": "NEW"}
    taken["_at"] = clock.now()
    hub[key] = taken


def _fault(finding: dict) -> dict | None:
    """What is wrong with a finding beyond its model."""
    wrong = [f"{name} is longer than {most}" for name, most in LENGTHS.items() if len(finding.get(name, "")) > most]
    wrong += [f"{name} has more than {most} items" for name, most in ITEMS.items() if len(finding.get(name, [])) > most]
    if not finding["Resources"]:
        wrong.append("Resources is empty")
    if finding["AwsAccountId"] != get_account_id():
        wrong.append("AwsAccountId is not the account that imports")
    for name in ("CreatedAt", "UpdatedAt"):
        if _time(finding[name]) is None:
            wrong.append(f"{name} is no timestamp")
    fields = finding.get("ProductFields", {})
    if len(fields) > 50 or any(len(name) > 128 or len(value) > 2048 for name, value in fields.items()):
        wrong.append("ProductFields are too many or too long")
    for resource in finding["Resources"]:
        tags = resource.get("Tags", {})
        if len(tags) > 50 or any(len(name) > 128 or len(value) > 256 for name, value in tags.items()):
            wrong.append("Tags are too many or too long")
        if len(resource["Id"]) > 512 or len(resource["Type"]) > 256 or len(resource.get("Region", "")) > 16:
            wrong.append("a resource is too long")
    if len(json.dumps(finding)) > FINDING_BYTES:
        wrong.append("the finding is too large")
    return {"Id": finding["Id"], "ErrorCode": "InvalidInput", "ErrorMessage": "; ".join(wrong)} if wrong else None


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _get(request: dict) -> tuple:
    """All findings that are retained, in one page; a filter on `RecordState` alone is known."""
    filters = request.get("Filters") or {}
    if set(filters) - {"RecordState"}:
        return error_response_json("InvalidInputException", f"the sandbox does not filter by {sorted(filters)}", 400)
    wanted = {one["Value"] for one in filters.get("RecordState", [])}
    hub = _hubs[_place()]
    oldest = clock.now() - RETAINED
    for key in [key for key, finding in hub.items() if finding["_at"] < oldest]:
        del hub[key]
    shown = [{name: value for name, value in finding.items() if name != "_at"} for finding in hub.values()]
    return json_response({"Findings": [one for one in shown if not wanted or one["RecordState"] in wanted]})


def read_by_cloud_control() -> str | None:
    """What IAM refuses of the read handler of `AWS::SecurityHub::Hub`, which describes the hub."""
    for action in ("securityhub:DescribeHub", "securityhub:ListTagsForResource"):
        if not policies.caller_may(action, hub_arn()):
            return f"User: {policies.caller_arn()} is not authorized to perform: {action} on resource: {hub_arn()}"
    return None
