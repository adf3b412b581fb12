"""S3: every bucket encrypts (SSE-S3 at least, since January 2023), and SSE-KMS needs the caller's use of the key.

An object that is written with a lock needs a checksum and the right to lock, too.

AWS pages: "Setting default server-side encryption behavior for Amazon S3 buckets", "Using server-side encryption with
AWS KMS keys" (writing needs kms:GenerateDataKey, reading kms:Decrypt), and of `PutObject` ("Content-MD5 or
x-amz-sdk-checksum-algorithm is required for any request to upload an object with a retention period").
"""

from datetime import UTC, datetime

from ministack import app
from ministack.core.iam_evaluator import caller_arn
from ministack.core.responses import get_region
from ministack.services import s3

from account import arns, hooks, policies

ALGORITHM = "x-amz-server-side-encryption"
LOCK = ("x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date")
CHECKSUMS = ("content-md5", "x-amz-trailer", "x-amz-checksum-")
KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def install() -> None:
    """Give each bucket its encryption, and ask the key before each write and read."""
    hooks.around(s3, "_bucket_default_sse_headers", lambda original, name: original(name) or {ALGORITHM: "AES256"})
    hooks.around(s3, "_resolve_sse_write_headers", _write)
    hooks.before(s3, "_put_object", _lock)
    hooks.around(s3, "_get_object", _read)
    hooks.around(s3, "_head_object", _head)


def _write(original, headers, bucket_name):
    """Encryption of an object to be written; `(headers, error)`."""
    chosen, error = original(headers, bucket_name)
    if error is None and (key := chosen.get(KEY)) and (refusal := _refused(key, "kms:GenerateDataKey", bucket_name)):
        return chosen, refusal
    return chosen, error


def _lock(bucket_name, key, _body, headers):
    """What S3 refuses of a lock: a part of it, one without a checksum, an end that is over, one that is not allowed."""
    given = [name for name in LOCK if headers.get(name)]
    if not given:
        return None
    if len(given) < len(LOCK):
        return s3._error("InvalidArgument", f"{' and '.join(LOCK)} must both be supplied", 400)
    if not any(name.lower().startswith(CHECKSUMS) for name in headers):
        message = "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock"
        return s3._error("InvalidRequest", message, 400)
    if datetime.fromisoformat(headers[LOCK[1]]) <= datetime.now(UTC):
        return s3._error("InvalidArgument", "The retain until date must be in the future!", 400)
    action, resource = "s3:PutObjectRetention", f"arn:aws:s3:::{bucket_name}/{key}"
    if policies.caller_may(action, resource):
        return None
    message = f"User: {caller_arn()} is not authorized to perform: {action} on resource: {resource}"
    return s3._error("AccessDenied", message, 403)


def _read(original, bucket_name, key, headers, query_params=None):
    answer = original(bucket_name, key, headers, query_params)
    encrypted_with = {name.lower(): value for name, value in answer[1].items()}.get(KEY)
    if encrypted_with and answer[0] < 300:
        return _refused(encrypted_with, "kms:Decrypt", bucket_name) or answer
    return answer


def _head(original, bucket_name, key, headers, *rest, **named):
    """The head of an encrypted object needs its key where its checksum is asked for ("HeadObject")."""
    answer = original(bucket_name, key, headers, *rest, **named)
    encrypted_with = {name.lower(): value for name, value in answer[1].items()}.get(KEY)
    if encrypted_with and answer[0] < 300 and headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
        return _refused(encrypted_with, "kms:Decrypt", bucket_name) or answer
    return answer


def _refused(key: str, action: str, bucket_name: str):
    record = policies.find_key(key)
    if record is None:
        return s3._error("KMS.NotFoundException", f"Invalid keyId '{key}'", 400)
    if record.get("KeyState") != "Enabled":
        return s3._error("KMS.DisabledException", f"{record['Arn']} is disabled or pending deletion.", 400)
    caller = caller_arn()
    context = {
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket_name}",
        "kms:ViaService": f"s3.{get_region()}.amazonaws.com",
        "kms:CallerAccount": arns.account_of(caller),
    }
    if not app.AUTH or policies.may_use_key(caller, key, action, context):
        return None
    message = f"User: {caller} is not authorized to perform: {action} on resource: {record['Arn']}"
    return s3._error("AccessDenied", message, 403)
