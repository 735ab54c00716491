"""The drop folder and the program, on real files and processes."""

from __future__ import annotations

import os
import stat
import sys
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from cmtel.adapters.last_resort.eml_folder import EmlFolder
from cmtel.adapters.last_resort.every import EveryResort
from cmtel.adapters.last_resort.program import Program
from cmtel.domain.incidents.actions import Level
from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.outbox import OutboxRow
from tests.fakes_clock import FakeClock
from tests.fakes_log import MemoryLog
from tests.integration.simulated_switch.peers import wait_until

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
MAIL = b"Subject: stalled\r\n\r\nNo calls.\r\n"


def a_row(seq: int = 1, recipient: str = "anna@x.test", message: bytes = MAIL) -> OutboxRow:
    return OutboxRow(
        "7f3a-1", "7f3a-1", seq, MailKind.FIRST, recipient, "<7f3a.1@h>", "", message,
        MailFacts("Main", START), START, None,
    )  # fmt: skip


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


# --- folder ------------------------------------------------------------------------------------


def test_each_mail_is_a_file_of_its_own_that_a_mail_program_opens(
    tmp_path: Path, log: MemoryLog
) -> None:
    folder = tmp_path / "drop"
    resort = EmlFolder(folder, log, FakeClock())
    for row in (a_row(), a_row(), a_row(2), a_row(1, "bob@x.test")):
        resort.resort(row)
    files = sorted(folder.iterdir())

    assert len(files) == 3
    assert all(file.name.startswith("20250301T120000Z-FIRST-7f3a1-") for file in files)
    assert {file.suffix for file in files} == {".eml"}
    assert message_from_bytes(files[0].read_bytes(), policy=policy.SMTP)["Subject"] == "stalled"
    assert log.levels == [Level.WARNING] * 4
    if sys.platform != "win32":
        assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_is_logged_and_leaves_nothing(
    tmp_path: Path, log: MemoryLog
) -> None:
    (tmp_path / "file").write_text("in the way")
    EmlFolder(tmp_path / "file", log, FakeClock()).resort(a_row())

    assert log.levels == [Level.ERROR]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# --- program -----------------------------------------------------------------------------------

posix = pytest.mark.skipif(sys.platform == "win32", reason="scripts of the POSIX shell")


def a_program(folder: Path, body: str) -> Path:
    path = folder / "hook with blank.sh"
    path.write_text(f"#!/bin/sh\ncd '{folder}'\n{body}\n")
    path.chmod(0o700)
    return path


@posix
def test_the_program_gets_the_mail_and_what_it_is_about(tmp_path: Path, log: MemoryLog) -> None:
    path = a_program(tmp_path, 'cat > mail; echo "$CMTEL_KIND $CMTEL_TO $CMTEL_INCIDENT" > about')
    Program(path, log, FakeClock()).resort(a_row(recipient="$(touch pwned)@x.test"))

    assert (tmp_path / "mail").read_bytes() == MAIL
    assert (tmp_path / "about").read_text() == "FIRST $(touch pwned)@x.test 7f3a-1\n"
    assert not (tmp_path / "pwned").exists()
    assert log.levels == [Level.WARNING]


@posix
def test_a_program_that_fails_is_logged_with_its_last_words(tmp_path: Path, log: MemoryLog) -> None:
    Program(a_program(tmp_path, "echo no modem >&2; exit 3"), log, FakeClock()).resort(a_row())

    assert log.levels == [Level.ERROR]
    assert "error=exit status 3 no modem" in log.text()


@posix
def test_a_program_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, log: MemoryLog
) -> None:
    path = a_program(tmp_path, "sleep 60 & echo $! > child; wait")
    Program(path, log, FakeClock(), timeout_secs=0.5).resort(a_row(message=b"x" * 1_000_000))

    assert "error=ended after 0.5 s" in log.text()
    wait_until(lambda: not is_running(int((tmp_path / "child").read_text())))


def is_running(pid: int) -> bool:
    """A child that was killed may still be waited for by its next parent: state Z."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_program_that_is_not_there_is_logged(tmp_path: Path, log: MemoryLog) -> None:
    Program(tmp_path / "missing", log, FakeClock()).resort(a_row())

    assert log.levels == [Level.ERROR]
    assert os.fspath(tmp_path / "missing") in log.text()


def test_every_resort_is_used(tmp_path: Path, log: MemoryLog) -> None:
    folders = [EmlFolder(tmp_path / name, log, FakeClock()) for name in "ab"]
    EveryResort(folders).resort(a_row())

    assert [len(list((tmp_path / name).iterdir())) for name in "ab"] == [1, 1]
