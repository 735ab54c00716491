"""The Windows Event Log, through pywin32.

The source is registered when the service is installed, which needs an administrator; without that
Windows shows the text all the same, with a note that the source is unknown.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

#: EVENTLOG_ERROR_TYPE and EVENTLOG_INFORMATION_TYPE (Win32 ReportEvent).
_ERROR_TYPE, _INFORMATION_TYPE = 1, 4
#: The name of the source. Not CmTelNotifier: that may be the vendor's.
SOURCE = "cmtel"
#: Of all our events: they differ by text. 1 is a message of pywin32's generic message file.
_EVENT_ID = 1
#: ReportEvent takes 31,839 characters.
_MAX_CHARS = 30_000

Report = Callable[[str, int], None]


class WindowsEventLog:
    """Writes errors; implements SystemLog. ``faults`` counts what Windows did not take."""

    def __init__(self, report: Report | None = None) -> None:
        self._report = report or _report
        self.faults = 0

    def error(self, text: str) -> None:
        """Write one event that somebody is to look into."""
        self._write(text, _ERROR_TYPE)

    def tell(self, text: str) -> None:
        """Write one event for the record."""
        self._write(text, _INFORMATION_TYPE)

    def _write(self, text: str, event_type: int) -> None:
        try:
            self._report(text[:_MAX_CHARS], event_type)
        except Exception:  # noqa: BLE001 - pywintypes.error exists on Windows only; never raise
            self.faults += 1


def _report(text: str, event_type: int) -> None:
    library = importlib.import_module("win32evtlogutil")
    library.ReportEvent(SOURCE, _EVENT_ID, eventType=event_type, strings=[text])
