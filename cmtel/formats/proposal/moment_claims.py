"""When: which columns are the start, the answer and the end of a call."""

from __future__ import annotations

import re
from itertools import pairwise

from cmtel.formats.proposal.claims import Claims
from cmtel.formats.proposal.moments import (
    Pattern,
    date_pattern,
    datetime_pattern,
    epoch_pattern,
    joined,
    time_pattern,
)

#: A date is in nearly every record.
_ALWAYS_FILLED = 0.9


def claim_times(claims: Claims) -> None:
    """Claim one, two or three moments, or date and time."""
    today = claims.today
    moments = claims.read_all(lambda column: datetime_pattern(column.filled, today))
    if not moments:
        moments = claims.read_all(lambda column: epoch_pattern(column.filled))
    if moments:
        _several_moments(claims, moments)
    else:
        _date_and_time(claims)


def _several_moments(claims: Claims, moments: dict[int, Pattern]) -> None:
    main = [index for index in moments if claims.share_filled(index) >= _ALWAYS_FILLED]
    if not main:
        return
    first = claims.named_one(main, "datetime") or main[0]
    texts, doubt = dict.fromkeys(moments[first].texts), moments[first].doubt
    claims.fields[first] = "datetime"
    for index, name in _later_moments(claims, first, [each for each in moments if each != first]):
        claims.fields[index] = name
        texts |= dict.fromkeys(moments[index].texts)
    claims.options["date-format"] = "|".join(texts)
    claims.note(doubt)


def _later_moments(claims: Claims, first: int, others: list[int]) -> list[tuple[int, str]]:
    """Return which of the other moments are answer and end: by heading, else by order."""
    named = [(index, claims.named[index]) for index in others if index in claims.named]
    found = [(i, name) for i, name in named if name in ("answer-datetime", "end-datetime")]
    if found or not others or any(index < first for index in others):
        return found
    if len(others) == 1:
        claims.note(f"{claims.place(others[0])} is taken as the end of the call")
        return [(others[0], "end-datetime")]
    claims.note(f"{claims.place(others[0])} is taken as the answer, {claims.place(others[-1])} "
               "as the end of the call")  # fmt: skip
    return [(others[0], "answer-datetime"), (others[-1], "end-datetime")]


def _date_and_time(claims: Claims) -> None:
    days = claims.read_all(lambda column: date_pattern(column.filled, claims.today))
    days = {i: each for i, each in days.items() if claims.share_filled(i) >= _ALWAYS_FILLED}
    marked = {i: p for i, p in days.items() if re.search("[-/.]", "".join(p.texts))}
    clocks = claims.read_all(lambda column: time_pattern(column.filled))
    clocks = {i: each for i, each in clocks.items() if claims.share_filled(i) >= _ALWAYS_FILLED}
    day = claims.best(marked or _all_digit_days(claims, days, clocks), "date")
    clocks.pop(-1 if day is None else day, None)
    if day is not None and not marked:  # the clock may be digits as well: the one beside it
        clocks = {i: each for i, each in clocks.items() if i > day} or clocks
    clock = _clock(claims, clocks, day)
    if clock is None:
        return
    claims.fields[clock] = "time"
    pattern = clocks[clock]
    if day is None:
        claims.note("no field is a date: each time is put on the day nearest to the call before")
    else:
        claims.fields[day] = "date"
        pattern = joined(days[day], clocks[clock])
        claims.note(days[day].doubt)
    claims.options["date-format"] = "|".join(pattern.texts)


def _all_digit_days(
    claims: Claims, days: dict[int, Pattern], clocks: dict[int, Pattern]
) -> dict[int, Pattern]:
    """Dates of digits only count beside a clock, or under a heading: numbers look like them."""
    return {
        index: each
        for index, each in days.items()
        if claims.named.get(index) == "date" or {index - 1, index + 1} & set(clocks)
    }


def _clock(claims: Claims, clocks: dict[int, Pattern], day: int | None) -> int | None:
    """Return the time of day: by heading, beside the date, or the one that goes up."""
    named = claims.named_one(list(clocks), "time") or claims.named_one(list(clocks), "datetime")
    if named is not None:
        return named
    colons = {i for i, each in clocks.items() if ":" in each.texts[0]}
    near = [i for i in clocks if day is not None and abs(i - day) == 1]
    for found in ([i for i in near if i in colons], near):
        if found:
            return max(found)  # the time comes after the date
    usable = sorted(colons)
    rising = [i for i in usable if _is_rising(claims, i)]
    return next(iter(rising or usable), None)


def _is_rising(claims: Claims, index: int) -> bool:
    """Whether the values seldom go back, as clock times of records in order do."""
    values = claims.columns[index].filled
    back = sum(a > b for a, b in pairwise(values))
    return back <= 0.2 * len(values)
