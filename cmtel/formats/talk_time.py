"""When the legs of a call rang and were talked on, on one line of time.

Legs of one call overlap: a call that is forwarded through a second channel of the switch is
recorded on both, with the whole talk time each. So times are united, never added up. Times are
whole seconds, cut off, and so are lengths: a leg of 0.9 s more may end in the next second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cmtel.domain.calls import CallRecord

#: How much later than answer + connected time a leg may say it ended: what was cut off.
_CUT_OFF_MS = 1_000


class Span(NamedTuple):
    """One leg, in milliseconds since 1970; what is not known is None."""

    start_ms: int | None
    answer_ms: int | None
    end_ms: int | None
    #: Connected time as sent; None is unknown.
    talk_secs: int | None


def span_of(leg: CallRecord) -> Span:
    """Return the span of a leg whose start is its own, not that of the whole call."""
    start, end = moment_ms(leg.started_at), moment_ms(leg.ended_at)
    if start is None:
        return Span(None, None, end, leg.connected_secs)
    ring, talk = leg.ring_ms, leg.connected_secs
    if end is None and ring is not None:
        end = start + ring + (talk or 0) * 1000
    answer = None if leg.state != "CONN" or ring is None else start + ring
    return Span(start, answer, end, talk)


def moment_ms(text: str | None) -> int | None:
    """Return the moment of an ISO 8601 text; without an offset it is taken as UTC."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def talk_secs(spans: Sequence[Span]) -> int | None:
    """Return for how many seconds at least one leg was connected; None if no leg says.

    Never more than the sum of the legs. A leg whose answer is not known is counted by itself.
    """
    known = [span.talk_secs for span in spans if span.talk_secs is not None]
    if not known:
        return None
    placed = sorted((*_interval(span), span.talk_secs or 0) for span in spans if _is_placed(span))
    loose = sum(span.talk_secs or 0 for span in spans if not _is_placed(span))
    total, cluster = 0, placed[:1]
    for interval in placed[1:]:
        if interval[0] < max(end for _, end, _ in cluster):
            cluster.append(interval)
        else:
            total += _united_secs(cluster)
            cluster = [interval]
    return loose + total + (_united_secs(cluster) if cluster else 0)


def ring_ms(spans: Sequence[Span], rings: Sequence[int | None], *, is_answered: bool) -> int | None:
    """Return how long it rang: until the first answer, or for good.

    Args:
        spans: The legs.
        rings: The ringing time of each leg by itself.
        is_answered: A leg was answered.
    """
    starts = [span.start_ms for span in spans if span.start_ms is not None]
    if is_answered:
        answers = [span.answer_ms for span in spans if span.answer_ms is not None]
        return max(min(answers) - min(starts), 0) if answers and starts else None
    ends = [span.end_ms for span in spans if span.end_ms is not None]
    longest = [ring for ring in rings if ring is not None]
    if not longest:
        return None
    return max(max(ends) - min(starts), *longest, 0) if ends and starts else max(longest)


def _is_placed(span: Span) -> bool:
    return span.answer_ms is not None and bool(span.talk_secs)


def _interval(span: Span) -> tuple[int, int]:
    """From answer to end; the end as sent, if it differs by what was cut off only."""
    answer = span.answer_ms or 0
    end = answer + (span.talk_secs or 0) * 1000
    if span.end_ms is not None and 0 < span.end_ms - end <= _CUT_OFF_MS:
        return answer, span.end_ms
    return answer, end


def _united_secs(cluster: Sequence[tuple[int, int, int]]) -> int:
    """Return the length of intervals that overlap: that of the one that spans all, if one does."""
    start, end = cluster[0][0], max(end for _, end, _ in cluster)
    spanning = [secs for begun, ended, secs in cluster if begun == start and ended == end]
    if spanning:
        return max(spanning)
    return min((end - start) // 1000, sum(secs for _, _, secs in cluster))
