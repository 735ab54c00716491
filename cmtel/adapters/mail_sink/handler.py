"""aiosmtpd's hooks: what the sink answers to each command.

Source: RFC 5321 section 4.2 (codes), RFC 4954 section 6 (530, 535), and aiosmtpd, "The hook API".
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import secrets
from collections.abc import Callable

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail

_OK = "250 2.0.0 OK"
#: RFC 4954 section 4.
_MAX_RESPONSE_BYTES = 12_288


class SinkHandler:
    """Answers as its behaviour says; each mail that is taken goes to ``on_mail``, once."""

    def __init__(self, behaviour: Behaviour, on_mail: Callable[[SunkMail], None]) -> None:
        self._behaviour = behaviour
        self._on_mail = on_mail
        self._seen = 0

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._behaviour.wants_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if "MAIL" in self._behaviour.answers:
            return self._always(server, "MAIL")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return _OK

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower() in self._behaviour.refused:
            return "550 5.1.1 User unknown"
        if "RCPT" in self._behaviour.answers:
            return self._always(server, "RCPT")
        envelope.rcpt_tos.append(address)
        return _OK

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self._behaviour.delay_secs)
        if "DATA" in self._behaviour.answers:
            return self._always(server, "DATA")
        self._seen += 1
        if self._seen <= self._behaviour.defer_first:
            return "451 4.3.0 Try again later"
        self._on_mail(_mail(envelope))
        if self._seen - self._behaviour.defer_first <= self._behaviour.drop_first:
            _cut(server)
        return _OK

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """Take the token; a wrong one is told in JSON by a 334 first, as Microsoft and Google do.

        Source: Google, "OAuth 2.0 Mechanism", "SMTP protocol exchange", error response.
        """
        given = args[1].encode() if len(args) > 1 else await _challenge(server, b"")
        wanted = self._behaviour.token
        if wanted is not None and _token(given) == wanted.reveal():
            return AuthResult(success=True)
        error = json.dumps({"status": "401", "schemes": "bearer"}).encode()
        await _challenge(server, error)
        await server.push("535 5.7.8 Username and Password not accepted")
        return AuthResult(success=False, handled=True)

    def check_login(self, login: LoginPassword) -> bool:
        """Tell whether these are the user and password that are demanded."""
        password = self._behaviour.password
        wanted = (self._behaviour.user or "", password.reveal() if password else "")
        given = (login.login, login.password)
        pairs = zip(wanted, given, strict=True)
        return all(secrets.compare_digest(one.encode(), other) for one, other in pairs)

    def _always(self, server: SMTP, command: str) -> str:
        answer = self._behaviour.answers[command]
        if answer.startswith("421"):
            asyncio.get_running_loop().call_soon(_close, server)
        return answer


def _mail(envelope: Envelope) -> SunkMail:
    content = envelope.original_content or b""
    return SunkMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)


async def _challenge(server: SMTP, text: bytes) -> bytes:
    """Send a challenge and return the response; tokens are longer than aiosmtpd's lines may be."""
    await server.push(b"334 " + base64.b64encode(text))
    response = b""
    while not response.endswith(b"\n") and len(response) < _MAX_RESPONSE_BYTES:
        more = await server._reader.read(4096)  # as aiosmtpd's own challenge does
        if not more:
            break
        response += more
    return response.strip()


def _token(given: bytes) -> str:
    """Return the token in ``user=...^Aauth=Bearer TOKEN^A^A``."""
    try:
        words = base64.b64decode(given, validate=True).decode("utf-8", "replace").split("\x01")
    except binascii.Error:
        return ""
    return next((w.removeprefix("auth=Bearer ") for w in words if w.startswith("auth=")), "")


def _cut(server: SMTP) -> None:
    """Reset the connection: the answer that is written next is lost."""
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


def _close(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.close()
