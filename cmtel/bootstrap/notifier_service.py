"""``cmtel notifier run``: the log, the settings, the state, and the notifier over them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from cmtel import __version__
from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_log.writer import NotifierLog
from cmtel.adapters.notifier_state.opening import open_for_service, process_holding
from cmtel.adapters.restart_note import RestartNote
from cmtel.adapters.sd_notify import SystemdNotify
from cmtel.adapters.service_managers.systemd_stop import is_lasting_stop
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.herald import Herald
from cmtel.bootstrap.notifier_assembly import Assembly
from cmtel.bootstrap.notifier_parts import make_parts
from cmtel.bootstrap.notifier_settings import (
    NotifierOrder,
    ReloadableParts,
    begin_log,
    load_notifier_config,
)
from cmtel.bootstrap.status_files import own_status_file
from cmtel.domain.incidents.actions import FieldValue, Level, Log
from cmtel.domain.service_states import NOTIFIER
from cmtel.errors import CmtelError, ConfigError
from cmtel.services.notifier.reloading import Reloading
from cmtel.services.notifier.service import NotifierService


def run_notifier(
    order: NotifierOrder, clock: SystemClock, is_operators_stop: Callable[[], bool] | None = None
) -> None:
    """Run the notifier in this thread until ``clock`` is stopped.

    The log is begun before all else, so that it says what is wrong with the rest; but not by a
    second notifier, which would put the log of the first one aside.

    Args:
        is_operators_stop: Whether the stop that came is meant to last; None: systemd is asked.
            A restart that cmtel itself announced never is.

    Raises:
        ConfigError: The settings cannot be used; every reason is named, in the log too.
        SpoolError: Another notifier runs, or the state cannot be used.
    """
    _refuse_a_second(order.state_folder or state_folder())
    log = begin_log(order)
    log.write(clock.now(), _entry(Level.INFO, "START", version=__version__, pid=os.getpid()))
    lasts = partial(_is_lasting_stop, order, clock, is_operators_stop or _by_systemd)
    try:
        with opened_notifier(order, clock, log, lasts) as service:
            service.run()
    except CmtelError as exc:
        _tell_failure(log, exc, clock)
        raise
    finally:
        log.write(clock.now(), _entry(Level.INFO, "END"))
        log.close()


def _refuse_a_second(folder: Path) -> None:
    if process_holding(folder) is not None:
        open_for_service(folder).close()  # says who has it; or he has ended meanwhile


@contextmanager
def opened_notifier(
    order: NotifierOrder,
    clock: SystemClock,
    log: NotifierLog,
    is_operators_stop: Callable[[], bool],
) -> Iterator[NotifierService]:
    """Make everything that the notifier needs, and close it at the end.

    Raises:
        ConfigError, SpoolError: As :func:`run_notifier` does.
    """
    load_notifier_config(order.config_path)
    opened = open_for_service(order.state_folder or state_folder())
    try:
        settings = ReloadableParts(
            order.config_path, lambda config: make_parts(config, opened.store, clock, log)
        )
        version = settings.version()
        herald = Herald(
            "notifier", clock, own_status_file("notifier"), SystemdNotify(), order.config_path
        )
        assembly = Assembly(settings.load(), opened.store, clock, log, herald)
        reloading = Reloading(
            settings, assembly.exchange, assembly.warn_admins, clock, log, version
        )
        if opened.moved_aside is not None:
            _tell_moved_aside(opened.moved_aside, assembly, clock)
        _restart_note(order).forget()
        yield assembly.service(reloading.look, is_operators_stop)
        herald.stopping()
        assembly.close()
    finally:
        opened.close()


def _is_lasting_stop(
    order: NotifierOrder, clock: SystemClock, is_operators_stop: Callable[[], bool]
) -> bool:
    """Row 15: those who are mailed of a stop are not to be mailed of a restart or a shutdown."""
    return not _restart_note(order).holds(clock.now()) and is_operators_stop()


def _by_systemd() -> bool:
    return sys.platform == "win32" or is_lasting_stop(f"{NOTIFIER}.service", os.environ)


def _restart_note(order: NotifierOrder) -> RestartNote:
    return RestartNote(order.state_folder or state_folder())


def _tell_moved_aside(path: Path, assembly: Assembly, clock: SystemClock) -> None:
    """The state was damaged: nothing of it is known any more, and somebody has to know that."""
    why = f"The notifier's state was damaged; it is kept as {path}, and a new one was begun."
    assembly.logs.write(clock.now(), _entry(Level.ERROR, "STATE", error=why))
    assembly.logs.error(why)
    assembly.warn_admins(why)


def _tell_failure(log: NotifierLog, error: CmtelError, clock: SystemClock) -> None:
    log.write(clock.now(), _entry(Level.ERROR, "FAILED", error=error.message, hint=error.hint))
    problems = error.problems if isinstance(error, ConfigError) else ()
    for problem in problems:
        log.write(clock.now(), _entry(Level.ERROR, "CONFIG", error=problem))


def _entry(level: Level, topic: str, **fields: FieldValue) -> Log:
    return Log(level, topic, tuple((name, value) for name, value in fields.items() if value))
