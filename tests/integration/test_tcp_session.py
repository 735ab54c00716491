"""The dialling source runs a session: what it sends and when; how long it leaves a switch alone."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.simulated_switch.talking import TalkingSwitch
from cmtel.adapters.sources.tcp_dial import TcpDial
from cmtel.domain.source_address import parse_source_address
from cmtel.errors import SourceError, SpoolFull
from cmtel.formats.session import Login, OpenLine, Session, Step
from cmtel.formats.sessions.asterisk_manager import AsteriskManager
from cmtel.formats.sessions.mitel_5000_login import Mitel5000Login
from cmtel.formats.sessions.nec_requests import Message, NecRequests, NecSwitch
from cmtel.formats.sessions.oxe_link import OxeLink
from cmtel.services.spool_ports import LinkState
from tests.fakes_intake import RecordingIntake
from tests.integration.running import Running

GREETING = b"Asterisk Call Manager/9.0.0\r\n"
REFUSED = b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"


class WatchedClock(SystemClock):
    """Real time, but a wait before the next connection is noted, and over at once."""

    def __init__(self, waits: int = 1000) -> None:
        super().__init__()
        self.waits_secs: list[float] = []
        self._waits_left = waits

    def wait(self, secs: float) -> bool:
        self.waits_secs.append(secs)
        self._waits_left -= 1
        if not self._waits_left:
            self.stop()
        return super().wait(0.01)


def server() -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    return listener, f"tcp:127.0.0.1:{listener.getsockname()[1]}"


def dial(text: str, clock: SystemClock, session: Session, *, once: bool = False) -> TcpDial:
    address = parse_source_address(text)
    return TcpDial(address, clock, random=lambda: 0.5, session=session, once=once)


def receive(connection: socket.socket, size: int) -> bytes:
    connection.settimeout(10)
    data = b""
    while len(data) < size and (part := connection.recv(size - len(data))):
        data += part
    return data


def serve(listener: socket.socket, times: int, act: Callable[[socket.socket], None]) -> None:
    for _ in range(times):
        connection, _ = listener.accept()
        with connection:
            act(connection)


def refuse_login(connection: socket.socket) -> None:
    connection.sendall(GREETING)
    receive(connection, 40)
    connection.sendall(REFUSED)
    while connection.recv(1000):
        pass


def test_a_refused_login_is_told_and_the_switch_left_alone_for_minutes() -> None:
    listener, text = server()
    clock = WatchedClock(waits=5)
    running = Running(dial(text, clock, AsteriskManager(Login("ann", "s3cret"))), clock)
    with listener, running as intake:
        serve(listener, 5, refuse_login)
        running.join()

    assert clock.waits_secs == [300, 600, 1200, 1800, 1800]
    detail = intake.wait_for_link(LinkState.DOWN)
    assert "Asterisk refused the login of 'ann': Authentication failed; next try in" in detail
    assert "s3cret" not in repr(intake.links)
    assert LinkState.UP not in intake.link_states
    assert intake.lines == []


def test_with_once_a_refused_login_is_an_error() -> None:
    listener, text = server()
    clock = WatchedClock()
    source = dial(text, clock, AsteriskManager(Login("ann", "s3cret")), once=True)

    def run() -> None:
        with listener, Running(source, clock) as intake:
            serve(listener, 1, refuse_login)
            intake.wait_for_link(LinkState.DOWN)

    with pytest.raises(SourceError, match="refused the login of 'ann'"):
        run()


def test_a_reset_right_after_the_login_is_a_refusal_too() -> None:
    def reset(connection: socket.socket) -> None:
        receive(connection, 6)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    listener, text = server()
    clock = WatchedClock(waits=1)
    running = Running(dial(text, clock, Mitel5000Login(Login())), clock)
    with listener, running:
        serve(listener, 1, reset)
        running.join()

    assert clock.waits_secs == [300]


def test_a_peer_that_only_accepts_is_dialled_ever_more_rarely() -> None:
    listener, text = server()
    clock = WatchedClock(waits=4)
    running = Running(dial(text, clock, OpenLine()), clock)
    with listener, running:
        serve(listener, 4, lambda connection: None)
        running.join()

    assert clock.waits_secs == [1, 2, 4, 8]


def test_a_peer_that_has_sent_something_is_dialled_soon_again() -> None:
    listener, text = server()
    clock = WatchedClock(waits=3)
    running = Running(dial(text, clock, OpenLine()), clock)
    with listener, running:
        serve(listener, 3, lambda connection: connection.sendall(b"line\n"))
        running.join()

    assert clock.waits_secs == [1, 1, 1]


def test_nothing_is_acknowledged_that_is_not_accepted() -> None:
    """The spool is full: the record is not acknowledged, and the switch sends it again."""

    class FullIntake(RecordingIntake):
        def commit(self) -> None:
            raise SpoolFull("full")

    intake, clock = FullIntake(), WatchedClock()
    listener, text = server()
    data = Message(ord("2"), b"000one\r\n").encoded()
    request = Message(ord("1"), b"00").encoded()

    answers: list[bytes] = []

    def run() -> None:
        with listener, Running(dial(text, clock, NecRequests(Login())), clock, intake):
            connection, _ = listener.accept()
            with connection:
                answers.append(receive(connection, len(request)))
                connection.sendall(data)
                answers.append(connection.recv(1000))

    with pytest.raises(SpoolFull):
        run()
    assert answers == [request, b""]
    assert intake.lines == []

    again = RecordingIntake(intake.accepted)
    clock = WatchedClock()
    listener, text = server()
    with listener, Running(dial(text, clock, NecRequests(Login())), clock, again):
        connection, _ = listener.accept()
        with connection:
            receive(connection, len(request))
            connection.sendall(data)
            assert again.wait_for_lines(1) == [b"one\r\n"]
            assert receive(connection, 12) == Message(ord("4"), b"000\x06").encoded()


def test_a_restart_does_not_take_again_what_was_accepted_and_not_acknowledged() -> None:
    data = Message(ord("2"), b"005one\r\n").encoded()
    listener, text = server()
    intake = RecordingIntake()
    with listener:
        for _ in range(2):
            clock = WatchedClock()
            intake = RecordingIntake(intake.accepted)
            with Running(dial(text, clock, NecRequests(Login())), clock, intake):
                connection, _ = listener.accept()
                with connection:
                    receive(connection, 10)
                    connection.sendall(data)
                    receive(connection, 12)

    assert intake.lines == [b"one\r\n"]


def test_a_stop_says_good_bye() -> None:
    listener, text = server()
    clock = SystemClock()
    running = Running(dial(text, clock, NecRequests(Login())), clock)
    with listener, running:
        connection, _ = listener.accept()
        with connection:
            receive(connection, 10)
            connection.sendall(Message(ord("3"), b"001").encoded())
            clock.stop()
            running.join()
            assert receive(connection, 100) == Message(ord("6"), b"00\x06").encoded()


def test_a_session_that_waits_is_woken_in_time() -> None:
    class Ticking(OpenLine):
        due: float | None = None

        def connected(self, now: float) -> Step:
            self.due = now + 0.05
            return Step()

        def passed(self, now: float) -> Step:
            self.due = None
            return Step(send=b"tick")

    listener, text = server()
    clock = SystemClock()
    with listener, Running(dial(text, clock, Ticking()), clock):
        connection, _ = listener.accept()
        with connection:
            assert receive(connection, 4) == b"tick"


def test_what_a_session_held_back_is_accepted_however_it_ends() -> None:
    listener, text = server()
    clock = WatchedClock(waits=1)
    half = b"\x03\x04half a ticket"
    session = OxeLink(Login())

    def fall_silent(connection: socket.socket) -> None:
        connection.sendall(b"\x00\x01\x50" + half)
        receive(connection, 7)
        session.due = clock.monotonic()  # the silence is over sooner than in life
        assert connection.recv(10) == b""

    running = Running(dial(text, clock, session), clock)
    with listener, running as intake:
        serve(listener, 1, fall_silent)
        running.join()

    assert intake.lines == [half]
    assert "no sign of life" in intake.wait_for_link(LinkState.DOWN)


def test_a_lone_cr_is_a_line_end_after_a_moment_with_a_session_too() -> None:
    listener, text = server()
    clock = SystemClock()
    with listener, Running(dial(text, clock, Mitel5000Login(Login())), clock) as intake:
        connection, _ = listener.accept()
        with connection:
            receive(connection, 6)
            connection.sendall(b"one\r")

            assert intake.wait_for_lines(1) == [b"one\r"]


def test_the_simulated_switch_and_the_source_over_many_cuts() -> None:
    told: list[str] = []
    switch = TalkingSwitch(
        ("127.0.0.1", 0), SystemClock(), told.append, NecSwitch(), drop_after=3, goodbye_secs=0.2
    )
    clock = WatchedClock()
    source = dial(f"tcp:{told[0].rpartition(' ')[2]}", clock, NecRequests(Login()))
    records = [b"record %d\r\n" % number for number in range(20)]
    with Running(source, clock) as intake:
        for record in records:
            while True:
                assert switch.ready()
                if switch.send(record):
                    break
        switch.close()

    assert intake.lines == records
    assert switch.links > 5
