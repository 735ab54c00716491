"""The connection to a mail server: every answer within a time, every line recorded.

smtplib's own time-out counts from one byte to the next, so a server that sends a byte now and
then would be waited for as long as it likes. Here an answer as a whole has its time.
"""

from __future__ import annotations

import io
import smtplib
import socket
import ssl
import time
from typing import TYPE_CHECKING, NamedTuple

from cmtel.adapters.smtp.dialogue import Dialogue, masked
from cmtel.adapters.smtp.tls import TlsFailed, failure_words
from cmtel.domain.mails.replies import Reply, Stage

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

#: Characters of an answer that are kept.
_MAX_TEXT = 500
#: The answer to the final dot may take longer by this factor: a server may scan the mail first, and
#: who leaves too early makes it arrive twice (RFC 5321 section 4.5.3.2.6 allows ten minutes).
_FINAL_FACTOR = 4
#: QUIT is a courtesy: nobody is kept waiting for it.
_QUIT_SECS = 2.0
#: What is left when the time is up; zero would not wait for what there is already, but fail.
_NEXT_TO_NOTHING_SECS = 0.001


class Answer(NamedTuple):
    """An answer of the server; ``code`` None: it was none of SMTP."""

    code: int | None
    text: str

    @property
    def is_good(self) -> bool:
        """The server did what it was asked."""
        return self.code is not None and 200 <= self.code < 300


class Ended(Exception):
    """The dialogue came to its end early; ``reply`` says where and why."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


class Connection(smtplib.SMTP):
    """One dialogue. ``stage`` is how far it has come."""

    def __init__(self, timeout_secs: float, dialogue: Dialogue) -> None:
        # A name here keeps smtplib from asking the DNS for ours; `greet` is told the right one.
        super().__init__(local_hostname="localhost", timeout=timeout_secs)
        self.stage = Stage.CONNECT
        self._timeout_secs = timeout_secs
        self._answer_secs = timeout_secs
        self._dialogue = dialogue
        self._reader: _TimedReader | None = None

    def dial(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Connect, encrypted at once if ``tls`` is given, and take the server's greeting."""
        self.sock = socket.create_connection((host, port), self._timeout_secs)
        self._dialogue.note(f"connected to {host}:{port}")
        if tls is not None:
            self.encrypt(host, tls)
        self.stage = Stage.CONNECT
        self.expect(self.answer(), 220)

    def encrypt(self, host: str, tls: ssl.SSLContext) -> None:
        """Go on encrypted; what the server had sent ahead in clear text is dropped."""
        self.stage = Stage.TLS
        clear, self.sock, self.file = self.connected(), None, None
        clear.settimeout(self._timeout_secs)
        try:
            self.sock = tls.wrap_socket(clear, server_hostname=host)
        except OSError as exc:
            clear.close()
            raise TlsFailed(failure_words(exc, host)) from exc
        self._dialogue.note(f"encrypted: {self.sock.version()}")

    def greet(self, name: str) -> None:
        """Say EHLO, or HELO to a server that knows no other."""
        if not _answer(*self.ehlo(name)).is_good:
            self.expect(_answer(*self.helo(name)))

    def command(self, line: str, secret: str = "") -> Answer:
        """Send a line and return the answer; ``secret`` goes at its end and is not recorded."""
        self._dialogue.sent(masked(line) if secret else line)
        super().putcmd(f"{line} {secret}".strip() if secret else line)
        return self.answer()

    def expect(self, answer: Answer, *codes: int) -> Answer:
        """Return the answer if it is a good one, or one of ``codes``; else that was it: Ended."""
        if answer.code in codes or (not codes and answer.is_good):
            return answer
        raise Ended(Reply(self.stage, answer.code, answer.text))

    def answer(self) -> Answer:
        """Return the server's next answer."""
        return _answer(*self.getreply())

    def final_answer(self) -> Answer:
        """Return the answer to the final dot, which may take longer."""
        self._answer_secs = self._timeout_secs * _FINAL_FACTOR
        return self.answer()

    def say_goodbye(self) -> None:
        """QUIT; whatever comes of it.

        The mail is the server's since its last 250, or is not: what it answers now changes
        neither (RFC 5321 section 4.1.1.10), so a failure here is none.
        """
        self._answer_secs = min(self._timeout_secs, _QUIT_SECS)
        try:
            self.command("QUIT")
        except (OSError, smtplib.SMTPException) as exc:
            self.note(f"no answer to QUIT: {exc}")

    def note(self, text: str) -> None:
        """Record what is no line of the dialogue."""
        self._dialogue.note(text)

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Send a command of smtplib's own making (EHLO, HELO): none of them is secret."""
        self._dialogue.sent(f"{cmd} {args}".upper() if not args else f"{cmd.upper()} {args}")
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        """Return code and text of the next answer, within its time."""
        if self.file is None or self._reader is None:
            self._reader = _TimedReader(self.connected())
            self.file = io.BufferedReader(self._reader)
        self._reader.begin(self._answer_secs)
        code, text = super().getreply()
        self._dialogue.received(code, text)
        return code, text

    def send(self, s: ReadableBuffer | str) -> None:
        """Send bytes, all of them within the time-out."""
        self.connected().settimeout(self._timeout_secs)
        super().send(s)

    def connected(self) -> socket.socket:
        """Return the socket."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        return self.sock

    def local_address(self) -> str:
        """Return the address of this end."""
        address: str = self.connected().getsockname()[0]
        return address


class _TimedReader(io.RawIOBase):
    """Reads a socket; from :meth:`begin` on there is so much time for all that is read."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._secs = 0.0
        self._until = 0.0

    def begin(self, secs: float) -> None:
        self._secs = secs
        self._until = time.monotonic() + secs

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        left = self._until - time.monotonic()
        try:
            self._sock.settimeout(max(left, _NEXT_TO_NOTHING_SECS))
            return self._sock.recv_into(buffer)
        except TimeoutError as exc:
            raise TimeoutError(f"no answer within {self._secs:g} s") from exc


def _answer(code: int, text: bytes) -> Answer:
    shown = " ".join(text.decode("utf-8", "backslashreplace").split())[:_MAX_TEXT]
    if 100 <= code <= 599:
        return Answer(code, shown)
    return Answer(None, f"no answer of a mail server: {shown}")  # smtplib: code -1
