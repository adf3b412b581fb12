"""For tests and the demo: start an account, get boto3 clients for it, prepare it as a landing zone would."""

import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from botocore.config import Config

SANDBOX = Path(__file__).resolve().parents[1]
ADMIN_SECRET = "test"
START_SECONDS = 60


@contextmanager
def start(auth: bool = True, port: int = 0) -> Iterator[str]:
    """Run the account in a process of its own; yields its endpoint, ends it and removes its files afterwards."""
    with tempfile.TemporaryDirectory(prefix="account-") as folder:
        log = Path(folder) / "account.log"
        command = [sys.executable, "-m", "account", "--port", str(port), "--state", folder]
        command += ["--auth" if auth else "--no-auth", "--parent-pid", str(os.getpid())]
        environment = {**os.environ, "PYTHONPATH": str(SANDBOX)}
        with log.open("w") as errors:
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the account did not start:\n{log.read_text()}")
            yield json.loads(line)["endpoint"]
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


@dataclass(frozen=True)
class Account:
    """One account and region behind an endpoint, seen by its administrator or by `credentials`."""

    endpoint: str
    account_id: str = "111122223333"
    region: str = "us-east-1"
    credentials: dict[str, str] = field(default_factory=dict, hash=False)

    @functools.cached_property
    def environment(self) -> dict[str, str]:
        """Environment for a process that shall use this account: the AWS CLI, an SDK, Pulumi."""
        given = self.credentials or {"AccessKeyId": self.account_id, "SecretAccessKey": ADMIN_SECRET}
        environment = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        }
        if "SessionToken" in given:
            environment["AWS_SESSION_TOKEN"] = given["SessionToken"]
        return environment

    def client(self, service: str):
        """A boto3 client; path-style buckets, no retries, so that a test sees the first answer."""
        clients = self.__dict__.setdefault("_clients", {})
        if service not in clients:
            env = self.environment
            clients[service] = _session().client(
                service,
                endpoint_url=self.endpoint,
                region_name=self.region,
                aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=env.get("AWS_SESSION_TOKEN"),
                # A function that is waited for may take as long as Lambda lets it.
                config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, read_timeout=900),
            )
        return clients[service]

    def in_region(self, region: str) -> "Account":
        """The same account and credentials in another region."""
        return Account(self.endpoint, self.account_id, region, self.credentials)

    def as_role(self, role_arn: str) -> "Account":
        """The same account and region, seen by a role; its trust policy must admit the account."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")
        return Account(self.endpoint, self.account_id, self.region, answer["Credentials"])

    def put_evaluations(self, rule: str, results: list[dict]) -> None:
        """Give a Config rule results: `resourceType`, `resourceId`, `complianceType`, optional `annotation`."""
        self._door("evaluations", rule=rule, results=results)

    def evaluate(self, *rules: str) -> dict[str, int]:
        """Let rules (none named: all) judge the account's own resources; rule -> verdicts that changed."""
        return self._door("runs", rules=list(rules) or None)["changes"]

    def fail_source(self, account_id: str, region: str, status: str = "FAILED", seconds: float = 0) -> None:
        """Let a source of aggregators be `FAILED` or `OUTDATED`, last read `seconds` ago, until it is `SUCCEEDED`."""
        source = Account(self.endpoint, account_id, region)
        source._door("arrivals", status=status, seconds=seconds)

    def delay(self, evaluation: float = 0, aggregation: float = 0) -> None:
        """From now on rules are evaluated so many seconds later, and aggregators know so many seconds after that."""
        self._door("delays", evaluation=evaluation, aggregation=aggregation)

    def judge_alarms(self) -> dict[str, str]:
        """Let CloudWatch judge every metric alarm now, with what data are missing; name -> state."""
        return self._door("alarms")["states"]

    def spend(self, budget: str, usd: float) -> list[float]:
        """Let the month of a budget have cost so much; thresholds, in percent, of the notifications that this sent."""
        return self._door("spending", budget=budget, usd=usd)["sent"]

    def month(self, changes: dict[str, int]) -> dict[str, int]:
        """Evaluations of each rule in a month in which each resource of a type changes so often."""
        return self._door("months", changes=changes)["evaluations"]

    def advance(self, seconds: float) -> None:
        """Let time pass in this account: what is due by then happens."""
        self._door("clock", seconds=seconds)

    def fire_schedule(self, rule: str, bus: str = "default") -> int:
        """Let a scheduled event rule fire now; the number of its targets."""
        return self._door("schedules", rule=rule, bus=bus)["targets"]

    def put_service_events(self, entries: list[dict]) -> None:
        """Put events of an AWS service (`aws.*`, which PutEvents refuses) on the bus."""
        self._door("events", entries=entries)

    def confirm_email(self, topic_arn: str, address: str) -> None:
        """Confirm an e-mail subscription, as the owner of the address would."""
        self._door("confirmations", topic=topic_arn, address=address)

    def mails(self) -> list[dict]:
        """The e-mails that topics of this account and region sent: `topic`, `to`, `subject`, `text`, newest last."""
        return self._door("mails")["mails"]

    def throttle(self, service: str, action: str, times: int) -> None:
        """Let the next calls of an action be throttled (`*`: of every one, which is all that S3 knows)."""
        # Not every service calls it alike ("Common Errors").
        code = {"s3": "SlowDown", "securityhub": "TooManyRequestsException", "sns": "Throttling"}
        code |= {"sqs": "RequestThrottled", "sts": "Throttling"}
        code = code.get(service, "ThrottlingException")
        self._door("faults", service=service, action=action, times=times, code=code)

    def refuse(self, service: str, action: str, times: int, code: str) -> None:
        """Let the next calls of an action (`*`: of every one) fail with this code. Services: as for `throttle`."""
        self._door("faults", service=service, action=action, times=times, code=code)

    def enable_region(self, enabled: bool = True) -> None:
        """Enable this region for the account, or disable it: it then knows none of the account's credentials."""
        self._door("regions", enabled=enabled)

    def limit_concurrency(self, limit: int) -> None:
        """From now on all functions of this account together may run so often at once."""
        self._door("concurrency", limit=limit)

    def throttle_share(self, role_arn: str, share: float, seed: int) -> None:
        """From now on throttle that share of a role's calls, of every service; `seed` chooses which."""
        self._door("troubles", role=role_arn, share=share, seed=seed)

    def kill_after(self, role_arn: str, calls: int) -> None:
        """From now on a role's first calls have their effect, and none after them has."""
        self._door("troubles", role=role_arn, survives=calls)

    def leave_alone(self, role_arn: str) -> dict[str, int]:
        """End the trouble of a role; how many `calls` it made since it began, and how many `failed`."""
        return self._door("troubles", role=role_arn)

    def slow_down(self, service: str, action: str, times: int, seconds: float) -> None:
        """Let the next answers of an action (`*`: of every one) come late. Services: as for `throttle`."""
        self._door("faults", service=service, action=action, times=times, seconds=seconds)

    def settle(self, seconds: float) -> None:
        """From now on new roles, their policies, keys and topics are known everywhere only after a while."""
        self._door("settling", seconds=seconds)

    def expire(self) -> None:
        """End the session that this account is seen by."""
        self._door("expirations", accessKeyId=self.credentials["AccessKeyId"])

    def asked(self) -> dict[str, list[str]]:
        """The actions that IAM `allowed` to these credentials, and those that it `denied`."""
        return self._door("asked", principal=self.client("sts").get_caller_identity()["Arn"])

    def lost(self) -> list[dict]:
        """What AWS would have lost without telling anyone: `target`, `reason`, newest last, over all accounts."""
        with urllib.request.urlopen(f"{self.endpoint}/_account/lost") as answer:
            return json.load(answer)["lost"]

    def _door(self, path: str, **body) -> dict:
        request = urllib.request.Request(
            f"{self.endpoint}/_account/{path}",
            data=json.dumps({"account": self.account_id, "region": self.region, **body}).encode(),
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def prepare_landing_zone(account: Account, start: bool = True, **recorder) -> None:
    """Make what AWS Config needs before any rule: role, bucket, recorder, delivery channel; start recording.

    `recorder` changes members of the recorder: `name`, `recordingGroup`, `recordingMode`.
    """
    bucket = f"config-delivery-{account.account_id}-{account.region}"
    role = _config_role(account)
    s3 = account.client("s3")
    location = {} if account.region == "us-east-1" else {"LocationConstraint": account.region}
    s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": location} if location else {}))
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_delivery_policy(bucket, account.account_id)))
    config = account.client("config")
    everything = {"allSupported": True, "includeGlobalResourceTypes": True}
    wanted = {"name": "default", "roleARN": role, "recordingGroup": everything, **recorder}
    config.put_configuration_recorder(ConfigurationRecorder=wanted)
    config.put_delivery_channel(DeliveryChannel={"name": wanted["name"], "s3BucketName": bucket})
    if start:
        config.start_configuration_recorder(ConfigurationRecorderName=wanted["name"])


def _config_role(account: Account) -> str:
    """The role of the recorder, one for all regions of an account."""
    iam = account.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": "sts:AssumeRole"}
    name = "landing-zone-config"
    try:
        return iam.get_role(RoleName=name)["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
        iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/service-role/AWS_ConfigRole")
        return role["Arn"]


def _delivery_policy(bucket: str, account_id: str) -> dict:
    only_here = {"StringEquals": {"aws:SourceAccount": account_id}}
    service = {"Service": "config.amazonaws.com"}
    look = {"Action": ["s3:GetBucketAcl", "s3:ListBucket"], "Resource": f"arn:aws:s3:::{bucket}"}
    write = {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{account_id}/Config/*"}
    shared = {"Effect": "Allow", "Principal": service, "Condition": only_here}
    return {"Version": "2012-10-17", "Statement": [{**shared, **look}, {**shared, **write}]}


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()
