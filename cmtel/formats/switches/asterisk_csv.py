"""Asterisk ``Master.csv``: what cdr_csv writes (formats.md 2.1).

Lines as Asterisk itself writes them are read by one regular expression, which checks quotes and
layout at once; every other line goes the slower, general way. Both ways end in the same call.

Source: Asterisk, cdr/cdr_csv.c (build_csv_record): order of the columns, quoting of texts only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cmtel.domain.calls import CallRecord, Outcome
from cmtel.errors import LineRejected
from cmtel.formats.asterisk_cdr import AsteriskCdrReader, Cdr, is_time_or_empty
from cmtel.formats.asterisk_legs import csv_facts, linkedid_rule
from cmtel.formats.asterisk_simulated import simulated_cdr
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.direction import CONTEXTS, INTERNAL
from cmtel.formats.durations import whole
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, found_in_each
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.simulated import CallTimes, quoted
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "asterisk-csv"
OPTIONS = (ENCODING, INTERNAL, *CONTEXTS)

_CSV = StrictCsv()
_UNIQUE_ID = re.compile(r"(?:.+-)?[0-9]+\.[0-9]+")

#: 18 or 21 columns as Asterisk writes them: texts in quotes, an unset time is nothing at all.
_TEXT = '"([^"]*+)"'
#: A display name in quotes with a number after it, else a text without quotes.
_CALLER_ID = '"(?:""([^"]*+)"" <[^">]*+>|([^"]*+))"'
_UNUSED = '"[^"]*+(?:""[^"]*+)*+"'
_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
AS_WRITTEN = re.compile(
    f'{_TEXT},{_TEXT},{_TEXT},{_TEXT},{_CALLER_ID},{_TEXT},{_TEXT},{_UNUSED},{_UNUSED},"({_TIME})",'
    f'(?:"({_TIME})"|""|),(?:"({_TIME})"|""|),([0-9]{{1,10}}),([0-9]{{1,10}}),"([^"]++)",{_UNUSED},'
    f"{_TEXT},{_UNUSED}(?:,{_UNUSED},{_TEXT},[0-9]++)?+"
)
#: The same in lines that are read together: layouts of times are checked by columns, as is faster.
_ALL_AS_WRITTEN = re.compile("^" + AS_WRITTEN.pattern.replace(_TIME, '[^"]++') + "$", re.MULTILINE)


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._cdrs = AsteriskCdrReader(options)

    def read(self, text: str, raw: str) -> Outcome:
        found = AS_WRITTEN.fullmatch(text)
        if found:
            return self._cdrs.call(found.groups(""), raw)
        return self._cdrs.call(_from_columns(_CSV.split(text)), raw)

    def read_alike(self, texts: Sequence[str], raws: Sequence[str]) -> list[Outcome]:
        """Read lines that are all as Asterisk writes them; LineRejected if one is not."""
        return self._cdrs.calls_alike(found_in_each(_ALL_AS_WRITTEN, texts), raws)


def _from_columns(columns: list[str]) -> Cdr:
    """The general way: 16 to 21 columns, which of them are there is told by their number."""
    how_many = len(columns)
    if not 16 <= how_many <= 21:
        raise LineRejected
    times = columns[9:12]
    if not times[0] or not all(map(is_time_or_empty, times)):
        raise LineRejected
    whole(columns[12])
    whole(columns[13])
    if not columns[14]:
        raise LineRejected
    ids = _unique_id(columns), columns[-2] if how_many >= 19 else ""
    return Cdr._make((*columns[:4], "", *columns[4:7], *columns[9:15], *ids))


def _unique_id(columns: list[str]) -> str:
    """With 17 or 20 columns there is one of uniqueid and userfield."""
    if len(columns) in (16, 19):
        return ""
    is_certain = len(columns) in (18, 21)
    return columns[16] if is_certain or _UNIQUE_ID.fullmatch(columns[16]) else ""


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return CsvDecoder(
        RecordTexts(options.values),
        reader.read,
        read_alike=reader.read_alike,
        memory_records=LEG_MEMORY_RECORDS,
    )


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line that Asterisk writes when the call has ended; 21 columns.

    It holds numbers, times, name ("in" only), line, account code and call id. The direction is
    not sent: the context tells it where both numbers are external.
    """
    cdr = simulated_cdr(call)
    channels = cdr.channel, cdr.dst_channel
    texts_before = (*cdr[:4], cdr.caller_id, *channels, "Dial", f"PJSIP/{cdr.dst},30", cdr.start)
    texts_after = (cdr.disposition, "DOCUMENTATION", cdr.unique_id, "", "", cdr.linked_id)
    columns = (
        *map(quoted, texts_before),
        *(quoted(time) if time else "" for time in (cdr.answer, cdr.end)),
        *(cdr.duration, cdr.billsec),
        *map(quoted, texts_after),
        "1",
    )
    line = ",".join(columns).encode() + b"\n"
    return [EncodedRecord(CallTimes(call).total_secs, line)]


FORMAT = Format(
    name=NAME,
    switch="Asterisk, call detail records of cdr_csv",
    transport="file, tailed: /var/log/asterisk/cdr-csv/Master.csv (not the files per account)",
    default_port=None,
    layout="""\
strict CSV, comma; 16 to 21 columns:
accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,
duration,billsec,disposition,amaflags[,uniqueid][,userfield][,peeraccount,linkedid,sequence]
times YYYY-MM-DD HH:MM:SS, local; with usegmtime=yes use --timezone UTC""",
    example=(
        '"","03023125010","201","from-trunk","""Acme GmbH"" <03023125010>","PJSIP/trunk1-00000a01",'
        '"PJSIP/201-00000a02","Dial","PJSIP/201,30,tT","2024-03-04 09:15:02",'
        '"2024-03-04 09:15:09","2024-03-04 09:18:41",219,212,"ANSWERED","DOCUMENTATION",'
        '"1709543702.2561",""'
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
    legs=linkedid_rule(
        "linkedid; in files without that column uniqueid, which joins the records of one channel",
        csv_facts,
    ),
)
