"""Lines that are read together, by columns, give what they give one by one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.domain.calls import Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats import registry
from cmtel.formats.direction import NumberPlan
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import read_lines
from cmtel.formats.numbers import caller_number, caller_numbers, number, numbers
from cmtel.formats.strict_csv import QuoteOpen
from tests.format_samples import decode_records, frame
from tests.unit.formats.test_every_format import (
    SIMULATED,
    ZONES,
    calls,
    damaged,
    examples_of,
    options_for,
)


@st.composite
def feeds(draw: st.DrawFn, name: str) -> bytes:
    """Records of a few calls, again and again, and here and there something else."""
    form = registry.get(name)
    assert form.encode is not None
    drawn = draw(st.lists(calls(), min_size=1, max_size=6))
    sent = [b"".join(record.data for record in form.encode(call)) for call in drawn]
    order = draw(st.lists(st.sampled_from(sent), min_size=10, max_size=150))
    for odd in draw(st.lists(damaged(examples_of(form)), max_size=3)):
        order.insert(draw(st.integers(0, len(order))), odd)
    return b"".join(order)


@pytest.mark.slow
@pytest.mark.parametrize("timezone", ZONES)
@pytest.mark.parametrize("name", SIMULATED)
@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_batch_gives_what_its_records_give_one_by_one(
    name: str, timezone: str | None, data: st.DataObject
) -> None:
    form, options = registry.get(name), options_for(name, timezone=timezone)
    records = frame(form, data.draw(feeds(name)))

    together = decode_records(form, options, records)

    assert together == decode_records(form, options, records, range(len(records)))


class Reader:
    """Lines of ``x`` are alike, ``y`` are read alone, ``n`` are refused, ``q`` open a quote."""

    def __init__(self) -> None:
        self.alone: list[str] = []

    def read(self, text: str, raw: str) -> Outcome:
        self.alone.append(text)
        if text == "q":
            raise QuoteOpen
        if text == "n":
            raise LineRejected
        return Skipped(text, raw)

    def read_alike(self, texts: Sequence[str], raws: Sequence[str]) -> list[Outcome]:
        if any(text != "x" for text in texts):
            raise LineRejected
        return [Skipped("x", raw) for raw in raws]


@given(st.lists(st.sampled_from(["x", "x", "x", "x", "y", "n", "q", "", " ", None]), max_size=300))
def test_lines_are_the_same_with_and_without_columns(texts: list[str | None]) -> None:
    raws = [f"{text}{place}\n" for place, text in enumerate(texts)]

    together = read_lines(Reader().read, texts, raws, Reader().read_alike)

    assert together == read_lines(Reader().read, texts, raws)


def test_one_odd_line_costs_few_others_their_speed() -> None:
    reader, texts = Reader(), ["x"] * 500
    texts[123] = "y"

    outcomes = read_lines(reader.read, texts, texts, reader.read_alike)

    assert [outcome[0] for outcome in outcomes] == texts
    assert reader.alone.count("x") < 20


sent_numbers = st.lists(
    st.sampled_from(["", " ", "anonymous", "+49 30", "²", "a1", "*21#"])
    | st.from_regex("[0-9]{1,7}"),
    min_size=1,
)


@given(sent_numbers)
def test_columns_of_numbers_are_read_as_each_number_is(texts: list[str]) -> None:
    plans = NumberPlan({}), NumberPlan({"internal": "[1-9]"})

    assert numbers(texts) == list(map(number, texts))
    assert caller_numbers(texts) == list(map(caller_number, texts))
    for plan in plans:
        assert plan.are_internal(numbers(texts)) == [
            text and plan.is_internal(text) for text in numbers(texts)
        ]


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "e", None]), max_size=4)))
def test_legs_of_many_calls_are_counted_as_those_of_each(batches: list[list[str | None]]) -> None:
    together, alone = LegCounter(3), LegCounter(3)

    for batch in batches:
        assert together.next_legs(batch) == list(map(alone.next_leg, batch))
