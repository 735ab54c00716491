"""The system's log: a datagram socket as /dev/log is one, and Windows by a stand-in."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from cmtel.adapters.system_log.nowhere import NoSystemLog
from cmtel.adapters.system_log.syslog import Syslog
from cmtel.adapters.system_log.windows_event_log import WindowsEventLog


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/log")
def test_an_error_is_one_datagram(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(path))
        log = Syslog(path)
        log.error("no mail\nserver answers")
        got = daemon.recv(2000)

    assert got == f"<27>cmtel[{os.getpid()}]: no mail server answers".encode()
    assert log.faults == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/log")
def test_without_a_log_daemon_nothing_is_raised(tmp_path: Path) -> None:
    log = Syslog(tmp_path / "missing")
    log.error("no mail")

    assert log.faults == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/log")
def test_a_log_daemon_that_is_stuck_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(path))
        log = Syslog(path)
        for _ in range(10_000):
            log.error("x" * 900)
            if log.faults:
                break

    assert log.faults == 1


def test_windows_gets_the_text_and_its_errors_are_counted() -> None:
    told: list[tuple[str, int]] = []
    log = WindowsEventLog(lambda text, kind: told.append((text, kind)))
    log.error("no mail server answers")
    log.tell("started")
    without_pywin32 = WindowsEventLog() if sys.platform != "win32" else log
    without_pywin32.error("x")

    assert told[:2] == [("no mail server answers", 1), ("started", 4)]
    assert without_pywin32.faults == (0 if sys.platform == "win32" else 1)


def test_nowhere_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    NoSystemLog().error("x")

    assert capfd.readouterr() == ("", "")
