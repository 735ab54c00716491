"""udp-listen: switches send datagrams (syslog or bare); each sender is a source of its own.

A datagram has whole records: one, or several lines; none goes on in the next datagram. What an
earlier datagram of the sender has begun as a *call* (kamailio's INVITE and BYE) the decoder puts
together, also over a restart, since the sender's input outlives this process.

UDP tells nobody that a datagram is lost. So what can be done is done here: a large buffer in the
kernel, one sync of the spool for all that has come meanwhile, and on Linux the kernel's own count
of what it had to drop, which is logged and shown by ``cmtel status``.
"""

from __future__ import annotations

import logging
import selectors
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cmtel.adapters.sources.admission import NOT_ALLOWED, Admission, bound, plain_ip, shown
from cmtel.adapters.sources.tcp_socket import WAKE_SECS, bind_error
from cmtel.domain.source_address import SourceAddress
from cmtel.domain.source_options import Network
from cmtel.formats.syslog import without_header
from cmtel.services.ports import Clock, Feed, Intake
from cmtel.services.spool_ports import LinkState

logger = logging.getLogger(__name__)

#: What the kernel is asked to hold while a commit runs: some 20,000 records of 200 bytes.
DEFAULT_BUFFER_BYTES = 4 << 20
#: Sender addresses can be forged, and each new one costs a row in the spool.
DEFAULT_MAX_PEERS = 1000
#: Larger than any datagram, so that none is cut off. Source: RFC 768, the length field.
_DATAGRAM_BYTES = 65_535
#: Datagrams taken before a commit, at most.
_ROUND_DATAGRAMS = 2_000
#: Option of the socket and type of the control message: datagrams dropped since it was opened.
#: Source: socket(7) SO_RXQ_OVFL; asm-generic/socket.h (Python has no name for it).
_SO_RXQ_OVFL = 40
_COUNT = struct.Struct("=I")
#: How long a stop takes in what has already arrived, at most.
_DRAIN_SECS = 0.4
#: Drops are told at most once in so many seconds.
_TELL_SECS = 10.0


@dataclass(frozen=True, slots=True)
class UdpLimits:
    """What a listener takes.

    Attributes:
        buffer_bytes: What the kernel is asked to hold for us.
        max_peers: More senders are refused and logged.
    """

    buffer_bytes: int = DEFAULT_BUFFER_BYTES
    max_peers: int = DEFAULT_MAX_PEERS


