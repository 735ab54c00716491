"""The spool on a real disk: what is accepted is there, in order, whatever happens after."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cmtel.adapters.spool.chunks import MAX_CHUNK_BYTES, MAX_CHUNK_RECORDS
from cmtel.adapters.spool.lock import lock_spool, process_holding
from cmtel.adapters.spool.sqlite_spool import FILE_NAME, SqliteSpool
from cmtel.errors import SpoolError, SpoolFull
from cmtel.services.spool_ports import (
    DeadLetter,
    Entry,
    EntryKind,
    FileCheckpoint,
    LinkState,
    Settlement,
)

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def data(source_id: int, *records: bytes, connection_id: int = 1) -> Entry:
    return Entry(source_id, connection_id, EntryKind.DATA, records, NOW)


@pytest.fixture
def spool(tmp_path: Path) -> SqliteSpool:
    return SqliteSpool(tmp_path / "spool")


def test_records_come_back_byte_for_byte_in_order(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    records = [bytes([n % 256]) * (n % 7) + b"\r\n" for n in range(MAX_CHUNK_RECORDS * 2 + 5)]

    spool.accept([data(source, *records)])

    chunks = spool.read(source, 0, 10**6)
    assert [record for chunk in chunks for record in chunk.records] == records
    assert [chunk.first_sequence for chunk in chunks] == [1, 2001, 4001]
    assert chunks[-1].last_sequence == len(records)
    assert chunks[0].received_utc == NOW


def test_chunks_are_bounded_in_bytes(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    record = b"x" * (MAX_CHUNK_BYTES // 2)

    spool.accept([data(source, record, record, record, record * 5)])

    assert max(len(c.records) for c in spool.read(source, 0, 100)) == 2


def test_reading_starts_in_mid_chunk(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    spool.accept([data(source, b"1", b"2", b"3")])

    (chunk,) = spool.read(source, 2, 100)

    assert (chunk.first_sequence, chunk.records) == (3, [b"3"])


def test_reading_stops_in_mid_chunk(spool: SqliteSpool) -> None:
    """A table without transactions is promised batches of one row."""
    source = spool.open_source("a", "j")
    spool.accept([data(source, b"1", b"2", b"3")])

    read = [spool.read(source, after, 1) for after in range(3)]

    assert [[c.records for c in chunks] for chunks in read] == [[[b"1"]], [[b"2"]], [[b"3"]]]
    assert [chunks[0].last_sequence for chunks in read] == [1, 2, 3]


def test_reading_stops_at_the_wanted_number(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    for _ in range(10):
        spool.accept([data(source, b"1", b"2", b"3")])

    assert [len(c.records) for c in spool.read(source, 0, 7)] == [3, 3, 1]


def test_control_records_take_a_sequence_and_are_not_in_the_books(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    connection = spool.open_connection(source)
    spool.accept([data(source, b"1"), Entry(source, connection, EntryKind.END, (), NOW)])

    (book,) = spool.sources()

    assert (book.last_sequence, book.received, book.waiting) == (2, 1, 1)


def test_the_same_name_for_another_journal_is_another_source(spool: SqliteSpool) -> None:
    assert spool.open_source("a", "j1") != spool.open_source("a", "j2")
    assert spool.open_source("a", "j1") == spool.open_source("a", "j1")


def test_a_lasting_input_keeps_its_connection_and_others_are_ended(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path)
    source = spool.open_source("a", "j")
    lasting = spool.open_connection(source, "file 1")
    passing = spool.open_connection(source)
    spool.close()

    again = SqliteSpool(tmp_path)
    again.close_stale_connections(NOW)
    again.close_stale_connections(NOW)

    assert again.open_connection(source, "file 1") == lasting
    ends = [(c.connection_id, c.kind) for c in again.read(source, 0, 10)]
    assert ends == [(passing, EntryKind.END)]


def test_an_ended_lasting_input_starts_anew(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    first = spool.open_connection(source, "file 1")
    spool.accept([Entry(source, first, EntryKind.END, (), NOW)])

    assert spool.open_connection(source, "file 1") != first


def test_settling_counts_and_drops_what_nobody_needs(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    for n in range(4):
        spool.accept([data(source, b"%d" % n, b"x")])

    spool.settle(Settlement(source, 6, 5, delivered=4, skipped=1, dead_letters=1, watermark=6))

    (book,) = spool.sources()
    assert (book.received, book.delivered, book.skipped, book.dead_letters) == (8, 4, 1, 1)
    assert (book.waiting, book.settled_sequence, book.keep_from_sequence) == (2, 6, 5)
    assert [c.first_sequence for c in spool.read(source, 0, 100)] == [5, 7]


def test_dead_letters_are_inserted_once_and_replayed_once(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    spool.accept([data(source, b"bad\n", b"worse\n")])
    letter = DeadLetter(source, 2, 0, "unparsed", "", (b"bad\n", b"worse\n"), 2, NOW)
    spool.add_dead_letters([letter])
    spool.add_dead_letters([letter._replace(reason="other")])
    spool.settle(Settlement(source, 2, 3, 0, 0, 2, 0))

    assert spool.dead_letters(source) == [letter]
    assert spool.dead_letter_keys(source, 1, 2) == {(2, 0)}
    assert spool.replay([letter, letter], NOW) == 1

    assert spool.dead_letters(source) == []
    (book,) = spool.sources()
    assert (book.received, book.dead_letters, book.waiting) == (2, 0, 2)
    assert [c.records for c in spool.read(source, 2, 10)] == [[b"bad\n", b"worse\n"], []]


def test_a_letter_of_an_unsettled_batch_is_not_replayed(spool: SqliteSpool) -> None:
    """Its batch is decoded again when the database is back: then it would come twice."""
    source = spool.open_source("a", "j")
    spool.accept([data(source, b"bad\n", b"worse\n")])
    letters = [DeadLetter(source, n, 0, "refused", "", (b"bad\n",), 1, NOW) for n in (1, 2)]
    spool.add_dead_letters(letters)
    spool.settle(Settlement(source, 1, 2, 0, 0, 1, 1))

    assert spool.replay(letters, NOW) == 1

    assert spool.dead_letters(source) == letters[1:]
    assert spool.sources()[0].waiting == 2


def test_checkpoints_commit_with_their_records_or_not_at_all(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path, limit_bytes=1)
    source = spool.open_source("a", "j")
    checkpoint = FileCheckpoint(source, "1:2", "/x", "abc", 3, 10)

    with pytest.raises(SpoolFull, match="limit"):
        spool.accept([data(source, b"1")], [checkpoint])

    assert spool.checkpoints(source) == []
    assert spool.read(source, 0, 10) == []
    spool.accept([], [checkpoint])
    assert spool.checkpoints(source) == [checkpoint]


def test_many_threads_share_commits_and_lose_nothing(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")

    def work(number: int) -> None:
        for n in range(30):
            spool.accept([data(source, b"%d.%d" % (number, n))])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    records = [r for c in spool.read(source, 0, 1000) for r in c.records]
    assert sorted(records) == sorted(b"%d.%d" % (t, n) for t in range(8) for n in range(30))
    for number in range(8):  # the order of each thread is kept
        own = [r for r in records if r.startswith(b"%d." % number)]
        assert own == [b"%d.%d" % (number, n) for n in range(30)]


def test_a_waiting_reader_is_woken(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    woken = threading.Event()
    spool.wait_for_records(0)

    def wait() -> None:
        spool.wait_for_records(60)
        woken.set()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    spool.accept([data(source, b"1")])

    assert woken.wait(10)


def test_links_are_remembered_with_the_time_of_their_change(spool: SqliteSpool) -> None:
    source = spool.open_source("a", "j")
    later = NOW.replace(hour=3)

    spool.note_link(source, LinkState.UP, "x", NOW)
    spool.note_link(source, LinkState.UP, "y", later)

    (book,) = spool.sources()
    assert (book.link, book.link_detail, book.link_since_utc) == (LinkState.UP, "y", NOW)


def test_facts_are_remembered(spool: SqliteSpool) -> None:
    spool.remember("journal", "1")
    spool.remember("journal", "2")

    assert (spool.recall("journal"), spool.recall("nothing")) == ("2", None)


def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(b"this is no database, but long enough to look like one" * 100)

    with pytest.raises(SpoolError, match="damaged") as caught:
        SqliteSpool(tmp_path)

    assert ".bad" in (caught.value.hint or "")
    assert path.read_bytes().startswith(b"this is no database")


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    SqliteSpool(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    with pytest.raises(SpoolError, match="newer cmtel"):
        SqliteSpool(tmp_path)


def test_the_file_is_the_owners_only(tmp_path: Path) -> None:
    SqliteSpool(tmp_path / "s").close()

    assert (tmp_path / "s" / FILE_NAME).stat().st_mode & 0o077 == 0


def test_a_second_process_is_refused_and_told_who_has_the_spool(tmp_path: Path) -> None:
    lock = lock_spool(tmp_path)

    with pytest.raises(SpoolError, match=f"process {os.getpid()}"):
        lock_spool(tmp_path)

    lock.close()
    lock_spool(tmp_path).close()


def test_looking_who_has_the_spool_keeps_nobody_from_it(tmp_path: Path) -> None:
    has_ended = threading.Event()

    def look() -> None:
        while not has_ended.wait(0.001):
            process_holding(tmp_path)

    lock_spool(tmp_path).close()
    looker = threading.Thread(target=look)
    looker.start()
    try:
        for _ in range(300):
            lock_spool(tmp_path).close()
    finally:
        has_ended.set()
        looker.join()


def _accept_for_ever(folder: Path, told: multiprocessing.connection.Connection) -> None:
    spool = SqliteSpool(folder)
    source = spool.open_source("a", "j")
    number = 0
    while True:
        number += 1
        spool.accept([data(source, b"%d" % number)])
        told.send(number)


def test_what_was_accepted_survives_a_kill(tmp_path: Path) -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=_accept_for_ever, args=(tmp_path, sender)
    )
    process.start()
    accepted = 0
    while accepted < 25:
        accepted = receiver.recv()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    while receiver.poll():
        accepted = receiver.recv()

    spool = SqliteSpool(tmp_path)
    records = [r for c in spool.read(1, 0, 10**6) for r in c.records]

    assert records[:accepted] == [b"%d" % n for n in range(1, accepted + 1)]
    assert len(records) <= accepted + 1  # the one that was in the making
