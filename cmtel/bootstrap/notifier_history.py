"""From the words of ``notifier history`` to what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.notifier_state import opened_store, site_zone
from cmtel.bootstrap.since import since
from cmtel.services.notifier.asking import states_of
from cmtel.services.notifier.changes import HistoryEvent, PastIncident

#: How far it looks back if nobody says otherwise.
DEFAULT_SPAN = timedelta(days=30)


class History(NamedTuple):
    """What happened, oldest first, when it was asked for, and the site's time zone."""

    incidents: Sequence[PastIncident]
    events: Sequence[HistoryEvent]
    now: datetime
    zone: tzinfo | None


def history(
    config_path: str | None, feed: str | None, since_text: str | None, count: int
) -> History:
    """Return the last ``count`` incidents and the last ``count`` events.

    Raises:
        ServiceNotRunning: The notifier has never run here.
        UsageError: A word is not understood, or nothing is known of such a feed.
        ConfigError, AccessDenied, SpoolError: Settings or state cannot be read.
    """
    now, zone = SystemClock().now(), site_zone(config_path)
    start = since(since_text, zone, now) or now - DEFAULT_SPAN
    with opened_store() as store:
        incidents = store.incidents_since(start, feed)
        events = store.history(start, feed)
        if not incidents and not events:
            states_of(store, feed)  # a feed that was removed has a history, and no state
    return History(incidents[-count:], events[-count:], now, zone)
