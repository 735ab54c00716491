"""One call of its legs: what holds for the legs of any switch.

Who called and what was dialled is what the first leg says. The one who answered last is the
other side; if that is not the number dialled, the call was forwarded over the latter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Direction
from cmtel.formats.charges import charge
from cmtel.formats.seam import LegRule
from cmtel.formats.talk_time import Span, moment_ms, ring_ms, span_of, talk_secs


class Answered(NamedTuple):
    """Who answered last: the number, and the leg on which that was."""

    number: str
    leg: CallRecord


class Money(NamedTuple):
    """What a folded call cost."""

    charge: str | None = None
    charge_cents: int | None = None
    currency: str | None = None


_NO_MONEY = Money()


def legs_by_call_id(joined_by: str, *, is_reused: bool = False) -> LegRule:
    """Return the rule of a switch whose legs share an id and have times of their own."""
    return LegRule(joined_by, fold_by_time, is_reused=is_reused)


def fold_by_time(legs: Sequence[CallRecord]) -> CallRecord:
    """Return the call of legs that tell their order by their times only."""
    ordered = sorted(legs, key=time_order)
    spans = [span_of(leg) for leg in ordered]
    answered = last_answered(ordered, spans, [called(leg) for leg in ordered])
    return folded(ordered, ordered[0], answered, spans)


def time_order(leg: CallRecord) -> tuple[int, int, str]:
    """Return what legs are sorted by; the raw text decides last, not how they came."""
    started_at, ended_at = leg.started_at, leg.ended_at
    start_ms = moment_ms(started_at) if started_at else 0
    return start_ms, moment_ms(ended_at) if ended_at else start_ms, leg.raw


def called(leg: CallRecord) -> str | None:
    """Return the number that the leg went to."""
    return leg.local_number if leg.direction == "in" else leg.remote_number


def last_answered(
    legs: Sequence[CallRecord], spans: Sequence[Span], numbers: Sequence[str | None]
) -> Answered | None:
    """Return who answered last; of several at the same moment that of the last leg.

    Args:
        legs: In their order.
        spans: When they were.
        numbers: Who answered each of them, if anybody did; None where that is not known.
    """
    best, best_ms = None, -1
    for leg, span, number in zip(legs, spans, numbers, strict=True):
        if number is None or leg.state != "CONN":
            continue
        moment = span.answer_ms or span.start_ms or 0
        if moment >= best_ms:
            best, best_ms = Answered(number, leg), moment
    return best


def folded(
    legs: Sequence[CallRecord],
    first: CallRecord,
    answered: Answered | None,
    spans: Sequence[Span],
    money: Money | None = None,
) -> CallRecord:
    """Return the call of two or more legs.

    Args:
        legs: In their order.
        first: The leg with which the call began: who called, and what was dialled.
        answered: Who answered last, if anybody did.
        spans: The legs on one line of time.
        money: What it cost, if it is not the sum of the legs.
    """
    states = [leg.state for leg in legs]
    direction, remote, local, via = _parties(first, answered)
    charge_text, cents, currency = money or summed_money(legs)
    is_out_later = direction == "out" and first.direction != "out" and answered is not None
    numbers = [leg.leg for leg in legs if leg.leg is not None]
    return CallRecord(
        direction=direction,
        state="CONN" if "CONN" in states else "BUSY" if "BUSY" in states else "RING",
        started_at=_extreme([leg.started_at for leg in legs], min),
        ended_at=_extreme([leg.ended_at for leg in legs], max),
        remote_number=remote,
        local_number=local,
        forwarded_via=via,
        name=_name(legs, first, answered),
        ring_ms=ring_ms(spans, [leg.ring_ms for leg in legs], is_answered="CONN" in states),
        connected_secs=talk_secs(spans),
        charge=charge_text,
        charge_cents=cents,
        currency=currency,
        line=answered.leg.line if is_out_later and answered else first.line,
        account_code=first.account_code or _first_of([leg.account_code for leg in legs]),
        call_id=first.call_id,
        leg=min(numbers, default=None),
        raw="".join([leg.raw for leg in legs]),
    )


def summed_money(legs: Sequence[CallRecord]) -> Money:
    """Add up charges that are each leg's own; amounts of several currencies have no sum."""
    if all((leg.charge, leg.charge_cents, leg.currency) == (None, None, None) for leg in legs):
        return _NO_MONEY
    priced = [leg for leg in legs if leg.charge is not None or leg.charge_cents is not None]
    currencies = {leg.currency for leg in priced or legs}
    if len(currencies) != 1:
        return Money()
    if not priced:
        return Money(currency=legs[0].currency)
    (currency,) = currencies
    amounts = [charge(leg.charge, currency) for leg in priced if leg.charge is not None]
    if len(amounts) < len(priced) or None in amounts:
        cents = [leg.charge_cents for leg in priced]
        total_cents = None if None in cents else sum(c for c in cents if c is not None)
        return Money(None, total_cents, currency)
    total = sum((Decimal(amount.text) for amount in amounts if amount), start=Decimal(0))
    found = charge(f"{total:f}", currency)
    return Money(found.text, found.cents, currency) if found else Money(currency=currency)


def _parties(
    first: CallRecord, answered: Answered | None
) -> tuple[Direction | None, str | None, str | None, str | None]:
    """Return direction, remote number, local number, and the number that it was forwarded over."""
    direction, dialled = first.direction, called(first)
    if answered is None or (direction == "out" and answered.leg.direction != "out"):
        # Nobody answered; or what went out was handed on inside: outside it is the same party.
        return direction, first.remote_number, first.local_number, first.forwarded_via
    number, via = answered.number, first.forwarded_via
    if dialled is not None and dialled != number:
        via = via or dialled
    if via == number:
        via = None
    if direction == "in":
        return direction, first.remote_number, number, via
    if direction == "internal" and answered.leg.direction == "out":
        direction = "out"
    return direction, number, first.local_number, via


def _name(legs: Sequence[CallRecord], first: CallRecord, answered: Answered | None) -> str | None:
    """The name of the other party: the caller of a call that came in, else who answered."""
    if first.direction == "in" or answered is None:
        return first.name or _first_of(
            [leg.name for leg in legs if leg.remote_number == first.remote_number]
        )
    if answered.number == first.remote_number:
        return answered.leg.name or first.name
    return answered.leg.name if answered.leg.direction != "in" else None


def _first_of(texts: Sequence[str | None]) -> str | None:
    return next((text for text in texts if text is not None), None)


def _extreme(texts: Sequence[str | None], choose: Callable[..., tuple[int, str]]) -> str | None:
    """Return the earliest or the latest of some times; of equal ones either is the same."""
    if len(set(texts)) == 1:
        return texts[0]
    known = [(moment_ms(text), text) for text in texts if text is not None]
    return choose(known)[1] if known else None
