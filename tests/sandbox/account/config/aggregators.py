"""Configuration aggregators and the authorizations they need; moto keeps both, tags are ours.

AWS pages: "PutConfigurationAggregator", "PutAggregationAuthorization", "Multi-Account Multi-Region Data Aggregation".
"""

from account.config.state import here, moto_here
from account.config.tags import tag_new


def put_configuration_aggregator(request: dict) -> dict:
    """Create an aggregator, or take over the one of that name."""
    name = request["ConfigurationAggregatorName"]
    is_new = name not in moto_here().config_aggregators
    aggregator = moto_here().put_configuration_aggregator(_without_tags(request))
    if is_new:
        tag_new(aggregator["ConfigurationAggregatorArn"], request.get("Tags"))
    return {"ConfigurationAggregator": aggregator}


def delete_configuration_aggregator(request: dict) -> None:
    """Remove an aggregator."""
    name = request["ConfigurationAggregatorName"]
    aggregator = moto_here().config_aggregators.get(name)
    moto_here().delete_configuration_aggregator(name)
    here().tags.pop(aggregator.configuration_aggregator_arn, None)


def put_aggregation_authorization(request: dict) -> dict:
    """Let an aggregator of that account and region see this account and region."""
    known = _authorization_key(request) in moto_here().aggregation_authorizations
    authorization = moto_here().put_aggregation_authorization(
        request["AuthorizedAccountId"], request["AuthorizedAwsRegion"], []
    )
    if not known:
        tag_new(authorization["AggregationAuthorizationArn"], request.get("Tags"))
    return {"AggregationAuthorization": authorization}


def delete_aggregation_authorization(request: dict) -> None:
    """Take an authorization back; one that is not there is no error."""
    found = moto_here().aggregation_authorizations.get(_authorization_key(request))
    if found is not None:
        here().tags.pop(found.aggregation_authorization_arn, None)
    moto_here().delete_aggregation_authorization(request["AuthorizedAccountId"], request["AuthorizedAwsRegion"])


def _describe_aggregators(request: dict) -> dict:
    return moto_here().describe_configuration_aggregators(
        request.get("ConfigurationAggregatorNames"), request.get("NextToken"), request.get("Limit")
    )


def _describe_authorizations(request: dict) -> dict:
    return moto_here().describe_aggregation_authorizations(request.get("NextToken"), request.get("Limit"))


def _authorization_key(request: dict) -> str:
    """moto's own key of an authorization."""
    return f"{request['AuthorizedAccountId']}/{request['AuthorizedAwsRegion']}"


def _without_tags(request: dict) -> dict:
    return {key: value for key, value in request.items() if key != "Tags"}


OPERATIONS = {
    "PutConfigurationAggregator": put_configuration_aggregator,
    "DescribeConfigurationAggregators": _describe_aggregators,
    "DeleteConfigurationAggregator": delete_configuration_aggregator,
    "PutAggregationAuthorization": put_aggregation_authorization,
    "DescribeAggregationAuthorizations": _describe_authorizations,
    "DeleteAggregationAuthorization": delete_aggregation_authorization,
}
