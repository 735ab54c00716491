"""The legs of calls wait for each other; when a call is complete does not depend on batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.domain.calls import CallRecord, Outcome, Skipped
from cmtel.formats.folded_call import fold_by_time, legs_by_call_id
from cmtel.formats.leg_folding import LegFolding, Range
from cmtel.formats.seam import Decoded, Folded, LegRule
from tests.builders import a_call

RECEIVED = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALL: tuple[Range, ...] = ((1, 1 << 62),)
RULE = legs_by_call_id("id", is_reused=True)
LAST_IS_KNOWN = LegRule("id", fold_by_time, is_last=lambda call: call.account_code == "last")


def a_leg(key: str | None, hours: int = 0, **changes: object) -> CallRecord:
    day, hour = divmod(hours, 24)
    at = f"2026-03-{day + 1:02}T{hour:02}:00:00"
    return a_call(call_id=key, started_at=at, ended_at=at, raw=f"{key} {hours}\n", **changes)


def decoded(outcomes: Sequence[Outcome], first: int) -> Decoded:
    end = first + len(outcomes)
    raws = [outcome.raw.encode() for outcome in outcomes]
    return Decoded([*outcomes], range(first, end), [1] * len(outcomes), raws)


def take(folding: LegFolding, *outcomes: Outcome, first: int = 1) -> Decoded:
    return folding.take(decoded(outcomes, first), first, RECEIVED)


def ids(found: Decoded) -> list[str | None]:
    return [call.call_id for call in found.outcomes if isinstance(call, CallRecord)]


def test_legs_wait_and_come_as_one_call() -> None:
    folding = LegFolding(RULE)

    waiting = take(folding, a_leg("a"), a_leg("b"), a_leg("a"))
    found = folding.expire(4, RECEIVED)

    assert waiting.outcomes == []
    assert ids(found) == ["b", "a"]
    assert [*found.at] == [4, 4]
    assert [*found.covers] == [1, 2]
    assert found.raws[1] == b"a 0\na 0\n"
    assert found.folded[1].legs == 2
    assert found.folded[1].records == (b"a 0\n", b"a 0\n")
    assert folding.oldest_open is None


def test_what_is_no_leg_does_not_wait() -> None:
    folding = LegFolding(RULE)

    found = take(folding, a_leg("a"), Skipped("blank", "\n"), a_leg(None))

    assert [*found.at] == [2, 3]


def test_a_call_that_had_its_last_leg_is_complete_at_once() -> None:
    folding = LegFolding(LAST_IS_KNOWN)

    found = take(folding, a_leg("a"), a_leg("a", account_code="last"), a_leg("b"))

    assert [*found.at] == [2]
    assert found.folded[0].legs == 2


def test_without_a_rule_or_a_range_nothing_changes() -> None:
    given_ = decoded([a_leg("a"), a_leg("a")], 1)

    assert LegFolding(None).take(given_, 1, RECEIVED) is given_
    assert LegFolding(RULE, []).take(given_, 1, RECEIVED) is given_


def test_a_call_ends_with_a_record_of_the_next_day() -> None:
    folding = LegFolding(RULE)

    found = take(folding, a_leg("a"), a_leg("b", 24), a_leg("c", 25))

    assert [(ids(found), [*found.at])] == [(["a"], [3])]


def test_a_record_from_the_future_ends_no_call() -> None:
    folding = LegFolding(RULE)

    found = take(folding, a_leg("a"), a_leg("b")._replace(ended_at="2099-01-01T00:00:00"))

    assert found.outcomes == []


def test_a_call_ends_many_records_later() -> None:
    folding = LegFolding(RULE, records_apart=4, block_bits=1)

    found = take(folding, *(a_leg(f"{n}") for n in range(1, 11)))

    assert ids(found) == ["1", "2", "3", "4", "5", "6"]
    assert [*found.at] == [6, 6, 8, 8, 10, 10]


def test_an_id_that_is_used_again_is_another_call() -> None:
    folding = LegFolding(RULE)

    found = take(folding, a_leg("a", 0), a_leg("a", 2), a_leg("a", 5))

    assert found.folded[0].legs == 2
    assert len(folding.finish(4).outcomes) == 1


def test_endless_legs_do_not_fill_memory() -> None:
    folding = LegFolding(RULE)

    found = take(folding, *(a_leg("a", leg=n) for n in range(1, 1002)))

    assert [each.legs for each in found.folded.values()] == [500, 500]


def test_only_what_lies_in_a_folded_range_is_folded() -> None:
    folding = LegFolding(RULE, [(3, 4), (7, 1 << 62)])

    found = take(folding, *[a_leg("a")] * 8)

    assert [*found.at] == [1, 2, 5, 6]
    assert folding.finish(9).folded[0].legs == 4


Found = tuple[Outcome, int, int, Folded | None]


def columns(result: Decoded) -> list[Found]:
    rows = zip(result.outcomes, result.at, result.covers, strict=True)
    return [(*row, result.folded.get(index)) for index, row in enumerate(rows)]


class Event(NamedTuple):
    """A record, or (without a key) a tick, and how long after the one before it comes."""

    key: str | None
    hours: int
    after_secs: int


EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from([0, 0, 0, 0, 0, 0, 1, 2, 3, 30, 60]),
        st.sampled_from([0, 1, 40, 90]),
    ),
    max_size=60,
)


def run(events: Sequence[Event], first: int) -> tuple[list[Found], list[int]]:
    """Return what comes out, with its sequence, and the oldest open record after each event."""
    folding = LegFolding(RULE, ALL, records_apart=12, block_bits=2)
    found: list[Found] = []
    oldest: list[int] = []
    now = RECEIVED
    for number, event in enumerate(events, 1):
        now += timedelta(seconds=event.after_secs)
        if number < first:
            continue
        if event.key is None:
            found += columns(folding.expire(number, now - timedelta(seconds=120)))
        else:
            leg = decoded([a_leg(event.key, event.hours)], number)
            found += columns(folding.take(leg, number, now))
        oldest.append(number + 1 if folding.oldest_open is None else folding.oldest_open)
    return [*found, *columns(folding.finish(len(events) + 1))], oldest


@pytest.mark.slow
@settings(max_examples=500)
@given(EVENTS, st.integers(1, 60))
def test_a_restart_anywhere_gives_the_same_calls(events: list[Event], stop: int) -> None:
    """What is kept from the oldest open record on is enough, also of calls long complete."""
    whole, oldest = run(events, 1)
    settled = min(stop, len(events))
    begin = oldest[settled - 1] if settled else 1

    again, _ = run(events, begin)

    assert [each for each in again if each[1] > settled] == [
        each for each in whole if each[1] > settled
    ]
