"""From settings to what is watched: readers, rules, calendar, and what was learned."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from cmtel.bootstrap.notifier_feeds import make_feed_set
from cmtel.config.kinds import Known
from cmtel.config.load import load
from cmtel.config.model import Config
from cmtel.config.parse import parse
from cmtel.domain.incidents.actions import Log
from cmtel.domain.incidents.rules import Escalation
from cmtel.domain.silence.calendar import Calendar
from cmtel.errors import CmtelError, ConfigError, UsageError
from cmtel.services.notifier.changes import Changes
from cmtel.services.notifier.feed_set import FeedSet
from cmtel.services.notifier.learning import LearningJudge
from cmtel.services.notifier.ports import NotifierStore
from tests.fakes_clock import FakeClock
from tests.notifier.memory_store import MemoryNotifierStore
from tests.unit.domain.silence.fitting.traffic import VIENNA, poisson

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
RECIPIENTS = (
    '<Recipients list="default"><To>a@x.test</To></Recipients>'
    '<Recipients list="bosses"><To>b@x.test</To></Recipients>'
    '<Recipients list="admins"><To>c@x.test</To></Recipients>'
)


class Lines:
    """A log that is kept."""

    def __init__(self) -> None:
        self.entries: list[Log] = []

    def write(self, at: datetime, entry: Log) -> None:
        self.entries.append(entry)


class World:
    """Settings, a store, a clock, and a SQLite file with a table of tickets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.clock.advance((NOW - self.clock.now()).total_seconds())
        self.store = MemoryNotifierStore()
        self.log = Lines()
        self.made: list[FeedSet] = []
        self.path = folder / "hotel.db"

    def fill(self, stamps: Sequence[float], lines: Sequence[str] = ("1",)) -> None:
        with sqlite3.connect(self.path) as db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS calls (nr INTEGER PRIMARY KEY, at TEXT, line TEXT)"
            )
            rows = [
                (f"{datetime.fromtimestamp(s, VIENNA):%Y-%m-%d %H:%M:%S}", lines[i % len(lines)])
                for i, s in enumerate(sorted(stamps))
            ]
            db.executemany("INSERT INTO calls (at, line) VALUES (?, ?)", rows)
        db.close()

    def config(self, feed: str = "", more: str = "") -> Config:
        source = f'source="database" connection="sqlite:///{self.path}" table="calls"'
        feed = f'timeColumn="at" {feed}'
        text = (
            '<CmTelNotifier version="1" timeZone="Europe/Vienna">'
            f'<Feed name="Main" {source} {feed}/>{more}</CmTelNotifier>'
        )
        return parse(load(text.encode(), "test.xml"), Known(self.folder))

    def feeds(self, feed: str = "", more: str = "") -> FeedSet:
        store = cast("NotifierStore", self.store)
        made = make_feed_set(self.config(feed, more), store, self.clock, self.log)
        self.made.append(made)
        return made

    def calendar(self, more: str) -> Calendar:
        judge = self.feeds("", more).judge("Main")
        assert judge is not None
        return judge.calendar


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    for feeds in made.made:
        feeds.close()


def judge_of(feeds: FeedSet, name: str = "Main") -> LearningJudge:
    judge = feeds.judge(name)
    assert judge is not None
    return judge


def past(rate_per_day: float, weeks: int, seed: int = 1) -> list[float]:
    """Return office traffic of some weeks that end now."""
    stamps = poisson(rate_per_day, weeks * 7 + 7, seed)
    shift = round((NOW.timestamp() - max(stamps)) / (7 * 86_400)) * 7 * 86_400
    return [
        s + shift
        for s in stamps
        if NOW.timestamp() - weeks * 7 * 86_400 < s + shift < NOW.timestamp()
    ]


def test_the_whole_feed_learns_from_its_table_and_is_watched(world: World) -> None:
    world.fill(past(120, 12))
    feeds = world.feeds()
    assert judge_of(feeds).judge(NOW, NOW, ()).is_learning

    feeds.learn(NOW)

    judgement = judge_of(feeds).judge(NOW + timedelta(hours=4), NOW, ())
    assert not judgement.is_learning
    assert judgement.limit is not None
    assert judgement.silence == "overdue"
    (watched,) = feeds.watched()
    assert [r.event_utc is not None for r in watched.reader.read(None).records] == [True]


