from __future__ import annotations

import os

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.sources.stdin import Stdin
from cmtel.services.spool_ports import LinkState
from tests.integration.running import Running


def test_a_pipe_is_read_to_its_end_and_the_last_line_counts() -> None:
    clock = SystemClock()
    reading, writing = os.pipe()
    running = Running(Stdin(clock, descriptor=reading), clock)
    with running as intake:
        for number in range(2000):
            os.write(writing, b"line %d\n" % number)
        os.write(writing, b"tail")
        os.close(writing)
        running.join()

    assert intake.lines == [b"line %d\n" % number for number in range(2000)] + [b"tail"]
    assert intake.accepted.ended == [0]
    assert intake.link_states == [LinkState.UP, LinkState.ENDED]
    os.close(reading)


def test_an_empty_input_ends_at_once() -> None:
    clock = SystemClock()
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123  # a descriptor is wanted
        running = Running(Stdin(clock, descriptor=nothing.fileno()), clock)
        with running as intake:
            running.join()

    assert intake.lines == []


def test_a_stop_does_not_wait_for_the_writer() -> None:
    clock = SystemClock()
    reading, writing = os.pipe()
    running = Running(Stdin(clock, descriptor=reading), clock)
    with running as intake:
        os.write(writing, b"one\ntwo\rpartial")
        intake.wait_for_lines(1)
        clock.stop()
        running.join(2)

    assert intake.lines == [b"one\n", b"two\rpartial"]
    os.close(writing)


def test_a_quiet_pipe_ends_a_line_at_a_lone_carriage_return() -> None:
    clock = SystemClock()
    reading, writing = os.pipe()
    with Running(Stdin(clock, descriptor=reading), clock) as intake:
        os.write(writing, b"one\r")

        assert intake.wait_for_lines(1) == [b"one\r"]
    os.close(writing)
