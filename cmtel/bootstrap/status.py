"""Everything that ``cmtel status`` shows, from wherever this user may read it.

Spools and the notifier's state are read themselves where this user may, which is exact; else what
the services tell in their status files, which is seconds old.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.config import load_config, locate_config
from cmtel.bootstrap.notifier_check import describe_notifier
from cmtel.bootstrap.services import Job, control
from cmtel.bootstrap.spools import describe_spools
from cmtel.bootstrap.status_files import found_status, last_status
from cmtel.bootstrap.way import describe_ways
from cmtel.domain.service_states import ServiceStatus
from cmtel.errors import AccessDenied, CmtelError
from cmtel.services.status import Found, status_document


def status_now(
    spools: Sequence[Path], config_path: str | None, *, is_checking: bool
) -> dict[str, Any]:
    """Return the document of ``cmtel status``.

    Args:
        spools: Only these; empty: all that were used here.
        is_checking: The settings are looked at, too, which takes longer than all the rest.

    Raises:
        SpoolError: A spool that was named is none.
    """
    now = SystemClock().now()
    services = [control(job).status() for job in (Job.NOTIFIER, Job.JOURNAL)]
    notifier = _notifier(now)
    config_file = config_path or _bound_file(services) or _usual_file()
    found = Found(
        services,
        _spools(spools, now),
        notifier,
        describe_ways(spools, notifier, config_file),
        found_status("journal", now),
        config_file,
        _config_problem(config_file) if is_checking and config_file else None,
    )
    return status_document(found, now)


def _spools(folders: Sequence[Path], now: datetime) -> list[dict[str, Any]]:
    exact = describe_spools(folders)
    if folders:
        return exact
    told = last_status("journal") or {}
    known = {spool["folder"] for spool in exact}
    is_living = found_status("journal", now) is not None
    return [
        *exact,
        *(
            {**spool, "process_id": spool["process_id"] if is_living else None}
            for spool in told.get("spools", ())
            if spool["folder"] not in known
        ),
    ]


def _notifier(now: datetime) -> dict[str, Any] | None:
    """Of the one that runs, else of the one that this user can read, else of the last one."""
    exact = describe_notifier()
    is_readable = exact is not None and "error" not in exact
    if exact is not None and is_readable and exact["process_id"]:
        return exact
    living = found_status("notifier", now)
    if living is not None:
        return dict(living["notifier"])
    last = last_status("notifier")
    if is_readable or last is None:
        return exact
    return {**last["notifier"], "process_id": None}


def _bound_file(services: Sequence[ServiceStatus]) -> str | None:
    """The file that the services use, as the system or they themselves say."""
    told = (last_status(job.value) or {} for job in Job)
    files = [*(each.config_file for each in services), *(each.get("config_file") for each in told)]
    return next((file for file in files if file), None)


def _usual_file() -> str | None:
    path = locate_config(None)
    return str(path) if path is not None else None


def _config_problem(path: str) -> str | None:
    """None, too, where this user may not read the file: the service says what is wrong with it."""
    try:
        load_config(path)
    except AccessDenied:
        return None
    except CmtelError as error:
        return error.message
    return None
