"""What is written into a table that is there."""

from __future__ import annotations

from cmtel.domain.column_fitting import columns_of, fit_columns
from cmtel.domain.column_selection import select_columns
from cmtel.domain.table_differences import Family, FoundColumn, FoundTable


def a_table(*columns: FoundColumn, folds_case: bool = False) -> FoundTable:
    return FoundTable(columns, folds_case=folds_case)


def text(name: str, size: int | None) -> FoundColumn:
    return FoundColumn(name, Family.TEXT, f"VARCHAR({size})", size)


def test_a_column_is_no_longer_than_the_tables() -> None:
    columns = select_columns(["Journal_Rufnummer", "Journal_Name", "Journal_Firma"])
    table = a_table(text("rufnummer", 12), text("name", None), text("firma", 500))

    assert [c.size for c in fit_columns(columns, table)] == [12, 100, 100]


def test_a_column_that_the_table_lacks_stays() -> None:
    columns = select_columns(["Journal_Rufnummer"])

    assert fit_columns(columns, a_table()) == list(columns)


def test_without_a_choice_the_tables_columns_of_usual_names_are_written() -> None:
    table = a_table(text("rufnummer", 30), text("call_id", 50), text("remarks", 10))

    found = [(c.type.name, c.size) for c in columns_of(table)]

    assert found == [("Journal_Rufnummer", 30), ("Cmtel_CallID", 50)]


def test_a_name_of_its_own_takes_the_place_of_the_usual_one() -> None:
    named = select_columns([], ["Journal_Rufnummer=Nummer"])
    table = a_table(text("nummer", 30), text("rufnummer", 30), folds_case=True)

    assert [(c.type.name, c.name) for c in columns_of(table, named)] == [
        ("Journal_Rufnummer", "Nummer")
    ]
