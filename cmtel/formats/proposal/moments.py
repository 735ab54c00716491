"""Which strptime pattern the dates and times of a column have.

Where the order of day, month and year is open, all readings are tried: one that gives an impossible
date, or a date in the future, is out; of those left, the one whose dates lie closest together is
taken, since a sample covers days, not years.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from typing import NamedTuple

#: A sample may have a bad line or two.
ENOUGH = 0.98
#: One reading must cover so many times the days of another to be ruled out by it.
_CLEARLY_WIDER = 4
_LATEST_AHEAD = timedelta(days=2)
_OLDEST = 1990

_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,6})?)?(?: ?[AaPp][Mm])?"
_ZONE = r"Z|[+-][0-9]{2}:?[0-9]{2}"
_NN, _YYYY = "[0-9]{1,2}", "[0-9]{4}"
_ONE_MARK = "|".join(
    mark.join(parts)
    for mark in ("-", "/", r"\.")
    for parts in ((_YYYY, _NN, _NN), (_NN, _NN, _YYYY), (_NN, _NN, "[0-9]{2}"))
)
_DAY = (
    rf"{_ONE_MARK}|{_NN}[- /][A-Za-z]{{3}}[- /](?:[0-9]{{4}}|[0-9]{{2}})"
    rf"|{_NN}/{_NN}|[0-9]{{2}}-[0-9]{{2}}|{_NN}\.{_NN}\.|[0-9]{{8}}"
)
_MOMENT = re.compile(
    rf"(?P<day>{_DAY}|[0-9]{{6}})(?P<gap>[ T,;_-]{{1,3}})"
    rf"(?P<clock>{_CLOCK}|[0-9]{{6}}|[0-9]{{4}})(?P<zone>{_ZONE})?"
)
_DATE = re.compile(f"{_DAY}|[0-9]{{6}}")
_TIME = re.compile(_CLOCK)
_TIME_DIGITS = re.compile("[0-9]{6}|[0-9]{4}")
_STAMP = re.compile("[0-9]{14}|[0-9]{12}|[0-9]{10}")
#: Telephone numbers have ten or twelve digits too; so many of them are not all dates by chance.
_FEWEST_STAMPS = 5
_EPOCH = re.compile(r"[0-9]{10}(?:[.,][0-9]{1,9})?")
_ORDERS = {3: ("dmY", "mdY", "dmy", "mdy", "ymd", "Ymd"), 2: ("dm", "md")}


class Pattern(NamedTuple):
    """How a column's dates and times are written.

    Attributes:
        texts: strptime patterns, all that occur; ``epoch`` alone.
        doubt: What the values do not prove; empty: they do.
    """

    texts: tuple[str, ...]
    doubt: str = ""


def datetime_pattern(values: Sequence[str], today: date) -> Pattern | None:
    """Return the pattern of a date and a time in one value; None if the column is none."""
    known = _distinct(values)
    if _share(_STAMP, known) and len(set(map(len, known))) == 1:
        return _stamp_pattern(known, today)
    if _share(_DATE, known):
        return None
    found = [each for each in map(_MOMENT.fullmatch, known) if each]
    if not _is_enough(len(found), len(known)):
        return None
    days = date_pattern([each["day"] for each in found], today)
    clocks = time_pattern([each["clock"] for each in found])
    if days is None or clocks is None:
        return None
    zones = sorted({"%z" if each["zone"] else "" for each in found})
    gaps = sorted({each["gap"] for each in found})
    texts = ("".join(parts) for parts in product(days.texts, gaps, clocks.texts, zones))
    return Pattern(tuple(texts), days.doubt)


def epoch_pattern(values: Sequence[str]) -> Pattern | None:
    """Return the pattern ``epoch`` if the values are seconds since 1970 that hardly go back.

    A telephone number has ten digits too, but numbers do not come in order.
    """
    if len(values) < 3 or not _share(_EPOCH, values):
        return None
    secs = [float(each.replace(",", ".")) for each in values if _EPOCH.fullmatch(each)]
    forth = sum(a <= b for a, b in pairwise(secs))
    is_near = max(secs) - min(secs) < 3 * 366 * 86_400 and min(secs) > 6e8
    return Pattern(("epoch",)) if is_near and forth >= 0.9 * (len(secs) - 1) else None


def date_pattern(values: Sequence[str], today: date) -> Pattern | None:
    """Return the pattern of the dates; None if they are none."""
    known = _distinct(values)
    if not known or not _share(_DATE, known):
        return None
    shapes = {_shape(each) for each in known if _DATE.fullmatch(each)}
    readings = []
    for shape in shapes:
        cells = [each for each in known if _shape(each) == shape]
        if len(cells) > (1 - ENOUGH) * len(known):
            readings.append((cells, _candidates(shape)))
    if len(readings) != 1:
        return None
    return _chosen(*readings[0], today)


def time_pattern(values: Iterable[str]) -> Pattern | None:
    """Return the pattern of times of day; None if they are none, or impossible as such."""
    known = _distinct(values)
    for form in (_TIME, _TIME_DIGITS):
        if known and _share(form, known):
            found = {_clock_pattern(each) for each in known if form.fullmatch(each)}
            if all(_parses(each, found) for each in known if form.fullmatch(each)):
                return Pattern(tuple(sorted(found, key=len, reverse=True)))
    return None


def joined(days: Pattern, clocks: Pattern) -> Pattern:
    """Return the pattern of date and time in two fields, which are read with a blank between."""
    texts = tuple(f"{day} {clock}" for day, clock in product(days.texts, clocks.texts))
    return Pattern(texts, days.doubt)


def _stamp_pattern(known: list[str], today: date) -> Pattern | None:
    length = len(known[0])
    if length < 14 and len(known) < _FEWEST_STAMPS:
        return None
    for cut in {14: (8,), 12: (8, 6), 10: (6,)}[length]:
        days = date_pattern([each[:cut] for each in known], today)
        clocks = time_pattern([each[cut:] for each in known])
        if days and clocks:
            texts = (f"{day}{clock}" for day, clock in product(days.texts, clocks.texts))
            return Pattern(tuple(texts), days.doubt)
    return None


def _chosen(cells: list[str], patterns: list[str], today: date) -> Pattern | None:
    """Return the reading that fits best, and what remains open about it."""
    hits: dict[str, int] = {}
    spans: dict[str, int] = {}
    ages: dict[str, int] = {}
    for pattern in patterns:
        days = [each for each in (_day(text, pattern, today) for text in cells) if each]
        if _is_enough(len(days), len(cells)):
            hits[pattern] = len(days)
            spans[pattern] = (max(days) - min(days)).days
            ages[pattern] = today.year - max(days).year
    spans = {each: days for each, days in spans.items() if hits[each] == max(hits.values())}
    if not spans:
        return None
    # Of equals the more recent, then the first: day before month.
    best = min(spans, key=lambda each: (spans[each], ages[each]))
    rivals = [each for each in spans if spans[each] < _CLEARLY_WIDER * max(spans[best], 1)]
    if len(rivals) == 1 or (spans[best] == 0 and _all_same(rivals, cells, today)):
        return Pattern((best,))
    return Pattern((best,), _doubt(best, rivals, cells[0]))


def _all_same(patterns: list[str], cells: list[str], today: date) -> bool:
    return all(len({_day(text, each, today) for each in patterns}) == 1 for text in cells)


def _doubt(best: str, rivals: list[str], example: str) -> str:
    if {each[:2] for each in rivals} <= {"%d", "%m"}:
        first = "day" if best.startswith("%d") else "month"
        return (
            f"day first or month first cannot be told from dates such as {example}; "
            f"{first} first is assumed"
        )
    others = ", ".join(each for each in rivals if each != best)
    return f"dates such as {example} can be read as {best} or as {others}; {best} is assumed"


def _candidates(shape: str) -> list[str]:
    """Return the patterns that a shape, such as ``2/2/4``, can have; day first before others."""
    parts = re.findall("[0-9]+|[a-z]+", shape)
    if shape in ("8", "6"):
        return ["%Y%m%d", "%d%m%Y", "%m%d%Y"] if shape == "8" else ["%y%m%d", "%d%m%y", "%m%d%y"]
    if "mon" in parts:
        return [shape.replace("mon", "%b").replace("4", "%Y").replace("2", "%d", 1)
                .replace("2", "%y")]  # fmt: skip
    mark = re.sub("[0-9]", "", shape)[0]
    tail = "." if len(parts) == 2 and shape.endswith(".") else ""
    return [
        mark.join(f"%{letter}" for letter in order) + tail
        for order in _ORDERS[len(parts)]
        if all((letter == "Y") == (size == "4") for letter, size in zip(order, parts, strict=True))
    ]


def _shape(text: str) -> str:
    sizes = re.sub("[0-9]+", lambda run: str(max(2, len(run[0]))), text)
    return re.sub("[A-Za-z]{3}", "mon", sizes)


def _day(text: str, pattern: str, today: date) -> date | None:
    """Return the day, None if it is none, too old, or not yet there."""
    has_year = "%y" in pattern.lower()
    try:
        if has_year:
            found = datetime.strptime(text, pattern).date()  # noqa: DTZ007  # a day has no zone
        else:
            found = datetime.strptime(f"2000 {text}", f"%Y {pattern}").date()  # noqa: DTZ007
    except ValueError:
        return None
    if has_year and not (found.year >= _OLDEST and found <= today + _LATEST_AHEAD):
        return None
    return found


def _clock_pattern(text: str) -> str:
    if ":" not in text:
        return "%H%M%S" if len(text) == 6 else "%H%M"
    pattern = "%H:%M:%S" if text.count(":") == 2 else "%H:%M"
    if "." in text or "," in text:
        pattern += ".%f" if "." in text else ",%f"
    if text[-1] in "Mm":
        pattern = pattern.replace("%H", "%I") + (" %p" if " " in text else "%p")
    return pattern


def _parses(text: str, patterns: set[str]) -> bool:
    pattern = _clock_pattern(text)
    try:
        datetime.strptime(text, pattern)  # noqa: DTZ007  # only whether it can be read
    except ValueError:
        return False
    return pattern in patterns


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _share(form: re.Pattern[str], known: Sequence[str]) -> bool:
    return _is_enough(sum(form.fullmatch(each) is not None for each in known), len(known))


def _is_enough(hits: int, total: int) -> bool:
    """Whether so many hits are as good as all; a sample of a few lines may have a bad one too."""
    return hits >= ENOUGH * total > 0 or (hits >= 2 and total - hits <= 1)
