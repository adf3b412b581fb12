"""The look as a program, and an account of its own for each test."""

import asyncio
import contextlib
import itertools
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.artefacts import ROOT, tools

sys.path.insert(0, str(ROOT / "tests/sandbox"))
from account.client import Account, prepare_landing_zone, start

REGION = "eu-west-1"
# What the look may take, and what starting a process and a slow machine add.
SECONDS_ALLOWED = 5 + 2

_numbers = itertools.count(300000000001)


@dataclass(frozen=True)
class Answer:
    """What the example prints, and how long it took."""

    look: dict
    messages: list[dict]
    action: str
    table: str
    actions: list[str]
    seconds: float

    @property
    def told(self) -> list[str]:
        """`level path: message` of each message."""
        return [f"{one['level']} {one['path']}: {one['message']}" for one in self.messages]

    @property
    def problems(self) -> list[str]:
        """The messages that are no status."""
        return [line for line in self.told if not line.startswith("status")]


@pytest.fixture(scope="session")
def program() -> Path:
    """The example of the crate, built where it is not up to date."""
    return tools.cargo_binary("look", "the look", kind="example")


@pytest.fixture
def look(program: Path, tmp_path: Path) -> Callable[..., Answer]:
    """`look(account, environment={}, **request)`: the answer, never later than the look may take."""

    def run(account: Account | None, environment: dict[str, str] | None = None, **request) -> Answer:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        given = account.environment if account else {}
        home = {"HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}
        started = time.monotonic()
        done = subprocess.run(
            [program],
            input=json.dumps(request),
            env=clean | home | given | (environment or {}),
            capture_output=True,
            text=True,
            timeout=60,
        )
        seconds = time.monotonic() - started
        assert done.returncode == 0, done.stderr
        assert seconds < SECONDS_ALLOWED, f"{seconds} s"
        return Answer(**json.loads(done.stdout), seconds=seconds)

    return run


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Endpoint of the account process, IAM enforced."""
    with start(auth=True) as url:
        yield url


@pytest.fixture
def account(endpoint: str) -> Account:
    """An empty account, seen by its administrator."""
    return Account(endpoint, str(next(_numbers)), REGION)


@pytest.fixture
def recorded(account: Account) -> Account:
    """An account as a landing zone leaves it: a recorder is there and records."""
    prepare_landing_zone(account)
    return account


@pytest.fixture
def role(account: Account) -> Callable[..., str]:
    """`role(action, ...)` makes a role that the account may take and that may do these; its ARN."""
    names = itertools.count(1)

    def make(*actions: str) -> str:
        principal = {"AWS": f"arn:aws:iam::{account.account_id}:root"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        iam, name = account.client("iam"), f"looks-{next(names)}"
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        allowed = {"Effect": "Allow", "Resource": "*", "Action": list(actions)}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_role_policy(RoleName=name, PolicyName="allowed", PolicyDocument=policy)
        return made

    return make


@pytest.fixture
def over_tls(endpoint: str, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The account process behind TLS: its URL, and the file with the certificate to trust."""
    certificate = tmp_path / "certificate.pem"
    key = tmp_path / "key.pem"
    make_certificate(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    target = endpoint.removeprefix("http://").split(":")

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(*target)

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer))

    async def end() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(forward, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", certificate
    finally:
        server.close()
        asyncio.run_coroutine_threadsafe(end(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def make_certificate(certificate: Path, key: Path) -> None:
    """A certificate of 127.0.0.1, signed by itself."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the simulated account")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    )
    signed = builder.add_extension(alternative, critical=False).sign(private, hashes.SHA256())
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, pkcs8, plain))
