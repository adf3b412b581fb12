"""The Lambda functions beside one in Node.js with the same AWS clients; a million evaluations; the package.

Both functions are started by the same bare Runtime API, which hands over one batch of a queue without messages and
takes the time when the answer is there (AWS Lambda Developer Guide, "Using the Lambda runtime API").
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.artefacts import ROOT, ToolchainError, cache, tools

NODE = Path(__file__).parent / "node"
ROUNDS = 15
PATIENCE_SECONDS = 30
# What the project asks of its functions.
TIMES_SHORTER, START_MS = 20, 20.0
TIMES_LESS_MEMORY, MEMORY_MIB = 4, 24.0
MILLION_SECONDS, MILLION_MIB = 10.0, 256.0
MANY_SECONDS, MANY_MIB, MANY_EVERY = 2.0, 128.0, 10
PLANS_SECONDS, PLANS_MIB, FINDINGS = 1.0, 64.0, 10_000
PACKAGE_BYTES, GLIBC = 9_000_000, (2, 34)


@dataclass
class Started:
    """One process, from before it is created to its first answer."""

    ms: float
    peak_mib: float


@dataclass
class Package:
    """What is uploaded."""

    size: int
    glibc: tuple[int, ...]


@dataclass
class Functions:
    """Everything measured here."""

    ours: Started
    node: Started
    million_seconds: float
    million_mib: float
    many_seconds: float
    many_mib: float
    plans_seconds: float
    plans_mib: float
    package: Package


class Runtime(ThreadingHTTPServer):
    """The Runtime API of one process: one event, then nothing more."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.given = threading.Event()
        self.answered = threading.Event()
        self.ended = threading.Event()
        self.answer: bytes | None = None
        self.failure: str | None = None
        self.at = 0.0

    def handle_error(self, *_arguments: object) -> None:
        """A process that is killed lets go of its connection."""


class Requests(BaseHTTPRequestHandler):
    """Next event, its answer, and what went wrong."""

    protocol_version = "HTTP/1.1"
    server: Runtime
    # An answer in several small packets would wait for acknowledgements, ours as well as the other's.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.server.given.is_set():
            self.server.ended.wait()
            return
        self.server.given.set()
        headers = {
            "Lambda-Runtime-Aws-Request-Id": "6f1f0c1e-0000-4000-8000-000000000001",
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60_000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:111122223333:function:bench",
            "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000",
        }
        self._send(200, json.dumps({"Records": []}).encode(), headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("/response"):
            self.server.at, self.server.answer = time.perf_counter(), body
        else:
            self.server.failure = body.decode()
        self.server.answered.set()
        self._send(202, b"{}", {})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Requests are not told."""


def start(command: list, **variables: str) -> Started:
    """Start a function and wait for its first answer, which must be that of an empty batch."""
    runtime = Runtime()
    threading.Thread(target=runtime.serve_forever, daemon=True).start()
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/bench",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        **variables,
    }
    began = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        answered = runtime.answered.wait(PATIENCE_SECONDS)
        memory = peak_mib(process.pid) if answered and process.poll() is None else 0.0
    finally:
        process.kill()
        said = b"".join(process.communicate()).decode()
        runtime.ended.set()
        runtime.shutdown()
        runtime.server_close()
    if not answered or runtime.failure:
        raise ToolchainError(f"{command[0]} gave no answer: {runtime.failure or said.strip()}")
    if json.loads(runtime.answer) != {"batchItemFailures": []}:
        raise ToolchainError(f"{command[0]} answered {runtime.answer.decode()}")
    return Started((runtime.at - began) * 1000, memory)


def peak_mib(pid: int) -> float:
    """The most memory that a process has held."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s*(\d+)", status, re.MULTILINE)[1]) / 1024


