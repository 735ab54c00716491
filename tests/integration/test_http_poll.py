from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cmtel.adapters.sources.http_poll import HttpPoll, PollRules, basic
from cmtel.domain.source_address import parse_source_address
from cmtel.services.spool_ports import LinkState
from tests.fakes_clock import FakeClock
from tests.fakes_intake import Accepted, RecordingIntake


class Box:
    """A box with its records under a URL; what it knows of HTTP can be chosen."""

    def __init__(self) -> None:
        self.text = b""
        self.knows_ranges = self.knows_etags = True
        self.status = 0
        self.cuts_off = False
        self.login = ""
        self.answers: list[int] = []
        self.sent_bytes = 0
        self.accepted = Accepted()
        self.url = ""

    def read(self, *, once: bool = False, **rules: object) -> list[bytes]:
        """Ask once, as after a restart; return what was new."""
        before = len(self.accepted.records)
        self.poll(RecordingIntake(self.accepted), once=once, **rules)
        return [record for _, record in self.accepted.records[before:]]

    def poll(self, intake: RecordingIntake, *, once: bool = False, **rules: object) -> None:
        address = parse_source_address(self.url)
        made = PollRules(**rules)  # type: ignore[arg-type]  # what the test gives
        HttpPoll(address, _OneRound(), made, once=once).run(intake)


class _OneRound(FakeClock):
    def wait(self, secs: float) -> bool:
        self.stop()
        return True


@pytest.fixture
def box() -> Iterator[Box]:
    made = Box()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, extra = _answer(made, dict(self.headers))
            made.answers.append(status)
            made.sent_bytes += len(body)
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + 10 * made.cuts_off))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}/cdr.csv"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


def _answer(box: Box, asked: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
    if box.status:
        return box.status, b"", {"Location": "http://127.0.0.1:1/"}
    if box.login and asked.get("Authorization") != box.login:
        return 401, b"", {}
    etag = {"ETag": f'"{hash(box.text)}"'} if box.knows_etags else {}
    if etag and asked.get("If-None-Match") == etag["ETag"]:
        return 304, b"", etag
    if not (box.knows_ranges and "Range" in asked):
        return 200, box.text, etag
    start = int(asked["Range"].removeprefix("bytes=").removesuffix("-"))
    if start >= len(box.text):
        return 416, b"", {}
    told = f"bytes {start}-{len(box.text) - 1}/{len(box.text)}"
    return 206, box.text[start:], {**etag, "Content-Range": told}


def _lines(first: int, after: int) -> bytes:
    return b"".join(b"record %06d\n" % number for number in range(first, after))


@pytest.mark.parametrize("knows_ranges", [True, False])
@pytest.mark.parametrize("knows_etags", [True, False])
def test_a_text_that_grows_is_taken_once_over_restarts(
    box: Box, knows_ranges: bool, knows_etags: bool
) -> None:
    box.knows_ranges, box.knows_etags = knows_ranges, knows_etags
    assert box.read() == []
    ends = (1, 3, 3, 1000, 1001)
    for end in ends:
        box.text = _lines(0, end)
        box.read()

    assert box.accepted.records == [(0, line) for line in _lines(0, 1001).splitlines(keepends=True)]


def test_only_the_end_is_asked_for(box: Box) -> None:
    box.text = _lines(0, 10_000)
    box.read()
    sent = box.sent_bytes
    box.text = _lines(0, 10_001)

    assert box.read() == [b"record 010000\n"]
    assert box.sent_bytes - sent < 3000
    assert box.answers == [200, 206]


def test_what_has_not_changed_is_not_sent_again(box: Box) -> None:
    class ThreeRounds(FakeClock):
        rounds = 0

        def wait(self, secs: float) -> bool:
            self.rounds += 1
            if self.rounds == 3:
                self.stop()
            return self.is_stopping

    box.text = _lines(0, 5)
    intake = RecordingIntake(box.accepted)
    HttpPoll(parse_source_address(box.url), ThreeRounds(), PollRules()).run(intake)

    assert box.answers == [200, 304, 304]
    assert len(intake.lines) == 5


def test_a_line_still_being_written_waits_for_its_rest(box: Box) -> None:
    box.text = b"one\ntw"
    assert box.read() == [b"one\n"]
    box.text = b"one\ntwo\n"
    assert box.read() == [b"two\n"]
    box.text += b"three"
    assert box.read(once=True) == [b"three"]


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_box_that_drops_its_oldest_records_is_read_on(box: Box, knows_ranges: bool) -> None:
    box.knows_ranges = knows_ranges
    taken = []
    for first, after in ((0, 500), (100, 600), (400, 900), (401, 901)):
        box.text = _lines(first, after)
        taken += box.read()

    assert b"".join(taken) == _lines(0, 901)


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_text_begun_anew_is_read_from_its_start_and_that_is_said(
    box: Box, knows_ranges: bool, caplog: pytest.LogCaptureFixture
) -> None:
    box.knows_ranges = knows_ranges
    box.text = _lines(0, 500)
    box.read()
    box.text = _lines(9000, 9002)

    assert b"".join(box.read()) == _lines(9000, 9002)
    assert "no longer there" in caplog.text
    box.text = _lines(9000, 9003)
    assert box.read() == [b"record 009002\n"]


@pytest.mark.parametrize(("status", "told"), [(500, "500"), (404, "404"), (302, "302")])
def test_a_box_in_trouble_is_told_and_asked_again(box: Box, status: int, told: str) -> None:
    box.text, box.status = _lines(0, 2), status
    intake = RecordingIntake(box.accepted)
    box.poll(intake)
    assert [(state, told in detail) for state, detail in intake.links[:1]] == [
        (LinkState.DOWN, True)
    ]
    box.status = 0

    assert len(box.read()) == 2


def test_half_an_answer_is_not_taken(box: Box) -> None:
    box.text, box.cuts_off = _lines(0, 2), True
    assert box.read() == []
    box.cuts_off = False

    assert len(box.read()) == 2


def test_a_login_is_sent(box: Box) -> None:
    box.text, box.login = b"one\n", basic("pbx", "x:y")
    assert box.read() == []

    assert box.read(authorization=basic("pbx", "x:y")) == [b"one\n"]
