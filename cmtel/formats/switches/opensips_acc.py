"""OpenSIPS accounting (formats.md 2.7), also Kamailio's: a dump of the acc table as strict CSV.

What is joined, skipped and mapped is said in :mod:`cmtel.formats.sip_accounting`.

Source: OpenSIPS and Kamailio, documentation of the module acc, table acc (names of the columns).
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
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import ENCODING
from cmtel.formats.times import SwitchClock, iso_time

NAME = "opensips-acc"
_COLUMNS = (
    "id,method,from_tag,to_tag,callid,sip_code,sip_reason,time,src_user,src_uri,src_domain,src_ip,"
    "contact,dst_ouser,dst_user,dst_domain"
)
COLUMNS = FormatOption(
    "columns", "names of the columns where no heading tells them, comma between", _COLUMNS
)
OPTIONS = (ENCODING, INTERNAL, COLUMNS)

_CSV = StrictCsv()
_FEWEST_COLUMNS = 7
#: The columns that are read, in the order of an AccountingRow; time_hires is not in the table.
_WANTED = ("method", "from_tag", "callid", "sip_code", "time", "time_hires")
_PARTIES = ("src_user", "src_name", "dst_ouser", "dst_user")
_CHECKED = re.compile(
    r"[A-Z]+;[0-9]{3};(?:[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})?"
    r";(?:[0-9]{1,11}(?:\.[0-9]{1,9})?)?"
)


class _RowReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._set_columns(options.values.get(COLUMNS.name, _COLUMNS).split(","))

    def read(self, text: str, raw: str) -> AccountingRow | Skipped:
        cells = _CSV.split(text)
        if "callid" in cells and "method" in cells:
            self._set_columns(cells)
            return Skipped("header", raw)
        if len(cells) < _FEWEST_COLUMNS:
            raise LineRejected
        cells += self._blanks
        row = AccountingRow._make((*(cells[place] for place in self._places), raw))
        checked = f"{row.method};{row.code};{row.time};{row.time_hires}"
        if not row.call_id or not _CHECKED.fullmatch(checked):
            raise LineRejected
        if row.time:
            iso_time(row.time)
        return row

    def _set_columns(self, names: list[str]) -> None:
        places = {name.strip(): place for place, name in reversed([*enumerate(names)])}
        # A column that is not there, or not in the line, is empty: the blanks are added at the end.
        self._places = [places.get(name, -1) for name in (*_WANTED, *_PARTIES)]
        self._blanks = [""] * (len(names) + 1)


def _moment(clock: SwitchClock, time: str, after: datetime | None) -> datetime:
    return clock.at(iso_time(time), after=after)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return AccountingDecoder(options, _RowReader(options).read, _moment, is_csv=True)


FORMAT = Format(
    name=NAME,
    switch="OpenSIPS or Kamailio, dump of the acc table",
    transport="file: the table acc as CSV",
    default_port=None,
    layout=f"""\
strict CSV, comma; a heading with method and callid names the columns, else the option columns:
{_COLUMNS}
one line a request, joined by callid from INVITE to BYE; time YYYY-MM-DD HH:MM:SS, local""",
    example=(
        '"1","INVITE","a1","b1","c-1","200","OK","2024-06-01 10:00:00","1003","1003@192.0.2.1",'
        '"192.0.2.1","192.0.2.2","","03023125010","03023125010","local"'
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    spans_records=True,
    legs=legs_by_call_id("callid"),
)
