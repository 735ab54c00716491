"""The layouts of Communication Manager's CDR: fields and lengths, as on the switch's form.

Source: Avaya Aura Communication Manager, form "CDR System Parameters", page "CDR System Parameters
(customized)": names and lengths of the fields; Feature Description, Teleseer and printer layouts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import cast

from cmtel.errors import LineRejected
from cmtel.formats.options import bad_value
from cmtel.formats.seam import FormatOption

LAYOUT = FormatOption(
    "layout",
    "custom-112, teleseer, printer, or name:length,... as on the switch's CDR form (space:n)",
    default="custom-112",
)
PRESETS = {
    "custom-112": (
        "date:6,space:1,time:4,space:1,duration:4,space:1,sec-dur:5,space:1,cond-code:1,space:1,"
        "code-dial:4,space:1,code-used:4,space:1,dialed-num:23,space:1,clg-num/in-tac:15,space:1,"
        "auth-code:13,space:1,in-crt-id:3,space:1,out-crt-id:3"
    ),
    "teleseer": (
        "space:3,time:4,duration:4,cond-code:1,code-dial:3,code-used:3,dialed-num:15,"
        "calling-num:5,acct-code:15,frl:1,ixc:1,in-crt-id:3,out-crt-id:3,feat-flag:1,auth-code:7"
    ),
    "printer": (
        "time:4,space:1,duration:4,space:1,cond-code:1,space:1,code-dial:3,space:1,code-used:3,"
        "space:1,dialed-num:15,space:1,calling-num:5,space:1,acct-code:15,space:1,auth-code:7,"
        "space:4,frl:1,space:1,ixc:1,space:1,in-crt-id:3,space:1,out-crt-id:3"
    ),
}

#: The calling number has three names, by what else may stand in its place.
_SAME = {"clg-num": "calling-num", "clg-num/in-tac": "calling-num"}
_ITEM = re.compile("([a-z][a-z0-9/-]*):([1-9][0-9]{0,2})")
#: The place of a field that the layout has not.
_NOTHING = slice(0, 0)
_HINT = "Write name:length,... with the names of the CDR form, or custom-112, teleseer, printer."


#: The fields that are used, in the order in which :meth:`RecordLayout.cut` returns them.
_WANTED = (
    *("date", "time", "duration", "sec-dur", "cond-code", "code-used", "dialed-num"),
    *("calling-num", "in-trk-code", "acct-code", "in-crt-id", "out-crt-id"),
)
Fields = tuple[str, str, str, str, str, str, str, str, str, str, str, str]


class RecordLayout:
    """Cuts lines into fields; columns beyond the end of a line are blank, further ones ignored."""

    def __init__(self, items: Sequence[tuple[str, int]]) -> None:
        ends = list(accumulate(length for _, length in items))
        self._width = ends[-1]
        columns = [(name, slice(end - n, end)) for (name, n), end in zip(items, ends, strict=True)]
        places = {name: column for name, column in columns if name != "space"}
        self.names = frozenset(places)
        cut = itemgetter(*(places.get(name, _NOTHING) for name in _WANTED))
        self._fields = cast(Callable[[str], Fields], cut)
        spaces = [column for name, column in columns if name == "space"]
        self._spaces = itemgetter(_NOTHING, _NOTHING, *spaces)
        self._blanks = self._spaces(" " * self._width)

    def cut(self, text: str) -> Fields:
        """Return the fields of a line as sent, blanks included; "" for those the layout has not.

        Raises:
            LineRejected: There is text where blanks have to be.
        """
        line = text.ljust(self._width)
        if self._spaces(line) != self._blanks:
            raise LineRejected
        return self._fields(line)


def record_layout(values: Mapping[str, str]) -> RecordLayout:
    """Return the layout that the option ``layout`` names or describes.

    Raises:
        UsageError: It is neither a preset nor a list of fields and lengths.
    """
    text = values.get(LAYOUT.name, LAYOUT.default)
    items = [_item(item, text) for item in PRESETS.get(text, text).split(",")]
    names = [name for name, _ in items if name != "space"]
    if "time" not in names or len(names) > len(set(names)):
        raise bad_value(LAYOUT.name, text, "Every field is there once, time among them.")
    return RecordLayout(items)


def _item(item: str, text: str) -> tuple[str, int]:
    found = _ITEM.fullmatch(item.strip().lower())
    if not found:
        raise bad_value(LAYOUT.name, text, _HINT)
    return _SAME.get(found[1], found[1]), int(found[2])
