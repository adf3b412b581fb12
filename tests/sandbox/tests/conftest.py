"""One account process for the whole session; every test has an account of its own in it, so none waits for another."""

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from account.client import Account, prepare_landing_zone, start

_numbers = itertools.count(100000000001)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Endpoint of the account process, IAM enforced."""
    with start(auth=True) as url:
        yield url


@pytest.fixture
def account(endpoint: str) -> Account:
    """An empty account, seen by its administrator."""
    return Account(endpoint, str(next(_numbers)))


@pytest.fixture
def other_account(endpoint: str) -> Account:
    """A second empty account."""
    return Account(endpoint, str(next(_numbers)))


@pytest.fixture
def recorded(account: Account) -> Account:
    """An account as a landing zone leaves it: a recorder is there and records."""
    prepare_landing_zone(account)
    return account


@pytest.fixture
def refused() -> Callable:
    """`with refused("Code", "part of the message") as caught:` the request inside must be refused so."""

    @contextmanager
    def expect(code: str, part: str = ""):
        with pytest.raises(ClientError) as caught:
            yield caught
        error = caught.value.response["Error"]
        assert error["Code"] == code, error
        assert part in error["Message"], error

    return expect


@pytest.fixture
def key(account: Account) -> Callable[..., str]:
    """`key(statement, ...)` makes a KMS key that its account may use and the statements admit; its ARN."""

    def make(*statements: dict) -> str:
        root = {"Principal": {"AWS": f"arn:aws:iam::{account.account_id}:root"}, "Action": "kms:*"}
        allowed = [{"Effect": "Allow", "Resource": "*", **part} for part in (root, *statements)]
        policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        return account.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]

    return make


@pytest.fixture
def role(account: Account) -> Callable[..., str]:
    """`role(statement, ..., service=...)` makes a role that a service and the account's root may assume; its ARN."""
    names = itertools.count(1)

    def make(*statements: dict, service: str = "lambda.amazonaws.com") -> str:
        principal = {"Service": service, "AWS": f"arn:aws:iam::{account.account_id}:root"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        iam, name = account.client("iam"), f"role-{next(names)}"
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if statements:
            allowed = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
            policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
            iam.put_role_policy(RoleName=name, PolicyName="allowed", PolicyDocument=policy)
        return made

    return make
