"""What the one time of a record is, by option: start or end of the call (formats.md 1.4)."""

from __future__ import annotations

from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, known_length
from cmtel.formats.options import choice
from cmtel.formats.seam import DecodeOptions, FormatOption

#: Guides and releases of the same switch differ in it.
TIME_IS = FormatOption("time-is", "start or end: what the time of a record is", default="end")

#: Switches with a line for each phone that rings send the final record after it.
RINGING = FormatOption("ringing", "skip or call: what a line of a ringing phone is", default="skip")


def hour_of_day(hour: int, half: str) -> int:
    """Return the hour of 24 for an hour of 12 and ``a`` or ``p``, ``AM`` or ``PM``.

    Raises:
        LineRejected: A clock of 12 hours has no such hour.
    """
    if not 1 <= hour <= 12:
        raise LineRejected
    return hour % 12 + (12 if half[0] in "pP" else 0)


class RecordTimes:
    """Starts and ends of calls by the option ``time-is``."""

    def __init__(self, options: DecodeOptions) -> None:
        """Read the option.

        Raises:
            UsageError: It is neither ``start`` nor ``end``.
        """
        words = ("start", "end")
        self._is_end = choice(options.values, TIME_IS.name, words, TIME_IS.default) == "end"
        spans = CallSpans(options)
        self._from_start, self._from_end = spans.from_start, spans.from_end

    def span(
        self, day: str, secs: int, ring_secs: int | None, connected_secs: int | None
    ) -> tuple[str, str | None]:
        """Return (started_at, ended_at) of a record with a time ``secs`` after midnight.

        Raises:
            LineRejected: One of them lies outside the calendar.
        """
        if self._is_end:
            return self._from_end(day, secs, (ring_secs or 0) + (connected_secs or 0))
        return self._from_start(day, secs, known_length(ring_secs, connected_secs))
