"""What has names of ours and is not ours is refused; what is ours is not."""

import json

import pytest

from .requests import OWNER, OWNER_TAG, RULES, request, tags


def put_rule(account, name: str, owner: str | None = None) -> None:
    source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
    account.client("config").put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": source}, Tags=tags(owner))


def put_aggregator(account, name: str, owner: str | None = None) -> None:
    sources = [{"AccountIds": [account.account_id], "AwsRegions": [account.region]}]
    account.client("config").put_configuration_aggregator(
        ConfigurationAggregatorName=name, AccountAggregationSources=sources, Tags=tags(owner)
    )


def put_authorization(account, owner: str | None = None) -> None:
    account.client("config").put_aggregation_authorization(
        AuthorizedAccountId=account.account_id, AuthorizedAwsRegion=account.region, Tags=tags(owner)
    )


def put_pack(account, name: str, owner: str | None = None) -> None:
    source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
    rule = {"Type": "AWS::Config::ConfigRule", "Properties": {"ConfigRuleName": "volumes", "Source": source}}
    account.client("config").put_conformance_pack(
        ConformancePackName=name, TemplateBody=json.dumps({"Resources": {"Volumes": rule}}), Tags=tags(owner)
    )


def put_event_rule(account, name: str, owner: str | None = None) -> None:
    account.client("events").put_rule(Name=name, ScheduleExpression="rate(1 day)", Tags=tags(owner))


def put_dashboard(account, name: str, owner: str | None = None) -> None:
    text = f"Deployed by Pulumi: `{OWNER_TAG}={owner}`" if owner else "Ours"
    place = {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1}
    body = {"widgets": [{**place, "properties": {"markdown": text}}]}
    account.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=json.dumps(body))


def put_alarm(account, name: str, owner: str | None = None) -> None:
    metric = {"Namespace": "Somebody", "MetricName": "Else", "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 1}
    judged = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0}
    account.client("cloudwatch").put_metric_alarm(AlarmName=name, **metric, **judged, Tags=tags(owner))


PUTS = {
    "rule": (put_rule, "ebs-volumes-encrypted", "error rules.baseline: a rule `ebs-volumes-encrypted` exists"),
    "aggregator": (put_aggregator, "compliance-aggregator", "error namePrefix: an aggregator `compliance-aggregator`"),
    "event rule": (
        put_event_rule,
        "compliance-schedule",
        "error namePrefix: an event rule `compliance-schedule` exists",
    ),
    "dashboard": (put_dashboard, "ComplianceMonitoring-eu-west-1", "error namePrefix: a dashboard `ComplianceMonit"),
    "alarm": (put_alarm, "compliance-score-fell", "error namePrefix: an alarm `compliance-score-fell` exists"),
    "pack": (put_pack, "compliance-cis", "error frameworks[0].deployAs: a conformance pack `compliance-cis` exists"),
}


@pytest.mark.parametrize("kind", PUTS)
def test_a_namesake_of_nobody_is_refused(look, recorded, kind):
    put, name, start = PUTS[kind]
    put(recorded, name)
    (told,) = look(recorded, **request(recorded.account_id)).problems
    assert told.startswith(start)
    assert "a deployment would overwrite it, and a destroy would delete it" in told


@pytest.mark.parametrize("kind", PUTS)
def test_a_namesake_of_another_deployment_is_refused_and_named(look, recorded, kind):
    put, name, start = PUTS[kind]
    put(recorded, name, "audit/dev/compliance")
    told = look(recorded, **request(recorded.account_id)).problems
    assert told[0].startswith(start)
    assert "it belongs to the deployment `audit/dev/compliance`" in told[0]
    assert len(told) == 1


def test_our_own_things_are_ours(look, recorded):
    for put, name, _ in PUTS.values():
        put(recorded, name, OWNER)
    put_authorization(recorded, OWNER)
    answer = look(recorded, **request(recorded.account_id))
    assert answer.problems == []
    found = [(one["kind"], one["name"]) for one in answer.look["namesakes"]]
    assert found == [
        ("rule", "ebs-volumes-encrypted"),
        ("aggregator", "compliance-aggregator"),
        ("authorization", f"{recorded.account_id}/eu-west-1"),
        ("conformancePack", "compliance-cis"),
        ("eventRule", "compliance-schedule"),
        ("dashboard", "ComplianceMonitoring-eu-west-1"),
        ("alarm", "compliance-score-fell"),
    ]
    owner = {"value": "audit/prod/renamed", "former": [OWNER]}
    assert look(recorded, **request(recorded.account_id, owner=owner)).problems == []


