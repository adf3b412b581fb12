"""The stand-in for the `aws` plugin reads every input that the component gives: what it ignores, no test would miss."""

from __future__ import annotations

import inspect
import json

import pytest

from aws_plugin import services
from aws_plugin.resource import TYPES
from harness.artefacts import ROOT

assert services
SNAPSHOTS = ROOT / "provider/aws-compliance/tests/construct/snapshots"
# Read for all types at once.
EVERYWHERE = {"region", "tags"}
# What acts in the provider alone.
IN_THE_PROVIDER = {
    ("aws:lambda/invocation:Invocation", "lifecycleScope"): "the stand-in invokes when it creates, as CREATE_ONLY says",
    (
        "aws:s3/bucketObjectv2:BucketObjectv2",
        "overrideProvider",
    ): "it keeps default tags from objects, as the plugin does",
}


def given() -> set[tuple[str, str]]:
    """Type and input of everything that the snapshots register."""
    found = set()
    for snapshot in SNAPSHOTS.glob("*deployment*.snap"):
        for child in json.loads(snapshot.read_text().split("---\n", 2)[2]):
            token = child["urn"].split("::")[2].split("$")[-1]
            found |= {(token, name) for name in child.get("inputs") or {}}
    return {(token, name) for token, name in found if token.startswith("aws:")}


@pytest.mark.parametrize(("token", "name"), sorted(given() - IN_THE_PROVIDER.keys()))
def test_an_input_that_the_component_gives_is_read(token, name):
    source = "".join(inspect.getsource(base) for base in type(TYPES[token]).__mro__ if base is not object)
    assert name in EVERYWHERE or f'"{name}"' in source


def test_what_acts_in_the_provider_alone_is_given():
    assert IN_THE_PROVIDER.keys() <= given()
