"""Values of the wire as plain Python, and when two of them mean the same."""

from __future__ import annotations

import json

from google.protobuf import json_format, struct_pb2

from .facts import UNKNOWN


def decode(struct: struct_pb2.Struct) -> dict:
    """A struct as a dict; whole numbers as int, as boto3 wants them."""
    return _whole(json_format.MessageToDict(struct))


def _whole(value):
    if isinstance(value, dict):
        return {name: _whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def encode(value: dict) -> struct_pb2.Struct:
    """A dict as a struct; what is None is absent."""
    struct = struct_pb2.Struct()
    json_format.ParseDict(without_none(value), struct)
    return struct


def without_none(value):
    """The same value without members that are None."""
    if isinstance(value, dict):
        return {name: without_none(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_none(item) for item in value]
    return value


def has_unknown(value) -> bool:
    """Whether a preview cannot know a part of it."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value == UNKNOWN


def same(left, right) -> bool:
    """Whether two values mean the same to AWS: JSON texts by content, lists of texts as sets, absent as empty."""
    return _canonical(left) == _canonical(right)


def _canonical(value):
    if value in (None, "", [], {}):
        return None
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return _policy(json.loads(value))
        except ValueError:
            return value
    if isinstance(value, dict):
        members = {name: _canonical(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member is not None} or None
    if isinstance(value, list):
        items = [_canonical(item) for item in value]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    return value


def _policy(value):
    """A policy's single text and a list of it are the same."""
    if isinstance(value, dict):
        return {name: _policy(member) for name, member in value.items()}
    if isinstance(value, list):
        items = [_policy(item) for item in value]
        if all(isinstance(item, str) for item in items):
            return items[0] if len(items) == 1 else sorted(items)
        return items
    return value


def pascal(value):
    """Names of nested members as most AWS services write them: `noncurrentDays` to `NoncurrentDays`."""
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: pascal(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [pascal(item) for item in value]
    return value


def camel(value):
    """The other way round."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: camel(member) for name, member in value.items()}
    if isinstance(value, list):
        return [camel(item) for item in value]
    return value
