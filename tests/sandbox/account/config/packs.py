"""Conformance packs: their template is read, their rules are deployed under names of their own, and go with them.

A deployment that AWS Config refuses in the middle leaves a pack without rules and with the reason, as the service
does. AWS pages: "PutConformancePack", "DescribeConformancePackStatus", "DescribeConformancePackCompliance", "Service
Limits" of the AWS Config developer guide. What is ours: a deployment is over at once, and the first look at its status
says that it is in progress.
"""

from account.config import compliance, rules, templates
from account.config.errors import ConfigError, invalid
from account.config.paging import chosen, page
from account.config.state import arn, here, moto_here, now, random_suffix
from account.config.tags import tag_new

PACKS_PER_REGION = 50
SERVICE = "config-conforms.amazonaws.com"
KEPT = ("DeliveryS3Bucket", "DeliveryS3KeyPrefix", "ConformancePackInputParameters", "TemplateSSMDocumentDetails")
PROGRESS, COMPLETE, FAILED = "CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_FAILED"
# What is ours to remember of a pack and not the API's to tell.
OURS = ("rules", "status", "looked", "reason", "completed")


def put_conformance_pack(request: dict) -> dict:
    """Create a pack, or take over the pack of that name, as AWS does without a word."""
    name, packs = request["ConformancePackName"], here().packs
    if not moto_here().recorders:
        raise templates.not_valid("AWS Config is not set up: there is no configuration recorder.")
    wanted = templates.rules(request)
    known = packs.get(name)
    if known is None and len(packs) >= PACKS_PER_REGION:
        raise ConfigError(
            "MaxNumberOfConformancePacksExceededException",
            f"The maximum number of conformance packs, {PACKS_PER_REGION}, is reached.",
        )
    pack_id = known["ConformancePackId"] if known else f"conformance-pack-{random_suffix()}"
    packs[name] = pack = {
        **{key: request[key] for key in KEPT if key in request},
        "ConformancePackName": name,
        "ConformancePackId": pack_id,
        "ConformancePackArn": arn("conformance-pack", f"{name}/{pack_id}"),
        "LastUpdateRequestedTime": now(),
        "rules": known["rules"] if known else [],
    }
    if known is None:
        tag_new(pack["ConformancePackArn"], request.get("Tags"))
    _deploy(pack, wanted)
    return {"ConformancePackArn": pack["ConformancePackArn"]}


def describe_conformance_packs(request: dict) -> dict:
    """Packs by name, 20 to a page."""
    found = chosen(here().packs, request.get("ConformancePackNames"), _no_such_pack)
    some, token = page(found, request, default=20, most=20)
    return {"ConformancePackDetails": [_told(pack) for pack in some], **token}


def describe_conformance_pack_status(request: dict) -> dict:
    """How far each pack's deployment is, 20 to a page. Of a pack that is not there AWS says nothing."""
    packs, names = here().packs, request.get("ConformancePackNames")
    found = [pack for name, pack in packs.items() if not names or name in names]
    some, token = page(found, request, default=20, most=20)
    return {"ConformancePackStatusDetails": [_status(pack) for pack in some], **token}


def describe_conformance_pack_compliance(request: dict) -> dict:
    """Compliance of each rule of a pack."""
    name, state = request["ConformancePackName"], here()
    if name not in state.packs:
        raise _no_such_pack(name)
    filters = request.get("Filters") or {}
    found = []
    for rule in state.packs[name]["rules"]:
        kind = compliance.of_rule(state, rule)
        if filters.get("ComplianceType", kind) == kind and rule in (filters.get("ConfigRuleNames") or [rule]):
            found.append({"ConfigRuleName": rule, "ComplianceType": kind, "Controls": []})
    some, token = page(found, request, default=1000, most=1000)
    return {"ConformancePackName": name, "ConformancePackRuleComplianceList": some, **token}


def delete_conformance_pack(request: dict) -> None:
    """Remove a pack and its rules."""
    pack = here().packs.pop(request["ConformancePackName"], None)
    if pack is None:
        raise _no_such_pack(request["ConformancePackName"])
    here().tags.pop(pack["ConformancePackArn"], None)
    for rule in pack["rules"]:
        rules.remove_rule(rule)


def _deploy(pack: dict, wanted: dict[str, dict]) -> None:
    """Put the wanted rules and remove those that are no longer wanted; none of a pack that fails stays."""
    suffix = pack["ConformancePackId"]
    named = {f"{rule['ConfigRuleName']}-{suffix}": rule for rule in wanted.values()}
    before, pack["rules"] = pack["rules"], []
    pack.update(status=COMPLETE, looked=False, reason=None, completed=now())
    try:
        if len(named) < len(wanted):
            raise invalid("Two rules of the template have the same ConfigRuleName.")
        for name, rule in named.items():
            rules.put_rule({**rule, "ConfigRuleName": name}, created_by=SERVICE)
            pack["rules"].append(name)
    except ConfigError as error:
        pack.update(status=FAILED, reason=f"{error.message} (Service: AmazonConfig; Error Code: {error.code})")
        named = {}
    kept = set(named)
    for name in {*before, *pack["rules"]} - kept:
        rules.remove_rule(name)
    pack["rules"] = sorted(kept)


def _told(pack: dict) -> dict:
    return {key: value for key, value in pack.items() if key not in OURS}


def _status(pack: dict) -> dict:
    state = pack["status"] if pack["looked"] else PROGRESS
    pack["looked"] = True
    status = {
        "ConformancePackName": pack["ConformancePackName"],
        "ConformancePackId": pack["ConformancePackId"],
        "ConformancePackArn": pack["ConformancePackArn"],
        "ConformancePackState": state,
        "StackArn": arn("stack", pack["ConformancePackId"]).replace(":config:", ":cloudformation:"),
        "LastUpdateRequestedTime": pack["LastUpdateRequestedTime"],
    }
    if state != PROGRESS:
        status["LastUpdateCompletedTime"] = pack["completed"]
    if state == FAILED:
        status["ConformancePackStatusReason"] = pack["reason"]
    return status


def _no_such_pack(name: str) -> ConfigError:
    return ConfigError("NoSuchConformancePackException", f"There is no conformance pack {name}.")


OPERATIONS = {
    "PutConformancePack": put_conformance_pack,
    "DescribeConformancePacks": describe_conformance_packs,
    "DescribeConformancePackStatus": describe_conformance_pack_status,
    "DescribeConformancePackCompliance": describe_conformance_pack_compliance,
    "DeleteConformancePack": delete_conformance_pack,
}
