from __future__ import annotations

import socket
import threading
import time

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.simulated_switch.connecting import ConnectingSwitch
from tests.integration.simulated_switch.peers import free_port, print_nothing, read_all, wait_until


def a_switch(port: int, told: list[str] | None = None) -> tuple[ConnectingSwitch, SystemClock]:
    clock = SystemClock()
    tell = print_nothing if told is None else told.append
    switch = ConnectingSwitch(("127.0.0.1", port), clock, tell, retry_secs=0.05, goodbye_secs=0.2)
    return switch, clock


def test_all_that_was_taken_arrives_also_when_the_peer_reads_late() -> None:
    data = b"x" * 300_000
    with socket.create_server(("127.0.0.1", 0)) as server:
        switch, _ = a_switch(server.getsockname()[1])
        assert switch.ready()
        peer, _ = server.accept()
        received: list[bytes] = []
        reader = threading.Thread(target=lambda: received.append(read_all(peer)))
        reader.start()
        taken = switch.send(data)
        switch.close()
        reader.join()

    assert taken == len(data)
    assert received == [data]


def test_it_dials_until_somebody_listens_and_tells_the_trouble_once() -> None:
    port, told = free_port(), list[str]()
    switch, _ = a_switch(port, told)
    servers: list[socket.socket] = []

    def listen_late() -> None:
        wait_until(lambda: bool(told))
        SystemClock().wait(0.3)
        servers.append(socket.create_server(("127.0.0.1", port)))

    thread = threading.Thread(target=listen_late)
    thread.start()
    assert switch.ready()
    thread.join()
    switch.close()
    servers[0].close()

    assert len(told) == 2
    assert told[0].startswith(f"No connection to 127.0.0.1:{port}:")
    assert told[1] == f"connected to 127.0.0.1:{port}"


def test_a_closed_link_is_noticed_before_a_record_is_lost_to_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        switch, _ = a_switch(server.getsockname()[1])
        assert switch.ready()
        first, _ = server.accept()
        assert switch.send(b"one\n") == 4
        assert read_some(first) == b"one\n"
        first.close()

        assert switch.ready()
        assert switch.send(b"two\n") == 4
        second, _ = server.accept()
        switch.close()

        assert read_all(second) == b"two\n"
    assert switch.links == 2


def read_some(link: socket.socket) -> bytes:
    link.settimeout(10)
    return link.recv(100)


def test_what_the_peer_says_is_dropped_and_does_not_reset_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        switch, _ = a_switch(server.getsockname()[1])
        assert switch.ready()
        peer, _ = server.accept()
        peer.sendall(b"LOGIN\r\n")
        switch.tend()
        assert switch.send(b"record\n") == 7
        peer.sendall(b"ACK\r\n")
        closer = threading.Thread(target=switch.close)
        closer.start()
        received = read_all(peer)
        closer.join()

    assert received == b"record\n"
    assert switch.links == 1


def test_a_stop_ends_dialling_and_sending_to_a_peer_that_does_not_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        switch, clock = a_switch(server.getsockname()[1])
        assert switch.ready()
        peer, _ = server.accept()
        threading.Timer(0.2, clock.stop).start()
        data = b"x" * 50_000_000
        taken = switch.send(data)
        peer.close()
        switch.close()

    assert 0 < taken < len(data)
    assert not switch.ready()


def test_nobody_there_and_a_stop_is_not_ready() -> None:
    switch, clock = a_switch(free_port())
    threading.Timer(0.2, clock.stop).start()
    began = time.monotonic()

    assert not switch.ready()
    assert time.monotonic() - began < 3
    assert switch.send(b"lost?") == 0


def test_a_host_that_is_not_known_is_dialled_again_like_any_other() -> None:
    told: list[str] = []
    clock = SystemClock()
    switch = ConnectingSwitch(("no-such-host.invalid", 9), clock, told.append, retry_secs=0.05)
    switch.tend()

    assert told[0].startswith("No connection to no-such-host.invalid:9:")
    switch.close()
