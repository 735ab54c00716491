"""``cmtel journal prune`` on a real table, a real spool and the notifier's state."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.services.spool_ports import DeadLetter, Entry, EntryKind, Settlement
from tests.crash.killable import cmtel

NOW = datetime.now(UTC)


@pytest.fixture
def journal(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/journal.db"
    made = cmtel(
        "journal", "create-table", "--url", url, "--columns",
        "ID,Journal_ZeitpunktNumerisch,Cmtel_Direction", folder=tmp_path,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    with sqlite3.connect(tmp_path / "journal.db") as db:
        for days in (1, 40, 100):
            moment = str((NOW - timedelta(days=days)).replace(tzinfo=None, microsecond=0))
            for direction in ("in", "internal"):
                db.execute(
                    "INSERT INTO journal (zeitpunkt_numerisch, direction) VALUES (?, ?)",
                    (moment, direction),
                )
    db.close()
    return url


def a_spool(folder: Path) -> Path:
    """A spool with an old and a young dead letter that are settled, and an old one that is not."""
    spool = SqliteSpool(folder)
    source = spool.open_source("feed", "j")
    connection = spool.open_connection(source)
    spool.accept([Entry(source, connection, EntryKind.DATA, [b"x"] * 3, NOW)])
    ages = {1: 100, 2: 1, 3: 100}
    spool.add_dead_letters(
        [
            DeadLetter(source, n, 0, "unparsed", "", (b"x",), 1, NOW - timedelta(days=days))
            for n, days in ages.items()
        ]
    )
    spool.settle(Settlement(source, 2, 3, 0, 0, 2, 0))
    spool.close()
    return folder


def letters(folder: Path) -> list[int]:
    spool = SqliteSpool(folder)
    found = [letter.sequence for letter in spool.dead_letters(1)]
    spool.close()
    return found


def rows(folder: Path) -> int:
    db = sqlite3.connect(folder / "journal.db")
    (count,) = db.execute("SELECT COUNT(*) FROM journal").fetchone()
    db.close()
    return int(count)


def test_what_is_too_old_goes_everywhere(tmp_path: Path, journal: str) -> None:
    spool = a_spool(tmp_path / "spool")
    words = ("--json", "journal", "prune", "--url", journal, "--spool", str(spool))
    ages = ("--older-than", "90d", "--internal-older-than", "30d")
    told = {"external_rows": 1, "internal_rows": 2, "dead_letters": 1}

    tried = cmtel(*words, *ages, "--dry-run", folder=tmp_path)
    assert json.loads(tried.stdout) == {**told, "dry_run": True}
    assert (rows(tmp_path), letters(spool)) == (6, [1, 2, 3])

    done = cmtel(*words, *ages, folder=tmp_path)
    assert json.loads(done.stdout) == {**told, "dry_run": False}
    assert (rows(tmp_path), letters(spool)) == (3, [2, 3])


@pytest.mark.parametrize("age", ["90", "1h", "0d", "soon"])
def test_an_age_that_is_none_deletes_nothing(tmp_path: Path, journal: str, age: str) -> None:
    done = cmtel("journal", "prune", "--url", journal, "--older-than", age, folder=tmp_path)

    assert done.returncode == 2
    assert "is no age" in done.stderr
    assert rows(tmp_path) == 6
