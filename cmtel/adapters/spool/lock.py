"""One process at a time works on a spool; see :mod:`cmtel.adapters.instance_lock`."""

from __future__ import annotations

from pathlib import Path

from cmtel.adapters import instance_lock
from cmtel.adapters.instance_lock import InstanceLock


def lock_spool(folder: Path) -> InstanceLock:
    """Take ``FOLDER/lock``; other processes may read the spool meanwhile.

    Raises:
        SpoolError: Another process has it, or the folder cannot be written.
    """
    hint = "Stop that one first, or name another folder with --spool."
    return InstanceLock(folder / "lock", thing=f"The spool {folder}", hint=hint)


def process_holding(folder: Path) -> int | None:
    """Return the process that works on the spool now, or None; takes nothing."""
    return instance_lock.process_holding(folder / "lock")
