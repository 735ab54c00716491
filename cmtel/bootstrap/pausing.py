"""Pausing our services by what is kept in their state: systemd knows no pause."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.journal_pause_file import JournalPauseFile
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.notifier_state import notifier_process, opened_store
from cmtel.bootstrap.status_files import found_status
from cmtel.config.durations import parse_duration
from cmtel.domain.service_states import JOURNAL
from cmtel.errors import AccessDenied, ServiceNotRunning, ServiceTimeout, UsageError
from cmtel.services.journal_pause import DEFAULT_PAUSE, MAX_PAUSE, JournalPause

#: The delivering loop looks once a second, but for a batch that the database takes its time over.
PATIENCE_SECS = 15.0
_LOOK_EVERY_SECS = 0.1


class StoredPauses:
    """Implements ``Pausing`` of adapters/service_managers/systemd.py for both services."""

    def __init__(self, *, is_user: bool = False) -> None:
        self._is_user = is_user

    def is_paused(self, name: str) -> bool:
        """Tell whether the service says so in its status file, which everybody may read."""
        found = found_status(_job(name), SystemClock().now(), is_user=self._is_user)
        return bool(found and found.get("paused_until"))

    def pause(self, name: str, secs: int | None, reason: str, by: str) -> None:
        """Leave a pause for the service; None: for eight hours.

        Raises:
            AccessDenied, ServiceNotRunning, ServiceTimeout: It could not be left, or is not done.
        """
        self._refuse_strangers(name)
        if name == JOURNAL:
            keep_journal_pause(secs, reason, by)
            return
        from cmtel.services.notifier.asking import Asking

        clock = SystemClock()
        until = None if secs is None else clock.now() + timedelta(seconds=secs)
        with opened_store() as store:
            Asking(store, clock, notifier_process).pause(None, by, reason, until)

    def resume(self, name: str, by: str) -> None:
        """Take the pause away.

        Raises:
            AccessDenied, ServiceNotRunning, ServiceTimeout: It could not be, or is not done.
        """
        self._refuse_strangers(name)
        if name == JOURNAL:
            JournalPauseFile(state_folder()).forget()
            return
        from cmtel.services.notifier.asking import Asking

        with opened_store() as store:
            Asking(store, SystemClock(), notifier_process).resume(None, by)

    def _refuse_strangers(self, name: str) -> None:
        if not self._is_user:
            _refuse_strangers(_job(name))


def pause_journal(secs: int | None, reason: str, by: str) -> bool:
    """Pause the journal that runs here, as a service or in the foreground; False: it was so.

    Raises:
        UsageError: That is no time for a pause.
        AccessDenied: This user may not.
        ServiceNotRunning: No journal runs; the pause is kept, and holds when one does.
        ServiceTimeout: It runs, and did not pause in time.
    """
    _refuse_strangers("journal")
    was_paused = _is_paused()
    if was_paused and secs is None:
        return False
    keep_journal_pause(secs, reason, by)
    _wait_until(is_paused=True)
    return not was_paused


def resume_journal() -> bool:
    """Let the journal deliver again; False: it did already.

    Raises:
        AccessDenied: This user may not.
        ServiceNotRunning: No journal runs; none is paused when it does.
        ServiceTimeout: It runs, and did not go on in time.
    """
    _refuse_strangers("journal")
    was_paused = _is_paused()
    JournalPauseFile(state_folder()).forget()
    _wait_until(is_paused=False)
    return was_paused


def pause_secs(text: str | None) -> int | None:
    """Return how long ``--for`` is; None: it was not given.

    Raises:
        UsageError: It is no duration.
    """
    if text is None:
        return None
    secs = parse_duration(text)
    if not secs:
        raise UsageError(f"--for {text} is no duration.", hint="Give it like 30m, 2h or 3d.")
    return secs


def keep_journal_pause(secs: int | None, reason: str, by: str) -> None:
    """Leave a pause for the journal, wherever it runs.

    Raises:
        UsageError: It is longer than a pause may be.
        AccessDenied: This user may not.
    """
    lasts = DEFAULT_PAUSE if secs is None else timedelta(seconds=secs)
    if not timedelta(0) < lasts <= MAX_PAUSE:
        raise UsageError(
            f"A pause lasts {MAX_PAUSE.days} days at most.", hint="Give it like 30m, 2h or 3d."
        )
    until = SystemClock().now().replace(microsecond=0) + lasts
    JournalPauseFile(state_folder()).keep(JournalPause(until, reason, by))


def _job(service_name: str) -> str:
    return "journal" if service_name == JOURNAL else "notifier"


def _is_paused() -> bool:
    found = found_status("journal", SystemClock().now())
    return bool(found and found.get("paused_until"))


def _wait_until(*, is_paused: bool) -> None:
    clock = SystemClock()
    began_secs = clock.monotonic()
    word = "paused" if is_paused else "running"
    while True:
        found = found_status("journal", clock.now())
        if found is None:
            raise ServiceNotRunning(
                "The journal is not running; what was asked is kept, and holds when it does.",
                hint="'cmtel journal start' starts its service.",
            )
        if bool(found.get("paused_until")) is is_paused:
            return
        waited_secs = clock.monotonic() - began_secs
        if waited_secs >= PATIENCE_SECS or clock.wait(_LOOK_EVERY_SECS):
            raise ServiceTimeout(
                f"The journal (process {found['process_id']}) is not {word} after"
                f" {waited_secs:.0f} s; what was asked is kept.",
                wanted=word, seen="running" if is_paused else "paused", waited_secs=waited_secs,
            )  # fmt: skip


def _refuse_strangers(job: str) -> None:
    """This user's own folder is not where the system's service looks."""
    found = found_status(job, SystemClock().now())
    place = Path(str(found["state_folder"])) if found else state_folder()
    if place != state_folder() and not os.access(place, os.W_OK):
        raise AccessDenied(
            f"The state of the running {job} in {place} cannot be changed by this user.",
            hint="Run it as root, for example with sudo.",
        )
