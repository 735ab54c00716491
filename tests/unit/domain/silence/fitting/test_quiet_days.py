"""The quiet days of a whole history are those that the calls give one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.silence.fitting.quiet_days import QuietDays
from cmtel.domain.silence.quiet import USUAL_DAY

gaps = st.lists(st.tuples(st.floats(0, 30), st.booleans(), st.booleans()), max_size=40)


@given(gaps, st.integers(0, 40))
def test_what_is_followed_is_what_the_calls_give_one_by_one(
    told: list[tuple[float, bool, bool]], cut: int
) -> None:
    days = QuietDays(len(told) + 1)
    for first, last in ((0, len(told)), (0, cut), (cut, len(told))):  # a part may be followed anew
        part = told[min(first, len(told)) : last]
        calls = np.array([each[0] for each in part])
        is_first = np.array([each[1] for each in part], dtype=bool)
        is_open = np.array([each[2] for each in part], dtype=bool)
        days.follow(min(first, len(told)), calls, is_first, is_open)

    quiet = USUAL_DAY
    for place, (calls_today, is_first_, is_open_) in enumerate(told, 1):
        quiet = USUAL_DAY if is_first_ else quiet
        quiet = quiet.after_arrival(calls_today) if is_open_ else quiet
        assert days.at(place) == quiet
        assert days.part[place] == quiet.part
        assert days.is_quiet[place] == quiet.is_quiet