@contextmanager
def bootstrap(optimized: bool = True) -> Iterator[Path]:
    """The binary of the package."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(tools.bundle(optimized)) as archive:
        binary = Path(archive.extract("bootstrap", folder))
        binary.chmod(0o755)
        yield binary


def start_ours(binary: Path) -> Started:
    """Our function that takes a batch of a queue."""
    storage = {"REPORT_BUCKET": "reports", "KMS_KEY_ARN": "arn:aws:kms:eu-west-1:111122223333:key/1"}
    # A batch without messages reads neither the document nor the table.
    names = {"CONFIGURATION_KEY": "configuration.json", "CONFIGURATION_SHA256": "0" * 64, "LEDGER_TABLE": "ledger"}
    return start([binary], _HANDLER="remediation", **storage, **names)


def node_folder() -> Path:
    """The Node.js function with its packages."""
    sources = [NODE / name for name in ("index.mjs", "package.json", "package-lock.json")]

    def build(folder: Path) -> None:
        npm = cache.require("npm", "for the function in Node.js that ours is measured beside")
        for source in sources:
            shutil.copy(source, folder)
        cache.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder)

    return cache.artefact("bench-function", cache.digest(sources), "the bench's npm packages", build)


def start_node(folder: Path) -> Started:
    """The function in Node.js."""
    return start([cache.require("node", "to run the function in Node.js"), folder / "index.mjs"])


def package() -> Package:
    """Size of the zip, and the newest glibc that its binary asks for."""
    specification = importlib.util.spec_from_file_location("pack", ROOT / "functions/pack.py")
    pack = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(pack)
    _triple, machine = pack.ARCHITECTURES["x86_64"]
    with bootstrap() as binary:
        return Package(tools.bundle(optimized=True).stat().st_size, pack.check_binary(binary.read_bytes(), machine))


def million(every: int = 50, before: Path | None = None, optimized: bool = True) -> tuple[float, float]:
    """Seconds and MiB of one million evaluations, from the aggregator's rows to report and Parquet, on one core.

    One in `every` evaluations is bad; with a folder `before` they are the second run of two, which it compares.
    """
    program = example("million", "functions-report", "the million evaluations", optimized)
    result = json.loads(subprocess.check_output([program, str(every), *([before] if before else [])]))
    return result["seconds"], result["peakKib"] / 1024


def many(optimized: bool = True) -> tuple[float, float]:
    """Seconds and MiB of a run over 100,000 findings, which are one in ten of a million evaluations."""
    return million(MANY_EVERY, optimized=optimized)


def plans(optimized: bool = True) -> tuple[float, float]:
    """Seconds and MiB of the plans of ten thousand findings, on one core."""
    program = example("plans", "functions-core", "the plans of ten thousand findings", optimized)
    result = json.loads(subprocess.check_output([program]))
    if result["plans"] != FINDINGS:
        raise ToolchainError(f"{result['plans']} of {FINDINGS} findings were planned")
    return result["seconds"], result["peakKib"] / 1024


def example(name: str, package: str, what: str, optimized: bool) -> Path:
    """A program among the examples of a crate."""
    if not optimized:
        return tools.cargo_binary(name, what, kind="example")
    build = ["cargo", "build", "--release", "--quiet", "--locked", "--package", package, "--example", name]
    cache.run(build, CARGO_TARGET_DIR=str(tools.cargo_target()))
    return tools.cargo_target() / "release/examples" / name


def measure() -> Functions:
    """Both functions in turn, then the million, the findings, the plans and the package."""
    folder, ours, node = node_folder(), [], []
    with bootstrap() as binary:
        # The first round only fills caches.
        for number in range(ROUNDS + 1):
            pair = (start_ours(binary), start_node(folder))
            if number:
                ours.append(pair[0])
                node.append(pair[1])
    return Functions(median(ours), median(node), *million(), *many(), *plans(), package())


def median(results: list[Started]) -> Started:
    """Medians of several processes."""
    return Started(statistics.median(r.ms for r in results), statistics.median(r.peak_mib for r in results))
