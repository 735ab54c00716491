from __future__ import annotations

import logging
import socket
import sys

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.sources.udp_listen import UdpLimits, UdpListen
from cmtel.domain.source_address import parse_source_address
from cmtel.domain.source_options import parse_networks
from cmtel.errors import SourceError
from cmtel.services.spool_ports import LinkState
from tests.fakes_intake import RecordingIntake
from tests.integration.running import Running


def _listen(clock: SystemClock, **options: object) -> UdpListen:
    address = parse_source_address("udp-listen:127.0.0.1:0")
    return UdpListen(address, clock, **options)  # type: ignore[arg-type]  # what the test gives


def _sender(intake: RecordingIntake) -> socket.socket:
    host, _, port = intake.wait_for_link(LinkState.LISTENING).rpartition(":")
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect((host, int(port)))
    return sender


def test_a_datagram_is_a_record_or_several_lines() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake, _sender(intake) as switch:
        for datagram in (b"one", b"two\nthree\n", b"", b"\0", b"four\n\0", b"five"):
            switch.send(datagram)

        lines = intake.wait_for_lines(5)

    assert lines == [b"one", b"two\n", b"three\n", b"four\n", b"five"]
    assert intake.lines_of("127.0.0.1") == lines


def test_the_syslog_header_is_cut_off_if_asked_for() -> None:
    clock = SystemClock()
    source = _listen(clock, strips_syslog=True)
    with Running(source, clock) as intake, _sender(intake) as switch:
        switch.send(b"<134>Mar  2 08:00:00 pbx cdr[1]: one")
        switch.send(b"two")

        assert intake.wait_for_lines(2) == [b"one", b"two"]


def test_without_being_asked_nothing_is_cut_off() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake, _sender(intake) as switch:
        switch.send(b"<134>Mar  2 08:00:00 pbx cdr[1]: one")

        assert intake.wait_for_lines(1) == [b"<134>Mar  2 08:00:00 pbx cdr[1]: one"]


def test_a_sender_outside_the_allowed_networks_is_not_heard(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SystemClock()
    source = _listen(clock, allow=parse_networks("10.0.0.0/8"))
    with Running(source, clock) as intake, _sender(intake) as switch:
        for _ in range(3):
            switch.send(b"one")
        clock.wait(0.2)

    assert intake.lines == []
    assert [r for r in caplog.messages if "not allowed" in r] == [
        f"127.0.0.1 was refused on {intake.links[0][1]}: its address is not allowed"
        f" ({count} refused so far)"
        for count in (1, 2)
    ]


def test_more_senders_than_agreed_are_refused(caplog: pytest.LogCaptureFixture) -> None:
    clock = SystemClock()
    source = _listen(clock, limits=UdpLimits(max_peers=1))
    with Running(source, clock) as intake, _sender(intake) as first:
        first.send(b"one")
        intake.wait_for_lines(1)
        second = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        second.bind(("127.0.0.2", 0))
        with second:
            second.sendto(b"two", first.getpeername())
            clock.wait(0.2)
        first.send(b"three")

        assert intake.wait_for_lines(2) == [b"one", b"three"]
    assert "1 senders are known already" in caplog.text


def test_what_the_kernel_holds_at_a_stop_is_accepted() -> None:
    clock = SystemClock()
    running = Running(_listen(clock), clock)
    with running as intake, _sender(intake) as switch:
        for number in range(200):
            switch.send(b"%d" % number)
        clock.stop()
        running.join()

    assert intake.lines == [b"%d" % number for number in range(200)]


class _BusyIntake(RecordingIntake):
    """Its first commit takes so long that the kernel's buffer runs over meanwhile."""

    def __init__(self, clock: SystemClock) -> None:
        super().__init__()
        self._clock = clock

    def commit(self) -> None:
        if self.accepted.commits == 0:
            self._clock.wait(0.5)
        super().commit()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts for each socket")
def test_what_the_kernel_drops_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = SystemClock()
    source = _listen(clock, limits=UdpLimits(buffer_bytes=8192))
    busy = _BusyIntake(clock)
    with Running(source, clock, busy) as intake, _sender(intake) as switch:
        switch.send(b"first")
        clock.wait(0.1)
        for _ in range(500):
            switch.send(b"x" * 500)
        clock.wait(0.6)
        switch.send(b"last")
        clock.wait(0.2)

    lost = 502 - len(intake.lines)
    assert lost > 0
    assert intake.lines[-1] == b"last"
    assert f"dropped {lost} datagrams" in caplog.text
    assert f"{lost} datagrams lost" in intake.links[-1][1]


def test_a_port_in_use_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        address = parse_source_address(f"udp-listen:127.0.0.1:{other.getsockname()[1]}")

        with pytest.raises(SourceError, match="in use"):
            UdpListen(address, SystemClock()).run(RecordingIntake())
