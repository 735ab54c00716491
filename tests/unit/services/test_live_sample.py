"""Listening for a sample: until the time is over or enough has come, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable

from cmtel.services.live_sample import ENOUGH_LINES, listen
from cmtel.services.ports import Clock, Intake, Source
from cmtel.services.spool_ports import LinkState
from tests.fakes_clock import FakeClock


class ScriptedSource:
    """Sends a block at each wait, until it is stopped."""

    def __init__(self, clock: Clock, blocks: list[bytes]) -> None:
        self._clock = clock
        self._blocks = blocks

    def run(self, intake: Intake) -> None:
        intake.link(LinkState.UP, "switch")
        intake.link(LinkState.UP, "switch")
        feed = intake.open_feed()
        while not self._clock.wait(1.0):
            if self._blocks:
                feed.push(self._blocks.pop(0))
                intake.commit()
        feed.cut()
        intake.link(LinkState.ENDED, "switch")


def scripted(blocks: list[bytes]) -> Callable[[Clock], Source]:
    return lambda clock: ScriptedSource(clock, blocks)


def test_it_ends_when_the_time_is_over() -> None:
    clock = FakeClock()
    before_secs = clock.monotonic()
    told: list[str] = []

    sample = listen(scripted([b"one\r\n", b"tw"]), clock, 10.0, told.append)

    assert sample == b"one\r\ntw\n"
    assert clock.monotonic() - before_secs == 10.0
    assert told == ["up switch", "ended switch"]


def test_it_ends_as_soon_as_enough_has_come() -> None:
    clock = FakeClock()
    before_secs = clock.monotonic()

    sample = listen(scripted([b"line\n" * 50] * 100), clock, 600.0, lambda _: None)

    assert sample.count(b"\n") == ENOUGH_LINES
    assert clock.monotonic() - before_secs < 10


def test_a_wish_to_stop_ends_it() -> None:
    clock = FakeClock(on_wait=lambda clock: clock.stop())

    assert listen(scripted([b"x\n"]), clock, 600.0, lambda _: None) == b""
