"""Direction by numbers, for sources that do not send one (formats.md 1.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import translate
from functools import lru_cache

from cmtel.domain.calls import Direction
from cmtel.formats.options import pattern
from cmtel.formats.seam import FormatOption

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

#: A busy switch has tens of thousands of numbers in a day; looking again costs a microsecond.
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
        #: Whether a number, not empty, belongs to the switch.
        self.is_internal = lru_cache(_REMEMBERED)(self._look_up_number)

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


def _any_of(patterns: str) -> re.Pattern[str]:
    texts = [text for item in patterns.split(",") if (text := item.strip())]
    return re.compile("|".join(map(translate, texts)) or "(?!)")
