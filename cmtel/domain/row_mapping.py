"""Calls to rows of the journal table.

Works column by column: tens of thousands of calls a second pass here, and a list comprehension
over one column costs a fifth of a method call for every value. Unknown is NULL. Texts longer
than their column are cut and counted, never refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cmtel.domain.calls import CallRecord
from cmtel.domain.column_selection import JournalColumn, written_columns
from cmtel.domain.column_types import RECORD_ID, Kind
from cmtel.domain.currencies import amount_of
from cmtel.domain.record_ids import record_number

Row = tuple[Any, ...]
Column = Sequence[Any]

#: What Journal_In_Out says of an internal call; skip: such calls get no row.
InternalAs = Literal["i", "o", "skip"]


@dataclass(frozen=True, slots=True)
class MappingContext:
    """What the rows of one source depend on beside the calls.

    Attributes:
        source: The source's name.
        timezone: The zone of the switch; needed only where calls come without an offset.
        internal_as: What Journal_In_Out says of an internal call.
        counts_utf16: The database counts text in UTF-16 units (SQL Server, Oracle's national
            types), so a character outside the basic plane counts two.
    """

    source: str
    timezone: ZoneInfo | None = None
    internal_as: InternalAs = "o"
    counts_utf16: bool = False


#: What stands between the numbers of YYYY-MM-DDTHH:MM:SS, the form of nearly all times.
_PUNCTUATION = "--T::"


class RowMapper:
    """Makes the rows of one source.

    Attributes:
        cut_counts: How many values were cut so far, by column name.
    """

    def __init__(self, columns: Sequence[JournalColumn], context: MappingContext) -> None:
        self.cut_counts: dict[str, int] = {}
        self._columns = written_columns(columns)
        self._context = context
        self._in_out = {"in": "i", "out": "o", None: "o"}
        if context.internal_as != "skip":
            self._in_out["internal"] = context.internal_as

    def is_wanted(self, call: CallRecord) -> bool:
        """Whether the call gets a row; otherwise it is to be counted as skipped."""
        return call.direction in self._in_out

    def rows(
        self,
        calls: Sequence[CallRecord],
        sequences: Sequence[int],
        enriched: Mapping[str, Column] | None = None,
    ) -> list[Row]:
        """Return a row for each call, with the values of the written columns in their order.

        Args:
            calls: Wanted ones only (:meth:`is_wanted`).
            sequences: The sequence of each call's completing record.
            enriched: Columns by type name, as long as ``calls``, that win over the call's own:
                what phone books, number plans and tariffs have found.
        """
        if not calls:
            return []
        table = CallRecord(*zip(*calls, strict=True))  # type: ignore[arg-type]  # a CallRecord of columns: every field is the tuple of its values
        known = enriched or {}
        values = [
            known[c.type.name] if c.type.name in known else self._values(c, table, sequences)
            for c in self._columns
        ]
        return list(zip(*map(self._fit, self._columns, values), strict=True))

    def _values(self, column: JournalColumn, table: Any, sequences: Sequence[int]) -> Column:
        name = column.type.name
        if name == "Journal_In_Out":
            return [self._in_out[direction] for direction in table.direction]
        if name == "Cmtel_Sequence":
            return sequences
        if name == "Cmtel_Source":
            return [self._context.source] * len(sequences)
        if name == "Cmtel_StartedUTC":
            return [_utc(text, self._context.timezone) for text in table.started_at]
        field, convert = _FIELDS.get(name, ("", None))
        if not field:
            return [None] * len(sequences)
        column_values: Column = getattr(table, field)
        return convert(column_values) if convert else column_values

    def _fit(self, column: JournalColumn, values: Column) -> Column:
        if column.kind is Kind.LONG and column.type.name == RECORD_ID:
            return [record_number(value) for value in values]
        if column.kind is not Kind.TEXT or column.size is None:
            return values
        size, measure = column.size, _utf16_units if self._context.counts_utf16 else len
        if max(map(measure, filter(None, values)), default=0) <= size:
            return values
        cut = _cut_utf16 if self._context.counts_utf16 else _cut
        too_long = sum(measure(value) > size for value in values if value)
        self.cut_counts[column.name] = self.cut_counts.get(column.name, 0) + too_long
        return [value and cut(value, size) for value in values]


def _texts(values: Sequence[str | None]) -> Column:
    return [
        text and (f"{text[:10]} {text[11:19]}" if text[4:17:3] == _PUNCTUATION else _plain(text))
        for text in values
    ]


def _moments(values: Sequence[str | None]) -> Column:
    parse = datetime.fromisoformat
    return [
        text and parse(text[:19] if text[4:17:3] == _PUNCTUATION else _plain(text))
        for text in values
    ]


def _plain(text: str) -> str:
    """Return ``YYYY-MM-DD HH:MM:SS``, without offset, of a time in another ISO 8601 form."""
    return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(" ", "seconds")


def _decimals(values: Sequence[str | None]) -> Column:
    return [None if text is None else amount_of(text) for text in values]


def _price_status(values: Sequence[str | None]) -> Column:
    """Without tariffs, a charge is the source's or there is none."""
    return [None if charge is None else "source" for charge in values]


_FIELDS: Mapping[str, tuple[str, Callable[[Any], Column] | None]] = {
    "Journal_Zeitpunkt": ("started_at", _texts),
    "Journal_ZeitpunktNumerisch": ("started_at", _moments),
    "Journal_VerbZustand": ("state", None),
    "Journal_Rufnummer": ("remote_number", None),
    "Journal_Name": ("name", None),
    "Journal_LokaleRufnummer": ("local_number", None),
    "Journal_Weitergeleitet": ("forwarded_via", None),
    "Journal_Rufdauer_ms": ("ring_ms", None),
    "Journal_VerbDauer_sec": ("connected_secs", None),
    "Journal_Gebühren": ("charge_cents", None),
    "Cmtel_Direction": ("direction", None),
    "Cmtel_EndedAt": ("ended_at", _moments),
    "Cmtel_Line": ("line", None),
    "Cmtel_AccountCode": ("account_code", None),
    "Cmtel_CallID": ("call_id", None),
    "Cmtel_Leg": ("leg", None),
    "Cmtel_Charge": ("charge", _decimals),
    "Cmtel_Currency": ("currency", None),
    "Cmtel_PriceStatus": ("charge", _price_status),
    "Cmtel_Raw": ("raw", None),
}


def _utc(text: str | None, timezone: ZoneInfo | None) -> datetime | None:
    """Return the moment in UTC, naive; None where neither the text nor the source has a zone."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        if timezone is None:
            return None
        moment = moment.replace(tzinfo=timezone)
    return moment.astimezone(UTC).replace(tzinfo=None)


def _cut(text: str, size: int) -> str:
    return text[:size]


def _utf16_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut_utf16(text: str, size: int) -> str:
    """Cut to ``size`` UTF-16 units without leaving half of a character."""
    units = text.encode("utf-16-le", "surrogatepass")[: size * 2]
    return units.decode("utf-16-le", "ignore")
