"""http, https: a box keeps its call records under a URL, and is asked for them now and then.

The answer is a text that grows, as a file does. So it is read like a file: where reading stands is
accepted in one transaction with the records before it, as an offset and the bytes before it. The
next question asks for the end only (Range, from a little before the offset, so that these bytes can
be compared), and only if something has changed (ETag, Last-Modified). A server that knows neither
sends all, and what was taken is left out here.

A box that drops its oldest records sends a text that begins later. Then what was read last is
looked for in it, and reading goes on behind it. If it is not there, all is read as new: records
that came and went between two questions are lost, which is said.
"""

from __future__ import annotations

import base64
import http.client
import json
import logging
import ssl
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

from cmtel.domain.source_address import SourceAddress
from cmtel.errors import SourceError
from cmtel.services.ports import Clock, Intake
from cmtel.services.spool_ports import FileCheckpoint, LinkState

logger = logging.getLogger(__name__)

DEFAULT_INTERVAL_SECS = 60
_TIMEOUT_SECS = 20.0
#: The whole of an answer may take so long ...
_ANSWER_SECS = 300.0
#: ... and have so many bytes.
_MAX_ANSWER_BYTES = 256 << 20
_BLOCK_BYTES = 64 * 1024
#: The checkpoint of the text.
_MARK = "url"
#: What lies before the offset and proves that the text is the same: some ten records.
_TAIL_BYTES = 2048


@dataclass(frozen=True, slots=True)
class PollRules:
    """How a URL is asked.

    Attributes:
        authorization: The header of that name; None: no login.
        tls_ca: A file with the certificates to trust; None: the system's.
    """

    interval_secs: float = DEFAULT_INTERVAL_SECS
    authorization: str | None = None
    tls_ca: str | None = None


