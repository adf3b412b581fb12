"""Whose credentials, and what comes of bad ones: one sentence, and a failure only where the program names them."""

import hashlib
import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from account.client import Account

from .requests import ACTIONS, CONCURRENCY, request
from .test_namesakes import put_alarm
from .test_sources import STATUS


def skipped(answer) -> tuple[str, str]:
    """The reason and the sentence; nothing else was seen or said."""
    (told,) = answer.told
    assert told.endswith(answer.look["skipped"]["message"])
    assert not told.startswith("error")
    assert "recorders" not in answer.look
    assert answer.action == "unknown"
    return answer.look["skipped"]["reason"], answer.look["skipped"]["message"]


def refused(answer, path: str) -> tuple[str, str]:
    """The same of credentials that were asked for by name: an error of that input."""
    (told,) = answer.told
    message = answer.look["skipped"]["message"]
    assert told == f"error {path}: {message}"
    assert "recorders" not in answer.look
    return answer.look["skipped"]["reason"], message


def profiles(folder: Path, config: str, credentials: str = "") -> dict[str, str]:
    """The environment with shared files of this text."""
    (folder / "config").write_text(config)
    (folder / "credentials").write_text(credentials)
    return {"AWS_CONFIG_FILE": str(folder / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials")}


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_no_credentials(look, endpoint):
    answer = look(None, {"AWS_ENDPOINT_URL": endpoint}, region="eu-west-1")
    reason, message = skipped(answer)
    assert reason == "noCredentials"
    assert "set `AWS_PROFILE` or `AWS_ACCESS_KEY_ID`, or give `lookup.profile`" in message
    assert answer.seconds < 1, "nobody waits for instance metadata"


def test_no_region(look):
    answer = look(None, {"AWS_ACCESS_KEY_ID": "1" * 12, "AWS_SECRET_ACCESS_KEY": "test"})
    assert skipped(answer)[0] == "noRegion"
    assert answer.seconds < 1


def test_another_account(look, recorded):
    answer = look(recorded, **request("444455556666"))
    reason, message = skipped(answer)
    assert reason == "otherAccount"
    assert f"are of account {recorded.account_id}, the deployment goes to 444455556666" in message
    assert answer.look["account"] == recorded.account_id


def test_auto_does_not_guess_at_an_account_that_was_not_seen(look, recorded):
    (_, told) = sorted(look(recorded, **request("444455556666", recorder={"mode": "auto"})).told, reverse=True)
    assert told.startswith("error recorder.mode: `auto` has to see the account")


def test_expired_credentials(look, recorded, role):
    session = recorded.as_role(role(*ACTIONS))
    assert look(session, **request(recorded.account_id)).problems == []
    session.expire()
    reason, message = skipped(look(session, **request(recorded.account_id)))
    assert reason == "expiredCredentials"
    assert message == "the account was not inspected: the AWS credentials have expired; sign in again"


def test_credentials_that_aws_does_not_know(look, recorded):
    nobody = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "test"}
    answer = look(Account(recorded.endpoint, recorded.account_id, "eu-west-1", nobody))
    assert skipped(answer)[0] == "invalidCredentials"


@pytest.mark.parametrize(("region", "opt_in"), [("me-south-1", True), ("ap-southeast-7", True), ("eu-west-1", False)])
def test_case_26_a_region_that_is_not_enabled_is_a_possible_cause_of_credentials_that_aws_does_not_know(
    look, recorded, region, opt_in
):
    nobody = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "test"}
    # STS does not know them, or AWS Config alone does not.
    unknown = look(Account(recorded.endpoint, recorded.account_id, region, nobody))
    elsewhere = recorded.in_region(region)
    elsewhere.refuse("config", "*", times=50, code="UnrecognizedClientException")
    for message in (skipped(unknown)[1], " ".join(look(elsewhere).problems)):
        assert "are of no use" in message
        assert (f"{region} may not be enabled for the account" in message) == opt_in
        assert ("version 1 token of the global STS endpoint" in message) == opt_in


