"""What operators ask of a running notifier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cmtel.errors import CmtelError, ServiceNotRunning, ServiceTimeout, UsageError
from cmtel.services.notifier.asking import Asking
from cmtel.services.notifier.changes import Request
from cmtel.services.notifier.requests import event_of
from tests.fakes_clock import FakeClock
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import BOB, World

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Office:
    """A notifier, and an operator beside it; each wait of the operator lets the notifier tick."""

    def __init__(self, *, minutes: float = 1, is_running: bool = True, is_busy: bool = False):
        self.world = World(MemoryNotifierStore(), START)
        self.world.source.add()
        self.world.start()
        self.world.run(minutes * 60)
        self.is_running = is_running
        self.clock = FakeClock(lambda _: None if is_busy else self.world.run(1))
        self.clock.advance((self.world.clock.wall - self.clock.now()).total_seconds())
        self.asking = Asking(
            self.world.store, self.clock, lambda: 42 if self.is_running else None
        )  # fmt: skip

    @property
    def requests(self) -> list[str]:
        return [request.verb for request in self.world.store.requests()]


def test_a_stall_is_acknowledged_once() -> None:
    office = Office(minutes=40)
    first = office.asking.ack(None, BOB, "cable")
    again = office.asking.ack("Main", "zoe", "")

    assert [answer.is_changed for answer in first + again] == [True, False]
    assert again[0].state.stall is not None
    assert again[0].state.stall.ack is not None
    assert (again[0].state.stall.ack.by, again[0].state.stall.ack.reason) == (BOB, "cable")


def test_an_acknowledgement_is_taken_back_once() -> None:
    office = Office(minutes=40)
    office.asking.ack(None, BOB, "")
    answers = office.asking.unack(None, BOB) + office.asking.unack(None, BOB)

    assert [answer.is_changed for answer in answers] == [True, False]
    assert answers[0].state.stall is not None
    assert answers[0].state.stall.ack is None


def test_without_a_stall_there_is_nothing_to_acknowledge() -> None:
    with pytest.raises(CmtelError, match="Nothing is stalled") as caught:
        Office().asking.ack(None, BOB, "")

    assert caught.value.hint


def test_a_pause_lasts_eight_hours_and_can_be_set_anew() -> None:
    office = Office()
    now = office.clock.now()
    first = office.asking.pause(None, BOB, "vacuum", None)
    again = office.asking.pause(None, BOB, "", None)
    longer = office.asking.pause(None, BOB, "", now + 20 * HOUR)
    same = office.asking.pause(None, BOB, "", now + 20 * HOUR)

    pauses = [answer.state.pause for answer in first + again + longer + same]
    assert [pause and pause.until - now for pause in pauses] == [
        8 * HOUR, 8 * HOUR, 20 * HOUR, 20 * HOUR
    ]  # fmt: skip
    changed = [answer.is_changed for answer in first + again + longer + same]
    assert changed == [True, False, True, False]


def test_what_is_paused_is_resumed_once() -> None:
    office = Office()
    office.asking.pause(None, BOB, "", None)
    answers = office.asking.resume(None, BOB) + office.asking.resume(None, BOB)

    assert [(a.is_changed, a.state.pause) for a in answers] == [(True, None), (False, None)]


def test_work_is_announced_once_and_called_off_by_its_id() -> None:
    office = Office()
    span = (START + HOUR, START + 2 * HOUR)
    added = office.asking.add_downtime(None, BOB, "cable", span)
    again = office.asking.add_downtime("Main", BOB, "", span)
    (work,) = added[0].state.downtimes
    removed = office.asking.remove_downtime(None, BOB, work.id)

    assert (work.starts_at, work.ends_at, work.reason) == (*span, "cable")
    assert [a.is_changed for a in added + again + removed] == [True, False, True]
    office.world.run(60)
    with pytest.raises(CmtelError, match="There is no downtime"):
        office.asking.remove_downtime(None, BOB, work.id)


def test_a_feed_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="no feed 'Trunk'") as caught:
        Office().asking.pause("Trunk", BOB, "", None)

    assert caught.value.hint == "There are Main."


def test_without_a_service_the_request_is_kept_and_done_at_the_next_start() -> None:
    office = Office(is_running=False)

    with pytest.raises(ServiceNotRunning, match="is kept"):
        office.asking.pause(None, BOB, "", None)
    assert office.requests == ["pause"]
    assert office.clock.waits_secs == []
    office.world.run(1)
    state = office.world.store.feed("Main")[0]
    assert state is not None
    assert state.pause is not None


def test_what_is_so_already_needs_no_service() -> None:
    office = Office(is_running=False)

    assert [answer.is_changed for answer in office.asking.resume(None, BOB)] == [False]
    assert office.requests == []


def test_what_waits_undone_is_not_taken_for_what_is_so() -> None:
    """A pause that was left for the next start, and then called off: the order is kept."""
    office = Office(is_running=False)
    with pytest.raises(ServiceNotRunning):
        office.asking.pause(None, BOB, "", None)
    with pytest.raises(ServiceNotRunning):
        office.asking.resume(None, BOB)
    waiting = office.requests
    office.world.run(1)
    state = office.world.store.feed("Main")[0]

    assert waiting == ["pause", "resume"]
    assert state is not None
    assert state.pause is None


def test_a_service_that_is_busy_is_waited_for_so_long() -> None:
    office = Office(is_busy=True)

    with pytest.raises(ServiceTimeout, match="process 42") as caught:
        office.asking.pause(None, BOB, "", None)
    assert 10 <= caught.value.waited_secs < 11
    assert office.requests == ["pause"]


@pytest.mark.parametrize("verb", ["pause", "downtime-add"])
def test_what_is_over_by_the_time_it_is_found_is_dropped(verb: str) -> None:
    store = MemoryNotifierStore()
    told = {"by": BOB, "until": START.isoformat()}
    request = Request(verb, "Main", told)

    assert event_of(request, START, store.namespace) is None
    assert event_of(request, START - HOUR, store.namespace) is not None
