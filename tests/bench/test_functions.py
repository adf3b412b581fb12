"""The bench of the functions measures what it says, and the package is what the project asks for.

Times are nobody's business here.
"""

from __future__ import annotations

import json
import re

import pytest

from bench import functions
from harness.artefacts import ROOT, ToolchainError

# Crate of an AWS client: the npm package of the same service.
CLIENTS = {"aws-sdk-config": "client-config-service"}


def test_the_package_is_small_and_runs_on_amazon_linux():
    package = functions.package()
    assert package.size <= functions.PACKAGE_BYTES
    assert package.glibc <= functions.GLIBC


# The second of two runs, which is compared with the first one; the most memory of the process is that of both.
@pytest.mark.parametrize("every", [50, 1])
def test_a_million_evaluations_fit_into_the_memory_of_a_function_however_many_are_bad(tmp_path, every):
    _, mib = functions.million(every, tmp_path, optimized=False)
    assert mib <= functions.MILLION_MIB


def test_a_hundred_thousand_findings_fit_into_half_the_memory_of_a_function():
    _, mib = functions.many(optimized=False)
    assert mib <= functions.MANY_MIB


def test_plans_of_ten_thousand_findings_fit_into_little_memory():
    _, mib = functions.plans(optimized=False)
    assert mib <= functions.PLANS_MIB


def test_both_functions_answer_and_what_they_held_is_known():
    with functions.bootstrap(optimized=True) as binary:
        ours = functions.start_ours(binary)
    node = functions.start_node(functions.node_folder())
    assert 0 < ours.peak_mib < node.peak_mib
    assert ours.ms > 0 and node.ms > 0


def test_the_function_beside_ours_has_the_same_clients():
    manifest = (ROOT / "functions/handlers/Cargo.toml").read_text()
    crates = re.findall(r"^(aws-sdk-[a-z0-9]+)", manifest, re.MULTILINE)
    expected = {f"@aws-sdk/{CLIENTS.get(crate, crate.replace('aws-sdk-', 'client-'))}" for crate in crates}
    assert set(json.loads((functions.NODE / "package.json").read_text())["dependencies"]) == expected
    program = (functions.NODE / "index.mjs").read_text()
    assert set(re.findall(r'from "(@aws-sdk/[a-z0-9-]+)"', program)) == expected
    assert program.count("Client({})") == len(expected)


@pytest.mark.parametrize("program", ["exit 1", "echo wrong >&2; sleep 0"])
def test_a_function_that_does_not_answer_is_refused(monkeypatch, program):
    monkeypatch.setattr(functions, "PATIENCE_SECONDS", 1)
    with pytest.raises(ToolchainError, match="gave no answer"):
        functions.start(["sh", "-c", program])
