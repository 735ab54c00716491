"""Bytes of records to text, and to the ``raw`` that an outcome carries (formats.md 1.1, 1.2)."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence

from cmtel.formats.options import choice
from cmtel.formats.seam import MAX_RECORD_BYTES, FormatOption

ENCODING = FormatOption(
    "encoding",
    "utf-8, latin-1, cp1252 or cp850; otherwise UTF-8 with each bad byte read as latin-1",
    default="utf-8",
)
_ENCODINGS = ("utf-8", "latin-1", "cp1252", "cp850")
_BYTE_ORDER_MARK = codecs.BOM_UTF8

#: Noise of printers and terminal servers: NUL padding, form feeds, DLE, STX, XON/XOFF.
#: CR and LF are line ends; a record of a line format has none inside.
_DROPPED = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\r\n")


def _read_as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: each byte that is no valid text stands for its latin-1 character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


_OR_LATIN_1 = "cmtel-or-latin-1"
codecs.register_error(_OR_LATIN_1, _read_as_latin_1)


def raw_text(record: bytes) -> str:
    """Return all of ``record`` as text: UTF-8 if it is valid, else latin-1; cut if oversize."""
    if is_oversize(record):
        return _cut_raw(record)
    try:
        return record.decode()
    except UnicodeDecodeError:
        return record.decode("latin-1")


def is_oversize(record: bytes) -> bool:
    """Tell if ``record`` has more than 65 536 bytes before its line end."""
    return len(record) > MAX_RECORD_BYTES and len(record.rstrip(b"\r\n")) > MAX_RECORD_BYTES


def _cut_raw(record: bytes) -> str:
    """The framer may have cut the record inside of a character; that one does not count."""
    body = record.rstrip(b"\r\n")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)[:MAX_RECORD_BYTES]
    except UnicodeDecodeError:
        return body.decode("latin-1")[:MAX_RECORD_BYTES]


def is_separator(text: str) -> bool:
    """Tell if a line has only ``-``, ``=``, ``_`` or ``*``, three or more, beside blanks."""
    marks = text.replace(" ", "").replace("\t", "")
    return len(marks) >= 3 and not marks.strip("-=_*")


class RecordTexts:
    """The texts of one input's records, in order; remembers only whether the first one came."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Read the option ``encoding``.

        Raises:
            UsageError: It is none of the four.
        """
        self._encoding = choice(values, "encoding", _ENCODINGS, default="utf-8")
        self._is_first = True

    def read(self, records: Sequence[bytes]) -> tuple[Sequence[str | None], list[str]]:
        """Return text and raw of each record; text is without line end, None if oversize."""
        clean = self._read_clean(records)
        texts, raws = clean if clean else self._read_noisy(records)
        if records:
            self._is_first = False
        return texts, raws

    def _read_clean(self, records: Sequence[bytes]) -> tuple[list[str | None], list[str]] | None:
        """The fast way, for records without noise; None if there is any."""
        joined = b"".join(records)
        if len(joined.translate(None, _DROPPED)) != len(joined):
            return None
        if max(map(len, records), default=0) > MAX_RECORD_BYTES:
            return None
        if not joined.isascii() and not self._is_plain_utf_8(joined):
            return None
        try:
            raws = list(map(bytes.decode, records))
        except UnicodeDecodeError:
            return None
        return [raw.rstrip("\r\n") for raw in raws], raws

    def _is_plain_utf_8(self, joined: bytes) -> bool:
        has_mark = self._is_first and joined.startswith(_BYTE_ORDER_MARK)
        return self._encoding == "utf-8" and not has_mark

    def _read_noisy(self, records: Sequence[bytes]) -> tuple[list[str | None], list[str]]:
        texts: list[str | None] = [self._text(record) for record in records]
        if self._is_first and records and records[0].startswith(_BYTE_ORDER_MARK):
            texts[0] = self._text(records[0][len(_BYTE_ORDER_MARK) :])
        return texts, [raw_text(record) for record in records]

    def _text(self, record: bytes) -> str | None:
        if is_oversize(record):
            return None
        body = record.rstrip(b"\r\n").translate(None, _DROPPED)
        return body.decode(self._encoding, _OR_LATIN_1)
