"""The simulated account for the cases of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from account.client import Account, prepare_landing_zone, start


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Endpoint of the account process; permissions are not what is asked here."""
    with start(auth=False) as url:
        yield url


@pytest.fixture(scope="session")
def recorded(endpoint: str) -> Account:
    """An account with a recorder."""
    account = Account(endpoint, "300000000001")
    prepare_landing_zone(account)
    return account
