"""One record's bytes with the number of its call masked, as long as before.

The remote number is looked for by its last digits, wherever it stands in the record and in whatever
spelling: with or without country code, with separators, within channel names, glued to the column
before it. The proof of a masking is the format's own decoder: the masked record has to give the
same call, with nothing but digits of texts masked. What does not stand this proof, and what is no
call, is masked *roughly*: every run of five digits and more, as far as a record that is skipped
stays one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Outcome, Skipped
from cmtel.domain.masking import MARKS, MaskRule

#: Shorter numbers are extensions, emergency and service numbers, and stay. Runs of so many digits
#: are masked where nobody knows which one is the number.
_LEAST_DIGITS = 5
#: By how many of its last digits a number is found: so many that it is no other number by chance,
#: so few that local spellings without area code are found.
_FOUND_BY = 6
#: So many last digits of a number must not be left anywhere; fewer may be alike by chance.
_SURE_DIGITS = 8

_RUN = re.compile(rb"[0-9]{%d,}" % _LEAST_DIGITS)
_DIGIT = re.compile(rb"[0-9]")
_BETWEEN = rb"[ ./()*#+;\r\n-]{0,3}"
#: The fields that may have the number in them; all others have to stay as they are.
_TEXTS = frozenset({"remote_number", "name", "forwarded_via", "line", "account_code", "call_id"})

#: Reads a whole record alone: its outcomes, with nothing remembered.
Reading = Callable[[bytes], Sequence[Outcome]]


class _Place(NamedTuple):
    """Where a number stands: from (widest first, when its beginning is not sure) and to."""

    starts: tuple[int, ...]
    end: int


def masked_record(data: bytes, rule: MaskRule, read: Reading, told: Sequence[Outcome]) -> bytes:
    """Return a record with the numbers of its calls masked that the rule concerns.

    Args:
        data: All bytes of one record, as the switch sent it.
        rule: Which calls, and how much.
        read: The format's reading of it; called several times.
        told: What it is where it stands: what records before it say may be missing to ``read``.
    """
    read = cache(read)
    before = read(data)
    if not _numbers(told):  # perhaps as the repetition of a call
        told = before
    calls = [each for each in told if isinstance(each, CallRecord)]
    concerned = [call for call in calls if _is_concerned(call, rule)]
    if calls and not concerned and len(calls) == len(told):
        return data
    if _numbers(before) != _numbers(told):
        return _surely_masked(data, concerned, read)
    if not calls:
        return _roughly_masked(data, read)
    for mark in MARKS:
        masked: bytes | None = data
        for call in concerned:
            masked = _Masking(masked, rule, read, mark).of(call) if masked else None
        if masked is not None:
            return masked if len(calls) == len(before) else _rest_masked(masked, read)
    return _surely_masked(data, concerned, read)


def _is_concerned(call: CallRecord, rule: MaskRule) -> bool:
    return len(_digits(call.remote_number)) >= _LEAST_DIGITS and rule.concerns(call)


def _without_runs(data: bytes) -> bytes:
    """Return the bytes with every run of digits masked that may be a number."""
    return _RUN.sub(lambda found: MARKS[0].encode() * len(found[0]), data)


def _roughly_masked(data: bytes, read: Reading) -> bytes:
    """Return a record that is no call, masked; if it is skipped, it still is."""
    masked = _without_runs(data)
    if masked == data or not any(isinstance(each, Skipped) for each in read(data)):
        return masked
    return masked if _are_alike(read(data), read(masked), "") else _rest_masked(data, read)


def _rest_masked(data: bytes, read: Reading) -> bytes:
    """Mask what may be numbers and belongs to no call, as far as nothing is read otherwise."""
    before = read(data)
    for found in list(_RUN.finditer(data)):
        tries = (
            data[: found.start() + skipped]
            + mark.encode() * (len(found[0]) - skipped)
            + data[found.end() :]
            for skipped in range(len(found[0]) - _LEAST_DIGITS + 1)
            for mark in MARKS
        )
        data = next((tried for tried in tries if _are_alike(before, read(tried), "")), data)
    return data


def _surely_masked(data: bytes, concerned: Sequence[CallRecord], read: Reading) -> bytes:
    """Return a record masked at any price: it may give another call, or none."""
    masked = _without_runs(data)
    numbers, left = _numbers(concerned), _numbers(read(masked))
    is_left = not set(left).isdisjoint(numbers) or any(_stands_in(masked, n) for n in numbers)
    return _DIGIT.sub(MARKS[0].encode(), data) if is_left else masked


def _stands_in(data: bytes, number: str) -> bool:
    last = number[-_SURE_DIGITS:]
    return any(True for _ in _places(data, last, last))


def _numbers(outcomes: Sequence[Outcome]) -> list[str]:
    return [_digits(each.remote_number) for each in outcomes if isinstance(each, CallRecord)]


class _Masking:
    """The masking of one call in a record that may have several."""

    def __init__(self, data: bytes, rule: MaskRule, read: Reading, mark: str) -> None:
        self._data = data
        self._rule = rule
        self._read = read
        self._mark = mark

    def of(self, call: CallRecord) -> bytes | None:
        """Return the masked record, or None if this mark cannot be used in it."""
        digits = _digits(call.remote_number)
        places = list(_places(self._data, digits[-_FOUND_BY:], digits))
        widest = self._data
        for place in places:
            widest = self._masked(widest, place.starts[0], place.end)
        if self._is_right(widest, call):
            return widest
        masked = self._one_by_one(places)
        return masked if self._is_right(masked, call) else None

    def _one_by_one(self, places: Sequence[_Place]) -> bytes:
        masked = self._data
        for place in places:
            for start in place.starts:
                tried = self._masked(masked, start, place.end)
                if self._is_same(tried):
                    masked = tried
                    break
        return masked

    def _is_right(self, masked: bytes, call: CallRecord) -> bool:
        wanted = self._rule.mask(call.remote_number or "", self._mark)
        if not self._is_same(masked):
            return False
        numbers = [
            each.remote_number for each in self._read(masked) if isinstance(each, CallRecord)
        ]
        if wanted not in numbers:
            return False
        sure = _digits(call.remote_number)[-_SURE_DIGITS:]
        return _digits(wanted).endswith(sure) or not any(
            True for _ in _places(masked, sure, sure, is_bounded=True)
        )

    def _is_same(self, masked: bytes) -> bool:
        return _are_alike(self._read(self._data), self._read(masked), self._mark)

    def _masked(self, data: bytes, start: int, end: int) -> bytes:
        text = data[start:end].decode("latin-1")
        return data[:start] + self._rule.mask(text, self._mark).encode("latin-1") + data[end:]


def _places(data: bytes, last: str, digits: str, *, is_bounded: bool = False) -> Iterator[_Place]:
    """Yield where a number stands, by its last digits.

    Where it stands nowhere with an end of its own, other digits may follow it at once.
    """
    wanted = _BETWEEN.join(digit.encode() for digit in last)
    found = list(re.finditer(wanted + rb"(?![0-9])", data))
    before = [digit.encode() for digit in digits[: -len(last)]]
    for each in found if found or is_bounded else re.finditer(wanted, data):
        own = _begin_of_own(data, each.start(), before)
        run = own
        while run and data[run - 1 : run].isdigit():
            run -= 1
        yield _Place(tuple(dict.fromkeys((run, own))), each.end())


def _begin_of_own(data: bytes, start: int, before: list[bytes]) -> int:
    """Return how far to the left the digits before the found ones stand there, too."""
    place = start
    while before:
        gap = place
        while gap and place - gap < 2 and data[gap - 1 : gap] in b" ./()-":
            gap -= 1
        if not gap or data[gap - 1 : gap] != before[-1]:
            break
        place = gap - 1
        before = before[:-1]
    return place


def _are_alike(before: Sequence[Outcome], after: Sequence[Outcome], mark: str) -> bool:
    """Tell if outcomes are the same but for masked digits; without a mark: calls the very same."""
    return len(before) == len(after) and all(
        _is_alike(old, new, mark) for old, new in zip(before, after, strict=True)
    )


def _is_alike(old: Outcome, new: Outcome, mark: str) -> bool:
    if type(old) is not type(new):
        return False
    if not isinstance(old, CallRecord):
        return old[0] == new[0]
    return all(
        was == now or name == "raw" or (name in _TEXTS and _is_masked(was, now, mark))
        for name, was, now in zip(CallRecord._fields, old, new, strict=True)
    )


def _is_masked(was: object, now: object, mark: str) -> bool:
    if not (isinstance(was, str) and isinstance(now, str)) or len(was) != len(now):
        return False
    return bool(mark) and all(
        a == b or (b == mark and a.isdigit()) for a, b in zip(was, now, strict=True)
    )


def _digits(number: str | None) -> str:
    return "".join(char for char in number or "" if char in "0123456789")
