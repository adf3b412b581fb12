"""What a destroy left behind in an account, service by service."""

from __future__ import annotations

from account.client import Account


def leftovers(account: Account) -> dict[str, list[str]]:
    """Everything of the component's kinds that is not the landing zone's; keys that wait for their deletion aside."""
    client = account.client
    found = {
        "buckets": _names(client("s3").list_buckets()["Buckets"], "Name"),
        "functions": _names(client("lambda").list_functions()["Functions"], "FunctionName"),
        "mappings": _names(client("lambda").list_event_source_mappings()["EventSourceMappings"], "UUID"),
        "roles": _names(client("iam").list_roles()["Roles"], "RoleName"),
        "log groups": _names(client("logs").describe_log_groups()["logGroups"], "logGroupName"),
        "queues": client("sqs").list_queues().get("QueueUrls", []),
        "topics": _names(client("sns").list_topics()["Topics"], "TopicArn"),
        "subscriptions": _names(client("sns").list_subscriptions()["Subscriptions"], "SubscriptionArn"),
        "rules": _names(client("config").describe_config_rules()["ConfigRules"], "ConfigRuleName"),
        "packs": _names(client("config").describe_conformance_packs()["ConformancePackDetails"], "ConformancePackName"),
        "aggregators": _aggregators(account),
        "authorizations": _authorizations(account),
        "alarms": _names(client("cloudwatch").describe_alarms()["MetricAlarms"], "AlarmName"),
        "databases": _names(client("glue").get_databases()["DatabaseList"], "Name"),
        "workgroups": _names(client("athena").list_work_groups()["WorkGroups"], "Name"),
        "budgets": _names(client("budgets").describe_budgets(AccountId=account.account_id)["Budgets"], "BudgetName"),
        "dashboards": _names(client("cloudwatch").list_dashboards()["DashboardEntries"], "DashboardName"),
        "tables": client("dynamodb").list_tables()["TableNames"],
        "event rules": _names(client("events").list_rules()["Rules"], "Name"),
        "aliases": _names(client("kms").list_aliases()["Aliases"], "AliasName"),
        "keys": [key for key in keys(account) if state(account, key) != "PendingDeletion"],
    }
    return {kind: rest for kind, names in found.items() if (rest := [name for name in names if not _not_ours(name)])}


def keys(account: Account) -> list[str]:
    """Ids of the account's keys."""
    return _names(account.client("kms").list_keys()["Keys"], "KeyId")


def state(account: Account, key: str) -> str:
    """Whether a key is enabled, or waits for its deletion."""
    return account.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]


def _not_ours(name: str) -> bool:
    """The landing zone's bucket and role, and AWS's own aliases and workgroup."""
    return name.startswith(("config-delivery-", "landing-zone-", "alias/aws/")) or name == "primary"


def _names(entries: list[dict], member: str) -> list[str]:
    return [entry[member] for entry in entries]


def _aggregators(account: Account) -> list[str]:
    found = account.client("config").describe_configuration_aggregators()
    return _names(found["ConfigurationAggregators"], "ConfigurationAggregatorName")


def _authorizations(account: Account) -> list[str]:
    found = account.client("config").describe_aggregation_authorizations()
    return _names(found["AggregationAuthorizations"], "AggregationAuthorizationArn")
