from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.sources.serial_line import SerialLine
from cmtel.domain.source_address import parse_source_address
from cmtel.errors import UsageError
from cmtel.services.spool_ports import LinkState
from tests.fakes_clock import FakeClock
from tests.fakes_intake import RecordingIntake
from tests.integration.running import Running

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")


class Cable:
    """A pseudo-terminal pair: the switch's end, and the device's name, which can be plugged."""

    def __init__(self, name: Path) -> None:
        self.name = name
        self.plug()

    def plug(self) -> None:
        self._switch, self._port = os.openpty()
        os.set_blocking(self._switch, False)
        self.name.unlink(missing_ok=True)
        self.name.symlink_to(os.ttyname(self._port))

    def send(self, data: bytes) -> None:
        os.write(self._switch, data)

    def pull(self) -> None:
        os.close(self._switch)
        os.close(self._port)
        self._switch = self._port = -1

    def close(self) -> None:
        if self._switch >= 0:
            self.pull()


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    cable = Cable(tmp_path / "ttyS0")
    yield cable
    cable.close()


class ImpatientClock(SystemClock):
    """Real time, but the wait before the next try is short."""

    def wait(self, secs: float) -> bool:
        return super().wait(min(secs, 0.02))


def _line(device: Path, clock: SystemClock | FakeClock, flow: str = "none") -> SerialLine:
    address = parse_source_address(f"serial:{device}")
    return SerialLine(address, clock, random=lambda: 0.5, flow=flow)


def test_lines_of_a_switch_are_accepted(cable: Cable) -> None:
    clock = SystemClock()
    with Running(_line(cable.name, clock), clock) as intake:
        intake.wait_for_link(LinkState.UP)
        cable.send(b"one\r\ntwo\r")

        assert intake.wait_for_lines(2) == [b"one\r\n", b"two\r"]


def test_a_device_that_vanishes_is_opened_again_in_the_same_feed(cable: Cable) -> None:
    clock = ImpatientClock()
    with Running(_line(cable.name, clock), clock) as intake:
        intake.wait_for_link(LinkState.UP)
        cable.send(b"one\ntw")
        intake.wait_for_lines(1)
        cable.pull()
        intake.wait_for_link(LinkState.DOWN)
        cable.plug()
        intake.wait_for_link(LinkState.UP, times=2)
        cable.send(b"three\n")
        intake.wait_for_lines(3)

    assert intake.accepted.records == [(0, b"one\n"), (0, b"tw"), (0, b"three\n")]


def test_a_device_that_is_not_there_is_tried_again_with_growing_waits(tmp_path: Path) -> None:
    clock = FakeClock(lambda clock: clock.stop() if len(clock.waits_secs) == 4 else None)
    intake = RecordingIntake()

    _line(tmp_path / "none", clock).run(intake)

    assert clock.waits_secs == [1, 2, 4, 8]
    assert LinkState.DOWN in intake.link_states


def test_a_stop_ends_it_and_the_partial_line_counts(cable: Cable) -> None:
    clock = SystemClock()
    running = Running(_line(cable.name, clock), clock)
    with running as intake:
        intake.wait_for_link(LinkState.UP)
        cable.send(b"one\npartial")
        intake.wait_for_lines(1)
        clock.stop()
        running.join(2)

    assert intake.lines == [b"one\n", b"partial"]


def test_baud_mode_and_flow_are_what_the_port_is_opened_with() -> None:
    asked: dict[str, object] = {}

    def open_line(device: str, **settings: object) -> serial.Serial:
        asked.update(settings, device=device)
        raise serial.SerialException("not today")

    clock = FakeClock(lambda clock: clock.stop())
    address = parse_source_address("serial:COM3?baud=1200&mode=7E2")
    intake = RecordingIntake()
    SerialLine(address, clock, random=lambda: 0.5, flow="xonxoff", open_line=open_line).run(intake)

    wanted = {"device": "COM3", "baudrate": 1200, "bytesize": 7, "parity": "E", "stopbits": 2.0}
    assert {name: asked[name] for name in wanted} == wanted
    assert (asked["xonxoff"], asked["rtscts"], asked["dsrdtr"]) == (True, False, False)
    assert "not today" in intake.wait_for_link(LinkState.DOWN)


def test_a_mode_that_the_driver_refuses_is_told_and_tried_again(cable: Cable) -> None:
    import termios  # not on Windows

    def open_line(device: str, **settings: object) -> serial.Serial:
        raise termios.error(22, "Invalid argument")

    clock = FakeClock(lambda clock: clock.stop())
    intake = RecordingIntake()
    source = SerialLine(
        parse_source_address(f"serial:{cable.name}"),
        clock,
        random=lambda: 0.5,
        open_line=open_line,
    )
    source.run(intake)

    assert "Invalid argument" in intake.wait_for_link(LinkState.DOWN)


def test_flow_control_that_is_unknown_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="rtscts"):
        _line(tmp_path / "none", SystemClock(), flow="hardware")