@pytest.mark.parametrize(
    ("limit", "runs", "said"),
    [
        (10, 2, "may have 10 concurrent runs"),
        (50, 20, "nearest: `13`"),
        (50, 13, None),
        (1000, 301, "nearest: `300`"),
        (1000, 300, None),
    ],
)
def test_case_16_what_an_account_cannot_reserve_is_said_at_the_input(look, recorded, limit, runs, said):
    recorded.limit_concurrency(limit)
    found = look(recorded, **request(recorded.account_id, concurrency={**CONCURRENCY, "runs": runs})).problems
    assert [line for line in found if line.startswith("error functions.reservedConcurrency: ")] == (
        found if said else []
    )
    assert (said or "") in " ".join(found)


def test_a_role_with_the_actions_of_the_look_sees_everything(look, recorded, role):
    arn = recorded.client("kms").create_key()["KeyMetadata"]["Arn"]
    answer = look(
        recorded.as_role(role(*ACTIONS)), **request(recorded.account_id, key={"arn": arn}, concurrency=CONCURRENCY)
    )
    assert answer.look["unread"] == []
    assert answer.actions == ACTIONS


# Without it a cost estimate has assumptions, and says so.
COUNTS = "config:GetDiscoveredResourceCounts"
# Asked where there is no recorder.
GET_ROLE = "iam:GetRole"


def test_a_denied_service_linked_role_is_a_warning_that_names_the_call(look, account, role):
    seen = account.as_role(role(*(action for action in ACTIONS if action != GET_ROLE)))
    asked = request(account.account_id, recorder={"mode": "create"}, serviceLinkedRole=True)
    assert look(seen, **asked).problems == [
        "warning : not read: AWS Config's service-linked role; `iam:GetRole` is not allowed to these credentials"
    ]


def test_resources_are_counted_where_that_is_asked_for(look, recorded, role):
    for _ in range(2):
        recorded.client("ec2").create_volume(AvailabilityZone=f"{recorded.region}a", Size=1)
    asked = request(recorded.account_id, countResources=True)
    counted = look(recorded.as_role(role(*ACTIONS)), **asked)
    # The landing zone has a bucket.
    assert counted.look["resources"] == {"AWS::EC2::Volume": 2, "AWS::S3::Bucket": 1}
    denied = look(recorded.as_role(role(*(action for action in ACTIONS if action != COUNTS))), **asked)
    assert ("resources" in denied.look, denied.look["unread"]) == (False, [])
    assert "resources" not in look(recorded, **request(recorded.account_id)).look


@pytest.mark.parametrize("denied", [action for action in ACTIONS if action not in (COUNTS, GET_ROLE, STATUS)])
def test_each_denied_call_is_a_warning_that_names_it(look, recorded, role, denied):
    config = recorded.client("config")
    source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
    config.put_config_rule(ConfigRule={"ConfigRuleName": "ebs-volumes-encrypted", "Source": source})
    recorded.client("events").put_rule(Name="compliance-schedule", ScheduleExpression="rate(1 day)")
    put_alarm(recorded, "compliance-score-fell")
    owner = {"value": "audit/prod/compliance", "unmarkedIsOurs": True}
    arn = recorded.client("kms").create_key()["KeyMetadata"]["Arn"]
    seen = recorded.as_role(role(*(action for action in ACTIONS if action != denied)))
    answer = look(seen, **request(recorded.account_id, owner=owner, key={"arn": arn}, concurrency=CONCURRENCY))
    unread = [line for line in answer.problems if "not read" in line]
    assert unread, answer.told
    assert all(
        line.startswith("warning ") and f"`{denied}` is not allowed to these credentials" in line for line in unread
    )
    assert {one["reason"] for one in answer.look["unread"]} == {"denied"}


