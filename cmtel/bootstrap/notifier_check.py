"""The notifier, looked at from outside: for ``notifier check`` and ``status``."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_state.opening import open_beside_service
from cmtel.bootstrap.config import load_config_or_defaults
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.notifier_state import notifier_process, opened_store
from cmtel.errors import CmtelError

if TYPE_CHECKING:
    from cmtel.services.notifier.check import Checked


class Looked(NamedTuple):
    """The answer, when it was given, and the site's time zone."""

    answer: Checked
    now: datetime
    zone: tzinfo | None


def check_notifier(config_path: str | None, feed: str | None) -> Looked:
    """Return how the notifier stands, by what the running service found last.

    Where no service runs, the answer is how the last one left it, with exit status 3.

    Raises:
        ServiceNotRunning: The notifier has never run here.
        UsageError: There is no such feed.
        ConfigError, AccessDenied, SpoolError: Settings or state cannot be read.
    """
    from cmtel.services.notifier.check import checked

    config = load_config_or_defaults(config_path)
    now = SystemClock().now()
    with opened_store() as store:
        answer = checked(store, now, notifier_process(), config.check.every_secs, feed)
    return Looked(answer, now, config.time_zone)


def describe_notifier() -> dict[str, Any] | None:
    """Return the notifier for ``status``; None if it has never run here.

    What keeps it from being looked at is in the document, so that the rest is shown all the same.
    """
    from cmtel.services.notifier.check import notifier_document

    try:
        store = open_beside_service(state_folder())
        if store is None:
            return None
        try:
            return notifier_document(store, SystemClock().now(), notifier_process())
        finally:
            store.close()
    except CmtelError as exc:
        return {"error": exc.message}
