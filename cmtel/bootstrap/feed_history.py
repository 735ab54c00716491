"""The history of a feed of the settings, for a backtest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_state.opening import open_beside_service
from cmtel.bootstrap.config import load_config
from cmtel.bootstrap.feed_tables import watched_table
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.notifier_feeds import TABLES, configured_feeds, site_zone
from cmtel.bootstrap.silence_settings import calendar_maker
from cmtel.errors import UsageError

if TYPE_CHECKING:
    from cmtel.config.model import Config
    from cmtel.config.notifier import Feed
    from cmtel.domain.silence.calendar import Calendar

#: So much of the past is replayed at most.
_MOST = timedelta(days=2 * 365)


class FeedPast(NamedTuple):
    """Epoch seconds of a feed's records, and how its silence is judged by the settings."""

    stamps: list[float]
    calendar: Calendar
    budget_per_month: float


def feed_history(config_path: str | None, name: str | None) -> FeedPast:
    """Return the last two years of a feed; None: of the first one.

    A table is read; of a file or a spool only what the notifier has seen is known.

    Raises:
        UsageError: There is no such feed.
        CmtelError: Settings, state or table cannot be read.
    """
    config = load_config(config_path)
    feed = _feed(config, name)
    clock = SystemClock()
    zone, now = site_zone(config), clock.now()
    silence = feed.silence or config.silence
    if feed.source in TABLES:
        table = watched_table(feed, config, zone)
        stamps = list(table.history(clock, now - _MOST, is_priced=False).stamps)
    else:
        stamps = _seen(feed.name, now - _MOST)
    budget = silence.false_alarms_per_month
    return FeedPast(sorted(stamps), calendar_maker(silence, zone)(now), budget)


def _feed(config: Config, name: str | None) -> Feed:
    feeds = configured_feeds(config)
    found = [feed for feed in feeds if name in (None, feed.name)]
    if not found:
        names = ", ".join(feed.name for feed in feeds)
        raise UsageError(f"There is no feed '{name}'.", hint=f"There are: {names}.")
    return found[0]


def _seen(name: str, since: datetime) -> list[float]:
    store = open_beside_service(state_folder())
    if store is None:
        return []
    try:
        gaps = store.residuals(name, since.astimezone(UTC))
    finally:
        store.close()
    return [gap.at.timestamp() for gap in gaps]
