"""What is started in the background of a shell ends its plugins at once all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

PROGRAM = """
import subprocess, sys
import harness.engine
sleeper = subprocess.Popen([sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT))"])
sys.exit(sleeper.wait())
"""


def test_children_of_a_run_in_the_background_end_on_an_interrupt():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "default_int_handler" in done.stdout, "SIGINT is ignored, so the engine would wait and then kill"
