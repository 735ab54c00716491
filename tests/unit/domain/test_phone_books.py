"""From records to entries and keys."""

from __future__ import annotations

from cmtel.domain.phone_books import BookEntry, BookFields, book_entries, keyed

FIELDS = BookFields(("phone", "mobile"), ("given", "family"), ("company",), ("id",))


def test_a_record_has_an_entry_for_each_of_its_numbers() -> None:
    record = (("030 1", "030 2; 030 3"), ("0171 4",), ("Anna",), ("Muster",), ("ACME",), ("7",))

    entries = list(book_entries([record], FIELDS))

    assert [entry.number for entry in entries] == ["030 1", "030 2", "030 3", "0171 4"]
    assert {entry[1:] for entry in entries} == {("Anna Muster", "ACME", "7")}


def test_what_is_missing_is_none() -> None:
    record = (("1",), (), (), ("Muster",), (), ())

    assert list(book_entries([record], FIELDS)) == [BookEntry("1", "Muster", None, None)]


def test_a_record_that_names_nobody_has_no_entries() -> None:
    record = (("1",), (), (" ",), (), ("",), ("7",))

    assert list(book_entries([record], FIELDS)) == []


def test_line_breaks_in_a_name_become_blanks() -> None:
    record = (("1",), (), ("Anna\n  Maria",), (), (), ())

    assert next(iter(book_entries([record], FIELDS))).name == "Anna Maria"


def test_an_entry_stands_under_each_of_its_keys() -> None:
    found = list(keyed([BookEntry("200", "Anna", None, "7")], lambda _: "+4930200"))

    assert [entry.key for entry in found] == ["+4930200", "200"]
    assert {entry[1:] for entry in found} == {("Anna", None, "7")}
