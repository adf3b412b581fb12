"""Tags of log groups and Athena workgroups in the Resource Groups Tagging API, which MiniStack does not gather.

AWS page: "Services that support the Resource Groups Tagging API" (Resource Groups Tagging API Reference).
"""

from ministack.core.arn import parse_arn
from ministack.core.responses import get_region
from ministack.services import athena, cloudwatch_logs, tagging


def install() -> None:
    """Add both services to those whose tags are gathered, written and removed."""
    for service, (collect, find) in SERVICES.items():
        tagging._COLLECTORS[service] = collect
        tagging._WRITERS[service] = lambda _spec, arn, tags, find=find: find(arn).update(tags)
        tagging._REMOVERS[service] = lambda _spec, arn, keys, find=find: [find(arn).pop(key, None) for key in keys]


def _log_groups():
    for group in cloudwatch_logs._log_groups.values():
        yield group["arn"].removesuffix(":*"), tagging._normalise_flat(group["tags"])


def _of_log_group(arn: str) -> dict:
    group = cloudwatch_logs._log_groups.get(arn.partition(":log-group:")[2].removesuffix(":*"))
    if group is None:
        raise tagging._ResourceNotFound(arn)
    return group["tags"]


def _workgroups():
    for arn, tags in athena._tags.items():
        if parse_arn(arn).region == get_region():
            yield arn, tagging._normalise_flat(tags)


def _of_workgroup(arn: str) -> dict:
    if arn.rpartition(":workgroup/")[2] not in athena._workgroups:
        raise tagging._ResourceNotFound(arn)
    return athena._tags.setdefault(arn, {})


SERVICES = {"logs": (_log_groups, _of_log_group), "athena": (_workgroups, _of_workgroup)}
