"""The column types of a journal table, as data.

``Journal_*`` and ``ID`` are the types of the server journal of a CTI server; ``Cmtel_*`` hold
what those cannot. A type says what a column contains, its kind and its usual size; the user
chooses which types the table has, what the columns are called and how long the texts are.

Adding a type: a line here, its value in domain/row_mapping.py, and the tests of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a column holds; the words are those of ``cmtel journal columns``."""

    TEXT = "text"
    #: Text without a limit of its own.
    LONG_TEXT = "long text"
    #: Whole number of 32 bits.
    LONG = "long"
    #: Whole number of 64 bits.
    BIG = "big integer"
    #: Date and time of day, whole seconds, no offset.
    DATE_TIME = "date/time"
    DECIMAL = "decimal"
    #: Numbered by the database; never written by cmtel.
    KEY = "key"


@dataclass(frozen=True, slots=True)
class ColumnType:
    """One thing a column of the journal can contain.

    Attributes:
        name: As in ``--columns`` and the settings file.
        kind: What the values are.
        size: The usual length in characters; None for kinds without a length.
        column: What the column is called unless the user says otherwise.
        content: What is in it, for people.
        is_usual: It is in the table unless the user chooses columns.
    """

    name: str
    kind: Kind
    size: int | None
    column: str
    content: str
    is_usual: bool = True

    @property
    def format(self) -> str:
        """The format as the documentation writes it: ``Text[30]``, ``long``, ``date/time``."""
        if self.name == RECORD_ID:
            return f"Text[{self.size}] or long"
        return self.kind.value if self.size is None else f"Text[{self.size}]"


#: The one type that may be text or a number, as the phone book's record ids are.
RECORD_ID = "Journal_DatensatzID"

_T, _L, _D = Kind.TEXT, Kind.LONG, Kind.DATE_TIME

_USUAL = (
    ColumnType("ID", Kind.KEY, None, "id", "the row's own number"),
    ColumnType("Journal_In_Out", _T, 1, "in_out", "i = incoming, o = outgoing"),
    ColumnType("Journal_Zeitpunkt", _T, 20, "zeitpunkt", "start, YYYY-MM-DD HH:MM:SS, local"),
    ColumnType(
        "Journal_ZeitpunktNumerisch", _D, None, "zeitpunkt_numerisch", "the same as a date/time"
    ),
    ColumnType(
        "Journal_VerbZustand", _T, 4, "verb_zustand", "CONN connected, RING not answered, BUSY busy"
    ),
    ColumnType("Journal_Rufnummer", _T, 30, "rufnummer", "number of the other party"),
    ColumnType("Journal_Name", _T, 100, "name", "name for the number"),
    ColumnType("Journal_Firma", _T, 100, "firma", "company for the number"),
    ColumnType(
        "Journal_LokaleRufnummer", _T, 30, "lokale_rufnummer", "own number (MSN, extension)"
    ),
    ColumnType(
        "Journal_Weitergeleitet", _T, 30, "weitergeleitet", "number the call was forwarded over"
    ),
    ColumnType(RECORD_ID, _T, 50, "datensatz_id", "id of the phone-book record"),
    ColumnType(
        "Journal_DatensatzTabelle", _T, 30, "datensatz_tabelle", "table the record was found in"
    ),
    ColumnType("Journal_Rufdauer_ms", _L, None, "rufdauer_ms", "ringing time, milliseconds"),
    ColumnType("Journal_VerbDauer_sec", _L, None, "verb_dauer_sec", "connected time, seconds"),
    ColumnType("Journal_LCR", _T, 10, "lcr", "least-cost-routing prefix used"),
    ColumnType("Journal_Gebühren", _L, None, "gebuehren", "charge in cents"),
    ColumnType("Journal_Amtsholung", _T, 4, "amtsholung", "outside-line code used"),
)


def _own(name: str, kind: Kind, size: int | None, content: str) -> ColumnType:
    column = "".join(
        f"_{c.lower()}" if c.isupper() and before.islower() else c.lower()
        for before, c in zip("_" + name, name, strict=False)
    ).lstrip("_")
    return ColumnType(f"Cmtel_{name}", kind, size, column, content, is_usual=False)


_OWN = (
    _own("Direction", _T, 8, "in, out or internal"),
    _own("EndedAt", _D, None, "end of the call, local"),
    _own("Line", _T, 60, "outside line (trunk) of the call"),
    _own("AccountCode", _T, 30, "account code that was entered"),
    _own("CallID", _T, 100, "the switch's id of the call"),
    _own("Leg", _L, None, "counts the legs of one call, from 1"),
    _own("Legs", _L, None, "how many legs were folded into this row"),
    _own("E164", _T, 20, "number of the other party, international"),
    _own("Room", _T, 50, "room of the local number"),
    _own("Department", _T, 50, "department of the local number"),
    _own("Charge", Kind.DECIMAL, None, "charge in units of the currency"),
    _own("Currency", _T, 3, "currency of the charge, ISO 4217"),
    _own("PriceStatus", _T, 10, "where the charge is from"),
    _own("Source", _T, 50, "name of the source"),
    _own("Sequence", Kind.BIG, None, "sequence of the record in its source"),
    _own("StartedUTC", _D, None, "start of the call, UTC"),
    _own("Raw", Kind.LONG_TEXT, None, "the record as the switch sent it"),
)

#: Every type by name, in the order of a table's columns.
COLUMN_TYPES: Mapping[str, ColumnType] = MappingProxyType(
    {column_type.name: column_type for column_type in _USUAL + _OWN}
)

#: Spellings for consoles whose code page lacks a letter.
ALIASES: Mapping[str, str] = MappingProxyType({"journal_gebuehren": "Journal_Gebühren"})