def test_what_was_learned_is_kept_over_a_restart(world: World) -> None:
    world.fill(past(120, 12))
    world.feeds().learn(NOW)
    world.path.unlink()

    again = judge_of(world.feeds())

    assert again.learned is not None
    assert again.learned.limit is not None
    assert again.rule == judge_of(world.made[0]).rule


def test_little_history_is_learning_with_the_fallback(world: World) -> None:
    world.fill(past(120, 2))
    feeds = world.feeds("", '<Silence fallback="12h"/>')

    feeds.learn(NOW)

    judgement = judge_of(feeds).judge(NOW, NOW, ())
    assert judgement.is_learning
    assert judgement.alarm_at == NOW + timedelta(hours=12)


def test_a_table_that_cannot_be_read_stops_nothing_and_is_learned_later(world: World) -> None:
    feeds = world.feeds()
    feeds.learn(NOW)
    with pytest.raises(CmtelError):
        feeds.watched()[0].reader.read(None)
    feeds.tick(NOW)
    feeds.close()
    feeds.tick(NOW)  # it is tried again, and told once
    feeds.close()
    assert [entry.topic for entry in world.log.entries] == ["LEARN"]

    world.fill(past(120, 12))
    feeds.learn(NOW)

    assert not judge_of(feeds).judge(NOW, NOW, ()).is_learning
    assert feeds.watched()[0].reader.read(None).records


def test_the_parts_of_a_feed_share_the_budget_with_it(world: World) -> None:
    world.fill(past(240, 12), lines=("1", "2", "3"))
    world.fill([NOW.timestamp() - 60.0 * i for i in range(5)], lines=("9",))
    feeds = world.feeds('split="line"', '<Silence falseAlarmsPerMonth="2"/>')

    feeds.learn(NOW)

    names = [feed.name for feed in feeds.watched()]
    assert names == ["Main", "Main/line=1", "Main/line=2", "Main/line=3"]
    learned = judge_of(feeds, "Main/line=2").learned
    assert learned is not None
    assert learned.budget_per_month == 2 / 4
    assert feeds.parts("Main")["9"].startswith("too little traffic: 5 calls")
    assert feeds.tick(NOW)  # the feeds that are watched have changed
    assert not feeds.tick(NOW)
    assert [feed.name for feed in world.feeds('split="line"').watched()] == names


def test_a_part_that_is_silent_for_two_weeks_is_given_up(world: World) -> None:
    stamps = past(240, 12)
    gone = [s for s in stamps if s < NOW.timestamp() - 15 * 86_400]
    world.fill(stamps, lines=("1",))
    world.fill(gone, lines=("2",))
    feeds = world.feeds('split="line"')

    feeds.learn(NOW)

    assert [feed.name for feed in feeds.watched()] == ["Main", "Main/line=1"]
    assert feeds.parts("Main")["2"] == "given up: no call for two weeks"


def test_the_times_of_the_settings_become_rules(world: World) -> None:
    more = (
        '<Check every="10m" confirm="3"/><Repeat every="10m,1h">'
        '<Escalate after="2h" list="bosses"/></Repeat>'
        '<Recover records="5"/><Blind list="admins"/>'
    )
    rules = world.feeds("", more + RECIPIENTS).watched()[0].rules

    assert rules.recipients == ("a@x.test",)
    assert rules.blind_recipients == ("c@x.test",)
    assert rules.escalations == (Escalation("bosses", ("b@x.test",), None, 7200),)
    assert (rules.check_secs, rules.confirm, rules.recover_records) == (600, 3, 5)
    assert rules.repeats == (600, 3600)
    assert (rules.recover_hold_secs, rules.blind_grace_secs) == (600, 1800)


