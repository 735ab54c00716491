from __future__ import annotations

import socket
import struct
import time

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.sources.tcp_listen import TcpListen
from cmtel.domain.source_address import parse_source_address
from cmtel.domain.source_options import parse_networks
from cmtel.errors import SourceError
from cmtel.services.spool_ports import LinkState
from tests.fakes_intake import RecordingIntake
from tests.integration.running import Running


def _listen(clock: SystemClock, host: str = "127.0.0.1", **options: object) -> TcpListen:
    address = parse_source_address(f"tcp-listen:{host}:0")
    return TcpListen(address, clock, **options)  # type: ignore[arg-type]  # what the test gives


def _dial(intake: RecordingIntake) -> socket.socket:
    host, _, port = intake.wait_for_link(LinkState.LISTENING).rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=5)


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_lines_are_accepted_under_the_address_of_the_peer() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake, _dial(intake) as switch:
        switch.sendall(b"one\r\ntwo\r\n")

        assert intake.wait_for_lines(2) == [b"one\r\n", b"two\r\n"]
        assert intake.lines_of("127.0.0.1") == [b"one\r\n", b"two\r\n"]


def test_a_lone_carriage_return_ends_a_line_after_silence() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake, _dial(intake) as switch:
        switch.sendall(b"one\r")

        assert intake.wait_for_lines(1) == [b"one\r"]


def test_silence_is_told_once_and_costs_no_spin() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake, _dial(intake) as switch:
        switch.sendall(b"partial")
        clock.wait(0.7)

        assert [feed.idle_calls for feed in intake.feeds] == [1]


def test_the_partial_line_of_a_connection_that_ends_is_accepted_with_its_end() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        with _dial(intake) as switch:
            switch.sendall(b"one\ntwo")

        assert intake.wait_for_lines(2) == [b"one\n", b"two"]
        assert intake.accepted.ended == [0]


def test_a_reset_ends_the_connection_like_any_other_end() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        switch = _dial(intake)
        switch.sendall(b"one\n")
        intake.wait_for_lines(1)
        switch.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        switch.close()
        intake.wait_for_link(LinkState.LISTENING, times=2)

    assert intake.accepted.ended == [0]


def test_what_has_arrived_when_the_stop_comes_is_accepted() -> None:
    clock = SystemClock()
    running = Running(_listen(clock), clock)
    with running as intake, _dial(intake) as switch:
        intake.wait_for_link(LinkState.UP)
        switch.sendall(b"line\n" * 100_000 + b"tail")
        clock.stop()
        running.join()

    assert len(intake.lines) == 100_001
    assert intake.lines[-1] == b"tail"


def test_a_stop_is_seen_within_a_second() -> None:
    clock = SystemClock()
    running = Running(_listen(clock), clock)
    with running as intake, _dial(intake):
        intake.wait_for_link(LinkState.UP)
        asked_at = time.monotonic()
        clock.stop()
        running.join()

    assert time.monotonic() - asked_at < 1.0


def test_a_peer_outside_the_allowed_networks_is_closed_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SystemClock()
    source = _listen(clock, allow=parse_networks("10.0.0.0/8, 192.0.2.7"))
    with Running(source, clock) as intake, _dial(intake) as switch:
        assert _is_closed(switch)

    assert intake.feeds == []
    assert "127.0.0.1 was refused" in caplog.text


def test_one_connection_too_many_is_closed_and_the_others_stay() -> None:
    clock = SystemClock()
    source = _listen(clock, max_connections=1)
    with Running(source, clock) as intake, _dial(intake) as first:
        intake.wait_for_link(LinkState.UP)
        with _dial(intake) as second:
            assert _is_closed(second)
        first.sendall(b"still here\n")

        assert intake.wait_for_lines(1) == [b"still here\n"]


def test_an_ipv4_peer_of_an_ipv6_listener_is_named_as_ipv4() -> None:
    clock = SystemClock()
    with Running(_listen(clock, host="[::]"), clock) as intake:
        port = int(intake.wait_for_link(LinkState.LISTENING).rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as switch:
            switch.sendall(b"one\n")
            intake.wait_for_lines(1)

    assert intake.accepted.peers == ["127.0.0.1"]


def test_a_port_in_use_is_told_with_a_cure() -> None:
    clock = SystemClock()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        source = TcpListen(parse_source_address(f"tcp-listen:127.0.0.1:{port}"), clock)
        with pytest.raises(SourceError, match="in use") as caught:
            source.run(RecordingIntake())

    assert caught.value.hint


def test_an_address_of_another_machine_is_told() -> None:
    source = TcpListen(parse_source_address("tcp-listen:192.0.2.1:9000"), SystemClock())

    with pytest.raises(SourceError, match="no address of this machine"):
        source.run(RecordingIntake())


def test_many_connections_that_are_ready_together_share_one_commit() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        switches = [_dial(intake) for _ in range(200)]
        for switch in switches:
            switch.sendall(b"line\n" * 50)
        intake.wait_for_lines(200 * 50)
        for switch in switches:
            switch.close()
        intake.wait_for_link(LinkState.LISTENING, times=2)

    assert len(intake.accepted.ended) == 200
    assert intake.accepted.commits < 400


def test_once_ends_when_the_last_connection_has_ended() -> None:
    clock = SystemClock()
    running = Running(_listen(clock, once=True), clock)
    with running as intake:
        with _dial(intake) as first, _dial(intake) as second:
            first.sendall(b"one\n")
            intake.wait_for_lines(1)
            first.close()
            second.sendall(b"two\n")
            intake.wait_for_lines(2)
        running.join()

    assert intake.lines == [b"one\n", b"two\n"]
