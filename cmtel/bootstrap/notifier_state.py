"""The notifier's state, opened beside a running service: for requests, history and status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from typing import TYPE_CHECKING

from cmtel.adapters.notifier_state.opening import open_beside_service, process_holding
from cmtel.bootstrap.config import load_config_or_defaults, locate_config
from cmtel.bootstrap.folders import state_folder
from cmtel.errors import ServiceNotRunning

if TYPE_CHECKING:
    from cmtel.adapters.notifier_state.store import SqliteNotifierStore


@contextmanager
def opened_store() -> Iterator[SqliteNotifierStore]:
    """Open the state, and close it.

    Raises:
        ServiceNotRunning: There is none: the notifier has never run here.
        AccessDenied, SpoolError: It cannot be read.
    """
    store = open_beside_service(state_folder())
    if store is None:
        raise ServiceNotRunning(
            f"The notifier has not run here yet: there is no state in {state_folder()}.",
            hint="'cmtel notifier run' starts it here.",
        )
    try:
        yield store
    finally:
        store.close()


def notifier_process() -> int | None:
    """Return the process of the running notifier, or None.

    Raises:
        SpoolError: This user may not read its lock.
    """
    return process_holding(state_folder())


def site_zone(config_path: str | None) -> tzinfo | None:
    """Return the site's time zone by the settings; None: the machine's.

    Raises:
        ConfigError: The settings cannot be read.
    """
    if locate_config(config_path) is None:
        return None  # reading settings takes longer than all the rest
    return load_config_or_defaults(config_path).time_zone
