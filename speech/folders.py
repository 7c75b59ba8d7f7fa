"""Where this package keeps what it can make again."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache() -> Path:
    """The folder of the user's caches: XDG's on Linux, Library/Caches on macOS, AppData on Windows; maybe not there."""
    home = Path.home()
    if given := os.environ.get("XDG_CACHE_HOME"):
        base = Path(given)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = home / ".cache"
    return base / "speech"
