"""Lambda: packages that cannot start, environments that are too large, mappings that cannot read their queue.

AWS pages: "Lambda quotas", "OS-only runtimes", "Configuring reserved concurrency", "Using Lambda with Amazon SQS".
"""

import base64
import io
import json
import zipfile

from ministack import app
from ministack.core.iam_evaluator import caller_arn
from ministack.core.responses import get_account_id, get_region, json_response
from ministack.services import ec2, iam, lambda_svc, sqs

from account import arns, audit, hooks, policies
from account.services import encryption

SERVICE = "lambda.amazonaws.com"
ENVIRONMENT_BYTES = 4096
CONCURRENCY = 1000
UNRESERVED_AT_LEAST = 100
# Of an account whose limit is lower than that, which new ones have.
UNRESERVED_OF_NEW = 10
# Account: its concurrency where a test has limited it.
_limits: dict[str, int] = {}
BOUNDS = {"Timeout": (1, 900), "MemorySize": (128, 10240)}
READS_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def install() -> None:
    """Check functions, their concurrency, and their event source mappings."""
    hooks.before(lambda_svc, "_create_function", _check_create)
    hooks.before(lambda_svc, "_update_code", _check_code)
    hooks.before(lambda_svc, "_update_config", _check_update)
    hooks.before(lambda_svc, "_put_function_concurrency", _check_concurrency)
    hooks.before(lambda_svc, "_get_policy", _check_policy)
    hooks.before(lambda_svc, "_create_esm", _check_mapping)
    hooks.around(lambda_svc, "_sqs_esm_concurrency", _batches_at_once)
    hooks.around(lambda_svc, "_put_event_invoke_config", _put_invoke_config)
    hooks.around(lambda_svc, "_list_versions", _list_versions)
    hooks.around(lambda_svc, "_get_account_settings", _settings)


def limit_concurrency(account: str, limit: int) -> None:
    """From now on all functions of an account together may run so often at once."""
    _limits[account] = limit


def _limit() -> int:
    return _limits.get(get_account_id(), CONCURRENCY)


def _settings(original):
    answer = json.loads(original()[2])
    limits = answer["AccountLimit"]
    reserved = limits["ConcurrentExecutions"] - limits["UnreservedConcurrentExecutions"]
    limits.update(ConcurrentExecutions=_limit(), UnreservedConcurrentExecutions=max(_limit() - reserved, 0))
    return json_response(answer)


def _invalid(message: str):
    return hooks.refuse("InvalidParameterValueException", message)


def _check_create(data):
    package = data.get("Code", {}).get("ZipFile")
    runtime = data.get("Runtime", "")
    return (
        _check_settings(data)
        or _check_key(data)
        or _check_trust(data.get("Role", ""))
        or _check_vpc(data, data.get("Role", ""))
        or (_check_package(base64.b64decode(package), runtime) if package else None)
    )


def _check_update(name, data):
    function = lambda_svc._functions.get(name)
    role = data.get("Role") or (function["config"].get("Role", "") if function else "")
    return _check_settings(data) or _check_key(data) or _check_vpc(data, role)


def _check_vpc(data, role_arn: str):
    """Check the VPC as the caller, and the connection of the function as its role.

    AWS page: "Giving Lambda functions access to resources in an Amazon VPC".
    """
    vpc = data.get("VpcConfig") or {}
    caller, subnets, groups = caller_arn(), vpc.get("SubnetIds") or [], vpc.get("SecurityGroupIds") or []
    if bool(subnets) != bool(groups):
        return _invalid("SubnetIds and SecurityIds must coexist or be both empty list.")
    if not app.AUTH or not subnets:
        return None
    for action in ("DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"):
        allowed = policies.principal_allowed(caller, f"ec2:{action}", "*")
        audit.note(caller, f"ec2:{action}", allowed)
        if not allowed:
            return _invalid(
                "Your access has been denied by EC2, please make sure your request credentials have permission to "
                f"{action} "
                f"for {groups[0]}. EC2 Error Code: UnauthorizedOperation. EC2 Error Message: You are not authorized to "
                "perform this operation."
            )
    if missing := next((one for one in subnets if ec2._subnets.get(one) is None), None):
        return _invalid(f"The subnet ID '{missing}' does not exist.")
    if missing := next((one for one in groups if ec2._security_groups.get(one) is None), None):
        return _invalid(f"The security group '{missing}' does not exist")
    for action in ("CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface"):
        if not policies.role_allowed(role_arn, f"ec2:{action}", "*"):
            return _invalid(f"The provided execution role does not have permissions to call {action} on EC2")
    return None


def _check_key(data):
    """Who gives a function a key must be able to use it ("Securing Lambda environment variables")."""
    key, caller = data.get("KMSKeyArn"), caller_arn()
    through = {"kms:ViaService": f"lambda.{get_region()}.amazonaws.com", "kms:CallerAccount": get_account_id()}
    for action in ("kms:Encrypt", "kms:CreateGrant") if app.AUTH and key else ():
        if not policies.may_use_key(caller, key, action, through):
            message = f"User: {caller} is not authorized to perform: {action} on resource: {key}"
            return hooks.refuse("AccessDeniedException", message, 403)
    return None


def _check_trust(role_arn: str):
    """The execution role must be one that Lambda may assume; whether it is there MiniStack asks itself."""
    role = iam._roles.get(policies.role_name(role_arn))
    sent = {"aws:SourceAccount": get_account_id()}
    if not app.AUTH or role is None:
        return None
    if policies.service_allowed(role["AssumeRolePolicyDocument"], SERVICE, "sts:AssumeRole", role_arn, sent):
        return None
    return _invalid("The role defined for the function cannot be assumed by Lambda.")


