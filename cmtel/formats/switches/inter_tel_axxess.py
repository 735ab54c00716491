"""Inter-Tel Axxess: SMDR (formats.md 4.3); the lines are read by ``cmtel/formats/inter_tel.py``.

Source: Inter-Tel Axxess Installation and Maintenance Manual, "Station Message Detail Recording".
"""

from __future__ import annotations

from cmtel.domain.calls import CallRecord
from cmtel.formats.dates import UNDATED_MEMORY_RECORDS
from cmtel.formats.framers import LineFramer
from cmtel.formats.inter_tel import LAYOUT, InterTelReader, line_of
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.simulated import CallTimes
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "inter-tel-axxess"
OPTIONS = (ENCODING,)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = InterTelReader(options)
    return LineDecoder(
        RecordTexts(options.values), reader.read,
        memory_records=UNDATED_MEMORY_RECORDS, received=reader.hint.receive,
    )  # fmt: skip


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line that the system sends when the call has ended; see :func:`line_of`."""
    return [EncodedRecord(CallTimes(call).total_secs, f"{line_of(call)}\r\n".encode())]


FORMAT = Format(
    name=NAME,
    switch="Inter-Tel Axxess: SMDR",
    transport="RS-232, or a file",
    default_port=None,
    layout=LAYOUT,
    example=("TLC 11202 94003 06990009001                  08:36 S=3      $00.00              *"),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
)
