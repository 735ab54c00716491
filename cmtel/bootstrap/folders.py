"""The platform's folders for this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmtel.config.places import Places


def places() -> Places:
    """Return where things are on this machine, for this user: see config/places.py."""
    from cmtel.config.places import find_places

    is_root = sys.platform != "win32" and os.geteuid() == 0
    return find_places(sys.platform, os.environ, is_root=is_root)


def state_folder() -> Path:
    """Return the folder for spools and state."""
    return Path(places().state_folder)


def log_folder() -> Path:
    """Return the folder for CmTelNotifier.log."""
    return Path(places().log_folder)


def credentials_folder() -> Path:
    """Return the folder with the files that systemd hands to services as credentials."""
    return Path(places().settings_files[0]).parent / "credentials"
