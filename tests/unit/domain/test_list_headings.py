"""What the columns of a list are called."""

from __future__ import annotations

import pytest

from cmtel.domain.list_headings import book_headings, extension_headings, likely_delimiter
from cmtel.domain.phone_books import BookFields
from cmtel.domain.record_ids import record_number


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            ["Id", "Name", "Firma", "Telefon", "Mobil"],
            BookFields(("Telefon", "Mobil"), ("Name",), ("Firma",), ("Id",)),
        ),
        (
            ["Vorname", "Nachname", "Rufnummer"],
            BookFields(("Rufnummer",), ("Vorname", "Nachname"), (), ()),
        ),
        (["Código", "Número", "Empresa"], BookFields(("Número",), (), ("Empresa",), ("Código",))),
        (["a", "b"], BookFields(())),
    ],
)
def test_a_phone_book_tells_its_columns(header: list[str], expected: BookFields) -> None:
    assert book_headings(header) == expected


def test_a_list_of_extensions_tells_its_columns() -> None:
    header = ["Nebenstelle", "Zimmer", "Abteilung", "Klasse", "gültig von", "gültig bis"]

    assert extension_headings(header) == (
        "Nebenstelle", "Zimmer", "Abteilung", "", "Klasse", "gültig von", "gültig bis",
    )  # fmt: skip
    assert extension_headings(["Ramal", "Quarto", "x"])[:3] == ("Ramal", "Quarto", "")


@pytest.mark.parametrize(
    ("line", "expected"), [("a;b,c;d", ";"), ("a,b", ","), ("a\tb", "\t"), ("a", ",")]
)
def test_the_delimiter_is_what_stands_there_most(line: str, expected: str) -> None:
    assert likely_delimiter(line) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12", 12), ("-3", -3), ("2147483647", 2147483647), ("2147483648", None), ("A1", None),
     ("", None), (None, None), ("12345678901", None)],
)  # fmt: skip
def test_an_id_is_a_number_where_it_fits(text: str | None, expected: int | None) -> None:
    assert record_number(text) == expected
