"""Which stack of CloudFormation has a resource, by the resource's physical id.

AWS page: "DescribeStackResources" (AWS CloudFormation API Reference): `PhysicalResourceId` without a stack's name finds
the stack that has the resource; what no stack has is a `ValidationError`.
"""

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers

from account import hooks


def install() -> None:
    """Answer for physical ids; MiniStack knows names of stacks alone."""
    hooks.around(handlers, "_describe_stack_resources", _by_physical_id)


def _by_physical_id(original, params):
    wanted = handlers._p(params, "PhysicalResourceId")
    if not wanted:
        return original(params)
    if handlers._p(params, "StackName"):
        return handlers._error("ValidationError", "StackName and PhysicalResourceId are mutually exclusive")
    for name, stack in cloudformation._stacks.items():
        resources = (stack.get("_resources") or {}).values()
        alive = not str(stack.get("StackStatus", "")).startswith("DELETE_COMPLETE")
        if alive and any(resource.get("PhysicalResourceId") == wanted for resource in resources):
            return original(
                {**params, "StackName": [name] if isinstance(params.get("PhysicalResourceId"), list) else name}
            )
    return handlers._error("ValidationError", f"Stack for {wanted} does not exist")
