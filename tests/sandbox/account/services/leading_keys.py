"""The condition key `dynamodb:LeadingKeys`: the partitions that a request is about.

AWS page: "Using IAM policy conditions for fine-grained access control" (Amazon DynamoDB Developer Guide). A transaction
is asked about with the partitions of all its entries together, which is at least as strict as asking about each alone.
"""

import json
import re

from ministack.core import iam_actions
from ministack.services import dynamodb

from account import hooks

_EQUALS = re.compile(r"([#\w.-]+)\s*=\s*(:[\w-]+)")


def install() -> None:
    """Add the key to those that MiniStack sends."""
    hooks.around(iam_actions, "dynamodb_service_context", _context)


def _context(original, body):
    context = original(body)
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return context
    keys = sorted({key for one in _parts(request) if (key := _partition(one)) is not None})
    return {**context, "dynamodb:LeadingKeys": keys} if keys else context


def _parts(request: dict) -> list[dict]:
    """The single requests of a transaction or a batch; else the request itself."""
    found = [part for item in request.get("TransactItems", []) for part in item.values()]
    for table, asked in request.get("RequestItems", {}).items():
        entries = asked.get("Keys", []) if isinstance(asked, dict) else asked
        for entry in entries:
            inner = next(iter(entry.values()), {}) if isinstance(asked, list) else {"Key": entry}
            found.append({"TableName": table, **inner})
    return found or [request]


def _partition(request: dict) -> str | None:
    """The value of the partition key in one request; none for a scan, or where the table does not exist."""
    table = dynamodb._tables.get(request.get("TableName", "").rsplit("/", 1)[-1])
    schema = (table or {}).get("KeySchema", [])
    name = next((key["AttributeName"] for key in schema if key["KeyType"] == "HASH"), None)
    if name is None:
        return None
    value = (request.get("Key") or request.get("Item") or {}).get(name)
    if value is None and (expression := request.get("KeyConditionExpression")):
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        found = (pair for pair in _EQUALS.findall(expression) if names.get(pair[0], pair[0]) == name)
        value = next((values.get(place) for _, place in found), None)
    return next(iter(value.values()), None) if isinstance(value, dict) else None
