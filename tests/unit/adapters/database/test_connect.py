"""URLs: their drivers, and what of them may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.adapters.database.connect import describe_target, mask, open_engine, parse_url
from cmtel.adapters.database.journal_sink import SqlJournalSink
from cmtel.adapters.database.odbc import mask_odbc, with_login
from cmtel.domain.column_selection import select_columns
from cmtel.domain.table_names import parse_table_name
from cmtel.errors import UsageError


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://h/d", "postgresql+psycopg"),
        ("postgres://h/d", "postgresql+psycopg"),
        ("postgresql+psycopg2://h/d", "postgresql+psycopg2"),
        ("mysql://h/d", "mysql+pymysql"),
        ("mariadb://h/d", "mariadb+pymysql"),
        ("sqlite:///x.db", "sqlite"),
    ],
)
def test_a_url_without_a_driver_gets_ours(url: str, driver: str) -> None:
    assert parse_url(url).drivername == driver


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:s3cret@h/d", "postgresql+psycopg://u:***@h/d"),
        ("mysql://h/d?password=s3cret", "mysql+pymysql://h/d?password=%2A%2A%2A"),
        ("odbc:DSN=x;UID=u;PWD=s3cret", "odbc:DSN=x;UID=u;PWD=***"),
        ("odbc:Driver={a;b};pwd={s3c;r}}et};Database=d", "odbc:Driver={a;b};pwd=***;Database=d"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert mask(url) == shown


@pytest.mark.parametrize("password", ["s3@cret", "s3@cret/x", "@s3cret"])
def test_a_password_that_is_not_encoded_is_refused_without_showing_it(password: str) -> None:
    with pytest.raises(UsageError, match="%40") as caught:
        parse_url(f"postgresql://u:{password}@h/d")

    assert "cret" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize(
    ("url", "description"),
    [
        ("postgresql://u:s3cret@db.example:5432/cdr", "postgresql cdr on db.example:5432"),
        ("sqlite:///journal.db", "sqlite journal.db"),
        ("odbc:DSN=Telefonia;PWD=s3cret", "odbc:DSN=Telefonia;PWD=***"),
    ],
)
def test_a_target_is_described_without_secrets(url: str, description: str) -> None:
    assert describe_target(url) == description


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_no_password_breaks_out_of_an_odbc_string(password: str) -> None:
    full = with_login("DSN=x;", "user", password)

    assert mask_odbc(full) == "DSN=x;UID={user};PWD=***"


@pytest.mark.parametrize(
    ("url", "expected"), [("mssql+pyodbc://h/d?driver=x", True), ("sqlite://", False)]
)
def test_only_national_types_count_utf16_units(url: str, expected: bool) -> None:
    sink = SqlJournalSink(open_engine(url), parse_table_name("journal"), select_columns())

    assert sink.counts_utf16 is expected
