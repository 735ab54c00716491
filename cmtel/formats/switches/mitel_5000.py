"""Mitel 5000: SMDR over TCP (formats.md 4.4): the lines of Inter-Tel, each with its length before.

A record is 4 bytes of length, little-endian, without themselves, and that many bytes. An input
whose first length is none consists of plain lines, as a serial port or a file has them.

Source: Mitel 5000 Installation Manual, "SMDR", output over IP: length, 80 columns and CR LF; login.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cmtel.domain.calls import CallRecord, Rejected
from cmtel.formats.dates import UNDATED_MEMORY_RECORDS
from cmtel.formats.framers import LineFramer
from cmtel.formats.inter_tel import LAYOUT, InterTelReader, line_of
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import (
    MAX_RECORD_BYTES,
    Decoded,
    DecodeOptions,
    Decoder,
    EncodedRecord,
    Format,
)  # fmt: skip
from cmtel.formats.sessions.mitel_5000_login import SESSION
from cmtel.formats.simulated import CallTimes
from cmtel.formats.text import ENCODING, RecordTexts, raw_text

NAME = "mitel-5000"
OPTIONS = (ENCODING,)

_HEAD_BYTES = 4
#: A length above this is none.
_MAX_BODY_BYTES = 4096


class LengthFramer:
    """Cuts an input into records by their lengths, or into lines if it has none.

    After a length that is none, where one has to be, all that follows is one record.
    """

    def __init__(self) -> None:
        self._lines: LineFramer | None = None
        self._rest = b""
        self._dropped_bytes = 0
        self._has_frames = False
        self._is_lost = False

    @property
    def pending_bytes(self) -> int:
        """Bytes fed that no record has yet."""
        if self._lines:
            return self._lines.pending_bytes
        return len(self._rest) + self._dropped_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """Return the records that ``data`` completes, in order."""
        if self._lines:
            return self._lines.feed(data)
        if self._is_lost:
            self._keep(self._rest + data)
            return []
        records, rest = _frames(self._rest + data)
        self._has_frames = self._has_frames or bool(records)
        if len(rest) >= _HEAD_BYTES and not _has_length(rest):
            if not self._has_frames:
                self._lines, self._rest = LineFramer(), b""
                return self._lines.feed(rest)
            self._is_lost = True
        self._keep(rest)
        return records

    def idle(self) -> list[bytes]:
        """Nothing came for a moment: of lines, a lone CR was the line end."""
        return self._lines.idle() if self._lines else []

    def finish(self) -> list[bytes]:
        """The input has ended: return what is left; less than a length is read as lines."""
        if self._lines:
            return self._lines.finish()
        rest, self._rest, self._dropped_bytes = self._rest, b"", 0
        if self._has_frames or len(rest) >= _HEAD_BYTES:
            return [rest] if rest else []
        lines = LineFramer()
        return lines.feed(rest) + lines.finish()

    def _keep(self, rest: bytes) -> None:
        self._rest = rest[: MAX_RECORD_BYTES + 1]
        self._dropped_bytes += len(rest) - len(self._rest)


class _FrameTexts(RecordTexts):
    """The texts of frames, without their lengths; of lines if the first record is one."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._is_framed: bool | None = None
        #: Which of the records that were read last are no whole frames.
        self.broken: list[int] = []

    def read(self, records: Sequence[bytes]) -> tuple[Sequence[str | None], list[str]]:
        """Return text and raw of each record; a broken frame has no text."""
        self.broken = []
        if self._is_framed is None and records:
            self._is_framed = _has_length(records[0])
        if not self._is_framed:
            return super().read(records)
        self.broken = [n for n, record in enumerate(records) if not _is_frame(record)]
        bodies = [record[_HEAD_BYTES:] for record in records]
        for place in self.broken:
            bodies[place] = b""
        texts, _ = super().read(bodies)
        return [_on_one_line(text or "") for text in texts], list(map(raw_text, records))


class _FrameDecoder(LineDecoder):
    """One outcome a frame; where the length does not fit, there is nothing to read."""

    def __init__(self, options: DecodeOptions) -> None:
        self._frame_texts = _FrameTexts(options.values)
        reader = InterTelReader(options)
        super().__init__(
            self._frame_texts, reader.read,
            memory_records=UNDATED_MEMORY_RECORDS, received=reader.hint.receive,
        )  # fmt: skip

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return one outcome a record."""
        self._frame_texts.broken = []  # of no records nothing is read
        decoded = super().decode(records, first_sequence, received_utc)
        for place in self._frame_texts.broken:
            record = records[place]
            decoded.outcomes[place] = Rejected(_what_is_broken(record), raw_text(record))
        return decoded


def _frames(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole frames at the beginning of ``data``, and what follows them."""
    records: list[bytes] = []
    start = 0
    while _has_length(data[start : start + _HEAD_BYTES]):
        end = start + _HEAD_BYTES + _length(data[start : start + _HEAD_BYTES])
        if end > len(data):
            break
        records.append(data[start:end])
        start = end
    return records, data[start:]


def _length(record: bytes) -> int:
    return int.from_bytes(record[:_HEAD_BYTES], "little")


def _has_length(record: bytes) -> bool:
    return len(record) >= _HEAD_BYTES and 1 <= _length(record) <= _MAX_BODY_BYTES


def _is_frame(record: bytes) -> bool:
    return _has_length(record) and len(record) == _HEAD_BYTES + _length(record)


def _what_is_broken(record: bytes) -> str:
    if len(record) > MAX_RECORD_BYTES:
        return "oversize"
    is_cut_off = len(record) < _HEAD_BYTES or (
        _has_length(record) and len(record) < _HEAD_BYTES + _length(record)
    )
    return "truncated" if is_cut_off else "unparsed"


def _on_one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", "")


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return _FrameDecoder(options)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the frame that the system sends when the call has ended; see :func:`line_of`."""
    body = f"{line_of(call)}\r\n".encode()
    frame = len(body).to_bytes(_HEAD_BYTES, "little") + body
    return [EncodedRecord(CallTimes(call).total_secs, frame)]


FORMAT = Format(
    name=NAME,
    switch="Mitel 5000 (Inter-Tel 5000): SMDR over TCP",
    transport=(
        "TCP: cmtel dials port 4000 (settable) and sends 4 bytes of length, 0x84, password, NUL "
        "(02 00 00 00 84 00 without password)"
    ),
    default_port=4000,
    layout=f"4 bytes of length, little-endian, then a line (or plain lines without it):\n{LAYOUT}",
    example="TLC 11202 94003 06990009001                  08:36 00:00:03 $00.00              *",
    options=OPTIONS,
    make_framer=LengthFramer,
    make_decoder=make_decoder,
    encode=encode,
    session=SESSION,
)
