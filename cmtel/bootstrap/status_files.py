"""Where services leave their status files, and which of them is the one that counts."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cmtel.adapters.status_file import StatusFile
from cmtel.bootstrap.folders import state_folder

#: RuntimeDirectory=cmtel of the units; what runs in the foreground uses its state folder.
_SYSTEM_FOLDER = Path("/run/cmtel")
#: A living service writes its file twice as often at least.
FRESH = timedelta(seconds=90)


def own_status_file(job: str) -> StatusFile:
    """Return the status file that this process writes for its job: notifier or journal."""
    given = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return StatusFile(Path(given) if given else public_status_folder(), job)


def public_status_folder() -> Path:
    """Return where status files are if systemd gives no place for them.

    On Windows a folder of its own, which everybody may read (adapters/service_managers/windows.py).
    """
    return state_folder() / "status" if sys.platform == "win32" else state_folder()


def found_status(job: str, now: datetime, *, is_user: bool = False) -> dict[str, Any] | None:
    """Return what the living service or foreground run of a job tells of itself; None: none lives.

    One that works on this user's own state comes first.

    Args:
        is_user: Only what runs as this user counts.

    Raises:
        CmtelError: A status file is damaged.
    """
    documents = _documents(job, is_user=is_user)
    return next((found for found in documents if is_living(found, now)), None)


def last_status(job: str) -> dict[str, Any] | None:
    """Return what the service or foreground run of a job told last, which may have ended.

    Raises:
        CmtelError: A status file is damaged.
    """
    return max(_documents(job, is_user=False), key=_age, default=None)


def _documents(job: str, *, is_user: bool) -> list[dict[str, Any]]:
    folders = [public_status_folder()]
    if sys.platform != "win32" and not is_user:
        folders.append(_SYSTEM_FOLDER)
    found = [StatusFile(folder, job).read() for folder in folders]
    return [document for document in found if document is not None]


def is_living(document: dict[str, Any], now: datetime) -> bool:
    """Tell whether the process that wrote a status file is still there and at work."""
    try:
        is_fresh = now - document["written_at"] < FRESH
        return is_fresh and _is_there(int(document["process_id"]))
    except (KeyError, TypeError, ValueError):
        return False


def _age(document: dict[str, Any]) -> str:
    return str(document.get("written_at"))


def _is_there(process_id: int) -> bool:
    if sys.platform == "win32":
        return True  # there signal 0 would end it; a dead one stops being fresh
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
