from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.sources.http_listen import HttpListen, HttpRules
from cmtel.domain.source_address import parse_source_address
from cmtel.domain.source_options import parse_networks
from cmtel.errors import SourceError, SpoolError
from cmtel.services.spool_ports import LinkState
from tests.certificates import make_certificates
from tests.fakes_intake import RecordingIntake
from tests.integration.running import Running

SECRET = ":".join(("ge", "heim"))
Reply = tuple[int, str]


def _listen(clock: SystemClock, **rules: object) -> HttpListen:
    address = parse_source_address("http-listen:127.0.0.1:0")
    return HttpListen(address, clock, HttpRules(**rules))  # type: ignore[arg-type]  # the test's


def _port(intake: RecordingIntake) -> int:
    return int(intake.wait_for_link(LinkState.LISTENING).rpartition(":")[2])


def _ask(
    intake: RecordingIntake,
    body: bytes | None,
    method: str = "POST",
    path: str = "/",
    **headers: str,
) -> Reply:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", _port(intake), timeout=5)) as connection:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def _raw(intake: RecordingIntake, data: bytes) -> bytes:
    """Send bytes and return all that comes back until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", _port(intake)), timeout=5) as connection:
        connection.sendall(data)
        found = b""
        while block := connection.recv(65536):
            found += block
        return found


def test_a_record_is_on_disk_before_200_is_said() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        assert _ask(intake, b"one\ntwo")[0] == 200
        assert intake.lines_of("127.0.0.1") == [b"one\n", b"two"]


def test_a_connection_serves_many_requests() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        connection = http.client.HTTPConnection("127.0.0.1", _port(intake), timeout=5)
        for number in range(5):
            connection.request("POST", "/", b"%d" % number)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
        connection.close()

    assert intake.lines == [b"0", b"1", b"2", b"3", b"4"]


def test_chunks_pipelining_and_the_wait_for_100_are_understood() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        chunked = (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\none\r\n1\r\n\n\r\n0\r\n\r\n"
        )
        second = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo"

        assert _raw(intake, chunked + second).count(b"200 OK") == 2
        with socket.create_connection(("127.0.0.1", _port(intake)), timeout=5) as patient:
            patient.sendall(
                b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            )
            assert patient.recv(1000).startswith(b"HTTP/1.1 100")
            patient.sendall(b"three")
            assert patient.recv(1000).startswith(b"HTTP/1.1 200")

    assert intake.lines == [b"one\n", b"two", b"three"]


def test_the_form_around_a_record_is_taken_off() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        form = {"Content_Type": "application/x-www-form-urlencoded"}

        assert _ask(intake, b"cdr=%7B%22uuid%22:1%7D", **form)[0] == 200

    assert intake.lines == [b'{"uuid":1}']


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
        (400, b"\x16\x03\x01\x00\xa5 TLS where none is\r\n\r\n"),
        (400, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
        (405, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        (413, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"),
        (
            415,
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
        ),
        (431, b"POST / HTTP/1.1\r\nX: " + b"y" * 20_000),
    ],
)
def test_what_is_no_post_of_a_record_is_refused(status: int, request_: bytes) -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        assert _raw(intake, request_).startswith(b"HTTP/1.1 %d " % status)
        assert _ask(intake, b"one")[0] == 200

    assert intake.lines == [b"one"]


def test_a_body_without_a_length_ends_at_the_limit() -> None:
    clock = SystemClock()
    with Running(_listen(clock, max_body_bytes=100), clock) as intake:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

        assert b" 413 " in _raw(intake, head + b"40\r\n" + b"x" * 64 + b"\r\n40\r\n" + b"x" * 64)

    assert intake.lines == []


def test_another_path_is_not_found() -> None:
    clock = SystemClock()
    with Running(_listen(clock, path="/cdr"), clock) as intake:
        assert _ask(intake, b"one", path="/")[0] == 404
        assert _ask(intake, b"one", path="/cdr?uuid=a_1")[0] == 200


@pytest.mark.parametrize(
    ("user", "good"),
    [
        ("pbx", "Basic " + base64.b64encode(b"pbx:ge:heim").decode()),
        (None, "Bearer ge:heim"),
    ],
)
def test_a_login_is_demanded(user: str | None, good: str, caplog: pytest.LogCaptureFixture) -> None:
    clock = SystemClock()
    with Running(_listen(clock, user=user, secret=SECRET), clock) as intake:
        for wrong in ("", good[:-1], "Basic cGJ4Og==", "Basic %%%", "Bearer", "Digest x"):
            assert _ask(intake, b"one", Authorization=wrong)[0] == 401
        assert intake.lines == []
        assert _ask(intake, b"one", Authorization=good)[0] == 200

    assert "login is missing or wrong" in caplog.text
    assert SECRET not in caplog.text


def test_a_peer_outside_the_allowed_networks_gets_no_answer() -> None:
    clock = SystemClock()
    with (
        Running(_listen(clock, allow=parse_networks("10.0.0.0/8")), clock) as intake,
        pytest.raises((http.client.HTTPException, OSError)),
    ):
        _ask(intake, b"one")

    assert intake.lines == []


def test_a_full_spool_is_503_and_what_was_refused_is_never_accepted() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        intake.is_full = True
        assert _ask(intake, b"one")[0] == 503
        intake.is_full = False
        assert _ask(intake, b"two")[0] == 200

    assert intake.lines == [b"two"]
    assert LinkState.HELD_BACK in intake.link_states


class _BrokenIntake(RecordingIntake):
    def offer(self) -> None:
        raise SpoolError("The disk is gone.")


def test_a_disk_that_refuses_ends_the_source() -> None:
    clock = SystemClock()
    source, intake = _listen(clock), _BrokenIntake()
    with ThreadPoolExecutor(1) as runner:
        run = runner.submit(source.run, intake)
        assert _ask(intake, b"one")[0] == 500

        with pytest.raises(SpoolError, match="gone"):
            run.result(5)


def test_slow_peers_are_cut_off_and_hold_nobody_up() -> None:
    clock = SystemClock()
    source = _listen(clock, idle_secs=0.5, request_secs=0.7, max_connections=60)
    with Running(source, clock) as intake:
        port = _port(intake)
        slow = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(50)]
        for number, connection in enumerate(slow):
            if number % 2:
                connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        began = time.monotonic()
        assert _ask(intake, b"one")[0] == 200
        assert time.monotonic() - began < 0.4
        for _ in range(8):
            clock.wait(0.1)
            for connection in slow[1::2]:
                _drip(connection)
        assert [_is_cut(connection) for connection in slow] == [True] * 50
        for connection in slow:
            connection.close()

    assert intake.lines == [b"one"]


def _drip(connection: socket.socket) -> None:
    try:
        connection.send(b"x")
    except OSError:
        return  # cut off already, as it should be


def _is_cut(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except OSError:
        return True


def test_more_connections_than_agreed_are_closed() -> None:
    clock = SystemClock()
    with Running(_listen(clock, max_connections=1), clock) as intake:
        with socket.create_connection(("127.0.0.1", _port(intake)), timeout=5):
            clock.wait(0.1)
            with pytest.raises((http.client.HTTPException, OSError)):
                _ask(intake, b"one")
        clock.wait(0.1)

        assert _ask(intake, b"two")[0] == 200


def test_posts_that_come_together_share_a_sync() -> None:
    clock = SystemClock()
    with Running(_listen(clock), clock) as intake:
        statuses: list[int] = []
        senders = [
            threading.Thread(target=lambda n=n: statuses.append(_ask(intake, b"%d" % n)[0]))
            for n in range(40)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(10)

    assert statuses == [200] * 40
    assert sorted(intake.lines) == sorted(b"%d" % n for n in range(40))


def test_https_with_a_certificate_of_ones_own(tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    clock = SystemClock()
    with Running(_listen(clock, tls_cert=str(made.good)), clock) as intake:
        trusting = ssl.create_default_context(cafile=str(made.authority))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", _port(intake), timeout=5, context=trusting
        )
        connection.request("POST", "/", b"one")

        assert connection.getresponse().status == 200
        connection.close()


def test_a_certificate_that_is_none_is_told_before_the_start(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    source = _listen(SystemClock(), tls_cert=str(tmp_path / "cert.pem"))

    with pytest.raises(SourceError, match="cannot be used"):
        source.run(RecordingIntake())


def test_a_stop_is_seen_within_a_second_also_with_idle_connections() -> None:
    clock = SystemClock()
    running = Running(_listen(clock), clock)
    with running as intake, socket.create_connection(("127.0.0.1", _port(intake)), timeout=5):
        clock.wait(0.1)
        asked_at = time.monotonic()
        clock.stop()
        running.join()

    assert time.monotonic() - asked_at < 1.0
