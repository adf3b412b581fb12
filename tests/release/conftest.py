"""A release folder with this machine's plugin in it, served over HTTP as GitHub serves the assets of a release."""

from __future__ import annotations

import functools
import http.server
import os
import platform
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import archives, artefacts, release
from harness.artefacts import BUILD, PLUGIN
from harness.engine import Engine, pinned

# As Pulumi names this machine.
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
THIS = f"{platform.system().lower()}-{MACHINES[platform.machine()]}"


class Served:
    """A folder that is served, and what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked = folder, []
        served = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                served.asked.append(self.path)
                super().do_GET()

            def log_message(self, *_) -> None:
                """Print nothing."""

        handler = functools.partial(Handler, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="session")
def released(tmp_path_factory) -> Path:
    """The archive of the plugin that the tests run; packed as a release packs it."""
    folder = tmp_path_factory.mktemp("release")
    each = release.PLATFORMS[THIS]
    built = (artefacts.plugin() / f"{PLUGIN}{each.suffix}").read_bytes()
    (folder / each.archive).write_bytes(release.packed(each, built))
    (folder / "SHA256SUMS").write_text(archives.sums(archives.folder(folder)))
    return folder


@pytest.fixture
def server(released) -> Iterator[Served]:
    """The release over HTTP."""
    served = Served(released)
    yield served
    served.server.shutdown()


@pytest.fixture
def home(server, tmp_path) -> Iterator[Engine]:
    """An empty Pulumi home, whose engine finds the assets of the package's releases on the local server."""
    engine = Engine.empty(BUILD / f"release-{os.getpid()}", pinned())
    url = artefacts.schema()["pluginDownloadURL"].replace(".", r"\.")
    engine.environment["PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES"] = f"^{url}$={server.url}"
    engine.environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "false"
    yield engine
    shutil.rmtree(engine.folder, ignore_errors=True)
