"""The status file of a service: what everybody may know of it, written whole or not at all.

One JSON object in ``notifier.json`` or ``journal.json``; docs/status.md has its keys. It is
readable by all (0644), so no telephone number, no mail address and no secret stands in it.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from cmtel.errors import CmtelError

#: A status file is small; a bigger one is none of ours.
_MAX_BYTES = 1 << 20
#: How keys end whose texts are moments; those of books are texts in every document.
_MOMENTS = ("_at", "_since", "_until", "from", "until")
_TEXTS = ("last_received_at", "oldest_waiting_at", "link_since")


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
        """Return what the service wrote last, with its moments; None: nothing that can be read.

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
        return {name: _with_moments(each, name) for name, each in found.items()}


def _as_json(value: object) -> str:
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat is not None else str(value)


def _with_moments(value: Any, key: str = "") -> Any:
    """Return a document that was read with its moments, as it was before it was written."""
    if isinstance(value, dict):
        return {name: _with_moments(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_moments(each) for each in value]
    if isinstance(value, str) and key.endswith(_MOMENTS) and key not in _TEXTS:
        return datetime.fromisoformat(value)
    return value
