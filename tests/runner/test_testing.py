"""`make test` counts what its runners say, and names the command that repeats a failure alone."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import counting, testing
from harness.artefacts import ROOT, ToolchainError

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
    outcome = counting.cargo_lines(FAILED_PROGRAM.splitlines(keepends=True))
    assert (outcome.passed, outcome.failed) == (3, 1)
    assert outcome.durations == [
        (0.5, "catalog (src/lib.rs)"),
        (1.25, "packs (tests/packs.rs)"),
        (0.75, "doc-tests of catalog"),
    ]
    assert outcome.repeat == [f"{counting.CARGO} test -p catalog --test packs -- --exact three"]
    said = capsys.readouterr().out
    assert "packs (tests/packs.rs): 0 passed, 1 failed in 1.2 s" in said
    assert "it is not three" in said


def test_the_list_of_failed_programs_at_the_end_of_cargo_repeats_no_command():
    lines = [*FAILED_PROGRAM.splitlines(keepends=True), "error: 1 target failed:\n", "    `-p catalog --test packs`\n"]
    assert len(counting.cargo_lines(lines).repeat) == 1


def test_a_program_that_aborts_counts_as_failed_and_its_output_is_shown(capsys):
    lines = [
        "     Running tests/a.rs (target/debug/deps/a-0123456789abcdef)\n",
        "thread 'x' has overflowed its stack\n",
        "error: test failed, to rerun pass `-p catalog --test a`\n",
        "     Running tests/b.rs (target/debug/deps/b-0123456789abcdef)\n",
        "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.50s\n",
    ]
    outcome = counting.cargo_lines(lines)
    assert (outcome.passed, outcome.failed) == (2, 1)
    assert outcome.repeat == [f"{counting.CARGO} test -p catalog --test a"]
    assert "overflowed its stack" in capsys.readouterr().out


def test_an_ignored_test_of_rust_counts_as_failed():
    line = "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.50s\n"
    outcome = counting.cargo_lines([line])
    assert (outcome.passed, outcome.failed) == (2, 1)


def test_the_compilers_output_is_shown(capsys):
    assert counting.cargo_lines(["error[E0425]: cannot find value\n"]) == counting.Outcome()
    assert "cannot find value" in capsys.readouterr().out


TESTS = """
import os, signal, time
import pytest

class TestOne:
    def test_good(self): pass

    @pytest.mark.parametrize("word", ["it's"])
    def test_bad(self, word): assert word == 2

@pytest.fixture
def broken(): raise RuntimeError

def test_broken(broken): pass

