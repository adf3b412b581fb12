"""Every request is held against the service's own model before the service gets it.

Checked are types, required members, lengths, ranges, enumerations and patterns.
The models are botocore's, which are AWS's own. An error has the code that each service uses ("Common Errors" of its API
reference), and its words.
"""

from collections.abc import Callable

from ministack import app
from ministack.core.responses import error_response_json, error_response_xml
from ministack.services import cloudwatch, ec2, s3

from account.validation import wire
from account.validation.constraints import NULL, Check, Compiler, WrongTypeError

# The code of a request that does not satisfy the model, where it is not the common one of the protocol.
CODES = {
    "athena": "InvalidRequestException",
    "logs": "InvalidParameterException",
    "securityhub": "InvalidInputException",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
}
NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}

_checks: dict[tuple[str, str], Check | None] = {}
_compilers: dict[str, Compiler] = {}


def install() -> None:
    """Stand before every service."""
    for service, handler in list(app.SERVICE_HANDLERS.items()):
        app.SERVICE_HANDLERS[service] = _checked(service, handler)


def _checked(service: str, handler: Callable) -> Callable:
    async def checked(method: str, path: str, headers: dict, body: bytes, query: dict) -> tuple:
        request = wire.Request(method, path, headers, body, query)
        return refusal(service, request) or await handler(method, path, headers, body, query)

    return checked


def refusal(service: str, request: wire.Request) -> tuple | None:
    """The error of a request that the model does not take."""
    found = wire.operation(service, request)
    if found is None or found[0].input_shape is None:
        return None
    operation, read = found
    faults: list[str] = []
    try:
        given = read()
    except ValueError as error:
        # What cannot be read at all other services refuse themselves.
        return _error(service, request, "MalformedXML", str(error)) if service == "s3" else None
    try:
        _check(service, operation)(given, "", faults)
    except WrongTypeError as error:
        return _error(service, request, "SerializationException", str(error))
    if not faults:
        return None
    many = "s" if len(faults) > 1 else ""
    message = f"{len(faults)} validation error{many} detected: {'; '.join(faults)}"
    return _error(service, request, _code(service, faults), message)


def _code(service: str, faults: list[str]) -> str | None:
    if service == "ec2" and NULL in faults[0]:
        return "MissingParameter"
    return CODES.get(service)


def _check(service: str, operation) -> Check:
    key = service, operation.name
    if key not in _checks:
        _checks[key] = _compilers.setdefault(service, Compiler()).check(operation.input_shape)
    return _checks[key]


def _error(service: str, request: wire.Request, code: str | None, message: str) -> tuple:
    if service == "s3":
        return s3._error(code or "InvalidArgument", message, 400)
    if service == "ec2":
        return ec2._error(code or "InvalidParameterValue", message, 400)
    is_query = "x-amz-target" not in request.headers and wire.protocol(wire.model(service)) == "query"
    if service == "monitoring":
        is_cbor = "cbor" in request.headers.get("smithy-protocol", "")
        is_json = "x-amz-target" in request.headers
        return cloudwatch._error(code or "ValidationError", message, 400, use_json=is_json, use_cbor=is_cbor)
    if is_query:
        return error_response_xml(code or "ValidationError", message, 400, NAMESPACES.get(service, ""))
    return error_response_json(code or "ValidationException", message, 400)
