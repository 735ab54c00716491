"""What about a table would keep journal rows out of it, or change them on the way in.

Pure comparison of the columns that are wanted with the table as it was found. What to do about a
difference depends on the database and is said elsewhere (adapters/database/cures.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.column_types import Kind

#: Characters that a column for whole records must hold: the longest record that is accepted.
LONG_TEXT_SIZE = 65_536

#: What is in every row of these types, so their columns may be NOT NULL.
_NEVER_NULL = frozenset(
    {"ID", "Journal_In_Out", "Journal_VerbZustand", "Cmtel_Source", "Cmtel_Sequence", "Cmtel_Raw"}
)


class Family(StrEnum):
    """What a type of a database can hold, as far as the journal cares."""

    TEXT = "text"
    INTEGER = "whole number"
    DECIMAL = "decimal number"
    DATE_TIME = "date and time"
    #: A type that shifts date/times by the session's time zone, or has no time or no seconds.
    OTHER_TIME = "another date or time"
    OTHER = "something else"
    #: The product lets anything in.
    ANY = "anything"


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column of the table as the database describes it.

    Attributes:
        name: As the database spells it.
        family: What it can hold.
        sql_type: Its type in the database's words.
        size: Characters of a text, None for no limit; bits of a whole number.
        is_nullable: NULL is allowed.
        fills_itself: It has a default, counts itself, or is computed.
        is_unicode: It can hold the letters of every language.
    """

    name: str
    family: Family
    sql_type: str
    size: int | None = None
    is_nullable: bool = True
    fills_itself: bool = False
    is_unicode: bool = True


@dataclass(frozen=True, slots=True)
class FoundTable:
    """The table as the database describes it.

    Attributes:
        columns: All of its columns.
        has_watermarks: The watermark table is there, too.
        is_transactional: Rows can be taken back.
        are_watermarks_transactional: So can watermarks.
        folds_case: Names that differ only in upper and lower case are the same name.
    """

    columns: Sequence[FoundColumn]
    has_watermarks: bool = True
    is_transactional: bool = True
    are_watermarks_transactional: bool = True
    folds_case: bool = False


class Trouble(StrEnum):
    """The kinds of differences; the values are those of ``validate --json``."""

    NO_TABLE = "no_table"
    NO_COLUMN = "no_column"
    TOO_SHORT = "too_short"
    WRONG_TYPE = "wrong_type"
    NOT_NULL = "not_null"
    NOT_FILLED = "not_filled"
    NOT_UNICODE = "not_unicode"
    NO_WATERMARKS = "no_watermarks"
    NO_TRANSACTIONS = "no_transactions"
    NO_WATERMARK_TRANSACTIONS = "no_watermark_transactions"


class Difference(NamedTuple):
    """One difference: what it is, in which column, and what was wanted and found."""

    trouble: Trouble
    message: str
    wanted: JournalColumn | None = None
    found: FoundColumn | None = None


def compare(columns: Sequence[JournalColumn], table: FoundTable | None) -> list[Difference]:
    """Return every difference that matters, in the order of the wanted columns.

    Args:
        columns: What the journal is to have.
        table: What there is; None: no such table.
    """
    if table is None:
        return [Difference(Trouble.NO_TABLE, "There is no such table.")]
    fold = str.casefold if table.folds_case else str
    by_name = {fold(column.name): column for column in table.columns}
    found = [difference for c in columns for difference in _column(c, by_name.get(fold(c.name)))]
    wanted_names = {fold(column.name) for column in columns}
    found += [d for c in table.columns if fold(c.name) not in wanted_names for d in _unfilled(c)]
    return found + list(_whole_table(table))


def _column(wanted: JournalColumn, found: FoundColumn | None) -> Iterator[Difference]:
    if found is None:
        what = f"{wanted.type.name} ({wanted.type.content})"
        message = f"Column {wanted.name} for {what} is missing."
        yield Difference(Trouble.NO_COLUMN, message, wanted)
        return
    if found.family not in (*_FITTING[wanted.kind], Family.ANY):
        yield _wrong_type(wanted, found)
    elif found.size is not None and found.size < _needed(wanted, found):
        yield _too_short(wanted, found)
    if found.family is Family.TEXT and not found.is_unicode and wanted.kind in _TEXTS:
        message = f"Column {found.name} cannot hold letters like ü, ã and Ж."
        yield Difference(Trouble.NOT_UNICODE, message, wanted, found)
    if wanted.kind is Kind.KEY:
        yield from _unfilled(found, wanted)
    elif not found.is_nullable and wanted.type.name not in _NEVER_NULL:
        message = f"Column {found.name} is NOT NULL, but what is unknown of a call is NULL."
        yield Difference(Trouble.NOT_NULL, message, wanted, found)


def _wrong_type(wanted: JournalColumn, found: FoundColumn) -> Difference:
    message = f"Column {found.name} is {found.sql_type}, but {wanted.type.name} is {wanted.kind}."
    return Difference(Trouble.WRONG_TYPE, message, wanted, found)


def _too_short(wanted: JournalColumn, found: FoundColumn) -> Difference:
    unit = "characters" if found.family is Family.TEXT else "bits"
    needed = _needed(wanted, found)
    message = f"Column {found.name} holds {found.size} {unit}, {wanted.type.name} needs {needed}."
    return Difference(Trouble.TOO_SHORT, message, wanted, found)


def _needed(wanted: JournalColumn, found: FoundColumn) -> int:
    if found.family is Family.INTEGER:
        return 64 if wanted.kind is Kind.BIG else 32
    if wanted.kind is Kind.LONG_TEXT:
        return LONG_TEXT_SIZE
    return wanted.size or 0


def _unfilled(found: FoundColumn, wanted: JournalColumn | None = None) -> Iterator[Difference]:
    if not found.is_nullable and not found.fills_itself:
        message = f"Column {found.name} is NOT NULL, has no default, and is not filled by cmtel."
        yield Difference(Trouble.NOT_FILLED, message, wanted, found)


def _whole_table(table: FoundTable) -> Iterator[Difference]:
    if not table.is_transactional:
        yield Difference(
            Trouble.NO_TRANSACTIONS,
            "The table knows no transactions: after a crash a row may be there twice.",
        )
    if not table.has_watermarks:
        yield Difference(
            Trouble.NO_WATERMARKS, "The table cmtel_watermark, which delivery needs, is missing."
        )
    elif not table.are_watermarks_transactional:
        yield Difference(
            Trouble.NO_WATERMARK_TRANSACTIONS, "The table cmtel_watermark knows no transactions."
        )


_TEXTS = (Kind.TEXT, Kind.LONG_TEXT)

_FITTING = {
    Kind.TEXT: (Family.TEXT,),
    Kind.LONG_TEXT: (Family.TEXT,),
    Kind.LONG: (Family.INTEGER, Family.DECIMAL),
    Kind.BIG: (Family.INTEGER, Family.DECIMAL),
    Kind.DATE_TIME: (Family.DATE_TIME,),
    Kind.DECIMAL: (Family.DECIMAL,),
    Kind.KEY: tuple(Family),
}
