"""``--source`` and its options in, a Source out."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cmtel.bootstrap.http_sources import make_http_listen, make_http_poll
from cmtel.domain.source_address import SourceAddress, SourceKind, parse_source_address
from cmtel.domain.source_options import (
    Network,
    check_source_options,
    parse_count,
    parse_networks,
    parse_word,
)
from cmtel.errors import UsageError
from cmtel.formats.session import Login, Session
from cmtel.services.ports import Clock, Source

if TYPE_CHECKING:
    from cmtel.adapters.sources.file_folder import Afterwards


def make_source(
    where: str | SourceAddress,
    clock: Clock,
    *,
    options: Mapping[str, str] | None = None,
    session: Session | None = None,
    login: Login | None = None,
    once: bool = False,
) -> Source:
    """Return the source that ``where`` describes; nothing is opened before it runs.

    Args:
        where: As after ``--source``, or read already.
        options: As from ``--source-opt`` (see ``domain.source_options``).
        session: What is said to the switch, where a connection is dialled; None: nothing.
        login: Of the kinds http-listen and http.
        once: Run ends when the source has ended: a file is read, a connection cut, a listener's
            last connection gone. Serial lines, datagrams and posted records have no end.

    Raises:
        UsageError: The text or an option is wrong, the kind is not available in this version,
            or ``once`` is asked of a source that has no end.
        MissingExtra: A package that the kind needs is not installed.
    """
    address = where if isinstance(where, SourceAddress) else parse_source_address(where)
    chosen = dict(options or {})
    check_source_options(address.kind, chosen)
    if once and address.kind in _ENDLESS:
        raise UsageError(f"The source '{address.text}' has no end, so --once cannot be used.")
    if address.kind is SourceKind.TCP:
        return _make_tcp(address, clock, session, once)
    if address.kind is SourceKind.HTTP_LISTEN:
        return make_http_listen(address, clock, chosen, login or Login())
    if address.kind is SourceKind.HTTP:
        return make_http_poll(address, clock, chosen, login or Login(), once=once)
    maker = _MAKERS.get(address.kind)
    if maker is None:
        raise UsageError(
            f"Sources of kind {address.kind} are not available in this version of cmtel.",
            hint="There are tcp, http-listen, http, " + ", ".join(_MAKERS) + ".",
        )
    return maker(address, clock, chosen, once)


#: Nothing tells that no more will come.
_ENDLESS = frozenset({SourceKind.SERIAL, SourceKind.UDP_LISTEN, SourceKind.HTTP_LISTEN})

#: The kernel's own type for it is a signed 32-bit number.
_MAX_BUFFER_KILOBYTES = 1 << 20

_Maker = Callable[[SourceAddress, Clock, Mapping[str, str], bool], Source]


def _make_tcp_listen(
    address: SourceAddress, clock: Clock, options: Mapping[str, str], once: bool
) -> Source:
    from cmtel.adapters.sources.tcp_listen import DEFAULT_MAX_CONNECTIONS, TcpListen

    limit = options.get("max-connections", str(DEFAULT_MAX_CONNECTIONS))
    return TcpListen(
        address,
        clock,
        allow=_networks(options),
        max_connections=parse_count("max-connections", limit),
        once=once,
    )


def _make_udp_listen(
    address: SourceAddress, clock: Clock, options: Mapping[str, str], _once: bool
) -> Source:
    from cmtel.adapters.sources.udp_listen import (
        DEFAULT_BUFFER_BYTES,
        DEFAULT_MAX_PEERS,
        UdpLimits,
        UdpListen,
    )

    kilobytes = options.get("buffer-kilobytes", str(DEFAULT_BUFFER_BYTES >> 10))
    peers = options.get("max-peers", str(DEFAULT_MAX_PEERS))
    return UdpListen(
        address,
        clock,
        allow=_networks(options),
        strips_syslog=parse_word("syslog", options.get("syslog", "keep"), ("keep", "strip"))
        == "strip",
        limits=UdpLimits(
            min(parse_count("buffer-kilobytes", kilobytes), _MAX_BUFFER_KILOBYTES) << 10,
            parse_count("max-peers", peers),
        ),
    )


def _networks(options: Mapping[str, str]) -> tuple[Network, ...] | None:
    return parse_networks(options["allow"]) if "allow" in options else None


def _make_file(
    address: SourceAddress, clock: Clock, options: Mapping[str, str], once: bool
) -> Source:
    from cmtel.adapters.sources.file_tail import FileTail

    if "then" in options:
        return _make_folder(address, clock, options, once)
    if "settle" in options:
        raise UsageError("The source option 'settle' is of no use without 'then'.")
    return FileTail(address, clock, once=once, rollover=options.get("rollover"))


def _make_folder(
    address: SourceAddress, clock: Clock, options: Mapping[str, str], once: bool
) -> Source:
    from cmtel.adapters.sources.file_folder import DEFAULT_SETTLE_SECS, FileFolder

    if "rollover" in options:
        raise UsageError("The source options 'then' and 'rollover' cannot be used together.")
    settle_secs: float = DEFAULT_SETTLE_SECS
    if "settle" in options:
        settle_secs = parse_count("settle", options["settle"], at_least=0)
    then = _afterwards(options["then"])
    return FileFolder(address, clock, then, settle_secs=settle_secs, once=once)


def _afterwards(then: str) -> Afterwards:
    from cmtel.adapters.sources.file_folder import Afterwards

    word, colon, folder = then.partition(":")
    if word == "move" and folder.strip():
        return Afterwards(is_kept=False, folder=folder.strip())
    if colon or word not in ("keep", "delete"):
        raise UsageError(
            f"The source option 'then' cannot be '{then}'.",
            hint="It is keep, delete or move:DIR.",
        )
    return Afterwards(is_kept=word == "keep")


def _make_tcp(address: SourceAddress, clock: Clock, session: Session | None, once: bool) -> Source:
    from cmtel.adapters.sources.tcp_dial import TcpDial

    return TcpDial(address, clock, random=random.random, session=session, once=once)


def _make_serial(
    address: SourceAddress, clock: Clock, options: Mapping[str, str], _once: bool
) -> Source:
    from cmtel.adapters.sources.serial_line import SerialLine

    return SerialLine(address, clock, random=random.random, flow=options.get("flow", "none"))


def _make_stdin(
    _address: SourceAddress, clock: Clock, _options: Mapping[str, str], _once: bool
) -> Source:
    from cmtel.adapters.sources.stdin import Stdin

    return Stdin(clock)


_MAKERS: Mapping[SourceKind, _Maker] = {
    SourceKind.TCP_LISTEN: _make_tcp_listen,
    SourceKind.UDP_LISTEN: _make_udp_listen,
    SourceKind.FILE: _make_file,
    SourceKind.SERIAL: _make_serial,
    SourceKind.STDIN: _make_stdin,
}
