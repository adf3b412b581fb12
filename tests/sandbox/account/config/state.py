"""What AWS Config knows in one account and region."""

import secrets
import string
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ministack.core.responses import get_account_id, get_region
from moto.config.models import ConfigBackend, config_backends

from account import clock

Place = tuple[str, str]
Key = tuple[str, str, str]
T = TypeVar("T")


class Results(dict[Key, dict]):
    """(rule name, resource type, resource id) -> newest result, and what was computed from all of them.

    What is computed is kept until a result changes: a reader asks for thousands of pages of the same list.
    """

    def __init__(self, results: dict[Key, dict] | None = None) -> None:
        super().__init__(results or {})
        self._computed: dict[object, object] = {}

    def __setitem__(self, key: Key, result: dict) -> None:
        self._computed.clear()
        super().__setitem__(key, result)

    def __delitem__(self, key: Key) -> None:
        self._computed.clear()
        super().__delitem__(key)

    def pop(self, key: Key) -> dict:
        """Remove a result and give it back."""
        self._computed.clear()
        return super().pop(key)

    def computed(self, name: object, compute: Callable[[], T]) -> T:
        """What `compute` gives for the results as they are now."""
        if name not in self._computed:
            self._computed[name] = compute()
        return self._computed[name]  # type: ignore[return-value]

    def of_rule(self, rule_name: str) -> list[dict]:
        """The results of a rule, in order of resource type and id."""
        return self.computed("by rule", self._by_rule).get(rule_name, [])

    def _by_rule(self) -> dict[str, list[dict]]:
        rules: dict[str, list[dict]] = {}
        for (name, _, _), result in sorted(self.items(), key=lambda item: item[0]):
            rules.setdefault(name, []).append(result)
        return rules


@dataclass
class Delays:
    """How long results take here, and what is on its way (`delays.py`).

    due: when to evaluate which rules; pending: when aggregators learn of which result; published: what they know.
    """

    evaluation: float
    aggregation: float
    due: list[tuple[float, list[str]]] = field(default_factory=list)
    pending: list[tuple[float, Key, dict | None]] = field(default_factory=list)
    published: dict[Key, dict] = field(default_factory=dict)


@dataclass
class RegionState:
    """What moto's backend has no place for.

    rules: name -> rule; evaluations: the newest results; evaluated: rule name -> when it last was; tags: ARN -> tags;
    recorders: name of the customer-managed recorder -> its ARN and mode; linked: service principal -> its recorder;
    packs: name -> conformance pack; remediations: rule name -> its remediation; arrival: how this account and region
    arrive at aggregators, and since when so, where they do not arrive well.
    """

    rules: dict[str, dict] = field(default_factory=dict)
    recorders: dict[str, dict] = field(default_factory=dict)
    linked: dict[str, dict] = field(default_factory=dict)
    packs: dict[str, dict] = field(default_factory=dict)
    remediations: dict[str, dict] = field(default_factory=dict)
    evaluations: Results = field(default_factory=Results)
    evaluated: dict[str, float] = field(default_factory=dict)
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
