"""Mails as .eml files in a folder, for whoever looks there: any mail program opens them."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import UTC
from pathlib import Path

from cmtel.domain.incidents.actions import Level, Log
from cmtel.domain.mails.message_id import recipient_hash
from cmtel.domain.mails.outbox import OutboxRow
from cmtel.services.notifier.ports import EventLog
from cmtel.services.ports import Clock


class EmlFolder:
    """A drop folder; implements LastResort. Files and a new folder are the owner's alone."""

    def __init__(self, folder: Path, log: EventLog, clock: Clock) -> None:
        self._folder = folder
        self._log = log
        self._clock = clock

    def resort(self, row: OutboxRow) -> None:
        """Write the mail, whole or not at all; a mail has one name, so it is there once."""
        path = self._folder / file_name(row)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(path, row.message)
        except OSError as exc:
            words = (("error", str(exc)),)
            entry = Log(Level.ERROR, "RESORT", (("folder", str(self._folder)), *words))
        else:
            entry = Log(Level.WARNING, "RESORT", (("file", str(path)), ("id", row.message_id)))
        self._log.write(self._clock.now(), entry)


def file_name(row: OutboxRow) -> str:
    """Return ``TIME-KIND-INCIDENT-SEQ-RECIPIENT.eml``; sorts by time, and shows no address."""
    written = row.created_at.astimezone(UTC)
    incident = "".join(c for c in row.incident_id if c.isalnum())
    who = recipient_hash(row.recipient)
    return f"{written:%Y%m%dT%H%M%SZ}-{row.kind.value}-{incident}-{row.seq}-{who}.eml"


def _write_whole(path: Path, data: bytes) -> None:
    """Write beside it, sync, and give it the name in one step (rename(2), MoveFileEx)."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    if sys.platform != "win32":
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
