"""The two loops of the service: faults inside, and the order of a stop."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.domain.incidents.actions import Log
from cmtel.errors import SpoolError
from cmtel.services.notifier.service import AFTER_FAULT_SECS, NotifierService
from tests.fakes_clock import FakeClock


class Entries:
    """An event log in memory."""

    def __init__(self) -> None:
        self.entries: list[Log] = []

    def write(self, at: datetime, entry: Log) -> None:
        self.entries.append(entry)

    def errors(self) -> list[str]:
        return [str(dict(entry.fields)["error"]) for entry in self.entries]


class Evaluation:
    """In place of a Notifier: fails as it is told, and notes what was asked of it."""

    def __init__(self, steps: list[str], faults: list[Exception] | None = None) -> None:
        self.steps = steps
        self.faults = faults or []

    def start(self) -> None:
        self.steps.append("start")

    def stop(self, *, is_by_operator: bool) -> None:
        self.steps.append(f"stop {is_by_operator}")

    def tick(self) -> float:
        self.steps.append("tick")
        if self.faults:
            raise self.faults.pop(0)
        return 1.0


class Sending:
    """In place of a Delivery: runs until its own clock stops."""

    def __init__(self, steps: list[str], clock: SystemClock) -> None:
        self.steps = steps
        self.clock = clock
        self.faults: list[Exception] = []
        self.has_run = threading.Event()

    def start(self) -> None:
        self.steps.append("start delivery")

    def run(self) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.has_run.set()
        self.clock.wait(60)
        self.steps.append("delivered the rest")


def a_service(
    evaluation: Evaluation, ticks: int, *, is_operator: bool = True
) -> tuple[NotifierService, Entries, FakeClock]:
    log, delivery_clock = Entries(), SystemClock()
    clock = FakeClock(lambda clock: clock.stop() if len(clock.waits_secs) >= ticks else None)
    sending = Sending(evaluation.steps, delivery_clock)
    service = NotifierService(
        evaluation, sending, clock, delivery_clock, log,  # type: ignore[arg-type]  # stand-ins with the four methods that are used
        is_operators_stop=lambda: is_operator,
    )  # fmt: skip
    return service, log, clock


def test_delivery_ends_after_the_last_mails_were_queued() -> None:
    evaluation = Evaluation([])
    service, log, _ = a_service(evaluation, 2)
    service.run()
    assert evaluation.steps == [
        "start delivery", "start", "tick", "tick", "stop True", "delivered the rest",
    ]  # fmt: skip
    assert log.entries == []


def test_a_restart_is_no_stop_by_an_operator() -> None:
    evaluation = Evaluation([])
    service, _, _ = a_service(evaluation, 1, is_operator=False)
    service.run()
    assert "stop False" in evaluation.steps


def test_faults_are_logged_and_the_loop_goes_on_after_a_rest() -> None:
    evaluation = Evaluation([], [SpoolError("The disk is full."), RuntimeError("odd")])
    service, log, clock = a_service(evaluation, 3)
    service.run()
    assert log.errors() == ["SpoolError", "RuntimeError"]
    assert clock.waits_secs == [AFTER_FAULT_SECS, AFTER_FAULT_SECS, 1.0]


def test_a_delivery_that_fails_is_logged_and_begun_again() -> None:
    steps: list[str] = []
    log = Entries()
    delivery_clock, clock = _NoRest(), FakeClock()
    sending = Sending(steps, delivery_clock)
    sending.faults = [ZeroDivisionError("odd")]

    class WaitsForDelivery(Evaluation):
        def tick(self) -> float:
            assert sending.has_run.wait(30)
            clock.stop()
            return 1.0

    service = NotifierService(WaitsForDelivery(steps), sending, clock, delivery_clock, log)  # type: ignore[arg-type]  # stand-ins with the four methods that are used
    service.run()
    assert log.errors() == ["ZeroDivisionError"]
    assert steps[-1] == "delivered the rest"


def test_a_state_that_cannot_be_read_at_the_start_ends_it() -> None:
    class Unreadable(Evaluation):
        def start(self) -> None:
            raise SpoolError("The state cannot be read.")

    service, _, _ = a_service(Unreadable([]), 1)
    with pytest.raises(SpoolError):
        service.run()


class _NoRest(SystemClock):
    """Rests after faults take no time; the wait of a run does."""

    def wait(self, secs: float) -> bool:
        return super().wait(0 if secs == AFTER_FAULT_SECS else secs)

    def now(self) -> datetime:
        return datetime(2025, 3, 1, tzinfo=UTC)
