"""Which files a path or glob means now. Looks at folders and at stat, opens nothing."""

from __future__ import annotations

import fnmatch
import glob
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cmtel.adapters.sources.file_identity import file_id_of
from cmtel.errors import SourceError

logger = logging.getLogger(__name__)

#: A folder whose time of change stands still is listed again after this long all the same:
#: network shares are late with it, and its resolution hides a change right after a listing.
RELIST_SECS = 5.0


class Found(NamedTuple):
    """A regular file as it was when looked at."""

    path: str
    file_id: str
    size_bytes: int
    mtime_ns: int


class FileFinder:
    """The files of one path or glob. A name that exists as it stands is no glob."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.is_glob = glob.has_magic(pattern) and not os.path.lexists(pattern)
        folder, self._name = os.path.split(pattern)
        self.folder = folder or os.curdir
        self._is_tree = glob.has_magic(folder) and self.is_glob
        self._listed_at = float("-inf")
        self._folder_mtime_ns = -1
        self._told: set[str] = set()

    def check(self) -> None:
        """Return if there is a folder to look in.

        Raises:
            SourceError: There is none.
        """
        if not self._is_tree and not Path(self.folder).is_dir():
            raise SourceError(
                f"There is no folder '{self.folder}' for the source file:{self.pattern}.",
                hint="Make the folder, or correct the path; the file itself may come later.",
            )

    def is_changed(self, now_secs: float) -> bool:
        """Return whether files may have come, gone or changed their names since the last find."""
        if now_secs - self._listed_at >= RELIST_SECS:
            return True
        if self._is_tree:
            return False
        return _mtime_ns(self.folder) != self._folder_mtime_ns

    def find(self, now_secs: float) -> list[Found]:
        """Return the regular files that match, oldest change first, then by name.

        Raises:
            OSError: The folder cannot be looked into now; that says nothing about its files.
        """
        if not self._is_tree:
            os.stat(self.folder)  # noqa: PTH116  # as everywhere here
        self._listed_at = now_secs
        self._folder_mtime_ns = _mtime_ns(self.folder)
        paths = self._paths()
        found = [file for path in paths if (file := self.look(path)) is not None]
        if len(found) < len(paths):
            self._tell_irregular(paths)
        return sorted(found, key=lambda file: (file.mtime_ns, file.path))

    def look(self, path: str) -> Found | None:
        """Return one file as it is now; None if it is not there or no regular file."""
        try:
            status = os.stat(path)  # noqa: PTH116  # tens of thousands of times a second
        except OSError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return Found(path, file_id_of(status), status.st_size, status.st_mtime_ns)

    def _tell_irregular(self, paths: list[str]) -> None:
        """Say once of each path that matches and is a folder, a pipe or a device."""
        for path in paths:
            if path not in self._told and Path(path).exists() and not Path(path).is_file():
                self._told.add(path)
                logger.warning("%s is no regular file and is not read", path)

    def neighbours(self, path: str, start: str = "") -> Iterator[Found]:
        """Yield the regular files in the folder of ``path`` whose names begin with ``start``."""
        folder = os.path.dirname(path)  # noqa: PTH120  # keeps "./" and "" as given
        for name in _names(folder or os.curdir):
            if name.startswith(start):
                found = self.look(os.path.join(folder, name))  # noqa: PTH118  # as above
                if found is not None:
                    yield found

    def _paths(self) -> list[str]:
        if not self.is_glob:
            return [self.pattern]
        if self._is_tree:
            return glob.glob(self.pattern, recursive=True)  # noqa: PTH207  # keeps paths as given
        folder = os.path.dirname(self.pattern)  # noqa: PTH120  # keeps "./" and "" as given
        names = fnmatch.filter(os.listdir(self.folder), self._name)  # noqa: PTH208  # names do
        hidden = self._name.startswith(".")
        return [
            os.path.join(folder, name)  # noqa: PTH118  # pathlib is ten times slower here
            for name in names
            if hidden or not name.startswith(".")
        ]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  # names are all that is needed
    except OSError:
        return []


def _mtime_ns(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116  # asked four times a second
    except OSError:
        return -1
