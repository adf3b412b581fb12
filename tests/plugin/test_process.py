"""The process of a plugin: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest

from .conftest import Plugin, wait_for


def test_its_port_is_all_that_it_prints(plugin):
    assert plugin.port.strip().isdigit()
    plugin.end(signal.SIGINT)
    assert plugin.process.stdout.read() == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(plugin, number):
    # The engine waits five seconds and then kills; that would cost every run those seconds.
    assert plugin.end(number) < 1
    assert plugin.process.returncode == 0


def test_a_signal_ends_it_while_a_component_is_constructed(plugin, served):
    from pulumi.runtime.proto import provider_pb2

    monitor, _, address = served
    monitor.hold.clear()
    plugin.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=address))
    request = provider_pb2.ConstructRequest(type="shop:index:Store", name="store", monitorEndpoint=address)
    running = plugin.stub.Construct.future(request)
    wait_for(lambda: monitor.registrations)
    assert not running.done()
    assert plugin.end(signal.SIGINT) < 1


def test_it_waits_for_an_engine_when_none_is_named(binary):
    plugin = Plugin(binary)
    assert plugin.port.strip().isdigit()
    assert plugin.end(signal.SIGINT) < 1


def run(binary, *arguments: str):
    """What a command of the plugin's prints."""
    return subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=10)


def test_it_prints_schema_version_and_help(binary):
    assert json.loads(run(binary, "schema").stdout)["name"] == "shop"
    assert run(binary, "--version").stdout == "0.1.0\n"
    shown = run(binary, "--help").stdout
    assert "Shop 0.1.0: Stores." in shown
    assert "shop:index:Store" in shown


def test_words_that_a_host_adds_do_not_end_it(binary):
    plugin = Plugin(binary, "ignored")
    assert plugin.port.strip().isdigit()
    assert plugin.end(signal.SIGINT) < 1


def test_a_word_that_a_person_types_is_a_mistake_that_names_what_is_known(binary):
    outside, terminal = os.openpty()
    try:
        done = subprocess.run([binary, "shema"], stdin=terminal, capture_output=True, text=True, timeout=30)
    finally:
        os.close(outside)
        os.close(terminal)
    assert done.returncode == 1
    assert "expected `schema` or the engine's address as HOST:PORT, got `shema`" in done.stderr


def test_a_plugin_whose_engine_is_gone_ends_by_itself(suite_binary, served):
    plugin = Plugin(suite_binary, "127.0.0.1:1")
    try:
        wait_for(lambda: plugin.process.poll() is not None)
        assert plugin.process.returncode == 0
    finally:
        plugin.process.kill()


def test_an_engine_without_health_checks_is_still_there(suite_binary, served):
    plugin = Plugin(suite_binary, served[2])
    try:
        # Three times the interval at which it looks.
        time.sleep(1.5)
        assert plugin.process.poll() is None
    finally:
        plugin.process.kill()
