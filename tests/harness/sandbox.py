"""`make sandbox`: the simulated account with what Pulumi needs to deploy into it, until Ctrl-C.

It prints the endpoint as one line of JSON as soon as the account answers, and then the shell commands to paste for the
AWS CLI and for each language. Pulumi gets a home and a backend of its own below `build/sandbox`, so that the stand-in
for the `aws` plugin never replaces the real one of the user's.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from account.client import Account, prepare_landing_zone

from . import artefacts, building
from . import engine as engines
from .artefacts import BUILD, ROOT, ToolchainError, tools

FOLDER = BUILD / "sandbox"
DEFAULT_ACCOUNT = "111122223333"
LANGUAGES = ("yaml", "typescript", "python", "go")
END = "== Ctrl-C ends the account and everything in it."


def account_id(text: str) -> str:
    """Twelve digits."""
    if not re.fullmatch(r"\d{12}", text):
        raise argparse.ArgumentTypeError(
            f"an AWS account id has twelve digits, got {text!r}; for example {DEFAULT_ACCOUNT}"
        )
    return text


def options(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our own options, and those of `python -m account`."""
    parser = argparse.ArgumentParser(
        prog="make sandbox ARGS=...",
        description="Start the simulated account and print what to paste for the AWS CLI and for Pulumi.",
        epilog="Further options are those of the account: --port N, --no-auth, --state DIR.",
    )
    parser.add_argument(
        "--landing-zone",
        type=account_id,
        metavar="ACCOUNT",
        help="prepare this account as a landing zone does: a recorder that records, and its delivery channel",
    )
    parser.add_argument(
        "--region", default="eu-west-1", help="region of the landing zone and of the commands (default: eu-west-1)"
    )
    return parser.parse_known_args(arguments)


def main(arguments: list[str]) -> int:
    """Serve until a signal comes; the account's exit code."""
    given, passed_on = options(arguments)
    command = [sys.executable, "-m", "account", *passed_on]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.send_signal(signal.SIGTERM))
    try:
        line = process.stdout.readline()
        if line:
            print(line, end="", flush=True)
            show(
                Account(json.loads(line)["endpoint"], given.landing_zone or DEFAULT_ACCOUNT, given.region),
                given.landing_zone,
            )
        return process.wait()
    finally:
        # Whatever went wrong here, no account is left behind that nobody knows the port of.
        if process.poll() is None:
            process.terminate()
            process.wait()


def show(account: Account, landing_zone: str | None) -> None:
    """Prepare the account and print what to paste."""
    if landing_zone:
        prepare_landing_zone(account)
        say(f"Account {account.account_id} has a configuration recorder in {account.region}")
    say("The AWS CLI and SDKs", *environment(account), "aws sts get-caller-identity")
    try:
        building.build(*building.FOR_DEMO)
        say("Pulumi: paste this first", *environment(account), *pulumi())
        for language in LANGUAGES:
            say(f"Then a program in {language}", *program(language))
    except (ToolchainError, engines.EngineError) as error:
        print(f"error: Pulumi cannot be used with this account yet: {error}", file=sys.stderr, flush=True)
    print(f"\n{END}", flush=True)


def environment(account: Account) -> list[str]:
    """What points every AWS client at the account."""
    variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in account.environment.items())
    return [f"export {variables}", "unset AWS_SESSION_TOKEN AWS_PROFILE"]


def pulumi() -> list[str]:
    """What gives Pulumi both plugins, the packages of the SDKs, and a home and a backend of their own."""
    from aws_plugin import facts, install

    stand_in = install.write(FOLDER / "aws-plugin", str(tools.python()))
    # The account begins empty, and so do the states of its stacks.
    shutil.rmtree(FOLDER / "backend", ignore_errors=True)
    (FOLDER / "backend").mkdir()
    binaries = engines.from_path() or engines.pinned()
    path = ":".join(map(str, (binaries, tools.python().parent)))
    install_plugin, own = "pulumi plugin install resource", artefacts.schema()["version"]
    return [
        f'export PATH={shlex.quote(path)}:"$PATH" PYTHONPATH={shlex.quote(str(artefacts.python_packages()))}',
        f"export PULUMI_HOME={quoted(FOLDER / 'home')} PULUMI_BACKEND_URL={shlex.quote(f'file://{FOLDER}/backend')}",
        "export PULUMI_CONFIG_PASSPHRASE=sandbox "
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true PULUMI_SKIP_UPDATE_CHECK=true",
        f"{install_plugin} aws {facts.version()} --reinstall --file {quoted(stand_in)}",
        f"{install_plugin} aws-compliance {own} --reinstall --file {quoted(artefacts.plugin())}",
    ]


def program(language: str) -> list[str]:
    """A copy of the example that is deployed and destroyed again."""
    packages = {
        "typescript": [f"ln -s {quoted(artefacts.node_packages())} node_modules"],
        "go": [f"go mod edit -replace github.com/aws-compliance/pulumi-aws-compliance/sdk={quoted(ROOT / 'sdk')}"],
    }
    return [
        f'cd "$(mktemp -d)" && cp -r {quoted(ROOT / "examples" / language)}/. .',
        *packages.get(language, []),
        f"pulumi stack select --create {language}",
        # Without it the bucket is retained, and another program could not use its name.
        "pulumi config set forceDestroy true",
        "pulumi up --yes --skip-preview",
        "pulumi destroy --yes --skip-preview",
    ]


def quoted(path: Path) -> str:
    """A path as a word of the shell."""
    return shlex.quote(str(path))


def say(heading: str, *commands: str) -> None:
    """A heading and the commands below it, each of which can be pasted."""
    print("\n".join([f"\n== {heading}", *(f"  {command}" for command in commands)]), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
