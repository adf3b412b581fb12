"""Reads of compliance in one account and region, and through an aggregator."""

import json
import time

import pytest

from account.client import prepare_landing_zone

BUCKETS = "buckets"
QUERY = (
    "SELECT accountId, awsRegion, resourceId, configuration.complianceType, configuration.configRuleList "
    "WHERE resourceType = 'AWS::Config::ResourceCompliance'"
)


def put_rule(account, name: str = BUCKETS) -> None:
    """A managed rule that needs no parameter."""
    source = {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"}
    account.client("config").put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": source})


def bucket(name: str, compliance: str, annotation: str = "") -> dict:
    """A result for a bucket."""
    kind = {"resourceType": "AWS::S3::Bucket", "complianceType": compliance}
    return {"resourceId": name, "annotation": annotation, **kind}


def aggregate(account, *accounts: str, regions: tuple[str, ...] = ("us-east-1",)) -> None:
    """An aggregator over accounts and regions."""
    account.client("config").put_configuration_aggregator(
        ConfigurationAggregatorName="all",
        AccountAggregationSources=[{"AccountIds": list(accounts), "AwsRegions": list(regions)}],
    )


def select(account, query: str = QUERY) -> list[dict]:
    """All rows of a query."""
    pages = account.client("config").get_paginator("select_aggregate_resource_config")
    found = pages.paginate(Expression=query, ConfigurationAggregatorName="all")
    return [json.loads(row) for page in found for row in page["Results"]]


def authorize(account, aggregator) -> None:
    """Let an aggregator's account and region see this one."""
    account.client("config").put_aggregation_authorization(
        AuthorizedAccountId=aggregator.account_id, AuthorizedAwsRegion=aggregator.region
    )


def test_a_rule_without_results_has_insufficient_data(recorded):
    put_rule(recorded)
    compliance = recorded.client("config").describe_compliance_by_config_rule()["ComplianceByConfigRules"]
    assert compliance == [{"ConfigRuleName": BUCKETS, "Compliance": {"ComplianceType": "INSUFFICIENT_DATA"}}]


def test_one_resource_makes_its_rule_non_compliant(recorded):
    put_rule(recorded)
    recorded.put_evaluations(BUCKETS, [bucket("good", "COMPLIANT"), bucket("bad", "NON_COMPLIANT", "no key")])
    config = recorded.client("config")
    compliance = config.describe_compliance_by_config_rule(ConfigRuleNames=[BUCKETS])["ComplianceByConfigRules"][0]
    assert compliance["Compliance"] == {
        "ComplianceType": "NON_COMPLIANT",
        "ComplianceContributorCount": {"CappedCount": 1, "CapExceeded": False},
    }
    wanted = {"ConfigRuleName": BUCKETS, "ComplianceTypes": ["NON_COMPLIANT"]}
    details = config.get_compliance_details_by_config_rule(**wanted)["EvaluationResults"]
    qualifier = details[0]["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    assert (len(details), qualifier["ResourceId"], details[0]["Annotation"]) == (1, "bad", "no key")
    summary = config.get_compliance_summary_by_config_rule()["ComplianceSummary"]
    assert summary["NonCompliantResourceCount"]["CappedCount"] == 1


def test_deleted_results_are_gone_and_those_of_other_rules_are_not(recorded, refused):
    config = recorded.client("config")
    for name in (BUCKETS, "others"):
        put_rule(recorded, name)
        recorded.put_evaluations(name, [bucket("one", "NON_COMPLIANT")])
    config.delete_evaluation_results(ConfigRuleName=BUCKETS)
    answer = config.describe_compliance_by_config_rule()["ComplianceByConfigRules"]
    kinds = {rule["ConfigRuleName"]: rule["Compliance"]["ComplianceType"] for rule in answer}
    assert kinds == {BUCKETS: "INSUFFICIENT_DATA", "others": "NON_COMPLIANT"}
    with refused("NoSuchConfigRuleException"):
        config.delete_evaluation_results(ConfigRuleName="nobody")


def test_details_come_in_pages(recorded):
    put_rule(recorded)
    recorded.put_evaluations(BUCKETS, [bucket(f"b-{number:03}", "COMPLIANT") for number in range(25)])
    pages = recorded.client("config").get_paginator("get_compliance_details_by_config_rule")
    sizes = [len(page["EvaluationResults"]) for page in pages.paginate(ConfigRuleName=BUCKETS)]
    assert sizes == [10, 10, 5]


def test_compliance_of_a_rule_that_is_not_there_is_refused(recorded, refused):
    config = recorded.client("config")
    with refused("NoSuchConfigRuleException"):
        config.describe_compliance_by_config_rule(ConfigRuleNames=["none"])
    with refused("NoSuchConfigRuleException"):
        config.get_compliance_details_by_config_rule(ConfigRuleName="none")


def test_an_aggregator_sees_nothing_without_authorization_even_of_its_own_account(recorded):
    put_rule(recorded)
    recorded.put_evaluations(BUCKETS, [bucket("bad", "NON_COMPLIANT")])
    aggregate(recorded, recorded.account_id)
    assert select(recorded) == []
    authorize(recorded, recorded)
    rows = select(recorded)
    assert [(r["accountId"], r["resourceId"]) for r in rows] == [(recorded.account_id, "AWS::S3::Bucket/bad")]
    assert rows[0]["configuration"]["complianceType"] == "NON_COMPLIANT"
    assert rows[0]["configuration"]["configRuleList"][0]["configRuleName"] == BUCKETS


def test_an_aggregator_sees_other_accounts_and_regions_that_authorized_it(recorded, other_account):
    elsewhere = other_account.in_region("eu-west-1")
    prepare_landing_zone(elsewhere)
    put_rule(elsewhere)
    elsewhere.put_evaluations(BUCKETS, [bucket("far", "COMPLIANT")])
    authorize(elsewhere, recorded)
    aggregate(recorded, recorded.account_id, other_account.account_id, regions=("us-east-1", "eu-west-1"))
    assert [(r["awsRegion"], r["resourceId"]) for r in select(recorded)] == [("eu-west-1", "AWS::S3::Bucket/far")]


def test_a_source_that_fails_says_so_and_since_when_and_its_rows_stay(recorded, other_account):
    put_rule(recorded)
    recorded.put_evaluations(BUCKETS, [bucket("bad", "NON_COMPLIANT")])
    authorize(recorded, recorded)
    aggregate(recorded, recorded.account_id, other_account.account_id)

    def arrives() -> list[tuple]:
        told = recorded.client("config").describe_configuration_aggregator_sources_status(
            ConfigurationAggregatorName="all"
        )["AggregatedSourceStatusList"]
        updated = [one.get("LastUpdateTime") for one in told]
        ages = [then and round(time.time() - then.timestamp()) for then in updated]
        return list(zip([one["LastUpdateStatus"] for one in told], ages, strict=True))

    never = ("FAILED", None)
    assert arrives() == [("SUCCEEDED", 0), never]
    for status in ("FAILED", "OUTDATED"):
        recorded.fail_source(recorded.account_id, "us-east-1", status, seconds=7200)
        (failed, age), other = arrives()
        assert (failed, other) == (status, never) and 7198 <= age <= 7202
    assert [row["resourceId"] for row in select(recorded)] == ["AWS::S3::Bucket/bad"]
    recorded.fail_source(recorded.account_id, "us-east-1", "SUCCEEDED")
    assert arrives() == [("SUCCEEDED", 0), never]


def test_a_query_gives_100_rows_to_a_page_and_keeps_its_conditions(recorded):
    put_rule(recorded)
    kinds = ["COMPLIANT"] * 150 + ["NON_COMPLIANT"] * 150
    recorded.put_evaluations(BUCKETS, [bucket(f"b-{n:03}", kind) for n, kind in enumerate(kinds)])
    aggregate(recorded, recorded.account_id)
    authorize(recorded, recorded)
    config = recorded.client("config")
    first = config.select_aggregate_resource_config(Expression=QUERY, ConfigurationAggregatorName="all")
    assert (len(first["Results"]), "NextToken" in first) == (100, True)
    assert len(select(recorded)) == 300
    assert len(select(recorded, QUERY + " AND configuration.complianceType = 'NON_COMPLIANT'")) == 150
    assert len(select(recorded, QUERY + " AND resourceId LIKE '%/b-00_' AND awsRegion IN ('us-east-1')")) == 10


def test_an_aggregate_of_a_rule_without_results_has_insufficient_data(recorded):
    put_rule(recorded)
    aggregate(recorded, recorded.account_id)
    authorize(recorded, recorded)
    config = recorded.client("config")
    found = config.describe_aggregate_compliance_by_config_rules(ConfigurationAggregatorName="all")
    rules = found["AggregateComplianceByConfigRules"]
    assert [rule["Compliance"]["ComplianceType"] for rule in rules] == ["INSUFFICIENT_DATA"]


@pytest.mark.parametrize("query", ["SELECT", "SELECT resourceId WHERE a = 'b' OR c = 'd'", "SELECT COUNT(*)"])
def test_a_query_that_is_not_understood_is_refused(recorded, refused, query):
    aggregate(recorded, recorded.account_id)
    with refused("InvalidExpressionException"):
        select(recorded, query)


def test_an_aggregator_is_taken_over_by_name_and_tagged_by_arn(recorded, refused):
    config = recorded.client("config")
    aggregate(recorded, recorded.account_id)
    aggregate(recorded, recorded.account_id, "999988887777")
    found = config.describe_configuration_aggregators()["ConfigurationAggregators"]
    assert [len(a["AccountAggregationSources"][0]["AccountIds"]) for a in found] == [2]
    arn = found[0]["ConfigurationAggregatorArn"]
    config.tag_resource(ResourceArn=arn, Tags=[{"Key": "k", "Value": "v"}])
    assert config.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "v"}]
    config.delete_configuration_aggregator(ConfigurationAggregatorName="all")
    with refused("NoSuchConfigurationAggregatorException"):
        config.describe_configuration_aggregators(ConfigurationAggregatorNames=["all"])


