"""The event AWS Config puts on the default bus when a resource's compliance with a rule changes.

AWS page: "Monitoring AWS Config with Amazon EventBridge", event `Config Rules Compliance Change`.
"""

import json
from datetime import UTC, datetime

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge


def announce(rule: dict, new: dict, old: dict | None) -> None:
    """Put the event on the bus of the account and region the request is for."""
    qualifier = new["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    detail = {
        "resourceId": qualifier["ResourceId"],
        "resourceType": qualifier["ResourceType"],
        "awsRegion": get_region(),
        "awsAccountId": get_account_id(),
        "configRuleName": rule["ConfigRuleName"],
        "configRuleARN": rule["ConfigRuleArn"],
        "recordVersion": "1.0",
        "messageType": "ComplianceChangeNotification",
        "newEvaluationResult": _wire(new),
        "notificationCreationTime": _time(new["ResultRecordedTime"]),
    }
    if old is not None:
        detail["oldEvaluationResult"] = _wire(old)
    entry = {
        "Source": "aws.config",
        "DetailType": "Config Rules Compliance Change",
        "Detail": json.dumps(detail),
        "Resources": [],
    }
    # MiniStack refuses aws.* sources from outside, as AWS does; its own services say so here.
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def _wire(evaluation: dict) -> dict:
    """An evaluation as the event spells it: names in camel case, times as text."""
    identifier = evaluation["EvaluationResultIdentifier"]
    qualifier = identifier["EvaluationResultQualifier"]
    result = {
        "evaluationResultIdentifier": {
            "evaluationResultQualifier": {name[0].lower() + name[1:]: value for name, value in qualifier.items()},
            "orderingTimestamp": _time(identifier["OrderingTimestamp"]),
        },
        "complianceType": evaluation["ComplianceType"],
        "resultRecordedTime": _time(evaluation["ResultRecordedTime"]),
        "configRuleInvokedTime": _time(evaluation["ConfigRuleInvokedTime"]),
    }
    if "Annotation" in evaluation:
        result["annotation"] = evaluation["Annotation"]
    return result


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
