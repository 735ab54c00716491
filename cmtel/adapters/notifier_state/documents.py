"""Frozen dataclasses and named tuples as JSON, by their type hints.

Instants are epoch milliseconds (UTC). A field that a document lacks gets its default, and one
that the class does not know is left out, so that versions can read each other's documents.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar

_Made = TypeVar("_Made")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Return an aware instant as epoch milliseconds."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(epoch_ms: int) -> datetime:
    """Return epoch milliseconds as an aware instant, UTC."""
    return _EPOCH + epoch_ms * _MILLISECOND


def dump(value: object) -> str:
    """Return a dataclass or named tuple as JSON text."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def load(made: type[_Made], text: str) -> _Made:
    """Return what :func:`dump` was given.

    Raises:
        ValueError, TypeError, KeyError: The text is no document of this class.
    """
    return typing.cast("_Made", _made(made, json.loads(text)))


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        if hasattr(value, "_asdict"):
            return {name: _plain(part) for name, part in value._asdict().items()}
        return [_plain(part) for part in value]
    return value


def _made(wanted: Any, plain: Any) -> Any:
    if typing.get_origin(wanted) in (types.UnionType, typing.Union):
        if plain is None:
            return None
        kinds = [kind for kind in typing.get_args(wanted) if kind is not types.NoneType]
        return _made(kinds[0], plain) if len(kinds) == 1 else plain
    if typing.get_origin(wanted) is tuple:
        return _tuple(typing.get_args(wanted), plain)
    if wanted is datetime:
        return from_ms(plain)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return wanted(plain)
    if isinstance(plain, dict):
        hints = _hints(wanted)
        return wanted(**{name: _made(hints[name], plain[name]) for name in hints if name in plain})
    return float(plain) if wanted is float else plain


def _tuple(kinds: tuple[Any, ...], plain: list[Any]) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_made(kinds[0], part) for part in plain)
    return tuple(_made(kind, part) for kind, part in zip(kinds, plain, strict=True))


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return typing.get_type_hints(wanted)
