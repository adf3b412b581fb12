"""The secrets provider of test stacks: a key service on loopback, and what the engine encrypts with its key.

A passphrase costs every command of the engine's a key derivation. A key service, of the kind that the engine knows as
`hashivault`, costs one request. The key is no secret: it protects nothing but the stacks of tests and of the demo.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# How the engine marks special values, and which of them are secret.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
URL = "hashivault://tests"
# The key that encrypts the values of every stack, as the key service hands it to the engine.
DATA_KEY = hashlib.sha256(b"the stacks of tests").digest()
_WRAPPED = "vault:v1:"
# The data key as a stack holds it: encrypted by the key service, which only puts a word before it.
ENCRYPTED_KEY = base64.b64encode(_WRAPPED.encode() + base64.b64encode(DATA_KEY)).decode()
NONCE_BYTES = 12


class _Transit(BaseHTTPRequestHandler):
    """Vault's transit API as far as the engine asks it."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "ciphertext" in request:
            data = {"plaintext": request["ciphertext"].removeprefix(_WRAPPED)}
        else:
            data = {"ciphertext": _WRAPPED + request["plaintext"]}
        answer = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments) -> None:
        """Nothing is logged."""


@functools.cache
def _served(_process: int) -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Transit)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def environment() -> dict[str, str]:
    """What tells the engine where the key service answers; it ends with this process."""
    return {"VAULT_ADDR": _served(os.getpid()), "VAULT_TOKEN": "test"}


def provider() -> dict:
    """How a stack's state names its secrets provider."""
    return {"type": "cloud", "state": {"url": URL, "encryptedkey": ENCRYPTED_KEY}}


def settings() -> dict[str, str]:
    """How a stack's configuration file names it."""
    return {"secretsprovider": URL, "encryptedkey": ENCRYPTED_KEY}


def encrypt(text: str) -> str:
    """A text as the engine encrypts it."""
    nonce = os.urandom(NONCE_BYTES)
    encrypted = AESGCM(DATA_KEY).encrypt(nonce, text.encode(), None)
    return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(encrypted).decode()}"


def decrypt(text: str) -> str:
    """The text that the engine encrypted."""
    _version, nonce, encrypted = text.split(":")
    return AESGCM(DATA_KEY).decrypt(base64.b64decode(nonce), base64.b64decode(encrypted), None).decode()


def shown(value):
    """A recorded value with its secrets in the clear."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return shown(json.loads(decrypt(value["ciphertext"])))
        return {name: shown(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value
