"""One HTTP connection from the side of the server: requests in, answers out, everything bounded.

h11 reads the protocol (chunked bodies, Expect: 100-continue, pipelining, request smuggling: all of
that is its business); here are the limits that keep a slow or greedy peer from holding us up. They
are for a request as a whole, so a byte now and then does not help (slow loris).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import h11

#: How long a connection may be silent between two requests, and before the first one.
IDLE_SECS = 15.0
#: How long a request may take, from its first byte to its last.
REQUEST_SECS = 30.0
#: How long the peer may take to take the answer.
_ANSWER_SECS = 10.0
#: The request line and all headers together.
_HEAD_BYTES = 16 * 1024
_READ_BYTES = 64 * 1024

_PHRASES = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
    405: "Method Not Allowed", 413: "Content Too Large", 415: "Unsupported Media Type",
    500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What the peer is told; every one but 200 ends the connection."""

    status: int
    text: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body. Header names are in small letters."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class ExchangeRules:
    """What an exchange asks its owner.

    Attributes:
        refuse: Returns what is wrong with a request before its body is read; None: nothing.
        take: Returns the answer to a request; "200" only if the record is safe.
        max_body_bytes: A larger body is refused, and not read.
    """

    refuse: Callable[[Head], Answer | None]
    take: Callable[[Head, bytes], Awaitable[Answer]]
    max_body_bytes: int
    idle_secs: float = IDLE_SECS
    request_secs: float = REQUEST_SECS


class Exchange:
    """Serves one connection; the owner closes the streams."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rules: ExchangeRules
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._rules = rules
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_BYTES)
        self.is_idle = True

    async def run(self) -> None:
        """Serve requests until the peer has enough, or does not keep to the rules."""
        while True:
            try:
                answer = await self._next_answer()
            except h11.RemoteProtocolError as exc:
                answer = Answer(exc.error_status_hint, "This is no HTTP request that can be read.")
            except OSError:  # a time limit, or the peer has gone
                return
            if answer is None:
                return
            await self._send(answer)
            if answer.status != 200 or self._connection.our_state is h11.MUST_CLOSE:
                return
            self._connection.start_next_cycle()

    async def _next_answer(self) -> Answer | None:
        """Return the answer to the next request; None: the peer has hung up."""
        self.is_idle = True
        async with asyncio.timeout(self._rules.idle_secs):
            await self._first_bytes()
        self.is_idle = False
        async with asyncio.timeout(self._rules.request_secs):
            event = await self._event()
            if not isinstance(event, h11.Request):
                return None
            head = _head_of(event)
            body = self._rules.refuse(head) or await self._body(head)
        if body is None or isinstance(body, Answer):
            return body
        return await self._rules.take(head, body)

    async def _first_bytes(self) -> None:
        if not self._connection.trailing_data[0]:
            self._connection.receive_data(await self._reader.read(_READ_BYTES))

    async def _event(self) -> object:
        while True:
            event = self._connection.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._connection.they_are_waiting_for_100_continue:
                await self._write(h11.InformationalResponse(status_code=100, headers=[]))
            self._connection.receive_data(await self._reader.read(_READ_BYTES))

    async def _body(self, head: Head) -> bytes | Answer | None:
        too_large = Answer(413, f"At most {self._rules.max_body_bytes} bytes are taken.")
        announced = head.headers.get("content-length", "0")
        if int(announced) > self._rules.max_body_bytes:
            return too_large
        body = bytearray()
        while True:
            event = await self._event()
            if isinstance(event, h11.EndOfMessage):
                return bytes(body)
            if not isinstance(event, h11.Data):
                return None
            body += event.data
            if len(body) > self._rules.max_body_bytes:
                return too_large

    async def _send(self, answer: Answer) -> None:
        if self._connection.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        text = f"{answer.text}\n".encode()
        closing = [] if answer.status == 200 else [("Connection", "close")]
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text))),
            *answer.headers, *closing,
        ]  # fmt: skip
        reason = _PHRASES.get(answer.status, "").encode()
        await self._write(
            h11.Response(status_code=answer.status, headers=headers, reason=reason),
            h11.Data(data=text),
            h11.EndOfMessage(),
        )

    async def _write(self, *events: h11.Event) -> None:
        data = b"".join(self._connection.send(event) or b"" for event in events)
        try:
            self._writer.write(data)
            async with asyncio.timeout(_ANSWER_SECS):
                await self._writer.drain()
        except OSError:
            self._writer.transport.abort()


def _head_of(request: h11.Request) -> Head:
    headers = {name.decode("ascii"): value.decode("latin-1") for name, value in request.headers}
    path = request.target.decode("ascii").partition("?")[0]
    return Head(request.method.decode("ascii"), path, headers)