def _check_code(name, data):
    function = lambda_svc._functions.get(name)
    if function is None or "ZipFile" not in data:
        return None
    return _check_package(base64.b64decode(data["ZipFile"]), function["config"].get("Runtime", ""))


def _check_settings(data):
    for name, (least, most) in BOUNDS.items():
        if name in data and not least <= data[name] <= most:
            bound = f"less than or equal to {most}" if data[name] > most else f"greater than or equal to {least}"
            return hooks.refuse(
                "ValidationException",
                f"1 validation error detected: Value '{data[name]}' at '{name[0].lower()}{name[1:]}' failed to satisfy "
                f"constraint: Member must have value {bound}",
            )
    return _check_environment(data)


def _check_environment(data):
    """All names and values of the environment together, as the JSON AWS keeps them in."""
    variables = (data.get("Environment") or {}).get("Variables") or {}
    size = len(json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode())
    if size > ENVIRONMENT_BYTES:
        return _invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {json.dumps(variables)[:200]}"
        )
    reserved = sorted(set(variables) & lambda_svc._RESERVED_RUNTIME_ENV_VARS)
    if reserved:
        return _invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided contains reserved keys that are currently not supported for modification. Reserved keys used in "
            f"this request: {', '.join(reserved)}"
        )
    return None


def _check_package(package: bytes, runtime: str):
    """A custom runtime starts an executable `bootstrap` in the package's root.

    AWS takes the package and fails at the first invocation (Runtime.InvalidEntrypoint); the sandbox says so at once.
    """
    if not runtime.startswith("provided"):
        return None
    try:
        entries = {entry.filename: entry for entry in zipfile.ZipFile(io.BytesIO(package)).infolist()}
    except zipfile.BadZipFile:
        return _invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
    bootstrap = entries.get("bootstrap")
    if bootstrap is None:
        return _invalid("Runtime.InvalidEntrypoint: the package has no file `bootstrap` in its root")
    if not (bootstrap.external_attr >> 16) & 0o111:
        return _invalid("Runtime.InvalidEntrypoint: the file `bootstrap` of the package is not executable")
    return None


def _check_concurrency(name, data):
    wanted = data.get("ReservedConcurrentExecutions", 0)
    others = sum(f.get("concurrency") or 0 for other, f in lambda_svc._functions.items() if other != name)
    least = UNRESERVED_AT_LEAST if _limit() > UNRESERVED_AT_LEAST else UNRESERVED_OF_NEW
    if wanted + others > _limit() - least:
        return _invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{least}]."
        )
    return None


def _check_policy(name, *_args, **_kwargs):
    """A function nobody was given permission for has no policy ("GetPolicy")."""
    function = lambda_svc._functions.get(name)
    if function is not None and not function["policy"]["Statement"]:
        return hooks.refuse("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    return None


def _check_mapping(data):
    source = data.get("EventSourceArn", "")
    function = lambda_svc._functions.get(lambda_svc._resolve_name(data.get("FunctionName", "")))
    if ":sqs:" not in source or function is None:
        return None
    queue, config = sqs._queue_by_arn(source), function["config"]
    if queue is None:
        return _invalid(f"Error occurred while ReceiveMessage. SQS Error Code: QueueDoesNotExist: {source}")
    visible_after = int(queue["attributes"].get("VisibilityTimeout", "30"))
    if visible_after < config.get("Timeout", 3):
        return _invalid(
            f"Queue visibility timeout: {visible_after} seconds is less than Function timeout: "
            f"{config['Timeout']} seconds"
        )
    if data.get("BatchSize", 10) > 10 and not data.get("MaximumBatchingWindowInSeconds"):
        return _invalid("Maximum batch window in seconds must be greater than 0 for a batch size greater than 10")
    for action in READS_QUEUE:
        if app.AUTH and not policies.role_allowed(config["Role"], action, source):
            return _invalid(
                f"The provided execution role does not have permissions to call {action.removeprefix('sqs:')} on SQS"
            )
    return None


def _put_invoke_config(original, name, qualifier, data):
    """What was not given is not invented: `GetFunctionEventInvokeConfig` returns what was put."""
    answer = original(name, qualifier, data)
    if answer[0] != 200:
        return answer
    kept = lambda_svc._functions[name]["event_invoke_configs"][qualifier or ""]
    for member in ("MaximumEventAgeInSeconds", "MaximumRetryAttempts"):
        if member not in data:
            del kept[member]
    return json_response(kept)


def _list_versions(original, name, query_params):
    """Each version by its own ARN, `$LATEST` too ("ListVersionsByFunction")."""
    status, headers, body = original(name, query_params)
    if status != 200:
        return status, headers, body
    answer = json.loads(body)
    for version in answer["Versions"]:
        bare = arns.unqualified(version["FunctionArn"])
        version["FunctionArn"] = f"{bare}:{version['Version']}"
    return json_response(answer)


def _batches_at_once(original, esm, function, config, queue=None):
    """A mapping whose role may not decrypt the queue's messages takes none of them."""
    role = (config or {}).get("Role", "")
    if app.AUTH and not encryption.admits_principal(esm["EventSourceArn"], role, ("kms:Decrypt",)):
        esm["LastProcessingResult"] = "PROBLEM: KMS access denied"
        return 0
    return original(esm, function, config, queue)
