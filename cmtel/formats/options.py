"""The options of a format (``--opt NAME=VALUE``): names and values checked, bad ones refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from cmtel.errors import UsageError
from cmtel.formats.seam import DecodeOptions, FormatOption


def decode_options(
    pairs: Sequence[str], timezone: str | None = None, year_hint: str | None = None
) -> DecodeOptions:
    """Return the options of a decoder from the words of a command line.

    Args:
        pairs: ``NAME=VALUE`` each; of a repeated name the last counts. The format checks them.
        timezone: IANA name of the switch's zone, as ``Europe/Berlin``.
        year_hint: ``YYYY-MM-DD``.

    Raises:
        UsageError: A word is not what it should be.
    """
    return DecodeOptions(
        timezone=None if timezone is None else zone_named(timezone),
        year_hint=None if year_hint is None else _day(year_hint),
        values=dict(_pair(text) for text in pairs),
    )


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone called ``name``.

    Raises:
        UsageError: There is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:  # OSError: the name of a folder of zones
        raise UsageError(
            f"There is no time zone '{name}'.", hint="Use an IANA name, as Europe/Berlin or UTC."
        ) from exc


def refuse_unknown(
    format_name: str, options: Sequence[FormatOption], values: Mapping[str, str]
) -> None:
    """Check the names of ``values`` against the options of a format.

    Raises:
        UsageError: A name is unknown, or a required option is missing.
    """
    known = {option.name for option in options}
    for name in values:
        if name not in known:
            raise UsageError(
                f"The format {format_name} has no option '{name}'.",
                hint=f"Options: {', '.join(sorted(known))}.",
            )
    for option in options:
        if option.required and not values.get(option.name):
            raise UsageError(
                f"The format {format_name} needs the option '{option.name}'.",
                hint=f"--opt {option.name}=...: {option.meaning}.",
            )


def choice(values: Mapping[str, str], name: str, allowed: Sequence[str], default: str) -> str:
    """Return the value of ``name``, one of ``allowed``; UsageError otherwise."""
    value = values.get(name, default)
    if value not in allowed and value != default:
        raise bad_value(name, value, f"It is one of {', '.join(allowed)}.")
    return value


def flag(values: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    """Return the value of ``name``, ``true`` or ``false``; UsageError otherwise."""
    return choice(values, name, ("true", "false"), "true" if default else "false") == "true"


def count(values: Mapping[str, str], name: str, default: int = 0) -> int:
    """Return the value of ``name``, a whole number from 0 on; UsageError otherwise."""
    value = values.get(name, str(default))
    if not re.fullmatch("[0-9]{1,9}", value):
        raise bad_value(name, value, "It is a whole number.")
    return int(value)


def pattern(values: Mapping[str, str], name: str, default: str) -> re.Pattern[str]:
    """Return the value of ``name`` as a regular expression; UsageError if it is none."""
    value = values.get(name, default)
    try:
        return re.compile(value)
    except (re.error, OverflowError, RecursionError) as exc:
        raise bad_value(name, value, f"It is no regular expression: {exc}.") from exc


def word_map(values: Mapping[str, str], name: str, allowed: Sequence[str]) -> dict[str, str]:
    """Return ``word=value,...`` as a mapping; UsageError if a value is not in ``allowed``."""
    text = values.get(name, "")
    mapping: dict[str, str] = {}
    for item in text.split(",") if text else ():
        word, sign, value = item.rpartition("=")
        if not sign or value not in allowed:
            raise bad_value(name, item, f"Write word=value,... with {', '.join(allowed)}.")
        mapping[word] = value
    return mapping


def bad_value(name: str, value: str, hint: str) -> UsageError:
    """Return the error that says that ``value`` is no value for the option ``name``."""
    return UsageError(f"'{value}' is no value for the option '{name}'.", hint=hint)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise UsageError(f"'{text}' is no option.", hint="Write --opt NAME=VALUE.")
    return name, value


def _day(text: str) -> date:
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError(f"'{text}' is no date.", hint="Write the year hint as YYYY-MM-DD.")
