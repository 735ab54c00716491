"""A running ingest whose phone book goes away, hangs, or was never there: no call waits for it."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from cmtel.adapters.database.connect import open_engine
from tests.crash.killable import IngestProcess, cmtel, free_port, pause
from tests.crash.test_kill_ingest import wait_until_listening
from tests.databases import Database
from tests.servers import OwnPostgresql, own_postgresql

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.timeout(180)]

COLUMNS = "ID,Journal_Zeitpunkt,Journal_Rufnummer,Journal_Name,Journal_Firma,Journal_DatensatzID"
TARGETS = ["sqlite", "postgresql", "mariadb"]

#: How long a call may take from the switch to its row, in seconds; a book that is waited for
#: takes ten to give up connecting.
PROMPT_SECS = 5.0


@dataclass
class Site:
    """A journal, its settings, and a phone book in a database of its own."""

    folder: Path
    database: Database
    books: OwnPostgresql
    port: int
    sent: int = 0

    @property
    def config(self) -> Path:
        return self.folder / "c.xml"

    def run_in_book(self, *statements: str) -> None:
        engine = open_engine(self.book_url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    @property
    def book_url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.books.server.port}/postgres"

    def call(self, *numbers: str) -> float:
        """Send a call from each number and return after how many seconds all are rows."""
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            started = time.monotonic()
            line.sendall(b"".join(a_call_from(number) for number in numbers))
            self.sent += len(numbers)
            wait_until(lambda: len(self.names()) >= self.sent)
            return time.monotonic() - started

    def names(self) -> list[tuple[object, ...]]:
        return self.database.rows(
            "SELECT rufnummer, name, firma, datensatz_id FROM journal ORDER BY id"
        )

    def phonebook(self, *words: str) -> dict[str, object]:
        done = cmtel(
            "--config", str(self.config), "--json", "phonebook", *words, folder=self.folder
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found


def a_call_from(number: str) -> bytes:
    return (
        f'"","{number}","201","from-trunk","<{number}>","PJSIP/t-1","PJSIP/201-2","Dial",'
        '"PJSIP/201,30","2026-03-02 08:00:00","2026-03-02 08:00:02","2026-03-02 08:00:09",'
        '9,7,"ANSWERED","DOCUMENTATION","1.1",""\r\n'
    ).encode()


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        pause(0.05)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[Site]:
    with own_postgresql() as books:
        made = Site(tmp_path, database, books, free_port())
        made.run_in_book(
            "CREATE TABLE contacts (id INTEGER, phone TEXT, name TEXT)",
            "INSERT INTO contacts VALUES (1, '+49 30 1111111', 'Anna')",
        )
        (tmp_path / "book.csv").write_text("phone,name,firm\n030 2222222,Ben,ACME\n")
        made.config.write_text(
            f'<CmTelNotifier version="1"><Database url="{database.url}"/><Journal>'
            f'<Source name="s" kind="tcp-listen" address="127.0.0.1:{made.port}"'
            ' format="asterisk-csv"/><Numbers country="DE" areaCode="30"/>'
            f'<PhoneBook kind="sql" url="{made.book_url}" table="contacts" number="phone"'
            ' name="name" id="id"/>'
            '<PhoneBook kind="csv" path="book.csv" number="phone" name="name" company="firm"/>'
            "</Journal></CmTelNotifier>"
        )
        create = ["--config", str(made.config), "journal", "create-table", "--columns", COLUMNS]
        assert cmtel(*create, folder=tmp_path).returncode == 0
        yield made


@contextmanager
def ingesting(site: Site) -> Iterator[IngestProcess]:
    process = IngestProcess(site.folder, "--config", str(site.config))
    process.start()
    try:
        wait_until_listening(site.port)
        yield process
        assert process.end() == 0
    finally:
        if process.process is not None and process.process.poll() is None:
            process.kill()


ANNA = ("0301111111", "Anna", None, "1")
BEN = ("0302222222", "Ben", "ACME", None)
CARLA = ("0303333333", "Carla", None, "3")
NOBODY = ("0303333333", None, None, None)


@pytest.mark.parametrize("database", TARGETS, indirect=True)
def test_a_book_that_dies_delays_no_call_and_backfill_adds_its_names(site: Site) -> None:
    with ingesting(site) as process:
        delays = [site.call("0301111111", "0302222222")]
        site.run_in_book("INSERT INTO contacts VALUES (3, '030/3333333', 'Carla')")
        site.books.stop()
        delays += [site.call("0303333333", "0301111111"), site.call("0302222222")]
        before = site.names()
        site.books.start()
        dry = site.phonebook("backfill", "--refresh", "--dry-run")
        filled = site.phonebook("backfill")
        again = site.phonebook("backfill")

    assert before == [ANNA, BEN, NOBODY, ANNA, BEN], process.log()
    assert max(delays) < PROMPT_SECS
    assert site.names() == [ANNA, BEN, CARLA, ANNA, BEN]
    assert [each["filled"] for each in (dry, filled, again)] == [0, 1, 0]
    assert dry["found"] == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_book_that_hangs_from_the_start_delays_no_call(site: Site) -> None:
    site.books.signal(signal.SIGSTOP)
    try:
        with ingesting(site) as process:
            delay = site.call("0301111111", "0302222222")
    finally:
        site.books.signal(signal.SIGCONT)
    before = site.names()

    assert delay < PROMPT_SECS
    assert before == [("0301111111", None, None, None), BEN], process.log()
    assert site.phonebook("backfill", "--refresh")["filled"] == 1
    assert site.names() == [ANNA, BEN]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_book_that_is_down_at_a_later_start_is_used_as_it_was(site: Site) -> None:
    with ingesting(site):
        site.call("0301111111")
    site.books.stop()

    with ingesting(site) as process:
        delay = site.call("0301111111")
        wait_until(lambda: "Its last good copy is used." in process.log())
        pause(0.2)

    assert delay < PROMPT_SECS
    assert site.names() == [ANNA, ANNA]
    assert process.log().count("Its last good copy is used.") == 1
