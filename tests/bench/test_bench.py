"""Every peer does what is asked of it, and a peer that does not is refused. Times are nobody's business here."""

from __future__ import annotations

import pytest

from bench import measure, peers
from harness.artefacts import ToolchainError, tools

# A component that makes fewer children than it is asked for.
IDLE = """
import sys
sys.path.insert(0, {folder!r})
import main
import pulumi
from pulumi.provider.experimental import component_provider_host


class Sixty(main.Sixty):
    def __init__(self, name: str, args: main.SixtyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, {{**args, "count": 6}}, opts)


component_provider_host(name="bench", components=[Sixty])
"""


@pytest.mark.parametrize("peer", peers.ALL, ids=lambda peer: peer.language)
def test_a_peer_registers_what_it_is_asked_for(peer):
    result = measure.run(peer.command(False), 1, [7, 60])
    assert [construct["count"] for construct in result["constructs"]] == [7, 60]
    assert result["calls"]["RegisterResource"] == 8 + 61
    assert result["calls"]["RegisterResourceOutputs"] == 2


def test_a_peer_that_registers_less_is_refused(tmp_path):
    program = tmp_path / "idle.py"
    program.write_text(IDLE.format(folder=str(peers.PEERS / "python")))
    with pytest.raises(ToolchainError, match=r"layer 1 of .* has 2 children instead of 3"):
        measure.run([tools.python(), program], 0, [7])


def test_a_program_that_tells_no_port_is_refused():
    with pytest.raises(ToolchainError, match="no port"):
        measure.run(["sh", "-c", "echo good morning"], 0, [7])
