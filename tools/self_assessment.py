"""Write `docs/self-assessment.md`: what our own resources are worth under our own frameworks.

The resources are those of the recorded deployments (`provider/aws-compliance/tests/construct/snapshots`), which tests
hold against the component; the rules are all that any framework has and that look at a type we create. How a rule
judges is written here from its page in the AWS Config Developer Guide. A rule or a type that is new fails the tool:
someone must say how it is judged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / "provider/catalog/facts/generated"
SNAPSHOTS = ROOT / "provider/aws-compliance/tests/construct/snapshots"
PAGE = ROOT / "docs/self-assessment.md"
DEPLOYMENTS = {"default": "a_default_deployment", "hardened": "a_hardened_deployment"}

# What AWS Config calls the resources that we create.
TYPES = {
    "aws:cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
    "aws:cloudwatch/logGroup:LogGroup": "AWS::Logs::LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
    "aws:dynamodb/table:Table": "AWS::DynamoDB::Table",
    "aws:iam/role:Role": "AWS::IAM::Role",
    "aws:kms/alias:Alias": "AWS::KMS::Alias",
    "aws:kms/key:Key": "AWS::KMS::Key",
    "aws:lambda/function:Function": "AWS::Lambda::Function",
    "aws:s3/bucket:Bucket": "AWS::S3::Bucket",
    "aws:sns/topic:Topic": "AWS::SNS::Topic",
    "aws:sqs/queue:Queue": "AWS::SQS::Queue",
}
# Resources that belong to another one, or that no rule of a framework looks at.
PARTS = re.compile(
    r"aws:(s3/bucket\w+|iam/rolePolicy\w*|sns/topic\w+|sqs/queuePolicy|lambda/(permission|invocation|event\w+|function\w+)"
    r"|cloudwatch/(eventTarget|dashboard)|cfg/\w+|athena/\w+|glue/\w+):"
)
PASS, FAIL, NOT_HERE = "passes", "fails", "does not apply"

# Why what fails in a hardened deployment, too, is left as it is.
REASONS = {
    "CLOUDWATCH_ALARM_ACTION_CHECK": "packs require an action for insufficient data: each alarm sets what missing "
    "data means instead, and a new alarm has no data yet; the alarm of the delivery test only reports its end",
    "CW_LOGGROUP_RETENTION_PERIOD_CHECK": "`hardened` retains logs for a year; a few packs require up to ten, which "
    "`functions.logRetentionDays` sets",
    "DYNAMODB_AUTOSCALING_ENABLED": "the table is billed by request and scales automatically",
    "DYNAMODB_IN_BACKUP_PLAN": "backup plans are your organization's decision",
    "DYNAMODB_LAST_BACKUP_RECOVERY_POINT_CREATED": "backup plans are your organization's decision",
    "DYNAMODB_RESOURCES_PROTECTED_BY_BACKUP_PLAN": "backup plans are your organization's decision",
    "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED": "it would block `destroy`; processing rebuilds the "
    "ledger from AWS Config, and point-in-time recovery restores 35 days of it",
    "IAM_NO_INLINE_POLICY_CHECK": "each policy names the queue, bucket folder and log group of one function and fits "
    "no other role; a managed policy could be attached elsewhere",
    "LAMBDA_CONCURRENCY_CHECK": "the packs require 500 to 1,000 reserved runs for each function, half of an account; "
    "`functions.reservedConcurrency` sets the number that fits your account",
    "LAMBDA_FUNCTION_SETTINGS_CHECK": "the packs list runtimes of languages; the functions are native programs, which "
    "run on `provided.al2023`",
    "LAMBDA_INSIDE_VPC": "the functions call AWS APIs only; in a VPC each needs an endpoint, see `functions.vpc`",
    "LAMBDA_VPC_MULTI_AZ_CHECK": "the functions are in no VPC",
    "REQUIRED_TAGS": "the required tag is your organization's decision; set it in `tags`",
    "S3_BUCKET_CROSS_REGION_REPLICATION_ENABLED": "needs a bucket and a key in a second region; reports "
    "can be made again",
    "S3_BUCKET_DEFAULT_LOCK_ENABLED": "objects that cannot be deleted stop `destroy`, and the packs' mode needs a "
    "retention that only you can choose; `hardened` makes the bucket able to lock",
    "S3_BUCKET_LOGGING_ENABLED": "S3 writes its access log to a bucket without a KMS key only, which would fail the "
    "rules on encryption in turn; CloudTrail's data events record the same accesses",
    "S3_BUCKET_MFA_DELETE_ENABLED": "only the root user of an account can turn it on",
    "S3_BUCKET_REPLICATION_ENABLED": "needs a second bucket; reports can be made again",
    "S3_EVENT_NOTIFICATIONS_ENABLED": "no program waits for a report; its function sends the notices",
    "S3_RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT": "backup plans are your organization's decision; the bucket is "
    "versioned",
    "S3_RESOURCES_PROTECTED_BY_BACKUP_PLAN": "backup plans are your organization's decision; the bucket is versioned",
    "S3_BUCKET_VERSIONING_ENABLED": "versions are retained; a few packs require MFA to delete them, which only the "
    "root user of an account can enable",
    "SNS_TOPIC_MESSAGE_DELIVERY_NOTIFICATION_ENABLED": "the topic delivers e-mail, which has no delivery status in SNS",
}


@dataclass
class Resource:
    """A resource with what belongs to it."""

    kind: str
    name: str
    inputs: dict
    parts: dict[str, list[dict]] = field(default_factory=dict)

    def part(self, token: str) -> dict:
        """The one part of that type; empty where there is none."""
        return next(iter(self.parts.get(token, [])), {})


def rules_of_frameworks() -> dict[str, dict]:
    """Identifier -> its types, and the frameworks that ask for it with the parameters each gives."""
    facts = json.loads((FACTS / "rules.json").read_text())["rules"]
    found: dict[str, dict] = {}
    for name, framework in json.loads((FACTS / "frameworks.json").read_text())["frameworks"].items():
        for rule in framework["rules"]:
            if not rule.get("off"):
                identifier = rule["identifier"]
                entry = found.setdefault(identifier, {"types": facts[identifier].get("types", []), "asked": {}})
                entry["asked"].setdefault(name, []).append(rule.get("parameters", {}))
    return found


def resources(deployment: str) -> list[Resource]:
    """The resources of a recorded deployment."""
    text = (SNAPSHOTS / f"construct__snapshots__{DEPLOYMENTS[deployment]}.snap").read_text()
    made, parts = [], []
    for entry in json.loads(text.split("---\n", 2)[2]):
        token = entry["urn"].split("::")[-2].split("$")[-1]
        if token in TYPES:
            made.append(Resource(TYPES[token], entry["urn"].split("::")[-1], entry["inputs"]))
        elif PARTS.match(token):
            parts.append((token, entry))
        elif token.startswith("aws:"):
            raise ValueError(f"say in tools/self_assessment.py what AWS Config calls `{token}`")
    for token, entry in parts:
        # A part is registered by the same component under a name that begins as its resource's does.
        for owner in made:
            stem = owner.name.rsplit("-", 1)[0]
            if entry["urn"].split("::")[-1].startswith(f"{stem}-"):
                owner.parts.setdefault(token, []).append(entry["inputs"])
    return made


def statements(policy: str | None) -> Iterator[dict]:
    """The statements of a policy."""
    yield from json.loads(policy)["Statement"] if policy else ()


def bucket_setting(token: str, judge: Callable[[dict], bool]) -> Callable:
    """A rule on a part of a bucket."""
    return lambda resource, _: judge(resource.part(f"aws:s3/{token[0].lower()}{token[1:]}:{token}"))


def public_access_blocked(part: dict) -> bool:
    """Whether a bucket is closed to the public whatever its policy says."""
    return all(
        part.get(name) for name in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    )


def encrypts(algorithm: str) -> Callable[[dict], bool]:
    """Whether objects are encrypted by default."""
    default = "applyServerSideEncryptionByDefault"
    return lambda part: any(
        rule.get(default, {}).get("sseAlgorithm", "").startswith(algorithm) for rule in part.get("rules", ())
    )


def foreign_access(policy: dict, actions: list[str]) -> bool:
    """Whether a policy allows one of the actions to anyone but this account and services."""
    allowed = [
        s for s in statements(policy.get("policy")) if s["Effect"] == "Allow" and s["Principal"] not in ({}, None)
    ]
    named = [action for s in allowed for action in s["Action"]]
    return any(fnmatchcase(action, pattern.strip()) for action in named for pattern in actions)


def tls_only(policy: dict) -> bool:
    """Whether a policy refuses what does not come over TLS."""
    wanted = {"Bool": {"aws:SecureTransport": "false"}}
    return any(s["Effect"] == "Deny" and s.get("Condition") == wanted for s in statements(policy.get("policy")))


def blocked_key_actions(resource: Resource, parameters: dict) -> bool:
    """Whether no inline policy allows a blocked action on every key."""
    blocked = [pattern.strip() for pattern in parameters["blockedActionsPatterns"].split(",")]
    for part in resource.parts.get("aws:iam/rolePolicy:RolePolicy", ()):
        for statement in statements(part.get("policy")):
            everywhere = any(target in ("*", "arn:aws:kms:*:*:key/*") for target in statement["Resource"])
            matching = any(fnmatchcase(a, p) or fnmatchcase(p, a) for a in statement["Action"] for p in blocked)
            if statement["Effect"] == "Allow" and everywhere and matching:
                return False
    return True


def between(value: float | None, parameters: dict) -> bool:
    """Whether reserved runs are within the limits."""
    low, high = (
        float(parameters.get(f"ConcurrencyLimit{side}", default)) for side, default in (("Low", 0), ("High", 1e9))
    )
    return value is not None and low <= value <= high


def own_access_alone(part: dict) -> bool:
    """Whether a bucket's policy allows nobody anything, so nobody beyond those that a user would name."""
    return not foreign_access(part, ["s3:*"])


