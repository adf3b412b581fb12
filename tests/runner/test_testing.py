"""`make test` counts what its runners say, and names the command that repeats a failure alone."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from harness import testing

FAILED_PROGRAM = """\
    Finished `test` profile [unoptimized] target(s) in 0.10s
     Running unittests src/lib.rs (target/debug/deps/catalog-0123456789abcdef)

running 2 tests
test one ... ok
test two ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.50s

     Running tests/packs.rs (target/debug/deps/packs-0123456789abcdef)

running 1 test
test three ... FAILED

---- three stdout ----
it is not three

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.25s

error: test failed, to rerun pass `-p catalog --test packs`
   Doc-tests catalog

running 1 test
test doc ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.75s
"""


def test_programs_of_cargo_are_counted_and_a_failed_one_is_shown_with_its_command(capsys):
    outcome = testing.heard(FAILED_PROGRAM.splitlines(keepends=True))
    assert (outcome.passed, outcome.failed) == (3, 1)
    assert outcome.durations == [
        (0.5, "catalog (src/lib.rs)"),
        (1.25, "packs (tests/packs.rs)"),
        (0.75, "doc-tests of catalog"),
    ]
    assert outcome.repeat == ["python3 tools/toolchain cargo test -p catalog --test packs"]
    said = capsys.readouterr().out
    assert "packs (tests/packs.rs): 0 passed, 1 failed in 1.2 s" in said
    assert "it is not three" in said


def test_a_list_of_failed_programs_gives_each_its_command():
    lines = ["error: 2 targets failed:\n", "    `-p catalog --lib`\n", "    `-p catalog --test packs`\n"]
    assert testing.heard(lines).repeat == [
        f"{testing.CARGO} test -p catalog {name}" for name in ("--lib", "--test packs")
    ]


def test_what_the_compiler_says_is_shown(capsys):
    assert testing.heard(["error[E0425]: cannot find value\n"]) == testing.Outcome()
    assert "cannot find value" in capsys.readouterr().out


@pytest.fixture
def report(tmp_path: Path) -> tuple[Path, Path]:
    """A run of pytest with a test that passes, one that fails, and one whose fixture fails: its folder and report."""
    (tmp_path / "test_sample.py").write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "@pytest.mark.parametrize('number', [1])\n"
        "def test_bad(number): assert number == 2\n"
        "@pytest.fixture\n"
        "def broken(): raise RuntimeError\n"
        "def test_broken(broken): pass\n"
    )
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *testing.DISTRIBUTION, f"--junitxml={report}"]
    subprocess.run([*command, "-o", "junit_family=xunit1", "."], cwd=tmp_path, capture_output=True)
    return tmp_path, report


def test_tests_of_pytest_are_counted_and_the_command_that_is_named_repeats_the_failure_alone(report):
    folder, path = report
    outcome = testing.read(path)
    assert (outcome.passed, outcome.failed, len(outcome.durations)) == (1, 2, 3)
    assert sorted(command.removeprefix(testing.PYTEST) for command in outcome.repeat) == [
        " 'test_sample.py::test_bad[1]'",
        " 'test_sample.py::test_broken'",
    ]
    arguments = shlex.split(next(command for command in outcome.repeat if "test_bad" in command))
    again = subprocess.run([sys.executable, *arguments[3:]], cwd=folder, capture_output=True, text=True)
    assert "= 1 failed in " in again.stdout.splitlines()[-1]


def test_a_wrong_call_is_told(capsys):
    assert testing.main(["rusty"]) == 2
    assert testing.main(["rust", "tests/engine"]) == 2
    assert "usage:" in capsys.readouterr().err


SHARED = """
import os
import pytest

@pytest.fixture(scope="module")
def deployed():
    return os.getpid()

@pytest.mark.parametrize("number", range(20))
def test_it(deployed, number):
    with open(os.environ["MADE"], "a") as made:
        made.write(f"{deployed}\\n")
"""


def test_tests_that_share_a_fixture_of_their_module_run_on_one_worker(tmp_path):
    """Else every worker makes the deployment anew, and tests that follow one another do not."""
    (tmp_path / "test_shared.py").write_text(SHARED.replace("\\\\n", "\\n"))
    made = tmp_path / "made"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "3", *testing.DISTRIBUTION, "."]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"MADE": str(made)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    workers = made.read_text().split()
    assert (len(workers), len(set(workers))) == (20, 1)
