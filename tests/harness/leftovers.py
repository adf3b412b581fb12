"""What a destroy left behind in an account, service by service."""

from __future__ import annotations

from typing import Any, Protocol

# What, and how its names are read: service, operation, the answer's list, the member of an entry that names it.
LISTS: dict[str, tuple[str, str, str, str]] = {
    "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
    "mappings": ("lambda", "list_event_source_mappings", "EventSourceMappings", "FunctionArn"),
    "roles": ("iam", "list_roles", "Roles", "RoleName"),
    "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "queues": ("sqs", "list_queues", "QueueUrls", ""),
    "topics": ("sns", "list_topics", "Topics", "TopicArn"),
    "subscriptions": ("sns", "list_subscriptions", "Subscriptions", "TopicArn"),
    "rules": ("config", "describe_config_rules", "ConfigRules", "ConfigRuleName"),
    "packs": ("config", "describe_conformance_packs", "ConformancePackDetails", "ConformancePackName"),
    "aggregators": (
        "config",
        "describe_configuration_aggregators",
        "ConfigurationAggregators",
        "ConfigurationAggregatorName",
    ),
    "authorizations": (
        "config",
        "describe_aggregation_authorizations",
        "AggregationAuthorizations",
        "AggregationAuthorizationArn",
    ),
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "dashboards": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "databases": ("glue", "get_databases", "DatabaseList", "Name"),
    "workgroups": ("athena", "list_work_groups", "WorkGroups", "Name"),
    "budgets": ("budgets", "describe_budgets", "Budgets", "BudgetName"),
    "tables": ("dynamodb", "list_tables", "TableNames", ""),
    "event rules": ("events", "list_rules", "Rules", "Name"),
    "aliases": ("kms", "list_aliases", "Aliases", "AliasName"),
}


class Account(Protocol):
    """An account that gives clients of its services."""

    def client(self, service: str) -> Any:
        """A client of a service."""


def listed(account: Account, kind: str) -> list[str]:
    """The names of everything of a kind, page by page."""
    service, operation, member, name = LISTS[kind]
    client = account.client(service)
    arguments = {}
    if service == "budgets":
        arguments["AccountId"] = account.client("sts").get_caller_identity()["Account"]
    if client.can_paginate(operation):
        pages = client.get_paginator(operation).paginate(**arguments)
    else:
        pages = [getattr(client, operation)(**arguments)]
    return [entry[name] if name else entry for page in pages for entry in page.get(member, [])]


def leftovers(account: Account) -> dict[str, list[str]]:
    """Everything of the component's kinds that is not the landing zone's; keys that wait for their deletion aside."""
    found = {kind: [name for name in listed(account, kind) if not _not_ours(name)] for kind in LISTS}
    found["keys"] = [key for key in keys(account) if state(account, key) != "PendingDeletion"]
    return {kind: names for kind, names in found.items() if names}


def named(account: Account, prefix: str) -> dict[str, list[str]]:
    """Everything of the component's kinds that carries this prefix, in an account that has much else."""
    found = {kind: [name for name in listed(account, kind) if prefix in name] for kind in LISTS}
    return {kind: names for kind, names in found.items() if names}


def keys(account: Account) -> list[str]:
    """Ids of the account's keys."""
    return [entry["KeyId"] for entry in account.client("kms").list_keys()["Keys"]]


def state(account: Account, key: str) -> str:
    """Whether a key is enabled, or waits for its deletion."""
    return account.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]


def _not_ours(name: str) -> bool:
    """The landing zone's bucket and role, and AWS's own aliases and workgroup."""
    return name.startswith(("config-delivery-", "landing-zone-", "alias/aws/")) or name == "primary"
