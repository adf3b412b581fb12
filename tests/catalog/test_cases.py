"""Every identifier deploys with the least that it takes; each single fault is refused, by the check and the account."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from catalog.cases import Case, faults, judged, least

# What AWS Config judges when a rule is put, as far as the simulated account models it. The rest is known to fail only
# when the rule is evaluated, or is ours: a value that no resource can have, a scope that holds nothing.
REFUSED_BY_THE_ACCOUNT = {
    "unknown identifier",
    "unknown parameter",
    "parameter in other letters",
    "missing",
    "frequency on a change-only rule",
    "no frequency",
    "too long",
    "two kinds of scope",
}


def test_the_check_accepts_every_identifier_with_the_least():
    cases = least()
    assert len(cases) == 833
    refused = [(case.about, paths) for case, paths in zip(cases, judged(cases), strict=True) if paths]
    assert refused == []


def test_the_account_accepts_every_identifier_with_the_least(recorded):
    config, refused = recorded.client("config"), []
    for number, case in enumerate(least()):
        try:
            config.put_config_rule(ConfigRule=case.as_request(f"least-{number}"))
        except ClientError as error:
            refused.append((case.about, error.response["Error"]["Message"]))
    assert refused == []
    put = sum(len(page["ConfigRules"]) for page in config.get_paginator("describe_config_rules").paginate())
    assert put == 833


def test_the_check_refuses_each_single_fault_at_its_path_alone():
    cases = list(faults())
    assert len(cases) > 5000
    wrong = [(case.about, paths) for case, paths in zip(cases, judged(cases), strict=True) if paths != [case.path]]
    assert wrong == []


def test_the_account_refuses_each_single_fault_that_it_models(recorded):
    config, accepted = recorded.client("config"), []
    modelled = [case for case in faults() if _modelled(case)]
    assert len(modelled) > 4000
    for case in modelled:
        try:
            config.put_config_rule(ConfigRule=case.as_request("fault"))
            accepted.append(case.about)
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("InvalidParameterValueException", "ValidationException")
    assert accepted == []


def _modelled(case: Case) -> bool:
    """Whether the account judges it. One frequency of each rule is enough for it, which tells none from another."""
    empty = case.parameters.get((case.path or "").removeprefix("parameters.")) == " "
    return (case.fault in REFUSED_BY_THE_ACCOUNT or empty) and case.frequency in (None, "Hourly", "Six_Hours")


@pytest.mark.parametrize("fault", sorted(REFUSED_BY_THE_ACCOUNT))
def test_there_is_each_kind_of_fault(fault):
    assert any(case.fault == fault for case in faults())
