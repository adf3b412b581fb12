"""Functions for tests: a `provided.al2023` bootstrap that is a small Python program instead of a Rust one."""

import io
import json
import sys
import time
import zipfile
from collections.abc import Callable

from account.client import Account

# The Lambda Runtime API, as any bootstrap speaks it; `handle(event)` is put before it.
LOOP = """
import json, os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime"
while True:
    with urllib.request.urlopen(api + "/invocation/next") as work:
        request, event = work.headers["Lambda-Runtime-Aws-Request-Id"], json.load(work)
    try:
        path, answer = "response", handle(event)
    except Exception as error:
        path, answer = "error", {"errorType": type(error).__name__, "errorMessage": str(error)}
    body = json.dumps(answer, default=str).encode()
    urllib.request.urlopen(f"{api}/invocation/{request}/{path}", data=body).close()
"""

ECHO = "def handle(event):\n    return {'got': event}\n"
FAIL = "def handle(event):\n    raise ValueError('no')\n"


def package(handler: str, name: str = "bootstrap", mode: int = 0o755) -> bytes:
    """A zip with one file, executable unless said otherwise."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (0o100000 | mode) << 16
        archive.writestr(entry, f"#!{sys.executable}\n{handler}{LOOP}")
    return buffer.getvalue()


def make_function(account: Account, name: str, handler: str, role: str, **settings) -> str:
    """Create a function; its ARN."""
    settings = {"Runtime": "provided.al2023", "Handler": name, "Timeout": 10, **settings}
    made = account.client("lambda").create_function(
        FunctionName=name, Role=role, Code={"ZipFile": package(handler)}, **settings
    )
    return made["FunctionArn"]


def invoke(account: Account, name: str, event: object) -> object:
    """What a function answers; an error of its own raises."""
    answer = account.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    result = json.load(answer["Payload"])
    if "FunctionError" in answer:
        raise RuntimeError(result)
    return result


def eventually(read: Callable[[], object], seconds: float = 10) -> object:
    """The first truthy thing `read` gives."""
    end = time.monotonic() + seconds
    while not (found := read()):
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.05)
    return found


def messages(account: Account, queue_url: str) -> list[dict]:
    """What can be received from a queue now."""
    got = account.client("sqs").receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    )
    return got.get("Messages", [])


def make_queue(account: Account, name: str, **attributes: str) -> tuple[str, str]:
    """Create a queue; its URL and ARN."""
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def admit(account: Account, queue_url: str, queue_arn: str, service: str) -> None:
    """Let a service send to a queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:*:*:{account.account_id}:*"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("sqs").set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
