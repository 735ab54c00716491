from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from cmtel.adapters.database.connect import open_engine
from cmtel.adapters.database.ddl import create_tables
from cmtel.adapters.database.pruning import JournalPruning
from cmtel.domain.column_selection import select_columns
from cmtel.domain.table_names import parse_table_name
from cmtel.errors import DatabaseSetupError, UsageError
from tests.databases import Database

NOW = datetime(2026, 3, 2, 12)  # noqa: DTZ001  # the journal's times are local
JOURNAL = parse_table_name("journal")
targets = pytest.mark.parametrize(
    "database", ["sqlite", "postgresql", "mariadb", "postgresql-odbc"], indirect=True
)


@contextmanager
def _pruning(database: Database, *types: str) -> Iterator[JournalPruning]:
    columns = select_columns(["ID", *types], [], [])
    engine = open_engine(database.url)
    try:
        create_tables(engine, JOURNAL, columns, if_missing=True)
        yield JournalPruning(engine, JOURNAL, columns, batch_rows=7)
    finally:
        engine.dispose()


def _fill(database: Database, count: int) -> None:
    """A call a day, back from now; every third one is internal, every third of unknown kind."""
    kinds = ("'internal'", "'out'", "NULL")
    database.run(
        *(
            "INSERT INTO journal (zeitpunkt_numerisch, direction) VALUES "
            f"('{NOW - timedelta(days=day)}', {kinds[day % 3]})"
            for day in range(count)
        ),
        "INSERT INTO journal (zeitpunkt_numerisch, direction) VALUES (NULL, 'out')",
    )


def _left(database: Database) -> tuple[int, int]:
    """How many external and internal rows there are."""
    internal = database.rows("SELECT COUNT(*) FROM journal WHERE direction = 'internal'")[0][0]
    return int(str(database.rows("SELECT COUNT(*) FROM journal")[0][0])) - int(str(internal)), int(
        str(internal)
    )


@targets
def test_internal_and_external_calls_are_kept_apart(database: Database) -> None:
    with _pruning(database, "Journal_ZeitpunktNumerisch", "Cmtel_Direction") as pruning:
        _fill(database, 90)
        assert _left(database) == (61, 30)
        before = NOW - timedelta(days=29)
        assert pruning.count(before, is_internal=False) == 40
        assert _left(database) == (61, 30)

        assert pruning.delete(before, is_internal=False) == 40
        assert _left(database) == (21, 30)
        assert pruning.delete(NOW - timedelta(days=59), is_internal=True) == 10
        assert _left(database) == (21, 20)
        assert pruning.delete(before, is_internal=False) == 0


@targets
def test_times_as_text_will_do(database: Database) -> None:
    with _pruning(database, "Journal_Zeitpunkt") as pruning:
        database.run(
            *(
                f"INSERT INTO journal (zeitpunkt) VALUES ('{NOW - timedelta(days=day)}')"
                for day in range(9)
            )
        )
        assert pruning.delete(NOW - timedelta(days=4), is_internal=None) == 4

        with pytest.raises(UsageError, match="Cmtel_Direction"):
            pruning.count(NOW, is_internal=True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_table_without_times_cannot_be_pruned(database: Database) -> None:
    with (
        pytest.raises(DatabaseSetupError, match="no column for"),
        _pruning(database, "Journal_Name"),
    ):
        pass
