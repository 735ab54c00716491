"""Cutting a sample at a character: the one that gives the same number of fields line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cmtel.errors import LineRejected
from cmtel.formats.proposal.table import Column, Table, skip_options
from cmtel.formats.strict_csv import StrictCsv

#: As the option ``delimiter`` calls them; those that stand in names and times come last.
_DELIMITERS = {"semicolon": ";", "pipe": "|", "tab": "\t", "comma": ",", "#": "#", "^": "^"}
_FEWEST_FIELDS = 3
#: So many of the lines must have the fields; the others are headings, comments and noise.
_MOST_LINES = 0.7


class _Cut(NamedTuple):
    options: dict[str, str]
    rows: list[tuple[str, list[str]]]
    others: list[str]


def delimited_tables(lines: Sequence[str], headings: Sequence[str] = ()) -> Iterator[Table]:
    """Yield the tables that the lines may be, cut at each delimiter that parts most of them.

    ``headings`` are further lines that may name the columns: comments.
    """
    for name, mark in _DELIMITERS.items():
        for quote in _quotes(lines, mark):
            options = {"delimiter": name} | ({} if quote == '"' else {"quote": quote or "none"})
            cells = [_split(StrictCsv(mark, quote), line) for line in lines]
            if cut := _cut(options, lines, cells):
                yield _table(cut, headings)
                break
    blanks = [line.split() for line in lines]
    if cut := _cut({"delimiter": "blanks"}, lines, blanks):
        yield _table(cut, headings)


def _quotes(lines: Sequence[str], mark: str) -> list[str | None]:
    """Return the quotes to try: apostrophes only where they stand at a delimiter."""
    has_apostrophes = sum(f"{mark}'" in line and f"'{mark}" in line for line in lines)
    first: list[str | None] = ["'"] if has_apostrophes > _MOST_LINES * len(lines) else []
    return [*first, '"', None]


def _split(csv: StrictCsv, line: str) -> list[str]:
    try:
        return [cell.strip(" \t") for cell in csv.split(line)]
    except LineRejected:
        return []


def _cut(options: dict[str, str], lines: Sequence[str], cells: list[list[str]]) -> _Cut | None:
    """Return the lines with as many fields as the usual one; None if they are too few."""
    records = [row for row in cells if _has_digits(row)]
    counts = Counter(len(row) for row in records if len(row) >= _FEWEST_FIELDS)
    if not counts:
        return None
    usual = counts.most_common(1)[0][0]
    pairs = list(zip(lines, cells, strict=True))
    rows = [(line, row) for line, row in pairs if len(row) >= usual and _has_digits(row)]
    if len(rows) < _MOST_LINES * max(len(records), 1):
        return None
    taken = {line for line, _ in rows}
    return _Cut(options, rows, [line for line in lines if line not in taken])


def _has_digits(row: list[str]) -> bool:
    """Tell a record from a heading: one cell at least has two digits, and no letters."""
    return any(
        sum(character.isdecimal() for character in cell) >= 2
        and sum(map(str.isalpha, cell)) <= 3  # AM, PM, the T of ISO 8601, a month
        for cell in row
    )


def _table(cut: _Cut, comments: Sequence[str]) -> Table:
    records = [line for line, _ in cut.rows]
    width = min(len(row) for _, row in cut.rows)
    headings = _headings(cut, [*cut.others, *comments], width)
    columns = [
        Column(headings[index], [row[index] for _, row in cut.rows]) for index in range(width)
    ]
    options = cut.options | skip_options(cut.others, records)
    return Table("delimited", columns, options)


def _headings(cut: _Cut, lines: Sequence[str], width: int) -> list[str]:
    """Return the cells of the first line that has most of the names; none of them is a number."""
    mark = _DELIMITERS.get(cut.options["delimiter"])
    quote = None if cut.options.get("quote") == "none" else cut.options.get("quote", '"')
    for line in lines:
        text = line.lstrip("#;/* ")
        row = _split(StrictCsv(mark, quote), text) if mark else text.split()
        if len(row) >= max(_FEWEST_FIELDS, width / 2) and not any(map(str.isdecimal, row)):
            return [*row, *[""] * width]
    return [""] * width
