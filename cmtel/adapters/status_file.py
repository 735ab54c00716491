"""The status file of a service: what everybody may know of it, written whole or not at all.

One JSON object in ``notifier.json`` or ``journal.json``; docs/status.md has its keys. It is
readable by all (0644), so no telephone number, no mail address and no secret stands in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cmtel.errors import CmtelError

#: A status file is small; a bigger one is none of ours.
_MAX_BYTES = 1 << 20


class StatusFile:
    """The status file of one job in one folder."""

    def __init__(self, folder: Path, job: str) -> None:
        self.path = folder / f"{job}.json"

    def write(self, document: dict[str, Any]) -> None:
        """Replace the file; a reader sees the old one or the new one.

        Not synced: after a crash of the machine nothing in it is true any more.

        Raises:
            OSError: The disk refuses. The caller decides what that is worth.
        """
        beside = self.path.with_name(f".{self.path.name}.new")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, ensure_ascii=False, default=_as_json)
        beside.write_text(text, encoding="utf-8")
        beside.chmod(0o644)  # whatever the umask
        beside.replace(self.path)

    def read(self) -> dict[str, Any] | None:
        """Return what the service wrote last; None: it wrote nothing that can be read.

        Raises:
            CmtelError: There is a file, and it is not one of ours.
        """
        try:
            with self.path.open("rb") as file:
                found = json.loads(file.read(_MAX_BYTES))
        except OSError:  # none, or in a folder that this user may not look into
            return None
        except ValueError as exc:
            raise CmtelError(f"{self.path} is no status file of cmtel's ({exc}).") from exc
        if not isinstance(found, dict):
            raise CmtelError(f"{self.path} is no status file of cmtel's.")
        return found


def _as_json(value: object) -> str:
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat is not None else str(value)
