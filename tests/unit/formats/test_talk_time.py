"""Talk time is the union of the legs, ringing time ends at the first answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cmtel.formats.talk_time import Span, ring_ms, span_of, talk_secs
from tests.builders import a_call


def talk(start: int, secs: int, end: int | None = None) -> Span:
    end = start + secs if end is None else end
    return Span(start * 1000, start * 1000, end * 1000, secs)


def test_the_same_talk_on_two_legs_counts_once() -> None:
    assert talk_secs([talk(5, 4), talk(5, 4)]) == 4


def test_talks_one_after_another_are_added() -> None:
    assert talk_secs([talk(4, 2), talk(6, 8)]) == 10


def test_talks_that_overlap_count_from_the_first_to_the_last() -> None:
    assert talk_secs([talk(0, 10), talk(5, 10)]) == 15


def test_seconds_that_were_cut_off_are_not_counted_twice() -> None:
    # Both legs are connected from 5.95 to 7.5: one answer was logged in second 5, one in 6.
    assert talk_secs([talk(5, 1, 7), talk(6, 1, 7)]) == 1


def test_unknown_talk_time_stays_unknown() -> None:
    assert talk_secs([Span(0, None, None, None)]) is None
    assert talk_secs([Span(0, None, None, None), talk(0, 3)]) == 3


def test_it_rings_until_the_first_answer() -> None:
    spans = [Span(0, None, 4_000, 0), Span(4_000, 6_000, 9_000, 3), Span(4_000, 5_000, 9_000, 4)]

    assert ring_ms(spans, [4_000, 2_000, 1_000], is_answered=True) == 5_000


def test_without_answer_it_rings_to_the_end() -> None:
    spans = [Span(0, None, 4_000, 0), Span(5_000, None, 9_000, 0)]

    assert ring_ms(spans, [4_000, 4_000], is_answered=False) == 9_000


def test_times_over_the_end_of_summer_time_are_placed_by_their_offsets() -> None:
    before = a_call(started_at="2026-10-25T02:59:50+02:00", ring_ms=5000, connected_secs=20)
    after = a_call(started_at="2026-10-25T02:00:10+01:00", ring_ms=0, connected_secs=30)

    spans = [span_of(leg._replace(ended_at=None)) for leg in (after, before)]

    assert talk_secs(spans) == 45


SPANS = st.lists(st.builds(talk, st.integers(0, 50), st.integers(0, 30)), min_size=1, max_size=6)


@given(SPANS)
def test_the_union_lies_between_the_longest_and_the_sum(spans: list[Span]) -> None:
    total = talk_secs(spans)

    assert total is not None
    lengths = [span.talk_secs or 0 for span in spans]
    assert max(lengths) <= total <= sum(lengths)
    assert talk_secs(sorted(spans, reverse=True)) == total
    seconds = {s for each in spans for s in range(each.start_ms or 0, each.end_ms or 0, 1000)}
    assert total == len(seconds)