def test_an_authorization_is_put_described_tagged_and_deleted(account):
    config = account.client("config")
    wanted = {"AuthorizedAccountId": "999988887777", "AuthorizedAwsRegion": "eu-west-1"}
    put = config.put_aggregation_authorization(**wanted, Tags=[{"Key": "k", "Value": "v"}])
    arn = put["AggregationAuthorization"]["AggregationAuthorizationArn"]
    assert arn.endswith(":aggregation-authorization/999988887777/eu-west-1")
    assert config.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "v"}]
    assert len(config.describe_aggregation_authorizations()["AggregationAuthorizations"]) == 1
    config.delete_aggregation_authorization(**wanted)
    assert config.describe_aggregation_authorizations()["AggregationAuthorizations"] == []


def test_rules_and_results_of_accounts_and_regions_are_apart(recorded, other_account):
    put_rule(recorded)
    recorded.put_evaluations(BUCKETS, [bucket("bad", "NON_COMPLIANT")])
    for elsewhere in (other_account, recorded.in_region("eu-west-1")):
        config = elsewhere.client("config")
        assert config.describe_config_rules()["ConfigRules"] == []
        assert config.describe_compliance_by_resource()["ComplianceByResources"] == []


def select_here(account, query: str) -> list[dict]:
    """All rows of a query over one account and region."""
    pages = account.client("config").get_paginator("select_resource_config").paginate(Expression=query)
    return [json.loads(row) for page in pages for row in page["Results"]]


