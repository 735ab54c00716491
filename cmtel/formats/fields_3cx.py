"""The values of a 3CX line, in the order that the administrator chose, and whom they name.

Source: 3CX Admin Guide, "CDR output": the fields of version 20, their order, types of parties.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from cmtel.domain.calls import Direction
from cmtel.errors import LineRejected
from cmtel.formats.numbers import caller_number, number
from cmtel.formats.options import bad_value
from cmtel.formats.seam import FormatOption

_DEFAULT = (
    "historyid,callid,duration,time-start,time-answered,time-end,reason-terminated,from-no,to-no,"
    "from-dn,to-dn,dial-no,reason-changed,final-number,final-dn,bill-code,bill-rate,bill-cost,"
    "bill-name,chain,from-type,to-type,final-type,from-dispname,to-dispname,final-dispname,"
    "missed-queue-calls"
)
_KNOWN = frozenset(_DEFAULT.split(","))
FIELDS = FormatOption(
    "fields", "names of the fields in order, comma between; - ignores one", _DEFAULT
)
#: In the default order lines may end after so many fields: the times are there.
_FEWEST = 6

_EXTENSION = "ext."
#: What a party's type is if it is outside, whichever version writes it.
_OUTSIDE = frozenset(("line", "externalline", "provider", "outboundrule"))


class Fields3cx(NamedTuple):
    """The fields that are used; "" where one is not sent."""

    historyid: str
    callid: str
    duration: str
    time_start: str
    time_answered: str
    time_end: str
    reason_terminated: str
    from_no: str
    to_no: str
    from_dn: str
    to_dn: str
    dial_no: str
    final_number: str
    final_dn: str
    bill_cost: str
    from_type: str
    to_type: str
    final_type: str
    from_dispname: str
    to_dispname: str


class FieldOrder:
    """Puts the values of a line in their places."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Read the option ``fields``.

        Raises:
            UsageError: A name is not known or comes twice, or ``time-start`` is not there.
        """
        text = values.get("fields", _DEFAULT)
        names = [name.strip().lower() for name in text.split(",")]
        self.names = frozenset(names) - {"-"}
        if not self.names <= _KNOWN or len(self.names) + names.count("-") < len(names):
            raise bad_value("fields", text, f"Each of them once: {', '.join(sorted(_KNOWN))}.")
        if "time-start" not in self.names:
            raise bad_value("fields", text, "Without time-start no line is a call.")
        self._count = len(names)
        self._fewest = _FEWEST if text == _DEFAULT else len(names)
        wanted = [name.replace("_", "-") for name in Fields3cx._fields]
        # What is not sent takes the empty text that is put behind the values.
        self._pick = itemgetter(*(names.index(n) if n in names else len(names) for n in wanted))
        self._people = _places_of_people(names)

    def cut(self, text: str) -> Fields3cx:
        """Return the fields of what follows ``Call``.

        Raises:
            LineRejected: Too few values, or more than can be told apart.
        """
        values = text.split(",")
        missing = self._count - len(values)
        if missing:
            if len(values) < self._fewest:
                raise LineRejected
            values = values + [""] * missing if missing > 0 else self._without_people(values)
        values.append("")
        return Fields3cx._make(self._pick(values))

    def _without_people(self, values: list[str]) -> list[str]:
        """Leave out the names, which hold the commas that are too many."""
        if not self._people:
            raise LineRejected
        first, last = self._people
        after = self._count - last - 1
        end = len(values) - after
        return [*values[:first], *([""] * (last + 1 - first)), *values[end:]]


def _places_of_people(names: list[str]) -> tuple[int, int] | None:
    """Return the first and the last place of the names of people if they stand side by side."""
    places = [place for place, name in enumerate(names) if name.endswith("-dispname")]
    if not places or places[-1] - places[0] + 1 > len(places):
        return None
    return places[0], places[-1]


def parties(
    fields: Fields3cx,
) -> tuple[Direction, str | None, str | None, str | None, str, str | None]:
    """Return (direction, remote_number, local_number, forwarded_via, name, line)."""
    caller, called = _bare(fields.from_no), _bare(fields.to_no)
    from_dn, to_dn = _bare(fields.from_dn), _bare(fields.to_dn)
    if _is_outside(fields.from_type, fields.from_no, is_caller=True):
        local = _final(fields) or to_dn or called
        first = to_dn or called
        via = None if first == local else first
        return "in", caller_number(caller or ""), local, via, fields.from_dispname, from_dn
    local = from_dn or caller
    reached = fields.to_no if called else fields.final_number
    if _is_outside(fields.to_type, reached, is_caller=False):
        remote = _bare(fields.dial_no) or called
        return "out", remote, local, None, fields.to_dispname, to_dn
    remote = to_dn or called or _bare(fields.dial_no)
    return "internal", remote, local, None, fields.to_dispname, None


def _final(fields: Fields3cx) -> str | None:
    """Return who was reached at last; None if that is outside."""
    if _type(fields.final_type) in _OUTSIDE:
        return None
    return _bare(fields.final_dn) or _bare(fields.final_number)


def _is_outside(type_text: str, number_text: str, *, is_caller: bool) -> bool:
    """Tell by the type; without one by the mark of an extension; an empty caller is outside."""
    if kind := _type(type_text):
        return kind in _OUTSIDE
    text = number_text.strip().lower()
    return not text.startswith(_EXTENSION) if text else is_caller


@lru_cache(256)
def _type(text: str) -> str:
    return text.replace("_", "").strip().lower()


def _bare(text: str) -> str | None:
    """Return a number without the mark of an extension."""
    found = number(text)
    if found and found[0] in "eE" and found[: len(_EXTENSION)].lower() == _EXTENSION:
        return found[len(_EXTENSION) :] or None
    return found
