"""Grandstream UCM, answers of its CDR API as JSON or CSV (formats.md 2.5).

The CSV is broken: applications' data hold commas without quotes, caller ids are half quoted.

Source: Grandstream, UCM6510 "CDR and REC API" guide (names and order of the fields).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from cmtel.domain.calls import CallRecord, Direction, Outcome, Rejected, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.asterisk_cdr import AsteriskCdrReader, Cdr, is_time_or_empty
from cmtel.formats.asterisk_simulated import simulated_cdr
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.direction import CONTEXTS, INTERNAL
from cmtel.formats.durations import whole
from cmtel.formats.folded_call import legs_by_call_id
from cmtel.formats.json_framer import JsonArrayFramer, LinesOrJsonFramer, start_of_object
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.simulated import CallTimes, quoted
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "grandstream-ucm"
OPTIONS = (ENCODING, INTERNAL, *CONTEXTS)

_COLUMNS = (
    *("AcctId", "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel"),
    *("lastapp", "lastdata", "start", "answer", "end", "duration", "billsec", "disposition"),
    *("amaflags", "uniqueid", "userfield", "channel_ext", "dstchannel_ext", "service"),
)
_LASTDATA = _COLUMNS.index("lastdata")
_DURATION, _BILLSEC = _COLUMNS.index("duration"), _COLUMNS.index("billsec")
_USERFIELD = "userfield"
#: The fields of a Cdr but the last: a UCM sends no linkedid.
_CDR_NAMES = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel"),
    *("start", "answer", "end", "duration", "billsec", "disposition", "uniqueid"),
)
_CDR_PLACES = tuple(map(_COLUMNS.index, _CDR_NAMES))
_DIRECTIONS: Mapping[str, Direction] = {"inbound": "in", "outbound": "out", "internal": "internal"}
_USERFIELDS = {direction: word.capitalize() for word, direction in _DIRECTIONS.items()}
_CSV = StrictCsv()
_JSON = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_IS_JSON = re.compile(r"[\s,]*[\[{\]}]")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_CONTROL = dict.fromkeys(code for code in (*range(0x20), 0x7F) if code != 9)


class _RecordReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._cdrs = AsteriskCdrReader(options)

    def read(self, text: str, raw: str) -> Outcome:
        if _IS_JSON.match(text):
            return self._read_json(text, raw)
        cells = _cells(text)
        if cells[0] == "AcctId":
            return Skipped("header", raw)
        if len(cells) < len(_COLUMNS):
            raise LineRejected
        userfield = cells[_COLUMNS.index(_USERFIELD)]
        return self._call([cells[place] for place in _CDR_PLACES], userfield, raw)

    def read_alike(self, texts: Sequence[str], raws: Sequence[str]) -> list[Outcome]:
        """Read lines of CSV, all in quotes and with usual times; LineRejected if one is not so."""
        if not all(text[0] == '"' for text in texts):
            raise LineRejected
        columns = list(zip(*_CSV.split_alike(texts), strict=False))
        if len(columns) < len(_COLUMNS) or "AcctId" in columns[0]:
            raise LineRejected
        values = [columns[place] for place in _CDR_PLACES]
        for text in (*columns[_DURATION], *columns[_BILLSEC]):
            whole(text)
        nothing = [""] * len(texts)
        cdrs = list(zip(*values[:4], nothing, *values[4:], nothing, strict=True))
        userfields = columns[_COLUMNS.index(_USERFIELD)]
        return self._cdrs.calls_alike(
            cdrs, raws, sent_directions=[_DIRECTIONS.get(word.lower()) for word in userfields]
        )

    def _read_json(self, text: str, raw: str) -> Outcome:
        start = start_of_object(text)
        if start is None:
            return Skipped("not-a-call", raw)
        try:
            values = _object_at(text, start)
            texts = [_text(values.get(name)) for name in _CDR_NAMES]
            return self._call(texts, _text(values.get(_USERFIELD)), raw)
        except LineRejected as error:
            # Not raised: a record in a document is whole without a line end.
            return Rejected(error.reason, raw)

    def _call(self, values: list[str], userfield: str, raw: str) -> CallRecord:
        cdr = Cdr._make((*values[:4], "", *values[4:], ""))
        times = cdr.start, cdr.answer, cdr.end
        if not cdr.start or not all(map(is_time_or_empty, times)):
            raise LineRejected
        whole(cdr.duration)
        whole(cdr.billsec)
        direction = _DIRECTIONS.get(userfield.lower())
        return self._cdrs.call(cdr, raw, sent_direction=direction)


def _cells(text: str) -> list[str]:
    """Return the cells of a line of CSV; what is too much in a broken one is of lastdata."""
    if text.lstrip(" \t").startswith('"'):
        return _CSV.split(text)
    cells = text.split(",")
    surplus = len(cells) - len(_COLUMNS)
    if surplus > 0:
        cells[_LASTDATA : _LASTDATA + surplus + 1] = [""]
    return cells


def _object_at(text: str, start: int) -> dict[str, object]:
    """Return the object of a record.

    Raises:
        LineRejected: ``truncated`` if it is cut off.
    """
    try:
        found, _ = _JSON.raw_decode(text, start)
    except (ValueError, RecursionError) as exc:  # RecursionError: brackets thousands deep
        data = text[start:].encode("utf-8", "replace")
        is_cut_off = JsonArrayFramer().end_of_part(data, 0, is_settled=True) is None
        raise LineRejected("truncated" if is_cut_off else "unparsed") from exc
    values: dict[str, object] = found
    return values


def _text(value: object) -> str:
    """Return a value as in CSV; control characters do not count there either."""
    if not isinstance(value, str):
        return ""
    if _HALF_CHARACTER.search(value):
        raise LineRejected
    return value if value.isprintable() else value.translate(_CONTROL)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _RecordReader(options)
    return CsvDecoder(
        RecordTexts(options.values),
        reader.read,
        read_alike=reader.read_alike,
        memory_records=LEG_MEMORY_RECORDS,
    )


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line of strict CSV that the API gives for a call, 22 columns without heading."""
    cdr = simulated_cdr(call)
    values = dict(zip(_CDR_NAMES, (*cdr[:4], *cdr[5:-1]), strict=True))
    values[_USERFIELD] = _USERFIELDS[call.direction] if call.direction else ""
    line = ",".join(quoted(values.get(name, "")) for name in _COLUMNS)
    return [EncodedRecord(CallTimes(call).total_secs, f"{line}\n".encode())]


FORMAT = Format(
    name=NAME,
    switch="Grandstream UCM, CDR API",
    transport="HTTP: cmtel asks the CDR API (format=json where possible, or csv)",
    default_port=8443,
    layout="""\
JSON: one document {"cdr":[{...},...]} (or cdr_root), every object one record
CSV: a heading AcctId,...; 22 columns; commas in lastdata without quotes are expected:
AcctId,accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,
duration,billsec,disposition,amaflags,uniqueid,userfield,channel_ext,dstchannel_ext,service
times YYYY-MM-DD HH:MM:SS, local; userfield Inbound, Outbound or Internal tells the direction""",
    example=(
        '62,,5300,5301,from-internal,"pn01" <5300>,SIP/5300-00000000,SIP/5301-00000001,Dial,'
        "SIP/5301,60,,2013-12-03 11:46:40,2013-12-03 11:46:43,2013-12-03 11:46:49,9,6,ANSWERED,"
        "DOCUMENTATION,1386092800.0,EXT,5300,5301,s"
    ),
    options=OPTIONS,
    make_framer=LinesOrJsonFramer,
    make_decoder=make_decoder,
    encode=encode,
    legs=legs_by_call_id("uniqueid, which joins the records of one channel"),
)
