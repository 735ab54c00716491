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

    if sys.platform == "win32":
        environment = {**os.environ, "PROGRAMDATA": _program_data()}
        return find_places(sys.platform, environment, is_root=False)
    return find_places(sys.platform, os.environ, is_root=os.geteuid() == 0)


def state_folder() -> Path:
    """Return the folder for spools and state."""
    return Path(places().state_folder)


def log_folder() -> Path:
    """Return the folder for CmTelNotifier.log."""
    return Path(places().log_folder)


def credentials_folder() -> Path:
    """Return the folder with the files that systemd hands to services as credentials."""
    return Path(places().settings_files[0]).parent / "credentials"


def _program_data() -> str:
    r"""Return where Windows has it, whatever a user's own environment says.

    A service and who controls it are to mean the same folder.
    """
    from cmtel.adapters.windows_registry import registry_text

    return registry_text(
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\ProgramData"
    )
