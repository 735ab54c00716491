"""Calls of Unify systems: what hipath and openscape tell, in two layouts (formats.md 8.1, 8.2).

Source: Siemens, HiPath 3000/5000 Feature Description, "Call Detail Recording Central": table of
the compressed record, "Information element"; OpenScape Office, "Call Detail Recording".
"""

from __future__ import annotations

from collections.abc import Callable
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


#: Ring in milliseconds, connected seconds, seconds from start to end; None where not known.
Lengths = tuple[int | None, int | None, int | None]
#: Direction (None: a phone rings), charge, its cents, its currency, account.
Rest = tuple[Direction | None, str | None, int | None, str | None, str | None]


@lru_cache(_REMEMBERED)
def lengths(ring: str, duration: str) -> Lengths:
    """Return what ``MM:SS`` and ``HH:MM:SS`` say; each may be blank.

    Raises:
        LineRejected: One of them is something else.
    """
    ring_secs = minutes_secs(ring.strip()) if ring and not ring.isspace() else None
    connected_secs = clock_secs(duration.strip()) if duration and not duration.isspace() else None
    ring_ms = None if ring_secs is None else ring_secs * 1000
    return ring_ms, connected_secs, known_length(ring_secs, connected_secs)


class UnifyCalls:
    """Makes calls of the fields of one input's records."""

    def __init__(self, options: DecodeOptions) -> None:
        """Read the options.

        Raises:
            UsageError: A bad value.
        """
        values = options.values
        self._price = unit_price(values)
        self._is_start = choice(values, TIME_IS.name, ("start", "end"), "end") == "start"
        self._is_ringing_kept = choice(values, RINGING.name, ("skip", "call"), "skip") == "call"
        self._spans = CallSpans(options)
        self.rest = lru_cache(_REMEMBERED)(self._rest)

    def call(
        self,
        moment: tuple[str, str],
        ends: tuple[str, str, str],
        size: Lengths,
        rest: Rest,
        raw: str,
    ) -> Outcome:
        """Return the call, or what is skipped because the phone only rings.

        Args:
            moment: Date and time.
            ends: Line, number, extension or MSN.
            size: Of :func:`lengths`.
            rest: Of :meth:`rest`.
            raw: The record.

        Raises:
            LineRejected: A value is impossible.
        """
        day, secs = dotted_day(moment[0]), day_secs(moment[1])
        direction, charge, cents, currency, account = rest
        if direction is None and not self._is_ringing_kept:
            return Skipped("ringing", raw)
        ring_ms, connected_secs, length = size
        started_at, ended_at = (
            self._spans.from_start(day, secs, length)
            if self._is_start or direction is None
            else self._spans.from_end(day, secs, length or 0)
        )
        line, party, station = ends
        return tuple.__new__(
            CallRecord,
            (
                direction or "in",
                "CONN" if connected_secs and direction else "RING",
                started_at,
                ended_at,
                number(party) if direction == "out" else caller_number(party),
                number(station),
                None,
                None,
                ring_ms,
                connected_secs,
                charge,
                cents,
                currency,
                line or None,
                account,
                None,
                None,
                raw,
            ),
        )

    def _rest(self, charge: str, information: str, account: str) -> Rest:
        """Return what charge, information and account say; blanks at their ends do not count.

        Raises:
            LineRejected: Such an information there is not.
        """
        information, charge = information.strip(), charge.strip()
        if information not in _BY_INFORMATION:
            raise LineRejected
        direction, account_code = _BY_INFORMATION[information], account.strip() or None
        cost = pulses(charge, self._price, currency_of(charge)) if charge else None
        if cost is None:
            return direction, None, None, None, account_code
        return direction, cost.text, cost.cents, currency_of(charge), account_code


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