def test_skipped(): pytest.skip("no reason")
"""


def interrupt_group(pid: int) -> None:
    """Send what Ctrl-C sends to a program and all that it started."""
    os.killpg(pid, signal.SIGINT)


def terminate_alone(pid: int) -> None:
    """Send what `kill` sends."""
    os.kill(pid, signal.SIGTERM)


@pytest.fixture
def run_tests(tmp_path: Path):
    """Runs `harness.testing python FOLDER` on test files of its own, without building; its exit code and its lines."""
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    program = (
        "import argparse, sys; from harness import building, testing;"
        "building.Builds = lambda *steps: argparse.Namespace(wait=lambda *steps: None);"
        "testing.prerequisites.main = lambda: 0;"
        f"sys.exit(testing.main(['python', {str(tmp_path)!r}]))"
    )

    def run(tests: str, interrupt: Path | None = None, stop: Callable = interrupt_group) -> tuple[int, list[str]]:
        (tmp_path / "test_sample.py").write_text(tests)
        # Names of tests are relative to it, wherever this clone lies.
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        out = tmp_path / "out"
        with out.open("w") as output:
            started = subprocess.Popen(
                [sys.executable, "-c", program], stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
            if interrupt:
                until = time.monotonic() + 60
                while not interrupt.exists() and started.poll() is None and time.monotonic() < until:
                    time.sleep(0.05)
                stop(started.pid)
            code = started.wait()
        return code, out.read_text().splitlines()

    return run


def test_tests_of_pytest_are_counted_and_the_named_command_repeats_the_failure_alone(run_tests, tmp_path):
    code, lines = run_tests(TESTS)
    assert (code, lines[-1]) == (1, "1 passed, 3 failed"), lines
    commands = [line.strip() for line in lines if line.startswith(f"  {counting.PYTEST}")]
    assert len(commands) == 3
    arguments = shlex.split(next(command for command in commands if "test_bad" in command))
    # Its failure is not one of the run that this test is part of.
    environment = {name: value for name, value in os.environ.items() if name != counting.RECORD}
    command = [sys.executable, *arguments[3:]]
    again = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "= 1 failed in " in again.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("tests", "last"),
    [
        ("", "0 passed, 1 failed"),
        ("import nothing_of_this_name", "0 passed, 1 failed"),
        ("import os\ndef test_good(): pass\ndef test_crash(): os._exit(3)", "1 passed, 1 failed"),
    ],
    ids=["no tests", "a file that cannot be imported", "a worker that dies"],
)
def test_every_end_of_pytest_is_one_line_of_numbers(run_tests, tests, last):
    code, lines = run_tests(tests)
    assert (code, lines[-1]) == (1, last), lines
    assert any(line.startswith(f"  {counting.PYTEST} ") for line in lines)


@pytest.mark.parametrize("stop", [interrupt_group, terminate_alone])
def test_an_interrupted_run_ends_pytest_and_counts_what_it_did(run_tests, tmp_path, stop):
    mark = tmp_path / "mark"
    tests = f"import time\ndef test_good(): pass\ndef test_slow():\n    open({str(mark)!r}, 'w'); time.sleep(60)"
    code, lines = run_tests(tests, mark, stop)
    assert (code, lines[-1]) == (testing.INTERRUPTED, "1 passed, 1 failed"), lines
    assert "interrupted" in lines


FAKE_CARGO = """#!/bin/sh
echo 'test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.50s'
sleep 300 &
echo $! > "$MARK.partial" && mv "$MARK.partial" "$MARK"
wait
"""


@pytest.mark.parametrize("stop", [interrupt_group, terminate_alone])
def test_an_interrupted_run_of_cargo_ends_its_programs_and_counts_what_it_did(tmp_path, stop):
    (tmp_path / "cargo").write_text(FAKE_CARGO)
    (tmp_path / "cargo").chmod(0o755)
    mark, out = tmp_path / "mark", tmp_path / "out"
    program = (
        "import argparse, sys; from harness import building, testing;"
        "building.Builds = lambda *steps: argparse.Namespace(wait=lambda *steps: None);"
        "testing.tools.cargo_environment = lambda: {};"
        "sys.exit(testing.main(['rust']))"
    )
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "MARK": str(mark)}
    with out.open("w") as output:
        command = [sys.executable, "-c", program]
        started = subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True)
        until = time.monotonic() + 60
        while not mark.exists() and time.monotonic() < until:
            time.sleep(0.05)
        stop(started.pid)
        assert started.wait(60) == testing.INTERRUPTED
    assert out.read_text().splitlines()[-1] == "7 passed, 1 failed"
    # By itself it ends after minutes. What is told to end does so when a processor is free.
    until = time.monotonic() + 20
    while is_running(mark.read_text().strip()):
        assert time.monotonic() < until, "what cargo started has not ended"
        time.sleep(0.05)


def is_running(pid: str) -> bool:
    """Whether a process has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_failed_build_ends_in_one_line_of_numbers(monkeypatch, capsys):
    def tests_of_crates():
        raise ToolchainError("`cargo test` failed with 101")

    monkeypatch.setattr(testing, "STEPS", {"rust": (tests_of_crates,)})
    monkeypatch.setattr(testing, "NEEDS", {})
    assert testing.main(["rust"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "0 passed, 1 failed"
    assert "error: `cargo test` failed with 101" in said.err
    assert "  make test-rust" in said.out.splitlines()


def test_an_invalid_call_prints_the_usage(capsys):
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
