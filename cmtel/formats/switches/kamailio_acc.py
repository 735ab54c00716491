"""Kamailio accounting (formats.md 2.6): flatstore lines, or syslog lines of the acc module.

What is joined, skipped and mapped is said in :mod:`cmtel.formats.sip_accounting`.

Source: Kamailio, modules acc (acc.c: acc_log_request, syslog line; acc_cdr.c: log_write_cdr) and
db_flatstore (fields parted by ``|``, no quoting); kamailio.cfg, WITH_ACCDB (the usual extras).
"""

from __future__ import annotations

import re
from datetime import datetime

from cmtel.domain.calls import Skipped
from cmtel.errors import LineRejected
from cmtel.formats.direction import INTERNAL
from cmtel.formats.folded_call import legs_by_call_id
from cmtel.formats.framers import LineFramer
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format, FormatOption
from cmtel.formats.sip_accounting import AccountingDecoder, AccountingRow
from cmtel.formats.text import ENCODING
from cmtel.formats.times import SwitchClock

NAME = "kamailio-acc"
_EXTRAS = "src_user,src_domain,src_ip,dst_ouser,dst_user,dst_domain"
EXTRAS = FormatOption(
    "extras", "names of the flatstore fields after the time, comma between; - ignores one", _EXTRAS
)
OPTIONS = (ENCODING, INTERNAL, EXTRAS)

_TIME = r"[0-9]{1,11}(?:\.[0-9]{1,9})?"
_FLATSTORE = re.compile(
    rf"([A-Z]+)\|([^|]*)\|[^|]*\|([^|]+)\|([0-9]{{3}})\|[^|]*\|((?:{_TIME})?)(?:\|(.*))?", re.DOTALL
)
_ACCOUNTED = re.compile(r"ACC: [^:;=|]*: (timestamp=.*)", re.DOTALL)
#: A value may be quoted, and hold a semicolon then.
_ITEM = re.compile(r'([A-Za-z_]\w*)=("[^"]*"(?=;|$)|[^;]*)(?:;|$)')
_NEEDED = ("timestamp", "method", "from_tag", "to_tag", "call_id", "code", "reason")
_CHECKED = re.compile(rf"[A-Z]+;[0-9]{{3}};(?:{_TIME})?;(?:{_TIME})?")
_SYSLOG = re.compile(
    r"(?:<[0-9]+>(?:1 )?)?(?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
)
_DIALOG_CDR = re.compile(r"start_time=[0-9.]+; end_time=")


class _RowReader:
    def __init__(self, options: DecodeOptions) -> None:
        names = options.values.get(EXTRAS.name, _EXTRAS).split(",")
        places = {name.strip(): place for place, name in reversed([*enumerate(names)])}
        wanted = ("time_hires", "src_user", "src_name", "dst_ouser", "dst_user")
        self._places = tuple(places.get(name, -1) for name in wanted)
        self._blanks = [""] * (len(names) + 1)

    def read(self, text: str, raw: str) -> AccountingRow | Skipped:
        found = _FLATSTORE.fullmatch(text)
        if found:
            return self._flatstore_row(found, raw)
        accounted = _ACCOUNTED.search(text)
        if accounted:
            return _syslog_row(accounted[1], raw)
        if _SYSLOG.match(text):
            is_cdr = _DIALOG_CDR.search(text)
            return Skipped("other-record" if is_cdr else "not-a-call", raw)
        raise LineRejected

    def _flatstore_row(self, found: re.Match[str], raw: str) -> AccountingRow:
        method, from_tag, call_id, code, time, rest = found.groups("")
        # Fields that are not there are empty, also the one at -1: an extra that is not logged.
        extras = [*rest.split("|"), *self._blanks] if rest else self._blanks
        hires, *parties = (extras[place] for place in self._places)
        if hires and not re.fullmatch(_TIME, hires):
            raise LineRejected
        fixed = method, from_tag, call_id, code, time, hires
        return AccountingRow._make((*fixed, *parties, raw))


def _syslog_row(text: str, raw: str) -> AccountingRow:
    """Read the ``name=value`` items of a line; of a name the first counts."""
    items = dict(reversed(_ITEM.findall(text)))
    if not all(name in items for name in _NEEDED) or not items["call_id"]:
        raise LineRejected
    method, code, time = items["method"], items["code"], items["timestamp"]
    hires = items.get("time_hires", "")
    if not _CHECKED.fullmatch(f"{method};{code};{time};{hires}"):
        raise LineRejected
    extras = (items.get(name, "") for name in ("src_user", "src_name", "dst_ouser", "dst_user"))
    fixed = method, items["from_tag"], items["call_id"], code, time, hires
    return AccountingRow._make((*fixed, *extras, raw))


def _moment(clock: SwitchClock, time: str, after: datetime | None) -> datetime:
    return clock.epoch(float(time))


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return AccountingDecoder(options, _RowReader(options).read, _moment, is_csv=False)


FORMAT = Format(
    name=NAME,
    switch="Kamailio, accounting of the acc module",
    transport=(
        "file of db_flatstore, tailed, or syslog lines of the acc module; acc and missed_calls "
        "report the same failed calls: read one of them (a CSV dump of the table: opensips-acc)"
    ),
    default_port=None,
    layout="""\
flatstore: method|from_tag|to_tag|callid|code|reason|epoch|extras...; no quoting; extras as named
syslog: ... ACC: words: timestamp=...;method=...;from_tag=...;to_tag=...;call_id=...;code=...;
reason=...;name=value of the extras
one line a request, joined by callid from INVITE to BYE; times are UTC""",
    example=(
        "INVITE|as41d2|b7c9|4f1a@sip.example.net|200|OK|1709543702|1001|sip.example.net|192.0.2.5|"
        "03023125010|03023125010|gw.example.net"
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    spans_records=True,
    legs=legs_by_call_id("callid"),
)
