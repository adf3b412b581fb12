"""Tags of rules, aggregators, authorizations, recorders and conformance packs, by ARN."""

from account.config.errors import ConfigError, invalid
from account.config.paging import page
from account.config.state import here, moto_here

TAGS_PER_RESOURCE = 50


def tag_new(resource_arn: str, tags: list[dict] | None) -> None:
    """Tags given when a resource is made. A later Put with tags does not change them ("PutConfigRule", Tags)."""
    here().tags[resource_arn] = _checked({}, tags or [])


def tag_resource(request: dict) -> None:
    """Add tags, or give tags another value."""
    resource_arn = _known(request["ResourceArn"])
    tags = here().tags
    tags[resource_arn] = _checked(tags.get(resource_arn, {}), request["Tags"])


def untag_resource(request: dict) -> None:
    """Remove tags by key; a key that is not there is no error."""
    tags = here().tags.get(_known(request["ResourceArn"]), {})
    for key in request["TagKeys"]:
        tags.pop(key, None)


def list_tags_for_resource(request: dict) -> dict:
    """The tags of one resource."""
    tags = here().tags.get(_known(request["ResourceArn"]), {})
    some, token = page([{"Key": key, "Value": value} for key, value in sorted(tags.items())], request, default=50)
    return {"Tags": some, **token}


def _known(resource_arn: str) -> str:
    moto = moto_here()
    known = {rule["ConfigRuleArn"] for rule in here().rules.values()}
    known |= {aggregator.configuration_aggregator_arn for aggregator in moto.config_aggregators.values()}
    known |= {authorization.aggregation_authorization_arn for authorization in moto.aggregation_authorizations.values()}
    known |= {recorder["arn"] for kind in (here().recorders, here().linked) for recorder in kind.values()}
    known |= {pack["ConformancePackArn"] for pack in here().packs.values()}
    if resource_arn not in known:
        raise ConfigError("ResourceNotFoundException", f"ResourceArn '{resource_arn}' does not exist")
    return resource_arn


def _checked(existing: dict[str, str], tags: list[dict]) -> dict[str, str]:
    result = dict(existing)
    for tag in tags:
        key = tag.get("Key", "")
        if not 1 <= len(key) <= 128 or len(tag.get("Value", "")) > 256:
            raise ConfigError("ValidationException", f"the tag key '{key}' or its value is not of a valid length")
        if key.lower().startswith("aws:"):
            raise invalid(f"'{key}' is not a valid tag key: aws: prefixed tag key names are not allowed")
        result[key] = tag.get("Value", "")
    if len(result) > TAGS_PER_RESOURCE:
        raise ConfigError("TooManyTagsException", f"a resource has at most {TAGS_PER_RESOURCE} tags")
    return result


OPERATIONS = {
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "ListTagsForResource": list_tags_for_resource,
}
