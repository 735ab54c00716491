"""Which columns a table has, from the words of the command line."""

from __future__ import annotations

import pytest

from cmtel.domain.column_selection import find_type, readable_columns, select_columns
from cmtel.domain.column_types import COLUMN_TYPES, Kind
from cmtel.errors import UsageError

#: DESIGN: the usual table.
USUAL = [
    "id", "in_out", "zeitpunkt", "zeitpunkt_numerisch", "verb_zustand", "rufnummer", "name",
    "firma", "lokale_rufnummer", "weitergeleitet", "datensatz_id", "datensatz_tabelle",
    "rufdauer_ms", "verb_dauer_sec", "lcr", "gebuehren", "amtsholung",
]  # fmt: skip


def test_the_usual_table_has_the_documented_columns() -> None:
    assert [column.name for column in select_columns()] == USUAL


def test_all_types_together_have_names_of_their_own() -> None:
    columns = select_columns(list(COLUMN_TYPES))

    assert len({column.name for column in columns}) == len(COLUMN_TYPES) == 34


@pytest.mark.parametrize(
    ("type_name", "column"),
    [
        ("Cmtel_EndedAt", "ended_at"),
        ("Cmtel_CallID", "call_id"),
        ("Cmtel_E164", "e164"),
        ("Cmtel_StartedUTC", "started_utc"),
        ("Cmtel_PriceStatus", "price_status"),
    ],
)
def test_own_types_have_plain_names(type_name: str, column: str) -> None:
    assert COLUMN_TYPES[type_name].column == column


def test_columns_come_in_the_order_that_was_asked_for() -> None:
    columns = select_columns(["Journal_Name", "ID", "journal_in_out"])

    assert [column.type.name for column in columns] == ["Journal_Name", "ID", "Journal_In_Out"]


@pytest.mark.parametrize(
    "spelling", ["Journal_Gebuehren", "JOURNAL_GEBÜHREN", "Journal_Gebu\u0308hren"]
)
def test_the_charge_is_found_by_any_code_page(spelling: str) -> None:
    found = find_type(spelling)

    assert found is not None
    assert found.name == "Journal_Gebühren"


def test_names_and_sizes_are_the_users() -> None:
    (column,) = select_columns(["Journal_Firma"], ["Journal_Firma=Wer = was"], ["Journal_Firma=60"])

    assert (column.name, column.size, column.kind) == ("Wer = was", 60, Kind.TEXT)


def test_a_record_id_may_be_a_number() -> None:
    (column,) = select_columns(["Journal_DatensatzID"], sizes=["Journal_DatensatzID=long"])

    assert (column.kind, column.size) == (Kind.LONG, None)


def test_naming_an_own_type_adds_it() -> None:
    columns = select_columns(names=["Cmtel_Room=zimmer"])

    assert [column.name for column in columns] == [*USUAL, "zimmer"]


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        select_columns(
            ["Foo", "ID", "ID"],
            ["Bar=x", "Journal_Name", "Journal_Firma=ID"],
            ["ID=3", "Journal_Firma=0", "Journal_LCR=3", "Journal_Firma=9"],
        )

    for word in ("'Foo'", "ID is chosen twice", "'Bar'", "'Journal_Name'", "'ID'", "has no size"):
        assert word in caught.value.message
    for word in ("'0'", "Journal_LCR: the column is not chosen", "given twice"):
        assert word in caught.value.message


@pytest.mark.parametrize("size", ["0", "-1", "4001", "x", "1.5", "²"])
def test_a_size_is_a_number_that_databases_take(size: str) -> None:
    with pytest.raises(UsageError, match="1 to 4000"):
        select_columns(sizes=[f"Journal_Name={size}"])


def test_a_name_has_no_control_characters() -> None:
    with pytest.raises(UsageError, match="control characters"):
        select_columns(names=["Journal_Name=a\nb"])


def test_a_name_given_by_the_user_wins_over_a_usual_one() -> None:
    columns = {c.name: c.type.name for c in readable_columns(["Journal_Name=source"])}

    assert columns["source"] == "Journal_Name"
    assert "Cmtel_Source" not in columns.values()
