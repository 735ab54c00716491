"""Lines of Inter-Tel systems, as axxess and mitel-5000 send them (formats.md 4.3, 4.4).

Records have no date; they come in the order in which the calls end.

Source: Inter-Tel Axxess Installation and Maintenance Manual, "Station Message Detail Recording":
columns, call types, ``RING`` and ``S=``; Mitel 5000 Installation Manual, "SMDR", the same table.
"""

from __future__ import annotations

import re
from datetime import time
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs, known_length
from cmtel.formats.charges import charge
from cmtel.formats.columns import columns
from cmtel.formats.dates import DateHint, UndatedTimes
from cmtel.formats.numbers import caller_number, number
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.simulated import CallTimes, clock_text

#: For ``cmtel format show``.
LAYOUT = """\
fixed positions: type 1-3, extension 5-9, trunk 11-15, digits 17-44, start 46-50 HH:MM,
elapsed 52-59 (HH:MM:SS, S=seconds or HH:MM), cost 61-66 $nn.nn, account 68-79
types: IN, DID, DSA in; LOC, TLC, TLD, O/I, OP, INT, 000, FRE out; CNF, NET
no date: the time is the start; local; extension ***** is not answered"""

_DIRECTIONS: dict[str, Direction | None] = {
    **dict.fromkeys(("IN", "DID", "DSA"), "in"),
    **dict.fromkeys(("LOC", "TLC", "TLD", "O/I", "OP", "INT", "000", "FRE"), "out"),
    **dict.fromkeys(("CNF", "NET"), None),
}
_HEADINGS = ("Station ", "TYP")
_START = re.compile("[0-9]{2}:[0-9]{2}")
_ELAPSED = re.compile("S= *([0-9]{1,6})|([0-9]{1,5}):([0-5][0-9])(?::([0-5][0-9]))?")
_MARKS = "#* \t"
_REMEMBERED = 65_536

#: Type, extension, trunk, digits, start, elapsed, cost, account.
_cut = columns(
    (1, 3), (5, 9), (11, 15), (17, 44), (46, 50), (52, 59), (61, 66), (68, 79)
)  # fmt: skip


class InterTelReader:
    """Reads the lines of one input."""

    def __init__(self, options: DecodeOptions) -> None:
        self.hint = DateHint(options)
        self._undated = UndatedTimes(self.hint)
        self._spans = CallSpans(options)
        self._charge = lru_cache(_REMEMBERED)(charge)

    def read(self, text: str, raw: str) -> Outcome:
        """Return the outcome of one line.

        Raises:
            LineRejected: The type is not known, or start or elapsed time are none.
        """
        if text.startswith(_HEADINGS):
            return Skipped("header", raw)
        kind, ext, trunk, digits, start, elapsed, cost, account = _cut(text)
        if kind not in _DIRECTIONS:
            raise LineRejected
        start_secs, secs = _start_secs(start), _elapsed_secs(elapsed)
        is_answered = not ext or ext.strip("*") != ""
        if is_answered and digits.startswith("RING"):
            return Skipped("ringing", raw)
        direction = _DIRECTIONS[kind]
        local = self._undated.place(time(start_secs // 3600, start_secs // 60 % 60))
        ring_secs, connected_secs = (None, secs) if is_answered else (secs, 0)
        started_at, ended_at = self._spans.from_start(
            local.isoformat()[:10], start_secs, known_length(ring_secs, connected_secs)
        )
        self._undated.keep(local)
        price = self._charge(cost) if cost else None
        return tuple.__new__(
            CallRecord,
            (
                direction, "CONN" if connected_secs else "RING", started_at, ended_at,
                _caller(kind, digits) if direction == "in" else number(digits),
                ext or None if is_answered else None, None, None,
                None if ring_secs is None else ring_secs * 1000, connected_secs,
                price.text if price else None, price.cents if price else None,
                "$" if price and cost[0] == "$" else None, trunk or None, account or None,
                None, None, raw,
            ),
        )  # fmt: skip


@lru_cache(_REMEMBERED)
def _start_secs(text: str) -> int:
    if not _START.fullmatch(text):
        raise LineRejected
    return day_secs(text)


@lru_cache(_REMEMBERED)
def _elapsed_secs(text: str) -> int | None:
    """Return the seconds of ``HH:MM:SS``, ``S=seconds``, or ``HH:MM`` of very long calls."""
    if not text:
        return None
    found = _ELAPSED.fullmatch(text)
    if not found:
        raise LineRejected
    if found[1]:
        return int(found[1])
    return int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4] or 0)


def _caller(kind: str, digits: str) -> str | None:
    """Return the caller: the last of two words; of direct dialling one word is the own number."""
    words = digits.lstrip(_MARKS).split()
    if words and words[0].startswith("RING"):
        words = " ".join(words[1:]).lstrip(_MARKS).split()
    if len(words) > 1 or (words and kind == "IN"):
        return caller_number(words[-1])
    return None


def line_of(call: CallRecord) -> str:
    """Return the 80 columns that the system sends of a call; internal ones are no type of it.

    Date, seconds of the start, names and call ids are not sent; who did not answer neither.
    """
    times = CallTimes(call)
    kind = {"in": "IN", "internal": "NET"}.get(call.direction or "", "LOC")
    extension = (call.local_number or "")[:5] if times.talk_secs else "*****"
    secs = times.talk_secs or times.ring_secs
    elapsed = clock_text(secs) if secs < 360_000 else clock_text(secs)[:-3]
    cost = f"${call.charge}" if call.charge and len(call.charge) < 6 else ""
    line = (
        f"{kind:3} {extension:5} {(call.line or '')[:5]:5} {(call.remote_number or '')[:28]:28} "
        f"{times.start:%H:%M} {elapsed:8} {cost:6} {(call.account_code or '')[:12]:12}"
    )
    return f"{line:80}"
