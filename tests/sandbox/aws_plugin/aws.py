"""Clients of the account, for one provider instance."""

from __future__ import annotations

import functools
import os
import threading
import time

import botocore.exceptions
import botocore.session
from botocore.config import Config

# Seconds until AWS knows everywhere what was just made.
PROPAGATION_SECONDS = 30


class Aws:
    """Clients with the credentials and the region of a provider."""

    def __init__(self, config: dict) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._clients: dict = {}

    @functools.cached_property
    def _session(self) -> botocore.session.Session:
        session = botocore.session.get_session()
        if self._config.get("region"):
            session.set_config_variable("region", self._config["region"])
        if self._config.get("accessKey"):
            given = (self._config.get(name) for name in ("accessKey", "secretKey", "token"))
            session.set_credentials(*given)
        return session

    @property
    def region(self) -> str:
        """The provider's region; the environment's where it has none."""
        with self._lock:
            region = self._session.get_config_variable("region")
        if not region:
            raise ValueError("no region: set aws:region, or AWS_REGION")
        return region

    @functools.cached_property
    def identity(self) -> dict:
        """Who the credentials are."""
        return self.client("sts").get_caller_identity()

    @property
    def account_id(self) -> str:
        """The account's twelve digits."""
        return self.identity["Account"]

    @functools.cached_property
    def partition(self) -> str:
        """The partition of the region; a session reads the list of all regions for it, once."""
        return self._session.get_partition_for_region(self.region)

    def client(self, service: str, region: str | None = None):
        """A client, in another region where a resource says so."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                config = Config(
                    s3={"addressing_style": "path"},
                    retries={"mode": "standard"},
                    max_pool_connections=32,
                    proxies=_proxies(service),
                )
                self._clients[key] = self._session.create_client(service, region_name=key[1], config=config)
            return self._clients[key]


def _proxies(service: str) -> dict[str, str] | None:
    """S3 Control puts the account before the host, which no name server knows of an account on this machine."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    return {"http": endpoint} if endpoint and service == "s3control" else None


def code_of(error: Exception) -> str:
    """AWS's error code; empty for another kind of error."""
    if isinstance(error, botocore.exceptions.ClientError):
        return error.response["Error"]["Code"]
    return ""


def settled(call, seconds: float = PROPAGATION_SECONDS):
    """What a call answers once AWS knows everywhere what was just made; the provider waits for that, too."""
    end = time.monotonic() + seconds
    while True:
        try:
            return call()
        except botocore.exceptions.ClientError as error:
            if not is_missing(error) or time.monotonic() > end:
                raise
        time.sleep(0.2)


def is_missing(error: Exception) -> bool:
    """Whether AWS says that the thing is not there."""
    code = code_of(error)
    names = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")
    return code in ("404", "403NotFound") or any(name in code for name in names)
