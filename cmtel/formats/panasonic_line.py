"""Lines of Panasonic SMDR to texts: three fixed patterns, and what terminal servers squeeze.

The place of the duration tells the pattern. Blanks that have to be there tell a line of a pattern
from one whose blanks were squeezed.

Source: Panasonic KX-TDA and KX-NS1000 Feature Guides, "SMDR": patterns A (80 digits), B (80 digits
with call charge) and C (120 digits).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import itemgetter
from typing import cast

from cmtel.errors import LineRejected

_TWO = r"(?:[0-9]{2}|\*\*)"
_DURATION = re.compile(f"(?<= ){_TWO}:{_TWO}'{_TWO}(?= |$)")
_DATE = re.compile(f"{_TWO}/{_TWO}/{_TWO}")
_TIME = re.compile(rf"(?:[0-9]{{1,2}}|\*\*):{_TWO}(?::{_TWO})?(?:[AP]M|\*\*)?")
_RING = re.compile(r"(?:[0-9]{1,2}|\*)'(?:[0-9]{2}|\*\*)")
_CODE = re.compile("[A-Z][A-Z0-9]{1,2}")
_NO_NUMBER = "\\"


#: Date, time, extension, CO, dial, ring, duration, cost, currency, account, code: as sent, perhaps
#: with blanks at their ends; "" where the layout has none.
Fields = tuple[str, str, str, str, str, str, str, str, str, str, str]


def _pattern(*places: tuple[int, int]) -> Callable[[str], Fields]:
    """Return what cuts a line; a place is first and last position, from 1."""
    cut = itemgetter(*(slice(first - 1, last) for first, last in places))
    return cast(Callable[[str], Fields], cut)


_NONE = (1, 0)
_HEAD = ((1, 8), (10, 16), (18, 22))
_A = _pattern(
    *_HEAD, (24, 25), (27, 51), (53, 56), (58, 65), _NONE, _NONE, (67, 76), (78, 80)
)  # fmt: skip
_B = _pattern(
    *_HEAD, (24, 25), (27, 46), _NONE, (48, 55), (57, 64), (65, 66), (68, 77), (79, 80)
)  # fmt: skip
_C = _pattern(
    *_HEAD, (24, 27), (29, 78), (80, 83), (85, 92), (94, 101), (102, 104), (106, 115), (117, 119)
)  # fmt: skip
#: Behind the CO field of pattern A there is a blank.
_CO_END = 26
#: Where the duration begins, counted from 0.
_BY_DURATION = ((57, _A), (47, _B), (84, _C))


def split(text: str) -> Fields:
    """Return the fields of a line of any pattern.

    Raises:
        LineRejected: It is none; heads of pages and words of the login are not told apart here.
    """
    text = text.ljust(_CO_END)
    if text[8:9] == text[16:17] == text[22:23] == " ":
        for start, cut in _BY_DURATION:
            if _DURATION.match(text, start):
                return cut(text)
        if text[25] == " " and _is_number_or_blank(text[23:25]):
            return _without_duration(text)
    return _squeezed(text.split())


def _without_duration(text: str) -> Fields:
    fields = _A(text)
    date, time, _, _, _, _, duration, *_ = fields
    if not _DATE.fullmatch(date) or not _TIME.fullmatch(time.strip()):
        raise LineRejected
    co = fields[3]
    if duration.strip() and co.strip():
        raise LineRejected
    return fields


def _squeezed(words: list[str]) -> Fields:
    """Read ``date time ext CO [number] [ring] duration [account] [code]``, parted by blanks."""
    if len(words) > 3 and words[2] in ("AM", "PM"):
        words[1:3] = [words[1] + words[2]]
    if len(words) < 5 or not _is_head(*words[:4]):
        raise LineRejected
    place = next((n for n in range(4, len(words)) if _is_duration(words[n])), None)
    if place is None:
        raise LineRejected
    dial, after = words[4:place], words[place + 1 :]
    ring = dial.pop() if dial and _RING.fullmatch(dial[-1]) else ""
    account = after.pop(0) if after and after[0].isdecimal() else ""
    code = after.pop(0) if after and _CODE.fullmatch(after[0]) else ""
    if after:
        raise LineRejected
    number = "" if dial == [_NO_NUMBER] else " ".join(dial)
    date, time, ext, co = words[:4]
    return date, time, ext, co, number, ring, words[place], "", "", account, code


def _is_head(date: str, time: str, ext: str, co: str) -> bool:
    return bool(ext and _DATE.fullmatch(date) and _TIME.fullmatch(time) and co.isdecimal())


def _is_duration(word: str) -> bool:
    return _DURATION.fullmatch(f" {word}", 1) is not None


def _is_number_or_blank(co: str) -> bool:
    text = co.strip()
    return not text or text.isdecimal()
