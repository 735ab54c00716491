"""A hosted service, without Windows: what it reports when, and what orders come to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from cmtel.adapters.windows_host.hosted import (
    ACCEPTED,
    CONTINUE,
    CONTINUE_PENDING,
    INTERROGATE,
    PAUSE,
    PAUSE_PENDING,
    PAUSED,
    PRESHUTDOWN,
    RUNNING,
    SHUTDOWN,
    START_PENDING,
    STOP,
    STOP_PENDING,
    STOPPED,
    HostedService,
    Report,
)

#: So short that a hundred of them are no wait.
BEAT_SECS = 0.002
_TIMEOUT_SECS = 20


class FakeWork:
    """Work that ends when it is told to; ``is_sound``: whether it can begin at all."""

    def __init__(self, *, is_sound: bool = True, exit_status: int = 0) -> None:
        self.is_sound = is_sound
        self.exit_status = exit_status
        self.may_begin = threading.Event()
        self.may_begin.set()
        self.stopped = threading.Event()
        self.is_shutdown: bool | None = None
        self.pause_counts = True
        self._is_paused = False

    def prepare(self) -> bool:
        self.may_begin.wait(_TIMEOUT_SECS)
        return self.is_sound

    def run(self) -> int:
        if self.is_sound:
            self.stopped.wait(_TIMEOUT_SECS)
        return self.exit_status

    def stop(self, *, is_shutdown: bool) -> None:
        self.is_shutdown = is_shutdown
        self.stopped.set()

    def pause(self) -> None:
        self._is_paused = self.pause_counts

    def resume(self) -> None:
        self._is_paused = False

    def is_paused(self) -> bool:
        return self._is_paused


class Host:
    """A hosted service that runs in a thread, and the reports that came of it."""

    def __init__(self, work: FakeWork) -> None:
        self.reports: list[Report] = []
        self._changed = threading.Condition()
        self.service = HostedService(work, self._take, beat_secs=BEAT_SECS)

    def wait_for(self, is_so: Callable[[list[Report]], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: is_so(self.reports), _TIMEOUT_SECS), self.reports

    def wait_for_state(self, state: int) -> None:
        self.wait_for(lambda reports: bool(reports) and reports[-1].state == state)

    def states(self) -> list[int]:
        """The states in order, repeats taken together."""
        seen = [report.state for report in self.reports]
        return seen[:1] + [after for before, after in pairwise(seen) if before != after]

    def _take(self, report: Report) -> None:
        with self._changed:
            self.reports.append(report)
            self._changed.notify_all()


@contextmanager
def hosting(work: FakeWork) -> Iterator[Host]:
    host = Host(work)
    thread = threading.Thread(target=host.service.run)
    thread.start()
    try:
        yield host
    finally:
        work.may_begin.set()
        work.stopped.set()
        thread.join(_TIMEOUT_SECS)


def test_from_start_to_stop() -> None:
    work = FakeWork()
    with hosting(work) as host:
        host.wait_for_state(RUNNING)
        host.service.control(STOP)
        host.wait_for_state(STOPPED)

    assert host.states() == [START_PENDING, RUNNING, STOP_PENDING, STOPPED]
    assert host.reports[-1] == Report(STOPPED, 0, 0, 0, 0, 0)
    assert next(r for r in host.reports if r.state == RUNNING).accepted == ACCEPTED
    assert work.is_shutdown is False


def test_the_start_is_reported_before_anything_is_done_and_again_while_it_takes_time() -> None:
    work = FakeWork()
    work.may_begin.clear()
    with hosting(work) as host:
        host.wait_for(lambda reports: len(reports) > 5)
        assert host.states() == [START_PENDING]
        assert [report.checkpoint for report in host.reports[:5]] == [1, 2, 3, 4, 5]
        assert {report.accepted for report in host.reports} == {0}
        work.may_begin.set()
        host.wait_for_state(RUNNING)


def test_a_start_that_takes_too_long_is_a_start_all_the_same() -> None:
    work = FakeWork()
    work.may_begin.clear()
    with hosting(work) as host:
        host.wait_for_state(RUNNING)


def test_what_cannot_begin_never_ran_and_its_status_is_told() -> None:
    with hosting(FakeWork(is_sound=False, exit_status=6)) as host:
        host.wait_for_state(STOPPED)

    assert host.states() == [START_PENDING, STOPPED]
    assert host.reports[-1] == Report(STOPPED, 0, 1066, 6, 0, 0)


def test_work_that_breaks_off_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(FakeWork):
        def run(self) -> int:
            raise RuntimeError

    monkeypatch.setattr(threading, "excepthook", lambda _: None)  # it would fail this test
    with hosting(Broken()) as host:
        host.wait_for_state(STOPPED)

    assert host.reports[-1].service_exit_code == 1


@pytest.mark.parametrize("order", [SHUTDOWN, PRESHUTDOWN])
def test_a_shutdown_of_the_machine_is_nobodys_stop(order: int) -> None:
    work = FakeWork()
    with hosting(work) as host:
        host.wait_for_state(RUNNING)
        host.service.control(order)
        host.wait_for_state(STOPPED)

    assert work.is_shutdown is True


def test_a_pause_and_its_end() -> None:
    with hosting(FakeWork()) as host:
        host.wait_for_state(RUNNING)
        host.service.control(PAUSE)
        host.wait_for_state(PAUSED)
        host.service.control(CONTINUE)
        host.wait_for_state(RUNNING)

    states = host.states()
    assert states[:6] == [START_PENDING, RUNNING, PAUSE_PENDING, PAUSED, CONTINUE_PENDING, RUNNING]


def test_a_pause_that_ends_by_itself_is_reported() -> None:
    work = FakeWork()
    with hosting(work) as host:
        host.wait_for_state(RUNNING)
        work.pause()
        host.wait_for_state(PAUSED)
        work.resume()
        host.wait_for_state(RUNNING)

    assert PAUSE_PENDING not in host.states()


def test_a_pause_that_comes_to_nothing_is_not_reported_as_one() -> None:
    work = FakeWork()
    work.pause_counts = False
    with hosting(work) as host:
        host.wait_for_state(RUNNING)
        host.service.control(PAUSE)
        host.wait_for_state(PAUSE_PENDING)
        host.wait_for_state(RUNNING)

    assert PAUSED not in host.states()


def test_a_paused_service_that_is_asked_says_paused() -> None:
    with hosting(FakeWork()) as host:
        host.wait_for_state(RUNNING)
        host.service.control(PAUSE)
        host.wait_for_state(PAUSED)
        count = len(host.reports)
        host.service.control(INTERROGATE)
        host.wait_for(lambda reports: len(reports) > count)

    assert host.reports[count] == host.reports[count - 1]
    assert host.reports[count].state == PAUSED
    assert host.reports[count].accepted == ACCEPTED


def test_a_stop_while_pausing_stops() -> None:
    work = FakeWork()
    work.pause_counts = False
    with hosting(work) as host:
        host.wait_for_state(RUNNING)
        host.service.control(PAUSE)
        host.service.control(STOP)
        host.wait_for_state(STOPPED)


def test_work_that_does_not_end_is_left_behind_with_growing_checkpoints() -> None:
    class Deaf(FakeWork):
        def stop(self, *, is_shutdown: bool) -> None:
            del is_shutdown

    with hosting(Deaf()) as host:
        host.wait_for_state(RUNNING)
        host.service.control(STOP)
        host.wait_for_state(STOPPED)

    checkpoints = [report.checkpoint for report in host.reports if report.state == STOP_PENDING]
    assert checkpoints == list(range(1, len(checkpoints) + 1))
    assert len(checkpoints) > 10
    assert host.reports[-1].service_exit_code == 7
