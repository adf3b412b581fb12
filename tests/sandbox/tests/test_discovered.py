"""AWS Config counts the resources that it has discovered."""

from __future__ import annotations


def counts(account) -> dict[str, int]:
    """Resources by type, all pages."""
    config, found, token = account.client("config"), {}, {}
    while True:
        answer = config.get_discovered_resource_counts(limit=1, **token)
        found |= {one["resourceType"]: one["count"] for one in answer["resourceCounts"]}
        if "nextToken" not in answer:
            return found
        token = {"nextToken": answer["nextToken"]}


def test_an_account_without_a_recorder_has_discovered_nothing(account):
    account.client("s3").create_bucket(Bucket="one-bucket-of-mine")
    assert counts(account) == {}


def test_only_what_the_recorder_records_is_discovered(recorded):
    recorded.client("ec2").create_volume(AvailabilityZone=f"{recorded.region}a", Size=1)
    config = recorded.client("config")
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    given = {name: recorder[name] for name in ("name", "roleARN")}
    only = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::EC2::Volume"]}
    config.put_configuration_recorder(ConfigurationRecorder=given | {"recordingGroup": only})
    assert counts(recorded) == {"AWS::EC2::Volume": 1}
    excluding = {
        "allSupported": False,
        "exclusionByResourceTypes": {"resourceTypes": ["AWS::EC2::Volume"]},
        "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
    }
    config.put_configuration_recorder(ConfigurationRecorder=given | {"recordingGroup": excluding})
    assert counts(recorded) == {"AWS::S3::Bucket": 1}


def test_resources_are_counted_by_type(recorded):
    for _ in range(3):
        recorded.client("ec2").create_volume(AvailabilityZone=f"{recorded.region}a", Size=1)
    # The landing zone has a bucket.
    assert counts(recorded) == {"AWS::EC2::Volume": 3, "AWS::S3::Bucket": 1}
    only = recorded.client("config").get_discovered_resource_counts(resourceTypes=["AWS::S3::Bucket"])
    assert only["resourceCounts"] == [{"resourceType": "AWS::S3::Bucket", "count": 1}]
    assert only["totalDiscoveredResources"] == 1
