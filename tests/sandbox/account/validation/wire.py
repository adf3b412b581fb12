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
from moto.core.parse import EC2QueryParser, QueryParser, RequestParserError, RestXMLParser
from werkzeug.datastructures import Headers, MultiDict

# The services by MiniStack's names, where botocore calls them otherwise.
MODELS = {"monitoring": "cloudwatch"}
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
    if name not in session.get_available_services():
        return None
    # moto's reading of the same model: its parser of the query protocol asks it for more.
    return ServiceModel(session.get_component("data_loader").load_service_model(name, "service-2"), name)


def protocol(known: ServiceModel) -> str:
    """The protocol of a service as its model names it: `json`, `query`, `ec2`, `rest-json` or `rest-xml`."""
    return known.metadata["protocol"]


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
    return found, lambda: _read(read, found)


def _read(read: Callable, found: OperationModel) -> dict:
    try:
        return read(found)
    except RequestParserError as error:
        raise ValueError(str(error)) from error


def _named(known: ServiceModel, request: Request) -> tuple[str, Callable]:
    headers = request.headers
    if target := headers.get("x-amz-target"):
        return target.rsplit(".", 1)[-1], lambda _found: json.loads(request.body or b"{}")
    if "cbor" in headers.get("smithy-protocol", "") and (named := CBOR.search(request.path)):
        return named[1], lambda _found: cbor2.loads(request.body) if request.body else {}
    if protocol(known).startswith("rest"):
        return _routed(known, request)
    form = {**parse_qs(request.body.decode(errors="replace"), keep_blank_values=True), **request.query}
    return (form.get("Action") or [""])[0], lambda found: _of_query(found, form)


def _of_query(found: OperationModel, form: dict) -> dict:
    parser = EC2QueryParser if protocol(found.service_model) == "ec2" else QueryParser
    return parser(found).parse({"values": _values(form)})


def _values(form: dict) -> MultiDict:
    return MultiDict((name, value) for name, values in form.items() for value in _listed(values))


def _routed(known: ServiceModel, request: Request) -> tuple[str, Callable]:
    """The operation whose method, path and fixed part of the query fit best: many of S3 share method and path."""
    best: tuple[int, int, str, re.Match] | None = None
    for route in _routes(known):
        if route.method != request.method or not (place := route.pattern.fullmatch(request.path)):
            continue
        if not all(
            name in request.query and value in ("", *_listed(request.query[name])) for name, value in route.fixed
        ):
            continue
        # Without its required headers and parameters it is rather another operation of the same path.
        missing = sum(name not in request.query for name in route.parameters)
        missing += sum(name not in request.headers for name in route.headers)
        given = len(route.fixed) + len(route.parameters) + len(route.headers)
        fit = (given if not missing else -missing), -len(place.groupdict())
        if best is None or fit > best[:2]:
            best = (*fit, route.operation, place)
    if best is None:
        return "", lambda _found: {}
    read = _of_xml if protocol(known) == "rest-xml" else _of_rest
    return best[2], lambda found: read(found, request, best[3].groupdict())


class Route(NamedTuple):
    """Where an operation of a REST protocol is found, and what its requests need in the query and in headers."""

    operation: str
    method: str
    pattern: re.Pattern
    fixed: list[tuple[str, str]]
    parameters: list[str]
    headers: list[str]


@functools.cache
def _routes(known: ServiceModel) -> list[Route]:
    found = map(known.operation_model, known.operation_names)
    # The deprecated operations of S3 have the path and the query of those that replaced them.
    return [_route(operation) for operation in found if not operation.deprecated]


def _route(found: OperationModel) -> Route:
    path, _, query = found.http["requestUri"].partition("?")
    parts = re.split(r"\{(\w+)(\+?)\}", path)
    pattern = ""
    for text, name, greedy in zip(parts[::3], [*parts[1::3], ""], [*parts[2::3], ""], strict=True):
        pattern += re.escape(text) + (f"(?P<{name}>{'.+' if greedy else '[^/]+'})" if name else "")
    needed: dict[str, list[str]] = {"querystring": [], "header": []}
    shape = found.input_shape
    for name in shape.required_members if shape else ():
        place = shape.members[name].serialization
        if place.get("location") in needed:
            needed[place["location"]].append(place.get("name", name))
    fixed = [(name, value) for name, _, value in (one.partition("=") for one in query.split("&")) if name]
    headers = [name.lower() for name in needed["header"]]
    whole = re.compile(pattern.rstrip("/") + "/?")
    return Route(found.name, found.http["method"], whole, fixed, needed["querystring"], headers)


def _of_xml(found: OperationModel, request: Request, place: dict[str, str]) -> dict:
    names = {name: unquote(value) for name, value in place.items()}
    given = RestXMLParser(found).parse(
        {
            "body": request.body,
            "headers": Headers(list(request.headers.items())),
            "url_params": names,
            "values": _values(request.query),
        }
    )
    # The parser has an entry for what is not there, too.
    return {name: value for name, value in given.items() if value is not None}


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
