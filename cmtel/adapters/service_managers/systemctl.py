"""Running systemctl: without a shell, within a time, its refusals as errors of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import NamedTuple

from cmtel.errors import AccessDenied, ServiceError

#: systemctl itself answers at once; what takes time is asked for with --no-block.
_TIMEOUT_SECS = 30
_DENIED = ("Access denied", "Permission denied", "Interactive authentication required")


class Answer(NamedTuple):
    """What a program said."""

    status: int
    out: str
    error: str


class Systemctl:
    """One systemd: the system's, or with ``is_user`` the calling user's own."""

    def __init__(self, *, is_user: bool = False) -> None:
        self._words = ["--user"] if is_user else []

    def ask(self, *words: str) -> Answer:
        """Run systemctl and return what it said, whatever that is.

        Raises:
            ServiceError: There is no systemd here, or it does not answer.
        """
        return run(["systemctl", *self._words, "--no-ask-password", *words])

    def do(self, *words: str) -> None:
        """Run systemctl to change something.

        Raises:
            AccessDenied: This user may not.
            ServiceError: It refused otherwise, in its words.
        """
        answer = self.ask(*words)
        if answer.status != 0:
            raise refusal(f"systemctl {' '.join(words)}", answer)

    def properties(self, unit: str, names: Sequence[str]) -> dict[str, str]:
        """Return properties of a unit by name; of a unit that is not there, systemd's defaults."""
        answer = self.ask("show", unit, f"--property={','.join(names)}")
        if answer.status != 0:
            raise refusal(f"systemctl show {unit}", answer)
        pairs = (line.partition("=") for line in answer.out.splitlines())
        return {name: value for name, _, value in pairs}


def run(words: Sequence[str]) -> Answer:
    """Run a program of the system, in English, its times in UTC.

    Raises:
        ServiceError: It is not installed, or does not answer in time.
    """
    program = shutil.which(words[0])
    if program is None:
        raise ServiceError(
            f"There is no {words[0]} on this machine.",
            hint="Services need systemd; without it run 'cmtel notifier run' under your own "
            "supervisor.",
        )
    plain = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
    environment = {**os.environ, **plain}
    try:
        done = subprocess.run(  # noqa: S603 - a program of the system, words of our own
            [program, *words[1:]], capture_output=True, text=True, errors="replace",
            timeout=_TIMEOUT_SECS, env=environment, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as exc:
        message = f"{words[0]} does not answer within {_TIMEOUT_SECS} s."
        raise ServiceError(message) from exc
    return Answer(done.returncode, done.stdout, done.stderr)


def refusal(what: str, answer: Answer) -> ServiceError | AccessDenied:
    """Return the error for a refusal, naming who asked for what."""
    told = " ".join(answer.error.split()) or f"exit status {answer.status}"
    if any(text in told for text in _DENIED):
        who = f"user {os.geteuid()}" if os.geteuid() else "root"
        return AccessDenied(
            f"The system refused '{what}' to {who}: {told}",
            hint="Run it as root, for example with sudo.",
        )
    return ServiceError(f"'{what}' failed: {told}")
