from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from cmtel.services.playback import Batch
from cmtel.services.simulation import LimitedClock, SwitchSimulation
from tests.fakes_clock import FakeClock
from tests.fakes_switch import MemoryManifest, MemoryOutlet

MONDAY = datetime(2026, 3, 2, tzinfo=UTC).date()


def a_batch(first: int, count: int, due_secs: float = 0.0, days_later: int = 0) -> Batch:
    """Records 'r00001\\n' of one call each."""
    numbers = range(first, first + count)
    ends = [7 * place for place in range(1, count + 1)]
    data = b"".join(b"r%05d\n" % number for number in numbers)
    calls = list(range(1, count + 1))
    lines = b"".join(b'{"n":%2d}\n' % number for number in numbers)
    line_ends = [9 * place for place in range(1, count + 1)]
    day = MONDAY + timedelta(days=days_later)
    return Batch(due_secs, day, data, ends, calls, lines, line_ends)


def whole_records(received: bytes) -> list[bytes]:
    """What a peer makes of one link: the records that came to their end."""
    return received.splitlines()[: received.count(b"\n")]


def test_batches_leave_when_they_are_due() -> None:
    sizes: list[tuple[float, int]] = []
    clock = FakeClock()
    outlet = MemoryOutlet()
    clock = FakeClock(lambda it: sizes.append((it.monotonic() - 1000, len(outlet.received[0]))))
    batches = [a_batch(0, 1), a_batch(1, 1, due_secs=1.0), a_batch(2, 1, due_secs=2.5)]

    summary = SwitchSimulation(batches, outlet, clock).run()

    assert summary.elapsed_secs == 2.5
    assert {length for secs, length in sizes if secs < 0.99} == {7}
    assert {length for secs, length in sizes if 1.11 < secs < 2.49} == {14}


def test_the_link_is_looked_after_while_nothing_is_due() -> None:
    outlet = MemoryOutlet()
    clock = FakeClock()

    SwitchSimulation([a_batch(0, 1, due_secs=1.0)], outlet, clock).run()

    assert len(clock.waits_secs) >= 10


def test_after_a_lost_link_nothing_is_sent_again_unless_asked_for() -> None:
    """Not even an empty record: a switch that numbers what it sends would count it."""

    class Watched(MemoryOutlet):
        sizes: ClassVar[list[int]] = []

        def send(self, data: bytes) -> int:
            self.sizes.append(len(data))
            return super().send(data)

    SwitchSimulation([a_batch(0, 3)], Watched(breaks=[7, 7]), FakeClock()).run()

    assert 0 not in Watched.sizes


def test_a_record_cut_by_a_lost_link_is_sent_again_as_a_whole() -> None:
    outlet = MemoryOutlet(breaks=[10])

    summary = SwitchSimulation([a_batch(0, 3)], outlet, FakeClock()).run()

    assert bytes(outlet.received[0]) == b"r00000\nr00"
    assert bytes(outlet.received[1]) == b"r00001\nr00002\n"
    assert (summary.records, summary.calls, summary.sent_bytes, summary.links) == (3, 3, 21, 2)
    assert summary.is_complete


@given(
    breaks=st.lists(st.integers(0, 60), max_size=12),
    room_bytes=st.integers(1, 50),
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=6),
)
def test_wherever_links_break_every_record_is_received_whole_once_and_in_order(
    breaks: list[int], room_bytes: int, sizes: list[int]
) -> None:
    batches = [a_batch(sum(sizes[:place]), size) for place, size in enumerate(sizes)]
    outlet = MemoryOutlet(breaks, room_bytes)
    manifest = MemoryManifest()

    summary = SwitchSimulation(batches, outlet, FakeClock(), manifest=manifest).run()

    received = [record for link in outlet.received for record in whole_records(bytes(link))]
    assert received == [b"r%05d" % number for number in range(sum(sizes))]
    assert [json.loads(line)["n"] for line in manifest.lines] == list(range(sum(sizes)))
    assert summary.records == summary.calls == sum(sizes)


@given(breaks=st.lists(st.integers(0, 60), max_size=6), repeat_last=st.integers(1, 4))
def test_a_new_link_begins_with_the_last_records_where_the_switch_repeats(
    breaks: list[int], repeat_last: int
) -> None:
    outlet = MemoryOutlet(breaks)

    summary = SwitchSimulation(
        [a_batch(0, 5), a_batch(5, 5)], outlet, FakeClock(), repeat_last=repeat_last
    ).run()

    known: list[bytes] = []
    repeated = 0
    for link in outlet.received:
        records = whole_records(bytes(link))
        new = [record for record in records if record not in known]
        again = known[-repeat_last:]
        if new:
            assert records == again + new
            repeated += len(again)
        known += new
    assert known == [b"r%05d" % number for number in range(10)]
    assert summary.records == 10
    assert summary.repeated_records >= repeated


def test_nothing_is_repeated_on_the_first_link() -> None:
    summary = SwitchSimulation([a_batch(0, 5)], MemoryOutlet(), FakeClock(), repeat_last=3).run()

    assert summary.repeated_records == 0


def test_an_outlet_gets_no_more_than_it_has_room_for_but_at_least_a_record() -> None:
    sent: list[int] = []

    class Narrow(MemoryOutlet):
        def send(self, data: bytes) -> int:
            sent.append(len(data))
            return super().send(data)

    SwitchSimulation([a_batch(0, 5)], Narrow(room_bytes=15), FakeClock()).run()
    assert sent == [14, 14, 7]

    sent.clear()
    SwitchSimulation([a_batch(0, 2)], Narrow(room_bytes=1), FakeClock()).run()
    assert sent == [7, 7]


def test_the_outlet_learns_of_each_new_day_before_its_first_record() -> None:
    outlet = MemoryOutlet()
    batches = [a_batch(0, 2), a_batch(2, 1), a_batch(3, 1, days_later=1)]

    SwitchSimulation(batches, outlet, FakeClock()).run()

    assert outlet.days_turned == [21]


def test_a_stop_ends_the_waiting_and_closes_everything() -> None:
    outlet, manifest = MemoryOutlet(), MemoryManifest()
    clock = FakeClock(lambda it: it.stop())

    summary = SwitchSimulation(
        [a_batch(0, 1), a_batch(1, 1, due_secs=60.0)], outlet, clock, manifest=manifest
    ).run()

    assert summary.records == 1
    assert not summary.is_complete
    assert outlet.is_closed
    assert manifest.is_closed


def test_time_that_is_up_ends_the_simulation() -> None:
    clock = LimitedClock(FakeClock(), 5.0)
    batches = [a_batch(second, 1, due_secs=float(second)) for second in range(60)]

    summary = SwitchSimulation(batches, MemoryOutlet(), clock).run()

    assert summary.records == 5
    assert summary.elapsed_secs == 5.0


def test_a_limited_clock_without_a_limit_is_the_clock() -> None:
    inner = FakeClock()
    clock = LimitedClock(inner, None)

    assert clock.wait(3.0) is False
    assert clock.now() == inner.now()
    inner.stop()
    assert clock.wait(3.0) is True
    assert clock.is_stopping


def test_a_limited_clock_does_not_wait_past_its_limit() -> None:
    inner = FakeClock()
    clock = LimitedClock(inner, 2.0)

    assert clock.wait(10.0) is True
    assert inner.waits_secs == [2.0]
