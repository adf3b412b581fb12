"""One account process and one Pulumi home for the session; every stack has an AWS account of its own in it."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from account.client import Account, start
from engine.deployment import EXAMPLES, Deployment, deployment
from harness.artefacts import BUILD
from harness.engine import Engine, pinned

_numbers = itertools.count(200000000001)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Endpoint of the account process, IAM enforced."""
    with start(auth=True) as url:
        yield url


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A Pulumi home with both plugins; of this process alone, so that two sessions at once do not collide."""
    made = Engine.create(BUILD / f"engine-tests-{os.getpid()}", pinned())
    yield made
    for folder in (made.folder, BUILD / "programs" / made.folder.name):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_account(endpoint: str) -> Callable[..., Account]:
    """`new_account()`: an empty account that no other test has."""

    def make(region: str = "eu-west-1") -> Account:
        return Account(endpoint, str(next(_numbers)), region)

    return make


@pytest.fixture
def account(new_account) -> Account:
    """An empty account."""
    return new_account()


@pytest.fixture(scope="session")
def deploy(engine: Engine, new_account) -> Callable[..., Deployment]:
    """`deploy(program, region=..., account=..., up=True, **config)`: a stack of its own in a prepared account."""

    def make(program: Path, region: str = "eu-west-1", account: Account | None = None, up: bool = True, **config: str):
        return deployment(engine, program, account or new_account(region), up=up, **config)

    return make


@pytest.fixture(scope="session")
def monitor(deploy) -> Deployment:
    """The YAML example, deployed once. Tests that use it only look.

    That other languages deploy the same is for `test_languages.py` to say.
    """
    return deploy(EXAMPLES / "yaml")


@pytest.fixture
def refused() -> Callable:
    """`with refused("Code", "part of the message"):` the request inside must be refused so."""

    @contextmanager
    def expect(code: str, part: str = ""):
        with pytest.raises(ClientError) as caught:
            yield
        error = caught.value.response["Error"]
        assert error["Code"] == code, error
        assert part in error["Message"], error

    return expect
