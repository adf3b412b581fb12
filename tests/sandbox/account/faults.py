"""Bad days of AWS, asked for by a test: the next calls of an action are throttled or slow, a session has expired.

What a policy denies needs no fault: take a role without the permission.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from ministack import app
from ministack.core.responses import error_response_json, error_response_xml, get_account_id
from ministack.services import sts

SERVICES = ("config", "dynamodb", "kms", "sns", "sts")
XML_NAMESPACES = {
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


@dataclass
class Fault:
    """What happens to the next `times` calls: an answer `seconds` later, or an error with this code."""

    times: int
    seconds: float = 0
    code: str | None = None


_faults: dict[tuple[str, str, str], list[Fault]] = defaultdict(list)


def install() -> None:
    """Stand before the services that can have faults."""
    for service in SERVICES:
        app.SERVICE_HANDLERS[service] = _guarded(service, app.SERVICE_HANDLERS[service])


def add(service: str, action: str, fault: Fault) -> None:
    """Let the next calls of an action in the request's account fail; `*` is every action."""
    if service not in SERVICES:
        raise KeyError(service)
    _faults[get_account_id(), service, action].append(fault)


def expire(access_key_id: str) -> None:
    """Let a session of a role end now."""
    sts._sessions[access_key_id]["Expiration"] = time.time() - 1


def _guarded(service: str, handler: Callable) -> Callable:
    async def guarded(method: str, path: str, headers: dict, body: bytes, query: dict) -> tuple:
        fault = _next(service, _action(headers, body))
        if fault is not None:
            await asyncio.sleep(fault.seconds)
            if fault.code:
                return _error(service, fault.code)
        return await handler(method, path, headers, body, query)

    return guarded


def _action(headers: dict, body: bytes) -> str:
    """The JSON protocols name it in a header, the query protocol in the body."""
    target = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
    return target or parse_qs(body.decode(errors="replace")).get("Action", [""])[0]


def _next(service: str, action: str) -> Fault | None:
    for name in (action, "*"):
        waiting = _faults.get((get_account_id(), service, name))
        if waiting:
            waiting[0].times -= 1
            return waiting[0] if waiting[0].times > 0 else waiting.pop(0)
    return None


def _error(service: str, code: str) -> tuple:
    message = "Rate exceeded" if "hrottl" in code else "asked for by a test"
    if service in XML_NAMESPACES:
        return error_response_xml(code, message, 400, XML_NAMESPACES[service])
    return error_response_json(code, message, 400)
