"""What a function writes reaches its log group only as far as its role may write there, else it is lost in silence.

MiniStack writes for every function and makes the group where it is missing; with AWS a missing group appears only for
a role with logs:CreateLogGroup. AWS page: "Sending Lambda function logs to CloudWatch Logs".
"""

from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs, lambda_svc

from account import hooks, policies
from account.services import metrics
from account.services.delivery import lose


def install() -> None:
    """Ask the role before each write."""
    hooks.around(lambda_svc, "_emit_lambda_logs", _emit)


def _emit(original, function, *args, **kwargs):
    config = function.get("config") or function
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
    needed = ["logs:CreateLogStream", "logs:PutLogEvents"]
    if group not in cloudwatch_logs._log_groups:
        needed.insert(0, "logs:CreateLogGroup")
    stream = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}:log-stream:any"
    for action in needed if app.AUTH else ():
        if not policies.role_allowed(config["Role"], action, stream):
            return lose(config["FunctionArn"], group, f"the function's role may not {action}")
    # The text comes after the id of the request.
    metrics.take(kwargs["log_text"] if "log_text" in kwargs else args[1])
    return original(function, *args, **kwargs)
