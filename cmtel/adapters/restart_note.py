"""A note that a service is being restarted: its end is no operator's stop, and nobody is mailed.

An empty file whose age counts, so that a restart that never came does not hide a later stop.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cmtel.errors import AccessDenied

FILE_NAME = "restarting"
#: A stop takes half a minute at most (TimeoutStopSec of the unit).
_HOLDS = timedelta(minutes=1)


class RestartNote:
    """The note in a state folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def leave(self) -> None:
        """Leave it, before the stop.

        Raises:
            AccessDenied: This user may not.
        """
        try:
            self._path.unlink(missing_ok=True)
            self._path.touch(mode=0o600)
            _give_to_owner_of(self._path)
        except FileNotFoundError:
            return  # no state folder: nothing of ours has run that could be stopped
        except OSError as exc:
            raise AccessDenied(
                f"{self._path} cannot be written ({exc.strerror}).",
                hint="Run it as root, for example with sudo.",
            ) from exc

    def holds(self, now: datetime) -> bool:
        """Tell whether a restart was announced just now."""
        try:
            left_at = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        except OSError:
            return False
        return abs(now - left_at) < _HOLDS

    def forget(self) -> None:
        """Take it away: the service is up again."""
        self._path.unlink(missing_ok=True)


def _give_to_owner_of(path: Path) -> None:
    if sys.platform != "win32" and os.geteuid() == 0:
        found = path.parent.stat()
        os.chown(path, found.st_uid, found.st_gid)
