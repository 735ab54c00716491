"""Which differences matter."""

from __future__ import annotations

import pytest

from cmtel.domain.column_selection import select_columns
from cmtel.domain.table_differences import Family, FoundColumn, FoundTable, Trouble, compare

NUMBER = select_columns(["Journal_Rufnummer"])


def found(**changes: object) -> FoundTable:
    column = {"name": "rufnummer", "family": Family.TEXT, "sql_type": "VARCHAR(30)", "size": 30}
    return FoundTable([FoundColumn(**{**column, **changes})])  # type: ignore[arg-type]  # the test's own words


def troubles(table: FoundTable | None, type_name: str = "Journal_Rufnummer") -> list[Trouble]:
    columns = select_columns([type_name], [f"{type_name}=rufnummer"])
    return [difference.trouble for difference in compare(columns, table)]


def test_a_table_that_fits_has_no_differences() -> None:
    assert troubles(found()) == []


def test_no_table_is_one_difference() -> None:
    assert troubles(None) == [Trouble.NO_TABLE]


@pytest.mark.parametrize("size", [30, 31, None])
def test_a_longer_column_fits(size: int | None) -> None:
    assert troubles(found(size=size)) == []


def test_all_that_is_wrong_with_a_column_is_said() -> None:
    table = found(size=29, is_nullable=False, is_unicode=False)

    assert troubles(table) == [Trouble.TOO_SHORT, Trouble.NOT_UNICODE, Trouble.NOT_NULL]


def test_a_column_whose_value_is_always_known_may_be_not_null() -> None:
    assert troubles(found(is_nullable=False), "Journal_In_Out") == []


@pytest.mark.parametrize(
    ("type_name", "family", "size", "expected"),
    [
        ("Journal_VerbDauer_sec", Family.INTEGER, 32, []),
        ("Journal_VerbDauer_sec", Family.INTEGER, 16, [Trouble.TOO_SHORT]),
        ("Journal_VerbDauer_sec", Family.DECIMAL, None, []),
        ("Journal_VerbDauer_sec", Family.TEXT, 10, [Trouble.WRONG_TYPE]),
        ("Cmtel_Sequence", Family.INTEGER, 32, [Trouble.TOO_SHORT]),
        ("Cmtel_Sequence", Family.INTEGER, 64, []),
        ("Journal_ZeitpunktNumerisch", Family.DATE_TIME, None, []),
        ("Journal_ZeitpunktNumerisch", Family.OTHER_TIME, None, [Trouble.WRONG_TYPE]),
        ("Journal_Rufnummer", Family.ANY, None, []),
        ("Journal_Rufnummer", Family.INTEGER, 64, [Trouble.WRONG_TYPE]),
        ("Cmtel_Raw", Family.TEXT, 65_535, [Trouble.TOO_SHORT]),
        ("Cmtel_Raw", Family.TEXT, None, []),
        ("Cmtel_Charge", Family.INTEGER, 32, [Trouble.WRONG_TYPE]),
    ],
)
def test_types_fit_by_what_they_can_hold(
    type_name: str, family: Family, size: int | None, expected: list[Trouble]
) -> None:
    assert troubles(found(family=family, size=size), type_name) == expected


def test_a_column_of_the_users_own_must_fill_itself_or_be_nullable() -> None:
    own = FoundColumn("own", Family.INTEGER, "INT", 32, is_nullable=False)
    filled = FoundColumn("filled", Family.INTEGER, "INT", 32, is_nullable=False, fills_itself=True)
    table = FoundTable([*found().columns, own, filled, FoundColumn("x", Family.TEXT, "TEXT")])

    (difference,) = compare(NUMBER, table)

    assert (difference.trouble, difference.found) == (Trouble.NOT_FILLED, own)


def test_an_id_that_does_not_count_itself_is_a_difference() -> None:
    assert troubles(found(is_nullable=False), "ID") == [Trouble.NOT_FILLED]


def test_the_whole_table_is_looked_at() -> None:
    columns = found().columns
    table = FoundTable(columns, has_watermarks=False, is_transactional=False)
    other = FoundTable(columns, are_watermarks_transactional=False)

    assert troubles(table) == [Trouble.NO_TRANSACTIONS, Trouble.NO_WATERMARKS]
    assert troubles(other) == [Trouble.NO_WATERMARK_TRANSACTIONS]


def test_case_matters_only_where_the_database_says_so() -> None:
    columns = found(name="RufNummer").columns

    assert troubles(FoundTable(columns)) == [Trouble.NO_COLUMN]
    assert troubles(FoundTable(columns, folds_case=True)) == []
