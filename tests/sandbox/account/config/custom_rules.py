"""What PutConfigRule refuses of the source of a custom rule.

AWS pages: "Source", "SourceDetail", "CustomPolicyDetails", "OrganizationCustomPolicyRuleMetadata" of the AWS Config API
reference. The text of refusals is ours.
"""

from account.config.errors import invalid, not_an_enum, too_long

FREQUENCIES = ("One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours")
CHANGES = ("ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification")
MESSAGES = (*CHANGES, "ScheduledNotification", "ConfigurationSnapshotDeliveryCompleted")
DETAILS = 25
RUNTIME = "guard-2.x.x"
POLICY_LENGTH = 10_000


def check_custom_rule(source: dict, frequency: str | None) -> None:
    """Refuse a trigger that is none, a frequency without a schedule, and a policy that is not one."""
    details = source["SourceDetails"]
    if len(details) > DETAILS:
        raise invalid(f"A rule has at most {DETAILS} source details.")
    for detail in details:
        _check_detail(detail)
    scheduled = any(detail.get("MessageType") == "ScheduledNotification" for detail in details)
    if frequency and not scheduled:
        raise invalid("MaximumExecutionFrequency goes with a ScheduledNotification in the source details.")
    if source["Owner"] == "CUSTOM_POLICY":
        _check_policy(source)
        if any(detail.get("MessageType") not in CHANGES for detail in details):
            raise invalid(f"A custom policy rule is triggered by {' or '.join(CHANGES)} only.")
    elif source.get("CustomPolicyDetails"):
        raise invalid("CustomPolicyDetails go with the owner CUSTOM_POLICY.")


def _check_detail(detail: dict) -> None:
    message, frequency = detail.get("MessageType"), detail.get("MaximumExecutionFrequency")
    if message not in MESSAGES:
        raise not_an_enum(message, "sourceDetails.messageType", MESSAGES)
    if detail.get("EventSource") != "aws.config":
        raise not_an_enum(detail.get("EventSource"), "sourceDetails.eventSource", ("aws.config",))
    if frequency and frequency not in FREQUENCIES:
        raise not_an_enum(frequency, "sourceDetails.maximumExecutionFrequency", FREQUENCIES)
    if frequency and message != "ScheduledNotification":
        raise invalid("MaximumExecutionFrequency goes with the message type ScheduledNotification.")


def _check_policy(source: dict) -> None:
    policy = source.get("CustomPolicyDetails")
    if not policy:
        raise invalid("CustomPolicyDetails must be provided if the owner is CUSTOM_POLICY.")
    if source.get("SourceIdentifier"):
        raise invalid("SourceIdentifier should be empty if the owner is CUSTOM_POLICY.")
    if policy.get("PolicyRuntime") != RUNTIME:
        raise not_an_enum(policy.get("PolicyRuntime"), "customPolicyDetails.policyRuntime", (RUNTIME,))
    text = policy.get("PolicyText", "")
    if not text.strip():
        raise invalid("The policy text is empty.")
    if len(text) > POLICY_LENGTH:
        raise too_long("...", "customPolicyDetails.policyText", POLICY_LENGTH)
