"""The platform's folders for this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def state_folder() -> Path:
    """Return the folder for spools and state: see config/places.py."""
    from cmtel.config.places import find_places

    return Path(find_places(sys.platform, os.environ, is_root=_is_root()).state_folder)


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
