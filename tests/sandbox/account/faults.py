"""Bad days of AWS, asked for by a test: the next calls of an action are throttled or slow, a session has expired.

A role can have a trouble of its own, so that a test's calls beside it have none: a share of its calls is throttled, or
a process under it is dead from its Nth call on, which then have no effect. Which calls those are is the same in every
run that makes the same calls.

What a policy denies needs no fault: take a role without the permission.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from ministack import app
from ministack.core.iam_evaluator import caller_arn
from ministack.core.responses import error_response_json, error_response_xml, get_account_id, get_region
from ministack.services import sts

SERVICES = ("config", "dynamodb", "kms", "monitoring", "s3", "securityhub", "sns", "sqs", "sts")
XML_NAMESPACES = {
    "monitoring": "http://monitoring.amazonaws.com/doc/2010-08-01/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


@dataclass
class Fault:
    """What happens to the next `times` calls: an answer `seconds` later, or an error with this code."""

    times: int
    seconds: float = 0
    code: str | None = None


# What a throttled call is told ("Common Errors" of each service; S3: "Error responses"; SQS: its API Reference).
THROTTLED = {
    "monitoring": "Throttling",
    "s3": "SlowDown",
    "securityhub": "TooManyRequestsException",
    "sns": "Throttling",
    "sqs": "RequestThrottled",
    "sts": "Throttling",
}
DEAD = "Killed"


@dataclass
class Trouble:
    """A share of a role's calls is throttled, chosen by `seed`; those after the first `survives` have no effect."""

    share: float = 0
    seed: int = 0
    survives: int | None = None
    calls: int = 0
    failed: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def code(self, service: str) -> str | None:
        """What the next call is answered with, unless it is let through."""
        self.calls += 1
        dead = self.survives is not None and self.calls > self.survives
        throttled = self._chance.random() < self.share
        self.failed += dead or throttled
        if dead:
            return DEAD
        return THROTTLED.get(service, "ThrottlingException") if throttled else None


_troubles: dict[str, Trouble] = {}
_faults: dict[tuple[str, str, str], list[Fault]] = defaultdict(list)
# Regions that an account has not enabled.
_disabled: set[tuple[str, str]] = set()


def install() -> None:
    """Stand before the services that can have faults."""
    for service in SERVICES:
        app.SERVICE_HANDLERS[service] = _guarded(service, app.SERVICE_HANDLERS[service])
    for service, handler in list(app.SERVICE_HANDLERS.items()):
        app.SERVICE_HANDLERS[service] = _enabled(service, handler)


def add(service: str, action: str, fault: Fault) -> None:
    """Let the next calls of an action in the request's account fail; `*` is every action."""
    if service not in SERVICES:
        raise KeyError(service)
    _faults[get_account_id(), service, action].append(fault)


def enable_region(enabled: bool) -> None:
    """Enable the request's region for its account, or disable it: it then knows no credentials of the account."""
    place = (get_account_id(), get_region())
    if enabled:
        _disabled.discard(place)
    else:
        _disabled.add(place)


def disabled_regions() -> set[str]:
    """Regions that the request's account has not enabled."""
    return {region for account, region in _disabled if account == get_account_id()}


def trouble(role_arn: str, wanted: Trouble) -> Trouble:
    """Give a role a trouble; the one that it had, with what became of its calls."""
    before = _troubles.get(role_arn, Trouble())
    _troubles[role_arn] = wanted
    return before


def expire(access_key_id: str) -> None:
    """Let a session of a role end now."""
    sts._sessions[access_key_id]["Expiration"] = time.time() - 1


def _enabled(service: str, handler: Callable) -> Callable:
    async def checked(method: str, path: str, headers: dict, body: bytes, query: dict) -> tuple:
        if (get_account_id(), get_region()) in _disabled:
            xml = service in (*XML_NAMESPACES, "ec2", "iam", "s3")
            return _error(service, "InvalidClientTokenId" if xml else "UnrecognizedClientException")
        return await handler(method, path, headers, body, query)

    return checked


def _guarded(service: str, handler: Callable) -> Callable:
    async def guarded(method: str, path: str, headers: dict, body: bytes, query: dict) -> tuple:
        if (found := _troubles.get(_role())) and (code := found.code(service)):
            return _error(service, code)
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


def _role() -> str:
    """The ARN of the role whose session calls: `assumed-role/NAME/SESSION` names it."""
    place, _, rest = caller_arn().partition(":assumed-role/")
    return f"{place.replace(':sts:', ':iam:')}:role/{rest.split('/')[0]}" if rest else ""


def _error(service: str, code: str) -> tuple:
    message = "Rate exceeded" if "hrottl" in code else "asked for by a test"
    if service == "s3":
        status = 503 if code == THROTTLED["s3"] else 400
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return status, {"Content-Type": "application/xml"}, body.encode()
    if service in XML_NAMESPACES:
        return error_response_xml(code, message, 400, XML_NAMESPACES[service])
    return error_response_json(code, message, 429 if code == THROTTLED["securityhub"] else 400)
