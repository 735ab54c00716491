"""When the legs of a call rang and were talked on, on one line of time.

Legs of one call overlap: a call that is forwarded through a second channel of the switch is
recorded on both, with the whole talk time each. So times are united, never added up. Times are
whole seconds, cut off, and so are lengths: a leg of 0.9 s more may end in the next second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cmtel.domain.calls import CallRecord

#: How much later than answer + connected time a leg may say it ended: what was cut off.
_CUT_OFF_MS = 1_000
_REMEMBERED = 16_384


class Span(NamedTuple):
    """One leg, in milliseconds since 1970; what is not known is None."""

    start_ms: int | None
    answer_ms: int | None
    end_ms: int | None
    #: Connected time as sent; None is unknown.
    talk_secs: int | None


def span_of(leg: CallRecord) -> Span:
    """Return the span of a leg whose start is its own, not that of the whole call."""
    start, end, ring, talk = leg.started_at, leg.ended_at, leg.ring_ms, leg.connected_secs
    end_ms = None if end is None else moment_ms(end)
    if start is None:
        return Span(None, None, end_ms, talk)
    start_ms = moment_ms(start)
    if ring is None:
        return Span(start_ms, None, end_ms, talk)
    if end_ms is None:
        end_ms = start_ms + ring + (talk or 0) * 1000
    return Span(start_ms, start_ms + ring if leg.state == "CONN" else None, end_ms, talk)


@lru_cache(_REMEMBERED)
def moment_ms(text: str) -> int:
    """Return the moment of an ISO 8601 text; without an offset it is taken as UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def talk_secs(spans: Sequence[Span]) -> int | None:
    """Return for how many seconds at least one leg was connected; None if no leg says.

    Never more than the sum of the legs. A leg whose answer is not known is counted by itself.
    """
    total, placed, is_known = 0, [], False
    for _, answer, end, secs in spans:
        if secs is None:
            continue
        is_known = True
        if answer is None or not secs:
            total += secs
        else:
            placed.append((answer, _end_ms(answer, end, secs), secs))
    if not is_known:
        return None
    if len(placed) == 1:
        return total + placed[0][2]
    placed.sort()
    cluster: list[tuple[int, int, int]] = []
    reached = 0
    for interval in placed:
        if cluster and interval[0] >= reached:
            total += _united_secs(cluster, reached)
            cluster = []
        reached = max(reached, interval[1]) if cluster else interval[1]
        cluster.append(interval)
    return total + (_united_secs(cluster, reached) if cluster else 0)


def ring_ms(spans: Sequence[Span], rings: Sequence[int | None], *, is_answered: bool) -> int | None:
    """Return how long it rang: until the first answer, or for good.

    Args:
        spans: The legs.
        rings: The ringing time of each leg by itself.
        is_answered: A leg was answered.
    """
    starts = [each[0] for each in spans if each[0] is not None]
    if is_answered:
        answers = [each[1] for each in spans if each[1] is not None]
        return max(min(answers) - min(starts), 0) if answers and starts else None
    ends = [span.end_ms for span in spans if span.end_ms is not None]
    longest = [ring for ring in rings if ring is not None]
    if not longest:
        return None
    return max(max(ends) - min(starts), *longest, 0) if ends and starts else max(longest)


def _end_ms(answer_ms: int, end_ms: int | None, secs: int) -> int:
    """The end as sent, if it differs by what was cut off only."""
    counted = answer_ms + secs * 1000
    if end_ms is not None and 0 < end_ms - counted <= _CUT_OFF_MS:
        return end_ms
    return counted


def _united_secs(cluster: Sequence[tuple[int, int, int]], end_ms: int) -> int:
    """Return the length of intervals that overlap: that of the one that spans all, if one does."""
    if len(cluster) == 1:
        return cluster[0][2]
    start_ms = cluster[0][0]
    spanning = [secs for begun, ended, secs in cluster if begun == start_ms and ended == end_ms]
    if spanning:
        return max(spanning)
    return min((end_ms - start_ms) // 1000, sum(secs for _, _, secs in cluster))
