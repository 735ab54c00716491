"""How a user names a table."""

from __future__ import annotations

import pytest

from cmtel.domain.table_names import TableName, parse_table_name
from cmtel.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("journal", TableName(None, "journal")),
        ("büro.anrufe", TableName("büro", "anrufe")),
        ("db.dbo.journal", TableName("db.dbo", "journal")),
        ('"a.b"', TableName(None, "a.b")),
        ('s."a.b"', TableName("s", "a.b")),
        ('"my s"."a ""x"" b"', TableName("my s", 'a "x" b')),
        ('a "b" c', TableName(None, 'a "b" c')),
        ("50% of it's", TableName(None, "50% of it's")),
    ],
)
def test_schema_and_table_are_told_apart(text: str, expected: TableName) -> None:
    assert parse_table_name(text) == expected


@pytest.mark.parametrize("text", ["", " ", "a.", "a\nb", "a\0", " .x"])
def test_what_is_no_name_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError):
        parse_table_name(text)


def test_a_name_shows_as_it_was_given() -> None:
    assert str(parse_table_name("s.t")) == "s.t"
    assert str(parse_table_name("t")) == "t"
