"""What systemd would be told, on a socket of the test's own."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from cmtel.adapters.sd_notify import SystemdNotify


@pytest.mark.parametrize("is_abstract", [False, True])
def test_states_reach_the_socket(tmp_path: Path, is_abstract: bool) -> None:
    assert sys.platform == "linux"
    name = f"@{tmp_path}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(name.replace("@", "\0", 1) if is_abstract else name)
        systemd.settimeout(10)
        notify = SystemdNotify({"NOTIFY_SOCKET": name})
        notify.ready("OK, last call\n3 min ago")
        notify.checked("OK")
        notify.stopping()
        assert systemd.recv(4096) == b"READY=1\nSTATUS=OK, last call 3 min ago"
        assert systemd.recv(4096) == b"WATCHDOG=1\nSTATUS=OK"
        assert systemd.recv(4096) == b"STOPPING=1"


def test_without_systemd_nothing_is_sent() -> None:
    SystemdNotify({}).ready("OK")


def test_a_systemd_that_is_gone_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SystemdNotify({"NOTIFY_SOCKET": str(tmp_path / "notify")}).ready("OK")
