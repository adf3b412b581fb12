"""The component Sixty in Python, on Pulumi's component provider host."""

from typing import Any, TypedDict

import pulumi
from pulumi.provider.experimental import component_provider_host

LAYERS = 3


class SixtyArgs(TypedDict):
    """Inputs of Sixty."""

    count: int | None
    size: pulumi.Input[str]


class Thing(pulumi.CustomResource):
    """A child of no package that was generated."""

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__("cloud:index:Thing", name, props, opts)


class Sixty(pulumi.ComponentResource):
    """Children in three layers; each child but the first layer's takes the id of one above it."""

    last_id: pulumi.Output[str]

    def __init__(self, name: str, args: SixtyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bench:index:Sixty", name, {}, opts)
        count = int(args.get("count") or 60)
        above: list[Thing] = []
        for layer in range(LAYERS):
            made = []
            for index in range((count + LAYERS - 1 - layer) // LAYERS):
                upper = above[index].id if layer else ""
                props = {"size": args["size"], "layer": layer, "above": upper}
                made.append(Thing(f"{name}-thing-{layer}-{index}", props, pulumi.ResourceOptions(parent=self)))
            above = made
        self.last_id = above[-1].id
        self.register_outputs({"lastId": self.last_id})


if __name__ == "__main__":
    component_provider_host(name="bench", components=[Sixty])
