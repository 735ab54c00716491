"""A spool as a feed: a source to which records were added has an arrival.

How many they were in one look does not count, as no time of each is kept: it is one arrival a
source and look. A spool is known by its id; one with less in it than before is an older copy, and
brings nothing until it has more.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from cmtel.services.notifier.ports import FeedReading, NewRecord
from cmtel.services.spool_glance import SpoolView
from cmtel.services.spool_ports import SpoolSource

#: Of a source: its last sequence, and when it last received something (epoch milliseconds).
_Mark = tuple[int, int]


class SpoolFeed:
    """Implements ``ports.FeedReader``.

    Args:
        names: The sources that count; a listener's peers are NAME@PEER. None: all.
    """

    def __init__(self, spool: SpoolView, names: Collection[str] | None = None) -> None:
        self._spool = spool
        self._names = names

    def read(self, cursor: str | None) -> FeedReading:
        """Return an arrival for each source that grew; see the port."""
        spool_id = self._spool.spool_id()
        sources = [s for s in self._spool.sources() if self._is_wanted(s) and s.last_received_utc]
        marks = {f"{s.source_id}": _mark(s) for s in sources}
        before = _known(cursor, spool_id)
        text = json.dumps({"spool": spool_id, "marks": marks}, separators=(",", ":"))
        if before is None:
            last = max(sources, key=_received, default=None)
            return FeedReading(text, [] if last is None or cursor is not None else [_record(last)])
        grown = [s for s in sources if _has_grown(before.get(f"{s.source_id}"), _mark(s))]
        return FeedReading(text, [_record(s) for s in sorted(grown, key=_received)])

    def close(self) -> None:
        self._spool.close()

    def _is_wanted(self, source: SpoolSource) -> bool:
        names = {source.name, source.name.partition("@")[0]}
        return self._names is None or not names.isdisjoint(self._names)


def _has_grown(before: _Mark | None, now: _Mark) -> bool:
    """A control record raises the sequence, too, but nothing was received with it."""
    return before is None or (now[0] > before[0] and now[1] != before[1])


def _known(cursor: str | None, spool_id: str) -> dict[str, _Mark] | None:
    """Return the marks of a cursor; None: it is none, or one of another spool."""
    try:
        document = json.loads(cursor or "{}")
        marks = {name: (int(mark[0]), int(mark[1])) for name, mark in document["marks"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return marks if document.get("spool") == spool_id else None


def _mark(source: SpoolSource) -> _Mark:
    return source.last_sequence, round(_received(source).timestamp() * 1000)


def _received(source: SpoolSource) -> datetime:
    assert source.last_received_utc is not None  # noqa: S101 - only such sources are looked at
    return source.last_received_utc


def _record(source: SpoolSource) -> NewRecord:
    return NewRecord(_received(source), f"source {source.name}, record {source.last_sequence}")
