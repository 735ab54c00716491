"""Which table is watched, by which columns, and which of its records count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from cmtel.domain.table_names import TableName
from cmtel.services.notifier.feeds.rows import Row

#: ``auto``: priced outgoing calls where there are prices, else all.
Calls = Literal["auto", "all", "outgoing", "priced"]

#: ``auto`` looks at so many of the last records; the first sight of a feed goes back as far.
LOOKED_AT = 10_000
#: So many priced outgoing calls, and such a share of the outgoing ones, mean: calls are priced.
_LEAST_PRICED, _LEAST_PRICED_SHARE = 10, 0.1


@dataclass(frozen=True, slots=True)
class TableSpec:
    """What is known of a table from the settings. Of candidates those that the table has count.

    Attributes:
        table: The table; None if there is a query.
        query: A SELECT in its place.
        key_columns: Candidates for the key; the first counts. None is given: the table's own key.
        time_columns: Candidates for the record's own time, likewise.
        utc_columns: Those of them that are in UTC; the others are local to ``zone``.
        charge_columns: The record is priced if one of them has a price.
        part_columns: By the name of a part the columns that tell it.
        required_parts: Those of them without which the feed makes no sense.
        is_journal: The columns are those of cmtel's journal.
    """

    zone: ZoneInfo
    table: TableName | None = None
    query: str | None = None
    key_columns: tuple[str, ...] = ()
    time_columns: tuple[str, ...] = ()
    utc_columns: frozenset[str] = frozenset()
    charge_columns: tuple[str, ...] = ()
    part_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required_parts: frozenset[str] = frozenset()
    is_journal: bool = False

    @property
    def label(self) -> str:
        """What is read, for people."""
        return f"table {self.table}" if self.table is not None else "a query"


class Wanted(NamedTuple):
    """Which records count.

    ``only``: by the name of a part the values that count. What a table does not tell of its
    records (their direction, say) is not asked.
    """

    needs_price: bool = False
    only: Mapping[str, frozenset[str]] = {}

    def fits(self, row: Row) -> bool:
        """Tell whether a record counts once it is priced."""
        return all(
            row.parts[name] in values for name, values in self.only.items() if name in row.parts
        )


OUTGOING = frozenset({"out"})


def wanted(calls: Calls, only: Mapping[str, frozenset[str]], *, is_priced: bool) -> Wanted:
    """Return which records count; ``is_priced`` says what ``auto`` has found."""
    needs_price = calls == "priced" or (calls == "auto" and is_priced)
    if (calls == "outgoing" or needs_price) and "direction" not in only:
        only = {**only, "direction": OUTGOING}
    return Wanted(needs_price, only)


def are_calls_priced(rows: Sequence[Row]) -> bool:
    """Tell from some records whether outgoing calls get a price here."""
    outgoing = [row for row in rows if row.parts.get("direction", "out") == "out"]
    priced = sum(row.is_priced is True for row in outgoing)
    return priced >= _LEAST_PRICED and priced >= _LEAST_PRICED_SHARE * len(outgoing)
