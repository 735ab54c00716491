"""The notifier, looked at from outside: for ``notifier check`` and ``status``."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_state.opening import open_beside_service
from cmtel.adapters.notifier_state.store import SqliteNotifierStore
from cmtel.bootstrap.config import load_config, load_config_or_defaults, locate_config
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.notifier_state import notifier_process, opened_store
from cmtel.errors import CmtelError, UsageError

if TYPE_CHECKING:
    from cmtel.config.model import Config
    from cmtel.domain.incidents.actions import Log
    from cmtel.services.notifier.check import Checked


logger = logging.getLogger(__name__)


class Looked(NamedTuple):
    """The answer, who looked, when, and the site's time zone."""

    answer: Checked
    is_own_look: bool
    now: datetime
    zone: tzinfo | None


class _Told:
    """What a feed tells the log is told the person here; CmTelNotifier.log is the service's."""

    def write(self, at: datetime, entry: Log) -> None:
        logger.log(entry.level, "%s %s", entry.topic, entry.fields)


def check_notifier(config_path: str | None, feed: str | None) -> Looked:
    """Return how the notifier stands, by what the running service found last.

    Where no service runs the feeds of the settings are looked at once; without settings the
    answer is how the last service left it, with exit status 3.

    Raises:
        ServiceNotRunning: There are no settings, and the notifier has never run here.
        UsageError: There is no such feed.
        ConfigError, AccessDenied, SpoolError: Settings or state cannot be read.
    """
    process_id = notifier_process()
    if process_id is None and locate_config(config_path) is not None:
        return _look_once(load_config(config_path), feed)
    from cmtel.services.notifier.check import checked

    config = load_config_or_defaults(config_path)
    now = SystemClock().now()
    with opened_store() as store:
        answer = checked(store, now, process_id, config.check.every_secs, feed)
    return Looked(answer, False, now, config.time_zone)


def _look_once(config: Config, name: str | None) -> Looked:
    from cmtel.bootstrap.notifier_feeds import make_feed_set
    from cmtel.services.notifier.check import checked_once
    from cmtel.services.notifier.single_look import look_once

    clock = SystemClock()
    now = clock.now()
    # Where it never ran there is no state yet, and a look is no reason to make one.
    store = open_beside_service(state_folder()) or SqliteNotifierStore(Path(":memory:"))
    with closing(store), closing(make_feed_set(config, store, clock, _Told())) as feeds:
        watched = [feed for feed in feeds.watched() if name in (None, feed.name)]
        if not watched:
            known = ", ".join(feed.name for feed in feeds.watched())
            raise UsageError(f"There is no feed {name!r}.", hint=f"There are {known}.")
        states = [look_once(feed, store, now) for feed in watched]
        answer = checked_once(states, store, now)
    return Looked(answer, True, now, config.time_zone)


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
