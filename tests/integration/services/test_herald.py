"""What a service tells: twice a second at most, each half minute at least, never in its way."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from cmtel.adapters.sd_notify import SystemdNotify
from cmtel.adapters.status_file import StatusFile
from cmtel.bootstrap.herald import Herald
from cmtel.bootstrap.status_files import FRESH, is_living
from cmtel.errors import CmtelError
from tests.fakes_clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def herald(clock: FakeClock, file: StatusFile) -> Herald:
    return Herald("journal", clock, file, SystemdNotify({}), None)


def test_the_file_says_who_and_how(tmp_path: Path, clock: FakeClock) -> None:
    file = StatusFile(tmp_path, "journal")

    herald(clock, file).look(lambda: {"trouble": "none ö"})

    found = file.read()
    assert found is not None
    assert (found["job"], found["process_id"]) == ("journal", os.getpid())
    assert found["trouble"] == "none ö"
    assert is_living(found, clock.now())
    assert not is_living(found, clock.now() + FRESH)
    assert not is_living({**found, "process_id": 2**22 + 1}, clock.now())


def test_what_did_not_change_is_written_again_to_show_life(
    tmp_path: Path, clock: FakeClock
) -> None:
    file, told = StatusFile(tmp_path, "journal"), {"n": 1}
    teller = herald(clock, file)
    teller.look(lambda: told)
    first = json.loads(file.path.read_text(encoding="utf-8"))["written_at"]

    clock.wait(5)
    teller.look(lambda: told)
    assert json.loads(file.path.read_text(encoding="utf-8"))["written_at"] == first
    clock.wait(FRESH.total_seconds() / 2)
    teller.look(lambda: told)
    assert json.loads(file.path.read_text(encoding="utf-8"))["written_at"] > first


def test_it_is_asked_for_twice_a_second(tmp_path: Path, clock: FakeClock) -> None:
    teller, asked = herald(clock, StatusFile(tmp_path, "journal")), []

    for _ in range(10):
        teller.look(lambda: asked.append(1) or {})  # type: ignore[func-returns-value]
        clock.wait(0.125)

    assert len(asked) == 3


def test_a_disk_that_refuses_is_warned_of_once(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    teller = herald(clock, StatusFile(tmp_path / "file", "journal"))

    for number in range(3):
        teller.look(lambda number=number: {"n": number})  # type: ignore[misc]
        teller.ready("OK", timedelta(minutes=1))
        clock.wait(2)

    assert caplog.text.count("cannot be told") == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": '])
def test_a_damaged_file_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "journal.json").write_text(text, encoding="utf-8")

    with pytest.raises(CmtelError, match="no status file of cmtel's"):
        StatusFile(tmp_path, "journal").read()
    assert StatusFile(tmp_path, "notifier").read() is None
