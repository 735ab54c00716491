"""A restart that was announced is no operator's stop, for a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.restart_note import RestartNote


def test_a_note_holds_for_a_minute(tmp_path: Path) -> None:
    note, now = RestartNote(tmp_path), SystemClock().now()

    assert not note.holds(now)
    note.leave()
    assert note.holds(now)
    assert not note.holds(now + timedelta(minutes=2))


def test_the_service_that_is_up_again_forgets_it(tmp_path: Path) -> None:
    note = RestartNote(tmp_path)
    note.leave()

    note.forget()
    note.forget()

    assert not note.holds(datetime.now(UTC))


def test_where_nothing_has_run_nothing_is_left(tmp_path: Path) -> None:
    RestartNote(tmp_path / "none").leave()

    assert not (tmp_path / "none").exists()
