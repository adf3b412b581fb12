"""The published schema of notices and the examples of the documentation, which the tests of `functions-core` write."""

import json
import re

import jsonschema
import pytest

from harness.artefacts import ROOT

DOCS = ROOT / "docs"
SCHEMA = json.loads((DOCS / "notice.schema.json").read_text())
EXAMPLES = re.findall(r"```json\n(.*?)\n```", (DOCS / "notice-examples.md").read_text(), re.DOTALL)


def test_there_is_an_example_of_each_kind():
    kinds = {json.loads(example)["kind"] for example in EXAMPLES}
    assert kinds == {"transitions", "summary", "waiversEnd", "deliveryLost", "sources"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_fit_the_schema(example):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(example), SCHEMA)


@pytest.mark.parametrize("member", ["id", "kind", "schemaVersion"])
def test_what_lacks_a_member_does_not_fit(member):
    notice = json.loads(EXAMPLES[0])
    del notice[member]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(notice, SCHEMA)
