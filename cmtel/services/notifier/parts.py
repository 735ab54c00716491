"""Which parts of a feed are watched: those whose history shows that their silence means something.

One that is watched has had calls for three weeks, thirty of them at least, and one in the last
two weeks. Others are named with the reason, and looked at again in the next round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

#: The reason of a part that is watched.
WATCHED = ""
LEAST_CALLS = 30
_LEAST_SECS = 21 * 86_400
_GONE_SECS = 14 * 86_400
#: More parts than this are no trunks or classes but numbers: only the busiest are watched.
MOST_PARTS = 50
#: Of those that are not, so many are named.
_MOST_NAMED = 200


def choose_parts(
    stamps: Mapping[str, Sequence[float]], weeks: int, now: datetime
) -> dict[str, str]:
    """Return for each value of a part why it is not watched; :data:`WATCHED`: it is.

    Args:
        stamps: Epoch seconds of the records, by value. Records without a value are no part.
        weeks: How far back they go.
    """
    now_secs = now.timestamp()
    busiest = sorted((v for v in stamps if v), key=lambda v: (-len(stamps[v]), v))[:_MOST_NAMED]
    reasons = {value: _reason(stamps[value], weeks, now_secs) for value in busiest}
    watched = [value for value, reason in reasons.items() if reason == WATCHED]
    return reasons | dict.fromkeys(watched[MOST_PARTS:], f"only the {MOST_PARTS} busiest are")


def _reason(stamps: Sequence[float], weeks: int, now_secs: float) -> str:
    if len(stamps) < LEAST_CALLS:
        return f"too little traffic: {len(stamps)} calls in {weeks} weeks"
    if now_secs - max(stamps) > _GONE_SECS:
        return "given up: no call for two weeks"
    if now_secs - min(stamps) < _LEAST_SECS:
        return "new: less than three weeks of history"
    return WATCHED
