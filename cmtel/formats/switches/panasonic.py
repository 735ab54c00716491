"""Panasonic KX-TD, KX-TDA, KX-TDE, KX-NCP, KX-NS: SMDR (formats.md 4.1).

Source: Panasonic KX-TDA and KX-NS1000 Feature Guides, "SMDR": fields of the patterns, codes of
the CD field, `<I>` and `<D>`, `*` after the clock was set; installation manual, "SMDR via TCP/IP"
(port, login).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import day_secs
from cmtel.formats.charges import charge
from cmtel.formats.dates import DAY_FIRST
from cmtel.formats.days import slashed_day
from cmtel.formats.durations import clock_secs, minutes_secs
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.numbers import number, party_name
from cmtel.formats.options import choice, flag, refuse_unknown
from cmtel.formats.panasonic_line import Fields, split
from cmtel.formats.record_times import RINGING, TIME_IS, RecordTimes, hour_of_day
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.sessions.panasonic_login import SESSION
from cmtel.formats.simulated import CallTimes, clock_text
from cmtel.formats.text import ENCODING, RecordTexts, is_separator

NAME = "panasonic"
OPTIONS = (ENCODING, DAY_FIRST, TIME_IS, RINGING)

_SESSION = re.compile("-? *(?:SMDR|OK|q|help)?|Rejected.*|Enter Password:.*")
_HEADINGS = {"Date", "Time", "Ext"}
_INTERCOM = re.compile("EXT *([0-9*#]+)|([0-9*#]+) *EXT")
_NUMBER = re.compile("[0-9*#+]*")
_NUMBER_NAME = re.compile("([0-9*#+]+)[ \t]+(.+)")
_NAME_NUMBER = re.compile("(.*[^0-9*#+])([0-9*#+]{3,})")
_LENGTH = re.compile("(?:[0-9]{2}:)?[0-9]{1,2}'[0-9]{2}")
_TIME = re.compile("([0-9]{1,2})((?::[0-9]{2}){1,2})([AP]M)?")
#: A phone is called; an announcement is played: the final record follows.
_RINGS, _ANNOUNCEMENT = "RC", "AN"
#: Without a duration: nobody answered.
_NOT_CONNECTED = frozenset(("NA", _RINGS, _ANNOUNCEMENT))
_REMEMBERED = 65_536
#: More than the widest field has; longer texts, of squeezed lines, are not worth remembering.
_WIDEST = 64


class _Party(NamedTuple):
    direction: Direction
    number: str | None
    name: str | None


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        words = ("skip", "call")
        self._is_ringing_kept = choice(options.values, RINGING.name, words, "skip") == "call"
        self._is_day_first = flag(options.values, DAY_FIRST.name)
        self._times = RecordTimes(options)
        self._moment = lru_cache(_REMEMBERED)(self._look_up_moment)
        self._charge = lru_cache(_REMEMBERED)(charge)
        self._party = lru_cache(_REMEMBERED)(_party)

    def read(self, text: str, raw: str) -> Outcome:
        try:
            return self._outcome(split(text), raw)
        except LineRejected:
            reason = _skip_reason(text.strip())
            if not reason:
                raise
        return Skipped(reason, raw)

    def _outcome(self, fields: Fields, raw: str) -> Outcome:
        date, time, ext, line, dial, ring, duration, cost, unit, account, code = fields
        day, since_midnight_secs = self._moment(date, time)
        has_ring, ring_secs = _length(ring)
        has_duration, connected_secs = _length(duration)
        line, code = line.strip(), code.strip()
        if not line:
            party = _intercom(dial)
        else:
            party = (self._party if len(dial) < _WIDEST else _party)(dial, has_ring)
        if party is None:
            return Skipped("not-a-call", raw)
        if code in _NOT_CONNECTED and self._is_skipped(code, has_duration):
            return Skipped("ringing", raw)
        if not has_duration:
            if not code and party.direction != "internal":
                raise LineRejected
            connected_secs = 0 if code in _NOT_CONNECTED else None
        started_at = ended_at = None
        if day:
            started_at, ended_at = self._times.span(
                day, since_midnight_secs, ring_secs, connected_secs
            )
        currency = unit.strip() or None
        price = self._charge(cost, currency) if cost else None
        return tuple.__new__(
            CallRecord,
            (
                party.direction, "CONN" if connected_secs else "RING", started_at, ended_at,
                party.number, number(ext), None, party.name,
                None if ring_secs is None else ring_secs * 1000, connected_secs,
                price.text if price else None, price.cents if price else None,
                currency, line or None,
                account.strip() or None, None, None, raw,
            ),
        )  # fmt: skip

    def _is_skipped(self, code: str, has_duration: bool) -> bool:
        if self._is_ringing_kept:
            return False
        return code == _RINGS or (code == _ANNOUNCEMENT and not has_duration)

    def _look_up_moment(self, date: str, time: str) -> tuple[str | None, int]:
        """Return day and seconds since midnight; no day if the clock was changed."""
        if "*" in date or "*" in time:
            return None, 0
        found = _TIME.fullmatch(time.strip())
        if not found:
            raise LineRejected
        hour, rest, half = int(found[1]), found[2], found[3]
        if half:
            hour = hour_of_day(hour, half)
        day = slashed_day(date, is_day_first=self._is_day_first)
        return day, day_secs(f"{hour:02}{rest}")


@lru_cache(_REMEMBERED)
def _length(text: str) -> tuple[bool, int | None]:
    """Return whether a length of time is there, and the seconds of ``hh:mm'ss`` or ``m'ss``.

    The seconds are None if the clock was changed during the call.
    """
    sent = text.strip()
    if not sent or "*" in sent:
        return bool(sent), None
    if not _LENGTH.fullmatch(sent):
        raise LineRejected
    clock = sent.replace("'", ":")
    return True, clock_secs(clock) if ":" in sent else minutes_secs(clock)


def _intercom(dial: str) -> _Party | None:
    """Return the called extension; None: the line is about a phone, not about a call."""
    found = _INTERCOM.fullmatch(dial.strip())
    return _Party("internal", found[1] or found[2], None) if found else None


def _party(dial: str, is_rung: bool) -> _Party:
    """Return the outside party; only incoming calls have a ring time or a mark."""
    text = dial.strip()
    own, mark, caller = text.partition("<I>")
    if not mark:
        if "<D>" not in own:
            return _Party("in", *_caller(text)) if is_rung else _Party("out", number(text), None)
        caller = ""
    return _Party("in", *_caller(caller.strip()))


def _caller(text: str) -> tuple[str | None, str | None]:
    """Return number and name of the caller, which stand in one field, in either order."""
    if _NUMBER.fullmatch(text):
        return text or None, None
    if found := _NUMBER_NAME.fullmatch(text):
        return found[1], party_name(found[2], found[1])
    if found := _NAME_NUMBER.fullmatch(text):
        return found[2], party_name(found[1], found[2])
    return None, party_name(text, None)


def _skip_reason(text: str) -> str | None:
    """Return why a line that has not the layout of a call is none; None: it is a bad one."""
    if _SESSION.fullmatch(text):
        return "session"
    if is_separator(text):
        return "separator"
    return "header" if set(text.split()) >= _HEADINGS else None


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return LineDecoder(RecordTexts(options.values), _LineReader(options).read)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line of pattern A that the switch sends when the call has ended.

    The time has no seconds; charges, forwarding and call ids are not sent. A name that does not
    fit is left out.
    """
    times = CallTimes(call)
    remote, ring_secs = (call.remote_number or "")[:22], min(times.ring_secs, 599)
    ring = f"{ring_secs // 60}'{ring_secs % 60:02}"
    is_in, is_internal = call.direction == "in", call.direction == "internal"
    dial = f"EXT{remote}" if is_internal else remote
    if is_in:
        named = f"<I>{remote} {call.name or ''}".strip()
        dial = named if len(named) <= 25 else f"<I>{remote}"
    digits = "".join(char for char in call.line or "" if char.isdecimal())
    line = "" if is_internal else digits[-2:] or "1"
    duration = clock_text(min(times.talk_secs, 359_999))
    text = (
        f"{times.end:%m/%d/%y %I:%M%p} {(call.local_number or '')[:5]:>5} {line:>2} {dial:25} "
        f"{ring if is_in else '':4} "
        f"{duration[:5]}'{duration[6:]} {(call.account_code or '')[:10]:10} "
        f"{'' if times.talk_secs or not is_in else 'NA':3}"
    )
    return [EncodedRecord(times.total_secs, text.encode() + b"\r\n")]


FORMAT = Format(
    name=NAME,
    switch="Panasonic KX-TD, KX-TDA, KX-TDE, KX-NCP, KX-NS: SMDR",
    transport=(
        "TCP: cmtel dials port 2300 and logs in as SMDR (factory password PCCSMDR), one client "
        "only; or RS-232C (7E2 or 8N1)"
    ),
    default_port=2300,
    layout="""\
fixed positions; the place of the duration tells the pattern, line by line
            date time  ext   CO    dial  ring  duration cost   currency account CD
A  (80)     1-8  10-16 18-22 24-25 27-51 53-56 58-65                    67-76   78-80
B  (80)     1-8  10-16 18-22 24-25 27-46       48-55    57-64  65-66    68-77   79-80
C  (120)    1-8  10-16 18-22 24-27 29-78 80-83 85-92    94-101 102-104  106-115 117-119
or squeezed: date time ext CO [number] [ring] duration [account] [CD]
date NN/NN/NN, time hh:mmAM or 24 h, ring m'ss, duration hh:mm'ss; the time is the end; local""",
    example=("01/02/24 10:07AM  1200 01 <I>03023125010            0'05 00:01'05 9876543210 TR "),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
    session=SESSION,
)
