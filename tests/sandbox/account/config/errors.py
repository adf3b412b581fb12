"""Errors of AWS Config: a code and a message, sent as the JSON protocol sends them."""

import json
from contextlib import contextmanager


class ConfigError(Exception):
    """A refusal with AWS's error code."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def invalid(message: str) -> ConfigError:
    """The parameter has a value AWS Config does not take."""
    return ConfigError("InvalidParameterValueException", message)


def not_an_enum(value: object, where: str, allowed: tuple[str, ...]) -> ConfigError:
    """What every AWS service says of a value outside an enum of its model."""
    return ConfigError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{', '.join(allowed)}]",
    )


def too_long(value: str, where: str, limit: int) -> ConfigError:
    """What every AWS service says of a value longer than its model allows."""
    return ConfigError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {limit}",
    )


@contextmanager
def moto_error():
    """Pass an error of moto's backend on as our own: it has AWS's code and message already."""
    from moto.core.exceptions import JsonRESTError

    try:
        yield
    except JsonRESTError as error:
        body = json.loads(error.get_body())
        raise ConfigError(body["__type"], body["message"]) from error