def kept_long(resource: Resource, parameters: dict) -> bool:
    """Whether logs are kept as long as a framework wants."""
    return resource.inputs["retentionInDays"] >= int(parameters.get("MinRetentionTime", 365))


def tagged(resource: Resource, parameters: dict) -> bool:
    """Whether a resource has the tags that a framework wants."""
    wanted = [value for name, value in parameters.items() if name.endswith("Key")]
    return all(tag in resource.inputs.get("tags", {}) for tag in wanted)


def old_versions_go(part: dict) -> bool:
    """Whether a bucket's lifecycle ends versions that are not the newest."""
    return any("noncurrentVersionExpiration" in rule for rule in part.get("rules", ()))


def tells_deliveries(resource: Resource, _: dict) -> bool:
    """Whether a topic logs the status of deliveries."""
    return any(name.endswith("FeedbackRoleArn") for name in resource.inputs)


def settings_of_metric(resource: Resource, parameters: dict) -> bool | None:
    """Of alarms on the metric alone, of which we have none."""
    return None if parameters.get("metricName") != resource.inputs.get("metricName") else False


Judge = Callable[[Resource, dict], bool | None]
# True passes, False fails, None does not apply.
JUDGES: dict[str, Judge] = {
    "CLOUDWATCH_ALARM_ACTION_CHECK": lambda r, p: all(
        bool(r.inputs.get(name)) or p.get(parameter, "false").lower() != "true"
        for name, parameter in (
            ("alarmActions", "alarmActionRequired"),
            ("insufficientDataActions", "insufficientDataActionRequired"),
            ("okActions", "okActionRequired"),
        )
    ),
    "CLOUDWATCH_ALARM_ACTION_ENABLED_CHECK": lambda r, _: r.inputs.get("actionsEnabled", True),
    # Only of the resources that the parameter names, which are of other types.
    "CLOUDWATCH_ALARM_RESOURCE_CHECK": lambda r, p: None if p.get("resourceType") != r.kind else False,
    "CLOUDWATCH_ALARM_SETTINGS_CHECK": lambda r, p: (
        None if p.get("metricName") != r.inputs.get("metricName") else False
    ),
    "CLOUDWATCH_LOG_GROUP_ENCRYPTED": lambda r, _: bool(r.inputs.get("kmsKeyId")),
    "CMK_BACKING_KEY_ROTATION_ENABLED": lambda r, _: r.inputs.get("enableKeyRotation", False),
    "CW_LOGGROUP_RETENTION_PERIOD_CHECK": lambda r, p: (
        r.inputs["retentionInDays"] >= int(p.get("MinRetentionTime", 365))
    ),
    "DYNAMODB_AUTOSCALING_ENABLED": lambda r, _: None if r.inputs.get("billingMode") == "PAY_PER_REQUEST" else False,
    "DYNAMODB_IN_BACKUP_PLAN": lambda *_: False,
    "DYNAMODB_LAST_BACKUP_RECOVERY_POINT_CREATED": lambda *_: False,
    "DYNAMODB_PITR_ENABLED": lambda r, _: r.inputs.get("pointInTimeRecovery", {}).get("enabled", False),
    "DYNAMODB_RESOURCES_PROTECTED_BY_BACKUP_PLAN": lambda *_: False,
    "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED": lambda r, _: r.inputs.get("deletionProtectionEnabled", False),
    "DYNAMODB_TABLE_ENCRYPTED_KMS": lambda r, _: bool(r.inputs.get("serverSideEncryption", {}).get("kmsKeyArn")),
    # DynamoDB encrypts every table.
    "DYNAMODB_TABLE_ENCRYPTION_ENABLED": lambda *_: True,
    "DYNAMODB_THROUGHPUT_LIMIT_CHECK": lambda r, _: None if r.inputs.get("billingMode") == "PAY_PER_REQUEST" else True,
    "IAM_INLINE_POLICY_BLOCKED_KMS_ACTIONS": blocked_key_actions,
    "IAM_NO_INLINE_POLICY_CHECK": lambda r, _: not r.parts.get("aws:iam/rolePolicy:RolePolicy"),
    "KMS_CMK_NOT_SCHEDULED_FOR_DELETION": lambda *_: True,
    "LAMBDA_CONCURRENCY_CHECK": lambda r, p: between(r.inputs.get("reservedConcurrentExecutions"), p),
    "LAMBDA_DLQ_CHECK": lambda r, _: bool(r.inputs.get("deadLetterConfig", {}).get("targetArn")),
    "LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED": lambda r, _: all(
        part.get("principal") != "*" for part in r.parts.get("aws:lambda/permission:Permission", ())
    ),
    "LAMBDA_FUNCTION_SETTINGS_CHECK": lambda r, p: r.inputs["runtime"] in [v.strip() for v in p["runtime"].split(",")],
    "LAMBDA_INSIDE_VPC": lambda r, _: bool(r.inputs.get("vpcConfig")),
    "LAMBDA_VPC_MULTI_AZ_CHECK": lambda r, _: None if not r.inputs.get("vpcConfig") else False,
    "REQUIRED_TAGS": lambda r, p: all(
        value in r.inputs.get("tags", {}) for key, value in p.items() if key.endswith("Key")
    ),
    "S3_BUCKET_ACL_PROHIBITED": bucket_setting(
        "BucketOwnershipControls", lambda part: part.get("rule", {}).get("objectOwnership") == "BucketOwnerEnforced"
    ),
    "S3_BUCKET_BLACKLISTED_ACTIONS_PROHIBITED": lambda r, p: (
        not foreign_access(r.part("aws:s3/bucketPolicy:BucketPolicy"), p["blacklistedActionPattern"].split(","))
    ),
    "S3_BUCKET_CROSS_REGION_REPLICATION_ENABLED": lambda *_: False,
    # A mode is one of a retention, which the bucket's lock has none of.
    "S3_BUCKET_DEFAULT_LOCK_ENABLED": lambda r, p: r.inputs.get("objectLockEnabled", False) and "mode" not in p,
    "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED": bucket_setting("BucketPublicAccessBlock", public_access_blocked),
    "S3_BUCKET_LOGGING_ENABLED": lambda r, _: bool(r.part("aws:s3/bucketLogging:BucketLogging")),
    "S3_BUCKET_MFA_DELETE_ENABLED": lambda *_: False,
    "S3_BUCKET_POLICY_GRANTEE_CHECK": bucket_setting("BucketPolicy", own_access_alone),
    "S3_BUCKET_POLICY_NOT_MORE_PERMISSIVE": bucket_setting("BucketPolicy", own_access_alone),
    "S3_BUCKET_PUBLIC_READ_PROHIBITED": bucket_setting("BucketPublicAccessBlock", public_access_blocked),
    "S3_BUCKET_PUBLIC_WRITE_PROHIBITED": bucket_setting("BucketPublicAccessBlock", public_access_blocked),
    "S3_BUCKET_REPLICATION_ENABLED": lambda *_: False,
    "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED": bucket_setting("BucketServerSideEncryptionConfiguration", encrypts("")),
    "S3_BUCKET_SSL_REQUESTS_ONLY": bucket_setting("BucketPolicy", tls_only),
    # With `isMfaDeleteEnabled` it is the rule on MFA as well.
    "S3_BUCKET_VERSIONING_ENABLED": lambda r, p: (
        r.part("aws:s3/bucketVersioning:BucketVersioning").get("versioningConfiguration", {}).get("status") == "Enabled"
        and p.get("isMfaDeleteEnabled", "false").lower() != "true"
    ),
    "S3_DEFAULT_ENCRYPTION_KMS": lambda r, _: (
        encrypts("aws:kms")(
            r.part("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
        )
        if r.kind == "AWS::S3::Bucket"
        else None
    ),
    "S3_EVENT_NOTIFICATIONS_ENABLED": lambda *_: False,
    "S3_LIFECYCLE_POLICY_CHECK": bucket_setting("BucketLifecycleConfiguration", lambda part: bool(part.get("rules"))),
    "S3_RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT": lambda *_: False,
    "S3_RESOURCES_PROTECTED_BY_BACKUP_PLAN": lambda *_: False,
    "S3_VERSION_LIFECYCLE_POLICY_CHECK": bucket_setting("BucketLifecycleConfiguration", old_versions_go),
    "SNS_ENCRYPTED_KMS": lambda r, _: bool(r.inputs.get("kmsMasterKeyId")),
    "SNS_TOPIC_MESSAGE_DELIVERY_NOTIFICATION_ENABLED": tells_deliveries,
}


def judged(deployment: str) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Identifier -> what comes of it -> framework -> names of resources."""
    made, found = resources(deployment), {}
    for identifier, rule in rules_of_frameworks().items():
        mine = [resource for resource in made if resource.kind in rule["types"]]
        if not mine:
            continue
        judge = JUDGES.get(identifier)
        if judge is None:
            raise ValueError(f"say in tools/self_assessment.py how `{identifier}` judges {mine[0].kind}")
        outcomes = found.setdefault(identifier, {PASS: {}, FAIL: {}, NOT_HERE: {}})
        for framework, asked in rule["asked"].items():
            for resource in mine:
                for outcome in (judge(resource, parameters) for parameters in asked):
                    kind = NOT_HERE if outcome is None else PASS if outcome else FAIL
                    names = outcomes[kind].setdefault(framework, [])
                    names.extend(() if resource.name in names else (resource.name,))
    return found


def counted(outcomes: dict) -> str:
    """What comes of a rule, over all frameworks that ask for it."""
    failing, passing = outcomes[FAIL], outcomes[PASS]
    if not failing:
        return PASS if passing else NOT_HERE
    every = set(failing) | set(passing) | set(outcomes[NOT_HERE])
    return FAIL if len(failing) == len(every) else f"fails in {len(failing)} of {len(every)}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page() -> str:
    """The page."""
    outcomes = {name: judged(name) for name in DEPLOYMENTS}
    identifiers = sorted(set().union(*outcomes.values()))
    empty = {PASS: {}, FAIL: {}, NOT_HERE: {}}
    of = lambda name, identifier: outcomes[name].get(identifier, empty)  # noqa: E731
    rows, left = [], []
    for identifier in identifiers:
        both = [of(name, identifier) for name in DEPLOYMENTS]
        frameworks = {framework for each in both for kinds in each.values() for framework in kinds}
        rows.append([f"`{identifier}`", str(len(frameworks)), *map(counted, both)])
        failing = sorted({name for names in both[-1][FAIL].values() for name in names})
        if failing and identifier not in REASONS:
            raise ValueError(f"say in tools/self_assessment.py why `{identifier}` is left as it is")
        if failing:
            left.append([f"`{identifier}`", ", ".join(failing), REASONS[identifier]])
    everywhere = [kinds for each in outcomes["default"].values() for kinds in each.values()]
    by_framework = []
    for framework in sorted({framework for kinds in everywhere for framework in kinds}):
        looked = sum(any(framework in kinds for kinds in each.values()) for each in outcomes["default"].values())
        failing = [[i for i in identifiers if framework in of(name, i)[FAIL]] for name in DEPLOYMENTS]
        names = ", ".join(f"`{identifier}`" for identifier in failing[-1]) or "none"
        by_framework.append([f"`{framework}`", str(looked), *(str(len(each)) for each in failing), names])
    return f"""<!-- Written by `make reference`. -->
# Self-assessment: this component against the frameworks

Results of every rule of any framework that evaluates a resource type of `ComplianceMonitoring`, for a deployment with
default inputs and for one with `hardened: true`. The results are computed from the documentation of each rule
(`tools/self_assessment.py`), not by AWS Config.

## Rules

{table(["rule", "frameworks", "default", "hardened"], rows)}
## Rules that fail with `hardened`, and why

{table(["rule", "resources", "why"], left)}
## Frameworks

Numbers of rules that evaluate resources of this component, and that fail by default and with `hardened`; and the rules
that fail with `hardened`.

{table(["framework", "rules", "fail", "hardened", "left"], by_framework)}"""


def generated() -> dict[str, str]:
    """The page by its name."""
    return {PAGE.name: page()}


if __name__ == "__main__":
    PAGE.write_text(page())
