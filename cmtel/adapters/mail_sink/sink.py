"""The sink itself: a thread with an SMTP server that gives each mail to a function."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail
from cmtel.adapters.mail_sink.handler import SinkHandler
from cmtel.errors import CmtelError

#: How long starting and stopping may take, in seconds.
_PATIENCE_SECS = 10.0
#: aiosmtpd logs each command, passwords included; nobody is to see those.
_LIBRARY_LOG = "mail.log"


class MailSink:
    """A mail server; from :meth:`start` to :meth:`stop` it calls ``on_mail`` from its thread."""

    def __init__(
        self, host: str, port: int, on_mail: Callable[[SunkMail], None],
        behaviour: Behaviour | None = None,
    ) -> None:  # fmt: skip
        """``port`` 0: any that is free.

        Raises:
            CmtelError: The certificate cannot be used.
        """
        self._host = host
        self._wanted_port = port
        self._behaviour = behaviour or Behaviour()
        self._context = _context(self._behaviour)
        self._handler = SinkHandler(self._behaviour, on_mail)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._clients: set[_Client] = set()
        self.port = port

    def start(self) -> None:
        """Listen; ``port`` is known from then on.

        Raises:
            CmtelError: The address is taken, or not this machine's.
        """
        logging.getLogger(_LIBRARY_LOG).setLevel(logging.CRITICAL)
        self._thread.start()
        try:
            self._run(self._listen(self._context))
        except OSError as exc:
            self.stop()
            where = f"{self._host}:{self._wanted_port}"
            raise CmtelError(f"The mail sink cannot listen on {where}: {exc}.") from exc

    def stop(self) -> None:
        """Listen no more, and cut the connections."""
        if not self._thread.is_alive():
            return
        if self._server is not None:
            self._run(self._close(self._server))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_SECS)
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _listen(self, context: ssl.SSLContext | None) -> None:
        is_implicit = self._behaviour.tls == "implicit"
        self._server = await self._loop.create_server(
            lambda: self._client(None if is_implicit else context),
            self._host,
            self._wanted_port,
            ssl=context if is_implicit else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def _client(self, starttls: ssl.SSLContext | None) -> SMTP:
        """Return the protocol of one connection."""
        wanted = self._behaviour
        unwanted = [] if wanted.user is not None else ["PLAIN", "LOGIN"]
        return _Client(
            self._clients,
            self._handler,
            loop=self._loop,
            hostname="cmtel-mail-sink",
            ident="cmtel mail sink",
            data_size_limit=wanted.max_bytes,
            enable_SMTPUTF8=wanted.takes_utf8,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_require_tls=False,  # a test may want a login in clear text
            auth_exclude_mechanism=[*unwanted, *([] if wanted.token else ["XOAUTH2"])],
            authenticator=self._check,
        )

    def _check(self, *words: object) -> AuthResult:
        login = words[-1]
        is_right = isinstance(login, LoginPassword) and self._handler.check_login(login)
        return AuthResult(success=is_right, handled=False)

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        for client in list(self._clients):
            client.cut()
        while self._clients:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0)  # their tasks end

    def _run(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECS)  # type: ignore[arg-type]


class _Client(SMTP):
    """One connection, known to the sink so that it can be cut."""

    def __init__(self, clients: set[_Client], handler: SinkHandler, **options: object) -> None:
        super().__init__(handler, **options)  # type: ignore[arg-type] # handed through
        self._all = clients

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._all.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._all.discard(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """End the connection at once."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()


def _context(behaviour: Behaviour) -> ssl.SSLContext | None:
    if behaviour.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(behaviour.certificate)
    except OSError as exc:
        why = "has no certificate with its key" if isinstance(exc, ssl.SSLError) else exc.strerror
        raise CmtelError(f"The certificate {behaviour.certificate}: {why}.") from exc
    return context
