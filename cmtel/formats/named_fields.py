"""Calls from fields that the user has named, however they were cut (formats.md 11.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from cmtel.domain.calls import CallRecord, Direction, Skipped, State
from cmtel.errors import LineRejected, UsageError
from cmtel.formats.charges import charge
from cmtel.formats.dates import DAY_FIRST, DateHint
from cmtel.formats.direction import INTERNAL, NumberPlan, parties
from cmtel.formats.durations import any_duration_ms, whole
from cmtel.formats.legs import LegCounter
from cmtel.formats.named_times import NamedTimes
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.options import bad_value, choice, count, pattern, word_map
from cmtel.formats.seam import DecodeOptions, FormatOption
from cmtel.formats.state import state_of
from cmtel.formats.text import ENCODING

_TEXT_NAMES = (
    "direction", "state", "remote_number", "local_number", "forwarded_via", "name", "charge",
    "currency", "line", "account_code", "call_id", "leg", "caller", "called", "ring", "connected",
)  # fmt: skip
_TIME_NAMES = tuple(
    f"{prefix}{part}" for prefix in ("", "answer-", "end-") for part in ("datetime", "date", "time")
)
_REMEMBERED = 16_384
_UNITS = ("s", "ms", "min", "hms")
_Value = TypeVar("_Value")
NAMES = (*_TEXT_NAMES, *_TIME_NAMES)
_DIRECTIONS: Mapping[str, Direction] = {"in": "in", "out": "out", "internal": "internal"}
_STATES: Mapping[str, State] = {"CONN": "CONN", "RING": "RING", "BUSY": "BUSY"}

#: The options that delimited and fixed have in common.
OPTIONS = (
    ENCODING,
    INTERNAL,
    DAY_FIRST,
    FormatOption("time-is", "start or end: what datetime, or date and time, are", "start"),
    FormatOption("header", "the first so many lines that are not blank are headings", "0"),
    FormatOption("comment", "lines that begin with this text are comments"),
    FormatOption("skip", "regular expression: lines that match it are headings"),
    FormatOption("date-format", "strptime patterns with | between, or epoch"),
    FormatOption(
        "duration-unit",
        "s, ms or min: the unit of durations that are numbers; hms: their digits are [H]HMMSS",
        "s",
    ),
    FormatOption("ring-unit", "the unit of ring where it is another one", "duration-unit"),
    FormatOption("direction", "in, out or internal: the direction of all records"),
    FormatOption("direction-map", "word=value,...: words of the direction field"),
    FormatOption("state-map", "word=value,...: words of the state field"),
    FormatOption("currency", "for records with a charge and no currency"),
)


def check_names(names: Sequence[str]) -> None:
    """Check the names of the option ``fields``; ``-`` may be there any number of times.

    Raises:
        UsageError: A name is unknown, or there twice; or no field tells when the call was.
    """
    named = [name for name in names if name != "-"]
    for name in named:
        if name not in NAMES:
            raise bad_value("fields", name, f"Names: {', '.join(NAMES)}; - ignores a field.")
        if named.count(name) > 1:
            raise UsageError(f"The option 'fields' has '{name}' twice.")
    for prefix in ("", "answer-", "end-"):
        if f"{prefix}datetime" in named and {f"{prefix}date", f"{prefix}time"} & set(named):
            raise UsageError(
                f"The option 'fields' has '{prefix}datetime' and its parts.",
                hint=f"Name either {prefix}datetime, or {prefix}date and {prefix}time.",
            )
    if not {"datetime", "time", "date", "end-datetime", "end-time", "end-date"} & set(named):
        raise UsageError(
            "The option 'fields' names no time of the call.",
            hint="Name datetime, or date and time, or end-datetime.",
        )


class LineFilter:
    """Heading and comment lines, which are no records."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Read the options ``header``, ``comment`` and ``skip``.

        Raises:
            UsageError: A bad value.
        """
        self._headings_left = count(values, "header")
        self._comment = _not_empty(values, "comment")
        self._skip: re.Pattern[str] | None = None
        if _not_empty(values, "skip"):
            self._skip = pattern(values, "skip", "")

    def skipped(self, text: str, raw: str) -> Skipped | None:
        """Return the outcome of a heading or comment line, None for a record."""
        if self._headings_left:
            self._headings_left -= 1
            return Skipped("header", raw)
        if self._comment and text.startswith(self._comment):
            return Skipped("comment", raw)
        return Skipped("header", raw) if self._skip and self._skip.search(text) else None

    def passes_all(self, texts: Sequence[str]) -> bool:
        """Tell if all of many lines are records; nothing is counted."""
        if self._headings_left:
            return False
        if self._comment and any(text.startswith(self._comment) for text in texts):
            return False
        return not (self._skip and any(map(self._skip.search, texts)))


class _Parties(NamedTuple):
    direction: Direction | None
    remote: str | None
    local: str | None


class _Price(NamedTuple):
    text: str | None
    cents: int | None
    currency: str | None


class NamedFieldReader:
    """Makes calls of named values; counts their legs, dates their times."""

    def __init__(self, options: DecodeOptions, names: Sequence[str]) -> None:
        """Read the options in common.

        Raises:
            UsageError: A bad value.
        """
        values = options.values
        self.hint = DateHint(options)
        self.names = frozenset(names)
        self.times = NamedTimes(options, self.names, self.hint)
        self.plan = NumberPlan(values)
        self.legs = LegCounter()
        self._unit = choice(values, "duration-unit", _UNITS, "s")
        self._ring_unit = choice(values, "ring-unit", _UNITS, self._unit)
        self._direction = choice(values, "direction", tuple(_DIRECTIONS), "")
        self._directions = word_map(values, "direction-map", tuple(_DIRECTIONS))
        self._states = word_map(values, "state-map", tuple(_STATES))
        self._currency = values.get("currency") or None
        self.ms = lru_cache(_REMEMBERED)(self._ms)
        self.ring_ms = lru_cache(_REMEMBERED)(self._ring_ms)
        self.price = lru_cache(_REMEMBERED)(self._price)
        self.way_of = lru_cache(_REMEMBERED)(self._way_of)
        self.state_of_word = lru_cache(_REMEMBERED)(self._state_of_word)

    def call(self, values: Mapping[str, str], raw: str) -> CallRecord:
        """Return the call of these values, which have no blanks around.

        Raises:
            LineRejected: A value is bad, or neither start nor end is known.
        """
        direction, remote, local = self._parties(values)
        ring_ms = self.ring_ms(values.get("ring", ""))
        connected_ms = self.ms(values.get("connected", ""))
        times = self.times.of_call(values, ring_ms, connected_ms)
        connected_secs = None if times.connected_ms is None else times.connected_ms // 1000
        price = self.price(values.get("charge", ""), values.get("currency", ""))
        sent_leg = whole(values["leg"]) if values.get("leg") else None
        state = self.state_of_word(values.get("state", "")) or state_of(
            times.connected_ms, is_answered=times.is_answered
        )
        call_id = values.get("call_id") or None
        self.times.keep(times.kept)
        return CallRecord(
            direction=direction,
            state=state,
            started_at=times.started_at,
            ended_at=times.ended_at,
            remote_number=remote,
            local_number=local,
            forwarded_via=number(values.get("forwarded_via", "")),
            name=party_name(values.get("name", ""), remote),
            ring_ms=times.ring_ms,
            connected_secs=connected_secs,
            charge=price.text,
            charge_cents=price.cents,
            currency=price.currency,
            line=values.get("line") or None,
            account_code=values.get("account_code") or None,
            call_id=call_id,
            leg=sent_leg if "leg" in self.names else self.legs.next_leg(call_id),
            raw=raw,
        )

    def _parties(self, values: Mapping[str, str]) -> _Parties:
        """Fields for the parties win over caller and called."""
        caller = caller_number(values.get("caller", ""))
        called = number(values.get("called", ""))
        direction = self._way(values, caller, called)
        remote, local = parties(direction, caller, called)
        own, other = number, caller_number
        if direction != "in":
            own, other = other, own
        remote = other(values.get("remote_number", "")) or remote
        return _Parties(direction, remote, own(values.get("local_number", "")) or local)

    def _way(
        self, values: Mapping[str, str], caller: str | None, called: str | None
    ) -> Direction | None:
        if self.is_way_by_numbers:
            return self.plan.direction(caller, called)
        return self.way_of(values.get("direction", ""))

    @property
    def is_way_by_numbers(self) -> bool:
        """No field and no option tells the direction, but caller or called may."""
        is_told = bool(self._direction) or "direction" in self.names
        return not is_told and not self.names.isdisjoint(("caller", "called"))

    def _way_of(self, word: str) -> Direction | None:
        if self._direction:
            return _DIRECTIONS[self._direction]
        return _value_of(_DIRECTIONS, self._directions.get(word, word)) if word else None

    def _ms(self, text: str) -> int | None:
        return any_duration_ms(text, self._unit) if text else None

    def _ring_ms(self, text: str) -> int | None:
        return any_duration_ms(text, self._ring_unit) if text else None

    def _state_of_word(self, word: str) -> State | None:
        return _value_of(_STATES, self._states.get(word, word)) if word else None

    def _price(self, text: str, currency_text: str) -> _Price:
        currency = currency_text or (self._currency if text else None)
        cost = charge(text, currency)
        if text and not cost:
            raise LineRejected
        return _Price(cost.text if cost else None, cost.cents if cost else None, currency)


def _value_of(values: Mapping[str, _Value], word: str) -> _Value:
    if word not in values:
        raise LineRejected
    return values[word]


def _not_empty(values: Mapping[str, str], name: str) -> str | None:
    text = values.get(name)
    if text == "":
        raise bad_value(name, text, "It may not be empty.")
    return text
