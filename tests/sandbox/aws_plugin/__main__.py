"""Started by the engine through the launcher that `install.py` writes."""

import sys

from .server import serve

serve(sys.argv[1:])
