"""The functions of the `aws` package that the component calls, by token: `(aws, arguments)` to the answer."""

from __future__ import annotations

import re
from collections.abc import Callable

from account import arns

from .aws import Aws, is_missing
from .resource import tag_map

FUNCTIONS: dict[str, Callable[[Aws, dict], dict]] = {}


class Missing(Exception):
    """What a function that reads one thing says where it does not exist."""


def function(token: str):
    """Register a function under its token."""

    def register(call):
        FUNCTIONS[token] = call
        return call

    return register


@function("aws:index/getCallerIdentity:getCallerIdentity")
def caller_identity(aws: Aws, arguments: dict) -> dict:
    identity = aws.identity
    account = identity["Account"]
    return {"accountId": account, "arn": identity["Arn"], "userId": identity["UserId"], "id": account}


@function("aws:index/getPartition:getPartition")
def partition(aws: Aws, arguments: dict) -> dict:
    suffix = "amazonaws.com.cn" if aws.partition == "aws-cn" else "amazonaws.com"
    prefix = ".".join(reversed(suffix.split(".")))
    return {"partition": aws.partition, "dnsSuffix": suffix, "reverseDnsPrefix": prefix, "id": aws.partition}


@function("aws:index/getRegion:getRegion")
def region(aws: Aws, arguments: dict) -> dict:
    name = arguments.get("region") or aws.region
    endpoint = f"ec2.{name}.amazonaws.com"
    return {"region": name, "name": name, "id": name, "description": name, "endpoint": endpoint}


@function("aws:index/getRegions:getRegions")
def regions(aws: Aws, arguments: dict) -> dict:
    filters = {one["name"]: one["values"] for one in arguments.get("filters") or []}
    if unknown := sorted(filters.keys() - {"opt-in-status"}):
        raise ValueError(f"the stand-in does not filter regions by {', '.join(unknown)}")
    everything = bool(arguments.get("allRegions"))

    # The simulated account answers with every region, whatever is asked.
    def is_asked(status: str) -> bool:
        return (everything or status != "not-opted-in") and status in filters.get("opt-in-status", [status])

    found = aws.client("ec2").describe_regions(AllRegions=everything)["Regions"]
    names = sorted(one["RegionName"] for one in found if is_asked(one["OptInStatus"]))
    return {"names": names, "id": aws.partition}


@function("aws:iam/getAccountAlias:getAccountAlias")
def account_alias(aws: Aws, arguments: dict) -> dict:
    aliases = aws.client("iam").list_account_aliases()["AccountAliases"]
    if not aliases:
        raise Missing("reading IAM Account Alias: empty result")
    return {"accountAlias": aliases[0], "id": aliases[0]}


@function("aws:iam/getRoles:getRoles")
def roles(aws: Aws, arguments: dict) -> dict:
    pages = aws.client("iam").get_paginator("list_roles")
    found = pages.paginate(PathPrefix=arguments.get("pathPrefix") or "/").search("Roles[]")
    roles = [role for role in found if re.search(arguments.get("nameRegex") or "", role["RoleName"])]
    names = [role["RoleName"] for role in roles]
    return {"names": names, "arns": [role["Arn"] for role in roles], "id": aws.region}


@function("aws:cloudwatch/getLogGroups:getLogGroups")
def log_groups(aws: Aws, arguments: dict) -> dict:
    prefix = arguments.get("logGroupNamePrefix")
    pages = aws.client("logs", arguments.get("region")).get_paginator("describe_log_groups")
    found = list(pages.paginate(**({"logGroupNamePrefix": prefix} if prefix else {})).search("logGroups[]"))
    names = [group["logGroupName"] for group in found]
    return {"logGroupNames": names, "arns": [group["arn"].removesuffix(":*") for group in found], "id": aws.region}


@function("aws:dynamodb/getTables:getTables")
def tables(aws: Aws, arguments: dict) -> dict:
    pages = aws.client("dynamodb", arguments.get("region")).get_paginator("list_tables")
    return {"names": [name for page in pages.paginate() for name in page["TableNames"]], "id": aws.region}


