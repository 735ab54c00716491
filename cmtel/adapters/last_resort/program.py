"""A program of the operator's that gets the mail on its standard input.

No shell, no words from the mail on the command line: what the mail is about stands in
CMTEL_KIND, CMTEL_TO and CMTEL_INCIDENT. Input and output are files, so that neither a program
that does not read nor one that leaves others running holds cmtel up beyond the time-out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from cmtel.domain.incidents.actions import Level, Log
from cmtel.domain.mails.outbox import OutboxRow
from cmtel.services.notifier.ports import EventLog
from cmtel.services.ports import Clock

#: After that the program, and what it started, is ended.
TIMEOUT_SECS = 30.0
#: So much of what the program said last is logged.
_MAX_SAID_BYTES = 300


class Program:
    """Starts the program for each mail; implements LastResort."""

    def __init__(
        self, path: Path, log: EventLog, clock: Clock, timeout_secs: float = TIMEOUT_SECS
    ) -> None:
        self._path = path
        self._log = log
        self._clock = clock
        self._timeout_secs = timeout_secs

    def resort(self, row: OutboxRow) -> None:
        """Run the program; what it ends with is logged."""
        try:
            with tempfile.TemporaryFile() as mail, tempfile.TemporaryFile() as said:
                mail.write(row.message)
                mail.seek(0)
                problem = self._run(row, mail, said)
        except (OSError, ValueError) as exc:
            problem = str(exc)
        fields = (("command", str(self._path)), ("id", row.message_id))
        if problem:
            entry = Log(Level.ERROR, "RESORT", (*fields, ("error", problem)))
        else:
            entry = Log(Level.WARNING, "RESORT", fields)
        self._log.write(self._clock.now(), entry)

    def _run(self, row: OutboxRow, mail: IO[bytes], said: IO[bytes]) -> str:
        """Return what went wrong; empty: nothing."""
        about = {
            "CMTEL_KIND": row.kind.value,
            "CMTEL_TO": row.recipient,
            "CMTEL_INCIDENT": row.incident_id,
        }
        process = subprocess.Popen(  # noqa: S603 - the operator's own program, without a shell
            [str(self._path)],
            stdin=mail,
            stdout=said,
            stderr=said,
            env={**os.environ, **about},
            start_new_session=True,
        )
        try:
            status = process.wait(self._timeout_secs)
        except subprocess.TimeoutExpired:
            _end(process)
            return f"ended after {self._timeout_secs:g} s"
        return "" if status == 0 else f"exit status {status} {_last_words(said)}".strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the program, on POSIX with all that it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_words(said: IO[bytes]) -> str:
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - _MAX_SAID_BYTES))
    return " ".join(said.read().decode("utf-8", "replace").split())
