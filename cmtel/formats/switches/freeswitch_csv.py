"""FreeSWITCH mod_cdr_csv, template ``example`` (formats.md 2.4).

It looks like CSV and is none: values are pasted between quotes as they are.

Source: FreeSWITCH, conf/vanilla/autoload_configs/cdr_csv.conf.xml, template ``example`` (order of
the fields; without the codecs in older ones); mod_cdr_csv.c (no escaping).
"""

from __future__ import annotations

import re

from cmtel.domain.calls import CallRecord, Outcome
from cmtel.errors import LineRejected
from cmtel.formats.call_stamps import CallStamps
from cmtel.formats.direction import CONTEXTS, INTERNAL, NumberPlan, parties
from cmtel.formats.framers import LineFramer
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, LineDecoder
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.simulated import CallTimes
from cmtel.formats.state import state_of
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "freeswitch-csv"
OPTIONS = (ENCODING, INTERNAL, *CONTEXTS)

_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_CUT = re.compile('",[ \t]*"')
_STAMP = re.compile(_TIME)
#: answer_stamp, end_stamp, duration and billsec.
_CHECKED = re.compile(f"(?:{_TIME})?,(?:{_TIME})?,[0-9]{{1,10}},[0-9]{{1,10}}")
#: With codecs, and without.
_PIECES = (15, 13)
_START = 4


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._plan = NumberPlan(options.values)
        self._stamps = CallStamps(options)
        self._legs = LegCounter()

    def read(self, text: str, raw: str) -> Outcome:
        caller_name, *pieces = _pieces(text)
        (
            caller_text, called_text, context, start, answer, end,
            duration, billsec, cause, uuid, _, account_code,
        ) = pieces[:12]  # fmt: skip
        if not _CHECKED.fullmatch(f"{answer},{end},{duration},{billsec}"):
            raise LineRejected
        caller, called = caller_number(caller_text), number(called_text)
        direction = self._plan.direction(caller, called, context)
        remote, local = parties(direction, caller, called)
        times = self._stamps.read(start, answer, end)
        duration_secs, billed_secs = int(duration), int(billsec)
        ended_at = times.ended_at
        ring_ms = times.answered_after_ms if answer else duration_secs * 1000
        if ended_at is None:
            ended_at = self._stamps.end_after(start, (ring_ms or 0) // 1000 + billed_secs)
        return tuple.__new__(
            CallRecord,
            (
                direction,
                state_of(billed_secs, is_answered=bool(answer), is_busy=cause == "USER_BUSY"),
                times.started_at, ended_at, remote, local, None,
                party_name(caller_name, caller) if direction == "in" else None,
                ring_ms, billed_secs, None, None, None, None,
                account_code or None, uuid or None, self._legs.next_leg(uuid or None), raw,
            ),
        )  # fmt: skip


def _pieces(text: str) -> list[str]:
    """Return the 13 or 15 pieces of a line; a name may hold what parts them."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        raise LineRejected
    has_blanks = '", ' in text or '",\t' in text
    pieces = _CUT.split(text[1:-1]) if has_blanks else text[1:-1].split('","')
    for how_many in _PIECES:
        surplus = len(pieces) - how_many
        if surplus >= 0 and _STAMP.fullmatch(pieces[surplus + _START]):
            return ['","'.join(pieces[: surplus + 1]), *pieces[surplus + 1 :]]
    raise LineRejected


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return LineDecoder(RecordTexts(options.values), reader.read, memory_records=LEG_MEMORY_RECORDS)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line that FreeSWITCH writes when the call has ended; 15 fields.

    The direction is not sent: the context tells it where both numbers are external.
    """
    times = CallTimes(call)
    is_in, is_answered = call.direction == "in", call.state == "CONN"
    caller, called = parties(call.direction, call.remote_number, call.local_number)
    fields = (
        *(call.name if is_in else "", caller, called, "public" if is_in else "from-internal"),
        *(f"{times.start}", f"{times.answer}" if is_answered else "", f"{times.end}"),
        *(str(times.total_secs), str(times.talk_secs)),
        "USER_BUSY" if call.state == "BUSY" else "NORMAL_CLEARING",
        *(call.call_id, "", call.account_code, "PCMA", "PCMA"),
    )
    line = ",".join(f'"{field or ""}"' for field in fields)
    return [EncodedRecord(times.total_secs, f"{line}\n".encode())]


FORMAT = Format(
    name=NAME,
    switch="FreeSWITCH, mod_cdr_csv with the template example",
    transport="file, tailed: Master.csv, renamed on rotation",
    default_port=None,
    layout="""\
fields in quotes, comma between, nothing escaped:
caller_id_name,caller_id_number,destination_number,context,start_stamp,answer_stamp,end_stamp,
duration,billsec,hangup_cause,uuid,bleg_uuid,accountcode[,read_codec,write_codec]
stamps YYYY-MM-DD HH:MM:SS, local; an unset one is empty""",
    example=(
        '"Acme GmbH","03023125010","201","public","2024-03-04 09:15:02","2024-03-04 09:15:09",'
        '"2024-03-04 09:18:41","219","212","NORMAL_CLEARING",'
        '"a5c9f6c0-e752-11e3-8bfb-65b6c3cdac7d","","","PCMA","PCMA"'
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
)
