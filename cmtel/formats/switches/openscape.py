"""Unify OpenScape Office and OpenScape Business: compressed call records (formats.md 8.2).

The fields of a HiPath record, parted by ``|``; how many there are differs between versions.

Source: Unify, OpenScape Office, "Call Detail Recording": compressed format, fields in order.
"""

from __future__ import annotations

from cmtel.domain.calls import Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.text import RecordTexts, is_separator
from cmtel.formats.unify_calls import OPTIONS, UnifyCalls, encoder, lengths

NAME = "openscape"

_FEWEST_PARTS = 9
_USED_PARTS = 11
_MISSING = ("", "")


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._calls = UnifyCalls(options)

    def read(self, text: str, raw: str) -> Outcome:
        parts = text.split("|")
        if len(parts) < _FEWEST_PARTS or not text[0].isdigit():
            return _no_call(text, raw) or self._call(parts, raw)
        return self._call(parts, raw)

    def _call(self, parts: list[str], raw: str) -> Outcome:
        if len(parts) < _USED_PARTS:
            parts += _MISSING
        if " " in raw:
            parts = [part.strip() for part in parts]
        date, time, line, extension, ring, duration, party, charge, information, account, msn = (
            parts[:_USED_PARTS]
        )
        return self._calls.call(
            (date, time),
            (line, party, extension or msn),
            lengths(ring, duration),
            self._calls.rest(charge, information, account),
            raw,
        )


def _no_call(text: str, raw: str) -> Outcome | None:
    """Return what a line is that does not begin with a date; None: let the fields tell."""
    if text.lstrip()[0].isalpha():
        return Skipped("header", raw)
    if is_separator(text):
        return Skipped("separator", raw)
    if text.count("|") + 1 < _FEWEST_PARTS:
        raise LineRejected
    return None


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return LineDecoder(RecordTexts(options.values), _LineReader(options).read)


def _write(*fields: str) -> str:
    return "|".join((*fields, "", "", ""))


FORMAT = Format(
    name=NAME,
    switch="Unify OpenScape Office, OpenScape Business: call detail recording, compressed",
    transport="file over HTTPS; or TCP: the system dials cmtel and stays connected",
    default_port=None,
    layout="""\
fields parted by |, 9 or more:
date DD.MM.YY, time HH:MM:SS (end of the call), line, extension, ring MM:SS, duration HH:MM:SS,
number, charge, information, account, MSN, more
information, last digit: odd in, even and 9 out, 0 or * a phone rings""",
    example="20.06.12|13:11:35|201|33388|00:02|00:00:07|0123456789||1||||||",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encoder(_write),
)
