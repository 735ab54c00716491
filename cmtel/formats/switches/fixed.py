"""Lines of fields whose positions the user gives (formats.md 11.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Outcome
from cmtel.errors import LineRejected
from cmtel.formats.folded_call import legs_by_call_id
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, LineDecoder
from cmtel.formats.named_columns import calls_alike
from cmtel.formats.named_fields import OPTIONS as NAMED_OPTIONS
from cmtel.formats.named_fields import LineFilter, NamedFieldReader, check_names
from cmtel.formats.options import bad_value, refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format, FormatOption
from cmtel.formats.simulated import CallTimes, named_values
from cmtel.formats.text import RecordTexts

NAME = "fixed"
OPTIONS = (
    FormatOption(
        "fields",
        "name:position:length,...; positions count characters from 1; - ignores a field",
        required=True,
    ),
    *NAMED_OPTIONS,
)
#: The fields of simulated records, for the option ``fields``.
SIMULATED_FIELDS = (
    "direction:1:8,state:10:4,datetime:15:19,end-datetime:35:19,remote_number:55:30,"
    "local_number:86:20,forwarded_via:107:20,name:128:60,ring:189:10,connected:200:10,"
    "charge:211:12,currency:224:3,line:228:30,account_code:259:30,call_id:290:60,leg:351:5"
)

_FIELD = re.compile("([a-z_-]+):([1-9][0-9]{0,4}):([1-9][0-9]{0,4})")


class _Field(NamedTuple):
    name: str
    columns: slice


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        fields = _fields(options.values["fields"])
        check_names([field.name for field in fields])
        self._fields = [field for field in fields if field.name != "-"]
        self._filter = LineFilter(options.values)
        self.records = NamedFieldReader(options, [field.name for field in self._fields])

    def read(self, text: str, raw: str) -> Outcome:
        if skipped := self._filter.skipped(text, raw):
            return skipped
        values = {name: text[columns].strip() for name, columns in self._fields}
        return self.records.call(values, raw)

    def read_alike(self, texts: Sequence[str], raws: Sequence[str]) -> list[Outcome]:
        """Read lines that are all records with usual times; LineRejected if one is not."""
        if not self._filter.passes_all(texts):
            raise LineRejected
        columns = {name: [text[place].strip() for text in texts] for name, place in self._fields}
        return calls_alike(self.records, columns, raws)


def _fields(text: str) -> list[_Field]:
    fields = []
    for item in text.split(","):
        found = _FIELD.fullmatch(item.strip())
        if not found:
            raise bad_value("fields", item, "Write name:position:length,... from position 1 on.")
        start = int(found[2]) - 1
        fields.append(_Field(found[1], slice(start, start + int(found[3]))))
    return fields


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return LineDecoder(
        RecordTexts(options.values),
        reader.read,
        read_alike=reader.read_alike,
        memory_records=LEG_MEMORY_RECORDS,
        received=reader.records.hint.receive,
    )


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the call as one line; to decode it, ``fields`` is SIMULATED_FIELDS.

    A value that is longer than its field is cut.
    """
    values, line = named_values(call), ""
    for name, columns in _fields(SIMULATED_FIELDS):
        width = columns.stop - columns.start
        line = f"{line:<{columns.start}}{values[name][:width]:<{width}}"
    return [EncodedRecord(CallTimes(call).total_secs, f"{line.rstrip()}\r\n".encode())]


FORMAT = Format(
    name=NAME,
    switch="any that writes fields at fixed positions",
    transport="file, or whatever brings lines",
    default_port=None,
    layout=f"""\
fields at fixed columns, named with --opt fields=name:position:length,... (positions from 1)
names: as those of the format delimited; columns beyond the line are blank
simulated records have the fields
{SIMULATED_FIELDS}""",
    example="A00001 20240531235959 201         06990009001         61     0.42 EUR",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
    legs=legs_by_call_id("call_id where it is given", is_reused=True),
)
