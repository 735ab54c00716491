"""Enrichers in the way of a record: each batch's columns, in order, before its rows are made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.domain.calls import CallRecord
from cmtel.domain.column_selection import select_columns
from cmtel.domain.row_mapping import Column, MappingContext, RowMapper
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions
from cmtel.services.committer import Committer
from cmtel.services.source_delivery import SourceDelivery
from cmtel.services.spool_ports import Entry, EntryKind
from tests.crash.killable import a_line
from tests.fakes_clock import FakeClock
from tests.fakes_journal import MemoryJournal, MemorySink

COLUMNS = select_columns(["Cmtel_E164", "Journal_Name"])


class E164:
    """Counts its batches."""

    def __init__(self) -> None:
        self.batch_sizes: list[int] = []

    def enrich(self, calls: Sequence[CallRecord], known: dict[str, Column]) -> None:
        self.batch_sizes.append(len(calls))
        known["Cmtel_E164"] = [f"+{call.remote_number}" for call in calls]


class NameOfE164:
    def enrich(self, calls: Sequence[CallRecord], known: dict[str, Column]) -> None:
        known["Journal_Name"] = [f"name of {key}" for key in known["Cmtel_E164"]]


def test_each_enricher_sees_the_columns_of_those_before_it(tmp_path: Path) -> None:
    clock, journal, numbers = FakeClock(), MemoryJournal(), E164()
    spool, sink = SqliteSpool(tmp_path), MemorySink(journal, COLUMNS)
    source_id = spool.open_source("s", sink.journal_id())
    delivery = SourceDelivery(
        spool, sink, clock, Committer(SystemClock()),
        lambda: registry.get("asterisk-csv").make_decoder(DecodeOptions()),
        RowMapper(COLUMNS, MappingContext("s")), batch_records=2,
        enrichers=[numbers, NameOfE164()],
    )  # fmt: skip
    records = [a_line(f"1.{n}") for n in range(3)]
    spool.accept([Entry(source_id, 1, EntryKind.DATA, records, clock.now())])
    delivery.restart(spool.sources()[0])
    while delivery.step():
        pass
    spool.close()

    assert numbers.batch_sizes == [2, 1]
    assert journal.rows == [("+03023125010", "name of +03023125010")] * 3
