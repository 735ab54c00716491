"""The loop: wake-ups, missed checks, requests, settings, removed feeds, the digest, first sight."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from cmtel.domain.incidents.actions import Level
from cmtel.domain.incidents.states import State
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.outbox import MailState
from cmtel.errors import SpoolError
from cmtel.services.notifier.arrivals import clock_warning, live_arrivals, past_arrivals
from cmtel.services.notifier.changes import Request
from cmtel.services.notifier.digest import Digest, DigestSettings, queue_notice
from cmtel.services.notifier.outbox import Outbox, OutboxSettings
from cmtel.services.notifier.ports import NewRecord
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import ANNA, BOB, CEO, CHECK_SECS, VIENNA, PlainRenderer, World

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_world(is_started: bool = True) -> World:
    world = World(MemoryNotifierStore(), START)
    if is_started:
        world.source.add()
        world.start()
    return world


def state(world: World) -> State:
    return world.notifier.watches[0].state.state


def kinds(world: World, to: str = ANNA) -> list[str]:
    return [kind for _, _, kind, recipient in world.delivered if recipient == to]


def test_a_stall_is_seen_when_it_is_one_not_at_the_next_check() -> None:
    world = a_world()
    world.run(1)
    world.source.add()
    world.run(2 * 3600)

    first = next(at for at, _, kind, _ in world.delivered if kind == "FIRST")
    # Seen at the check of 12:05; overdue half an hour later, and confirmed after 30 s.
    assert first == START + timedelta(minutes=35, seconds=30)


def test_checks_that_were_missed_collapse_into_one() -> None:
    world = a_world()
    world.run(1)
    world.clock.advance(20 * CHECK_SECS)
    world.source.add()
    reads = Counter[str]()
    read = world.source.read

    def counting(cursor: str | None) -> object:
        reads["n"] += 1
        return read(cursor)

    world.source.read = counting  # type: ignore[method-assign, assignment]
    wait = world.notifier.tick()

    assert reads["n"] == 1
    assert wait > 200


def test_a_feed_that_was_dead_before_the_first_look_is_noticed() -> None:
    world = a_world(is_started=False)
    world.source.add()
    world.clock.advance(5 * 3600)
    world.start()
    world.run(40)

    assert kinds(world) == ["FIRST"]


def test_an_empty_feed_is_silent_since_the_first_look() -> None:
    world = a_world(is_started=False)
    world.start()
    world.run(25 * 60)
    early = kinds(world)
    world.run(6 * 60)

    assert (early, kinds(world)) == ([], ["FIRST"])


def test_a_request_that_makes_no_sense_is_logged_and_done_with() -> None:
    world = a_world()
    world.store.add_request(Request("pause", "Nowhere", {"by": BOB}))
    world.store.add_request(Request("downtime-add", None, {"by": BOB, "until": "tomorrow"}))
    world.store.add_request(Request("dance", None, {}))
    world.run(1)

    assert world.store.requests() == []
    assert [entry.topic for _, entry in world.lines].count("REQUEST") == 3


def test_a_pause_stops_reading_and_its_stall_is_closed_on_resume() -> None:
    world = a_world()
    world.run(32 * 60)
    world.ask("pause")
    world.run(60)
    world.source.failure = "restored from backup just now"
    world.run(2 * 3600)
    world.source.failure = ""
    world.source.add(5)
    world.run(600)
    world.ask("resume")
    world.run(60)

    assert kinds(world) == ["FIRST", "PAUSED", "RECOVERED"]
    assert state(world) is State.OK


def test_settings_that_change_are_judged_by_at_once() -> None:
    world = a_world()
    world.run(40 * 60)
    world.rules = replace(world.rules, recipients=(BOB, CEO))
    world.notifier.reconfigure([world.feed()])
    world.run(1)

    assert kinds(world)[-1] == "REMOVED"
    assert kinds(world, CEO) == ["JOINING"]


def test_a_feed_that_is_gone_from_the_settings_is_closed_even_over_a_restart() -> None:
    world = a_world()
    world.run(40 * 60)
    other = replace(world.feed(), name="Other")
    world.feed = lambda: other  # type: ignore[method-assign]
    world.start()
    world.run(1)

    assert kinds(world)[-1] == "REMOVED"
    assert world.store.feeds() == ["Other"]


def test_a_judge_that_cannot_judge_makes_blind_not_stalled() -> None:
    world = a_world()
    world.run(600)

    def fail(*_: object) -> None:
        raise KeyError("Europe/Vienna")

    world.judge.judge = fail  # type: ignore[method-assign, assignment]
    world.run(2 * 3600)

    assert state(world) is State.BLIND
    assert kinds(world, "admin@x.test") == ["BLIND"]
    assert kinds(world) == []


def test_the_digest_comes_once_a_day_but_not_on_the_first() -> None:
    world = a_world()
    outbox = Outbox(world.store, PlainRenderer(), OutboxSettings("host.test"))
    digest = Digest(world.store, outbox, DigestSettings((ANNA,), VIENNA, time(8)))
    watches = world.notifier.watches
    world.run(60)
    morning = datetime(2025, 3, 2, 7, 0, tzinfo=UTC)
    looks = [
        digest.look(at, watches)
        for at in (START, morning - SECOND, morning, morning + SECOND, morning + timedelta(days=1))
    ]

    assert looks == [False, False, True, False, True]
    rows = [row for row in world.store.open_rows() if row.kind is MailKind.DIGEST]
    assert len(rows) == 2
    assert ("Main.state", "ok") in rows[0].facts.lines


def test_administrators_are_told_of_trouble_with_the_notifier_itself() -> None:
    world = a_world()
    outbox = Outbox(world.store, PlainRenderer(), OutboxSettings("host.test"))
    queue_notice(world.store, outbox, ("admin@x.test",), "The state was damaged.", START)

    (row,) = world.store.open_rows()
    assert (row.kind, row.facts.why) == (MailKind.NOTICE, "The state was damaged.")
    assert row.state is MailState.QUEUED


def record(secs: float) -> NewRecord:
    return NewRecord(START + secs * SECOND)


def test_a_batch_is_one_arrival() -> None:
    batch = [record(0), record(0), record(1.5), record(30), record(31), record(90)]

    assert live_arrivals(batch, START, 2) == (START, START, START)
    assert live_arrivals([NewRecord(None)] * 9, START, 2) == (START,)
    assert live_arrivals([], START, 2) == ()


def test_arrivals_of_a_time_without_looks_are_clamped_to_it() -> None:
    now = START + 600 * SECOND
    records = [record(9999), record(-500), record(100), NewRecord(None)]

    assert past_arrivals(records, START, now, 2) == (START, START + 100 * SECOND, now)
    assert past_arrivals(records, None, now, 2)[0] == START - 500 * SECOND


def test_records_from_the_future_or_the_past_are_warned_of() -> None:
    day = timedelta(days=1)

    assert clock_warning([record(0)], START, day) is None
    assert clock_warning([record(301)], START, day) == ("future", 301 * SECOND)
    assert clock_warning([record(-90_000)], START, day) == ("lag", 90_000 * SECOND)
    assert clock_warning([NewRecord(None)], START, day) is None


def test_both_loops_run_until_they_are_stopped_and_what_is_queued_still_goes_out() -> None:
    world = a_world()
    world.clock.waits_left = 20
    world.notifier.run()
    queued = [row.kind for row in world.store.open_rows()]
    world.clock.waits_left = 0
    world.delivery.run()

    assert MailKind.FIRST in queued
    assert kinds(world)[0] == "FIRST"
    assert world.store.open_rows() == []


def test_a_state_that_cannot_be_written_does_not_end_the_loop() -> None:
    world = a_world()
    world.run(60)

    def refuse(_: object) -> None:
        raise SpoolError("The disk is full.")

    world.on_commit = refuse
    world.run(40 * 60)
    world.on_commit = lambda _: None
    world.run(10 * 60)

    assert kinds(world)[0] == "FIRST"
    assert any(entry.topic == "STATE" and entry.level is Level.ERROR for _, entry in world.lines)


def test_a_state_that_cannot_be_written_is_not_tried_all_the_time() -> None:
    world = a_world()
    world.run(60)
    before = len(world.lines)

    def refuse(_: object) -> None:
        raise SpoolError("The disk is full.")

    world.on_commit = refuse
    world.run(40 * 60)

    told = [entry for _, entry in world.lines[before:] if entry.topic == "STATE"]
    # Something is due for 36 of the 40 minutes: a try each ten seconds.
    assert 8 <= len(told) <= 250