@pytest.mark.parametrize(
    ("silence", "minutes"),
    [
        ('mode="fixed" after="45m"', 45),
        ('mode="fixed" after="3h" ceiling="90m"', 90),
        ('mode="fixed" after="3h" ceiling="90m" useCeiling="false"', 180),
        ('mode="expected" fallback="7h"', 420),
        ('mode="expected" fallback="7h" ceiling="1h"', 420),
    ],
)
def test_silence_is_too_long_after(world: World, silence: str, minutes: int) -> None:
    judge = judge_of(world.feeds("", f"<Silence {silence}/>"))

    assert judge.judge(NOW, NOW, ()).alarm_at == NOW + timedelta(minutes=minutes)


def test_mode_schedule_has_a_time_for_each_window(world: World) -> None:
    windows = (
        '<Silence mode="schedule" after="2h"><Open days="Mon-Fri" from="08:00" to="12:00"/>'
        '<Open days="Mon-Fri" from="13:00" to="17:00" after="30m"/></Silence>'
    )
    judge = judge_of(world.feeds("", windows))
    monday = datetime(2026, 6, 15, tzinfo=VIENNA)

    eight, one = monday + timedelta(hours=8), monday + timedelta(hours=13)
    assert judge.judge(eight, eight, ()).alarm_at == eight + timedelta(hours=2)
    assert judge.judge(one, one, ()).alarm_at == one + timedelta(minutes=30)
    assert judge.judge(monday, monday, ()).silence == "closed"


def test_closed_days_and_holidays_are_in_the_calendar(world: World) -> None:
    (world.folder / "own.txt").write_text("# ours\n2026-08-01  # fair\n\n", "utf-8")
    closed = world.calendar(
        '<Silence><Closed date="2026-12-24" until="2026-12-26"/><Holidays file="own.txt"/>'
        '<Holidays country="DE" subdivision="BY"/></Silence>'
    ).closed_dates

    for day in ("2026-12-24", "2026-12-25", "2026-12-26", "2026-08-01", "2027-10-03", "2026-06-04"):
        assert date.fromisoformat(day) in closed
    assert date(2026, 12, 27) not in closed


def test_holidays_that_there_are_not_are_an_error_at_the_start(world: World) -> None:
    with pytest.raises(UsageError, match="XX"):
        world.feeds("", '<Silence><Holidays country="XX"/></Silence>')
    (world.folder / "own.txt").write_text("2026-13-01\nsoon\n", "utf-8")
    with pytest.raises(ConfigError) as raised:
        world.feeds("", '<Silence><Holidays file="own.txt"/></Silence>')
    assert len(raised.value.problems) == 2


def test_own_outages_are_not_learned(world: World) -> None:
    """A feed that was dead for two days is judged as if those days had not been."""
    outage = [NOW - timedelta(days=9), NOW - timedelta(days=7)]
    stamps = past(120, 12)
    alive = [s for s in stamps if not outage[0].timestamp() <= s < outage[1].timestamp()]
    world.fill(alive)
    feeds = world.feeds()

    feeds.learn(NOW)

    learned = judge_of(feeds).learned
    assert learned is not None
    assert learned.ceiling_secs < 3 * 86_400


def test_a_damaged_profile_is_learned_anew(world: World) -> None:
    world.fill(past(120, 12))
    for text in (
        "no JSON",
        json.dumps({"fitted_at": 0}),
        json.dumps({"calls": [1], "fitted_at": 1}),
    ):
        cast("NotifierStore", world.store).commit(Changes(profiles={"Main": text}))
        feeds = world.feeds()
        assert judge_of(feeds).learned is None
    feeds.learn(NOW)
    assert judge_of(feeds).learned is not None


def test_learning_runs_beside_the_evaluation(world: World) -> None:
    world.fill(past(120, 12))
    feeds = world.feeds()

    feeds.tick(NOW)
    feeds.close()  # waits for the round that has begun

    assert not judge_of(feeds).judge(NOW, NOW, ()).is_learning
    feeds.tick(NOW)
    assert [entry.topic for entry in world.log.entries] == ["LEARN"]
    fitted = judge_of(feeds).learned
    feeds.tick(NOW + timedelta(days=6))
    feeds.close()
    assert judge_of(feeds).learned is fitted
    feeds.tick(NOW + timedelta(days=8))  # a week later it is fitted anew
    feeds.close()
    assert judge_of(feeds).learned is not fitted
