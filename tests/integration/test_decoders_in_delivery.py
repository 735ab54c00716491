"""Decoders that wait, in the way of a record: a lost quote, a call that spans a restart."""

from __future__ import annotations

from pathlib import Path

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.domain.column_selection import select_columns
from cmtel.domain.row_mapping import MappingContext, RowMapper
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions
from cmtel.services.committer import Committer
from cmtel.services.source_delivery import SourceDelivery
from cmtel.services.spool_ports import Entry, EntryKind, SpoolSource
from tests.crash.killable import a_line
from tests.crash.test_delivery import FaultySink
from tests.fakes_clock import FakeClock
from tests.samples import DATA

CUCM = next(path for path in sorted((DATA / "cisco-cucm").glob("*")) if "expected" not in path.name)
COLUMNS = select_columns(["Journal_Rufnummer"])


class Bench:
    """A spool with one source of a format, and its delivery."""

    def __init__(self, folder: Path, format_name: str) -> None:
        self.clock = FakeClock()
        self.spool = SqliteSpool(folder)
        self.source_id = self.spool.open_source("s", "j")
        self.sink = FaultySink()
        self._format = registry.get(format_name)
        self.restart()

    def restart(self) -> None:
        """As after a crash: nothing but the spool and the journal is left."""
        self.delivery = SourceDelivery(
            self.spool, self.sink, self.clock, Committer(SystemClock()),
            lambda: self._format.make_decoder(DecodeOptions()),
            RowMapper(COLUMNS, MappingContext("s")),
        )  # fmt: skip
        self.delivery.restart(self.book)

    @property
    def book(self) -> SpoolSource:
        return self.spool.sources()[0]

    def take(self, *records: bytes) -> None:
        now = self.clock.now()
        self.spool.accept([Entry(self.source_id, 1, EntryKind.DATA, records, now)])
        self.deliver()

    def deliver(self) -> None:
        while self.delivery.step():
            pass


def test_a_lost_quote_costs_one_line_after_two_seconds(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "asterisk-csv")
    bench.take(a_line("1.1"), b'"","1","2","lost\r\n')
    assert len(bench.sink.rows) == 1
    assert bench.book.waiting == 1
    assert not bench.delivery.expire()

    bench.clock.advance(2.5)
    assert bench.delivery.expire()
    bench.deliver()
    bench.take(a_line("1.2"))

    assert len(bench.sink.rows) == 2
    (letter,) = bench.spool.dead_letters(bench.source_id)
    assert letter.records == (b'"","1","2","lost\r\n',)
    assert (bench.book.received, bench.book.waiting) == (3, 0)


def test_lines_of_one_record_count_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "asterisk-csv")
    first, second = a_line("1.1").split("Zoë".encode())

    bench.take(first + b"Zo\r\n", b"e" + second)

    assert len(bench.sink.rows) == 1
    assert (bench.book.received, bench.book.delivered) == (1, 1)


def test_a_call_that_spans_a_restart_is_one_row(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "fritzbox")
    bench.take(
        b"02.03.26 08:00:00;RING;0;03023125010;201;SIP0;\r\n",
        b"02.03.26 08:00:01;CALL;1;4;202;03023125011;SIP1;\r\n",
    )
    bench.take(b"02.03.26 08:00:02;DISCONNECT;1;0;\r\n")
    assert bench.sink.rows == ["03023125011"]
    assert bench.book.waiting == 1

    bench.restart()
    bench.take(
        b"02.03.26 08:00:05;CONNECT;0;4;03023125010;\r\n",
        b"02.03.26 08:00:09;DISCONNECT;0;4;\r\n",
    )

    assert bench.sink.rows == ["03023125011", "03023125010"]
    assert (bench.book.received, bench.book.delivered, bench.book.waiting) == (5, 5, 0)
    assert bench.spool.dead_letters(bench.source_id) == []


def test_a_call_that_never_ends_is_given_up_after_a_day(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "fritzbox")
    bench.take(b"02.03.26 08:00:00;RING;0;03023125010;201;SIP0;\r\n")
    assert not bench.delivery.expire()

    bench.clock.advance(24 * 3600 + 1)
    assert bench.delivery.expire()
    bench.deliver()

    assert bench.sink.rows == ["03023125010"]
    assert bench.book.waiting == 0


def test_a_heading_is_known_after_a_restart_and_holds_nothing_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "cisco-cucm")
    lines = CUCM.read_bytes().splitlines(keepends=True)
    heading = next(line for line in lines if b"cdrRecordType" in line)
    call = next(line for line in lines if line.startswith((b"1,", b'"1"')))
    bench.take(heading, call)
    for _ in range(12):  # more than a decoder remembers beside its heading
        bench.take(*[call] * 2_000)
    assert bench.book.keep_from_sequence > 2
    rows = len(bench.sink.rows)

    bench.restart()
    bench.take(call)

    assert len(bench.sink.rows) == rows + 1
    assert bench.book.dead_letters == 0
