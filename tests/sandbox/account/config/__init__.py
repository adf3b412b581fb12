"""AWS Config for the simulated account, in MiniStack's process.

Recorder, delivery channel, aggregators and authorizations are kept by moto's backend; rules, evaluations, the reads
over them, service-linked recorders, conformance packs, remediations and tags are ours. Everything is per account and
region.
"""

import asyncio
import json

from ministack import app
from ministack.core import iam_actions
from ministack.core.iam_evaluator import AuthError, enforce
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import extract_access_key_id

from account import hooks
from account.config import (
    access,
    aggregate,
    aggregators,
    cloud_control,
    compliance,
    delays,
    discovered,
    evaluation,
    packs,
    queries,
    recorders,
    remediations,
    rules,
    tags,
)
from account.config.errors import ConfigError, moto_error

HEADERS = {"Content-Type": "application/x-amz-json-1.1"}

OPERATIONS = {
    **recorders.OPERATIONS,
    **rules.OPERATIONS,
    **compliance.OPERATIONS,
    **evaluation.OPERATIONS,
    **aggregators.OPERATIONS,
    **aggregate.OPERATIONS,
    **packs.OPERATIONS,
    **queries.OPERATIONS,
    **remediations.OPERATIONS,
    **tags.OPERATIONS,
    **discovered.OPERATIONS,
}


def install() -> None:
    """Answer for the service `config`, and name the resource of each call to IAM as AWS does."""
    app.SERVICE_HANDLERS["config"] = answer
    cloud_control.install()
    delays.install()
    hooks.around(iam_actions, "extract_resource_arn", _resource_arn)


async def answer(method: str, path: str, headers: dict, body: bytes, query: dict) -> tuple:
    """One request of the JSON 1.1 protocol: `X-Amz-Target: StarlingDoveService.<Operation>`."""
    operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    perform = OPERATIONS.get(operation)
    try:
        if perform is None:
            raise ConfigError("UnknownOperationException", f"the sandbox does not serve config:{operation}")
        request = json.loads(body or b"{}")
        if denied := _denied_beyond_the_first(operation, request, headers):
            return denied
        with moto_error():
            # What announces changes delivers them to functions, which call back: never on the loop that answers them.
            delivers = operation in evaluation.OPERATIONS
            result = await asyncio.to_thread(perform, request) if delivers else perform(request)
            return 200, dict(HEADERS), json.dumps(result or {}).encode()
    except ConfigError as error:
        return 400, dict(HEADERS), json.dumps({"__type": error.code, "message": error.message}).encode()


def _resource_arn(original, service, method, path, headers, body, query_params, region, account_id):
    if service != "config":
        return original(service, method, path, headers, body, query_params, region, account_id)
    operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    return access.resources(operation, json.loads(body or b"{}"))[0]


def _denied_beyond_the_first(operation: str, request: dict, headers: dict) -> tuple | None:
    """MiniStack checks one resource for each call; a call that names several rules is checked on each of them."""
    if not app.AUTH:
        return None
    for resource in access.resources(operation, request)[1:]:
        action = f"config:{operation}"
        denied = enforce(extract_access_key_id(headers, {}), action, "config", get_region(), resource_arn=resource)
        if denied and not isinstance(denied, AuthError):
            return iam_actions.access_denied_response(
                "config", action, denied.principal_arn, get_account_id(), headers=headers, resource_arn=resource
            )
    return None
