from __future__ import annotations

import socket
import struct

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.sources.tcp_dial import TcpDial
from cmtel.domain.source_address import parse_source_address
from cmtel.services.spool_ports import LinkState
from tests.fakes_clock import FakeClock
from tests.fakes_intake import RecordingIntake
from tests.integration.running import Running


class ImpatientClock(SystemClock):
    """Real time, but the wait before the next connection is over at once."""

    def wait(self, secs: float) -> bool:
        return super().wait(min(secs, 0.01))


def _switch() -> tuple[socket.socket, str]:
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)
    return server, f"tcp:127.0.0.1:{server.getsockname()[1]}"


def _dial(text: str, clock: SystemClock | FakeClock, *, once: bool = False) -> TcpDial:
    return TcpDial(parse_source_address(text), clock, random=lambda: 0.5, once=once)


def test_lines_are_accepted_without_a_peer() -> None:
    server, text = _switch()
    clock = SystemClock()
    with server, Running(_dial(text, clock), clock) as intake:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"one\ntwo\r")

            assert intake.wait_for_lines(2) == [b"one\n", b"two\r"]
            assert intake.accepted.peers == [None]


def test_a_cut_ends_the_partial_line_and_the_stream_goes_on_in_the_same_feed() -> None:
    server, text = _switch()
    clock = ImpatientClock()
    with server, Running(_dial(text, clock), clock) as intake:
        connection, _ = server.accept()
        connection.sendall(b"one\ntw")
        connection.close()
        again, _ = server.accept()
        with again:
            again.sendall(b"three\n")
            intake.wait_for_lines(3)

    assert intake.accepted.records == [(0, b"one\n"), (0, b"tw"), (0, b"three\n")]


def test_a_stop_ends_the_partial_line_and_a_restart_goes_on_in_the_same_input() -> None:
    server, text = _switch()
    intake = RecordingIntake()
    with server:
        for line in (b"one\npar", b"two\n"):
            clock = SystemClock()
            intake = RecordingIntake(intake.accepted)
            with Running(_dial(text, clock), clock, intake):
                connection, _ = server.accept()
                with connection:
                    connection.sendall(line)
                    intake.wait_for_lines(1 if line == b"one\npar" else 3)

    assert intake.accepted.records == [(0, b"one\n"), (0, b"par"), (0, b"two\n")]


def test_a_reset_is_told_and_the_connection_is_made_anew() -> None:
    server, text = _switch()
    clock = ImpatientClock()
    with server, Running(_dial(text, clock), clock) as intake:
        connection, _ = server.accept()
        intake.wait_for_link(LinkState.UP)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        intake.wait_for_link(LinkState.UP, times=2)

        assert "reset" in intake.wait_for_link(LinkState.DOWN)


def test_waits_double_up_to_a_minute_while_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    clock = FakeClock(lambda clock: clock.stop() if len(clock.waits_secs) == 8 else None)
    intake = RecordingIntake()

    _dial(f"tcp:127.0.0.1:{port}", clock).run(intake)

    assert clock.waits_secs == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "refused" in intake.wait_for_link(LinkState.DOWN)


def test_a_name_that_is_not_known_is_tried_again() -> None:
    clock = FakeClock(lambda clock: clock.stop())
    intake = RecordingIntake()

    _dial("tcp:switch.invalid:9000", clock).run(intake)

    assert intake.link_states == [LinkState.CONNECTING, LinkState.DOWN, LinkState.ENDED]


def test_what_has_arrived_when_the_stop_comes_is_accepted() -> None:
    server, text = _switch()
    clock = SystemClock()
    running = Running(_dial(text, clock), clock)
    with server, running as intake:
        connection, _ = server.accept()
        with connection:
            intake.wait_for_link(LinkState.UP)
            connection.sendall(b"line\n" * 20_000 + b"tail")
            clock.stop()
            running.join()

    assert len(intake.lines) == 20_001


def test_once_ends_when_the_switch_closes() -> None:
    server, text = _switch()
    clock = SystemClock()
    running = Running(_dial(text, clock, once=True), clock)
    with server, running as intake:
        connection, _ = server.accept()
        connection.sendall(b"one\n")
        connection.close()
        running.join()

    assert intake.lines == [b"one\n"]