def test_everything_denied(look, recorded, role):
    answer = look(recorded.as_role(role("sqs:ListQueues")), **request(recorded.account_id))
    assert {one["reason"] for one in answer.look["unread"]} == {"denied"}
    told, packs = answer.told
    assert packs.startswith("warning frameworks[0].deployAs: not read: conformance packs that may belong to others")
    assert told.startswith("warning : not read: the configuration recorder, ")
    assert told.endswith("and `cloudwatch:DescribeAlarms` are not allowed to these credentials")


def test_a_role_is_taken(look, recorded, role):
    arn = role(*ACTIONS)
    answer = look(recorded, **request(recorded.account_id, roleArn=arn))
    assert answer.problems == []
    assert answer.look["caller"].endswith("/aws-compliance-look")


def test_a_role_of_another_account_leads_there(look, recorded, endpoint):
    elsewhere = Account(endpoint, "999900001111", "eu-west-1")
    principal = {"AWS": f"arn:aws:iam::{elsewhere.account_id}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = recorded.client("iam")
    arn = iam.create_role(RoleName="deploys", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    assert skipped(look(elsewhere, **request(recorded.account_id)))[0] == "otherAccount"
    answer = look(elsewhere, **request(recorded.account_id, roleArn=arn))
    assert answer.look["account"] == recorded.account_id


def test_a_role_that_may_not_be_taken(look, recorded, role):
    session = recorded.as_role(role(*ACTIONS))
    answer = look(session, **request(recorded.account_id, roleArn=role(*ACTIONS)))
    reason, message = refused(answer, "lookup.roleArn")
    assert reason == "denied"
    assert "`sts:AssumeRole` of `arn:aws:iam::" in message


def test_a_profile_comes_before_the_environment(look, recorded, tmp_path):
    config = "[profile work]\nregion = eu-west-1\n"
    keys = f"[work]\naws_access_key_id = {recorded.account_id}\naws_secret_access_key = test\n"
    other = {"AWS_ACCESS_KEY_ID": "444455556666", "AWS_SECRET_ACCESS_KEY": "test"}
    environment = {**profiles(tmp_path, config, keys), **other, "AWS_ENDPOINT_URL": recorded.endpoint}
    answer = look(None, environment, **request(recorded.account_id, profile="work"))
    assert answer.problems == []
    assert answer.look["region"] == "eu-west-1"
    del environment["AWS_ACCESS_KEY_ID"]
    assert look(None, environment | {"AWS_PROFILE": "work"}, **request(recorded.account_id)).problems == []


def test_a_profile_that_takes_a_role(look, recorded, role, tmp_path):
    arn = role(*ACTIONS)
    config = f"[profile work]\nregion = eu-west-1\nrole_arn = {arn}\nsource_profile = base\n"
    keys = f"[base]\naws_access_key_id = {recorded.account_id}\naws_secret_access_key = test\n"
    environment = {**profiles(tmp_path, config, keys), "AWS_ENDPOINT_URL": recorded.endpoint}
    answer = look(None, environment, **request(recorded.account_id, profile="work"))
    assert answer.problems == []
    assert ":assumed-role/" in answer.look["caller"]
    nowhere = environment | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    assert skipped(look(None, nowhere, **request(recorded.account_id, profile="work")))[0] == "unreachable"
    keys = keys.replace(recorded.account_id, "AKIAIOSFODNN7EXAMPLE")
    environment |= profiles(tmp_path, config, keys)
    answer = look(None, environment, **request(recorded.account_id, profile="work"))
    reason, message = refused(answer, "lookup.profile")
    assert reason == "invalidCredentials"
    assert "of no use: InvalidClientTokenId: The security token" in message


@pytest.mark.parametrize(
    ("config", "expected", "part"),
    [
        ("[profile other]\nregion = x\n", "noCredentials", "the profile `work` has no AWS credentials"),
        (
            "[profile work]\ncredential_process = sleep 60\n",
            "unsupportedCredentials",
            "the look starts no credential processes",
        ),
        (
            "[profile work]\nsso_start_url = https://x\nsso_region = x\nsso_account_id = 1\nsso_role_name = x\n",
            "expiredCredentials",
            "sign in again",
        ),
        ("[profile work\n", "invalidCredentials", "could not parse profile file"),
    ],
)
def test_journey_16_a_profile_of_no_use_is_told_at_once(look, tmp_path, config, expected, part):
    answer = look(None, profiles(tmp_path, config), region="eu-west-1", profile="work")
    # Whoever signs in again has a profile that can be used.
    told = skipped(answer) if expected == "expiredCredentials" else refused(answer, "lookup.profile")
    reason, message = told
    assert (reason, part in message) == (expected, True), message
    assert answer.seconds < 1


SSO = """[profile work]
region = eu-west-1
sso_session = company
sso_account_id = {account}
sso_role_name = auditor
[sso-session company]
sso_start_url = https://company.example.com/start
sso_region = eu-west-1
"""


class Portal(http.server.BaseHTTPRequestHandler):
    """The portal of IAM Identity Center, which gives a role's credentials for the token of who signed in."""

    credentials: ClassVar[dict] = {}
    token = "token-of-today"

    def do_GET(self):
        known = self.headers["x-amz-sso_bearer_token"] == self.token
        asked = self.path.startswith("/federation/credentials?") and "role_name=auditor" in self.path
        body = {"roleCredentials": self.credentials} if known and asked else {"message": "not found or invalid"}
        self.send_response(200 if known and asked else 401)
        self.send_header("Content-Type", "application/json")
        if not known:
            self.send_header("x-amzn-ErrorType", "UnauthorizedException")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture
def portal(recorded, role) -> Iterator[str]:
    """The address of a portal that gives the session of a role that may look."""
    session = recorded.as_role(role(*ACTIONS)).credentials
    names = {"accessKeyId": "AccessKeyId", "secretAccessKey": "SecretAccessKey", "sessionToken": "SessionToken"}
    Portal.credentials = {name: session[member] for name, member in names.items()}
    Portal.credentials["expiration"] = int((time.time() + 3600) * 1000)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def signed_in(home: Path, token: str, hours: int) -> None:
    """What `aws sso login` leaves in a home."""
    until = (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    cache = home / ".aws/sso/cache"
    cache.mkdir(parents=True, exist_ok=True)
    kept = {"accessToken": token, "expiresAt": until, "region": "eu-west-1"}
    (cache / f"{hashlib.sha1(b'company').hexdigest()}.json").write_text(json.dumps(kept))


def test_a_profile_of_sso(look, recorded, portal, tmp_path):
    environment = profiles(tmp_path, SSO.format(account=recorded.account_id))
    environment |= {"AWS_ENDPOINT_URL": recorded.endpoint, "AWS_ENDPOINT_URL_SSO": portal}
    signed_in(tmp_path, Portal.token, hours=8)
    answer = look(None, environment, **request(recorded.account_id, profile="work"))
    assert answer.problems == []
    assert ":assumed-role/" in answer.look["caller"]
    named = environment | {"AWS_PROFILE": "work"}
    assert look(None, named, **request(recorded.account_id)).problems == []
    for token, hours in (("token-of-yesterday", 8), (Portal.token, -1)):
        signed_in(tmp_path, token, hours)
        answer = look(None, environment, **request(recorded.account_id, profile="work"))
        assert skipped(answer)[0] == "expiredCredentials"
    signed_in(tmp_path, Portal.token, hours=8)
    nowhere = environment | {"AWS_ENDPOINT_URL_SSO": "http://127.0.0.1:1"}
    assert skipped(look(None, nowhere, **request(recorded.account_id, profile="work")))[0] == "unreachable"


@pytest.mark.parametrize("times", [1, 2])
def test_a_throttled_call_is_tried_again(look, recorded, times):
    recorded.throttle("config", "DescribeConfigRules", times)
    recorded.throttle("sts", "GetCallerIdentity", times)
    answer = look(recorded, **request(recorded.account_id))
    assert (answer.problems, answer.look["rules"]["used"]) == ([], 0)


def test_calls_that_are_throttled_again_and_again(look, recorded):
    recorded.throttle("config", "DescribeConfigRules", 100)
    answer = look(recorded, **request(recorded.account_id))
    (told,) = answer.problems
    assert told == (
        "warning : not read: rules that may belong to others; AWS asked to be called less often "
        "(`config:DescribeConfigRules`); try again later"
    )
    assert answer.action == "reuse", "the rest was seen"


def test_an_account_that_is_throttled_as_a_whole(look, recorded):
    recorded.throttle("config", "*", 1000)
    answer = look(recorded, **request(recorded.account_id))
    assert {one["reason"] for one in answer.look["unread"]} <= {"throttled", "timedOut"}
    recorded.throttle("sts", "GetCallerIdentity", 100)
    assert skipped(look(recorded, **request(recorded.account_id)))[0] == "throttled"


def test_a_slow_answer_is_waited_for(look, recorded):
    recorded.slow_down("config", "DescribeConfigRules", times=1, seconds=1)
    assert look(recorded, **request(recorded.account_id)).problems == []


def test_answers_that_come_too_late_leave_the_rest(look, recorded):
    recorded.slow_down("config", "DescribeConfigRules", times=100, seconds=30)
    answer = look(recorded, **request(recorded.account_id))
    (told,) = answer.problems
    assert told.startswith("warning : not read: rules that may belong to others; ")
    assert "took too long" in told
    assert answer.action == "reuse"


def test_an_identity_that_comes_too_late(look, recorded):
    recorded.slow_down("sts", "GetCallerIdentity", times=100, seconds=30)
    assert skipped(look(recorded, **request(recorded.account_id)))[0] == "timedOut"


def test_a_service_that_never_answers(look, recorded, silent):
    answer = look(recorded, {"AWS_ENDPOINT_URL": silent}, **request(recorded.account_id))
    assert skipped(answer)[0] == "timedOut"
    answer = look(recorded, {"AWS_ENDPOINT_URL_KMS": silent}, **request(recorded.account_id, key={"arn": "x"}))
    assert {(one["part"], one["reason"]) for one in answer.look["unread"]} == {
        ("key", "timedOut"),
        ("keyPolicy", "timedOut"),
    }


def test_nobody_there(look, recorded):
    answer = look(recorded, endpointUrl="http://127.0.0.1:1", **request(recorded.account_id))
    assert skipped(answer)[0] == "unreachable"


def test_a_proxy_of_the_environment_is_used(look, recorded, silent):
    proxied = {"HTTP_PROXY": silent, "NO_PROXY": "", "AWS_ENDPOINT_URL": "http://config.invalid"}
    assert skipped(look(recorded, proxied, **request(recorded.account_id)))[0] == "timedOut"


def test_a_look_at_whatever_account_there_is(look, recorded):
    answer = look(recorded)
    assert answer.look["account"] == recorded.account_id
    assert answer.problems == []
    assert answer.table.startswith("account ")


def test_the_look_changes_nothing(look, recorded):
    def state() -> list:
        config = recorded.client("config")
        calls = (
            config.describe_configuration_recorders,
            config.describe_config_rules,
            config.describe_delivery_channels,
        )
        return [{k: v for k, v in call().items() if k != "ResponseMetadata"} for call in calls]

    before = state()
    look(recorded, **request(recorded.account_id))
    assert state() == before


def test_over_tls(look, recorded, over_tls):
    url, certificate = over_tls
    trusting = {"AWS_ENDPOINT_URL": url, "SSL_CERT_FILE": str(certificate)}
    assert look(recorded, trusting, **request(recorded.account_id)).problems == []


def test_a_certificate_that_is_not_trusted(look, recorded, over_tls):
    reason, message = skipped(look(recorded, {"AWS_ENDPOINT_URL": over_tls[0]}, **request(recorded.account_id)))
    assert reason == "unreachable"
    assert "certificate" in message