def basic(user: str, password: str) -> str:
    """Return the header of Basic authentication. Source: RFC 7617 section 2."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@dataclass(slots=True)
class _Answer:
    """Bytes of the text from ``start_bytes`` on, and how to ask whether it has changed."""

    data: bytes
    start_bytes: int
    validators: dict[str, str]


class HttpPoll:
    """Source: asks a URL, and takes what is new in its text.

    Args:
        once: End after one good answer; its last line counts without a line end.
    """

    def __init__(
        self, address: SourceAddress, clock: Clock, rules: PollRules, *, once: bool = False
    ) -> None:
        self._url = address.path
        self._host = urlsplit(address.path).hostname or ""
        self._clock = clock
        self._rules = rules
        self._once = once
        #: Of the text: how much was taken, and its last bytes before that.
        self._offset_bytes = 0
        self._tail = b""
        self._validators: dict[str, str] = {}

    def run(self, intake: Intake) -> None:
        """Ask until the clock is stopping or, with ``once``, until there was an answer.

        Raises:
            SourceError: The certificates to trust cannot be read.
        """
        self._intake = intake
        self._opener = self._made_opener()
        self._feed = intake.open_feed(input_id="url")
        self._recall(intake.checkpoints())
        while not self._clock.is_stopping:
            if self._ask() and self._once:
                break
            self._clock.wait(self._rules.interval_secs)
        intake.link(LinkState.ENDED, self._host)

    def _ask(self) -> bool:
        """Ask once and take what is new; return whether there was an answer."""
        try:
            answer = self._fetch()
            if answer is not None and answer.start_bytes and self._begin_of_new(answer) is None:
                answer = self._fetch(is_whole=True)
        except urllib.error.HTTPError as exc:
            exc.close()
            return self._down(f"it answers {exc.code} {exc.reason}")
        except (OSError, http.client.HTTPException) as exc:
            return self._down(str(getattr(exc, "reason", exc)) or type(exc).__name__)
        if answer is not None:
            self._take(answer)
        self._intake.link(LinkState.UP, self._host)
        return True

    def _down(self, why: str) -> bool:
        self._intake.link(LinkState.DOWN, f"{self._host}: {why}")
        return False

    # --- asking --------------------------------------------------------------------------------

    def _fetch(self, *, is_whole: bool = False) -> _Answer | None:
        """Return what is new, perhaps with more before it; None: nothing has changed."""
        start = 0 if is_whole else self._offset_bytes - len(self._tail)
        headers = {"Accept-Encoding": "identity", **({} if is_whole else self._validators)}
        if start:
            headers["Range"] = f"bytes={start}-"
        if self._rules.authorization is not None:
            headers["Authorization"] = self._rules.authorization
        request = urllib.request.Request(self._url, headers=headers)  # noqa: S310  # http only
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECS) as answer:
                given = answer.headers.get("Content-Range", "")
                is_part = answer.status == 206 and given.startswith(f"bytes {start}-")
                if answer.status == 206 and not is_part:
                    raise OSError(f"it sent another part than was asked for ({given})")
                return _Answer(
                    self._read(answer), start if is_part else 0, _validators(answer.headers)
                )
        except urllib.error.HTTPError as exc:
            if exc.code == 304:
                exc.close()
                return None
            if exc.code == 416 and start:  # the text has become shorter than what was read
                exc.close()
                return self._fetch(is_whole=True)
            raise

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        give_up_at = self._clock.monotonic() + _ANSWER_SECS
        data = bytearray()
        while block := answer.read(_BLOCK_BYTES):
            data += block
            if len(data) > _MAX_ANSWER_BYTES:
                raise OSError(f"its answer has more than {_MAX_ANSWER_BYTES >> 20} MB")
            if self._clock.monotonic() > give_up_at:
                raise OSError(f"its answer takes longer than {_ANSWER_SECS:.0f} s")
        if answer.length:  # cut off in the middle
            raise OSError("its answer was cut off")
        return bytes(data)

    # --- taking --------------------------------------------------------------------------------

    def _begin_of_new(self, answer: _Answer) -> int | None:
        """Return where in the answer the new part begins; None: what was read is not in it."""
        if not self._tail:
            return 0
        expected = self._offset_bytes - len(self._tail) - answer.start_bytes
        if answer.data.startswith(self._tail, expected):
            return expected + len(self._tail)
        at = answer.data.rfind(self._tail)
        if at >= 0:
            return at + len(self._tail)
        return None

    def _take(self, answer: _Answer) -> None:
        """Take whole lines; the last one is perhaps still being written, and comes again."""
        data, begin = answer.data, self._begin_of_new(answer)
        if begin is None:
            begin = 0
            logger.warning(
                "%s: what was read last is no longer there; all is read as new, and what came "
                "and went in between is lost", self._host,
            )  # fmt: skip
        end = len(data) if self._once else max(data.rfind(b"\n") + 1, begin)
        self._validators = answer.validators
        if answer.start_bytes + end == self._offset_bytes and end == begin:
            return
        self._feed.push(data[begin:end])
        self._feed.cut()
        self._offset_bytes = answer.start_bytes + end
        self._tail = data[max(end - _TAIL_BYTES, 0) : end]
        self._feed.checkpoint(
            file_id=_MARK, path="", fingerprint="", fingerprint_bytes=0,
            offset_bytes=self._offset_bytes,
            note=json.dumps({"tail": self._tail.decode("latin-1")}),
        )  # fmt: skip
        self._intake.commit()

    def _recall(self, marks: Sequence[FileCheckpoint]) -> None:
        for mark in marks:
            if mark.file_id == _MARK:
                self._offset_bytes = mark.offset_bytes
                self._tail = json.loads(mark.note)["tail"].encode("latin-1")

    def _made_opener(self) -> urllib.request.OpenerDirector:
        try:
            context = ssl.create_default_context(cafile=self._rules.tls_ca)
        except (OSError, ssl.SSLError) as exc:
            raise SourceError(
                f"The certificates in {self._rules.tls_ca} cannot be used: {exc}.",
                hint="tls-ca is a file in PEM.",
            ) from exc
        https = urllib.request.HTTPSHandler(context=context)
        return urllib.request.build_opener(https, _NoRedirects)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A login must not be sent to whomever the box names; a redirection is an error, and said."""

    def redirect_request(self, *_: object) -> None:
        return None


def _validators(headers: Message) -> dict[str, str]:
    """Return the headers of the next question that ask whether anything has changed.

    Source: RFC 9110 sections 13.1.2 and 13.1.3.
    """
    names = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
    return {asked: headers[told] for told, asked in names if headers[told]}
