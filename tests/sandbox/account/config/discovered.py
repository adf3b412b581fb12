"""How many resources AWS Config has discovered: those that advanced queries know.

AWS Config API Reference, "GetDiscoveredResourceCounts": types in order of their counts, at most 100 a page. Only what a
recorder records is discovered; without a recorder there is nothing.
"""

from collections import Counter

from account.config import inventory
from account.config.paging import page
from account.config.recorders import describe_configuration_recorders

JUDGED = ("AWS::EC2::Instance", "AWS::EC2::Volume", "AWS::RDS::DBInstance", "AWS::S3::Bucket")


def get_discovered_resource_counts(request: dict) -> dict:
    """The number of resources of each type."""
    counts = Counter()
    recorders = describe_configuration_recorders({})["ConfigurationRecorders"]
    if recorders:
        counts.update(item["resourceType"] for item in inventory.items())
    counts = Counter({kind: count for kind, count in counts.items() if any(_records(one, kind) for one in recorders)})
    # A request that names no types counts those that some rule judges here.
    wanted = request.get("resourceTypes") or [kind for kind in counts if kind in JUDGED]
    found = [{"resourceType": kind, "count": counts[kind]} for kind in wanted if counts[kind]]
    found.sort(key=lambda one: (-one["count"], one["resourceType"]))
    asked = {"Limit": request.get("limit"), "NextToken": request.get("nextToken")}
    some, token = page(found, asked, default=100)
    answer = {"totalDiscoveredResources": sum(one["count"] for one in found), "resourceCounts": some}
    return answer | ({"nextToken": token["NextToken"]} if token else {})


def _records(recorder: dict, kind: str) -> bool:
    """Whether the recording group has a type ("RecordingGroup" of the API Reference)."""
    group = recorder.get("recordingGroup", {})
    excluded = group.get("exclusionByResourceTypes", {}).get("resourceTypes", [])
    if excluded:
        return kind not in excluded
    return bool(group.get("allSupported", not group)) or kind in group.get("resourceTypes", [])


OPERATIONS = {"GetDiscoveredResourceCounts": get_discovered_resource_counts}