@function("aws:lambda/getFunctions:getFunctions")
def functions(aws: Aws, arguments: dict) -> dict:
    pages = aws.client("lambda", arguments.get("region")).get_paginator("list_functions")
    found = [entry for page in pages.paginate() for entry in page["Functions"]]
    names = [entry["FunctionName"] for entry in found]
    return {"functionNames": names, "functionArns": [entry["FunctionArn"] for entry in found], "id": aws.region}


@function("aws:sqs/getQueues:getQueues")
def queues(aws: Aws, arguments: dict) -> dict:
    prefix = arguments.get("queueNamePrefix")
    pages = aws.client("sqs", arguments.get("region")).get_paginator("list_queues")
    found = [
        url
        for page in pages.paginate(**({"QueueNamePrefix": prefix} if prefix else {}))
        for url in page.get("QueueUrls", [])
    ]
    return {"queueUrls": found, "id": aws.region}


@function("aws:resourcegroupstaggingapi/getResources:getResources")
def resources(aws: Aws, arguments: dict) -> dict:
    names = {"Key": "key", "Values": "values"}
    filters = [
        {to: each[given] for to, given in names.items() if each.get(given)}
        for each in arguments.get("tagFilters") or []
    ]
    pages = aws.client("resourcegroupstaggingapi", arguments.get("region")).get_paginator("get_resources")
    found = [entry for page in pages.paginate(TagFilters=filters) for entry in page["ResourceTagMappingList"]]
    mappings = [{"resourceArn": entry["ResourceARN"], "tags": tag_map(entry["Tags"])} for entry in found]
    return {"resourceTagMappingLists": mappings, "id": aws.region}


@function("aws:s3/getBucket:getBucket")
def bucket(aws: Aws, arguments: dict) -> dict:
    name = arguments["bucket"]
    _one(f"reading S3 Bucket ({name})", lambda: aws.client("s3", arguments.get("region")).head_bucket(Bucket=name))
    return {"bucket": name, "arn": f"arn:{aws.partition}:s3:::{name}", "id": name}


@function("aws:cloudcontrol/getResource:getResource")
def cloud_control(aws: Aws, arguments: dict) -> dict:
    kind, name = arguments["typeName"], arguments["identifier"]
    client = aws.client("cloudcontrol", arguments.get("region"))
    found = _one(
        f"reading Cloud Control API ({kind}) Resource ({name})",
        lambda: client.get_resource(TypeName=kind, Identifier=name),
    )
    return {**arguments, "properties": found["ResourceDescription"]["Properties"], "id": name}


@function("aws:sns/getTopic:getTopic")
def topic(aws: Aws, arguments: dict) -> dict:
    pages = aws.client("sns", arguments.get("region")).get_paginator("list_topics")
    name = arguments["name"]
    found = [entry["TopicArn"] for page in pages.paginate() for entry in page["Topics"]]
    own = [arn for arn in found if arns.resource_of(arn) == name]
    if not own:
        raise Missing(f"reading SNS Topic ({name}): couldn't find resource")
    return {"name": name, "arn": own[0], "id": own[0]}


@function("aws:kms/getKey:getKey")
def key(aws: Aws, arguments: dict) -> dict:
    client = aws.client("kms", arguments.get("region"))
    found = _one("reading KMS Key", lambda: client.describe_key(KeyId=arguments["keyId"]))["KeyMetadata"]
    return {"keyId": found["KeyId"], "arn": found["Arn"], "keyState": found["KeyState"], "id": found["KeyId"]}


@function("aws:kms/getAlias:getAlias")
def alias(aws: Aws, arguments: dict) -> dict:
    pages = aws.client("kms", arguments.get("region")).get_paginator("list_aliases").paginate()
    found = [each for page in pages for each in page["Aliases"] if each["AliasName"] == arguments["name"]]
    if not found:
        raise Missing(f"reading KMS Alias ({arguments['name']}): couldn't find resource")
    of = found[0]
    return {"name": of["AliasName"], "arn": of["AliasArn"], "targetKeyId": of["TargetKeyId"], "id": of["AliasArn"]}


def _one(what: str, read: Callable[[], dict]) -> dict:
    try:
        return read()
    except Exception as error:
        if is_missing(error):
            raise Missing(f"{what}: couldn't find resource") from None
        raise
