"""Started by the engine through the launcher that `install.py` writes."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def messages_alone() -> None:
    """Let `pulumi.runtime.proto` be imported without the rest of Pulumi's SDK, which takes longer than all of ours."""
    found = importlib.util.find_spec("pulumi")
    folder = Path(found.origin).parent
    for name, place in (("pulumi", folder), ("pulumi.runtime", folder / "runtime")):
        package = ModuleType(name)
        package.__path__ = [str(place)]
        sys.modules[name] = package


messages_alone()

from .server import serve  # noqa: E402

serve(sys.argv[1:])
