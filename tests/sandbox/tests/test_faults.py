"""Troubles that a role has: what is throttled, what has no effect, and that nobody beside it has them."""

import pytest


@pytest.fixture
def session(account, role):
    """The account under a role that may do everything, and the role's ARN."""
    arn = role({"Action": "*"})
    return account.as_role(arn), arn


CALLS = {
    "config": ("ThrottlingException", lambda one: one.client("config").describe_config_rules()),
    "dynamodb": ("ThrottlingException", lambda one: one.client("dynamodb").list_tables()),
    "kms": ("ThrottlingException", lambda one: one.client("kms").list_keys()),
    "s3": ("SlowDown", lambda one: one.client("s3").list_buckets()),
    "sns": ("Throttling", lambda one: one.client("sns").list_topics()),
    "sqs": ("RequestThrottled", lambda one: one.client("sqs").list_queues()),
}


@pytest.mark.parametrize("service", CALLS)
def test_every_call_of_a_role_is_throttled_in_the_words_of_its_service_and_nobody_elses(
    account, session, refused, service
):
    code, call = CALLS[service]
    seen, arn = session
    account.throttle_share(arn, 1, seed=1)
    with refused(code):
        call(seen)
    call(account)
    assert account.leave_alone(arn) == {"calls": 1, "failed": 1}
    call(seen)


def test_a_region_that_is_not_enabled_knows_no_credentials_and_others_do(account, refused):
    closed = account.in_region("ap-southeast-4")
    closed.enable_region(False)
    for service, code, call in [
        ("sts", "InvalidClientTokenId", lambda client: client.get_caller_identity()),
        ("config", "UnrecognizedClientException", lambda client: client.describe_config_rules()),
        ("events", "UnrecognizedClientException", lambda client: client.list_rules()),
    ]:
        with refused(code):
            call(closed.client(service))
        call(account.client(service))
    assert "ap-southeast-4" not in regions_of(account)
    assert regions_of(account, AllRegions=True)["ap-southeast-4"] == "not-opted-in"
    closed.enable_region()
    closed.client("config").describe_config_rules()
    assert "ap-southeast-4" in regions_of(account)


def regions_of(account, **asked) -> dict[str, str]:
    """The regions that an account lists, with whether each had to be enabled."""
    listed = account.client("ec2").describe_regions(**asked)["Regions"]
    return {region["RegionName"]: region["OptInStatus"] for region in listed}


def test_a_share_of_the_calls_is_throttled_and_the_same_ones_each_time(account, session):
    seen, arn = session

    def outcomes(seed: int) -> list[bool]:
        account.throttle_share(arn, 0.3, seed)
        found = []
        for _ in range(60):
            try:
                seen.client("sns").list_topics()
                found.append(True)
            except seen.client("sns").exceptions.ThrottledException:
                found.append(False)
            except seen.client("sns").exceptions.ClientError as error:
                assert error.response["Error"]["Code"] == "Throttling"
                found.append(False)
        return found

    first = outcomes(7)
    assert 8 <= first.count(False) <= 28
    assert outcomes(7) == first
    assert outcomes(8) != first


def test_a_process_that_is_dead_has_no_effect_any_more(account, session, refused):
    seen, arn = session
    account.kill_after(arn, 1)
    seen.client("sqs").create_queue(QueueName="first")
    for _ in range(2):
        with refused("Killed"):
            seen.client("sqs").create_queue(QueueName="second")
    with refused("Killed"):
        seen.client("s3").create_bucket(Bucket=f"never-{account.account_id}")
    assert account.leave_alone(arn) == {"calls": 4, "failed": 3}
    (queue,) = account.client("sqs").list_queues()["QueueUrls"]
    assert queue.endswith("/first")
    assert account.client("s3").list_buckets()["Buckets"] == []
