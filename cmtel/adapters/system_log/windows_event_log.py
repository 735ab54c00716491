"""The Windows Event Log, through pywin32.

The source is registered when the service is installed, which needs an administrator; without that
Windows shows the text all the same, with a note that the source is unknown.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

#: EVENTLOG_ERROR_TYPE (Win32 ReportEvent).
_ERROR_TYPE = 1
#: The name of the source, as in the service's registration.
SOURCE = "CmTelNotifier"
#: Of all our events: they differ by text. 1 is a message of pywin32's generic message file.
_EVENT_ID = 1
#: ReportEvent takes 31,839 characters.
_MAX_CHARS = 30_000

Report = Callable[[str], None]


class WindowsEventLog:
    """Writes errors; implements SystemLog. ``faults`` counts what Windows did not take."""

    def __init__(self, report: Report | None = None) -> None:
        self._report = report or _report
        self.faults = 0

    def error(self, text: str) -> None:
        """Write one event."""
        try:
            self._report(text[:_MAX_CHARS])
        except Exception:  # noqa: BLE001 - pywintypes.error exists on Windows only; never raise
            self.faults += 1


def _report(text: str) -> None:
    library = importlib.import_module("win32evtlogutil")
    library.ReportEvent(SOURCE, _EVENT_ID, eventType=_ERROR_TYPE, strings=[text])
