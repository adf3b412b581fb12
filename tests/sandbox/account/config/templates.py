"""Templates of conformance packs: what PutConformancePack reads, and what it refuses before anything is deployed.

AWS pages: "PutConformancePack", "Service Limits" of the AWS Config developer guide, "Creating a template for a custom
conformance pack". Of CloudFormation's functions `Ref` and `Fn::Sub` of a parameter are understood, the rest is refused.
"""

import json
import re
from urllib.parse import urlparse

import yaml
from ministack.services import s3

from account.config.errors import ConfigError, invalid, too_long

INLINE_BYTES = 51_200
BUCKET_BYTES = 300_000
RULES_PER_PACK = 130
PARAMETERS = 60
PARAMETER_VALUE_LENGTH = 4096
RULE = "AWS::Config::ConfigRule"
TYPES = (RULE, "AWS::Config::RemediationConfiguration")
SOURCES = ("TemplateBody", "TemplateS3Uri", "TemplateSSMDocumentDetails")


def not_valid(message: str) -> ConfigError:
    """What PutConformancePack says of a template that it does not take."""
    return ConfigError("ConformancePackTemplateValidationException", message)


def rules(request: dict) -> dict[str, dict]:
    """The rules of a request's template by logical id, as PutConfigRule takes them."""
    template = _parsed(_text(request))
    values = _values(template.get("Parameters") or {}, request.get("ConformancePackInputParameters") or [])
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise not_valid("The template must contain at least one resource.")
    found = {}
    for logical_id, resource in resources.items():
        if not re.fullmatch("[A-Za-z0-9]{1,255}", str(logical_id)):
            raise not_valid(f"Resource name {logical_id} is non alphanumeric.")
        if resource.get("Type") not in TYPES:
            raise not_valid(f"{logical_id} has the type {resource.get('Type')}; a pack takes {' and '.join(TYPES)}.")
        if resource["Type"] == RULE:
            found[logical_id] = _rule(_resolved(resource.get("Properties") or {}, values))
    if len(found) > RULES_PER_PACK:
        raise not_valid(f"The template has {len(found)} rules; a conformance pack has at most {RULES_PER_PACK}.")
    return found


def _text(request: dict) -> str:
    if sum(source in request for source in SOURCES) != 1:
        raise invalid(f"You must specify only one of {', '.join(SOURCES)}.")
    if "TemplateSSMDocumentDetails" in request:
        raise not_valid("the sandbox keeps no template documents")
    if "TemplateBody" in request:
        if len(request["TemplateBody"].encode()) > INLINE_BYTES:
            raise too_long("...", "templateBody", INLINE_BYTES)
        return request["TemplateBody"]
    uri = urlparse(request["TemplateS3Uri"])
    if uri.scheme != "s3" or not uri.netloc or not uri.path.strip("/"):
        raise invalid(f"{request['TemplateS3Uri']} is not the location of a template: s3://bucketname/key")
    body = s3._get_object_data(uri.netloc, uri.path.lstrip("/"))
    if body is None:
        raise not_valid(f"The template at {request['TemplateS3Uri']} cannot be read.")
    if len(body) > BUCKET_BYTES:
        raise not_valid(f"The template has {len(body)} bytes; from a bucket it has at most {BUCKET_BYTES}.")
    return body.decode()


def _parsed(text: str) -> dict:
    try:
        template = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise not_valid(f"Template format error: {error}") from error
    if not isinstance(template, dict):
        raise not_valid("Template format error: unsupported structure.")
    return template


def _values(declared: dict, given: list[dict]) -> dict[str, str]:
    """Values of the template's parameters: given ones, then defaults."""
    if len(declared) > PARAMETERS or len(given) > PARAMETERS:
        raise not_valid(f"A conformance pack has at most {PARAMETERS} parameters.")
    values = {name: parameter["Default"] for name, parameter in declared.items() if "Default" in parameter}
    for parameter in given:
        name, value = parameter["ParameterName"], parameter["ParameterValue"]
        if len(value) > PARAMETER_VALUE_LENGTH:
            raise too_long("...", "conformancePackInputParameters.parameterValue", PARAMETER_VALUE_LENGTH)
        if name not in declared:
            raise not_valid(f"Parameters: [{name}] do not exist in the template")
        values[name] = value
    missing = sorted(set(declared) - set(values))
    if missing:
        raise not_valid(f"Parameters: [{', '.join(missing)}] must have values")
    return values


def _resolved(value: object, values: dict[str, str]) -> object:
    if isinstance(value, list):
        return [_resolved(item, values) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (function := next(iter(value))) in ("Ref", "Fn::Sub"):
        text = value[function]
        names = [text] if function == "Ref" else re.findall(r"\$\{([^}]+)\}", text)
        unknown = [name for name in names if name not in values]
        if unknown:
            raise not_valid(f"Template format error: Unresolved resource dependencies [{', '.join(unknown)}]")
        return values[text] if function == "Ref" else re.sub(r"\$\{([^}]+)\}", lambda m: values[m[1]], text)
    if any(name.startswith("Fn::") for name in value):
        raise not_valid(f"the sandbox does not know {', '.join(value)}")
    return {name: _resolved(member, values) for name, member in value.items()}


def _rule(properties: dict) -> dict:
    """A rule's properties as the API spells them: parameters are JSON text there."""
    rule = dict(properties)
    if not rule.get("ConfigRuleName"):
        raise not_valid("Every rule of a conformance pack needs a ConfigRuleName.")
    if not isinstance(rule.get("Source"), dict):
        raise not_valid(f"Property Source of {rule['ConfigRuleName']} cannot be empty.")
    if parameters := rule.pop("InputParameters", None):
        values = {name: _text_of(value) for name, value in parameters.items()}
        # Characters are counted, not what they would be escaped to.
        rule["InputParameters"] = json.dumps(values, ensure_ascii=False)
    return rule


def _text_of(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
