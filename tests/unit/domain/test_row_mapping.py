"""What of a call goes into which column."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.calls import CallRecord
from cmtel.domain.column_selection import select_columns
from cmtel.domain.column_types import COLUMN_TYPES
from cmtel.domain.row_mapping import InternalAs, MappingContext, RowMapper
from tests.builders import a_call

TYPES = [name for name in COLUMN_TYPES if name != "ID"]


def mapped(call: CallRecord, context: MappingContext | None = None) -> dict[str, Any]:
    mapper = RowMapper(select_columns(TYPES), context or MappingContext("reception"))
    (row,) = mapper.rows([call], [77])
    return dict(zip(TYPES, row, strict=True))


def test_every_column_has_its_value() -> None:
    row = mapped(a_call(forwarded_via="99", account_code="5"))

    moment = datetime(2026, 3, 1, 10, 11, 12)  # noqa: DTZ001  # the journal's times are local
    assert row == {
        "Journal_In_Out": "i",
        "Journal_Zeitpunkt": "2026-03-01 10:11:12",
        "Journal_ZeitpunktNumerisch": moment,
        "Journal_VerbZustand": "CONN",
        "Journal_Rufnummer": "004930123456",
        "Journal_Name": "Müller",
        "Journal_Firma": None,
        "Journal_LokaleRufnummer": "21",
        "Journal_Weitergeleitet": "99",
        "Journal_DatensatzID": None,
        "Journal_DatensatzTabelle": None,
        "Journal_Rufdauer_ms": 4000,
        "Journal_VerbDauer_sec": 40,
        "Journal_LCR": None,
        "Journal_Gebühren": 12,
        "Journal_Amtsholung": None,
        "Cmtel_Direction": "in",
        "Cmtel_EndedAt": moment.replace(second=56),
        "Cmtel_Line": "T1",
        "Cmtel_AccountCode": "5",
        "Cmtel_CallID": "4711",
        "Cmtel_Leg": 1,
        "Cmtel_Legs": None,
        "Cmtel_E164": None,
        "Cmtel_Room": None,
        "Cmtel_Department": None,
        "Cmtel_Charge": Decimal("0.12"),
        "Cmtel_Currency": "EUR",
        "Cmtel_PriceStatus": "source",
        "Cmtel_Source": "reception",
        "Cmtel_Sequence": 77,
        "Cmtel_StartedUTC": moment.replace(hour=9),
        "Cmtel_Raw": "a raw line\n",
    }


def test_what_is_unknown_is_null() -> None:
    row = mapped(CallRecord._make([None, "RING", *[None] * 15, ""]))
    known = {name: value for name, value in row.items() if value is not None}

    assert known == {
        "Journal_In_Out": "o",
        "Journal_VerbZustand": "RING",
        "Cmtel_Source": "reception",
        "Cmtel_Sequence": 77,
        "Cmtel_Raw": "",
    }


@pytest.mark.parametrize(
    ("direction", "internal_as", "expected"),
    [("in", "o", "i"), ("out", "i", "o"), (None, "skip", "o"), ("internal", "o", "o"),
     ("internal", "i", "i")],
)  # fmt: skip
def test_in_out_says_what_the_direction_is(
    direction: str | None, internal_as: InternalAs, expected: str
) -> None:
    row = mapped(a_call(direction=direction), MappingContext("s", internal_as=internal_as))

    assert row["Journal_In_Out"] == expected
    assert row["Cmtel_Direction"] == direction


@pytest.mark.parametrize(("internal_as", "is_wanted"), [("i", True), ("o", True), ("skip", False)])
def test_internal_calls_can_be_left_out(internal_as: InternalAs, is_wanted: bool) -> None:
    mapper = RowMapper(select_columns(), MappingContext("s", internal_as=internal_as))

    assert mapper.is_wanted(a_call(direction="internal")) is is_wanted
    assert all(mapper.is_wanted(a_call(direction=d)) for d in ("in", "out", None))


def test_the_zone_of_the_source_serves_where_the_call_has_no_offset() -> None:
    call = a_call(started_at="2026-07-01T12:00:00")
    berlin = MappingContext("s", timezone=ZoneInfo("Europe/Berlin"))

    assert str(mapped(call, berlin)["Cmtel_StartedUTC"]) == "2026-07-01 10:00:00"
    assert mapped(call)["Cmtel_StartedUTC"] is None


def test_long_texts_are_cut_and_counted() -> None:
    columns = select_columns(["Journal_Name"], sizes=["Journal_Name=3"])
    mapper = RowMapper(columns, MappingContext("s"))

    rows = mapper.rows([a_call(name=n) for n in ("abcd", None, "abc", "😀😀😀😀")], range(4))

    assert rows == [("abc",), (None,), ("abc",), ("😀😀😀",)]
    assert mapper.cut_counts == {"name": 2}


def test_texts_are_cut_by_utf16_units_where_the_database_counts_so() -> None:
    columns = select_columns(["Journal_Name"], sizes=["Journal_Name=3"])
    mapper = RowMapper(columns, MappingContext("s", counts_utf16=True))

    rows = mapper.rows([a_call(name=n) for n in ("😀😀", "ab😀", "üab", "\ud800abc")], range(4))

    assert rows == [("😀",), ("ab",), ("üab",), ("ab",)]
    assert mapper.cut_counts == {"name": 3}


def test_what_was_found_out_wins_over_what_the_call_says() -> None:
    mapper = RowMapper(
        select_columns(["Journal_Name", "Journal_Firma", "Journal_Rufnummer"]), MappingContext("s")
    )

    rows = mapper.rows([a_call()], [1], {"Journal_Name": ["Erika"], "Journal_Firma": ["ACME"]})

    assert rows == [("Erika", "ACME", "004930123456")]


def test_a_charge_that_is_no_number_is_unknown() -> None:
    row = mapped(a_call(charge="1E+999999999"))

    assert (row["Cmtel_Charge"], row["Journal_Gebühren"]) == (None, 12)


def test_no_calls_are_no_rows() -> None:
    assert RowMapper(select_columns(), MappingContext("s")).rows([], []) == []


@given(st.lists(st.tuples(st.text(max_size=12), st.integers(0, 9)), max_size=20), st.integers(1, 5))
def test_rows_keep_their_order_and_fit(values: list[tuple[str, int]], size: int) -> None:
    columns = select_columns(
        ["Journal_Name", "Journal_VerbDauer_sec"], sizes=[f"Journal_Name={size}"]
    )
    mapper = RowMapper(columns, MappingContext("s"))

    rows = mapper.rows(
        [a_call(name=name, connected_secs=secs) for name, secs in values], range(len(values))
    )

    assert rows == [(name[:size], secs) for name, secs in values]
    assert sum(mapper.cut_counts.values()) == sum(len(name) > size for name, _ in values)
