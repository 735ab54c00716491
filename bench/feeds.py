"""A check of the notifier beside a primary-key lookup, on a table of 20 million rows.

Both by the same connection, interleaved; medians. The check is what the notifier does every few
minutes when nothing is new: from the cursor to the verdict on what is new, decoded and told
apart. Needs room for the tables (3 GB each) and takes minutes to fill them; a small ``--rows``
shows that it runs.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, column, select, table, text
from sqlalchemy.types import NullType

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.database.connect import open_engine
from cmtel.adapters.database.feed_rows import SqlRows
from cmtel.adapters.database.watching import WatchingConnection
from cmtel.domain.table_names import TableName
from cmtel.services.notifier.feeds.spec import TableSpec
from cmtel.services.notifier.feeds.table_feed import PartFeed, TableFeed
from tests.databases import new_database
from tests.servers import Server, mariadb_server, postgresql_server

#: A check may take so many times as long as a lookup.
LIMIT = 3.0
COLUMNS = ("id", "at", "line", "price")
FILL = {
    "sqlite": (
        "CREATE TABLE calls (id INTEGER PRIMARY KEY, at TEXT, line TEXT, price NUMERIC)",
        "INSERT INTO calls WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < {rows}) SELECT i, datetime(1700000000 + i * 3, 'unixepoch'), i % 8, i % 90"
        " FROM n",
    ),
    "postgresql": (
        "CREATE TABLE calls (id BIGINT, at TIMESTAMP, line VARCHAR(10), price NUMERIC(10, 2))",
        "INSERT INTO calls SELECT i, TIMESTAMP '2023-11-14' + i * INTERVAL '3 s', i % 8, i % 90"
        " FROM generate_series(1, {rows}) i",
        "ALTER TABLE calls ADD PRIMARY KEY (id)",
        "ANALYZE calls",
    ),
    "mariadb": (
        "CREATE TABLE calls (id BIGINT PRIMARY KEY, at DATETIME, line VARCHAR(10),"
        " price NUMERIC(10, 2))",
        "INSERT INTO calls SELECT seq, TIMESTAMP('2023-11-14') + INTERVAL seq * 3 SECOND,"
        " seq % 8, seq % 90 FROM seq_1_to_{rows}",
        "ANALYZE TABLE calls",
    ),
}


class JumpingClock(SystemClock):
    """Every look is a new one: between two of them minutes pass."""

    def __init__(self) -> None:
        super().__init__()
        self._secs = 0.0

    def monotonic(self) -> float:
        self._secs += 300.0
        return self._secs


def main() -> int:
    """Measure on every database that there is, and compare with the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--looks", type=int, default=400)
    parser.add_argument("--databases", default="sqlite,postgresql,mariadb")
    words = parser.parse_args()
    print(f"{words.rows:,} rows, median of {words.looks} each, in microseconds")
    print(f"{'':<12} {'lookup':>8} {'check':>8} {'ratio':>6}")
    ratios = []
    for kind in words.databases.split(","):
        with _filled(kind, words.rows) as url:
            lookup, check = measure(url, words.rows, words.looks)
        ratios.append(check / lookup)
        print(f"{kind:<12} {lookup:8.0f} {check:8.0f} {ratios[-1]:6.2f}  (limit {LIMIT:g})")
        sys.stdout.flush()
    return int(max(ratios) > LIMIT)


def measure(url: str, rows: int, looks: int) -> tuple[float, float]:
    """Return the medians of lookup and check, in microseconds."""
    connection = WatchingConnection(url)
    spec = TableSpec(
        ZoneInfo("Europe/Vienna"), TableName(None, "calls"), time_columns=("at",),
        charge_columns=("price",), part_columns={"line": ("line",)},
    )  # fmt: skip
    feed = PartFeed(TableFeed(SqlRows(connection, spec), JumpingClock()))
    cursor = feed.read(None).cursor
    calls = table("calls", *(column(name) for name in COLUMNS))
    lookup = select(calls).where(calls.c.id == bindparam("id", type_=NullType()))
    draw = random.Random(1)
    taken: tuple[list[float], list[float]] = [], []
    for _ in range(looks + 20):
        number = draw.randint(1, rows)
        begun = time.perf_counter()
        assert len(connection.rows(lookup, {"id": number})) == 1
        between = time.perf_counter()
        reading = feed.read(cursor)
        ended = time.perf_counter()
        assert not reading.records
        cursor = reading.cursor
        taken[0].append(between - begun)
        taken[1].append(ended - between)
    feed.close()
    lookups, checks = (statistics.median(times[20:]) * 1e6 for times in taken)
    return lookups, checks


@contextmanager
def _filled(kind: str, rows: int) -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        _server(kind) as server,
        new_database(kind, server, Path(folder)) as database,
    ):
        # Filling takes longer than any answer may take otherwise.
        slow = {"mariadb": "?read_timeout=3600&write_timeout=3600"}.get(kind, "")
        engine = open_engine(f"{database.admin_url}{slow}")
        with engine.begin() as connection:
            for statement in FILL[kind]:
                connection.execute(text(statement.format(rows=rows)))
        engine.dispose()
        yield database.url


@contextmanager
def _server(kind: str) -> Iterator[Server | None]:
    if kind == "sqlite":
        yield None
    else:
        with postgresql_server() if kind == "postgresql" else mariadb_server() as server:
            yield server


if __name__ == "__main__":
    sys.exit(main())
