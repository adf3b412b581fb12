"""What MiniStack does not do, or does without asking for permission: deliveries between services.

EventBridge to its targets, CloudWatch alarms to topics, topics to e-mail addresses, functions to their log groups,
what follows an asynchronous invocation of a function, and the volumes of an instance that is terminated. And what it
does not tell IAM.
"""

from account.services import (
    alarms,
    async_invoke,
    cloud_control,
    conditions,
    delivery,
    ebs_defaults,
    enabled_regions,
    function_logs,
    leading_keys,
    mail,
    metrics,
    policy_variables,
    queues,
    security_hub,
    settling,
    stack_owners,
    tagged,
    volumes,
)


def install() -> None:
    """Put our deliveries in the place of MiniStack's."""
    delivery.install()
    async_invoke.install()
    alarms.install()
    function_logs.install()
    mail.install()
    conditions.install()
    volumes.install()
    settling.install()
    metrics.install()
    queues.install()
    leading_keys.install()
    stack_owners.install()
    ebs_defaults.install()
    enabled_regions.install()
    policy_variables.install()
    cloud_control.install()
    security_hub.install()
    tagged.install()
