"""Delivery is exactly once, whatever fails in between: random faults at every step.

A toy format: ``c<n>`` is a call, ``o<id>`` opens one, ``d<id>`` completes it, ``s`` is skipped,
``r`` is rejected, ``b<n>`` is a call whose row the journal refuses; the journal refuses a whole
batch with ``z<n>`` in it, at its commit.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.domain.calls import CallRecord, Outcome, Rejected, Skipped
from cmtel.domain.row_mapping import Column
from cmtel.errors import DatabaseUnavailable, RecordRejected, SpoolError, WatermarkConflict
from cmtel.formats.seam import Decoded
from cmtel.services.committer import Committer
from cmtel.services.delivery import DeliveryLoop, DeliveryPlan
from cmtel.services.ports import RejectedRow, Row, RowBatch
from cmtel.services.source_delivery import SourceDelivery
from cmtel.services.spool_ports import Entry, EntryKind, SpoolSource
from tests.fakes_clock import FakeClock

NOW = datetime(2026, 3, 2, tzinfo=UTC)
COMMITTER = Committer(SystemClock())


def a_call(number: str) -> CallRecord:
    return CallRecord._make([None, "RING", None, None, number, *[None] * 12, number])


class ToyDecoder:
    """Decodes the toy format; ``o`` waits for its ``d``."""

    memory_records = 0
    deadline_utc = None
    joins_lines = False
    heading = None

    def __init__(self) -> None:
        self._open: dict[bytes, int] = {}

    @property
    def oldest_open(self) -> int | None:
        return min(self._open.values(), default=None)

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        decoded = Decoded([], [], [], [])
        for sequence, record in enumerate(records, first_sequence):
            self._one(record, sequence, decoded)
        return decoded

    def _one(self, record: bytes, sequence: int, decoded: Decoded) -> None:
        kind, name = record[:1], record[1:]
        text = record.decode()
        if kind == b"o" and name not in self._open:
            self._open[name] = sequence
        elif kind == b"d" and name in self._open:
            del self._open[name]
            add(decoded, a_call(f"o{name.decode()}"), sequence, 2, b"o" + name + b"\n" + record)
        elif kind == b"s":
            add(decoded, Skipped("blank", text), sequence, 1, record)
        elif kind in (b"c", b"b", b"z"):
            add(decoded, a_call(text), sequence, 1, record)
        else:
            add(decoded, Rejected("unparsed", text), sequence, 1, record)

    def expire(self, sequence: int, now_utc: datetime) -> Decoded:
        return self.finish(sequence)

    def finish(self, sequence: int) -> Decoded:
        decoded = Decoded([], [], [], [])
        for name in self._open:
            add(decoded, a_call(f"x{name.decode()}"), sequence, 1, b"o" + name)
        self._open = {}
        return decoded


def add(decoded: Decoded, outcome: Outcome, sequence: int, covers: int, raw: bytes) -> None:
    decoded.outcomes.append(outcome)
    for column, value in ((decoded.at, sequence), (decoded.covers, covers), (decoded.raws, raw)):
        assert isinstance(column, list)
        column.append(value)


class LineJoiningDecoder(ToyDecoder):
    """As if ``o`` and ``d`` were two lines of one record."""

    joins_lines = True


class NumberMapper:
    def is_wanted(self, call: CallRecord) -> bool:
        return True

    def rows(
        self,
        calls: Sequence[CallRecord],
        sequences: Sequence[int],
        enriched: Mapping[str, Column] | None = None,
    ) -> list[Row]:
        return [(call.remote_number,) for call in calls]


@dataclass
class FaultySink:
    """A journal in memory whose faults are drawn: before the commit, or after it."""

    faults: list[str] = field(default_factory=list)
    is_transactional = True
    rows: list[str] = field(default_factory=list)
    watermarks: dict[tuple[str, str], int] = field(default_factory=dict)

    def prepare(self) -> None: ...

    def close(self) -> None: ...

    def journal_id(self) -> str:
        return "j"

    def watermark(self, spool_id: str, source: str) -> int:
        self._maybe("unreadable")
        return self.watermarks.get((spool_id, source), 0)

    def deliver(
        self, batch: RowBatch, before_commit: Callable[[Sequence[RejectedRow]], None]
    ) -> Sequence[RejectedRow]:
        key = (batch.spool_id, batch.source)
        fault = self.faults.pop() if self.faults else ""
        if fault == "down":
            raise DatabaseUnavailable("down")
        if self.watermarks.get(key, 0) != batch.expected_watermark:
            raise WatermarkConflict("moved")
        bad = [n for n, row in enumerate(batch.rows) if row[0].startswith("b")]
        refused = [RejectedRow(n, "too long") for n in bad]
        before_commit(refused)
        if any(row[0].startswith("z") for row in batch.rows):
            raise RecordRejected("refused at the commit")
        if fault == "lost before commit":
            raise DatabaseUnavailable("lost")
        self.rows += [row[0] for n, row in enumerate(batch.rows) if n not in bad]
        self.watermarks[key] = batch.new_watermark
        if fault == "answer lost":
            raise DatabaseUnavailable("lost")
        return refused

    def _maybe(self, fault: str) -> None:
        if self.faults and self.faults[-1] == fault:
            self.faults.pop()
            raise DatabaseUnavailable(fault)


class CrashingSpool(SqliteSpool):
    """A spool whose settlement fails when told to: as if killed right after the commit."""

    crash_before_settle = False

    def settle(self, settlement: object) -> None:
        if self.crash_before_settle:
            self.crash_before_settle = False
            raise KeyboardInterrupt
        super().settle(settlement)  # type: ignore[arg-type]  # passed on as it came


def a_delivery(
    spool: SqliteSpool,
    sink: FaultySink,
    batch_records: int = 100,
    decoder: type[ToyDecoder] = ToyDecoder,
) -> SourceDelivery:
    return SourceDelivery(
        spool, sink, FakeClock(), COMMITTER, decoder, NumberMapper(), batch_records
    )


def the_source(spool: SqliteSpool) -> SpoolSource:
    (source,) = spool.sources()
    return source


def drain(
    spool: SqliteSpool,
    sink: FaultySink,
    crashes: list[bool],
    batch_records: int = 100,
    is_pipelined: bool = True,
    decoder: type[ToyDecoder] = ToyDecoder,
) -> None:
    """Deliver all, starting again after each fault or crash as the service would."""
    delivery = a_delivery(spool, sink, batch_records, decoder)
    while True:
        if isinstance(spool, CrashingSpool) and crashes:
            spool.crash_before_settle = crashes.pop()
        try:
            source = the_source(spool)
            if not delivery.is_ready:
                delivery.restart(source)
            if not delivery.step() and delivery.position >= source.last_sequence:
                return
            if not is_pipelined:
                delivery.finish()
        except (DatabaseUnavailable, RecordRejected):
            pass
        except KeyboardInterrupt:  # a new process
            delivery = a_delivery(spool, sink, batch_records, decoder)


records = st.lists(
    st.one_of(
        st.sampled_from([b"s", b"r"]),
        st.integers(0, 99).map(lambda n: b"c%d" % n),
        st.integers(0, 5).map(lambda n: b"b%d" % n),
        st.integers(0, 5).map(lambda n: b"z%d" % n),
        st.integers(0, 3).map(lambda n: b"o%d" % n),
        st.integers(0, 3).map(lambda n: b"d%d" % n),
    ),
    min_size=1,
    max_size=40,
)
faults = st.lists(
    st.sampled_from(["", "down", "unreadable", "lost before commit", "answer lost"]), max_size=12
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    blocks=st.lists(records, min_size=1, max_size=6),
    drawn_faults=faults,
    crashes=st.lists(st.booleans(), max_size=8),
    batch_records=st.integers(1, 30),
    is_pipelined=st.booleans(),
    decoder=st.sampled_from([ToyDecoder, LineJoiningDecoder]),
)
def test_every_outcome_is_counted_once_and_every_call_is_written_once(
    blocks: list[list[bytes]],
    drawn_faults: list[str],
    crashes: list[bool],
    batch_records: int,
    is_pipelined: bool,
    decoder: type[ToyDecoder],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spool = CrashingSpool(Path(folder))
        source_id = spool.open_source("toy", "j")
        sink = FaultySink(drawn_faults)
        for block in blocks:
            spool.accept([Entry(source_id, 1, EntryKind.DATA, block, NOW)])
            drain(spool, sink, crashes, batch_records, is_pipelined, decoder)
        spool.accept([Entry(source_id, 1, EntryKind.END, (), NOW)])
        drain(spool, sink, crashes, batch_records, is_pipelined, decoder)

        everything = [record for block in blocks for record in block]
        expected = ToyDecoder()
        want = expected.decode(everything, 1, NOW)
        end = expected.finish(len(everything) + 1)
        outcomes = want.outcomes + end.outcomes
        calls = [o.remote_number or "" for o in outcomes if isinstance(o, CallRecord)]
        good = [c for c in calls if not c.startswith(("b", "z"))]

        assert Counter(sink.rows) == Counter(good)
        assert sink.rows == good  # in order, too
        book = the_source(spool)
        rejected = sum(isinstance(o, Rejected) for o in outcomes)
        refused = sum(c.startswith(("b", "z")) for c in calls)
        assert book.received == (len(outcomes) if decoder.joins_lines else len(everything))
        assert book.skipped == sum(isinstance(o, Skipped) for o in outcomes)
        assert book.dead_letters == rejected + refused
        assert book.waiting == 0
        letters = spool.dead_letters(source_id)
        assert len(letters) == rejected + refused
        spool.close()


def test_an_open_call_waits_in_the_spool_and_in_the_books(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path)
    source_id = spool.open_source("toy", "j")
    sink = FaultySink()
    spool.accept([Entry(source_id, 1, EntryKind.DATA, [b"o1", b"c1", b"c2"], NOW)])
    drain(spool, sink, [])

    book = the_source(spool)
    assert (book.delivered, book.waiting, book.keep_from_sequence) == (2, 1, 1)

    spool.accept([Entry(source_id, 1, EntryKind.DATA, [b"d1"], NOW)])
    drain(spool, sink, [])  # as a new process: the call is joined all the same

    book = the_source(spool)
    assert sink.rows == ["c1", "c2", "o1"]
    assert (book.delivered, book.waiting, book.keep_from_sequence) == (4, 0, 5)


def test_a_row_that_is_refused_at_the_commit_does_not_block_its_neighbours(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path)
    source_id = spool.open_source("toy", "j")
    records = [b"c%d" % n for n in range(100)]
    records[70] = b"z70"
    spool.accept([Entry(source_id, 1, EntryKind.DATA, records, NOW)])
    sink = FaultySink()

    drain(spool, sink, [])

    book = the_source(spool)
    assert sink.rows == [f"c{n}" for n in range(100) if n != 70]
    assert (book.delivered, book.dead_letters, book.waiting) == (99, 1, 0)


def test_a_journal_that_takes_no_batch_is_given_up_when_once(tmp_path: Path) -> None:
    """It answers, and its watermark can be read: that is no progress."""
    spool = SqliteSpool(tmp_path)
    source_id = spool.open_source("toy", "j")
    spool.accept([Entry(source_id, 1, EntryKind.DATA, [b"c1"], NOW)])
    sink = FaultySink(faults=["down"] * 1000)
    plan = DeliveryPlan("j", lambda _: a_delivery(spool, sink), is_once=True, give_up_secs=0.2)

    with pytest.raises(DatabaseUnavailable):
        DeliveryLoop(spool, SystemClock(), plan).run(lambda: True)


def test_an_older_copy_of_the_spool_is_refused(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path)
    source_id = spool.open_source("toy", "j")
    spool.accept([Entry(source_id, 1, EntryKind.DATA, [b"c1"], NOW)])
    sink = FaultySink(watermarks={(spool.spool_id, "toy"): 7})

    with pytest.raises(SpoolError, match="older copy"):
        a_delivery(spool, sink).restart(the_source(spool))


def test_an_older_copy_is_refused_also_when_it_has_accepted_more(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path)
    source_id = spool.open_source("toy", "j")
    sink = FaultySink()
    spool.accept([Entry(source_id, 1, EntryKind.DATA, [b"c1"], NOW)])
    drain(spool, sink, [])
    sink.watermarks[(spool.spool_id, "toy")] = 7  # by the newer spool, before this one came back

    spool.note_unchecked()
    spool.accept([Entry(source_id, 1, EntryKind.DATA, [b"c%d" % n for n in range(20)], NOW)])

    for _ in range(2):  # and starting again does not help
        with pytest.raises(SpoolError, match="older copy"):
            a_delivery(spool, sink).restart(the_source(spool))
        spool.note_unchecked()


def test_a_copied_spool_in_use_elsewhere_is_refused(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path)
    source_id = spool.open_source("toy", "j")
    sink = FaultySink()
    delivery = a_delivery(spool, sink)
    delivery.restart(the_source(spool))
    spool.accept([Entry(source_id, 1, EntryKind.DATA, [b"c%d" % n for n in range(9)], NOW)])
    sink.watermarks[(spool.spool_id, "toy")] = 3  # the other one was faster

    delivery.step()
    with pytest.raises(WatermarkConflict):
        delivery.finish()
    with pytest.raises(SpoolError, match="copy of this spool"):
        delivery.restart(the_source(spool))

    assert sink.rows == []


def test_a_second_journal_gets_everything_of_its_own(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path)
    for journal in ("j", "k"):
        source_id = spool.open_source("toy", journal)
        spool.accept([Entry(source_id, 1, EntryKind.DATA, [b"c1", b"c2"], NOW)])
    sinks = {"j": FaultySink(), "k": FaultySink()}
    for source in spool.sources():
        delivery = a_delivery(spool, sinks[source.journal_id])
        delivery.restart(source)
        delivery.step()
        delivery.finish()

    assert sinks["j"].rows == sinks["k"].rows == ["c1", "c2"]