def test_a_pack_says_whose_it_is_by_a_parameter_because_the_provider_gives_it_no_tags(look, recorded):
    rule = {"ConfigRuleName": "volumes", "Source": {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}}
    template = {
        "Parameters": {"ComplianceOwner": {"Type": "String"}},
        "Resources": {"Volumes": {"Type": "AWS::Config::ConfigRule", "Properties": rule}},
    }
    for owner, problems in ((OWNER, 0), ("audit/dev/compliance", 1)):
        recorded.client("config").put_conformance_pack(
            ConformancePackName="compliance-cis",
            TemplateBody=json.dumps(template),
            ConformancePackInputParameters=[{"ParameterName": "ComplianceOwner", "ParameterValue": owner}],
        )
        answer = look(recorded, **request(recorded.account_id))
        assert len(answer.problems) == problems
        assert answer.look["conformancePacks"] == {"used": 1, "allowed": 50}


def test_the_remedy_that_is_told_works(look, recorded):
    put_rule(recorded, "ebs-volumes-encrypted")
    (told,) = look(recorded, **request(recorded.account_id)).problems
    arn = told.split("--resource-arn ")[1].split()[0]
    recorded.client("config").tag_resource(ResourceArn=arn, Tags=tags(OWNER))
    assert look(recorded, **request(recorded.account_id)).problems == []


def test_the_remedy_that_is_told_of_an_event_rule_works(look, recorded):
    put_event_rule(recorded, "compliance-schedule")
    (told,) = look(recorded, **request(recorded.account_id)).problems
    arn = told.split("aws events tag-resource --resource-arn ")[1].split()[0]
    recorded.client("events").tag_resource(ResourceARN=arn, Tags=tags(OWNER))
    assert look(recorded, **request(recorded.account_id)).problems == []


def test_the_remedy_that_is_told_of_an_alarm_works(look, recorded):
    put_alarm(recorded, "compliance-score-fell")
    (told,) = look(recorded, **request(recorded.account_id)).problems
    arn = told.split("aws cloudwatch tag-resource --resource-arn ")[1].split()[0]
    recorded.client("cloudwatch").tag_resource(ResourceARN=arn, Tags=tags(OWNER))
    assert look(recorded, **request(recorded.account_id)).problems == []


def test_things_without_a_tag_are_ours_where_that_is_said(look, recorded):
    for put, name, _ in PUTS.values():
        put(recorded, name)
    owner = {"value": OWNER, "unmarkedIsOurs": True}
    assert look(recorded, **request(recorded.account_id, owner=owner)).problems == []


def test_a_foreign_authorization_is_a_warning(look, recorded):
    put_authorization(recorded)
    (told,) = look(recorded, **request(recorded.account_id)).problems
    assert told.startswith("warning namePrefix: the authorization for the aggregators of `")


def test_a_second_aggregation_is_refused(look, recorded):
    put_aggregator(recorded, "audit-aggregator", "audit/dev/compliance")
    put_aggregator(recorded, "organization-wide")
    (told,) = look(recorded, **request(recorded.account_id)).problems
    assert told.startswith("error namePrefix: the deployment `audit/dev/compliance` has an aggregation in account")


def test_things_of_other_names_do_not_matter(look, recorded):
    put_rule(recorded, "somebody-elses")
    put_pack(recorded, "somebody-elses")
    put_aggregator(recorded, "somebody-elses")
    put_alarm(recorded, "somebody-elses")
    answer = look(recorded, **request(recorded.account_id))
    assert (answer.problems, answer.look["namesakes"]) == ([], [])
    # The rule of a pack counts, too.
    assert answer.look["rules"] == {"used": 2, "allowed": 1000}


def test_the_quota_counts_all_pages_of_rules(look, recorded):
    for number in range(997):
        put_rule(recorded, f"rule-{number}")
    answer = look(recorded, **request(recorded.account_id))
    assert answer.problems == [
        f"error rules: 4 new rules do not fit: account {recorded.account_id} has 997 of the 1000 that AWS allows in "
        "eu-west-1; take rules out, or ask for a higher quota"
    ]
    for name in list(RULES)[:1]:
        put_rule(recorded, name, OWNER)
    recorded.client("config").delete_config_rule(ConfigRuleName="rule-0")
    assert look(recorded, **request(recorded.account_id)).problems == []


def test_the_tags_of_a_hundred_rules_are_read(look, recorded):
    named = [f"rule-{number}" for number in range(100)]
    for name in named:
        put_rule(recorded, name, OWNER)
    put_rule(recorded, "rule-of-another", "audit/dev/compliance")
    rules = [{"path": ["rules", "managed", number, "name"], "name": name} for number, name in enumerate(named)]
    rules.append({"path": ["rules", "managed", 100, "name"], "name": "rule-of-another"})
    (told,) = look(recorded, **request(recorded.account_id, rules=rules)).problems
    assert told.startswith("error rules.managed[100].name:")
