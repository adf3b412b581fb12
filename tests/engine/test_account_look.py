"""The look at prepared accounts through `pulumi preview` and `pulumi up`: the right finding, the same in both, no hang.

What the look says of each account is in `tests/look`, where it is a program of its own. Here it is part of a
deployment: one case of each kind of thing that it looks at, and of each way in which it cannot.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable
from typing import NamedTuple

import pytest

from account.client import Account, prepare_landing_zone
from engine.children import type_of
from engine.deployment import yaml_program
from harness.engine import EngineError
from harness.stack import Changes, Stack
from look.requests import ACTIONS
from look.test_keys import make_key
from look.test_namesakes import put_aggregator, put_alarm, put_authorization, put_dashboard, put_event_rule, put_rule
from look.test_recorders import LINKED

OTHER = "audit/dev/compliance"
# The look ends after five seconds; engine, programs and a machine that does more than this add the rest.
SECONDS = 60
# More calls than any run makes.
ALWAYS = 10_000
_names = itertools.count(1)


class Sight(NamedTuple):
    """An account, and what a run there says of it: `severity`, and all of `parts` in one message."""

    # Makes the account what it is; the inputs that go with it come back.
    prepare: Callable[[Account], dict | None]
    parts: tuple[str, ...]


def beside(*more: Callable[[Account], object]) -> Callable[[Account], None]:
    """The same with more in it."""

    def prepare(account: Account) -> None:
        prepare_landing_zone(account)
        for add in more:
            add(account)

    return prepare


def linked(account: Account) -> None:
    account.client("config").put_service_linked_configuration_recorder(ServicePrincipal=LINKED)


def no_channel(account: Account) -> None:
    config = account.client("config")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    config.delete_configuration_recorder(ConfigurationRecorderName="default")


def a_key(account: Account, **options) -> dict:
    prepare_landing_zone(account)
    return {"kmsKeyArn": make_key(account, **options)}


def daily(prepare: Callable[[Account], None]) -> Callable[[Account], dict]:
    """The same for a deployment that tells once a day."""

    def prepared(account: Account) -> dict:
        prepare(account)
        return {"notifications": {"emails": {"security": "security@example.com"}, "digest": "daily"}}

    return prepared


def create(prepare: Callable[[Account], None]) -> Callable[[Account], dict]:
    """The same for a deployment that wants a recorder of its own."""

    def prepared(account: Account) -> dict:
        prepare(account)
        return {"recorder": {"mode": "create"}}

    return prepared


REFUSED = {
    "no recorder": Sight(lambda _account: None, ("recorder.mode", "has no configuration recorder", "`create`")),
    "create beside a channel": Sight(create(beside(no_channel)), ("the delivery channel `default`", "delete it with")),
    "somebody's rule": Sight(
        beside(lambda account: put_rule(account, "ebs-volumes-encrypted")),
        ("rules.baseline", "a rule `ebs-volumes-encrypted` exists", "does not carry the tag"),
    ),
    "somebody's event rule by the name of the digest's": Sight(
        daily(beside(lambda account: put_event_rule(account, "compliance-digest"))),
        ("namePrefix", "an event rule `compliance-digest` exists"),
    ),
    "another deployment's dashboard": Sight(
        beside(lambda account: put_dashboard(account, "ComplianceMonitoring-eu-west-1", OTHER)),
        ("namePrefix", "a dashboard `ComplianceMonitoring-eu-west-1`", f"the deployment `{OTHER}`"),
    ),
    "another deployment's alarm of the delivery test": Sight(
        beside(lambda account: put_alarm(account, "compliance-delivery-test", OTHER)),
        ("namePrefix", "an alarm `compliance-delivery-test`", f"the deployment `{OTHER}`"),
    ),
    "somebody's aggregator": Sight(
        beside(lambda account: put_aggregator(account, "compliance-aggregator")),
        ("namePrefix", "an aggregator `compliance-aggregator` exists"),
    ),
    "a second aggregation": Sight(
        beside(lambda account: put_aggregator(account, "audit-aggregator", OTHER)),
        ("namePrefix", f"the deployment `{OTHER}` has an aggregation in account"),
    ),
    "a key that admits nobody": Sight(
        a_key, ("kmsKeyArn", "does not admit `logs.eu-west-1.amazonaws.com`", "add to the statements of its policy")
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_preview_and_up_refuse_with_the_same_words_and_touch_nothing(engine, account, tmp_path, case):
    sight = REFUSED[case]
    inputs = sight.prepare(account) or {}
    stack = Stack(engine, yaml_program(tmp_path, inputs), f"refused{next(_names)}", account.environment)
    before = everything(account)
    told = []
    for step in (stack.preview, stack.up):
        started = time.monotonic()
        with pytest.raises(EngineError) as caught:
            step()
        assert time.monotonic() - started < SECONDS
        told.append([line.strip() for line in str(caught.value).splitlines() if "- property " in line])
    assert told[0] == told[1]
    assert len(told[0]) == 1, told[0]
    assert [part for part in sight.parts if part not in str(caught.value)] == []
    assert {kind for kind in map(type_of, stack.resources()) if not kind.startswith("pulumi:")} == set()
    assert everything(account) == before


def everything(account: Account) -> list:
    """What of AWS Config and KMS there is."""
    config, kms = account.client("config"), account.client("kms")
    calls = (
        config.describe_config_rules,
        config.describe_configuration_aggregators,
        config.describe_configuration_recorders,
        config.describe_delivery_channels,
        kms.list_keys,
    )
    return [{name: value for name, value in call().items() if name != "ResponseMetadata"} for call in calls]


TOLD = {
    "a stopped recorder": Sight(
        lambda account: prepare_landing_zone(account, start=False), ("is stopped", "start-configuration-recorder")
    ),
    "types that a recorder of ours leaves out": Sight(
        lambda _account: {
            "recorder": {"mode": "create", "strategy": "allExcept", "resourceTypes": ["AWS::EC2::Volume"]}
        },
        ("rules.baseline", "the rule `ebs-volumes-encrypted` looks at `AWS::EC2::Volume`", "`compliance-recorder`"),
    ),
    "somebody's authorization": Sight(beside(put_authorization), ("the authorization for the aggregators of",)),
}


@pytest.mark.parametrize("case", TOLD)
def test_preview_and_up_warn_with_the_same_words_and_go_on(engine, account, tmp_path, case):
    sight = TOLD[case]
    inputs = sight.prepare(account) or {}
    stack = Stack(engine, yaml_program(tmp_path, inputs), f"told{next(_names)}", account.environment)
    warnings = [said(changes) for changes in (stack.preview(), stack.up())]
    assert warnings[0] == warnings[1]
    assert any(all(part in line for part in sight.parts) for line in warnings[0]), warnings[0]


def test_a_recorder_of_control_tower_is_reused_and_named_in_the_one_line(engine, account, tmp_path):
    prepare_landing_zone(account, name="aws-controltower-BaselineConfigRecorder")
    linked(account)
    stack = Stack(engine, yaml_program(tmp_path, {}), f"tower{next(_names)}", account.environment)
    changes = stack.preview()
    place = f"account {account.account_id}, region {account.region}"
    expected = (
        f"{place}: the recorder `aws-controltower-BaselineConfigRecorder` of AWS Control Tower records all resource "
        "types, global ones included, continuously"
    )
    assert [line for line in map(plain, changes.of_severity("info")) if place in line] == [expected]
    assert changes.diagnostics == []


class Credentials(NamedTuple):
    """Whose credentials the plugin's process has, while the provider has the administrator's; and what is said."""

    environment: Callable[[Account, Callable[[], Account]], dict[str, str]]
    severity: str
    parts: tuple[str, ...]


def role(account: Account, *actions: str) -> Account:
    """The account, seen by a role that may do these."""
    principal = {"AWS": f"arn:aws:iam::{account.account_id}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    iam, name = account.client("iam"), f"looks-{next(_names)}"
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Resource": "*", "Action": list(actions)}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="allowed", PolicyDocument=policy)
    return account.as_role(arn)


def denied(account: Account, _new) -> dict[str, str]:
    return role(account, *(action for action in ACTIONS if action != "config:DescribeConfigRules")).environment


def slow(account: Account, _new) -> dict[str, str]:
    account.slow_down("config", "ListConfigurationRecorders", ALWAYS, seconds=30)
    return account.environment


UNSEEN = {
    "another account": Credentials(lambda _account, new: new().environment, "info", ("are of account", "`lookup.pro")),
    "a denied call": Credentials(denied, "warning", ("`config:DescribeConfigRules` is not allowed",)),
    "a slow call": Credentials(slow, "warning", ("service-linked recorders", "took too long")),
}


@pytest.fixture
def rules_as(engine, account, new_account, tmp_path) -> Callable[..., Stack]:
    """`rules_as(credentials, inputs)`: a stack of one component, the account of which others see."""

    def make(credentials: Credentials, kind: str, inputs: dict) -> Stack:
        prepare_landing_zone(account)
        program = yaml_program(tmp_path, inputs)
        text = json.loads((program / "Pulumi.yaml").read_text())
        text["resources"]["compliance"]["type"] = f"aws-compliance:index:{kind}"
        (program / "Pulumi.yaml").write_text(json.dumps(text))
        environment = {**credentials.environment(account, new_account), "HOME": str(tmp_path)}
        provider = {"accessKey": account.account_id, "secretKey": "test", "region": account.region}
        given = {f"aws:{name}": value for name, value in provider.items()}
        return Stack(engine, program, f"unseen{next(_names)}", environment, **given)

    return make


@pytest.mark.parametrize("case", UNSEEN)
def test_what_cannot_be_seen_is_told_once_and_fails_nothing(rules_as, case):
    credentials = UNSEEN[case]
    # A part, because the whole says the same and takes longer.
    stack = rules_as(credentials, "RuleSet", {})
    told = []
    for step in (stack.preview, stack.up):
        started = time.monotonic()
        changes = step()
        assert time.monotonic() - started < SECONDS
        told.append([line for line in map(plain, changes.of_severity(credentials.severity)) if is_about(line)])
    found = [line for line in told[0] if all(part in line for part in credentials.parts)]
    assert len(found) == 1, told[0]
    # A status line is for the preview alone.
    assert told[1] == (told[0] if credentials.severity == "warning" else [])
    assert len([urn for urn in stack.resources() if type_of(urn) == "aws:cfg/rule:Rule"]) == 4


def test_auto_is_refused_where_the_account_cannot_be_seen(rules_as):
    stack = rules_as(UNSEEN["another account"], "ComplianceMonitoring", {"recorder": {"mode": "auto"}})
    for step in (stack.preview, stack.up):
        with pytest.raises(EngineError, match="`auto` has to see the account"):
            step()
    assert {kind for kind in map(type_of, stack.resources()) if not kind.startswith("pulumi:")} == set()


def test_the_account_is_seen_with_the_role_that_lookup_names(rules_as, account, tmp_path):
    """The plugin's process has nobody's permissions, and may take the role."""
    arn = "arn:aws:iam::{}:role/looks-for-others"
    trusted = Credentials(lambda seen, _new: trusting(seen), "info", ())
    inputs = {"lookup": {"roleArn": arn.format(account.account_id)}}
    changes = rules_as(trusted, "RuleSet", inputs).preview()
    assert any("the recorder `default` records" in line for line in changes.of_severity("info"))


def trusting(account: Account) -> dict[str, str]:
    """Make the role that looks, and a session that may do nothing but take it."""
    iam = account.client("iam")
    principal = {"AWS": f"arn:aws:iam::{account.account_id}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="looks-for-others", AssumeRolePolicyDocument=document)
    allowed = {"Effect": "Allow", "Resource": "*", "Action": ACTIONS}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="looks-for-others", PolicyName="allowed", PolicyDocument=policy)
    return role(account, "sts:AssumeRole").environment


def plain(message: str) -> str:
    """A message without the engine's colours and the name of its severity."""
    text = re.sub(r"<\{%.*?%\}>", "", message).strip()
    return text.removeprefix("warning: ").removeprefix("info: ")


def is_about(line: str) -> bool:
    """Whether a line is of the look."""
    return any(part in line for part in ("looked at", "not read", "credentials"))


def said(changes: Changes) -> list[str]:
    """The warnings."""
    return sorted(map(plain, changes.of_severity("warning")))
