"""A recorded release brought up in an account: every resource of its state is created with its recorded inputs.

Ids that AWS chooses are others than those that were recorded, so each is put in the place of the recorded one in
everything that comes after it, and in the state.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager

from account.client import Account
from aws_plugin.plugin import Plugin

# The archive of a release is not kept; the functions are those of today.
FUNCTION = "aws:lambda/function:Function"
# Ids and outputs by which others know a resource.
NAMED_BY = ("id", "arn", "keyId", "url", "name", "uniqueId", "versionId", "uuid", "invokeArn", "qualifiedArn")


def bring_up(account: Account, deployment: dict, code: str) -> dict:
    """Create everything in the account; the deployment as its state would be there."""
    plugin = Plugin()
    renamed: dict[str, str] = {}

    def now(value):
        text = json.dumps(value)
        for old, new in renamed.items():
            text = text.replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1])
        return json.loads(text)

    resources = []
    with _endpoint(account):
        plugin.configure(_credentials(account))
        for recorded in deployment["resources"]:
            resource = now(recorded)
            if resource["type"].startswith("aws:"):
                if resource["type"] == FUNCTION:
                    for values in (resource["inputs"], resource["outputs"]):
                        values["code"]["path"] = code
                identity, outputs = plugin.create(resource["type"], resource["inputs"])
                for name in NAMED_BY:
                    old, new = (
                        (resource["id"], identity)
                        if name == "id"
                        else (resource["outputs"].get(name), outputs.get(name))
                    )
                    if isinstance(old, str) and isinstance(new, str) and old and old != new:
                        renamed[old] = new
                resource |= {"id": identity, "outputs": outputs}
            resources.append(resource)
    return {**deployment, "resources": resources}


def _credentials(account: Account) -> dict:
    environment = account.environment
    return {
        "region": account.region,
        "accessKey": environment["AWS_ACCESS_KEY_ID"],
        "secretKey": environment["AWS_SECRET_ACCESS_KEY"],
    }


@contextmanager
def _endpoint(account: Account):
    """The stand-in reads where AWS is from the environment."""
    before = os.environ.get("AWS_ENDPOINT_URL")
    os.environ["AWS_ENDPOINT_URL"] = account.endpoint
    try:
        yield
    finally:
        if before is None:
            del os.environ["AWS_ENDPOINT_URL"]
        else:
            os.environ["AWS_ENDPOINT_URL"] = before
