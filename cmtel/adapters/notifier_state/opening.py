"""Opening the notifier's state: a damaged file is moved aside, never deleted."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from cmtel.adapters import instance_lock
from cmtel.adapters.instance_lock import InstanceLock
from cmtel.adapters.notifier_state.store import SqliteNotifierStore
from cmtel.errors import AccessDenied, ConfigError, SpoolError

FILE_NAME = "notifier.sqlite3"
LOCK_NAME = "notifier.lock"
#: The first bytes of every SQLite file. Source: SQLite, "Database File Format", 1.3.1.
_MAGIC = b"SQLite format 3\x00"
_SUFFIXES = ("", "-wal", "-shm")


class Opened(NamedTuple):
    """A store that the service may write, its lock, and a damaged file that was moved aside."""

    store: SqliteNotifierStore
    lock: InstanceLock
    moved_aside: Path | None = None

    def close(self) -> None:
        """Close the file and give the lock back."""
        self.store.close()
        self.lock.close()


def open_for_service(folder: Path) -> Opened:
    """Open the state in ``folder`` as its only writer; made if it is not there.

    Raises:
        ConfigError: The folder is on another machine: neither locks nor syncs are safe there.
        SpoolError: Another service has it, a newer version wrote it, or the disk refuses.
    """
    _refuse_network(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise SpoolError(f"The state folder {folder} cannot be made ({exc}).") from exc
    lock = _lock(folder)
    try:
        path = folder / FILE_NAME
        moved_aside = None if _is_sound(path) else _move_aside(path)
        path.touch(mode=0o600)
        return Opened(SqliteNotifierStore(path), lock, moved_aside)
    except BaseException:
        lock.close()
        raise


def open_beside_service(folder: Path) -> SqliteNotifierStore | None:
    """Open the state to look at it, or to leave a request; None if there is none yet.

    Raises:
        AccessDenied: This user may not look into the folder.
        SpoolError: It cannot be read.
    """
    path = folder / FILE_NAME
    try:
        return SqliteNotifierStore(path) if path.exists() else None
    except PermissionError as exc:
        raise AccessDenied(
            f"The notifier's state in {folder} may not be read ({exc.strerror}).",
            hint="Do it as the user of the service, or as administrator.",
        ) from exc


def process_holding(folder: Path) -> int | None:
    """Return the process of the service that works on the state in ``folder``, or None.

    Raises:
        SpoolError: This user may not read its lock.
    """
    return instance_lock.process_holding(folder / LOCK_NAME)


def _lock(folder: Path) -> InstanceLock:
    hint = "Only one notifier can work on it; stop that one first."
    return InstanceLock(folder / LOCK_NAME, thing=f"The notifier's state in {folder}", hint=hint)


def _refuse_network(folder: Path) -> None:
    if str(folder).startswith(("\\\\", "//")):
        raise ConfigError(
            f"The state folder {folder} is on another machine.",
            hint="Name a folder on a local disk.",
        )


def _is_sound(path: Path) -> bool:
    """Tell whether the file is missing, empty or undamaged. A newer version's is undamaged."""
    if not path.exists() or path.stat().st_size == 0:
        return True
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return False
    return _passes_check(path)


def _passes_check(path: Path) -> bool:
    db = sqlite3.connect(path)
    try:
        return bool(db.execute("PRAGMA quick_check").fetchone()[0] == "ok")
    except sqlite3.DatabaseError as exc:
        name = getattr(exc, "sqlite_errorname", "") or ""
        if not name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise SpoolError(f"The notifier's state {path} cannot be read ({exc}).") from exc
        return False
    finally:
        db.close()


def _move_aside(path: Path) -> Path:
    """Rename the file and what belongs to it to ``.bad``, or ``.bad.1`` and so on."""
    count = 0
    aside = path.with_name(f"{path.name}.bad")
    while aside.exists():
        count += 1
        aside = path.with_name(f"{path.name}.bad.{count}")
    try:
        for suffix in _SUFFIXES:
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + suffix))
    except OSError as exc:
        raise SpoolError(f"The damaged {path} cannot be moved aside ({exc}).") from exc
    return aside
