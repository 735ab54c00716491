"""Writing CmTelNotifier.log. Whatever the disk does, nothing is raised into the service.

The file is made anew at each start and when it is full: CmTelNotifier.log.1 is the one before,
.2 the one before that. Where renaming fails (on Windows while somebody reads the file) writing
goes on in the same file, and renaming is tried again later.
"""

from __future__ import annotations

import threading
from datetime import datetime, tzinfo
from pathlib import Path
from typing import IO

from cmtel.domain.incidents.actions import Level, Log
from cmtel.services.notifier_log import line_of

#: After a rename that failed, so much more is written before the next try.
_RETRY_BYTES = 1 << 20


class NotifierLog:
    """Writes one line an entry; thread-safe. ``faults`` counts what could not be written."""

    def __init__(
        self, path: Path, *, max_bytes: int = 10 << 20, keep: int = 10,
        level: Level = Level.INFO, zone: tzinfo | None = None,
    ) -> None:  # fmt: skip
        """Begin a new file.

        Args:
            path: Where; its folder is made.
            max_bytes: A new file is begun before this one would get larger.
            keep: How many older ones are kept.
            level: What matters less is not written.
            zone: Of the times; None: the machine's.
        """
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._level = level
        self._zone = zone
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._size_bytes = 0
        self._limit_bytes = max_bytes
        self.faults = 0
        with self._lock:
            self._begin()

    @property
    def is_open(self) -> bool:
        """Whether the file could be opened, at the last try."""
        return self._file is not None

    def write(self, at: datetime, entry: Log) -> None:
        """Write an entry; if that fails, count it and try with the next one."""
        if entry.level < self._level:
            return
        line = (line_of(at, entry, self._zone) + "\n").encode("utf-8", "backslashreplace")
        with self._lock:
            if self._file is not None and self._size_bytes + len(line) > self._limit_bytes:
                self._begin()
            if self._file is None:
                self._open()
            self._append(line)

    def close(self) -> None:
        """Close the file; a later entry opens it again."""
        with self._lock:
            self._close()

    def _append(self, line: bytes) -> None:
        if self._file is None:
            self.faults += 1
            return
        try:
            self._file.write(line)
            self._size_bytes += len(line)
        except OSError:
            self.faults += 1
            self._close()

    def _begin(self) -> None:
        """Put the file aside and make a new one; or go on in it, if that is not possible."""
        self._close()
        is_aside = self._put_aside()
        self._open()
        self._limit_bytes = self._max_bytes
        if not is_aside:
            self.faults += 1
            self._limit_bytes = max(self._max_bytes, self._size_bytes + _RETRY_BYTES)

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab", buffering=0)
            self._size_bytes = self._file.tell()
        except OSError:
            self._file = None

    def _close(self) -> None:
        if self._file is None:
            return
        try:
            self._file.close()
        except OSError:
            self.faults += 1
        self._file = None

    def _put_aside(self) -> bool:
        """Shift the numbers up and give this file the first; False if that failed."""
        try:
            if not self._path.exists() or self._path.stat().st_size == 0:
                return True
            too_old = self._keep
            while self._numbered(too_old).exists():
                self._numbered(too_old).unlink()
                too_old += 1
            for number in range(self._keep - 1, 0, -1):
                if self._numbered(number).exists():
                    self._numbered(number).replace(self._numbered(number + 1))
            self._path.replace(self._numbered(1))
        except OSError:
            return False
        return True

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
