"""Check, diff, create, read, update, delete and invoke over the resource types, apart from any wire format."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import services
from .aws import Aws, is_missing
from .facts import UNKNOWN, Findings, check, resource
from .functions import FUNCTIONS, Missing
from .resource import TYPES, Resource
from .values import has_unknown, same, without_none

assert services

# It answers from the configuration of the provider.
DEFAULT_TAGS = "aws:index/getDefaultTags:getDefaultTags"


class PluginError(Exception):
    """What the user is told."""


@dataclass
class Difference:
    """What a change of inputs means."""

    changed: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    delete_first: bool = False


def diff_config(old: dict, new: dict) -> list[str]:
    """Settings of a provider that differ. None of them replaces it: pulumi-aws 7 moves resources one by one."""
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


class Plugin:
    """One provider instance: a region, credentials, default tags."""

    def __init__(self) -> None:
        self.configure({})

    def configure(self, config: dict) -> None:
        """Take the provider's configuration."""
        self._config = config
        self._aws = Aws(config)

    def _type(self, token: str) -> Resource:
        if token not in TYPES or resource(token) is None:
            raise PluginError(f"{token} is not among the types of this stand-in for the aws plugin")
        return TYPES[token]

    def check(self, token: str, logical: str, seed: bytes, old: dict, new: dict) -> tuple[dict, Findings]:
        """Inputs with the name made up where it was not given, and what is wrong with them."""
        kind = self._type(token)
        findings = check(token, new)
        inputs = without_none(new)
        if kind.name and inputs.get(kind.name) is None:
            inputs[kind.name] = (old or {}).get(kind.name) or kind.auto_name(logical, seed)
        return inputs, findings

    def diff(self, token: str, old: dict, new: dict, state: dict, ignored: list[str]) -> Difference:
        """Compare inputs; a name that was given goes before its replacement comes, because only one can have it."""
        kind = self._type(token)
        names = {*old, *new} - set(ignored) - {"__defaults"} - {name for name in kind.computed if name not in new}
        difference = Difference()
        difference.changed = sorted(name for name in names if not same(old.get(name), new.get(name)))
        if self._moves(token, new, state) and "region" not in ignored:
            difference.changed = sorted({*difference.changed, "region"})
        if (
            not has_unknown(new)
            and not same(self._tags(new), state.get("tagsAll"))
            and "tags" in resource(token)["inputs"]
        ):
            difference.changed = sorted({*difference.changed, "tagsAll"})
        difference.replaces = [name for name in difference.changed if name in (*kind.replaces, "region")]
        if not has_unknown(new):
            difference.replaces += [name for name in kind.replaced(old, new) if name in difference.changed]
        renamed = kind.name in difference.replaces
        difference.delete_first = bool(difference.replaces) and not renamed
        return difference

    def _moves(self, token: str, new: dict, state: dict) -> bool:
        """Whether the provider has another region than the resource, which is replaced then.

        The provider's own replacement no longer follows from a changed region (pulumi-aws 7.0); each resource compares
        the region of its state with the one it would be created in (terraform-provider-aws, `forceNewIfRegionChanges`).
        """
        region = new.get("region")
        return (
            self._keeps_region(token) and bool(state.get("region")) and state["region"] != (region or self._aws.region)
        )

    def _default_tags(self, inputs: dict) -> dict:
        """The provider's default tags, or those that a resource has in their place."""
        override = (inputs.get("overrideProvider") or {}).get("defaultTags")
        return ((self._config.get("defaultTags") if override is None else override) or {}).get("tags") or {}

    def _tags(self, inputs: dict) -> dict:
        return {**self._default_tags(inputs), **(inputs.get("tags") or {})}

    def _full(self, token: str, inputs: dict) -> dict:
        return {**inputs, "tagsAll": self._tags(inputs)} if "tags" in resource(token)["inputs"] else inputs

    def _state(self, token: str, inputs: dict, outputs: dict) -> dict:
        state = {**self._full(token, inputs), **outputs}
        if self._keeps_region(token) and not state.get("region"):
            state["region"] = self._aws.region
        return state

    def _keeps_region(self, token: str) -> bool:
        return "region" in resource(token)["outputs"] and self._type(token).keeps_region

    def preview(self, token: str, inputs: dict) -> dict:
        """The state that a creation would give: inputs, and unknown for what AWS adds."""
        state = dict.fromkeys(resource(token)["outputs"], UNKNOWN)
        given = self._full(token, inputs)
        for name, fact in resource(token)["inputs"].items():
            # An optional input that was not given is known to be absent, unless AWS chooses it.
            if name in state and name not in given and not fact.get("required"):
                del state[name]
        state.update(given)
        for name in resource(token)["outputs"]:
            state.setdefault(name, UNKNOWN)
        if self._keeps_region(token) and not given.get("region"):
            state["region"] = self._aws.region
        return state

    def create(self, token: str, inputs: dict) -> tuple[str, dict]:
        """Create a resource; its id and its state."""
        identity, outputs = self._type(token).create(self._aws, self._full(token, inputs))
        return identity, self._state(token, inputs, outputs)

    def update(self, token: str, identity: str, state: dict, inputs: dict) -> dict:
        """Change a resource; its state."""
        outputs = self._type(token).update(self._aws, identity, state, self._full(token, inputs))
        return self._state(token, inputs, outputs)

    def delete(self, token: str, identity: str, state: dict) -> None:
        """Delete a resource; one that is gone already is no error."""
        try:
            self._type(token).delete(self._aws, identity, state)
        except Exception as error:
            if not is_missing(error):
                raise

    def read(self, token: str, identity: str, state: dict, inputs: dict) -> tuple[dict, dict] | None:
        """State and inputs as AWS has them; what means the same stays as the user wrote it. None where it is gone."""
        kind = self._type(token)
        try:
            observed = kind.read(self._aws, identity, state)
        except Exception as error:
            if is_missing(error):
                return None
            raise
        if observed is None:
            return None
        default = self._default_tags(inputs or state)
        if "tagsAll" in observed:
            # What the resource has of its own stays its own, even where a default tag says the same
            # (terraform-provider-aws, `KeyValueTags.ResolveDuplicates`).
            own = {**(state.get("tags") or {}), **(inputs.get("tags") or {})}
            tags = {k: v for k, v in observed["tagsAll"].items() if default.get(k) != v or own.get(k) == v}
            observed["tags"] = tags or None
        known = resource(token)["inputs"]
        names = inputs if state else {name for name in observed if name in known and name != "tagsAll"}
        told = {name: value for name, value in observed.items() if not same(value, state.get(name))}
        new_inputs = dict(inputs)
        for name in {*names, "tags"} & told.keys():
            new_inputs[name] = told[name]
        new_state = {**state, **told}
        return without_none(new_state), without_none(new_inputs)

    def invoke(self, token: str, arguments: dict) -> dict:
        """The functions that the component calls."""
        if token == DEFAULT_TAGS:
            return {"id": self._aws.partition, "tags": self._default_tags({})}
        if token not in FUNCTIONS:
            raise PluginError(f"{token} is not among the functions of this stand-in for the aws plugin")
        try:
            return FUNCTIONS[token](self._aws, arguments)
        except Missing as error:
            raise PluginError(str(error)) from None
