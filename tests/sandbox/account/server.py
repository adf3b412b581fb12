"""One process, one port: MiniStack with our Config service and strictness, from the first request to the last.

MiniStack reads its environment when it is imported, so the port is bound and the environment set before that.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
ADMIN_SECRET = "test"
PARENT_POLL_SECONDS = 0.5

# Said here so that nothing of the user's shell reaches the account: no credentials, no profile, no Docker daemon,
# no listener beside the one port, no invented AWS managed policies.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "DOCKER_HOST": "unix:///nonexistent",
    "BIND_HOST": HOST,
    "MINISTACK_HOST": HOST,
    "MINISTACK_AUTOCREATE_AWS_MANAGED": "0",
    "LAMBDA_EXECUTOR": "local",
    "SFTP_ENABLED": "0",
    "IOT_MTLS_ENABLED": "0",
}


@dataclass(frozen=True)
class Settings:
    """What the command line says."""

    port: int
    state: Path | None
    auth: bool
    parent_pid: int | None


def run(settings: Settings) -> None:
    """Serve until SIGTERM, SIGINT or the parent's end; does not return."""
    parent = settings.parent_pid or os.getppid()
    listener = socket.create_server((HOST, settings.port))
    endpoint = f"http://{HOST}:{listener.getsockname()[1]}"
    scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=_ensure(settings.state)))
    _set_environment(endpoint, scratch, settings.auth)
    try:
        asyncio.run(_serve(listener, endpoint, parent, own_parent=settings.parent_pid is None))
    finally:
        _kill_functions()
        shutil.rmtree(scratch, ignore_errors=True)
        sys.stdout.flush()
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        # MiniStack's worker threads are not all daemons; nothing of them is worth waiting for.
        os._exit(0 if sys.exc_info()[0] is None else 1)


def _ensure(state: Path | None) -> Path | None:
    if state is not None:
        state.mkdir(parents=True, exist_ok=True)
    return state


def _set_environment(endpoint: str, scratch: Path, auth: bool) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "MINISTACK_", "LOCALSTACK_", "LAMBDA_"))]:
        del os.environ[name]
    os.environ.update(ENVIRONMENT)
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.update(
        AUTH=str(auth).lower(),
        GATEWAY_PORT=endpoint.rsplit(":", 1)[1],
        AWS_ENDPOINT_URL=endpoint,
        TMPDIR=str(scratch),
        S3_DATA_DIR=str(scratch / "s3"),
        STATE_DIR=str(scratch / "state"),
    )
    tempfile.tempdir = str(scratch)


async def _serve(listener: socket.socket, endpoint: str, parent: int, own_parent: bool) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from account.application import application

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    watcher = asyncio.create_task(_watch_parent(parent, own_parent, stop))

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.graceful_timeout = 1
    config.loglevel = "WARNING"
    config.errorlog = None
    asgi = application(lambda: print(json.dumps({"endpoint": endpoint}), flush=True))
    await serve(asgi, config, shutdown_trigger=stop.wait)
    watcher.cancel()
    _kill_functions()  # before the loop waits for the threads that wait for them


async def _watch_parent(parent: int, own_parent: bool, stop: asyncio.Event) -> None:
    while _alive(parent, own_parent):
        await asyncio.sleep(PARENT_POLL_SECONDS)
    stop.set()


def _alive(parent: int, own_parent: bool) -> bool:
    if own_parent:
        return os.getppid() == parent
    try:
        os.kill(parent, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _kill_functions() -> None:
    """End the processes of Lambda functions; those that wait for work would otherwise outlive us for a moment."""
    runtime = sys.modules.get("ministack.core.lambda_runtime")
    if runtime is not None:
        runtime.reset()
