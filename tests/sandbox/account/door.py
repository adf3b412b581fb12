"""The door for tests: what no AWS API can do, over HTTP at `/_account/`, beside the account and without credentials.

POST /_account/evaluations   {account, region, rule, results: [{resourceType, resourceId, complianceType, annotation}]}
POST /_account/runs          {account, region, rules}   evaluate rules over the account's resources; none named: all
POST /_account/arrivals      {account, region, status, seconds}   how a source arrives at aggregators, last so long ago
POST /_account/delays        {account, region, evaluation, aggregation}   seconds that results of rules take
POST /_account/spending      {account, region, budget, usd}   what the month of a budget has cost
POST /_account/months        {account, region, changes}   evaluations of each rule in a month of so many changes
POST /_account/clock         {account, seconds}   let time pass, and what is due happen
POST /_account/alarms        {account, region}   judge every metric alarm now, as CloudWatch does all the time
POST /_account/schedules     {account, region, rule, bus}   fire a scheduled event rule now
POST /_account/events        {account, region, entries}     put events of any source, `aws.*` too, on a bus
POST /_account/confirmations {account, region, topic, address}   confirm an e-mail subscription
POST /_account/mails         {account, region}   the e-mails of its topics: topic, to, subject, text
POST /_account/faults        {account, service, action, times, seconds, code}   the next calls are slow, or fail
POST /_account/regions       {account, region, enabled}   enable a region for an account, or disable it
POST /_account/troubles      {role, share, seed, survives}   a role's calls are throttled, or have no effect after some
POST /_account/concurrency   {account, limit}   how often all functions of an account may run at once
POST /_account/settling      {account, seconds}   what is made from now on is known everywhere only after a while
POST /_account/expirations   {accessKeyId}   end the session of a role
POST /_account/asked         {principal}   what IAM allowed to a caller, and what it denied
GET  /_account/lost          messages AWS would have lost in silence, and why

Only the account's own process tree and tests can reach it (loopback); it is no part of what is simulated.
"""

import asyncio
import json

from ministack.core.responses import request_scope
from ministack.services import eventbridge

from account import audit, clock, faults
from account.config import aggregate, compliance, delays, evaluation, month
from account.config.errors import ConfigError
from account.services import budgets, delivery, mail, metrics, schedules, settling
from account.strictness import functions
from account.strictness.sns import confirm

PREFIX = "/_account/"


async def answer(scope, receive, send) -> None:
    """Serve one request of the door."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    request = json.loads(body or b"{}")
    try:
        perform = _ACTIONS[scope["method"], scope["path"].removeprefix(PREFIX)]
        # Deliveries may call functions, which call back: never on the loop that has to answer them.
        status, result = 200, await asyncio.to_thread(perform, request)
    except KeyError as error:
        status, result = 400, {"message": f"not known to the door: {error}"}
    except ConfigError as error:
        status, result = 400, {"code": error.code, "message": error.message}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(result).encode()})


def _evaluations(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        compliance.record(request["rule"], request["results"])
    return {}


def _runs(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        return {"changes": evaluation.evaluate(request.get("rules"))}


def _arrivals(request: dict) -> dict:
    aggregate.fail_source((request["account"], request["region"]), request["status"], request["seconds"])
    return {}


def _delays(request: dict) -> dict:
    delays.set_delays((request["account"], request["region"]), request["evaluation"], request["aggregation"])
    return {}


def _spending(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        return {"sent": budgets.spend(request["account"], request["budget"], request["usd"])}


def _months(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        return {"evaluations": month.evaluations(request["changes"])}


def _clock(request: dict) -> dict:
    clock.advance(request["account"], request["seconds"])
    return {}


def _alarms(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        return {"states": metrics.judge_all()}


def _schedules(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        return {"targets": schedules.fire(request["rule"], request.get("bus", "default"))}


def _events(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        eventbridge._put_events({"Entries": request["entries"]}, allow_aws_source=True)
    return {}


def _confirmations(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        confirm(request["topic"], request["address"])
    return {}


def _mails(request: dict) -> dict:
    return {"mails": [one._asdict() for one in mail.sent(request["account"], request["region"])]}


def _faults(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        fault = faults.Fault(request["times"], request.get("seconds", 0), request.get("code"))
        faults.add(request["service"], request["action"], fault)
    return {}


def _regions(request: dict) -> dict:
    with request_scope(request["account"], request["region"]):
        faults.enable_region(request["enabled"])
    return {}


def _troubles(request: dict) -> dict:
    wanted = faults.Trouble(request.get("share", 0), request.get("seed", 0), request.get("survives"))
    before = faults.trouble(request["role"], wanted)
    return {"calls": before.calls, "failed": before.failed}


def _concurrency(request: dict) -> dict:
    functions.limit_concurrency(request["account"], request["limit"])
    return {}


def _settling(request: dict) -> dict:
    settling.settle(request["account"], request["seconds"])
    return {}


def _expirations(request: dict) -> dict:
    faults.expire(request["accessKeyId"])
    return {}


def _asked(request: dict) -> dict:
    return audit.asked(request["principal"])


def _lost(_request: dict) -> dict:
    return {"lost": delivery.lost()}


_ACTIONS = {
    ("POST", "evaluations"): _evaluations,
    ("POST", "runs"): _runs,
    ("POST", "arrivals"): _arrivals,
    ("POST", "delays"): _delays,
    ("POST", "spending"): _spending,
    ("POST", "months"): _months,
    ("POST", "clock"): _clock,
    ("POST", "alarms"): _alarms,
    ("POST", "schedules"): _schedules,
    ("POST", "events"): _events,
    ("POST", "confirmations"): _confirmations,
    ("POST", "mails"): _mails,
    ("POST", "faults"): _faults,
    ("POST", "regions"): _regions,
    ("POST", "troubles"): _troubles,
    ("POST", "concurrency"): _concurrency,
    ("POST", "settling"): _settling,
    ("POST", "expirations"): _expirations,
    ("POST", "asked"): _asked,
    ("GET", "lost"): _lost,
}
