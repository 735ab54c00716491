"""Cells of a CSV file that a spreadsheet will open: text must stay text.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, and names
and numbers come from whoever calls. Such a cell gets an apostrophe in front, which spreadsheets
take for "this is text". A plain number is no formula, so ``+49 30 123456`` and ``-5`` stay as
they are: only digits and blanks may follow the sign. Who needs every byte as it is in the table
takes JSON lines.

Source:
    OWASP, "CSV Injection".
"""

from __future__ import annotations

import re
from typing import Any

#: The signs, their full-width forms, and white space that hides a sign.
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-][0-9 ]+")


def csv_cell(value: Any) -> str:
    """Return the text of a cell; NULL is empty, formulas are defused."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