class UdpListen:
    """Source: receives datagrams on one address and port.

    Args:
        address: Host and port; port 0 takes a free one.
        allow: Networks that may send; None: all.
        strips_syslog: A syslog header is cut off before the record is accepted.
    """

    def __init__(
        self, address: SourceAddress, clock: Clock, *, allow: Sequence[Network] | None = None,
        strips_syslog: bool = False, limits: UdpLimits | None = None,
    ) -> None:  # fmt: skip
        self._address = address
        self._clock = clock
        self._admission = Admission(allow)
        self._strips_syslog = strips_syslog
        self._limits = limits or UdpLimits()
        self._feeds: dict[str, Feed] = {}
        self._dropped = self._told_dropped = 0
        self._tell_at = 0.0

    def run(self, intake: Intake) -> None:
        """Receive until the clock is stopping; on return all that the kernel had is committed.

        Raises:
            SourceError: The address cannot be listened on.
            AccessDenied: The port needs rights that this user does not have.
        """
        self._intake = intake
        with self._open() as receiver, selectors.DefaultSelector() as selector:
            selector.register(receiver, selectors.EVENT_READ)
            self._name = shown(receiver)
            self._tell_link(LinkState.LISTENING)
            while not self._clock.is_stopping:
                selector.select(WAKE_SECS)
                self._round(receiver)
            give_up_at = self._clock.monotonic() + _DRAIN_SECS
            while self._round(receiver) and self._clock.monotonic() < give_up_at:
                pass
            self._tell_link(LinkState.ENDED)

    def _round(self, receiver: socket.socket) -> bool:
        """Take what has come and commit once; return whether there was anything."""
        is_fed = False
        for data, host in self._datagrams(receiver):
            is_fed |= self._take(data, plain_ip(host))
        if is_fed:
            self._intake.commit()
            self._tell_link(LinkState.UP)
        self._tell_drops()
        return is_fed

    def _datagrams(self, receiver: socket.socket) -> Iterator[tuple[bytes, str]]:
        for _ in range(_ROUND_DATAGRAMS):
            try:
                data, notes, _, sender = _receive(receiver)
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionResetError:  # Windows: an answer of ours could not be delivered
                continue
            for level, kind, value in notes:
                if (level, kind) == (socket.SOL_SOCKET, _SO_RXQ_OVFL):
                    self._dropped = _COUNT.unpack(value[: _COUNT.size])[0]
            yield data, sender[0]

    def _take(self, data: bytes, peer: str) -> bool:
        if self._strips_syslog:
            data = without_header(data)
        data = data.rstrip(b"\0")
        feed = self._feed_of(peer) if data else None
        if feed is None:
            return False
        feed.push(data)
        feed.cut()
        return True

    def _feed_of(self, peer: str) -> Feed | None:
        feed = self._feeds.get(peer)
        if feed is not None:
            return feed
        refusal = self._refusal(peer)
        if refusal:
            self._admission.log_refusal(peer, self._name, refusal)
            return None
        feed = self._feeds[peer] = self._intake.open_feed(peer, f"udp/{peer}")
        return feed

    def _refusal(self, peer: str) -> str:
        if not self._admission.is_allowed(peer):
            return NOT_ALLOWED
        if len(self._feeds) >= self._limits.max_peers:
            return f"{self._limits.max_peers} senders are known already"
        return ""

    def _tell_drops(self) -> None:
        now = self._clock.monotonic()
        if self._dropped == self._told_dropped or now < self._tell_at:
            return
        logger.warning(
            "%s: the kernel has dropped %d datagrams since the start, %d of them new; "
            "they are lost (see buffer-kilobytes)",
            self._name, self._dropped, self._dropped - self._told_dropped,
        )  # fmt: skip
        self._told_dropped, self._tell_at = self._dropped, now + _TELL_SECS
        self._tell_link(LinkState.UP)

    def _tell_link(self, state: LinkState) -> None:
        lost = f", {self._told_dropped} datagrams lost" if self._told_dropped else ""
        self._intake.link(state, f"{self._name}{lost}")

    def _open(self) -> socket.socket:
        try:
            receiver = bound(self._address.host, self._address.port, socket.SOCK_DGRAM)
        except OSError as exc:
            raise bind_error(self._address.host_port, exc) from exc
        if sys.platform == "linux":
            receiver.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        _ask_for_buffer(receiver, self._limits.buffer_bytes)
        return receiver


def _receive(
    receiver: socket.socket,
) -> tuple[bytes, list[tuple[int, int, bytes]], int, tuple[str, int]]:
    if sys.platform == "win32":
        data, sender = receiver.recvfrom(_DATAGRAM_BYTES)
        return data, [], 0, sender
    return receiver.recvmsg(_DATAGRAM_BYTES, socket.CMSG_SPACE(_COUNT.size))


def _ask_for_buffer(receiver: socket.socket, wanted_bytes: int) -> None:
    """The kernel gives less without a word; Linux says twice what is of use.

    Source: socket(7) SO_RCVBUF, /proc/sys/net/core/rmem_max.
    """
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, wanted_bytes)
    given = receiver.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    given = given // 2 if sys.platform == "linux" else given
    if given < wanted_bytes:
        logger.info(
            "the kernel holds %d KB of datagrams, not %d; sysctl net.core.rmem_max is its limit",
            given >> 10, wanted_bytes >> 10,
        )  # fmt: skip
