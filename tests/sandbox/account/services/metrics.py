"""Metrics from log lines, and alarms judged as CloudWatch judges them: by their dimensions, with what is missing.

AWS pages: "Specification: Embedded metric format", "Configuring how CloudWatch alarms treat missing data", "Using
metric math" (of which `DIFF` of one metric and `SUM(METRICS())` are here). CloudWatch evaluates alarms always; here
those with data are evaluated when a metric is put, and all of them when a test asks (`Account.judge_alarms`).
"""

import json
import re
from collections.abc import Callable

from ministack.services import cloudwatch

from account import clock, hooks

# How many periods more than needed CloudWatch fetches, so that late data count.
SPARE_PERIODS = 2
SUM = "SUM(METRICS())"
DIFF = re.compile(r"DIFF\((\w+)\)")
BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
# Values by the period they are of, the newest first; None where there are none.
Series = list[float | None]


def install() -> None:
    """Judge in the place of MiniStack, which knows neither dimensions nor missing data."""
    hooks.around(cloudwatch, "_evaluate_all_alarms", lambda _original: _judge(only_with_data=True))


def take(text: str) -> None:
    """Make metrics of the log lines that say so."""
    for line in text.splitlines():
        if '"_aws"' not in line:
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue
        for directive in event.get("_aws", {}).get("CloudWatchMetrics", []):
            _take(event, directive)


def judge_all() -> dict[str, str]:
    """Judge every metric alarm of the request's account and region; name -> state."""
    _judge(only_with_data=False)
    return {name: alarm["StateValue"] for name, alarm in cloudwatch._alarms.items()}


def _take(event: dict, directive: dict) -> None:
    # Functions know the time of the machine, which may lie behind the account's.
    at = event["_aws"]["Timestamp"] / 1000 + clock.ahead()
    for names in directive.get("Dimensions") or [[]]:
        dimensions = {name: str(event[name]) for name in names if name in event}
        for metric in directive.get("Metrics", []):
            given = event.get(metric["Name"])
            for value in given if isinstance(given, list) else [given]:
                if isinstance(value, (int, float)):
                    unit = metric.get("Unit", "None")
                    place = (directive["Namespace"], metric["Name"], dimensions)
                    cloudwatch._store_datum(*place, at, unit, value, None, None, None)


def _judge(only_with_data: bool) -> None:
    for alarm in list(cloudwatch._alarms.values()):
        series = _series_of(alarm)
        if series is None or (only_with_data and not any(value is not None for value in series)):
            continue
        state, reason = _state(alarm, series)
        old = alarm["StateValue"]
        if state != old:
            alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(clock.now()))
            cloudwatch._record_history(alarm["AlarmName"], old, state, reason)
            cloudwatch._dispatch_alarm_actions(alarm, old, state, reason)
            cloudwatch._evaluate_parent_alarms(alarm)


def _state(alarm: dict, series: Series) -> tuple[str, str]:
    """The state by the newest values; what is missing counts as the alarm says."""
    periods = int(alarm.get("EvaluationPeriods", 1))
    needed = int(alarm.get("DatapointsToAlarm") or periods)
    threshold, treat = float(alarm.get("Threshold", 0)), alarm.get("TreatMissingData") or "missing"
    known = [value for value in series if value is not None][:periods]
    breaching = sum(BREACHES[alarm["ComparisonOperator"]](value, threshold) for value in known)
    missing = periods - len(known)
    reason = f"Threshold Crossed: {known} against {threshold:g}, {missing} of {periods} missing ({treat})"
    if breaching + (missing if treat == "breaching" else 0) >= needed:
        return "ALARM", reason
    if missing and treat in ("missing", "ignore") and breaching + missing >= needed:
        # What is there does not decide it.
        unknown = treat == "missing" and not known
        return ("INSUFFICIENT_DATA" if unknown else alarm["StateValue"]), reason
    return "OK", reason


def _series_of(alarm: dict) -> Series | None:
    """The values that an alarm looks at; None for metric math that is not known here."""
    periods = int(alarm.get("EvaluationPeriods", 1)) + SPARE_PERIODS
    if not alarm.get("Metrics"):
        names = {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or []}
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
        place = alarm.get("Namespace"), alarm.get("MetricName"), names
        return _series(*place, float(alarm.get("Period", 60)), statistic, periods)
    queries = {query["Id"]: query for query in alarm["Metrics"]}
    (told,) = [query for query in queries.values() if query.get("ReturnData", True)]
    if told.get("MetricStat"):
        return _of_query(told["MetricStat"], periods)
    if told["Expression"].replace(" ", "") == SUM:
        return _sum([_of_query(query["MetricStat"], periods) for query in queries.values() if query.get("MetricStat")])
    named = DIFF.fullmatch(told["Expression"].strip())
    if named is None or not queries.get(named[1], {}).get("MetricStat"):
        return None
    return _diff(_of_query(queries[named[1]]["MetricStat"], periods))


def _of_query(stat: dict, periods: int) -> Series:
    metric = stat["Metric"]
    names = {one["Name"]: one["Value"] for one in metric.get("Dimensions") or []}
    return _series(metric["Namespace"], metric["MetricName"], names, float(stat["Period"]), stat["Stat"], periods)


def _sum(all_series: list[Series]) -> Series:
    """The sum of what is there in each period; nothing where nothing is."""
    periods = ([value for value in values if value is not None] for values in zip(*all_series, strict=True))
    return [sum(known) if known else None for known in periods]


def _diff(series: Series) -> Series:
    """Each value less the one before it, and nothing for the first."""
    changes: Series = []
    for index, value in enumerate(series):
        before = next((one for one in series[index + 1 :] if one is not None), None)
        changes.append(None if value is None or before is None else value - before)
    return changes


def _series(namespace, name, dimensions: dict, period: float, statistic: str, periods: int) -> Series:
    points = cloudwatch._metrics.get((namespace, name, cloudwatch._dims_key(dimensions))) or []
    now, found = clock.now(), []
    for index in range(periods):
        newest, oldest = now - index * period, now - (index + 1) * period
        inside = [point for point in points if oldest < point["Timestamp"] <= newest]
        stats = cloudwatch._calc_stats(inside)
        found.append(cloudwatch._stat_value(stats, statistic, inside) if stats else None)
    return found
