"""Legs that follow one another and all say when the call began, not when they did.

So they are set one behind the other: what one rang and talked is over when the next one begins.

Source: Avaya IP Office Web Manager, "SMDR Fields": Call Start is that of the whole call,
Connected Time is without ring, hold and park; a call that is passed on has a record a segment.
"""

from __future__ import annotations

from collections.abc import Sequence

from cmtel.domain.calls import CallRecord
from cmtel.formats.folded_call import Money, called, folded, last_answered
from cmtel.formats.talk_time import Span, moment_ms


def fold_segments(legs: Sequence[CallRecord]) -> CallRecord:
    """Return the call of segments; the end is known only if the last one says it.

    The charge of a segment is that of the call so far, so the highest one counts.
    """
    ordered = sorted(legs, key=lambda leg: leg.leg or 0)
    spans = _spans(ordered)
    answered = last_answered(ordered, spans, [called(leg) for leg in ordered])
    call = folded(ordered, ordered[0], answered, spans, _money(ordered))
    return call._replace(ended_at=ordered[-1].ended_at)


def _spans(legs: Sequence[CallRecord]) -> list[Span]:
    started_at = legs[0].started_at
    spans, begun = [], moment_ms(started_at) if started_at else 0
    for leg in legs:
        answer = begun + (leg.ring_ms or 0)
        end = answer + (leg.connected_secs or 0) * 1000
        is_answered = leg.state == "CONN"
        spans.append(Span(begun, answer if is_answered else None, end, leg.connected_secs))
        begun = end
    return spans


def _money(legs: Sequence[CallRecord]) -> Money:
    priced = [leg for leg in legs if leg.charge_cents is not None]
    if len({leg.currency for leg in priced}) != 1:
        return Money()
    highest = max(priced, key=lambda leg: leg.charge_cents or 0)
    return Money(highest.charge, highest.charge_cents, highest.currency)
