"""``cmtel journal ingest --legs fold`` is killed at random instants; every call is one row, once.

Each call has three legs that are written apart, with those of others in between and kills too.
"""

from __future__ import annotations

import random
import socket
from pathlib import Path

import pytest

from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from tests.crash.killable import IngestProcess, cmtel, free_port, pause
from tests.crash.test_kill_ingest import wait_until_drained, wait_until_listening
from tests.databases import Database

KILLS = 20
LEGS = 3
SEED = random.SystemRandom().randrange(10**6)
COLUMNS = "ID,Cmtel_CallID,Cmtel_Legs,Journal_VerbDauer_sec"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


def a_leg(call: int, leg: int) -> bytes:
    """The same seven connected seconds on every leg."""
    return (
        '"","03023125010","201","from-trunk","x","PJSIP/t-1","PJSIP/201-2","Dial","PJSIP/201,30",'
        '"2026-03-02 08:00:00","2026-03-02 08:00:02","2026-03-02 08:00:09",9,7,"ANSWERED",'
        f'"DOCUMENTATION","1.{call}","","","1.{call}",{call * LEGS + leg}\r\n'
    ).encode()


def the_legs(first: int, end: int) -> list[bytes]:
    """The legs that are written while call number ``first`` to ``end`` begin; late ones between."""
    return [
        a_leg(call - late * 40, late)
        for call in range(first, end)
        for late in range(LEGS)
        if call - late * 40 >= 0
    ]


def ingest(database: Database, folder: Path, source: str, wait: str) -> IngestProcess:
    made = cmtel(
        "journal", "create-table", "--url", database.url, "--columns", COLUMNS, folder=folder
    )
    assert made.returncode == 0, made.stderr
    return IngestProcess(
        folder, "--url", database.url, "--source", source, "--format", "asterisk-csv",
        "--columns", COLUMNS, "--spool", str(folder / "spool"), "--legs", "fold",
        "--legs-wait", wait,
    )  # fmt: skip


def rows(database: Database) -> list[tuple[str, int, int]]:
    found = database.rows("SELECT call_id, legs, verb_dauer_sec FROM journal")
    return [(str(call), int(str(legs)), int(str(secs))) for call, legs, secs in found]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_the_calls_of_a_followed_file_are_one_row_each(database: Database, tmp_path: Path) -> None:
    print(f"seed {SEED}")  # noqa: T201  # the way to repeat a failure
    drawn = random.Random(SEED)
    path = tmp_path / "Master.csv"
    process = ingest(database, tmp_path, f"file:{path}", "5m")
    calls = 0
    with path.open("ab") as file:
        for _ in range(KILLS):
            process.start()
            for _ in range(drawn.randrange(2, 6)):
                block = b"".join(the_legs(calls, calls + 100))
                cut = drawn.randrange(len(block))
                file.write(block[:cut])
                file.flush()
                pause(drawn.random() * 0.3)
                file.write(block[cut:])
                file.flush()
                calls += 100
            process.kill()
        file.write(b"".join(a_leg(c, 1) for c in range(calls - 40, calls)))
        file.write(b"".join(a_leg(c, 2) for c in range(calls - 80, calls)))
    assert process.run_once() == 0, process.log()

    assert len(rows(database)) == calls, process.log()
    assert sorted(rows(database)) == sorted((f"1.{n}", LEGS, 7) for n in range(calls))
    assert balance(tmp_path / "spool") == (calls * LEGS, calls * LEGS, 0)


def test_the_calls_of_a_tcp_feed_come_once_and_with_every_accepted_leg(
    database: Database, tmp_path: Path
) -> None:
    """Legs that had not reached the process are lost with it; no other is, and none comes twice."""
    print(f"seed {SEED}")  # noqa: T201  # the way to repeat a failure
    drawn = random.Random(SEED)
    port = free_port()
    process = ingest(database, tmp_path, f"tcp-listen:127.0.0.1:{port}", "2s")
    calls = 0
    for _ in range(KILLS):
        process.start()
        wait_until_listening(port)
        with socket.create_connection(("127.0.0.1", port), 5) as link:
            for _ in range(drawn.randrange(3, 12)):
                link.sendall(b"".join(the_legs(calls, calls + 20)))
                calls += 20
                pause(drawn.random() * 0.1)
        process.kill()
    process.start()
    wait_until_listening(port)
    wait_until_drained(tmp_path / "spool")
    assert process.end() == 0, process.log()

    found = rows(database)
    received, delivered, dead = balance(tmp_path / "spool")
    assert received == delivered + dead
    assert delivered == sum(legs for _, legs, _ in found)
    assert dead <= KILLS  # a connection that is cut in mid-line leaves a partial one
    assert len({call for call, _, _ in found}) >= calls // 4
    legs_by_call: dict[str, int] = {}
    for call, legs, secs in found:
        assert secs == 7
        legs_by_call[call] = legs_by_call.get(call, 0) + legs
    assert max(legs_by_call.values()) <= LEGS


def balance(folder: Path) -> tuple[int, int, int]:
    """Return received, delivered and dead records; nothing waits and nothing is skipped."""
    spool = SqliteSpool(folder)
    books = spool.sources()
    spool.close()
    assert sum(book.waiting + book.skipped for book in books) == 0
    return (
        sum(book.received for book in books),
        sum(book.delivered for book in books),
        sum(book.dead_letters for book in books),
    )
