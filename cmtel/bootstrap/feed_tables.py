"""From a feed's settings to the table that it is read from."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cmtel.domain.table_names import parse_table_name
from cmtel.errors import ConfigError
from cmtel.services.notifier.feed_set import FeedHistory
from cmtel.services.notifier.feeds.facts import FeedFacts
from cmtel.services.notifier.feeds.spec import Calls, TableSpec
from cmtel.services.notifier.feeds.table_feed import TableFeed

if TYPE_CHECKING:
    from cmtel.adapters.database.feed_rows import SqlRows
    from cmtel.config.model import Config
    from cmtel.config.notifier import Feed
    from cmtel.services.ports import Clock


@dataclass(frozen=True, slots=True)
class WatchedTable:
    """A table that a feed is read from, with the login."""

    feed: Feed
    spec: TableSpec
    calls: Calls
    url: str
    user: str | None
    password: str | None

    def rows(self) -> SqlRows:
        """Return its records, by a connection of their own; nothing is connected yet."""
        from cmtel.adapters.database.feed_rows import SqlRows
        from cmtel.adapters.database.watching import WatchingConnection

        connection = WatchingConnection(self.url, user=self.user, password=self.password)
        return SqlRows(connection, self.spec)

    def open(self, clock: Clock, tell: Callable[[str], None] = lambda _: None) -> TableFeed:
        """Return it as a feed."""
        return TableFeed(self.rows(), clock, self.calls, self.feed.only, tell)

    def history(self, clock: Clock, since: datetime, *, is_priced: bool) -> FeedHistory:
        """Read what came since an instant, by a connection of its own.

        Raises:
            CmtelError: It cannot be read now.
        """
        feed = self.open(clock)
        feed.is_priced = is_priced
        stamps = array("d")
        parts: dict[str, array[float]] = defaultdict(lambda: array("d"))
        try:
            for row in feed.history(round(since.timestamp() * 1000)):
                if row.event_utc is not None and row.event_utc >= since:
                    stamps.append(row.event_utc.timestamp())
                    if self.feed.split is not None:
                        parts[row.parts.get(self.feed.split, "")].append(stamps[-1])
        finally:
            feed.close()
        return FeedHistory(stamps, parts, bool(feed.is_priced))

    def facts(self, *, is_priced: bool | None) -> FeedFacts:
        """Return how it is read, by a connection of its own.

        Raises:
            CmtelError: It cannot be looked at now.
        """
        from cmtel.adapters.database.connect import describe_target
        from cmtel.adapters.database.feed_facts import check_index

        rows = self.rows()
        try:
            shape = rows.shape
            return FeedFacts(
                f"{self.spec.label} in {describe_target(self.url)}",
                check_index(rows),
                shape.key,
                shape.time or "",
                describe_calls(self.calls, self.feed.only or {}, is_priced=is_priced),
            )
        finally:
            rows.close()


def describe_calls(
    calls: Calls, only: Mapping[str, frozenset[str]], *, is_priced: bool | None
) -> str:  # fmt: skip
    """Return which records count, for people; ``is_priced``: what auto has found, None: nothing."""
    words = {"all": "all records", "outgoing": "outgoing calls", "priced": "priced records"}
    found = "priced outgoing calls" if is_priced else "all calls (none have a charge)"
    if is_priced is None:
        found = "priced outgoing calls, or all where none have a charge"
    limits = [f"{name} {' or '.join(sorted(values))}" for name, values in only.items()]
    return ", ".join([words.get(calls, found), *limits])


def watched_table(feed: Feed, config: Config, zone: ZoneInfo) -> WatchedTable:
    """Return the table of a feed of source journal or database.

    Raises:
        ConfigError, AccessDenied: The password cannot be had; no database is named.
    """
    return _journal(feed, config, zone) if feed.source == "journal" else _other(feed, config, zone)


def _journal(feed: Feed, config: Config, zone: ZoneInfo) -> WatchedTable:
    from cmtel.bootstrap.journal import resolve_readable

    target = resolve_readable(None, None, (), config)
    names = {column.type.name: column.name for column in target.columns}
    direction = _named(names, "Cmtel_Direction", "Journal_In_Out")
    known = {
        "trunk": _named(names, "Cmtel_Line"),
        "class": (*direction, *_named(names, "Cmtel_E164", "Journal_Rufnummer")),
    }
    wanted = _part_names(feed)
    parts = {name: known.get(name, (names.get(name, name),)) for name in wanted}
    spec = TableSpec(
        zone,
        target.table,
        key_columns=_named(names, "ID"),
        time_columns=_named(
            names, "Cmtel_StartedUTC", "Journal_ZeitpunktNumerisch", "Journal_Zeitpunkt"
        ),
        utc_columns=frozenset(_named(names, "Cmtel_StartedUTC")),
        charge_columns=_named(names, "Cmtel_Charge", "Journal_Gebühren"),
        part_columns={**parts, "direction": direction},
        required_parts=wanted,
        is_journal=True,
    )
    return WatchedTable(feed, spec, feed.calls, target.url or "", target.user, target.password)


def _other(feed: Feed, config: Config, zone: ZoneInfo) -> WatchedTable:
    wanted = _part_names(feed)
    query = feed.query.strip() if feed.query is not None else None
    name = feed.table
    if query is not None and len(query.split()) == 1:
        name, query = query, None  # the name of a view or table is a query, too
    spec = TableSpec(
        zone,
        parse_table_name(name) if name is not None else None,
        query,
        _given(feed.key_column),
        _given(feed.time_column),
        charge_columns=_given(feed.charge_column),
        part_columns={each: (each,) for each in wanted},
        required_parts=wanted,
    )
    calls: Calls = "priced" if feed.charge_column is not None else "all"
    return WatchedTable(feed, spec, calls, *_login(feed, config))


def _login(feed: Feed, config: Config) -> tuple[str, str | None, str | None]:
    """The feed's own where it has a connection; of Database what it does not give."""
    from cmtel.bootstrap.config import resolve_password

    database = config.database
    if database is None and feed.connection is None:
        raise ConfigError(
            f"Feed {feed.name} names no database.", hint="Give Feed/@connection, or a Database."
        )
    own = resolve_password(feed.password, feed.secret_ref)
    user, secret = feed.user, own
    if database is not None and feed.connection is None:
        user = user or database.user
        secret = own or resolve_password(database.password, database.secret_ref)
    url = feed.connection or (database.url if database is not None else "")
    return url, user, secret.reveal() if secret is not None else None


def _part_names(feed: Feed) -> frozenset[str]:
    return frozenset([*(feed.only or {}), *([feed.split] if feed.split is not None else [])])


def _named(names: dict[str, str], *types: str) -> tuple[str, ...]:
    return tuple(names[each] for each in types if each in names)


def _given(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)
