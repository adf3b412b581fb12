"""How many resources AWS Config has discovered: those of the services that the judges look at.

AWS Config API Reference, "GetDiscoveredResourceCounts": types in order of their counts, at most 100 a page. Only what a
recorder records is discovered; without a recorder there is nothing.
"""

from collections import Counter

from ministack.services import ec2, rds

from account.config.judges import buckets
from account.config.paging import page
from account.config.recorders import describe_configuration_recorders


def get_discovered_resource_counts(request: dict) -> dict:
    """The number of resources of each type."""
    counts = Counter()
    recorders = describe_configuration_recorders({})["ConfigurationRecorders"]
    if recorders:
        running = [each for each in ec2._instances.values() if each["State"]["Name"] != "terminated"]
        counts["AWS::EC2::Instance"] = len(running)
        counts["AWS::EC2::Volume"] = len(list(ec2._volumes.items()))
        counts["AWS::RDS::DBInstance"] = len(list(rds._instances.values()))
        counts["AWS::S3::Bucket"] = len(buckets())
    counts = Counter({kind: count for kind, count in counts.items() if any(_records(one, kind) for one in recorders)})
    wanted = request.get("resourceTypes") or list(counts)
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
