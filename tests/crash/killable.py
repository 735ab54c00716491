"""Real processes of cmtel that can be killed at any instant and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def a_line(unique_id: str) -> bytes:
    """One record of Asterisk's Master.csv, told from all others by its uniqueid (N.N)."""
    return (
        '"","03023125010","201","from-trunk","""Zoë"" <03023125010>","PJSIP/t-1","PJSIP/201-2",'
        '"Dial","PJSIP/201,30","2026-03-02 08:00:00","2026-03-02 08:00:02","2026-03-02 08:00:09",'
        f'9,7,"ANSWERED","DOCUMENTATION","{unique_id}",""\r\n'
    ).encode()


def environment_in(folder: Path) -> dict[str, str]:
    """Return the environment of a cmtel that keeps its state and its log in a folder."""
    state = str(folder / "state")
    places = {"STATE_DIRECTORY": state, "LOGS_DIRECTORY": state, "XDG_STATE_HOME": state}
    return {**os.environ, "PYTHONPATH": str(ROOT), **places}


class CmtelProcess:
    """Starts, kills and ends one command of cmtel with the same words each time."""

    def __init__(self, folder: Path, *words: str, log: str) -> None:
        self._log = folder / log
        self._words = [sys.executable, "-m", "cmtel", *words]
        self._environment = environment_in(folder)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *extra: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._words, *extra], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env=self._environment,
            )  # fmt: skip
        return self.process

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def end(self, timeout_secs: float = 10) -> int:
        """SIGTERM, and the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_secs)

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")


class IngestProcess(CmtelProcess):
    """``cmtel journal ingest``."""

    def __init__(self, folder: Path, *words: str) -> None:
        super().__init__(folder, "--verbose", "journal", "ingest", *words, log="ingest.log")

    def run_once(self, timeout_secs: float = 60) -> int:
        return self.start("--once").wait(timeout_secs)


class Sender:
    """A switch: numbered records over TCP, redialling when it is cut; nothing is sent twice."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self.connection = 0
        self.sent: dict[int, int] = {}

    def send(self, count: int) -> None:
        """Send ``count`` records of the running connection, or none if nobody listens."""
        if self._socket is None and not self._dial():
            return
        assert self._socket is not None
        first = self.sent[self.connection]
        lines = [a_line(f"{self.connection}.{n}") for n in range(first, first + count)]
        try:
            self._socket.sendall(b"".join(lines))
            self.sent[self.connection] += count
        except OSError:
            self.sent[self.connection] += count  # some may have got there
            self.hang_up()

    def hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _dial(self) -> bool:
        try:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=5)
        except OSError:
            return False
        self.connection += 1
        self.sent[self.connection] = 0
        return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cmtel(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "cmtel", *words], capture_output=True, text=True, check=False,
        env=environment_in(folder), timeout=120,
    )  # fmt: skip


def pause(secs: float) -> None:
    """Let a real process run on for a while; the instants of the kills are drawn by the test."""
    time.sleep(secs)  # noqa: TID251  # real processes, real time


def prefixes(call_ids: Sequence[str]) -> dict[int, int]:
    """Return how many records each connection has; fails unless they are its first ones, once."""
    found: dict[int, list[int]] = {}
    for call_id in call_ids:
        connection, _, number = call_id.partition(".")
        found.setdefault(int(connection), []).append(int(number))
    for key, numbers in found.items():
        assert numbers == list(range(len(numbers))), f"connection {key}: {numbers[:50]}"
    return {connection: len(numbers) for connection, numbers in found.items()}
