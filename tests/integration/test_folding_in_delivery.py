"""Folded calls in the way of a record: waiting, books, restarts, rotation, keep and fold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.domain.column_selection import select_columns
from cmtel.domain.row_mapping import MappingContext, RowMapper
from cmtel.errors import DatabaseUnavailable
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions
from cmtel.services import fold_ranges
from cmtel.services.committer import Committer
from cmtel.services.source_decoding import LegPlan
from cmtel.services.source_delivery import SourceDelivery
from cmtel.services.spool_ports import Entry, EntryKind, SpoolSource
from tests.crash.test_delivery import FaultySink
from tests.fakes_clock import FakeClock

COLUMNS = select_columns(["Cmtel_CallID", "Cmtel_Legs", "Journal_VerbDauer_sec"])
WAIT = timedelta(seconds=60)


def a_leg(linked_id: str, sequence: int, user_field: str = "") -> bytes:
    """Five connected seconds, the same ones for all legs."""
    return (
        '"","03023125010","201","from-trunk","x","PJSIP/t-1","PJSIP/201-2","Dial","",'
        '"2026-03-02 08:00:00","2026-03-02 08:00:02","2026-03-02 08:00:07",7,5,"ANSWERED",'
        f'"DOCUMENTATION","{linked_id}","{user_field}","","{linked_id}",{sequence}\r\n'
    ).encode()


@dataclass
class Bench:
    """A spool with one source of Asterisk records, and its delivery."""

    folder: Path
    format_name: str = "asterisk-csv"
    clock: FakeClock = field(default_factory=FakeClock)
    sink: FaultySink = field(default_factory=FaultySink)

    def __post_init__(self) -> None:
        self.spool = SqliteSpool(self.folder)
        self.source_id = self.spool.open_source("s", "j")
        self.restart()

    def restart(self, *, is_folding: bool = True) -> None:
        """As after a crash: nothing but the spool and the journal is left."""
        fold_ranges.begin(self.spool, "j", self.clock.now(), is_folding=is_folding)
        form = registry.get(self.format_name)
        ranges = fold_ranges.ranges_in_effect(self.spool, self.book, is_folding=is_folding)
        self.mapper = RowMapper(COLUMNS, MappingContext("s"))
        self.delivery = SourceDelivery(
            self.spool, self.sink, self.clock, Committer(SystemClock()),
            lambda: form.make_decoder(DecodeOptions()), self.mapper,
            legs=LegPlan(form.legs, ranges, WAIT, is_folding),
        )  # fmt: skip
        self.delivery.restart(self.book)
        self.deliver()

    @property
    def book(self) -> SpoolSource:
        return self.spool.sources()[0]

    def take(self, *records: bytes, connection: int = 1) -> None:
        now = self.clock.now()
        self.spool.accept([Entry(self.source_id, connection, EntryKind.DATA, records, now)])
        self.deliver()

    def end(self, connection: int) -> None:
        now = self.clock.now()
        self.spool.accept([Entry(self.source_id, connection, EntryKind.END, (), now)])
        self.deliver()

    def pass_time(self, secs: float) -> bool:
        self.clock.advance(secs)
        is_due = self.delivery.expire()
        self.deliver()
        return is_due

    def deliver(self) -> None:
        while self.delivery.step():
            pass

    @property
    def counted(self) -> tuple[int, int, int, int]:
        book = self.book
        return book.received, book.delivered, book.dead_letters + book.skipped, book.waiting


def test_legs_wait_and_their_call_is_one_row(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(a_leg("1.1", 1), a_leg("1.2", 2))
    assert not bench.pass_time(30)
    bench.take(a_leg("1.1", 3))
    assert bench.counted == (3, 0, 0, 3)

    assert bench.pass_time(40)  # 1.2 has waited for 70 s, 1.1 for 40 s
    assert bench.sink.rows == ["1.2"]
    assert bench.pass_time(30)

    assert bench.sink.rows == ["1.2", "1.1"]
    assert bench.counted == (3, 3, 0, 0)


def test_a_row_tells_its_legs_and_the_talk_time_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    rows: list[object] = []
    keep = bench.mapper.rows
    bench.mapper.rows = lambda *words: rows.extend(keep(*words)) or keep(*words)  # type: ignore[method-assign,func-returns-value]

    bench.take(a_leg("1.1", 1), a_leg("1.1", 2), a_leg("1.2", 3))
    bench.pass_time(70)

    assert sorted(rows) == [("1.1", 2, 5), ("1.2", 1, 5)]  # type: ignore[type-var]


def test_a_restart_in_mid_call_loses_and_doubles_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(a_leg("1.1", 1), a_leg("1.2", 2))
    bench.pass_time(50)
    bench.take(a_leg("1.1", 3))
    bench.pass_time(30)
    assert bench.sink.rows == ["1.2"]

    for _ in range(3):
        bench.restart()
    bench.take(a_leg("1.3", 4))
    bench.pass_time(70)
    bench.restart()

    assert bench.sink.rows == ["1.2", "1.1", "1.3"]
    assert bench.counted == (4, 4, 0, 0)


def test_a_restart_after_the_commit_counts_what_is_there(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(a_leg("1.1", 1), a_leg("1.1", 2))
    bench.sink.faults = ["answer lost"]
    bench.clock.advance(70)
    assert bench.delivery.expire()
    with pytest.raises(DatabaseUnavailable):
        bench.deliver()

    bench.restart()

    assert bench.sink.rows == ["1.1"]
    assert bench.counted == (2, 2, 0, 0)


def test_legs_in_two_files_are_one_call(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(a_leg("1.1", 1), connection=1)
    bench.end(1)
    bench.take(a_leg("1.1", 2), connection=2)
    bench.restart()

    assert bench.delivery.end()
    bench.deliver()

    assert bench.sink.rows == ["1.1"]
    assert bench.counted == (2, 2, 0, 0)
    assert not bench.delivery.end()


def test_lines_of_one_leg_count_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(a_leg("1.1", 1), *a_leg("1.1", 2, "two\nlines").splitlines(keepends=True))
    bench.pass_time(70)

    assert bench.sink.rows == ["1.1"]
    assert bench.counted == (2, 2, 0, 0)


def test_a_call_that_the_database_refuses_keeps_every_record(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    records = a_leg("bad", 1), *a_leg("bad", 2, "two\nlines").splitlines(keepends=True)
    bench.take(*records)
    bench.pass_time(70)

    (letter,) = bench.spool.dead_letters(bench.source_id)
    assert letter.records == records
    assert letter.counted == 2
    assert bench.counted == (2, 0, 2, 0)


def test_from_keep_to_fold_and_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.restart(is_folding=False)
    bench.take(a_leg("1.1", 1), a_leg("1.1", 2))
    assert bench.sink.rows == ["1.1", "1.1"]

    bench.restart()
    bench.take(a_leg("1.1", 3), a_leg("1.2", 4), a_leg("1.2", 5))
    bench.restart()
    assert len(bench.sink.rows) == 2

    bench.restart(is_folding=False)  # what waited is written now
    assert bench.sink.rows == ["1.1", "1.1", "1.1", "1.2"]
    bench.take(a_leg("1.2", 6), a_leg("1.2", 7))
    bench.restart(is_folding=False)
    bench.restart()
    bench.pass_time(70)

    assert bench.sink.rows == ["1.1", "1.1", "1.1", "1.2", "1.2", "1.2"]
    assert bench.counted == (7, 7, 0, 0)


def test_a_source_that_was_made_by_a_killed_run_is_folded_from_its_first_record(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path)
    other = bench.spool.open_source("new", "j")
    now = bench.clock.now()
    bench.spool.accept([Entry(other, 2, EntryKind.DATA, (a_leg("1.1", 1),), now)])

    fold_ranges.begin(bench.spool, "j", now, is_folding=True)

    (source,) = [each for each in bench.spool.sources() if each.name == "new"]
    assert fold_ranges.ranges_of(bench.spool, source)[0][0] == 1


def test_column_names_of_a_file_that_has_ended_are_kept_for_its_open_calls(tmp_path: Path) -> None:
    bench = Bench(tmp_path, format_name="cisco-cucm")
    names = (
        b"cdrRecordType,globalCallID_callManagerId,globalCallID_callId,dateTimeOrigination,"
        b"dateTimeConnect,dateTimeDisconnect,duration,callingPartyNumber,finalCalledPartyNumber,"
        b"originalCalledPartyNumber,origCause_value,destCause_value,origDeviceName,destDeviceName,"
        b"pkid,clientMatterCode,authorizationCodeValue\n"
    )
    leg = b"1,1,7,1772434800,1772434802,1772434807,5,03023125010,201,201,0,0,a,b,p,,\n"
    bench.take(names, leg, connection=1)
    bench.end(1)
    bench.take(names, leg, connection=2)
    assert bench.sink.rows == []

    bench.restart()
    bench.pass_time(70)

    assert bench.sink.rows == ["1-7"]
    assert bench.spool.dead_letters(bench.source_id) == []
    assert (bench.book.delivered, bench.book.skipped, bench.book.waiting) == (2, 2, 0)
