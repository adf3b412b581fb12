"""The keys that AWS makes and manages in an account, one for each service, when they are first asked for.

AWS pages: "AWS managed keys", "DescribeKey" (a predefined alias without a key gets one). Their policy lets principals
of the account use them through their service alone; it cannot be changed. IAM is asked about the key, not the alias.
"""

import json
import re

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import kms

from account import hooks

ALIAS = re.compile(r"alias/aws/([a-z0-9-]+)$")


def install() -> None:
    """Make a key where its alias is named, and let IAM judge by the key that an alias leads to."""
    hooks.around(kms, "_resolve_key", _resolve)
    hooks.around(kms, "_key_metadata", _metadata)
    hooks.around(iam_actions, "extract_resource_arn", _resource_arn)


def _resolve(original, key):
    found = original(key)
    named = ALIAS.search(key or "")
    if found is not None or named is None:
        return found
    status, _headers, body = kms._create_key(
        {"Description": f"Default key of {named[1]}", "Policy": json.dumps(_policy(named[1]))}
    )
    if status != 200:
        raise RuntimeError(f"no key for {key}: {body!r}")
    record = kms._keys[json.loads(body)["KeyMetadata"]["KeyId"]]
    record["_manager"] = "AWS"
    kms._aliases[kms._alias_arn(named[0])] = record["KeyId"]
    return record


def _metadata(original, record):
    return {**original(record), "KeyManager": record.get("_manager", "CUSTOMER")}


def _policy(service: str) -> dict:
    account = get_account_id()
    through = {"kms:CallerAccount": account, "kms:ViaService": f"{service}.{get_region()}.amazonaws.com"}
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]
    read = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:PutKeyPolicy"]
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    return {
        "Version": "2012-10-17",
        "Id": f"auto-{service}-1",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": use, "Resource": "*"}
            | {"Condition": {"StringEquals": through}},
            {"Effect": "Allow", "Principal": root, "Action": read, "Resource": "*"},
        ],
    }


def _resource_arn(original, service, method, path, headers, body, query_params, region, account_id):
    found = original(service, method, path, headers, body, query_params, region, account_id)
    if service != "kms" or ":alias/" not in found or "AliasName" in json.loads(body or b"{}"):
        return found
    record = kms._resolve_key(found)
    return record["Arn"] if record else found
