"""The crate's guide, followed to the letter, and its example from each language; both on the real engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.deployment import EXAMPLES
from harness.artefacts import BUILD, ROOT, cache, tools
from harness.engine import Engine
from harness.stack import Stack

EXAMPLE = EXAMPLES / "component-in-rust"
GUIDE = ROOT / "provider/pulumi-component/README.md"


def cargo(*arguments: str, cwd: Path = ROOT) -> None:
    """Run cargo with the shared target folder."""
    cache.run(["cargo", *arguments, "--quiet"], cwd=cwd, CARGO_TARGET_DIR=str(tools.cargo_target()))


def install(engine: Engine, binary: Path, folder: Path) -> None:
    """Install a plugin as the guide says, from a folder of its own so that the next build does not change it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(binary, folder)
    engine.run(["plugin", "install", "resource", "queues", "0.1.0", "--file", folder, "--reinstall"])


@pytest.fixture(scope="module")
def example(engine, tmp_path_factory) -> None:
    """The example's plugin, built and installed."""
    binary = tools.cargo_binary("pulumi-resource-queues", "the plugin of the guide")
    install(engine, binary, tmp_path_factory.mktemp("example"))


def assert_a_queue_with_its_dead_letters(stack: Stack, account) -> None:
    """The queue sends what nobody could handle to the other one, after five attempts."""
    urls = stack.outputs()
    sqs = account.client("sqs")
    policy = sqs.get_queue_attributes(QueueUrl=urls["url"], AttributeNames=["RedrivePolicy"])["Attributes"]
    dead = sqs.get_queue_attributes(QueueUrl=urls["deadLetterUrl"], AttributeNames=["QueueArn"])["Attributes"]
    assert f'"{dead["QueueArn"]}"' in policy["RedrivePolicy"]
    assert re.search(r'"maxReceiveCount": ?"?5', policy["RedrivePolicy"])


@pytest.mark.parametrize("language", ["yaml", "typescript", "python", "go"])
def test_the_example_deploys_from(language, engine, example, account):
    stack = Stack(engine, EXAMPLE / language, f"queues-{language}", account.environment, sdk=EXAMPLE / "sdk")
    assert stack.up().summary == {"create": 4}
    assert_a_queue_with_its_dead_letters(stack, account)
    assert stack.up().none
    stack.destroy()
    assert account.client("sqs").list_queues().get("QueueUrls", []) == []


def blocks() -> dict[str, str]:
    """The guide's files by name, each from the first block that looks like it."""
    text = GUIDE.read_text()

    def block(fence: str, start: str = "") -> str:
        opening = f"```{re.escape(fence)}\n"
        return re.search(rf"{opening}({re.escape(start)}.*?)\n```", text, re.DOTALL).group(1) + "\n"

    main = block("rs", "//! A package") + "\n#[cfg(test)]\nmod tests;\n"
    return {
        "Cargo.toml": block("toml"),
        "build.rs": block("rs", "//! Makes Rust"),
        "src/main.rs": main,
        "src/tests.rs": block("rs", "use std::sync"),
        "Pulumi.yaml": block("yaml"),
    }


def commands() -> list[list[str]]:
    """What the guide says to type once the component is written."""
    (block,) = re.findall(r"```sh\n(.*?)\n```", GUIDE.read_text(), re.DOTALL)
    return [shlex.split(line) for line in block.splitlines()]


def test_the_guide_leads_to_a_component_that_deploys(engine, account, tmp_path):
    project = tmp_path / "pulumi-resource-queues"
    subprocess.run(["cargo", "new", "--quiet", "--vcs", "none", project], check=True)
    for name, content in blocks().items():
        (project / name).write_text(content.replace("../../provider", str(ROOT / "provider")))
    # The versions that are tested here, so that nothing else is fetched.
    shutil.copy(ROOT / "Cargo.lock", project)
    # The part of the aws package's schema that the example needs; the stand-in has no schema of its types.
    shutil.copy(EXAMPLE / "aws.json", project)
    # A target folder of its own, so that the example's binary of the same name stays what it is. How well a release is
    # optimized is cargo's business, and takes minutes.
    plain = {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "0", "CARGO_PROFILE_RELEASE_DEBUG": "false"}
    target = os.environ | {"CARGO_TARGET_DIR": str(tools.cargo_target() / "guide")} | plain
    subprocess.run(["cargo", "test", "--quiet"], cwd=project, check=True, env=target)
    (project / "target").symlink_to(tools.cargo_target() / "guide")
    guided = Engine.create(BUILD / f"guide-{os.getpid()}", engine.binaries)
    try:
        for command in commands():
            if command[0] == "pulumi":
                guided.run(command[1:], cwd=project)
            else:
                subprocess.run([*command, "--quiet"], cwd=project, check=True, env=target)
        # The pinned language hosts cannot generate SDKs; this much of the guide's last step is the same.
        generate = re.search(r"`pulumi package gen-sdk (\S+) --language python`", GUIDE.read_text())
        schema = json.loads(guided.run(["package", "get-schema", generate[1]], cwd=project).stdout)
        assert list(schema["resources"]) == ["queues:index:WorkQueue"]
        program = tmp_path / "program"
        program.mkdir()
        shutil.copy(project / "Pulumi.yaml", program)
        stack = Stack(guided, program, "guided", account.environment)
        assert stack.up().summary == {"create": 4}
        assert_a_queue_with_its_dead_letters(stack, account)
        stack.destroy()
    finally:
        shutil.rmtree(guided.folder, ignore_errors=True)
