"""CloudWatch: metric alarms."""

from __future__ import annotations

from typing import ClassVar

from ..resource import Resource, retag, tag_list, tag_map
from ..values import camel, pascal


class MetricAlarm(Resource):
    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    name = "name"
    replaces = ("name",)
    # Input: parameter of PutMetricAlarm, where it is the same value.
    parameters: ClassVar = {
        "actionsEnabled": "ActionsEnabled",
        "alarmActions": "AlarmActions",
        "alarmDescription": "AlarmDescription",
        "comparisonOperator": "ComparisonOperator",
        "datapointsToAlarm": "DatapointsToAlarm",
        "evaluationPeriods": "EvaluationPeriods",
        "extendedStatistic": "ExtendedStatistic",
        "insufficientDataActions": "InsufficientDataActions",
        "metricName": "MetricName",
        "namespace": "Namespace",
        "okActions": "OKActions",
        "period": "Period",
        "statistic": "Statistic",
        "threshold": "Threshold",
        "thresholdMetricId": "ThresholdMetricId",
        "treatMissingData": "TreatMissingData",
        "unit": "Unit",
    }

    def create(self, aws, inputs):
        cloudwatch = aws.client("cloudwatch", inputs.get("region"))
        given = {parameter: inputs[name] for name, parameter in self.parameters.items() if inputs.get(name) is not None}
        if inputs.get("dimensions"):
            given["Dimensions"] = _dimensions(inputs["dimensions"])
        if inputs.get("metricQueries"):
            given["Metrics"] = [_query(query) for query in inputs["metricQueries"]]
        # Tags count for a new alarm alone; an update brings them apart.
        cloudwatch.put_metric_alarm(AlarmName=inputs["name"], **given, Tags=tag_list(inputs.get("tagsAll")))
        return inputs["name"], {"arn": self._find(cloudwatch, inputs["name"])["AlarmArn"]}

    def _find(self, cloudwatch, name):
        found = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
        return found[0] if found else None

    def read(self, aws, identity, state):
        cloudwatch = aws.client("cloudwatch", state.get("region"))
        alarm = self._find(cloudwatch, identity)
        if alarm is None:
            return None
        observed = {name: alarm.get(parameter) for name, parameter in self.parameters.items() if name in state}
        if "dimensions" in state:
            observed["dimensions"] = _dimension_map(alarm.get("Dimensions"))
        if "metricQueries" in state:
            observed["metricQueries"] = [_observed(query) for query in alarm.get("Metrics") or []]
        tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"]).get("Tags")
        return {"arn": alarm["AlarmArn"], "name": identity, "tagsAll": tag_map(tags), **observed}

    def update(self, aws, identity, old, inputs):
        cloudwatch = aws.client("cloudwatch", inputs.get("region"))
        _, outputs = self.create(aws, inputs)
        retag(
            old.get("tagsAll"),
            inputs.get("tagsAll"),
            lambda new: cloudwatch.tag_resource(ResourceARN=outputs["arn"], Tags=tag_list(new)),
            lambda gone: cloudwatch.untag_resource(ResourceARN=outputs["arn"], TagKeys=gone),
        )
        return outputs

    def delete(self, aws, identity, state):
        aws.client("cloudwatch", state.get("region")).delete_alarms(AlarmNames=[identity])


def _dimensions(dimensions: dict) -> list[dict]:
    return [{"Name": name, "Value": value} for name, value in sorted(dimensions.items())]


def _dimension_map(dimensions: list[dict] | None) -> dict:
    return {dimension["Name"]: dimension["Value"] for dimension in dimensions or []}


def _query(query: dict) -> dict:
    """A metric of metric math as CloudWatch has it: metric, period and statistic in a member of their own."""
    given = {name: value for name, value in query.items() if name != "metric"}
    if metric := query.get("metric"):
        named = {"Namespace": metric.get("namespace"), "MetricName": metric["metricName"]}
        named["Dimensions"] = _dimensions(metric.get("dimensions") or {})
        given["metricStat"] = {"Metric": named, "Period": metric["period"], "Stat": metric["stat"]}
    return pascal(given)


def _observed(query: dict) -> dict:
    given = {name: value for name, value in query.items() if name != "MetricStat"}
    if stat := query.get("MetricStat"):
        given["Metric"] = {
            "MetricName": stat["Metric"]["MetricName"],
            "Namespace": stat["Metric"].get("Namespace"),
            "Period": stat["Period"],
            "Stat": stat["Stat"],
        }
        observed = camel(given)
        observed["metric"]["dimensions"] = _dimension_map(stat["Metric"].get("Dimensions"))
        return observed
    return camel(given)
