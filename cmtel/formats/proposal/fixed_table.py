"""Cutting a sample at fixed places: where all records have a blank, and around dates and times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from cmtel.formats.proposal.table import Column, Table, skip_options

_FEWEST_FIELDS = 3
_FEWEST_LINES = 3
#: A position counts as blank if so many of the records have one there.
_BLANK_SHARE = 0.99
#: The last column may hold longer values than those seen.
_ROOM_AT_THE_END = 24

_LANDMARK = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|[0-9]{1,2}:[0-9]{2}|[0-9]{2}/[0-9]{2}|[0-9]{8,}"
)
#: Pieces that may stand in a run without blanks, the long ones first.
_PIECES = tuple(
    map(
        re.compile,
        (
            "[0-9]{4}([-/.])[0-9]{2}[-/.][0-9]{2}[T ]?[0-9]{2}:[0-9]{2}:[0-9]{2}",
            "[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}",
            "[0-9]{2}[-/.][0-9]{2}[-/.](?:19|20)[0-9]{2}",
            "[0-9]{2}[-/.][0-9]{2}[-/.][0-9]{2}",
            "[0-9]{2}:[0-9]{2}:[0-9]{2}",
            "[0-9]{2}:[0-9]{2}(?![':])",  # H:MM'SS is one length of time
        ),
    )
)
#: An identifier that is glued to the first digits.
_PREFIX = re.compile("[A-Z]{2,4}(?=[0-9])")
Span = tuple[int, int]


def fixed_table(lines: Sequence[str]) -> Table | None:
    """Return the table that the lines are by their positions; None if they have no such."""
    records = _records(lines)
    if len(records) < _FEWEST_LINES:
        return None
    width = max(map(len, records))
    padded = [line.expandtabs().ljust(width) for line in records]
    spans = [piece for span in _runs(padded, width) for piece in _pieces(padded, span)]
    spans = _merged(padded, spans)
    if len(spans) < _FEWEST_FIELDS:
        return None
    others = [line for line in lines if line not in set(records)]
    heading = max(others, key=_letters, default="") if others else ""
    places = _widened(padded, spans)
    headings = _headings(heading, places)
    columns = [
        Column(name, [line[start:stop].strip() for line in padded], start + 1, stop - start)
        for name, (start, stop) in zip(headings, places, strict=True)
    ]
    return Table("fixed", columns, skip_options(others, records))


def _records(lines: Sequence[str]) -> list[str]:
    """Return the lines that have their first date, time or long number where most have it."""
    found = [(line, _LANDMARK.search(line)) for line in lines]
    counts = Counter(mark.start() for _, mark in found if mark)
    if not counts:
        return []
    place = counts.most_common(1)[0][0]
    return [line for line, mark in found if mark and abs(mark.start() - place) <= 1]


def _runs(padded: Sequence[str], width: int) -> list[Span]:
    """Return the spans between the positions that are blank in all records."""
    limit = (1 - _BLANK_SHARE) * len(padded)
    is_used = [sum(line[at] != " " for line in padded) > limit for at in range(width)]
    spans, start = [], None
    for at, used in enumerate([*is_used, False]):
        if used and start is None:
            start = at
        elif not used and start is not None:
            spans.append((start, at))
            start = None
    return spans


def _pieces(padded: Sequence[str], span: Span) -> list[Span]:
    """Return a span cut around the dates and times that stand at the same place in all records."""
    start, stop = span
    prefix = _PREFIX.match(padded[0], start, stop)
    if prefix and all(line.startswith(prefix[0], start) for line in padded):
        return [prefix.span(), *_pieces(padded, (prefix.end(), stop))]
    for form in _PIECES:
        found = form.search(padded[0], start, stop)
        if found and _is_everywhere(form, padded, found.span()):
            first, last = found.span()
            before = _pieces(padded, (start, first)) if first > start else []
            after = _pieces(padded, (last, stop)) if last < stop else []
            return [*before, (first, last), *after]
    return [span]


def _is_everywhere(form: re.Pattern[str], padded: Sequence[str], span: Span) -> bool:
    hits = sum(form.fullmatch(line, *span) is not None for line in padded)
    return hits >= _BLANK_SHARE * len(padded)


def _merged(padded: Sequence[str], spans: list[Span]) -> list[Span]:
    """Return the spans, with AM and PM joined to their time and the words of a name together."""
    out: list[Span] = []
    for span in spans:
        if out and span[0] - out[-1][1] == 1 and _belongs(padded, out[-1], span):
            out[-1] = out[-1][0], span[1]
        else:
            out.append(span)
    return out


def _belongs(padded: Sequence[str], before: Span, span: Span) -> bool:
    cells = {line[slice(*span)].strip() for line in padded}
    if cells <= {"AM", "PM", "am", "pm"}:
        return all(":" in line[slice(*before)] for line in padded)
    earlier = [line[slice(*before)].strip() for line in padded]
    return all(map(_is_word, earlier)) and all(_is_word(cell) for cell in cells if cell)


def _is_word(cell: str) -> bool:
    return len(cell) > 2 and sum(map(str.isalpha, cell)) > len(cell) / 2


def _widened(padded: Sequence[str], spans: list[Span]) -> list[Span]:
    """Return the spans with the blanks between them, so that longer values fit in too.

    A gap belongs to the columns whose values do not end at it, in halves if both want it.
    """
    rights = [_is_right_aligned(padded, span) for span in spans]
    edges = [_edge(spans, rights, index) for index in range(len(spans) - 1)]
    starts = [0 if rights[0] else spans[0][0], *(after for _, after in edges)]
    stops = [*(before for before, _ in edges), spans[-1][1] + _ROOM_AT_THE_END]
    return list(zip(starts, stops, strict=True))


def _edge(spans: list[Span], rights: list[bool], index: int) -> Span:
    """Return where a column ends and where the next one begins; one blank parts them."""
    stop, start = spans[index][1], spans[index + 1][0]
    if start - stop <= 1:
        return stop, start
    if rights[index]:
        return stop, stop + 1
    if rights[index + 1]:
        middle = (stop + start) // 2
        return middle, middle + 1
    return start - 1, start


def _is_right_aligned(padded: Sequence[str], span: Span) -> bool:
    cells = [line[slice(*span)] for line in padded]
    filled = [cell for cell in cells if cell.strip()]
    return any(cell[0] == " " for cell in filled) and all(cell[-1] != " " for cell in filled)


def _headings(line: str, places: list[Span]) -> list[str]:
    """Return the words of the heading line, each at the column that it lies over most."""
    words: list[list[str]] = [[] for _ in places]
    for found in re.finditer("[^ ]+", line):
        overlaps = [min(found.end(), stop) - max(found.start(), start) for start, stop in places]
        if max(overlaps) > 0:
            words[overlaps.index(max(overlaps))].append(found[0])
    return [" ".join(each) for each in words]


def _letters(line: str) -> int:
    return sum(map(str.isalpha, line))
