"""Dashboards: a body whose metrics are not well formed is refused, as by PutDashboard.

AWS page: "Dashboard Body Structure and Syntax", property `metrics`: an array of namespace, metric name, then dimension
names and values as strings, then at most one object of rendering properties.
"""

import json

from ministack.services import cloudwatch

from account import hooks

WIDGET_TYPES = ("metric", "text", "log", "alarm", "explorer", "custom")


def install() -> None:
    """Check each dashboard body."""
    hooks.before(cloudwatch, "_put_dashboard", _check)


def _check(params, cbor_data, is_cbor, is_json=False):
    text = cbor_data.get("DashboardBody", "") if is_cbor or is_json else cloudwatch._p(params, "DashboardBody")
    messages = _faults(text)
    if not messages:
        return None
    listed = "; ".join(f"{path}: {message}" for path, message in messages)
    return cloudwatch._error(
        "InvalidParameterInput",
        f"The dashboard body is invalid, there are {len(messages)} validation errors: {listed}",
        400,
        use_json=is_json,
        use_cbor=is_cbor,
    )


def _faults(text: str) -> list[tuple[str, str]]:
    """Path and message of each thing that is wrong."""
    try:
        body = json.loads(text)
    except ValueError:
        return [("/", "The dashboard body is not valid JSON")]
    if not isinstance(body, dict) or not isinstance(body.get("widgets"), list):
        return [("/", 'Should have a property "widgets" that is an array')]
    found = [_widget_faults(f"/widgets/{index}", widget) for index, widget in enumerate(body["widgets"])]
    return [fault for faults in found for fault in faults]


def _widget_faults(path: str, widget: object) -> list[tuple[str, str]]:
    if not isinstance(widget, dict) or widget.get("type") not in WIDGET_TYPES:
        return [(f"{path}/type", f"Should be one of {', '.join(WIDGET_TYPES)}")]
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        return [(f"{path}/properties", "Should be an object")]
    if widget["type"] != "metric":
        return []
    if "metrics" not in properties and "annotations" not in properties:
        return [(f"{path}/properties", 'Should have a property "metrics" or "annotations"')]
    faults = []
    if not properties.get("region"):
        faults.append((f"{path}/properties", 'Should have required property "region"'))
    for index, metric in enumerate(properties.get("metrics") or []):
        faults += _metric_faults(f"{path}/properties/metrics/{index}", metric)
    return faults


def _metric_faults(path: str, metric: object) -> list[tuple[str, str]]:
    if not isinstance(metric, list) or not metric:
        return [(path, "Should be an array that is not empty")]
    *names, last = metric
    rendering = isinstance(last, dict)
    parts = names if rendering else metric
    for index, part in enumerate(parts):
        if not isinstance(part, str):
            return [(f"{path}/{index}", "Should be string")]
    if rendering and "expression" in last and not parts:
        return []
    if rendering and {"Name", "Value"} <= set(last):
        return [(f"{path}/{len(parts)}", "Should NOT have additional properties: a dimension is a name and a value")]
    if len(parts) < 2:
        return [(path, "Should have a namespace and a metric name")]
    if len(parts) % 2:
        return [(path, "Each dimension should have a name and a value")]
    return []
