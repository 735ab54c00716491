"""A paused delivering loop leaves the journal alone, also at its start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.journal_pause_file import FILE_NAME, JournalPauseFile
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.errors import SpoolError
from cmtel.services.delivery import DeliveryLoop, DeliveryPlan, LoopState
from cmtel.services.journal_pause import JournalPause
from cmtel.services.spool_ports import Entry, EntryKind

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


class Pauses:
    """A pause for some rounds; then what is kept cannot be read."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds

    def current(self, now: datetime) -> JournalPause | None:
        self.rounds -= 1
        if self.rounds < 0:
            raise SpoolError("The pause cannot be read.")
        return JournalPause(now + timedelta(hours=1), "work", "ana")


def run(spool: SqliteSpool, pauses: Pauses, rounds: int) -> tuple[list[LoopState], list[str]]:
    """Run some rounds; return what the loop told, and the sources that it wanted to deliver."""
    clock = SystemClock()
    told: list[LoopState] = []
    wanted: list[str] = []

    def on_round(state: LoopState) -> None:
        told.append(state)
        if len(told) == rounds:
            clock.stop()

    class Delivery:
        is_ready = False
        settled = position = 0

        def restart(self, source: object) -> None:
            wanted.append("restart")
            self.position = 1
            self.is_ready = True

        def finish(self, patience_secs: float = 0.0) -> bool:
            return False

        def expire(self) -> bool:
            return False

    plan = DeliveryPlan("j", lambda _: Delivery(), pauses=pauses, on_round=on_round)  # type: ignore[arg-type, return-value]
    DeliveryLoop(spool, clock, plan).run(lambda: False)
    return told, wanted


@pytest.fixture
def spool(tmp_path: Path) -> SqliteSpool:
    spool = SqliteSpool(tmp_path)
    source_id = spool.open_source("toy", "j")
    spool.accept([Entry(source_id, 1, EntryKind.DATA, [b"c1"], NOW)])
    return spool


def test_nothing_is_begun_while_it_is_paused(spool: SqliteSpool) -> None:
    told, wanted = run(spool, Pauses(rounds=9), rounds=2)

    assert [state.pause.reason for state in told if state.pause] == ["work", "work"]
    assert wanted == []


def test_a_pause_that_cannot_be_read_is_none(
    spool: SqliteSpool, caplog: pytest.LogCaptureFixture
) -> None:
    told, wanted = run(spool, Pauses(rounds=0), rounds=2)

    assert [state.pause for state in told] == [None, None]
    assert wanted == ["restart"]
    assert caplog.text.count("The pause cannot be read.") == 1


def test_a_pause_is_kept_in_a_file_until_it_is_over(tmp_path: Path) -> None:
    file = JournalPauseFile(tmp_path / "new")
    pause = JournalPause(NOW + timedelta(hours=1), "Umbau ö", "ana")

    assert file.current(NOW) is None
    file.keep(pause)
    assert file.current(NOW) == pause
    assert file.current(NOW + timedelta(hours=1)) is None
    file.forget()
    file.forget()
    assert file.current(NOW) is None


def test_a_damaged_pause_file_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"until": 7}', encoding="utf-8")

    with pytest.raises(SpoolError, match="cannot be read") as caught:
        JournalPauseFile(tmp_path).current(NOW)

    assert caught.value.hint == "'cmtel journal resume' takes it away."
