"""What AWS Config knows in one account and region."""

import secrets
import string
from collections import defaultdict
from dataclasses import dataclass, field

from ministack.core.responses import get_account_id, get_region
from moto.config.models import ConfigBackend, config_backends

from account import clock

Place = tuple[str, str]


@dataclass
class Delays:
    """How long results take here, and what is on its way (`delays.py`).

    due: when to evaluate which rules; pending: when aggregators learn of which result; published: what they know.
    """

    evaluation: float
    aggregation: float
    due: list[tuple[float, list[str]]] = field(default_factory=list)
    pending: list[tuple[float, tuple[str, str, str], dict | None]] = field(default_factory=list)
    published: dict[tuple[str, str, str], dict] = field(default_factory=dict)


@dataclass
class RegionState:
    """What moto's backend has no place for.

    rules: name -> rule; evaluations: (rule name, resource type, resource id) -> newest result; tags: ARN -> tags;
    recorders: name of the customer-managed recorder -> its ARN and mode; linked: service principal -> its recorder;
    packs: name -> conformance pack; remediations: rule name -> its remediation; arrival: how this account and region
    arrive at aggregators, and since when so, where they do not arrive well.
    """

    rules: dict[str, dict] = field(default_factory=dict)
    recorders: dict[str, dict] = field(default_factory=dict)
    linked: dict[str, dict] = field(default_factory=dict)
    packs: dict[str, dict] = field(default_factory=dict)
    remediations: dict[str, dict] = field(default_factory=dict)
    evaluations: dict[tuple[str, str, str], dict] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    arrival: tuple[str, float] | None = None
    delays: Delays | None = None


_regions: dict[Place, RegionState] = defaultdict(RegionState)


def here() -> RegionState:
    """The state of the account and region the request is for."""
    return _regions[get_account_id(), get_region()]


def at(place: Place) -> RegionState:
    """The state of another account and region."""
    return _regions[place]


def places() -> list[Place]:
    """Every account and region that has any state."""
    return sorted(_regions)


def moto_here() -> ConfigBackend:
    """moto's backend for the account and region the request is for."""
    return moto_at((get_account_id(), get_region()))


def moto_at(place: Place) -> ConfigBackend:
    """moto's backend for another account and region."""
    account, region = place
    return config_backends[account][region]


def arn(kind: str, name: str) -> str:
    """ARN of a Config resource of the request's account and region."""
    return f"arn:aws:config:{get_region()}:{get_account_id()}:{kind}/{name}"


def random_suffix() -> str:
    """Six characters, as in `config-rule-a1b2c3`."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(6))


def now() -> float:
    """Seconds since the epoch, as the JSON protocol sends a timestamp."""
    return round(clock.now(), 3)
