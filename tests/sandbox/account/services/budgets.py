"""Budgets to topics: each notification whose threshold is exceeded is sent once. A test sets what a month has cost.

AWS pages: "Creating an Amazon SNS topic for budget notifications" (the statements of topic and key, both with source
account and ARN), "Best practices for AWS Budgets". Where topic or key does not admit the service, AWS loses the message
in silence. Which condition keys reach KMS is documented there; an encryption context beside them is assumed.
"""

from ministack.services import budgets, sns

from account import policies
from account.services import encryption
from account.services.delivery import lose

SERVICE = "budgets.amazonaws.com"


def spend(account: str, name: str, usd: float) -> list[float]:
    """The month has cost so much; thresholds of the notifications that this sent, in percent."""
    budget = budgets._budgets[name]
    budget["CalculatedSpend"] = {"ActualSpend": {"Amount": str(usd), "Unit": "USD"}}
    limit, sent = float(budget["BudgetLimit"]["Amount"]), []
    for entry in budgets._notification_store.get(name, []):
        notification = entry["notification"]
        over = usd * 100 / limit > notification["Threshold"]
        if over and notification["NotificationState"] == "OK":
            for subscriber in entry["subscribers"]:
                if subscriber["SubscriptionType"] == "SNS" and _publish(account, name, subscriber["Address"], usd):
                    sent.append(notification["Threshold"])
        notification["NotificationState"] = "ALARM" if over else "OK"
    return sent


def _publish(account: str, name: str, topic: str, usd: float) -> bool:
    source = {"aws:SourceArn": f"arn:aws:budgets::{account}:budget/{name}", "aws:SourceAccount": account}
    found = sns.topic_policy_for_arn(topic)
    if found is None:
        reason = "Topic does not exist"
    elif not policies.service_allowed(found[0], SERVICE, "sns:Publish", topic, source):
        reason = f"{SERVICE} is not authorized to perform: SNS:Publish on resource: {topic}"
    elif not encryption.admits_service(topic, SERVICE, source):
        reason = f"{SERVICE} may not use the key of {topic}"
    else:
        subject = f"AWS Budgets: {name} has exceeded your alert threshold"
        sns.publish_internal(topic, f"The budget {name} has an actual cost of ${usd:.2f}.", subject)
        return True
    lose(source["aws:SourceArn"], topic, reason)
    return False