def test_query_over_one_account_returns_open_findings_in_pages(recorded, other_account):
    put_rule(recorded)
    kinds = ["COMPLIANT"] * 20 + ["NON_COMPLIANT"] * 130
    recorded.put_evaluations(BUCKETS, [bucket(f"b-{n:03}", kind) for n, kind in enumerate(kinds)])
    query = QUERY + " AND configuration.complianceType = 'NON_COMPLIANT'"
    first = recorded.client("config").select_resource_config(Expression=query, Limit=100)
    assert (len(first["Results"]), "NextToken" in first) == (100, True)
    rows = select_here(recorded, query)
    assert [row["resourceId"] for row in rows] == [f"AWS::S3::Bucket/b-{n:03}" for n in range(20, 150)]
    assert rows[0]["configuration"]["configRuleList"][0]["configRuleName"] == BUCKETS
    assert select_here(other_account, query) == []


def test_query_over_one_account_returns_name_arn_and_tags(recorded):
    recorded.client("s3").create_bucket(Bucket="named")
    tags = [{"Key": "owner", "Value": "data"}, {"Key": "env", "Value": "prod"}]
    recorded.client("s3").put_bucket_tagging(Bucket="named", Tagging={"TagSet": tags})
    query = "SELECT resourceType, resourceId, resourceName, arn, tags WHERE resourceId IN ('named', 'missing')"
    assert select_here(recorded, query) == [
        {
            "resourceType": "AWS::S3::Bucket",
            "resourceId": "named",
            "resourceName": "named",
            "arn": "arn:aws:s3:::named",
            "tags": [
                {"key": "env", "value": "prod", "tag": "env=prod"},
                {"key": "owner", "value": "data", "tag": "owner=data"},
            ],
        }
    ]


