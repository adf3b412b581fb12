"""What the deployment's aggregator lists and does not receive."""

from .requests import ACTIONS, OWNER, request, tags

OTHER = "444455556666"
STATUS = "config:DescribeConfigurationAggregatorSourcesStatus"


def listed(account) -> dict:
    """A deployment's aggregator that lists another account and another region, and the request that plans both."""
    account.client("config").put_configuration_aggregator(
        ConfigurationAggregatorName="compliance-aggregator",
        AccountAggregationSources=[
            {"AccountIds": [account.account_id, OTHER], "AwsRegions": [account.region, "us-east-1"]}
        ],
        Tags=tags(OWNER),
    )
    sources = [
        {"path": ["aggregation", "accounts", 1], "account": OTHER, "regions": [account.region, "us-east-1"]},
        {"path": ["aggregation", "regions", 1], "account": account.account_id, "regions": ["us-east-1"]},
    ]
    return request(account.account_id, sources=sources)


def test_each_source_from_which_nothing_arrives_is_named_until_it_authorizes_the_aggregator(look, recorded):
    asked = listed(recorded)
    account, region = look(recorded, **asked).problems
    assert account.startswith(
        f"warning aggregation.accounts[1]: nothing arrives from account {OTHER} in {recorded.region} and us-east-1"
    )
    assert region.startswith(
        f"warning aggregation.regions[1]: nothing arrives from account {recorded.account_id} in us-east-1"
    )
    assert f"aggregatorAccountId {recorded.account_id} and aggregatorRegion {recorded.region}" in region
    recorded.in_region("us-east-1").client("config").put_aggregation_authorization(
        AuthorizedAccountId=recorded.account_id, AuthorizedAwsRegion=recorded.region
    )
    assert look(recorded, **asked).problems == [account]


def test_denied_status_of_sources_is_a_warning_that_names_the_call(look, recorded, role):
    seen = recorded.as_role(role(*(action for action in ACTIONS if action != STATUS)))
    assert look(seen, **listed(recorded)).problems == [
        f"warning : not read: what the aggregator receives; `{STATUS}` is not allowed to these credentials"
    ]
