"""Lines of Mitel's SMDR to texts: three fixed layouts, and what terminal servers squeeze.

Source: Mitel MiVoice Business System Administration Tool Help, "SMDR", standard and extended record
formats (columns); the layout with seconds in the start time as seen at installations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cmtel.errors import LineRejected
from cmtel.formats.columns import columns

_DATE = re.compile("[0-9]{2}/[0-9]{2}")
_ANY_DATE = re.compile("[0-9]{2}/[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_START = re.compile("[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?[apAP]?")
_SHORT = re.compile("[0-9]{2}:[0-9]{2}:[0-9]{2} ")
_LONG = re.compile("[0-9]{4}:[0-9]{2}:[0-9]{2} ")
_DURATION = re.compile("[0-9]{2,4}:[0-9]{2}:[0-9]{2}")
#: Seconds until the call was answered; stars: nobody answered.
_ANSWER = re.compile(r"[0-9]{1,4}|\*{3,4}|")
_SQUEEZED_ANSWER = re.compile(r"0[0-9]{3}|\*{3,4}")
_DIGITS = re.compile("[0-9*#]*[0-9][0-9*#]*")
_CALLED = re.compile("[TX][0-9]{1,4}|ATT[0-9]+|[0-9]{3,7}")
_CALL_ID = re.compile(r"([A-Z][0-9]{3}\w{4})([A-Z]?)", re.ASCII)
_ANI = re.compile("[0-9]{4,}")
#: Long calls are marked.
_MARKS = "-%+"
_COLUMN_MARKS = f" {_MARKS}"
_STATUSES = frozenset("ABCDEGHIORSTU")


class MivbFields(NamedTuple):
    """The fields of a line, without blanks at their ends; "" where there is none."""

    date: str
    start: str
    duration: str
    calling: str
    answer: str
    #: The digits dialled are the last group; of two groups the first one is the caller's number.
    digits: list[str]
    status: str
    called: str
    account: str = ""
    ani: str = ""
    call_id: str = ""
    sequence: str = ""


_STANDARD = columns(
    (2, 6), (8, 14), (16, 23), (25, 28), (30, 32), (35, 60), (61, 61), (63, 66), (74, 85),
    (92, 101), (114, 121), (122, 122),
)  # fmt: skip
_EXTENDED = columns(
    (2, 6), (8, 14), (16, 25), (27, 33), (35, 38), (40, 63), (64, 64), (66, 72), (83, 94),
    (103, 112), (122, 129), (130, 130),
)  # fmt: skip
_WITH_SECONDS = columns(
    (2, 6), (8, 16), (18, 27), (29, 35), (37, 40), (42, 67), (68, 68), (70, 76), (87, 98),
    (107, 116), (126, 133), (134, 134),
)  # fmt: skip
#: Where the duration begins, counted from 0, and what it looks like.
_LAYOUTS = ((17, _LONG, _WITH_SECONDS), (15, _LONG, _EXTENDED), (15, _SHORT, _STANDARD))


def split(text: str) -> MivbFields:
    """Return the fields of a line of any layout.

    Raises:
        LineRejected: It has none.
    """
    if text[0] in _COLUMN_MARKS:
        for start, duration, cut in _LAYOUTS:
            if duration.match(text, start):
                fields = _fixed(cut(text))
                if fields:
                    return fields
    return _squeezed(text)


def _fixed(cells: Iterator[str]) -> MivbFields | None:
    """Return the fields; None if columns are not in their places: blanks were squeezed."""
    (
        date, start, duration, calling, answer, digits, status, called, *more
    ) = cells  # fmt: skip
    if not calling or " " in calling or " " in called or not _ANSWER.fullmatch(answer):
        return None
    if not _DATE.fullmatch(date) or not _START.fullmatch(start):
        return None
    return MivbFields(date, start, duration, calling, answer, digits.split(), status, called, *more)


def _squeezed(text: str) -> MivbFields:
    """Read the fields one after the other, as far as each looks like itself."""
    line = text.strip()
    words = (line[1:] if line[0] in _MARKS else line).split()
    if len(words) < 4 or not _is_head(*words[:3]):
        raise LineRejected
    date, start, duration, calling, *rest = words
    rest.reverse()  # the next word is the last one
    answer = rest.pop() if len(rest) > 1 and _SQUEEZED_ANSWER.fullmatch(rest[-1]) else ""
    digits: list[str] = []
    while rest and len(digits) < 2 and _DIGITS.fullmatch(rest[-1]):
        digits.append(rest.pop())
    status = called = ""
    while rest:
        if not status and rest[-1] in _STATUSES:
            status = rest.pop()
        elif not called and _CALLED.fullmatch(rest[-1]):
            called = rest.pop()
        else:
            break
    ani, call_id, sequence = _identities(rest[::-1])
    return MivbFields(
        date, start, duration, calling, answer, digits, status, called,
        ani=ani, call_id=call_id, sequence=sequence,
    )  # fmt: skip


def _is_head(date: str, start: str, duration: str) -> bool:
    return bool(
        _ANY_DATE.fullmatch(date) and _START.fullmatch(start) and _DURATION.fullmatch(duration)
    )


def _identities(words: list[str]) -> tuple[str, str, str]:
    """Return (ani, call id, sequence) from what follows the called party."""
    ani = call_id = sequence = ""
    for place, word in enumerate(words):
        if word.startswith("CID:"):
            call_id = word[4:]
        elif word.startswith("SEQ:"):
            sequence = word[4:]
        elif not call_id and (found := _CALL_ID.fullmatch(word)):
            following = "".join(words[place + 1 : place + 2])
            is_letter = len(following) == 1 and following.isupper()
            call_id, sequence = found[1], found[2] or (following if is_letter else sequence)
        elif not ani and _ANI.fullmatch(word):
            ani = word
    return ani, call_id, sequence
