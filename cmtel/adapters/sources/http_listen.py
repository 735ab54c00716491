"""http-listen: switches post call records; 200 is said only when the spool has them on disk.

One thread, one loop. Bodies that arrive together are committed together, with one sync. What is
answered with anything but 200, or not at all because this process died, is not known to be
accepted: the sender keeps it and sends it again. Only if the process dies between the sync and the
answer, a record comes twice; HTTP has nothing against that.

Each sender (its address) is a source of its own. Its decoder goes on from one body to the next,
and over a restart, so a call that is told in several posts is put together; framing does not: a
broken body does not reach into the next one.

Why not http.server: it has a thread for each connection and no time limit for a request as a
whole, so a handful of slow peers would hold it up. asyncio has the deadlines, h11 the protocol.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import logging
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from cmtel.adapters.sources.admission import NOT_ALLOWED, Admission, bound, plain_ip, shown
from cmtel.adapters.sources.http_exchange import (
    IDLE_SECS,
    REQUEST_SECS,
    Answer,
    Exchange,
    ExchangeRules,
    Head,
)
from cmtel.adapters.sources.tcp_socket import bind_error
from cmtel.domain.source_address import SourceAddress
from cmtel.domain.source_options import Network
from cmtel.errors import SourceError, SpoolError, SpoolFull
from cmtel.formats.posted import posted_record
from cmtel.services.ports import Clock, Feed, Intake
from cmtel.services.spool_ports import LinkState

logger = logging.getLogger(__name__)

DEFAULT_MAX_CONNECTIONS = 200
DEFAULT_MAX_BODY_BYTES = 1 << 20
#: Each new sender costs a row in the spool; behind a proxy there is one.
_MAX_PEERS = 1000
_BACKLOG = 256
#: How late a wish to stop is seen, and how long requests under way may take then.
_WAKE_SECS = 0.2
_STOP_SECS = 1.0
#: When a sender may come again while the spool is full.
_RETRY_AFTER_SECS = 30
_ACCEPTED = Answer(200, "Accepted.")


@dataclass(frozen=True, slots=True)
class HttpRules:
    """Who may post what.

    Attributes:
        allow: Networks that may connect; None: all.
        path: The only path that takes records; None: any does.
        user: With ``secret``: the user that Basic authentication must name; None: a Bearer token.
        secret: The password or token; None: nobody is asked.
    """

    allow: Sequence[Network] | None = None
    path: str | None = None
    user: str | None = None
    secret: str | None = None
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
    max_connections: int = DEFAULT_MAX_CONNECTIONS
    idle_secs: float = IDLE_SECS
    request_secs: float = REQUEST_SECS
    tls_cert: str | None = None
    tls_key: str | None = None


class HttpListen:
    """Source: an HTTP or HTTPS server that takes POST (and PUT) of call records."""

    def __init__(self, address: SourceAddress, clock: Clock, rules: HttpRules) -> None:
        self._address = address
        self._clock = clock
        self._rules = rules
        self._admission = Admission(rules.allow)
        self._feeds: dict[str, Feed] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._exchanges: dict[asyncio.Task[None], Exchange] = {}
        self._failure: SpoolError | None = None

    def run(self, intake: Intake) -> None:
        """Serve until the clock is stopping.

        Raises:
            SourceError: The address cannot be listened on, or the certificate cannot be used.
            AccessDenied: The port needs rights that this user does not have.
            SpoolError: The disk refused; whoever waited was answered 500.
        """
        self._intake = intake
        tls = self._tls()
        try:
            listener = bound(self._address.host, self._address.port, socket.SOCK_STREAM)
        except OSError as exc:
            raise bind_error(self._address.host_port, exc) from exc
        with listener:
            self._name = shown(listener)
            asyncio.run(self._serve(listener, tls))
        if self._failure is not None:
            raise self._failure
        intake.link(LinkState.ENDED, self._name)

    async def _serve(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        handshake_secs = None if tls is None else self._rules.idle_secs
        server = await asyncio.start_server(
            self._connected, sock=listener, ssl=tls, backlog=_BACKLOG,
            ssl_handshake_timeout=handshake_secs,
        )  # fmt: skip
        self._intake.link(LinkState.LISTENING, self._name)
        while not self._clock.is_stopping and self._failure is None:
            await asyncio.sleep(_WAKE_SECS)
        server.close()
        for task, exchange in self._exchanges.items():
            if exchange.is_idle:
                task.cancel()
        if self._exchanges:
            await asyncio.wait(self._exchanges, timeout=_STOP_SECS)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = plain_ip(writer.get_extra_info("peername")[0])
        refusal = self._refusal(peer)
        if refusal:
            self._admission.log_refusal(peer, self._name, refusal)
            writer.transport.abort()
            return
        rules = ExchangeRules(
            partial(self._refused, peer), partial(self._take, peer), self._rules.max_body_bytes,
            self._rules.idle_secs, self._rules.request_secs,
        )  # fmt: skip
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a handler of start_server is a task
        self._exchanges[task] = exchange = Exchange(reader, writer, rules)
        try:
            await exchange.run()
        finally:
            del self._exchanges[task]
            writer.close()

    def _refusal(self, peer: str) -> str:
        if not self._admission.is_allowed(peer):
            return NOT_ALLOWED
        if len(self._exchanges) >= self._rules.max_connections:
            return f"{self._rules.max_connections} connections are open already"
        return ""

    def _refused(self, peer: str, head: Head) -> Answer | None:
        if not self._is_known(head.headers.get("authorization", "")):
            self._admission.log_refusal(peer, self._name, "its login is missing or wrong")
            scheme = "Bearer" if self._rules.user is None else 'Basic realm="cmtel"'
            return Answer(401, "Log in.", (("WWW-Authenticate", scheme),))
        if self._rules.path is not None and head.path != self._rules.path:
            return Answer(404, "Nothing is here.")
        if head.method not in ("POST", "PUT"):
            return Answer(405, "Post call records.", (("Allow", "POST, PUT"),))
        if head.headers.get("content-encoding", "identity").lower() != "identity":
            return Answer(415, "Send it without compression.")
        return None

    def _is_known(self, authorization: str) -> bool:
        if self._rules.secret is None:
            return True
        scheme, _, given = authorization.partition(" ")
        wanted = self._rules.secret
        if self._rules.user is not None:
            wanted = f"{self._rules.user}:{wanted}"
            given = _from_base64(given.strip())
        is_scheme = scheme.lower() == ("bearer" if self._rules.user is None else "basic")
        return hmac.compare_digest(given.strip().encode(), wanted.encode()) and is_scheme

    async def _take(self, peer: str, head: Head, body: bytes) -> Answer:
        record = posted_record(head.headers.get("content-type", ""), body)
        if not record:
            return Answer(400, "There is no record in it that can be read.")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            feed = self._feed_of(peer)
            if feed is None:
                return Answer(503, f"{_MAX_PEERS} senders are known already.")
            feed.push(record)
            feed.cut()
            self._commit_soon(done)
            await done
        except SpoolFull as full:
            self._intake.link(LinkState.HELD_BACK, full.message)
            again = (("Retry-After", str(_RETRY_AFTER_SECS)),)
            return Answer(503, "The spool is full; nothing was accepted.", again)
        except SpoolError as error:
            self._failure = error
            return Answer(500, "The spool cannot be written; nothing was accepted.")
        self._intake.link(LinkState.UP, self._name)
        return _ACCEPTED

    def _feed_of(self, peer: str) -> Feed | None:
        feed = self._feeds.get(peer)
        if feed is None and len(self._feeds) < _MAX_PEERS:
            feed = self._intake.open_feed(peer, f"http/{peer}", is_patient=False)
            self._feeds[peer] = feed
        return feed

    def _commit_soon(self, done: asyncio.Future[None]) -> None:
        """All that is pushed until the loop comes round is committed together."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._commit)
        self._waiting.append(done)

    def _commit(self) -> None:
        """The loop stands still for the sync, a few milliseconds: the kernel takes in meanwhile."""
        waiting, self._waiting = self._waiting, []
        error: SpoolError | None = None
        try:
            self._intake.offer()
        except SpoolError as exc:
            error = exc
        for done in waiting:
            if done.done():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

    def _tls(self) -> ssl.SSLContext | None:
        if self._rules.tls_cert is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self._rules.tls_cert, self._rules.tls_key)
        except (OSError, ssl.SSLError) as exc:
            raise SourceError(
                f"The certificate {self._rules.tls_cert} cannot be used: {exc}.",
                hint="tls-cert is the chain, tls-key the key without password; both are PEM.",
            ) from exc
        return context


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
