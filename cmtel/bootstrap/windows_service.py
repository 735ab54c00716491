"""``cmtel notifier service`` and ``journal service``: what Windows starts; nobody types it.

Windows waits 30 s for a service to answer. So only what it takes to answer is imported here; the
rest comes once Windows knows that the service is starting.
"""

from __future__ import annotations

import os
import sys
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel import __version__
from cmtel.adapters.clock import SystemClock
from cmtel.adapters.system_log.windows_event_log import WindowsEventLog
from cmtel.adapters.windows_host.dispatcher import serve
from cmtel.domain.service_states import JOURNAL, NOTIFIER
from cmtel.errors import CmtelError, ConfigError, ExitStatus, UsageError

if TYPE_CHECKING:
    from cmtel.adapters.notifier_state.store import SqliteNotifierStore
    from cmtel.adapters.windows_host.hosted import Work
    from cmtel.bootstrap.ingest_order import IngestOrder

#: Who asks for what is clicked in services.msc: Windows does not say who clicked.
_BY = "Windows"


def serve_job(job: str, config_path: str | None) -> int:
    """Do a job as a Windows service; return its exit status.

    Args:
        job: notifier or journal.

    Raises:
        UsageError: This is not Windows, or not started by its service control manager.
    """
    if sys.platform != "win32":
        raise UsageError(
            "This is how Windows runs cmtel's services.",
            hint=f"'cmtel {job} install' makes a service here, too.",
        )
    _give_streams()
    return serve(lambda name: _work(job, name, config_path))


def _work(job: str, name: str, config_path: str | None) -> Work:
    made = NotifierWork if job == "notifier" else JournalWork
    return made(name, config_path, WindowsEventLog())


class _ServiceWork(ABC):
    """What both jobs have in common; see ``Work`` of adapters/windows_host/hosted.py."""

    service = ""

    def __init__(self, name: str, config_path: str | None, events: WindowsEventLog) -> None:
        self._name = name
        self._config_path = config_path
        self._events = events
        self._clock = SystemClock()
        self._is_shutdown = False

    def prepare(self) -> bool:
        """Import and read what is needed; what goes wrong comes again in the run, and is told."""
        try:
            self._prepare()
        except Exception:  # noqa: BLE001 - see above
            return False
        return True

    def run(self) -> int:
        """Do the job; what is wrong with its settings stands in its log and the Event Log."""
        self._events.tell(f"{self._name}: cmtel {__version__} starts with {self._config_path}.")
        status = self._done(self._run)
        if status == ExitStatus.DONE:
            why = "Windows shuts down" if self._is_shutdown else "it was stopped"
            self._events.tell(f"{self._name} has ended: {why}.")
        return status

    @abstractmethod
    def _prepare(self) -> None:
        """Read the settings; what is wrong with them is raised."""

    @abstractmethod
    def _run(self) -> None:
        """Do the job until the clock is stopped."""

    def stop(self, *, is_shutdown: bool) -> None:
        """Stop the clock that all waits are on."""
        self._is_shutdown = is_shutdown
        self._clock.stop()

    def pause(self) -> None:
        """Leave a pause where an operator's is kept."""
        from cmtel.bootstrap.pausing import StoredPauses

        self._try(lambda: StoredPauses().pause(self.service, None, "", _BY))

    def resume(self) -> None:
        """Take the pause away."""
        from cmtel.bootstrap.pausing import StoredPauses

        self._try(lambda: StoredPauses().resume(self.service, _BY))

    def _done(self, run: Callable[[], None]) -> int:
        try:
            run()
        except CmtelError as error:
            self._events.error(f"{self._name} has ended: {_in_full(error)}")
            return error.exit_status
        except Exception:  # noqa: BLE001 - the last line: what comes here is a defect
            self._events.error(f"{self._name} has ended by a defect:\n{traceback.format_exc()}")
            return ExitStatus.FAILURE
        return ExitStatus.DONE

    def _try(self, ask: Callable[[], None]) -> None:
        try:
            ask()
        except CmtelError as error:
            self._events.error(f"{self._name}: {_in_full(error)}")


class NotifierWork(_ServiceWork):
    """The notifier as a service."""

    service = NOTIFIER
    _store: SqliteNotifierStore | None = None

    def _prepare(self) -> None:
        import cmtel.bootstrap.notifier_service  # noqa: F401 - the slow part
        from cmtel.bootstrap.notifier_settings import load_notifier_config

        load_notifier_config(self._config_path)

    def _run(self) -> None:
        from cmtel.adapters.restart_note import RestartNote
        from cmtel.bootstrap.folders import state_folder
        from cmtel.bootstrap.notifier_service import run_notifier
        from cmtel.bootstrap.notifier_settings import NotifierOrder

        note = RestartNote(state_folder())
        run_notifier(
            NotifierOrder(self._config_path),
            self._clock,
            lambda: not self._is_shutdown and not note.holds(self._clock.now()),
        )

    def is_paused(self) -> bool:
        """Tell whether every feed is paused; used by one thread."""
        from cmtel.adapters.notifier_state.opening import open_beside_service
        from cmtel.bootstrap.folders import state_folder
        from cmtel.services.notifier.asking import states_of

        with suppress(CmtelError):  # a state that cannot be read: the notifier itself says so
            if self._store is None:
                self._store = open_beside_service(state_folder())
            states = states_of(self._store, None) if self._store is not None else []
            return bool(states) and all(state.pause is not None for state in states)
        return False


class JournalWork(_ServiceWork):
    """``journal ingest`` as a service, by the sources of the settings file."""

    service = JOURNAL
    _order: IngestOrder | None = None

    def _prepare(self) -> None:
        from cmtel.bootstrap.journal_log import log_to_file

        log_to_file(self._config_path)
        self._order = self._read_order()

    def _run(self) -> None:
        from cmtel.bootstrap.journal_log import logger
        from cmtel.bootstrap.journal_service import open_journal_service

        try:
            order = self._order or self._read_order()
            with open_journal_service(order, self._clock, self._config_path) as opened:
                opened.ingest.run()
        except CmtelError as error:
            logger.error("%s", _in_full(error))
            raise

    def is_paused(self) -> bool:
        """Tell whether a pause of the journal is kept."""
        from cmtel.adapters.journal_pause_file import JournalPauseFile
        from cmtel.bootstrap.folders import state_folder

        with suppress(CmtelError):  # a pause that cannot be read is none
            return JournalPauseFile(state_folder()).current(self._clock.now()) is not None
        return False

    def _read_order(self) -> IngestOrder:
        from cmtel.bootstrap.orders import IngestWords, ingest_order

        return ingest_order(IngestWords(), None, self._config_path, is_once=False)


def _give_streams() -> None:
    """A service has no console: what a library prints there goes nowhere, instead of failing."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _in_full(error: CmtelError) -> str:
    problems = error.problems if isinstance(error, ConfigError) else ()
    return " ".join([error.message, *problems, *([error.hint] if error.hint else [])])
