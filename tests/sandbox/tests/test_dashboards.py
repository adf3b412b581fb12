"""Dashboard bodies."""

import json

import pytest

METRIC = ["AWS/Lambda", "Invocations", "FunctionName", "processing"]


def body(*metrics: object, **rest) -> str:
    """A dashboard with one widget over these metrics."""
    widget = {"type": "metric", "properties": {"metrics": list(metrics), "region": "us-east-1", **rest}}
    return json.dumps({"widgets": [widget]})


@pytest.mark.parametrize(
    "metric",
    [
        ["AWS/Lambda", "Invocations", {"FunctionName": "processing"}, {"stat": "Sum"}],
        ["AWS/Lambda", "Invocations", {"Name": "FunctionName", "Value": "processing"}],
        ["AWS/Lambda", "Invocations", ["FunctionName", "processing"]],
        ["AWS/Lambda", "Invocations", "FunctionName"],
        ["AWS/Lambda"],
        [],
        {"namespace": "AWS/Lambda"},
    ],
)
def test_a_dimension_that_is_not_a_pair_of_strings_is_refused(account, refused, metric):
    with refused("InvalidParameterInput", "/widgets/0/properties/metrics/1"):
        account.client("cloudwatch").put_dashboard(DashboardName="d", DashboardBody=body(METRIC, metric))


@pytest.mark.parametrize("text", ["{", "[]", '{"widgets": {}}', '{"widgets": [{"type": "graph", "properties": {}}]}'])
def test_a_body_that_is_no_dashboard_is_refused(account, refused, text):
    with refused("InvalidParameterInput"):
        account.client("cloudwatch").put_dashboard(DashboardName="d", DashboardBody=text)


def test_a_good_body_is_kept_and_a_namesake_is_taken_over(account):
    cloudwatch = account.client("cloudwatch")
    expression = [{"expression": "SUM(METRICS())", "id": "e"}]
    text = body(METRIC, [*METRIC, {"stat": "Sum"}], ["C", "Total"], expression)
    cloudwatch.put_dashboard(DashboardName="d", DashboardBody=body(METRIC))
    cloudwatch.put_dashboard(DashboardName="d", DashboardBody=text)
    assert cloudwatch.get_dashboard(DashboardName="d")["DashboardBody"] == text
    assert len(cloudwatch.list_dashboards()["DashboardEntries"]) == 1
