"""AWS Budgets: budgets of costs with their notifications. A service of the account, in every region the same."""

from __future__ import annotations

from ..resource import Resource, retag, tag_list, tag_map


class Budget(Resource):
    token = "aws:budgets/budget:Budget"
    name = "name"
    name_length = 100
    replaces = ("accountId", "name")
    computed = ("accountId", "costFilters", "costTypes", "limitAmount", "limitUnit", "timePeriodStart")
    keeps_region = False

    def create(self, aws, inputs):
        budgets = aws.client("budgets")
        tags = {"ResourceTags": tag_list(inputs["tagsAll"])} if inputs.get("tagsAll") else {}
        # As the provider does it: the budget alone, then a call for each notification.
        budgets.create_budget(AccountId=aws.account_id, Budget=_budget(inputs), **tags)
        for notification in inputs.get("notifications") or []:
            _notify(aws, inputs["name"], notification)
        return f"{aws.account_id}:{inputs['name']}", self._outputs(aws, inputs)

    def _outputs(self, aws, inputs):
        arn = f"arn:{aws.partition}:budgets::{aws.account_id}:budget/{inputs['name']}"
        return {"arn": arn, "accountId": aws.account_id}

    def read(self, aws, identity, state):
        budgets, name = aws.client("budgets"), identity.partition(":")[2]
        try:
            found = budgets.describe_budget(AccountId=aws.account_id, BudgetName=name)["Budget"]
        except budgets.exceptions.NotFoundException:
            return None
        outputs = self._outputs(aws, {"name": name})
        tags = budgets.list_tags_for_resource(ResourceARN=outputs["arn"]).get("ResourceTags")
        filters = [{"name": key, "values": values} for key, values in found.get("CostFilters", {}).items()]
        return {
            "name": name,
            "budgetType": found["BudgetType"],
            "timeUnit": found["TimeUnit"],
            "limitAmount": found["BudgetLimit"]["Amount"],
            "limitUnit": found["BudgetLimit"]["Unit"],
            # Sets in the provider's schema: their order is none of AWS's.
            "costFilters": _ordered(filters, state.get("costFilters"), "name"),
            "notifications": _ordered(_notifications(aws, name), state.get("notifications"), "threshold"),
            "tagsAll": tag_map(tags),
            **outputs,
        }

    def update(self, aws, identity, old, inputs):
        budgets, name = aws.client("budgets"), inputs["name"]
        budgets.update_budget(AccountId=aws.account_id, NewBudget=_budget(inputs))
        # The provider takes all notifications away and makes the new ones.
        for notification in old.get("notifications") or []:
            wanted = _notification(notification)
            budgets.delete_notification(AccountId=aws.account_id, BudgetName=name, Notification=wanted)
        for notification in inputs.get("notifications") or []:
            _notify(aws, name, notification)
        outputs = self._outputs(aws, inputs)
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: budgets.tag_resource(ResourceARN=outputs["arn"], ResourceTags=tag_list(new)),
            lambda gone: budgets.untag_resource(ResourceARN=outputs["arn"], ResourceTagKeys=gone),
        )
        return outputs

    def delete(self, aws, identity, state):
        aws.client("budgets").delete_budget(AccountId=aws.account_id, BudgetName=identity.partition(":")[2])


def _ordered(found: list[dict], known: list[dict] | None, member: str) -> list[dict]:
    """What was found, in the order of the state as far as the state has it."""
    order = [one.get(member) for one in known or []]
    return sorted(found, key=lambda one: order.index(one[member]) if one[member] in order else len(order))


def _budget(inputs: dict) -> dict:
    return {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        "BudgetLimit": {"Amount": inputs["limitAmount"], "Unit": inputs["limitUnit"]},
        "CostFilters": {one["name"]: one["values"] for one in inputs.get("costFilters") or []},
    }


def _notification(given: dict) -> dict:
    return {
        "NotificationType": given["notificationType"],
        "ComparisonOperator": given["comparisonOperator"],
        "Threshold": given["threshold"],
        "ThresholdType": given["thresholdType"],
    }


def _subscribers(given: dict) -> list[dict]:
    emails = [{"SubscriptionType": "EMAIL", "Address": one} for one in given.get("subscriberEmailAddresses") or []]
    topics = [{"SubscriptionType": "SNS", "Address": one} for one in given.get("subscriberSnsTopicArns") or []]
    return emails + topics


def _notify(aws, name: str, given: dict) -> None:
    aws.client("budgets").create_notification(
        AccountId=aws.account_id, BudgetName=name, Notification=_notification(given), Subscribers=_subscribers(given)
    )


def _notifications(aws, name: str) -> list[dict]:
    budgets = aws.client("budgets")
    found = budgets.describe_notifications_for_budget(AccountId=aws.account_id, BudgetName=name)
    notifications = []
    for one in found.get("Notifications", []):
        asked = {key: one[key] for key in ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")}
        subscribers = budgets.describe_subscribers_for_notification(
            AccountId=aws.account_id, BudgetName=name, Notification=asked
        )["Subscribers"]
        topics = [one["Address"] for one in subscribers if one["SubscriptionType"] == "SNS"]
        emails = [one["Address"] for one in subscribers if one["SubscriptionType"] == "EMAIL"]
        notifications.append(
            {
                "notificationType": one["NotificationType"],
                "comparisonOperator": one["ComparisonOperator"],
                "threshold": one["Threshold"],
                "thresholdType": one["ThresholdType"],
                **({"subscriberSnsTopicArns": topics} if topics else {}),
                **({"subscriberEmailAddresses": emails} if emails else {}),
            }
        )
    return notifications
