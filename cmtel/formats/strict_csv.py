"""Strict CSV (formats.md 1.2): a line is cut into fields, or it is refused; nothing is guessed."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from cmtel.errors import LineRejected


class QuoteOpen(LineRejected):
    """The line ends inside a quoted field: the next lines may belong to it."""


class StrictCsv:
    """One dialect: fields parted by ``delimiter``; ``quote`` None: quotes are plain characters."""

    def __init__(self, delimiter: str = ",", quote: str | None = '"') -> None:
        self._delimiter = delimiter
        self._quote = quote
        self._blanks = " \t".replace(delimiter, "")
        mark, end = re.escape(quote or '"'), re.escape(delimiter)
        content = f"[^{mark}]*+(?:{mark}{mark}[^{mark}]*+)*+"
        item = f"(?:{mark}{content}{mark}|[^{mark}{end}]*+)"
        self._valid = re.compile(f"{item}(?:{end}{item})*+", re.DOTALL)
        self._open = re.compile(f"(?:{item}{end})*+{mark}{content}", re.DOTALL)

    def split(self, text: str) -> list[str]:
        """Return the fields of a line, unquoted; blanks at the ends of the line do not count.

        Raises:
            QuoteOpen: The line ends inside a quoted field.
            LineRejected: A quote stands where none may be.
        """
        line = text.strip(self._blanks)
        if self._quote is None or self._quote not in line:
            return line.split(self._delimiter)
        if not self._valid.fullmatch(line):
            # The blanks at the end belong to the quoted field, if that is still open.
            raise QuoteOpen if self._open.fullmatch(line) else LineRejected
        return self._unquoted(line, self._quote)

    def split_alike(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the fields of many lines at once.

        Raises:
            LineRejected: One of them is refused, or has a quote that its next line closes.
        """
        lines = [text.strip(self._blanks) for text in texts]
        if self._quote is None or self._quote not in "".join(lines):
            return [line.split(self._delimiter) for line in lines]
        try:
            reader = csv.reader(
                lines, delimiter=self._delimiter, quotechar=self._quote, strict=True
            )
            rows = list(reader)
        except csv.Error as exc:
            raise LineRejected from exc
        # csv reads on where a quote is open, and takes one inside of a field without quotes.
        if len(rows) != len(lines):
            raise LineRejected
        if self._quote in "".join(map("".join, rows)) and not all(
            map(self._valid.fullmatch, lines)
        ):
            raise LineRejected
        return rows

    def _unquoted(self, line: str, quote: str) -> list[str]:
        try:
            return next(csv.reader((line,), delimiter=self._delimiter, quotechar=quote))
        except csv.Error as exc:  # a line end inside of a record that no line framer cuts
            raise LineRejected from exc
