"""The process itself: where it listens, when it ends, what it leaves."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from account.client import SANDBOX, Account, start

from . import functions

STARTER = """
import subprocess, sys, time
process = subprocess.Popen([sys.executable, "-m", "account", "--state", sys.argv[1]], stdout=subprocess.PIPE, text=True)
print(process.pid, process.stdout.readline(), flush=True)
time.sleep(60)
"""


def alive(pid: int) -> bool:
    """Whether a process runs (one that only waits for its parent to look does not)."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def children(pid: int) -> list[int]:
    """Processes a process started and that still run."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for listed in found for child in listed.read_text().split()]


@pytest.fixture
def started(tmp_path):
    """An account started by a process of its own: (pid of the starter, pid of the account, endpoint)."""
    environment = {**os.environ, "PYTHONPATH": str(SANDBOX)}
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    starter = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    pid, line = starter.stdout.readline().split(" ", 1)
    yield starter, int(pid), json.loads(line)["endpoint"]
    starter.kill()
    starter.wait()
    starter.stdout.close()


def echo(endpoint: str) -> str:
    """Deploy and invoke a function, so that it has a process."""
    account = Account(endpoint)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = account.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    functions.make_function(account, "echo", functions.ECHO, role)
    return functions.invoke(account, "echo", "hi")["got"]


def test_it_ends_with_the_process_that_started_it_and_takes_its_functions_along(started, tmp_path):
    starter, pid, endpoint = started
    assert echo(endpoint) == "hi"
    workers = children(pid)
    assert workers
    starter.kill()
    functions.eventually(lambda: not alive(pid) and not any(map(alive, workers)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_on_a_signal_and_takes_its_functions_along(started, tmp_path, number):
    _starter, pid, endpoint = started
    assert echo(endpoint) == "hi"
    workers = children(pid)
    os.kill(pid, number)
    functions.eventually(lambda: not alive(pid) and not any(map(alive, workers)))
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_have_ports_and_accounts_of_their_own(endpoint):
    with start(auth=False) as second:
        assert second != endpoint
        Account(second).client("s3").create_bucket(Bucket="only-there")
        assert Account(second).client("s3").list_buckets()["Buckets"]
        names = [bucket["Name"] for bucket in Account(endpoint).client("s3").list_buckets()["Buckets"]]
        assert "only-there" not in names


def listening(pid: int) -> set[str]:
    """Addresses a process listens on, as the kernel writes them."""
    sockets = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}


def test_it_listens_on_loopback_only(started):
    _starter, pid, _endpoint = started
    assert listening(pid) == {"0100007F"}


def test_help_says_how_to_point_the_aws_cli_at_it():
    command = [sys.executable, "-m", "account", "--help"]
    environment = {**os.environ, "PYTHONPATH": str(SANDBOX)}
    text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    for part in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID=111122223333", "AWS_SECRET_ACCESS_KEY=test", "--auth"):
        assert part in text


def test_it_answers_within_five_seconds():
    begin = time.monotonic()
    with start() as endpoint:
        urllib.request.urlopen(f"{endpoint}/_account/lost").close()
        assert time.monotonic() - begin < 5
