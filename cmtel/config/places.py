"""Where the settings file, the state and the log are when nobody says otherwise.

Source:
    XDG Base Directory Specification, "Environment variables"; systemd.exec(5),
    "RuntimeDirectory=, StateDirectory=, ..." (STATE_DIRECTORY, LOGS_DIRECTORY);
    Microsoft KNOWNFOLDERID, FOLDERID_ProgramData.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath, PureWindowsPath

FILE_NAME = "CmTelNotifier.xml"


@dataclass(frozen=True, slots=True)
class Places:
    """The platform's places.

    Attributes:
        settings_files: Where a settings file is looked for, in this order; ``cmtel init``
            writes the first.
        state_folder: For the spool, the notifier's state and the like; on a local disk.
        log_folder: For CmTelNotifier.log.
    """

    settings_files: tuple[PurePath, ...]
    state_folder: PurePath
    log_folder: PurePath


def find_places(platform: str, environment: Mapping[str, str], *, is_root: bool) -> Places:
    """Return the places for ``sys.platform``, the environment and the rights of the user."""
    if platform == "win32":
        return _windows(environment)
    return _root(environment) if is_root else _user(environment)


def _windows(environment: Mapping[str, str]) -> Places:
    program_data = PureWindowsPath(environment.get("PROGRAMDATA") or r"C:\ProgramData") / "cmtel"
    windows = PureWindowsPath(environment.get("SYSTEMROOT") or r"C:\Windows")
    # The original program keeps its file in one of the Windows folders.
    folders = (program_data, windows / "System32", windows)
    return Places(tuple(folder / FILE_NAME for folder in folders), program_data, program_data)


def _root(environment: Mapping[str, str]) -> Places:
    return Places(
        (PurePosixPath("/etc/cmtel", FILE_NAME),),
        _given(environment, "STATE_DIRECTORY") or PurePosixPath("/var/lib/cmtel"),
        _given(environment, "LOGS_DIRECTORY") or PurePosixPath("/var/log/cmtel"),
    )


def _user(environment: Mapping[str, str]) -> Places:
    home = _given(environment, "HOME") or PurePosixPath("/")
    settings = (_given(environment, "XDG_CONFIG_HOME") or home / ".config") / "cmtel"
    state = (_given(environment, "XDG_STATE_HOME") or home / ".local/state") / "cmtel"
    return Places(
        (settings / FILE_NAME, PurePosixPath("/etc/cmtel", FILE_NAME)),
        _given(environment, "STATE_DIRECTORY") or state,
        _given(environment, "LOGS_DIRECTORY") or state,
    )


def _given(environment: Mapping[str, str], name: str) -> PurePosixPath | None:
    """The absolute path in a variable; of several, the first. Relative ones do not count (XDG)."""
    path = PurePosixPath(environment.get(name, "").partition(":")[0])
    return path if path.is_absolute() else None
