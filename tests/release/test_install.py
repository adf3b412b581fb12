"""Users install the plugin by the URL in the schema alone, and the packages into empty projects.

The URL leads to GitHub; the engine's own setting leads it to a local server, and nothing else tells it of one.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import venv

import pytest

from account.client import Account, prepare_landing_zone, start
from aws_plugin import install
from harness import artefacts, release
from harness.artefacts import PLUGIN, ROOT, tools
from release.conftest import THIS

VERSION = artefacts.schema()["version"]
NUMBERS = itertools.count(210000000001)
ARCHIVE = f"/{release.PLATFORMS[THIS].archive}"


def plugins(home) -> list[tuple[str, str]]:
    """Name and version of the plugins in a home."""
    return sorted((each["name"], each["version"]) for each in json.loads(home.run(["plugin", "ls", "--json"]).stdout))


def test_plugin_is_installed_by_the_url_in_the_schema(home, server):
    url = artefacts.schema()["pluginDownloadURL"]
    assert plugins(home) == []
    home.run(["plugin", "install", "resource", "aws-compliance", VERSION, "--server", url])
    assert server.asked == [ARCHIVE]
    assert plugins(home) == [("aws-compliance", VERSION)]
    installed = next(home.folder.glob(f"home/plugins/*/{PLUGIN}"))
    said = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.strip() == VERSION


@pytest.fixture(scope="module")
def endpoint():
    """An account process."""
    with start(auth=False) as url:
        yield url


@pytest.fixture
def account(endpoint) -> dict[str, str]:
    """The environment of a prepared account."""
    account = Account(endpoint, str(next(NUMBERS)), "eu-west-1")
    prepare_landing_zone(account)
    return account.environment


def linked(source: str, target: str) -> None:
    """Another name for a file, or a copy where the folders are on different disks."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def unneeded(folder: str, _names: list[str]) -> set[str]:
    """The provider's own package is large, and no program here uses it; the list of packages names it."""
    return {"node_modules": {".package-lock.json"}, "@pulumi": {"aws"}}.get(os.path.basename(folder), set())


def node_project(folder) -> dict:
    """A project with nothing but the program, and the tarball with the pinned dependencies."""
    (folder / "package.json").write_text('{ "name": "own", "private": true }')
    modules, target = tools.node_modules(), folder / "node_modules"
    shutil.copytree(modules, target, symlinks=True, ignore=unneeded, copy_function=linked)
    npm = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", artefacts.npm_tarball()]
    subprocess.run(npm, cwd=folder, check=True, capture_output=True)
    return {}


def python_project(folder) -> dict:
    """A virtual environment of its own, and the wheel with the pinned dependencies."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv/bin/python"
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own, pinned = (
        subprocess.run([each, "-c", purelib], capture_output=True, text=True, check=True).stdout.strip()
        for each in (python, tools.python())
    )
    with open(f"{own}/pinned.pth", "w") as path:
        path.write(pinned)
    pip = [python, "-m", "pip", "install", "--quiet", "--no-index", artefacts.wheel()]
    subprocess.run(pip, check=True, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"})
    return {}


@pytest.mark.parametrize("language", ["typescript", "python"])
def test_program_in_an_empty_project_brings_its_plugin(home, server, account, tmp_path, language):
    home.run(["plugin", "install", "resource", "aws", *aws(tmp_path)])
    project = tmp_path / "own"
    shutil.copytree(ROOT / "examples" / language, project, ignore=shutil.ignore_patterns("node_modules", "bin"))
    name, made = {"typescript": ("nodejs", node_project), "python": ("python", python_project)}[language]
    runtime = {"name": name} | made(project)
    (project / "Pulumi.yaml").write_text(json.dumps({"name": f"own-{language}", "runtime": runtime}))
    # Only what is installed in the project is found; its virtual environment, if it has one, is activated.
    path = [str(home.binaries), str(project / "venv/bin"), os.environ["PATH"]]
    settings = account | {"PYTHONPATH": "", "PATH": os.pathsep.join(path)}
    home.run(["stack", "init", "test"], project, **settings)
    preview = home.run(["preview", "--stack", "test", "--non-interactive", "--json"], project, **settings)
    assert json.loads(preview.stdout[preview.stdout.index("{") :])["changeSummary"]["create"] > 80
    assert server.asked == [ARCHIVE]
    assert ("aws-compliance", VERSION) in plugins(home)


def aws(folder) -> list:
    """The stand-in for the `aws` plugin, which is no concern of a release."""
    from aws_plugin import facts

    return [facts.version(), "--file", install.write(folder / "aws-plugin", str(tools.python()))]
