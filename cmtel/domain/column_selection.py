"""Which columns a journal table has: the user's choice, checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from cmtel.domain.column_types import ALIASES, COLUMN_TYPES, RECORD_ID, ColumnType, Kind
from cmtel.domain.table_names import is_name
from cmtel.errors import UsageError

#: Characters; more than SQL Server's NVARCHAR(n) can hold is no journal text any more.
MAX_TEXT_SIZE = 4000


@dataclass(frozen=True, slots=True)
class JournalColumn:
    """A column of one journal table.

    Attributes:
        type: What it contains.
        name: What it is called in the table.
        size: Length in characters; None for kinds without, and for a record id that is a number.
    """

    type: ColumnType
    name: str
    size: int | None

    @property
    def kind(self) -> Kind:
        """The type's kind; a record id without a size is a number."""
        is_numeric_id = self.type.name == RECORD_ID and self.size is None
        return Kind.LONG if is_numeric_id else self.type.kind


def written_columns(columns: Iterable[JournalColumn]) -> list[JournalColumn]:
    """Return the columns that rows have a value for: all but the database's own key."""
    return [column for column in columns if column.kind is not Kind.KEY]


def select_columns(
    columns: Sequence[str] = (), names: Sequence[str] = (), sizes: Sequence[str] = ()
) -> tuple[JournalColumn, ...]:
    """Return the columns of a table from the words of the command line.

    Args:
        columns: Type names in the table's order (``--columns``, split at commas); none: the usual.
        names: ``TYPE=COLUMN``; a type that is not among ``columns`` is added at the end.
        sizes: ``TYPE=N`` in characters; ``Journal_DatensatzID=long`` makes the id a number.

    Raises:
        UsageError: The message names every problem.
    """
    problems: list[str] = []
    chosen = _known(columns, problems) or [t for t in COLUMN_TYPES.values() if t.is_usual]
    named = _assignments("--name", names, problems)
    sized = _assignments("--size", sizes, problems)
    chosen += [t for t in named if t not in chosen]
    problems += [f"--size {t.name}: the column is not chosen." for t in sized if t not in chosen]
    selected = tuple(
        JournalColumn(t, _name_of(t, named, problems), _size_of(t, sized, problems)) for t in chosen
    )
    problems += _duplicates(selected)
    if problems:
        raise UsageError(
            " ".join(dict.fromkeys(problems)), hint="'cmtel journal columns' lists the types."
        )
    return selected


def readable_columns(names: Sequence[str] = ()) -> tuple[JournalColumn, ...]:
    """Return a column for every type, for reading a table of which only the names are known.

    Of two columns of one name only the one that the user has named stays.

    Raises:
        UsageError: The message names every problem.
    """
    named = select_columns([], names)
    given = {column.name.casefold() for column in named if column.name != column.type.column}
    types = [t.name for t in COLUMN_TYPES.values()]
    named_types = {column.type.name for column in named if column.name != column.type.column}
    kept = [
        name
        for name in types
        if name in named_types or COLUMN_TYPES[name].column.casefold() not in given
    ]
    return select_columns(kept, names)


def find_type(name: str) -> ColumnType | None:
    """Return the type of that name; upper and lower case and ``ue`` for ``ü`` do not matter."""
    key = normalize("NFC", name.strip()).casefold()
    return _BY_KEY.get(ALIASES.get(key, key).casefold())


_BY_KEY = {name.casefold(): column_type for name, column_type in COLUMN_TYPES.items()}


def _known(words: Sequence[str], problems: list[str]) -> list[ColumnType]:
    found: list[ColumnType] = []
    for word in words:
        column_type = find_type(word)
        if column_type is None:
            problems.append(f"{word!r} is no column type.")
        elif column_type in found:
            problems.append(f"{column_type.name} is chosen twice.")
        else:
            found.append(column_type)
    return found


def _assignments(option: str, words: Sequence[str], problems: list[str]) -> dict[ColumnType, str]:
    found: dict[ColumnType, str] = {}
    for word in words:
        type_name, equals, value = word.partition("=")
        column_type = find_type(type_name)
        if not equals or not value.strip():
            problems.append(f"{option} {word!r} is not TYPE=VALUE.")
        elif column_type is None:
            problems.append(f"{option}: {type_name!r} is no column type.")
        elif column_type in found:
            problems.append(f"{option} {column_type.name} is given twice.")
        else:
            found[column_type] = value
    return found


def _name_of(column_type: ColumnType, named: dict[ColumnType, str], problems: list[str]) -> str:
    name = named.get(column_type, column_type.column)
    if not is_name(name):
        problems.append(f"--name {column_type.name}: {name!r} has control characters.")
    return name


def _size_of(
    column_type: ColumnType, sized: dict[ColumnType, str], problems: list[str]
) -> int | None:
    text = sized.get(column_type, "").strip()
    if not text:
        return column_type.size
    if column_type.name == RECORD_ID and text.lower() == "long":
        return None
    if column_type.size is None:
        problems.append(f"--size {column_type.name}: a {column_type.kind} has no size.")
    elif not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_TEXT_SIZE):
        problems.append(f"--size {column_type.name}: {text!r} is not 1 to {MAX_TEXT_SIZE}.")
    else:
        return int(text)
    return column_type.size


def _duplicates(columns: Sequence[JournalColumn]) -> list[str]:
    """Column names that differ in case only are one name to most databases."""
    seen: dict[str, JournalColumn] = {}
    problems = []
    for column in columns:
        first = seen.setdefault(column.name.casefold(), column)
        if first is not column:
            both = f"{first.type.name} and {column.type.name}"
            problems.append(f"{both} are both called {column.name!r}.")
    return problems
