"""The pause of the journal as a file in the state folder: ``journal-pause.json``.

The operator writes it, the ingest reads it; neither needs the other to run.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from cmtel.errors import AccessDenied, SpoolError
from cmtel.services.journal_pause import JournalPause

FILE_NAME = "journal-pause.json"


class JournalPauseFile:
    """Implements ``JournalPauses``; ``keep`` and ``forget`` are the operator's side."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def current(self, now: datetime) -> JournalPause | None:
        """Return the pause that is not over, or None.

        Raises:
            SpoolError: The file cannot be read, or is none of ours.
        """
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            until = datetime.fromisoformat(found["until"])
            pause = JournalPause(until, str(found["reason"]), str(found["by"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise SpoolError(
                f"The pause of the journal in {self._path} cannot be read ({exc}).",
                hint="'cmtel journal resume' takes it away.",
            ) from exc
        return pause if pause.until > now else None

    def keep(self, pause: JournalPause) -> None:
        """Pause until then; an earlier pause is replaced.

        Raises:
            AccessDenied: This user may not.
        """
        told = {"until": pause.until.isoformat(), "reason": pause.reason, "by": pause.by}
        beside = self._path.with_name(f".{FILE_NAME}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with beside.open("w", encoding="utf-8") as file:
                file.write(json.dumps(told, ensure_ascii=False))
                file.flush()
                os.fsync(file.fileno())
            _give_to_owner_of(self._path.parent, beside)
            beside.replace(self._path)
        except OSError as exc:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise _refused(self._path, exc) from exc

    def forget(self) -> None:
        """Go on.

        Raises:
            AccessDenied: This user may not.
        """
        try:
            self._path.unlink(missing_ok=True)
        except OSError as exc:
            raise _refused(self._path, exc) from exc


def _give_to_owner_of(folder: Path, file: Path) -> None:
    """What root leaves for a service is to be the service's."""
    if sys.platform != "win32" and os.geteuid() == 0:
        found = folder.stat()
        os.chown(file, found.st_uid, found.st_gid)


def _refused(path: Path, exc: OSError) -> AccessDenied:
    return AccessDenied(
        f"{path} cannot be changed ({exc.strerror}).",
        hint="Do it as the user of the service, or as administrator, for example with sudo.",
    )
