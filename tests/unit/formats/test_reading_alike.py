"""Lines that are read together, by columns, give what they give one by one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.formats import registry
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
