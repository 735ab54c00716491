"""The text behind ``--source``, read: what kind of source it is and where it lies.

Pure: nothing is opened or looked up here. A kind that is known but not built yet is a good
address; whoever makes the source says that it cannot be made.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from urllib.parse import parse_qsl

from cmtel.errors import UsageError


@unique
class SourceKind(StrEnum):
    """What a source is; the word before the first colon."""

    TCP_LISTEN = "tcp-listen"
    TCP = "tcp"
    UDP_LISTEN = "udp-listen"
    HTTP_LISTEN = "http-listen"
    HTTP = "http"
    FILE = "file"
    SERIAL = "serial"
    STDIN = "stdin"
    NATS = "nats"


@dataclass(frozen=True, slots=True)
class SourceAddress:
    """Where a source lies; which fields are set depends on ``kind``.

    Attributes:
        kind: The kind of source.
        text: The text as given.
        host: Host name or IP address without brackets (the kinds of a network).
        port: 0 to 65535; 0 only for listeners: a free port is taken.
        path: Path or glob (file), device (serial), the URL (http, nats).
        settings: Line settings of a serial device, checked: ``baud`` and ``mode``.
    """

    kind: SourceKind
    text: str
    host: str = ""
    port: int = 0
    path: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def host_port(self) -> str:
        """``host:port`` for people; an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


_HINT = "tcp-listen:HOST:PORT, tcp:HOST:PORT, file:PATH, serial:DEV?baud=9600&mode=7E2 or stdin"
_LISTENERS = frozenset({SourceKind.TCP_LISTEN, SourceKind.UDP_LISTEN, SourceKind.HTTP_LISTEN})
_SERIAL_DEFAULTS = {"baud": "9600", "mode": "8N1"}
#: Data bits, parity (none, even, odd, mark, space), stop bits, as modem programs write it.
_MODE = re.compile(r"[5-8][NEOMS](1|1\.5|2)")
_HOST_PORT = re.compile(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<host>[^:\[\]]*)):(?P<port>[0-9]{1,5})")


def parse_source_address(text: str) -> SourceAddress:
    """Return the address that ``text`` (the word after ``--source``) describes.

    Blanks around it do not count, blanks inside a path do. The kind is read in any case.

    Raises:
        UsageError: The kind is unknown, or what follows does not fit it.

    Source: DESIGN.md section 2, ``cmtel journal ingest``.
    """
    text = text.strip()
    word, colon, rest = text.partition(":")
    kind = _kind_of(word, text)
    if kind is SourceKind.STDIN:
        if colon:
            raise _wrong(text, "stdin takes nothing after it")
        return SourceAddress(kind, text)
    if kind in (SourceKind.HTTP, SourceKind.NATS):
        return _parse_url(kind, text, rest)
    if kind is SourceKind.FILE:
        return _parse_file(text, rest)
    if kind is SourceKind.SERIAL:
        return _parse_serial(text, rest)
    return _parse_host_port(kind, text, rest)


def _kind_of(word: str, text: str) -> SourceKind:
    word = word.lower()
    try:
        return SourceKind.HTTP if word == "https" else SourceKind(word)
    except ValueError:
        raise UsageError(f"'{text}' is no source: its kind is unknown.", hint=_HINT) from None


def _parse_host_port(kind: SourceKind, text: str, rest: str) -> SourceAddress:
    match = _HOST_PORT.fullmatch(rest)
    if match is None:
        raise _wrong(text, "HOST:PORT is expected, an IPv6 address in brackets")
    host, port = match["v6"] or match["host"], int(match["port"])
    if match["v6"] is not None:
        _check_ipv6(text, host)
    if not host.strip() or host != host.strip():
        raise _wrong(text, "the host is missing; 0.0.0.0 stands for every IPv4 address")
    if port > 65535 or (port == 0 and kind not in _LISTENERS):
        raise _wrong(text, "the port must be from 1 to 65535")
    return SourceAddress(kind, text, host=host, port=port)


def _check_ipv6(text: str, host: str) -> None:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        raise _wrong(text, f"{host} is no IPv6 address") from None


def _parse_file(text: str, rest: str) -> SourceAddress:
    path = rest.strip()
    if not path:
        raise _wrong(text, "a path is expected after file:")
    if "\0" in path:
        raise _wrong(text, "a path holds no NUL")
    return SourceAddress(SourceKind.FILE, text, path=path)


def _parse_serial(text: str, rest: str) -> SourceAddress:
    device, _, query = rest.partition("?")
    device = device.strip()
    if not device:
        raise _wrong(text, "a device is expected after serial:, such as COM3 or /dev/ttyUSB0")
    settings = dict(_SERIAL_DEFAULTS)
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in settings:
            raise _wrong(text, f"'{name}' is unknown; there are baud and mode")
        settings[name] = value.strip().upper()
    _check_line_settings(text, settings)
    return SourceAddress(SourceKind.SERIAL, text, path=device, settings=settings)


def _check_line_settings(text: str, settings: Mapping[str, str]) -> None:
    baud, mode = settings["baud"], settings["mode"]
    if not (baud.isascii() and baud.isdigit() and 50 <= int(baud) <= 4_000_000):
        raise _wrong(text, f"baud '{baud}' must be a whole number from 50 to 4000000")
    if not _MODE.fullmatch(mode):
        raise _wrong(text, f"mode '{mode}' must be data bits, parity and stop bits, as in 7E2")


def _parse_url(kind: SourceKind, text: str, rest: str) -> SourceAddress:
    if not re.fullmatch(r"//[^/\s]+(/\S*)?", rest):
        raise _wrong(text, "a host is expected after ://")
    return SourceAddress(kind, text, path=text)


def _wrong(text: str, reason: str) -> UsageError:
    return UsageError(f"'{text}' is no source: {reason}.", hint=_HINT)
