"""``cmtel journal ingest`` is killed at random instants, and every accepted call is there once.

What was accepted is known from outside: of a file every line is, in the end; of each TCP
connection a prefix of what was sent is (what had not reached the process is lost with it), and
the books must say how many.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from tests.crash.killable import IngestProcess, Sender, a_line, cmtel, free_port, pause, prefixes
from tests.databases import Database

#: Kills for each of the four combinations; 4 x 27 is more than a hundred.
KILLS = 27
HTTP_KILLS = 15
FOLDER_KILLS = 5
SEED = random.SystemRandom().randrange(10**6)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

targets = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def make_journal(database: Database, folder: Path) -> None:
    made = cmtel(
        "journal", "create-table", "--url", database.url, "--columns",
        "ID,Journal_Zeitpunkt,Journal_Rufnummer,Cmtel_CallID", folder=folder,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr


def ingest(database: Database, folder: Path, source: str, *options: str) -> IngestProcess:
    source_options = [word for option in options for word in ("--source-opt", option)]
    return IngestProcess(
        folder, "--url", database.url, "--source", source, "--format", "asterisk-csv",
        "--columns", "ID,Journal_Zeitpunkt,Journal_Rufnummer,Cmtel_CallID",
        "--spool", str(folder / "spool"), *source_options,
    )  # fmt: skip


def call_ids(database: Database) -> list[str]:
    return [str(row[0]) for row in database.rows("SELECT call_id FROM journal ORDER BY id")]


@targets
def test_a_followed_file_arrives_exactly_once_over_kills(
    database: Database, tmp_path: Path
) -> None:
    print(f"seed {SEED}")  # noqa: T201  # the way to repeat a failure
    drawn = random.Random(SEED)
    make_journal(database, tmp_path)
    path = tmp_path / "Master.csv"
    process = ingest(database, tmp_path, f"file:{path}")
    written = 0
    with path.open("ab") as file:
        for _ in range(KILLS):
            process.start()
            for _ in range(drawn.randrange(2, 8)):
                block = b"".join(a_line(f"1.{n}") for n in range(written, written + 400))
                cut = drawn.randrange(len(block))  # the writer is caught in mid-line, too
                file.write(block[:cut])
                file.flush()
                pause(drawn.random() * 0.25)
                file.write(block[cut:])
                file.flush()
                written += 400
            process.kill()
    assert process.run_once() == 0, process.log()

    assert call_ids(database) == [f"1.{n}" for n in range(written)]


@targets
def test_a_tcp_feed_is_never_doubled_and_never_lost_after_acceptance(
    database: Database, tmp_path: Path
) -> None:
    print(f"seed {SEED}")  # noqa: T201  # the way to repeat a failure
    drawn = random.Random(SEED)
    make_journal(database, tmp_path)
    port = free_port()
    process = ingest(database, tmp_path, f"tcp-listen:127.0.0.1:{port}")
    sender = Sender(port)
    for _ in range(KILLS):
        process.start()
        if drawn.random() < 0.8:  # the others are killed while they start
            wait_until_listening(port)
        for _ in range(drawn.randrange(5, 30)):
            sender.send(drawn.randrange(1, 200))
            pause(drawn.random() * 0.05)
        process.kill()
        sender.hang_up()
    process.start()
    wait_until_listening(port)
    wait_until_drained(tmp_path / "spool")
    assert process.end() == 0, process.log()

    rows = call_ids(database)
    arrived = prefixes(rows)
    assert len(arrived) >= KILLS // 2, "the kills came before anything was sent"
    assert all(arrived[connection] <= sender.sent[connection] for connection in arrived)
    assert max(Counter(rows).values()) == 1
    spool = SqliteSpool(tmp_path / "spool")
    (book,) = [source for source in spool.sources() if "@" in source.name]
    assert book.waiting == 0
    assert book.received == book.delivered + book.dead_letters
    assert book.delivered == len(rows)
    # A connection that is cut in mid-line leaves one partial line, which is a dead letter.
    assert book.dead_letters <= len(sender.sent)
    spool.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_answered_200_is_there_once_over_kills(database: Database, tmp_path: Path) -> None:
    print(f"seed {SEED}")  # noqa: T201  # the way to repeat a failure
    drawn = random.Random(SEED)
    make_journal(database, tmp_path)
    port = free_port()
    process = ingest(database, tmp_path, f"http-listen:127.0.0.1:{port}")
    answered: list[str] = []
    posted = 0
    for _ in range(HTTP_KILLS):
        process.start()
        wait_until_listening(port)
        killer = threading.Timer(drawn.random() * 0.6, process.kill)
        killer.start()
        with ThreadPoolExecutor(4) as senders:
            while killer.is_alive():
                ids = [f"1.{n}" for n in range(posted, posted + 20)]
                posted += len(ids)
                answered += [one for one in senders.map(partial(post, port), ids) if one]
        killer.join()
    process.start()
    wait_until_listening(port)
    wait_until_drained(tmp_path / "spool")
    assert process.end() == 0, process.log()

    rows = Counter(call_ids(database))
    assert len(answered) > HTTP_KILLS, "the kills came before anything was answered"
    assert set(answered) <= rows.keys()
    assert max(rows.values()) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("then", ["keep", "delete", "move:done"])
def test_files_of_one_call_each_arrive_exactly_once_over_kills(
    database: Database, tmp_path: Path, then: str
) -> None:
    print(f"seed {SEED}")  # noqa: T201  # the way to repeat a failure
    drawn = random.Random(SEED)
    make_journal(database, tmp_path)
    folder = tmp_path / "drop"
    folder.mkdir()
    process = ingest(database, tmp_path, f"file:{folder}/*.csv", f"then={then}", "settle=0")
    written = 0
    for _ in range(FOLDER_KILLS):
        process.start()
        for _ in range(drawn.randrange(20, 60)):
            for number in range(written, written + 20):
                path = folder / f"{number}.part"
                path.write_bytes(a_line(f"1.{number}"))
                path.rename(folder / f"{number}.csv")
            written += 20
            pause(drawn.random() * 0.04)
        process.kill()
    assert process.run_once() == 0, process.log()

    rows = Counter(call_ids(database))
    assert rows == Counter(f"1.{n}" for n in range(written))
    left = len(list(folder.glob("*.csv")))
    assert left == (written if then == "keep" else 0)


def post(port: int, call_id: str) -> str:
    """Return the call's id if it was answered 200, else ""."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("POST", "/cdr", a_line(call_id))
            return call_id if connection.getresponse().status == 200 else ""
    except (OSError, http.client.HTTPException):
        return ""


def wait_until_listening(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        pause(0.1)
    raise AssertionError(f"nobody listens on port {port} after half a minute")


def wait_until_drained(folder: Path) -> None:
    for _ in range(600):
        spool = SqliteSpool(folder)
        waiting = sum(source.waiting for source in spool.sources())
        spool.close()
        if waiting == 0:
            return
        pause(0.1)
    raise AssertionError(f"{waiting} records still wait after a minute")
