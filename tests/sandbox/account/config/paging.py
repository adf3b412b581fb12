"""Pages of a list, with the opaque token AWS hands out."""

import base64
import binascii

from account.config.errors import ConfigError, invalid


def page(items: list, request: dict, default: int, most: int = 100) -> tuple[list, dict]:
    """The items a request asks for, and `{"NextToken": ...}` where more follow."""
    limit = request.get("Limit") or request.get("MaxResults") or default
    if not 0 < limit <= most:
        raise ConfigError("InvalidLimitException", f"The specified limit {limit} is outside the allowable range.")
    start = _offset(request["NextToken"]) if request.get("NextToken") else 0
    end = start + limit
    token = {"NextToken": base64.b64encode(f"offset:{end}".encode()).decode()} if end < len(items) else {}
    return items[start:end], token


def _offset(token: str) -> int:
    try:
        return int(base64.b64decode(token, validate=True).decode().removeprefix("offset:"))
    except (binascii.Error, ValueError) as error:
        raise ConfigError("InvalidNextTokenException", "The specified nextToken is not valid.") from error


def chosen(known: dict, names: list[str] | None, missing) -> list:
    """The values of the names asked for, or all of them, in order of name; `missing(name)` is the error to raise."""
    for name in names or []:
        if name not in known:
            raise missing(name)
    if names is not None and len(names) > 25:
        raise invalid("A request names at most 25 of them.")
    return [known[name] for name in sorted(names or known)]
