"""The parts of a notifier put together: what is done at each check, and what at each tick."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_log.writer import NotifierLog
from cmtel.adapters.notifier_state.store import SqliteNotifierStore
from cmtel.adapters.sd_notify import SystemdNotify
from cmtel.adapters.status_file import StatusFile
from cmtel.adapters.system_log.nowhere import NoSystemLog
from cmtel.bootstrap.herald import Herald
from cmtel.bootstrap.notifier_assembly import Assembly
from cmtel.bootstrap.notifier_parts import NotifierParts
from cmtel.domain.mails.outbox import OutboxRow
from cmtel.services.notifier.delivery import DeliverySettings
from cmtel.services.notifier.outbox import OutboxSettings
from cmtel.services.notifier.servers import Servers
from cmtel.services.notifier.watch import WatchedFeed
from tests.notifier.world import (
    FEED,
    FixedJudge,
    MailServer,
    PlainRenderer,
    Source,
    World,
    WorldClock,
    some_rules,
)


@dataclass
class CountedFeeds:
    """One feed; counts how often it is asked to learn."""

    feed: WatchedFeed
    ticks: list[datetime] = field(default_factory=list)

    def watched(self) -> Sequence[WatchedFeed]:
        return [self.feed]

    def tick(self, now: datetime) -> bool:
        self.ticks.append(now)
        return False

    def close(self) -> None:
        pass


class NoResort:
    def resort(self, row: OutboxRow) -> None:
        raise AssertionError("no mail is sent here")


def test_feeds_learn_after_each_check_not_at_each_tick(tmp_path: Path) -> None:
    clock = SystemClock()
    with (
        closing(SqliteNotifierStore(tmp_path / "state.sqlite3")) as store,
        closing(NotifierLog(tmp_path / "log")) as log,
    ):
        source = Source(WorldClock(datetime(2025, 3, 1, 12, tzinfo=UTC)))
        feeds = CountedFeeds(WatchedFeed(FEED, source, FixedJudge(), some_rules(store)))
        server = MailServer("mail", World.__new__(World))
        parts = NotifierParts(
            3600, feeds, PlainRenderer(), Servers([server]), OutboxSettings("x.test"),
            DeliverySettings("cmtel@x.test"), NoResort(), NoSystemLog(),
        )  # fmt: skip
        herald = Herald(
            "notifier", clock, StatusFile(tmp_path, "notifier"), SystemdNotify({}), None
        )
        assembly = Assembly(parts, store, clock, log, herald)
        assembly.notifier.start()
        for _ in range(5):
            assembly.look_at_feeds()
            assembly.notifier.tick()
        assembly.look_at_feeds()
    assert len(feeds.ticks) == 1
