"""The patterns of dates and times, and what the values leave open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.formats.proposal.moments import (
    date_pattern,
    datetime_pattern,
    epoch_pattern,
    time_pattern,
)

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        (["2025-01-31", "2025-02-01"], "%Y-%m-%d"),
        (["31.01.25", "01.02.25"], "%d.%m.%y"),
        (["01/31/2025", "02/01/2025"], "%m/%d/%Y"),
        (["31/01/2025", "01/02/2025"], "%d/%m/%Y"),
        (["310125", "010225"], "%d%m%y"),
        (["20250131", "20250201"], "%Y%m%d"),
        (["31/01", "01/02"], "%d/%m"),
        (["31-Jan-2025"], "%d-%b-%Y"),
        (["31.01.", "01.02."], "%d.%m."),
    ],
)
def test_a_date_that_can_only_be_read_one_way(values: Sequence[str], pattern: str) -> None:
    found = date_pattern(values, TODAY)

    assert found is not None
    assert found.texts == (pattern,)
    assert found.doubt == ""


def test_days_that_lie_close_together_decide() -> None:
    found = date_pattern(["03/01/2025", "04/01/2025", "05/01/2025", "06/01/2025"], TODAY)

    assert found is not None
    assert (found.texts, found.doubt) == (("%d/%m/%Y",), "")


def test_a_reading_in_the_future_is_none() -> None:
    found = date_pattern(["03/05/2026"], TODAY)  # 3 May is to come; 5 March too: in three days

    assert found is None


@pytest.mark.parametrize("text", ["03/02/2025", "05.06.25"])
def test_a_single_day_leaves_the_order_open_and_says_so(text: str) -> None:
    found = date_pattern([text] * 30, TODAY)

    assert found is not None
    assert "cannot be told" in found.doubt or "can be read as" in found.doubt


def test_the_same_number_for_day_and_month_leaves_nothing_open() -> None:
    found = date_pattern(["02/02/2025"], TODAY)

    assert found is not None
    assert found.doubt == ""


@pytest.mark.parametrize("values", [["4711"], ["99/99/2025"], [], ["0.42", "1.10"], ["Monday"]])
def test_what_is_no_date(values: Sequence[str]) -> None:
    assert date_pattern(values, TODAY) is None


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (["2025-01-31T08:00:00Z"], {"%Y-%m-%dT%H:%M:%S%z"}),
        (["20250131080000"], {"%Y%m%d%H%M%S"}),
        (["31.01.25 08:00", "31.01.25 08:00:10"], {"%d.%m.%y %H:%M", "%d.%m.%y %H:%M:%S"}),
        (["01/31/2025 08:00 PM"], {"%m/%d/%Y %I:%M %p"}),
    ],
)
def test_a_date_and_a_time_in_one_value(values: Sequence[str], texts: set[str]) -> None:
    found = datetime_pattern(values, TODAY)

    assert found is not None
    assert set(found.texts) == texts


def test_a_date_with_dashes_is_no_date_with_a_clock_of_digits() -> None:
    assert datetime_pattern(["06-08-2025", "07-08-2025"], TODAY) is None


def test_seconds_since_1970_come_in_order_and_numbers_do_not() -> None:
    epoch = [str(1_700_000_000 + 100 * n) for n in range(20)]
    numbers = [str(1_700_000_000 + (7_919_001 * n) % 20_000_000) for n in range(20)]

    assert epoch_pattern(epoch) is not None
    assert epoch_pattern(numbers) is None


@pytest.mark.parametrize("values", [["25:00"], ["08:61"], ["1:2:3"], ["abc"]])
def test_what_is_no_time_of_day(values: Sequence[str]) -> None:
    assert time_pattern(values) is None


@given(
    st.lists(st.dates(date(2000, 1, 1), date(2026, 2, 1)), min_size=1, max_size=30),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y", "%m/%d/%Y", "%y%m%d", "%d-%b-%y"]),
)
def test_what_was_written_with_a_pattern_can_be_read_or_is_refused(
    days: list[date], pattern: str
) -> None:
    """All the dates can be read with the pattern found, whichever it is."""
    texts = [day.strftime(pattern) for day in days]

    found = date_pattern(texts, TODAY)

    if found is not None:
        read = [datetime.strptime(text, found.texts[0]) for text in texts]  # noqa: DTZ007
        assert max(read).date() <= TODAY + timedelta(days=2)


@given(st.lists(st.text(max_size=12), max_size=20))
def test_any_texts_do_no_harm(values: list[str]) -> None:
    date_pattern(values, TODAY)
    datetime_pattern(values, TODAY)
    time_pattern(values)
    epoch_pattern([value for value in values if value])
