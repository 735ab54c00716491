"""Calls of Unify systems: what hipath and openscape tell, in two layouts (formats.md 8.1, 8.2).

Source: Siemens, HiPath 3000/5000 Feature Description, "Call Detail Recording Central": table of
the compressed record, "Information element"; OpenScape Office, "Call Detail Recording".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs, known_length
from cmtel.formats.charges import UNIT_PRICE, currency_of, pulses, unit_price
from cmtel.formats.days import dotted_day
from cmtel.formats.durations import clock_secs, minutes_secs
from cmtel.formats.numbers import caller_number, number
from cmtel.formats.options import choice
from cmtel.formats.seam import DecodeOptions, EncodedRecord, FormatOption
from cmtel.formats.simulated import CallTimes
from cmtel.formats.text import ENCODING

TIME_IS = FormatOption("time-is", "start or end: what the time of a record is", default="end")
RINGING = FormatOption("ringing", "skip or call: what a line of a ringing phone is", default="skip")
OPTIONS = (ENCODING, TIME_IS, RINGING, UNIT_PRICE)

#: By the last digit of the information element; 0 or ``*``: a phone is called.
_DIRECTIONS: dict[str, Direction] = {
    **dict.fromkeys("1357", "in"),
    **dict.fromkeys("24689", "out"),
}
_TENS = ("", *"0123456789")
_BY_INFORMATION: dict[str, Direction | None] = {
    tens + last: _DIRECTIONS.get(last) for tens in _TENS for last in "0123456789*"
}
_REMEMBERED = 65_536


class UnifyCalls:
    """Makes calls of the fields of one input's records."""

    def __init__(self, options: DecodeOptions) -> None:
        """Read the options.

        Raises:
            UsageError: A bad value.
        """
        values = options.values
        price = unit_price(values)
        self._is_start = choice(values, TIME_IS.name, ("start", "end"), "end") == "start"
        self._is_ringing_kept = choice(values, RINGING.name, ("skip", "call"), "skip") == "call"
        self._spans = CallSpans(options)
        self._charge = lru_cache(_REMEMBERED)(lambda text: pulses(text, price, currency_of(text)))
        self._caller = lru_cache(_REMEMBERED)(caller_number)
        self._called = lru_cache(_REMEMBERED)(number)

    def call(self, fields: Iterable[str], raw: str) -> Outcome:
        """Return the call, or what is skipped because the phone only rings.

        Args:
            fields: Date, time, trunk, extension, ring, duration, number, charge, information,
                account, MSN; no blanks at their ends.
            raw: The record.

        Raises:
            LineRejected: A value is missing or impossible.
        """
        (
            date, time, line, extension, ring, duration, party, charge, information, account, msn
        ) = fields  # fmt: skip
        if information not in _BY_INFORMATION:
            raise LineRejected
        direction = _BY_INFORMATION[information]
        day, secs = dotted_day(date), day_secs(time)
        ring_secs = minutes_secs(ring) if ring else None
        connected_secs = clock_secs(duration) if duration else None
        if direction is None and not self._is_ringing_kept:
            return Skipped("ringing", raw)
        length = known_length(ring_secs, connected_secs)
        started_at, ended_at = (
            self._spans.from_start(day, secs, length)
            if self._is_start or direction is None
            else self._spans.from_end(day, secs, length or 0)
        )
        cost = self._charge(charge) if charge else None
        return tuple.__new__(
            CallRecord,
            (
                direction or "in",
                "CONN" if connected_secs and direction else "RING",
                started_at,
                ended_at,
                self._called(party) if direction == "out" else self._caller(party),
                self._called(extension or msn),
                None,
                None,
                None if ring_secs is None else ring_secs * 1000,
                connected_secs,
                cost and cost.text,
                cost and cost.cents,
                cost and currency_of(charge),
                line or None,
                account or None,
                None,
                None,
                raw,
            ),
        )


def encoder(write: Callable[..., str]) -> Callable[[CallRecord], list[EncodedRecord]]:
    """Return the ``encode`` of a layout, which ``write`` makes of the fields in their order.

    The systems do not record internal calls: one is sent as an outgoing call to the extension.
    """

    def encode(call: CallRecord) -> list[EncodedRecord]:
        times = CallTimes(call)
        ring, talk = times.ring_secs, times.talk_secs
        is_in = call.direction == "in"
        line = write(
            f"{times.end:%d.%m.%y}",
            f"{times.end:%H:%M:%S}",
            _digits(call.line)[-3:] or "1",
            (call.local_number or "")[:6],
            "" if call.ring_ms is None else f"{ring // 60:02}:{ring % 60:02}",
            f"{talk // 3600:02}:{talk // 60 % 60:02}:{talk % 60:02}" if talk else "",
            (call.remote_number or "")[:25],
            (call.charge or "")[:11],
            "1" if is_in else "2",
            (call.account_code or "")[:11],
            "",
        )
        return [EncodedRecord(times.total_secs, line.encode() + b"\r\n")]

    return encode


def _digits(text: str | None) -> str:
    return "".join(char for char in text or "" if char in "0123456789")
