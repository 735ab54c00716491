"""A source in one text, as ``--source`` has it: ``tcp-listen:HOST:PORT``, ``serial:DEV?baud=9600``.

A URL is its own text: ``https://...``, ``nats://...``. What stands behind ``?`` of a serial
device is its speed and mode; further parameters become options of the source.
"""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

from cmtel.config.journal import Source, SourceKind
from cmtel.config.suggest import near
from cmtel.errors import UsageError

_KINDS: tuple[str, ...] = get_args(SourceKind)
_SERIAL = ("baud", "mode")


def parse_source(text: str) -> dict[str, Any]:
    """Return the attributes of a Source element, in the mapping's spelling (``@kind`` ...).

    Raises:
        UsageError: It is no source; the values themselves are not checked here.
    """
    kind, _, rest = text.partition(":")
    if kind in ("http", "https", "nats") and rest.startswith("//"):
        return {"@kind": "nats" if kind == "nats" else "http", "@address": text}
    if kind not in _KINDS or kind in ("http", "nats") or bool(rest) == (kind == "stdin"):
        hint = near(kind, _KINDS) or "tcp-listen:HOST:PORT, file:PATH, serial:DEV and the like."
        raise UsageError(f"{text!r} is no source.", hint=hint)
    if kind == "stdin":
        return {"@kind": kind}
    if kind == "serial":
        return _serial(rest)
    return {"@kind": kind, "@path" if kind == "file" else "@address": rest}


def write_source(source: Source) -> str:
    """Return the text that :func:`parse_source` reads as the place of ``source``."""
    if source.kind in ("http", "nats"):
        return source.address or ""
    if source.kind == "stdin":
        return "stdin"
    if source.kind == "serial":
        return f"serial:{source.device}?{urlencode({'baud': source.baud, 'mode': source.mode})}"
    return f"{source.kind}:{source.path if source.kind == 'file' else source.address}"


def _serial(text: str) -> dict[str, Any]:
    device, _, query = text.partition("?")
    parameters = parse_qsl(query, keep_blank_values=True)
    mapping: dict[str, Any] = {"@kind": "serial", "@device": device}
    mapping |= {f"@{name}": value for name, value in parameters if name in _SERIAL}
    others = [{"@name": n, "@value": value} for n, value in parameters if n not in _SERIAL]
    return mapping | ({"SourceOption": others} if others else {})
