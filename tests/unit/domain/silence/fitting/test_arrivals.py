"""Records of one batch are one arrival."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.silence.fitting.arrivals import BATCH_SECS, Arrivals


def test_a_batch_is_one_arrival() -> None:
    told = Arrivals.of([100.5, 7.0, 100.1, 100.9, 300.0])

    assert told.starts.tolist() == [7.0, 100.1, 300.0]
    assert told.ends.tolist() == [7.0, 100.9, 300.0]


def test_calls_that_follow_closely_by_chance_are_no_batch() -> None:
    assert len(Arrivals.of([7.0, 100.1, 100.9, 300.0, 410.0, 520.0])) == 6


def test_stamps_of_whole_minutes_are_no_batches() -> None:
    assert len(Arrivals.of([60.0, 60.0, 120.0, 180.0])) == 4


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_no_record_is_lost(stamps: list[float]) -> None:
    told = Arrivals.of(stamps)

    assert told.starts[0] == min(stamps)
    assert told.ends[-1] == max(stamps)
    assert (told.starts <= told.ends).all()
    assert (told.ends[:-1] <= told.starts[1:]).all()
    assert all(s in stamps for s in [*told.starts, *told.ends])
    assert (told.ends - told.starts < BATCH_SECS).all()
