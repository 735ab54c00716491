"""The times of a call whose record has start, answer and end, each as a local time."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cmtel.errors import LineRejected
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.times import SwitchClock, iso, ms_between

_parse = datetime.fromisoformat


class CallTimes(NamedTuple):
    """Start and end as ISO 8601, and what lies between; None where a time is not known."""

    started_at: str | None
    ended_at: str | None
    #: From start to answer.
    answered_after_ms: int | None
    #: From start to end.
    total_ms: int | None
    #: From answer to end.
    talk_ms: int | None


class CallStamps:
    """Reads such times on the clock of one switch."""

    def __init__(self, options: DecodeOptions) -> None:
        self._clock = SwitchClock(options.timezone)
        self._has_zone = options.timezone is not None

    def read(self, start_text: str, answer_text: str, end_text: str) -> CallTimes:
        """Return the times of a call.

        Args:
            start_text: ``YYYY-MM-DD HH:MM:SS``, its layout checked, or empty: not known.
            answer_text: The same.
            end_text: The same.

        Raises:
            LineRejected: A value is impossible.
        """
        try:
            start = _parse(start_text) if start_text else None
            answer = _parse(answer_text) if answer_text else None
            end = _parse(end_text) if end_text else None
        except ValueError as exc:
            raise LineRejected from exc
        offset = ""
        if self._has_zone:
            found = self._clock.offset_of_call(start_text, answer_text, end_text) if start else None
            offset = found or ""
        if self._has_zone and not offset:
            at = self._clock.at
            start = at(start) if start else None
            answer = at(answer, after=start) if answer else None
            end = at(end, after=answer or start) if end else None
            texts = iso(start) if start else None, iso(end) if end else None
        else:
            texts = (
                start_text.replace(" ", "T") + offset if start else None,
                end_text.replace(" ", "T") + offset if end else None,
            )
        return CallTimes(
            *texts,
            ms_between(start, answer) if start else None,
            ms_between(start, end) if start else None,
            ms_between(answer, end) if answer else None,
        )

    def end_after(self, start_text: str, secs: int) -> str:
        """Return the end of a call that is sent without one, ``secs`` after its start.

        Raises:
            LineRejected: It lies outside the calendar, or the start is impossible.
        """
        return self._clock.span(start_text.replace(" ", "T"), secs)[1]
