"""What a resource type is to the plugin."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from .aws import Aws

TYPES: dict[str, Resource] = {}
RANDOM_CHARACTERS = 7


class Resource:
    """One resource type. Inputs and outputs are plain dicts with the wire's names.

    Most AWS calls that create also overwrite, so `update` is `create` again unless a type says otherwise.
    """

    token: ClassVar[str]
    # The input that is made up where it is not given, and how long it may be.
    name: ClassVar[str | None] = None
    name_length: ClassVar[int] = 255
    # Inputs whose change replaces the resource.
    replaces: ClassVar[tuple[str, ...]] = ()
    # Inputs that keep the value AWS has where they are not given (Optional and Computed in the provider's schema).
    computed: ClassVar[tuple[str, ...]] = ()
    # Whether the state has the region that AWS answers from.
    keeps_region: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        # A base of several types has no token of its own.
        if hasattr(cls, "token"):
            TYPES[cls.token] = cls()

    def create(self, aws: Aws, inputs: dict) -> tuple[str, dict]:
        """Create it; its id and what AWS added."""
        raise NotImplementedError

    def read(self, aws: Aws, identity: str, state: dict) -> dict | None:
        """What is there now; None where it is gone."""
        raise NotImplementedError

    def update(self, aws: Aws, identity: str, old: dict, inputs: dict) -> dict:
        """Change it; what AWS added."""
        return self.create(aws, inputs)[1]

    def replaced(self, old: dict, new: dict) -> list[str]:
        """Inputs whose change replaces the resource, depending on what changes in them."""
        return []

    def delete(self, aws: Aws, identity: str, state: dict) -> None:
        """Delete it."""
        raise NotImplementedError

    def auto_name(self, logical: str, seed: bytes) -> str:
        """A name that no other resource has, as the bridge makes it: the logical name and seven hex digits.

        One that is too long is refused and not cut.
        """
        start = f"{logical}-"
        if len(start) + RANDOM_CHARACTERS > self.name_length:
            raise ValueError(
                f"could not make instance of '{self.token}': name '{start}' plus {RANDOM_CHARACTERS} random chars is "
                f"longer than maximum length {self.name_length}"
            )
        return start + hashlib.sha256(seed or logical.encode()).hexdigest()[:RANDOM_CHARACTERS]


def tag_list(tags: dict | None, key: str = "Key", value: str = "Value") -> list[dict]:
    """Tags as most services take them."""
    return [{key: name, value: text} for name, text in (tags or {}).items()]


def tag_map(tags: list[dict] | None, key: str = "Key", value: str = "Value") -> dict:
    """Tags as programs give them; AWS's own left out."""
    return {tag[key]: tag[value] for tag in tags or [] if not tag[key].startswith("aws:")}


def retag(old: dict, new: dict, add, remove) -> None:
    """Bring tags from old to new with a service's two calls."""
    old, new = old or {}, new or {}
    gone = [name for name in old if name not in new]
    if gone:
        remove(gone)
    if new and new != old:
        add(new)
