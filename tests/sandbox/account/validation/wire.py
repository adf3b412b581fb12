"""Which operation a request asks for, and its parameters by the names of the model, in each protocol of AWS."""

import functools
import json
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

import botocore.session
import cbor2
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import QueryParser
from werkzeug.datastructures import MultiDict

# The services by MiniStack's names, where botocore calls them otherwise.
MODELS = {"monitoring": "cloudwatch"}
# Those whose models are not made for it: S3 and EC2 check by rules of their own and have next to no constraints.
WITHOUT = ("s3", "ec2")
CBOR = re.compile(r"/operation/(\w+)/?$")


class Request(NamedTuple):
    """One request as a service gets it."""

    method: str
    path: str
    headers: dict
    body: bytes
    query: dict


@functools.cache
def model(service: str) -> ServiceModel | None:
    """The model of a service; None where there is none to check by."""
    name = MODELS.get(service, service)
    session = _session()
    if service in WITHOUT or name not in session.get_available_services():
        return None
    # moto's reading of the same model: its parser of the query protocol asks it for more.
    return ServiceModel(session.get_component("data_loader").load_service_model(name, "service-2"), name)


@functools.cache
def _session():
    return botocore.session.Session()


def operation(service: str, request: Request) -> tuple[OperationModel, Callable[[], dict]] | None:
    """The operation, and what reads its parameters; None where the model does not know it."""
    known = model(service)
    if known is None:
        return None
    name, read = _named(known, request)
    if name not in known.operation_names:
        return None
    found = known.operation_model(name)
    return found, lambda: read(found)


def _named(known: ServiceModel, request: Request) -> tuple[str, Callable]:
    headers = request.headers
    if target := headers.get("x-amz-target"):
        return target.rsplit(".", 1)[-1], lambda _found: json.loads(request.body or b"{}")
    if "cbor" in headers.get("smithy-protocol", "") and (named := CBOR.search(request.path)):
        return named[1], lambda _found: cbor2.loads(request.body) if request.body else {}
    if known.metadata["protocol"].startswith("rest"):
        return _routed(known, request)
    form = {**parse_qs(request.body.decode(errors="replace"), keep_blank_values=True), **request.query}
    return (form.get("Action") or [""])[0], lambda found: _of_query(found, form)


def _of_query(found: OperationModel, form: dict) -> dict:
    values = MultiDict((name, value) for name, values in form.items() for value in _listed(values))
    return QueryParser(found).parse({"values": values})


def _routed(known: ServiceModel, request: Request) -> tuple[str, Callable]:
    for method, pattern, name in _routes(known):
        if method == request.method and (place := pattern.fullmatch(request.path)):
            return name, lambda found, place=place: _of_rest(found, request, place.groupdict())
    return "", lambda _found: {}


@functools.cache
def _routes(known: ServiceModel) -> list[tuple[str, re.Pattern, str]]:
    """Method and path of each operation; those with fewer names in their path first."""
    made = []
    for each in known.operation_names:
        http = known.operation_model(each).http
        path = http["requestUri"].partition("?")[0]
        parts = re.split(r"\{(\w+)\+?\}", path)
        pattern = "".join(f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        made.append((len(parts), http["method"], re.compile(pattern.rstrip("/") + "/?"), each))
    return [(method, pattern, each) for _count, method, pattern, each in sorted(made, key=lambda one: one[0])]


def _of_rest(found: OperationModel, request: Request, place: dict[str, str]) -> dict:
    shape = found.input_shape
    if shape is None:
        return {}
    payload = shape.serialization.get("payload")
    is_json = payload is None or shape.members[payload].type_name == "structure"
    body = json.loads(request.body) if is_json and request.body[:1] == b"{" else {}
    given = {}
    for name, member in shape.members.items():
        location, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "uri":
            given[name] = unquote(place.get(wire, ""))
        elif location == "querystring" and wire in request.query:
            given[name] = _from_text(member, _listed(request.query[wire]))
        elif location == "header" and wire.lower() in request.headers:
            given[name] = _from_text(member, [request.headers[wire.lower()]])
        elif location is None and name == payload:
            given[name] = body if is_json else request.body
        elif location is None and wire in body:
            given[name] = body[wire]
    return given


def _from_text(shape, texts: list[str]):
    """A value that travels as text: in the query string or a header."""
    if shape.type_name == "list":
        return texts
    if shape.type_name in ("integer", "long"):
        return int(texts[0])
    return texts[0].lower() == "true" if shape.type_name == "boolean" else texts[0]


def _listed(value) -> list:
    return value if isinstance(value, list) else [value]
