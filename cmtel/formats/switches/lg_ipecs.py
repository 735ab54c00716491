"""LG iPECS UCP with four-digit stations, SMDR (formats.md 9.7).

Source: the positions that an open collector for iPECS UCP reads; of the type letters I and O.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs, known_length
from cmtel.formats.charges import charge
from cmtel.formats.columns import columns
from cmtel.formats.dates import DAY_FIRST
from cmtel.formats.days import slashed_day
from cmtel.formats.durations import clock_secs, minutes_secs
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.numbers import caller_number, number
from cmtel.formats.options import flag, refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.text import ENCODING, RecordTexts, is_separator

NAME = "lg-ipecs"
OPTIONS = (ENCODING, DAY_FIRST)

#: Station, trunk, duration, start, dialled, cost, account, caller.
_COLUMNS = columns((1, 5), (7, 9), (11, 18), (20, 33), (35, 55), (57, 66), (69, 80), (81, 100))
_HEADING = re.compile(r"\s*(?:NO\s+)?STA\s+CO\b")
_RING_TIME = re.compile("[0-9]{2}:[0-5][0-9]")
_DIRECTIONS: dict[str, Direction] = {"I": "in", "O": "out"}
_REMEMBERED = 4096
_charge = lru_cache(_REMEMBERED)(charge)


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._from_start = CallSpans(options).from_start
        self._is_day_first = flag(options.values, DAY_FIRST.name)

    def read(self, text: str, raw: str) -> Outcome:
        station, trunk, duration, start, dialled, cost, account, caller = _COLUMNS(text)
        date, _, clock = start.partition(" ")
        if not duration or len(clock) != 5:
            return _no_call(text, raw)
        secs = clock_secs(duration) if duration.count(":") == 2 else minutes_secs(duration)
        has_letter = dialled[:1].isalpha()
        direction = _DIRECTIONS.get(dialled[:1])
        other = dialled[1:] if has_letter else dialled
        ring_secs = None
        if direction == "in" and _RING_TIME.fullmatch(other):
            ring_secs, other = minutes_secs(other), ""
        remote = caller_number(caller or other) if direction == "in" else number(other)
        day = slashed_day(date, is_day_first=self._is_day_first)
        length_secs = known_length(ring_secs, secs)
        started_at, ended_at = self._from_start(day, day_secs(clock), length_secs)
        price = _charge(cost) if cost else None
        return tuple.__new__(
            CallRecord,
            (
                direction, "CONN" if secs else "RING", started_at, ended_at,
                remote, number(station), None, None,
                None if ring_secs is None else ring_secs * 1000, secs,
                price.text if price else None, price.cents if price else None, None,
                trunk or None, account or None, None, None, raw,
            ),
        )  # fmt: skip


def _no_call(text: str, raw: str) -> Outcome:
    if _HEADING.match(text):
        return Skipped("header", raw)
    if is_separator(text):
        return Skipped("separator", raw)
    raise LineRejected


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return LineDecoder(RecordTexts(options.values), _LineReader(options).read)


FORMAT = Format(
    name=NAME,
    switch="LG iPECS UCP, SMDR with four-digit stations",
    transport="TCP or serial line, as the site has it",
    default_port=None,
    layout="""\
positions: station 1-5, trunk 7-9, duration 11-18 (HH:MM:SS or MM:SS), start 20-33
(NN/NN/YY HH:MM), type letter and dialled number 35-55 (of a call in: ring time MM:SS),
cost 57-66, account 69-80, caller 81-100, cause 102-103; local time""",
    example=("1001  001 00:01:23 25/05/24 12:50 O03023125010                0.45  4711"),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
)
