"""The columns that phone books fill."""

from __future__ import annotations

from typing import Any

from cmtel.domain.row_mapping import Column
from cmtel.services.name_enricher import NameEnricher
from cmtel.services.phone_books import PhoneBooks
from tests.builders import a_call
from tests.fakes_clock import FakeClock
from tests.fakes_phone_books import a_book

COLUMNS = ("Journal_Name", "Journal_Firma", "Journal_DatensatzID", "Journal_DatensatzTabelle")


def enriched(calls: list[Any], known: dict[str, Column]) -> list[tuple[Any, ...]]:
    book = a_book(
        ["+49301", "Anna", "ACME", "7"], ["0302", "Ben", None, None], ["0303", None, "Firma", "9"]
    )
    book.refresh(FakeClock())
    NameEnricher(PhoneBooks([book])).enrich(calls, known)
    return list(zip(*(known[name] for name in COLUMNS), strict=True))


def test_the_number_in_full_counts_where_it_is_known() -> None:
    calls = [a_call(remote_number="99", name=None), a_call(remote_number="0302")]

    rows = enriched(calls, {"Cmtel_E164": ["+49301", None]})

    assert rows == [("Anna", "ACME", "7", "b"), ("Ben", None, None, "b")]


def test_without_a_number_plan_digits_are_compared() -> None:
    assert enriched([a_call(remote_number="0049 30 1", name="x")], {}) == [
        ("Anna", "ACME", "7", "b")
    ]


def test_the_number_without_its_outside_line_code_counts() -> None:
    rows = enriched([a_call(remote_number="00302")], {"Journal_Rufnummer": ["0302"]})

    assert rows[0][0] == "Ben"


def test_without_a_hit_the_name_stays_as_it_was_sent() -> None:
    calls = [
        a_call(remote_number="0404", name="as sent"),
        a_call(remote_number=None, name="no number"),
        a_call(remote_number="0303", name="as sent"),
        a_call(remote_number="0303", name=None),
    ]

    rows = enriched(calls, {})

    assert rows == [
        ("as sent", None, None, None),
        ("no number", None, None, None),
        ("as sent", "Firma", "9", "b"),
        ("Firma", "Firma", "9", "b"),
    ]


def test_no_calls_are_no_trouble() -> None:
    assert enriched([], {}) == []
