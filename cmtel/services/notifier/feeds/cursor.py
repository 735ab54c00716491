"""Where a feed was left: kept in the notifier's state as JSON text."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from cmtel.services.notifier.feeds.rows import Key


class Unpriced(NamedTuple):
    """A record without a price yet, and how many later ones have got theirs meanwhile."""

    key: Key
    mark: str
    overtaken: int = 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where reading goes on, and by what the table is known again.

    Attributes:
        start: Reading goes on at this key; None: the table was empty.
        seen: The marks of the records from ``start`` on, in order; the last record must be there
            again, or it is another table.
        newest_ms: The latest own time of any record, epoch milliseconds.
        floor_ms: After the table was found to be another one: records that are not later than
            this do not count.
        unpriced: Records that wait for their price, oldest first.
        is_priced: What ``auto`` has found: only priced calls count.
    """

    start: Key | None = None
    seen: tuple[str, ...] = ()
    newest_ms: int | None = None
    floor_ms: int | None = None
    unpriced: tuple[Unpriced, ...] = ()
    is_priced: bool = False

    def dump(self) -> str:
        """Return the cursor as text."""
        document = asdict(self)
        document["start"] = _key_text(self.start)
        document["unpriced"] = [[_key_text(u.key), u.mark, u.overtaken] for u in self.unpriced]
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Cursor | None:
        """Return what :meth:`dump` was given; None: the text is no cursor of a table."""
        try:
            document = json.loads(text)
            unpriced = tuple(
                Unpriced(_key(key), mark, count) for key, mark, count in document["unpriced"]
            )
            start = document["start"] and _key(document["start"])
            known = cls(**{**document, "start": start, "unpriced": unpriced})
            return replace(known, seen=tuple(known.seen))
        except (ValueError, KeyError, TypeError, InvalidOperation):
            return None


def epoch_ms(moment: datetime) -> int:
    """Return an aware instant as epoch milliseconds."""
    return round(moment.timestamp() * 1000)


def _key_text(key: Key | None) -> str | None:
    """Return a key with a letter for its kind."""
    if key is None:
        return None
    if isinstance(key, datetime):
        return f"t{key.isoformat()}"
    if isinstance(key, bytes):
        return f"b{key.hex()}"
    letter = {int: "i", Decimal: "d"}.get(type(key), "s")
    return f"{letter}{key}"


def _key(text: str) -> Any:
    letter, value = text[0], text[1:]
    if letter == "i":
        return int(value)
    if letter == "d":
        return Decimal(value)
    if letter == "t":
        return datetime.fromisoformat(value)
    return bytes.fromhex(value) if letter == "b" else value


def from_epoch_ms(ms: int) -> datetime:
    """Return epoch milliseconds as an aware instant, UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)
