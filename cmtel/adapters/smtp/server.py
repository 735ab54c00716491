"""A mail server as the notifier's Mailer: one connection a mail, an answer for every recipient.

What goes wrong is an answer, too: the stage says how far the dialogue had come, the code is the
server's, or None where it said nothing. Nothing goes in clear text unless the settings say so, and
no server is waited for longer than its time-out for each answer.
"""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cmtel.adapters.smtp.connection import Connection, Ended
from cmtel.adapters.smtp.dialogue import Dialogue
from cmtel.adapters.smtp.login import Login
from cmtel.adapters.smtp.tls import tls_context
from cmtel.adapters.smtp.transfer import Replies, transfer
from cmtel.domain.mails.replies import Reply, SendReport, Stage
from cmtel.services.notifier.ports import Envelope


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where a mail server is, and how it is spoken to.

    Attributes:
        tls: starttls is required, never merely tried; implicit: encrypted at once; none: clear.
        ca_file: The authorities (PEM) to trust in place of the system's.
        ehlo_name: What cmtel calls itself; empty: this machine's name if it has a domain, else
            its address.
        timeout_secs: For connecting, and for each answer; four times that for the last one.
    """

    host: str
    port: int
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: Path | None = None
    ehlo_name: str = ""
    timeout_secs: float = 30.0


class SmtpServer:
    """One mail server; implements Mailer."""

    def __init__(
        self,
        settings: SmtpSettings,
        login: Login | None = None,
        dialogue: Dialogue | None = None,
    ) -> None:
        """``login`` None: mail is sent without one. ``dialogue`` records what is said."""
        self._settings = settings
        self._login = login
        self._dialogue = dialogue

    @property
    def name(self) -> str:
        """``host:port``."""
        host = self._settings.host
        return f"[{host}]:{self._settings.port}" if ":" in host else f"{host}:{self._settings.port}"

    def send(self, message: bytes, envelope: Envelope) -> SendReport:
        """Hand one mail over; see Mailer. Never raises."""
        begun_secs = time.monotonic()
        replies = Replies(envelope.recipients)
        ending = self._talk(lambda c: self._converse(c, message, envelope, replies))
        if ending is not None:
            replies.decide_rest(ending)
        return SendReport(replies.decided, round((time.monotonic() - begun_secs) * 1000))

    def knock(self) -> Reply | None:
        """Connect, encrypt, log in, and leave; return what prevented it. No mail is begun."""

        def greet(connection: Connection) -> None:
            self._open(connection)
            connection.say_goodbye()

        return self._talk(greet)

    def _talk(self, say: Callable[[Connection], None]) -> Reply | None:
        """Hold one dialogue; return the answer, or the lack of one, that ended it early."""
        dialogue = Dialogue() if self._dialogue is None else self._dialogue
        connection = Connection(self._settings.timeout_secs, dialogue)
        try:
            say(connection)
        except Ended as end:
            connection.say_goodbye()
            return end.reply
        except (OSError, smtplib.SMTPException, ValueError) as exc:
            text = _words(exc)
            dialogue.note(text)
            return Reply(connection.stage, None, text)
        finally:
            connection.close()
        return None

    def _converse(
        self, connection: Connection, message: bytes, envelope: Envelope, replies: Replies
    ) -> None:
        """Open, hand over, say goodbye."""
        self._open(connection)
        transfer(connection, message, envelope, replies)
        connection.say_goodbye()

    def _open(self, connection: Connection) -> None:
        """Connect, encrypt, log in."""
        settings = self._settings
        connection.stage = Stage.CONNECT if settings.tls == "none" else Stage.TLS
        context = None if settings.tls == "none" else tls_context(settings.ca_file)
        connection.stage = Stage.CONNECT
        connection.dial(
            settings.host, settings.port, context if settings.tls == "implicit" else None
        )
        name = settings.ehlo_name or _own_name(connection)
        connection.greet(name)
        if settings.tls == "starttls" and context is not None:
            connection.stage = Stage.TLS
            if not connection.has_extn("starttls"):
                text = f"{settings.host} does not offer STARTTLS; nothing is sent in clear text"
                raise Ended(Reply(Stage.TLS, None, text))
            connection.expect(connection.command("STARTTLS"), 220)
            connection.encrypt(settings.host, context)
            connection.greet(name)
        if self._login is not None:
            self._login.log_in(connection)


def _own_name(connection: Connection) -> str:
    """Return a name for EHLO; the DNS is not asked: that may take long.

    Source:
        RFC 5321 section 4.1.4: a client without a name of its own gives an address literal.
    """
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = ipaddress.ip_address(connection.local_address().partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _words(exc: Exception) -> str:
    """Return why there is no answer; smtplib hides the reason in the context."""
    cause: BaseException = exc
    if isinstance(exc, smtplib.SMTPServerDisconnected):
        if not isinstance(exc.__context__, OSError):
            return "the server closed the connection"
        cause = exc.__context__
    if isinstance(cause, smtplib.SMTPResponseException):
        return f"no answer of a mail server: {cause.smtp_error!r}"
    return str(getattr(cause, "strerror", None) or cause)
