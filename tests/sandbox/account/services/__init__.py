"""What MiniStack does not do, or does without asking for permission: deliveries between services.

EventBridge to its targets, CloudWatch alarms to topics, functions to their log groups, and what follows an asynchronous
invocation of a function. And what it does not tell IAM.
"""

from account.services import alarms, async_invoke, conditions, delivery, function_logs


def install() -> None:
    """Put our deliveries in the place of MiniStack's."""
    delivery.install()
    async_invoke.install()
    alarms.install()
    function_logs.install()
    conditions.install()
