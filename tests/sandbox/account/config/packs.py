"""Conformance packs: kept and listed, with the bounds of their template; their rules are not deployed.

AWS pages: "PutConformancePack", "DescribeConformancePacks", "Service Limits" of the AWS Config developer guide.
"""

from account.config.errors import ConfigError, invalid, too_long
from account.config.paging import chosen, page
from account.config.state import arn, here, moto_here, now, random_suffix
from account.config.tags import tag_new

PACKS_PER_REGION = 50
TEMPLATE_CHARACTERS = 51_200
TEMPLATES = ("TemplateBody", "TemplateS3Uri", "TemplateSSMDocumentDetails")
KEPT = ("DeliveryS3Bucket", "DeliveryS3KeyPrefix", "ConformancePackInputParameters", "TemplateSSMDocumentDetails")


def put_conformance_pack(request: dict) -> dict:
    """Create a pack, or take over the pack of that name, as AWS does without a word."""
    name, packs = request["ConformancePackName"], here().packs
    if sum(template in request for template in TEMPLATES) != 1:
        raise invalid(f"You must specify only one of {', '.join(TEMPLATES)}.")
    if len(request.get("TemplateBody", "")) > TEMPLATE_CHARACTERS:
        raise too_long("...", "templateBody", TEMPLATE_CHARACTERS)
    if not moto_here().recorders:
        raise ConfigError(
            "ConformancePackTemplateValidationException",
            "AWS Config is not set up: there is no configuration recorder.",
        )
    known = packs.get(name)
    if known is None and len(packs) >= PACKS_PER_REGION:
        raise ConfigError(
            "MaxNumberOfConformancePacksExceededException",
            f"The maximum number of conformance packs, {PACKS_PER_REGION}, is reached.",
        )
    pack_id = known["ConformancePackId"] if known else f"conformance-pack-{random_suffix()}"
    packs[name] = {
        **{key: request[key] for key in KEPT if key in request},
        "ConformancePackName": name,
        "ConformancePackId": pack_id,
        "ConformancePackArn": arn("conformance-pack", f"{name}/{pack_id}"),
        "LastUpdateRequestedTime": now(),
    }
    if known is None:
        tag_new(packs[name]["ConformancePackArn"], request.get("Tags"))
    return {"ConformancePackArn": packs[name]["ConformancePackArn"]}


def describe_conformance_packs(request: dict) -> dict:
    """Packs by name, 20 to a page."""
    found = chosen(here().packs, request.get("ConformancePackNames"), _no_such_pack)
    some, token = page(found, request, default=20, most=20)
    return {"ConformancePackDetails": some, **token}


def delete_conformance_pack(request: dict) -> None:
    """Remove a pack."""
    pack = here().packs.pop(request["ConformancePackName"], None)
    if pack is None:
        raise _no_such_pack(request["ConformancePackName"])
    here().tags.pop(pack["ConformancePackArn"], None)


def _no_such_pack(name: str) -> ConfigError:
    return ConfigError("NoSuchConformancePackException", f"There is no conformance pack {name}.")


OPERATIONS = {
    "PutConformancePack": put_conformance_pack,
    "DescribeConformancePacks": describe_conformance_packs,
    "DeleteConformancePack": delete_conformance_pack,
}
