"""The check against moto's own backend of AWS Config, an implementation that is not ours.

What the one refuses the other refuses. Where they disagree, `disagreements.json` says which kind of case it is and why;
a kind that is not there fails the test, and so does one that no longer occurs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from moto.config.models import ConfigBackend, ConfigRule
from moto.core.exceptions import JsonRESTError

from catalog.cases import Case, faults, judged, least

LISTED = json.loads((Path(__file__).parent / "disagreements.json").read_text())["disagreements"]
# moto keeps what AWS allowed years ago; the number of rules is not what is asked here.
ConfigRule.MAX_RULES = 10**6


def accepted_by_moto(backend: ConfigBackend, given: dict) -> bool:
    """Whether moto takes a rule."""
    try:
        backend.put_config_rule(given, [])
        return True
    except JsonRESTError:
        return False


def disagreements() -> dict[tuple[str, str], list[str]]:
    """Cases by who refuses them and what is wrong with them."""
    backend = ConfigBackend("us-east-1", "300000000002")
    right, wrong = least(), list(faults())
    bare = [case for case in right if case.as_request("rule") != sent(case)]
    cases = [(case, case.as_request("rule")) for case in right + wrong] + [(case, sent(case)) for case in bare]
    paths = judged([case for case, _ in cases])
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (case, given), refused in zip(cases, paths, strict=True):
        accepted = accepted_by_moto(backend, given)
        if accepted == bool(refused):
            by = "the check" if refused else "moto"
            kind = case.fault or "the least"
            if kind == "ill-typed" and case.parameters[case.path.removeprefix("parameters.")] == " ":
                kind = "empty"
            found[by, kind].append(case.about)
    return found


def sent(case: Case) -> dict:
    """The rule as it would be without the defaults that the component adds."""
    request = case.as_request("rule")
    request.pop("InputParameters", None)
    return request | ({"InputParameters": json.dumps(case.parameters)} if case.parameters else {})


def test_the_check_and_moto_refuse_the_same_but_for_what_is_listed():
    found = {(by, kind): sorted(cases) for (by, kind), cases in disagreements().items()}
    listed = {(each["refusedBy"], each["kind"]): each for each in LISTED}
    assert all(each["reason"] for each in LISTED)
    unlisted = {key: cases[:3] for key, cases in found.items() if key not in listed}
    assert unlisted == {}
    gone = sorted(key for key in listed if key not in found)
    assert gone == []
    # The number says that no case slipped into a kind that was listed for others.
    assert {key: len(cases) for key, cases in found.items()} == {key: each["cases"] for key, each in listed.items()}
