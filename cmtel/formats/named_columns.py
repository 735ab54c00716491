"""Calls of named values, many at once: what ``NamedFieldReader.call`` does one by one.

Columns, because a call of a function for each value is what costs the time: here most of it is done
by the interpreter's own loops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cmtel.domain.calls import Direction, Outcome
from cmtel.formats.durations import whole
from cmtel.formats.named_fields import NamedFieldReader
from cmtel.formats.numbers import caller_numbers, numbers, party_name
from cmtel.formats.outcomes import calls_of_columns
from cmtel.formats.state import state_of

#: Names by columns: the values of each field, without blanks around.
Columns = Mapping[str, Sequence[str]]
_Numbers = Sequence[str | None]


def calls_alike(records: NamedFieldReader, columns: Columns, raws: Sequence[str]) -> list[Outcome]:
    """Return the calls of many records whose times are as usual.

    Raises:
        LineRejected: One of them has to be read by itself. Nothing is remembered.
    """
    blank = [""] * len(raws)
    directions, remote, local = _parties(records, columns, blank)
    times = records.times.of_calls_alike(
        columns,
        [records.ring_ms(text) for text in columns.get("ring", blank)],
        [records.ms(text) for text in columns.get("connected", blank)],
    )
    prices = list(map(records.price, columns.get("charge", blank), columns.get("currency", blank)))
    states = [
        records.state_of_word(word) or state_of(talk_ms, is_answered=answer is not None)
        for word, talk_ms, answer in zip(
            columns.get("state", blank), times.connected_ms, times.answers, strict=True
        )
    ]
    names = map(party_name, columns["name"], remote) if "name" in columns else blank
    call_ids = _or_none(columns, "call_id", blank)
    sent_legs = [whole(text) if text else None for text in columns.get("leg", ())]
    calls = calls_of_columns(
        raws,
        direction=directions,
        state=states,
        started_at=times.started_at,
        ended_at=times.ended_at,
        remote_number=remote,
        local_number=local,
        forwarded_via=numbers(columns.get("forwarded_via", blank)),
        name=[name or None for name in names],
        ring_ms=times.ring_ms,
        connected_secs=[None if ms is None else ms // 1000 for ms in times.connected_ms],
        charge=[price.text for price in prices],
        charge_cents=[price.cents for price in prices],
        currency=[price.currency for price in prices],
        line=_or_none(columns, "line", blank),
        account_code=_or_none(columns, "account_code", blank),
        call_id=call_ids,
        # Nothing is refused any more.
        leg=sent_legs if "leg" in columns else records.legs.next_legs(call_ids),
    )
    records.times.keep(times.kept)
    return calls


def _parties(
    records: NamedFieldReader, columns: Columns, blank: Sequence[str]
) -> tuple[Sequence[Direction | None], _Numbers, _Numbers]:
    """Return direction, remote and local number; fields for the parties win over the others."""
    callers = caller_numbers(columns.get("caller", blank))
    called = numbers(columns.get("called", blank))
    if records.is_way_by_numbers:
        directions = list(map(records.plan.direction, callers, called))
    else:
        directions = list(map(records.way_of, columns.get("direction", blank)))
    is_in = [way == "in" for way in directions]
    are_out = [not way for way in is_in]
    remote = _numbers_of(columns.get("remote_number", blank), is_in, callers, called)
    local = _numbers_of(columns.get("local_number", blank), are_out, callers, called)
    return directions, remote, local


def _numbers_of(
    texts: Sequence[str], are_callers: Sequence[bool], callers: _Numbers, called: _Numbers
) -> _Numbers:
    """Return the numbers of a field; where it is blank that of the caller, or of who was called."""
    return [
        as_caller or caller if is_caller else as_called or to
        for is_caller, as_caller, as_called, caller, to in zip(
            are_callers, caller_numbers(texts), numbers(texts), callers, called, strict=True
        )
    ]


def _or_none(columns: Columns, name: str, blank: Sequence[str]) -> _Numbers:
    return [text or None for text in columns.get(name, blank)]
