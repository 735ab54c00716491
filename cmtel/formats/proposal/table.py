"""A sample cut into columns, however it was cut."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

#: Lines that are no records, by prefix, beyond which the expression gets unreadable.
_MOST_PREFIXES = 6
_PREFIX_CHARACTERS = 24
_COMMENT_MARKS = ("#", "//")


class Column(NamedTuple):
    """One column: its heading (empty without one) and its values in the records, blanks off.

    ``start`` and ``width`` are its place in the line, from 1, where columns have fixed places.
    """

    heading: str
    values: Sequence[str]
    start: int = 0
    width: int = 0

    @property
    def filled(self) -> list[str]:
        """The values that are not empty."""
        return [value for value in self.values if value]


class Table(NamedTuple):
    """The columns of the records; ``options`` say to the format how it was cut."""

    format_name: str
    columns: Sequence[Column]
    options: Mapping[str, str]


def comment_mark(lines: Sequence[str]) -> str | None:
    """Return what the fewer lines begin with, if that is a usual mark of comments."""
    for mark in _COMMENT_MARKS:
        marked = sum(line.startswith(mark) for line in lines)
        if 0 < marked < len(lines) / 2:
            return mark
    return None


def skip_options(others: Sequence[str], records: Sequence[str]) -> dict[str, str]:
    """Return the option ``skip`` for the lines that are no records.

    Lines that cannot be told from records by their beginning get none: they will be rejected.
    """
    found = _prefixes([line for line in others if not line[:1].isdecimal()])
    prefixes = [each for each in found if not any(map(each.match, records))]
    if 0 < len(prefixes) <= _MOST_PREFIXES:
        return {"skip": "|".join(each.pattern for each in prefixes)}
    return {}


def _prefixes(lines: Sequence[str]) -> list[re.Pattern[str]]:
    """Return expressions for the beginnings of lines; one for all lines of dashes and the like."""
    found: dict[str, None] = {}
    for line in lines:
        if set(line) <= set("-=_* \t+|"):
            found[r"^[-=_*+| \t]+$"] = None
        else:
            found["^" + _escaped(_beginning(line))] = None
    return [re.compile(text) for text in found]


def _beginning(line: str) -> str:
    """Return the words before the first digit: page numbers and dates change."""
    words = re.match(r"[^0-9]*", line)
    text = words[0] if words and len(words[0].strip()) >= 3 else line
    return text[:_PREFIX_CHARACTERS].rstrip()


def _escaped(text: str) -> str:
    marked = re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", text)
    return marked.replace("\t", r"\t")  # a tab in an attribute of XML would become a blank