def test_compliance_that_is_not_recorded_is_not_in_the_index(recorded):
    put_rule(recorded)
    recorded.put_evaluations(BUCKETS, [bucket("b", "NON_COMPLIANT")])
    config = recorded.client("config")
    recorder = config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    group = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::S3::Bucket"]}
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": recorder["name"], "roleARN": recorder["roleARN"], "recordingGroup": group}
    )
    assert select_here(recorded, QUERY) == []


@pytest.mark.parametrize("query", ["SELECT", "SELECT resourceId WHERE a = 'b' OR c = 'd'", "SELECT COUNT(*)"])
def test_query_over_one_account_that_is_not_understood_is_refused(recorded, refused, query):
    with refused("InvalidExpressionException"):
        select_here(recorded, query)


def test_aggregator_returns_results_with_reasons_of_rules_it_sees(recorded, refused):
    put_rule(recorded)
    recorded.put_evaluations(BUCKETS, [bucket("good", "COMPLIANT"), bucket("bad", "NON_COMPLIANT", "no key")])
    aggregate(recorded, recorded.account_id)
    authorize(recorded, recorded)
    place = {"AccountId": recorded.account_id, "AwsRegion": "us-east-1", "ConfigurationAggregatorName": "all"}
    read = recorded.client("config").get_aggregate_compliance_details_by_config_rule
    results = read(ConfigRuleName=BUCKETS, ComplianceType="NON_COMPLIANT", **place)["AggregateEvaluationResults"]
    assert [(one["Annotation"], one["AccountId"]) for one in results] == [("no key", recorded.account_id)]
    with refused("ValidationException"):
        read(ConfigRuleName="another", **place)


def test_aggregator_returns_names_and_tags_of_resources(recorded):
    recorded.client("s3").create_bucket(Bucket="seen")
    aggregate(recorded, recorded.account_id)
    authorize(recorded, recorded)
    query = "SELECT accountId, resourceId, arn WHERE resourceId IN ('seen')"
    assert select(recorded, query) == [
        {"accountId": recorded.account_id, "resourceId": "seen", "arn": "arn:aws:s3:::seen"}
    ]
