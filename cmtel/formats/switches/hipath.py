"""Unify (Siemens) HiPath 3000 and Hicom 150: central call detail recording (formats.md 8.1).

Two layouts of fixed positions: the compressed one, and the long one for printers, which has a
blank after the date.

Source: Siemens, HiPath 3000/5000 Feature Description, "Call Detail Recording Central": tables of
the compressed and of the long record.
"""

from __future__ import annotations

from functools import lru_cache

from cmtel.domain.calls import Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.text import RecordTexts, is_separator
from cmtel.formats.unify_calls import OPTIONS, UnifyCalls, encoder, lengths

NAME = "hipath"

_COMPRESSED_REACHES = 76
_LONG_REACHES = 78
_FEWEST_HEADING_WORDS = 5
_REMEMBERED = 65_536


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._calls = UnifyCalls(options)
        self._ends = lru_cache(_REMEMBERED)(_ends)

    def read(self, text: str, raw: str) -> Outcome:
        try:
            if text[8:9] != " ":
                return self._compressed(text, raw)
            return self._long(text, raw)
        except LineRejected:
            if _is_heading(text):
                return Skipped("header", raw)
            if is_separator(text):
                return Skipped("separator", raw)
            raise

    def _compressed(self, text: str, raw: str) -> Outcome:
        if len(text) < _COMPRESSED_REACHES:
            raise LineRejected
        line, extension, msn = self._ends(text[16:25], text[87:98])
        return self._calls.call(
            (text[:8], text[8:16]),
            (line, text[38:63], extension or msn),
            lengths(text[25:30], text[30:38]),
            self._calls.rest(text[63:74], text[74:76], text[76:87]),
            raw,
        )

    def _long(self, text: str, raw: str) -> Outcome:
        if len(text) < _LONG_REACHES:
            raise LineRejected
        line, extension, _ = self._ends(text[18:21] + text[22:28], "")
        return self._calls.call(
            (text[:8], text[9:17]),
            (line, text[44:64], extension),
            lengths(text[29:34], text[35:43]),
            self._calls.rest(text[65:76], text[77:79], ""),
            raw,
        )


def _ends(trunk_and_extension: str, msn: str) -> tuple[str, str, str]:
    return trunk_and_extension[:3].strip(), trunk_and_extension[3:].strip(), msn.strip()


def _is_heading(text: str) -> bool:
    """A page head has words and no digits."""
    words = text.split()
    has_digits = any(char.isdigit() for char in text)
    return len(words) >= _FEWEST_HEADING_WORDS and words[0][0].isalpha() and not has_digits


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return LineDecoder(RecordTexts(options.values), _LineReader(options).read)


def _write(*fields: str) -> str:
    date, time, line, extension, ring, duration, party, charge, information, account, _ = fields
    return (
        f"{date:8}{time:8}{line:>3}{extension:>6}{ring:5}{duration:8}{party:25}"
        f"{charge:>11}{information:>2}{account:11}"
    )


FORMAT = Format(
    name=NAME,
    switch="Unify (Siemens) HiPath 3000, Hicom 150: central call detail recording",
    transport="TCP: the system dials cmtel and stays connected; or V.24; or files by TFTP",
    default_port=None,
    layout="""\
compressed: 1-8 date DD.MM.YY, 9-16 time (end of the call), 17-19 trunk, 20-25 extension,
  26-30 ring MM:SS, 31-38 duration HH:MM:SS, 39-63 number, 64-74 pulses, 75-76 information,
  77-87 account, 88-98 MSN
long (a blank at 9): 1-8 date, 10-17 time, 19-21 trunk, 23-28 extension, 30-34 ring,
  36-43 duration, 45-64 number, 66-76 amount, 78-79 information
information, last digit: odd in, even and 9 out, 0 or * a phone rings""",
    example=(
        "11.12.2310:03:30  2    1200:0600:03:2106990009001                          1"
        "                           "
    ).rstrip(),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encoder(_write),
)
