"""Metric alarms: what PutMetricAlarm refuses, and metric math, which MiniStack does not keep.

AWS page: "PutMetricAlarm" of the CloudWatch API reference.
"""

import re

from ministack.services import cloudwatch

from account import hooks

DAY, WEEK, HOUR = 86_400, 604_800, 3_600
# What an alarm on one metric says of it; an alarm on metric math says it of each of its metrics.
OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")
_ID = re.compile(r"[a-z]\w*")


def install() -> None:
    """Check each metric alarm, and keep the queries of those that have some."""
    hooks.around(cloudwatch, "_put_metric_alarm", _put)


def _put(original, params, cbor_data, is_cbor, is_json=False):
    if not (is_cbor or is_json):
        return original(params, cbor_data, is_cbor, is_json)
    if fault := _fault(cbor_data):
        return cloudwatch._error("ValidationError", fault, 400, use_json=is_json, use_cbor=is_cbor)
    answer = original(params, cbor_data, is_cbor, is_json)
    alarm = cloudwatch._alarms.get(cbor_data["AlarmName"])
    if answer[0] == 200 and cbor_data.get("Metrics"):
        for name in OF_ONE_METRIC:
            alarm.pop(name, None)
        alarm["Metrics"] = cbor_data["Metrics"]
    return answer


def _fault(alarm: dict) -> str | None:
    if bool(alarm.get("MetricName")) == bool(alarm.get("Metrics")):
        return "Exactly one of MetricName and Metrics must be given"
    return _metrics_fault(alarm) if alarm.get("Metrics") else _metric_fault(alarm)


def _metric_fault(alarm: dict) -> str | None:
    missing = [
        name for name in ("Namespace", "Period", "EvaluationPeriods", "ComparisonOperator") if not alarm.get(name)
    ]
    if missing:
        return f"{', '.join(missing)} must be given"
    if bool(alarm.get("Statistic")) == bool(alarm.get("ExtendedStatistic")):
        return "Exactly one of Statistic and ExtendedStatistic must be given"
    return _time_fault(int(alarm["Period"]), int(alarm["EvaluationPeriods"]))


def _metrics_fault(alarm: dict) -> str | None:
    both = sorted(set(OF_ONE_METRIC) & {name for name, value in alarm.items() if value})
    if both:
        return f"{', '.join(both)} must not be given beside Metrics"
    queries = alarm["Metrics"]
    names = [query.get("Id", "") for query in queries]
    if len(set(names)) != len(names) or not all(_ID.fullmatch(name) for name in names):
        return f"Ids of metrics must be unique and begin with a lowercase letter: {', '.join(names)}"
    if sum(query.get("ReturnData", True) for query in queries) != 1:
        return "Exactly one element of Metrics must return data"
    for query in queries:
        if bool(query.get("Expression")) == bool(query.get("MetricStat")):
            return f"Exactly one of Expression and MetricStat must be given for {query['Id']}"
    of_metrics = [query["MetricStat"] for query in queries if query.get("MetricStat")]
    faults = [_time_fault(int(metric["Period"]), int(alarm["EvaluationPeriods"])) for metric in of_metrics]
    return next(filter(None, faults), None)


def _time_fault(period: int, periods: int) -> str | None:
    if period not in (10, 20, 30) and (period <= 0 or period % 60):
        return f"Period {period} must be 10, 20, 30 or a multiple of 60"
    most = WEEK if period >= HOUR else DAY
    if period * periods > most:
        return (
            f"Metrics cannot be checked across more than {most} seconds: EvaluationPeriods {periods} * Period {period}"
        )
    return None
