"""Logging in to a mail server: PLAIN, LOGIN, and XOAUTH2 with a token.

Source: RFC 4954 (AUTH), RFC 4616 (PLAIN), draft-murchison-sasl-login (LOGIN); Microsoft,
"Authenticate an IMAP, POP or SMTP connection using OAuth" (XOAUTH2).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal, Protocol

from cmtel.adapters.smtp.connection import Answer, Connection, Ended
from cmtel.adapters.smtp.dialogue import challenge_text
from cmtel.config.secret import Secret
from cmtel.domain.mails.replies import Reply, Stage
from cmtel.errors import MailError
from cmtel.services.notifier.ports import TokenSource

#: A command longer than this must go in two parts (RFC 5321 section 4.5.3.1.4, CR LF included).
_MAX_COMMAND = 510
_CHALLENGE = 334


class Login(Protocol):
    """How to log in."""

    def log_in(self, connection: Connection) -> None:
        """Log in; what fails is :class:`Ended` at the stage AUTH."""


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """User and password; ``mechanism`` auto takes what the server offers, PLAIN first."""

    user: str
    password: Secret
    mechanism: Literal["auto", "plain", "login"] = "auto"

    def log_in(self, connection: Connection) -> None:
        """See Login. Passwords are sent as UTF-8."""
        mechanism = self._mechanism(_offered(connection))
        if mechanism == "PLAIN":
            answer = _begin(connection, "PLAIN", f"\0{self.user}\0{self.password.reveal()}")
        else:
            answer = connection.command("AUTH LOGIN")
            for word in (self.user, self.password.reveal()):
                connection.expect(answer, _CHALLENGE)
                answer = connection.command("", _encoded(word))
        connection.expect(answer)

    def _mechanism(self, offered: frozenset[str]) -> str:
        wanted = ("PLAIN", "LOGIN") if self.mechanism == "auto" else (self.mechanism.upper(),)
        for mechanism in wanted:
            if mechanism in offered:
                return mechanism
        raise _not_offered(" or ".join(wanted), offered)


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """XOAUTH2: user and a token, which is fetched only once the server is there."""

    user: str
    tokens: TokenSource

    def log_in(self, connection: Connection) -> None:
        """See Login. A token kept from earlier may have been revoked: then once with a new one."""
        offered = _offered(connection)
        if "XOAUTH2" not in offered:
            raise _not_offered("XOAUTH2", offered)
        answer = self._try(connection)
        if _is_refusal(answer) and self.tokens.forget():
            answer = self._try(connection)
        if _is_refusal(answer):
            self.tokens.forget()
        connection.expect(answer)

    def _try(self, connection: Connection) -> Answer:
        response = f"user={self.user}\x01auth=Bearer {self._token()}\x01\x01"
        answer = _begin(connection, "XOAUTH2", response)
        if answer.code != _CHALLENGE:
            return answer
        why = challenge_text(answer.text.encode())
        connection.note(f"the challenge says: {why}")
        code, text = connection.command("")  # only then comes the answer proper
        return Answer(code, f"{text} {why}")

    def _token(self) -> str:
        try:
            return self.tokens.token().reveal()
        except MailError as exc:
            # A refusal ranks with the server's own "authentication failed" (RFC 4954 section 6).
            code = None if exc.retryable else 535
            raise Ended(Reply(Stage.AUTH, code, exc.message)) from exc


def _is_refusal(answer: Answer) -> bool:
    return answer.code is not None and answer.code >= 500


def _begin(connection: Connection, mechanism: str, response: str) -> Answer:
    """Send the first response with the command, or after it where it is too long for that."""
    command, encoded = f"AUTH {mechanism}", _encoded(response)
    if len(f"{command} {encoded}") <= _MAX_COMMAND:
        return connection.command(command, encoded)
    connection.expect(connection.command(command), _CHALLENGE)
    return connection.command("", encoded)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _offered(connection: Connection) -> frozenset[str]:
    connection.stage = Stage.AUTH
    return frozenset(connection.esmtp_features.get("auth", "").upper().split())


def _not_offered(wanted: str, offered: frozenset[str]) -> Ended:
    shown = ", ".join(sorted(offered)) or "no login at all"
    # RFC 4954 section 4: 504, unrecognized authentication type.
    return Ended(Reply(Stage.AUTH, 504, f"the server offers {shown}, and not {wanted}"))
