"""Lines of fields whose names the user gives (formats.md 11.2), as a CTI server's ``day.log``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cmtel.domain.calls import CallRecord, Outcome
from cmtel.errors import LineRejected, UsageError
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.folded_call import legs_by_call_id
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS
from cmtel.formats.named_columns import calls_alike
from cmtel.formats.named_fields import OPTIONS as NAMED_OPTIONS
from cmtel.formats.named_fields import LineFilter, NamedFieldReader, check_names
from cmtel.formats.options import bad_value, refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format, FormatOption
from cmtel.formats.simulated import CallTimes, named_values, quoted
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import RecordTexts

NAME = "delimited"
OPTIONS = (
    FormatOption(
        "fields",
        "the names of the fields in order, commas between; - ignores one",
        required=True,
    ),
    FormatOption(
        "delimiter",
        "one character, or tab, comma, semicolon, pipe; blanks: one or more blanks, no quotes",
        "comma",
    ),
    FormatOption("quote", "one character, or none", '"'),
    *NAMED_OPTIONS,
)
#: The fields of simulated records, for the option ``fields``.
SIMULATED_FIELDS = (
    "direction,state,datetime,end-datetime,remote_number,local_number,forwarded_via,name,ring,"
    "connected,charge,currency,line,account_code,call_id,leg"
)

_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


class _BlankParted:
    """Fields parted by any number of blanks; none of them can be empty or hold a blank."""

    def split(self, text: str) -> list[str]:
        return text.split()

    def split_alike(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the fields of many lines."""
        return [text.split() for text in texts]


class _LineReader:
    _csv: StrictCsv | _BlankParted

    def __init__(self, options: DecodeOptions) -> None:
        values = options.values
        self._names = [name.strip() for name in values["fields"].split(",")]
        check_names(self._names)
        self._csv = _dialect(values)
        self._filter = LineFilter(values)
        self.records = NamedFieldReader(options, self._names)

    def read(self, text: str, raw: str) -> Outcome:
        return self._filter.skipped(text, raw) or self.read_joined(text, raw)

    def read_joined(self, text: str, raw: str) -> CallRecord:
        fields = self._csv.split(text)
        if len(fields) < len(self._names):
            raise LineRejected
        values = {
            name: field.strip(" \t") for name, field in zip(self._names, fields, strict=False)
        }
        return self.records.call(values, raw)

    def read_alike(self, texts: Sequence[str], raws: Sequence[str]) -> list[Outcome]:
        """Read lines that are all records with usual times; LineRejected if one is not."""
        rows = self._csv.split_alike(texts)
        if not self._filter.passes_all(texts) or min(map(len, rows)) < len(self._names):
            raise LineRejected
        columns = dict(zip(self._names, map(_stripped, zip(*rows, strict=False)), strict=False))
        return calls_alike(self.records, columns, raws)


def _stripped(column: Sequence[str]) -> Sequence[str]:
    """Return the values without blanks around; few have any."""
    joined = "".join(column)
    if " " in joined or "\t" in joined:
        return [text.strip(" \t") for text in column]
    return column


def _dialect(values: Mapping[str, str]) -> StrictCsv | _BlankParted:
    if values.get("delimiter") == "blanks":
        if values.get("quote", "none") != "none":
            raise bad_value("quote", values["quote"], "With delimiter=blanks it is none.")
        return _BlankParted()
    delimiter = _one_character(values, "delimiter", _DELIMITERS, "comma")
    if values.get("quote") == "none":
        return StrictCsv(delimiter, None)
    quote = _one_character(values, "quote", {}, '"')
    if quote == delimiter:
        raise UsageError("The options 'delimiter' and 'quote' have the same character.")
    return StrictCsv(delimiter, quote)


def _one_character(
    values: Mapping[str, str], name: str, words: Mapping[str, str], default: str
) -> str:
    text = values.get(name, default)
    character = words.get(text, text)
    if len(character) != 1 or (character < " " and character != "\t"):
        raise bad_value(name, text, f"It is one character{''.join(f', or {w}' for w in words)}.")
    return character


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return CsvDecoder(
        RecordTexts(options.values),
        reader.read,
        read_joined=reader.read_joined,
        read_alike=reader.read_alike,
        memory_records=LEG_MEMORY_RECORDS,
        received=reader.records.hint.receive,
    )


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the call as one line with commas; to decode it, ``fields`` is SIMULATED_FIELDS."""
    values = named_values(call)
    line = ",".join(quoted(values[name]) for name in SIMULATED_FIELDS.split(","))
    return [EncodedRecord(CallTimes(call).total_secs, f"{line}\n".encode())]


FORMAT = Format(
    name=NAME,
    switch="any that writes fields parted by a character",
    transport="file, or whatever brings lines",
    default_port=None,
    layout=f"""\
strict CSV; the fields are named in order with --opt fields=..., the delimiter by --opt delimiter
names: the fields of a call (direction, state, remote_number, local_number, forwarded_via, name,
charge, currency, line, account_code, call_id, leg); caller, called; datetime, or date and time;
answer-datetime, end-datetime or their parts; ring, connected
simulated records have the fields
{SIMULATED_FIELDS}""",
    example="a1;1001;06990009001;2024-02-03 19:54:00;62",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
    legs=legs_by_call_id("call_id where it is given", is_reused=True),
)
