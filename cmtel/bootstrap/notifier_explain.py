"""The feeds of the settings, looked at now: for ``notifier feeds`` and ``notifier explain``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_state.opening import open_beside_service
from cmtel.bootstrap.config import load_config
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.notifier_feeds import make_feed_set, site_zone
from cmtel.domain.incidents.actions import Log
from cmtel.errors import UsageError

if TYPE_CHECKING:
    from cmtel.services.notifier.explain import Explanation


class Explained(NamedTuple):
    """What was found, when, and the site's zone."""

    feeds: list[Explanation]
    now: datetime
    zone: ZoneInfo


class _Silent:
    """An event log for those who only look."""

    def write(self, at: datetime, entry: Log) -> None:
        """Keep nothing: the service's log is the service's."""


def explain_feeds(config_path: str | None, feed: str | None = None) -> Explained:
    """Return how each feed and part stands now, or those whose name is, or begins with, ``feed``.

    What the service has not learned yet is learned for this answer only.

    Raises:
        UsageError: There is no such feed.
        ConfigError, AccessDenied, SpoolError: Settings or state cannot be read.
    """
    from cmtel.services.notifier.explain import BesideService, explain

    config = load_config(config_path)
    clock = SystemClock()
    now = clock.now()
    store = open_beside_service(state_folder())
    try:
        beside = BesideService(store)
        feeds = make_feed_set(config, beside, clock, _Silent())
        try:
            feeds.learn(now)
            found = explain(feeds, beside, now)
        finally:
            feeds.close()
    finally:
        if store is not None:
            store.close()
    wanted = [each for each in found if feed is None or _is_named(each.feed, feed)]
    if not wanted:
        names = ", ".join(each.feed for each in found)
        raise UsageError(f"There is no feed '{feed}'.", hint=f"There are: {names}.")
    return Explained(wanted, now, site_zone(config))


def _is_named(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(f"{wanted}/")
