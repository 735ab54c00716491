"""Start or end: what the order of the records tells about their time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from cmtel.errors import LineRejected
from cmtel.formats.durations import any_duration_ms
from cmtel.formats.proposal.claims import Claims
from cmtel.formats.time_patterns import TimePatterns

#: So many records out of order are no accident.
_FEWEST_BACK = 2


def note_order(claims: Claims) -> None:
    """Note where the time may be the end of the call.

    A switch writes a record when its call has ended. If its times are those of the starts, the
    start of a long call stands after those of short ones. Times that never go back, although the
    starts that they would give do, are rather the ends.
    """
    if not (claims.has_time and claims.has("connected")) or claims.has(
        "end-datetime", "answer-datetime"
    ):
        return
    pairs = list(_times_and_lengths(claims))
    times = [time for time, _ in pairs]
    ends = [time + length for time, length in pairs]
    starts = [time - length for time, length in pairs]
    if _back(times) == 0 and min(_back(ends), _back(starts)) >= _FEWEST_BACK:
        claims.note(
            "the times never go back although calls overlap: they may be the ends of the calls; "
            "add the option time-is=end then"
        )


def _back(moments: Sequence[datetime]) -> int:
    return sum(a > b for a, b in pairwise(moments))


def _times_and_lengths(claims: Claims) -> Iterator[tuple[datetime, timedelta]]:
    by_name = {name: claims.columns[index] for index, name in claims.fields.items()}
    patterns = TimePatterns(claims.options["date-format"].split("|"))
    unit = claims.options.get("duration-unit", "s")
    moments = [by_name[name].values for name in ("datetime", "date", "time") if name in by_name]
    for length, *parts in zip(by_name["connected"].values, *moments, strict=True):
        try:
            found = patterns.parse(" ".join(part for part in parts if part))
            secs = any_duration_ms(length, unit) / 1000 if length else 0.0
        except LineRejected:
            continue  # the record is counted where it is decoded
        yield found.moment.replace(tzinfo=None), timedelta(seconds=secs)
