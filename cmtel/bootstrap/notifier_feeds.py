"""From the settings to the feeds that the notifier watches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from cmtel.bootstrap.feed_tables import watched_table
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.silence_settings import calendar_maker, incident_rules, policy_of
from cmtel.domain.incidents.actions import Level, Log
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions
from cmtel.services.notifier.feed_set import FeedPlan, FeedSet
from cmtel.services.notifier.feeds.facts import FeedFacts, IndexCheck
from cmtel.services.notifier.feeds.table_feed import PartFeed

if TYPE_CHECKING:
    from datetime import datetime

    from cmtel.config.model import Config
    from cmtel.config.notifier import Feed
    from cmtel.domain.incidents.rules import IncidentRules
    from cmtel.services.notifier.feed_set import FeedHistory, LearningStore
    from cmtel.services.notifier.ports import EventLog, FeedReader
    from cmtel.services.notifier.watch import WatchedFeed
    from cmtel.services.ports import Clock

#: The feed that is watched if the settings name none: the journal of the file.
DEFAULT_FEED = "Main"
#: The sources that are tables.
TABLES = frozenset({"journal", "database"})


def make_feed_set(
    config: Config, store: LearningStore, clock: Clock, log: EventLog
) -> FeedSet:  # fmt: skip
    """Return all feeds of the settings, to be closed by the caller. Nothing is connected yet.

    ``FeedSet.tick`` is to be called after each check: it learns in the background, and says when
    the feeds that are to be watched have changed (``Notifier.reconfigure``).

    Raises:
        ConfigError, AccessDenied, UsageError: Settings that cannot work: no database, a
            password that cannot be had, a country without holidays, a file that is not there.
        SpoolError: The store cannot be read.
    """
    zone = site_zone(config)
    rules = incident_rules(config, store.namespace)
    plans = [_plan(feed, config, zone, rules, clock, log) for feed in configured_feeds(config)]
    return FeedSet(plans, store, clock.now(), log)


def make_feeds(
    config: Config, store: LearningStore, clock: Clock, log: EventLog
) -> list[WatchedFeed]:  # fmt: skip
    """Return what is watched by the settings now, without anything being learned meanwhile."""
    return make_feed_set(config, store, clock, log).watched()


def configured_feeds(config: Config) -> tuple[Feed, ...]:
    """Return the feeds of the settings; without any, the journal."""
    from cmtel.config.notifier import Feed

    return tuple(config.feeds) or (Feed(name=DEFAULT_FEED),)


def site_zone(config: Config) -> ZoneInfo:
    """Return the zone of the site, or of this machine.

    Raises:
        ConfigError: Neither is known.
    """
    from cmtel.adapters.local_zone import local_zone

    return config.time_zone or local_zone()


def spool_folder(config: Config) -> Path:
    """Return where the journal's spool lies by the settings."""
    return config.journal.spool.folder or state_folder() / "spool"


def _plan(
    feed: Feed, config: Config, zone: ZoneInfo, rules: IncidentRules, clock: Clock, log: EventLog
) -> FeedPlan:
    silence = feed.silence or config.silence
    if feed.source in TABLES:
        read = _read_table(feed, config, zone, clock, log)
    else:
        read = _no_table(feed, config, zone, clock)
    return FeedPlan(
        feed.name,
        read.reader,
        rules,
        policy_of(silence, config.check.every_secs, feed.ingest_delay_secs),
        calendar_maker(silence, zone),
        read.history,
        read.part,
        feed.split or "",
        read.note_priced,
        feed.batch_secs,
        timedelta(seconds=feed.max_lag_secs),
        read.facts,
    )


class _Reading(NamedTuple):
    """How a feed is read: see FeedPlan."""

    reader: FeedReader
    facts: Callable[[], FeedFacts]
    history: Callable[[datetime, bool], FeedHistory] | None = None
    part: Callable[[str], FeedReader] | None = None
    note_priced: Callable[[], None] = lambda: None


def _no_table(feed: Feed, config: Config, zone: ZoneInfo, clock: Clock) -> _Reading:
    if feed.source == "spool":
        from cmtel.adapters.spool.glance import SpoolGlance
        from cmtel.services.notifier.feeds.spool_feed import SpoolFeed

        folder = spool_folder(config)
        facts = FeedFacts(f"spool in {folder}", IndexCheck(None, ""))
        names = (feed.only or {}).get("source")
        return _Reading(SpoolFeed(SpoolGlance(folder), names), lambda: facts)
    from cmtel.adapters.sources.file_feed import FileFeed

    form = registry.get(feed.format) if feed.format is not None else None
    calls = "every line" if form is None else f"calls of format {form.name}"
    facts = FeedFacts(f"file {feed.path}", IndexCheck(None, ""), calls=calls)
    shows_lines = config.journal.privacy is None  # mails would have the numbers in them
    reader = FileFeed(
        feed.path or Path(), clock, form, DecodeOptions(zone), shows_lines=shows_lines
    )
    return _Reading(reader, lambda: facts)


def _read_table(
    feed: Feed, config: Config, zone: ZoneInfo, clock: Clock, log: EventLog
) -> _Reading:  # fmt: skip
    table = watched_table(feed, config, zone)
    source = table.open(clock, _teller(feed.name, clock, log))

    def note_priced() -> None:
        source.is_priced = True

    def read_history(since: datetime, is_priced: bool) -> FeedHistory:
        return table.history(clock, since, is_priced=is_priced)

    split = feed.split
    read_part = None if split is None else lambda value: PartFeed(source, (split, value))
    return _Reading(
        PartFeed(source), lambda: table.facts(is_priced=source.is_priced), read_history, read_part,
        note_priced,
    )  # fmt: skip


def _teller(name: str, clock: Clock, log: EventLog) -> Callable[[str], None]:
    def tell(reason: str) -> None:
        log.write(clock.now(), Log(Level.WARNING, "CURSOR", (("feed", name), ("reason", reason))))

    return tell
