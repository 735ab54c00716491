"""Direction by numbers, for sources that do not send one (formats.md 1.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import translate
from functools import lru_cache

from cmtel.domain.calls import Direction
from cmtel.formats.options import pattern
from cmtel.formats.seam import FormatOption

_USUAL_DIGITS = 5
_INTERNAL = r"\d{1,5}|[A-Za-z][\w.-]*|[*#][\d*#]*"
_INBOUND = "from-trunk*,from-pstn*,from-did*,from-external*,ext-did*,incoming*,inbound*,public"
_OUTBOUND = "from-internal*,outgoing*,outbound*"

INTERNAL = FormatOption(
    "internal", "regular expression: the whole of an internal number", default=_INTERNAL
)
CONTEXTS = (
    FormatOption(
        "inbound-contexts", "shell patterns, comma between: contexts of calls in", default=_INBOUND
    ),
    FormatOption(
        "outbound-contexts", "shell patterns, comma between: contexts of calls out", _OUTBOUND
    ),
)

#: Numbers that are not of digits only, and contexts: a switch has few, or few that come often.
_REMEMBERED = 65_536


class NumberPlan:
    """Which numbers and contexts of a switch are internal."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Read the options ``internal``, ``inbound-contexts`` and ``outbound-contexts``.

        Raises:
            UsageError: ``internal`` is no regular expression.
        """
        self._internal = pattern(values, INTERNAL.name, _INTERNAL)
        self._inbound = _any_of(values.get("inbound-contexts", _INBOUND))
        self._outbound = _any_of(values.get("outbound-contexts", _OUTBOUND))
        #: The direction between two external numbers, by the context of the call.
        self.by_context = lru_cache(_REMEMBERED)(self._look_up_context)
        self._most_digits = _USUAL_DIGITS if self._internal.pattern == _INTERNAL else None
        self._look_up_cached = lru_cache(_REMEMBERED)(self._look_up_number)

    def direction(
        self, caller: str | None, called: str | None, context: str | None = None
    ) -> Direction | None:
        """Return the direction; None if both are external and the context does not tell."""
        is_caller_internal = caller is not None and self.is_internal(caller)
        is_called_internal = called is None or self.is_internal(called)
        if is_caller_internal:
            return "internal" if is_called_internal else "out"
        if is_called_internal:
            return "in"
        return None if context is None else self.by_context(context)

    def is_internal(self, number: str) -> bool:
        """Tell if a number, not empty, belongs to the switch."""
        if self._most_digits and number.isdecimal():  # as the usual expression says, but faster
            return len(number) <= self._most_digits
        return self._look_up_cached(number)

    def are_internal(self, numbers: Sequence[str | None]) -> list[bool | None]:
        """Return what :meth:`is_internal` says of each number; None for None."""
        most, look_up = self._most_digits, self._look_up_cached
        if most is None:
            return [None if number is None else look_up(number) for number in numbers]
        return [
            None
            if number is None
            else len(number) <= most
            if number.isdecimal()
            else look_up(number)
            for number in numbers
        ]

    def _look_up_number(self, number: str) -> bool:
        return self._internal.fullmatch(number) is not None

    def _look_up_context(self, context: str) -> Direction | None:
        if self._inbound.match(context):
            return "in"
        return "out" if self._outbound.match(context) else None


def parties(
    direction: Direction | None, caller: str | None, called: str | None
) -> tuple[str | None, str | None]:
    """Return (remote_number, local_number): the caller is remote for "in" only."""
    return (caller, called) if direction == "in" else (called, caller)


@lru_cache(64)
def _any_of(patterns: str) -> re.Pattern[str]:
    texts = [text for item in patterns.split(",") if (text := item.strip())]
    return re.compile("|".join(map(translate, texts)) or "(?!)")
