"""What is known of the way of the records, from the spool of the ingest and from the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from cmtel.domain.way import Way
from cmtel.errors import CmtelError
from cmtel.services.spool_glance import Rejects, SpoolView
from cmtel.services.spool_ports import LinkState, SpoolSource

#: Fewer rejected records than this say nothing: a link that is cut leaves one behind.
_LEAST_REJECTS = 3
#: A link that is up; one that is held back is, too: the spool is full, not the switch gone.
_UP = frozenset({LinkState.UP, LinkState.HELD_BACK})


class Delivered(NamedTuple):
    """The journal's database: when it last took a call, or why it cannot be asked."""

    last_at: datetime | None = None
    error: str = ""


class SpoolWay:
    """Implements ``ports.WayReport``. Used by one thread.

    Args:
        is_ingest_running: Whether somebody works on the spool.
        ask_journal: Asks the journal's database; never raises.
        has_table_behind: Whether a feed is a table behind the journal's rows: another program's,
            or only those that have a price.
    """

    def __init__(
        self, spool: SpoolView, is_ingest_running: Callable[[], bool],
        ask_journal: Callable[[], Delivered], has_table_behind: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._spool = spool
        self._is_ingest_running = is_ingest_running
        self._ask_journal = ask_journal
        self._has_table_behind = has_table_behind

    def way(self, feed: str) -> Way | None:
        """Return what is known of the stages before this feed; None: there is no spool."""
        try:
            sources = self._spool.sources()
            rejects = [(source, self._spool.rejects(source)) for source in sources]
            is_running = self._is_ingest_running()
        except CmtelError:
            return None
        delivered = self._ask_journal()
        way = way_of(rejects, is_running=is_running)
        last = delivered.last_at if self._has_table_behind(feed) else None
        return way._replace(database_error=delivered.error, last_delivered_at=last)


def way_of(sources: Sequence[tuple[SpoolSource, Rejects]], *, is_running: bool) -> Way:
    """Return what a spool tells of the way, all of its sources together.

    The link is up if one of them is; down, since the last of them went down.
    """
    linked = [s for s, _ in sources if s.link is not None]
    received = [s.last_received_utc for s, _ in sources if s.last_received_utc is not None]
    last = max(received, default=None)
    up = [s for s in linked if s.link in _UP]
    speaking = max(up or linked, key=lambda s: s.link_since_utc or _EARLIEST, default=None)
    share, sample = _rejected(sources)
    way = Way(
        last_bytes_at=last,
        last_accepted_at=last,
        rejected_share=share,
        sample=sample,
        waiting=sum(max(s.waiting, 0) for s, _ in sources),
    )
    if not is_running:
        return way._replace(is_link_up=False, link_since=last, link_detail="no ingest is running")
    if speaking is None:
        return way
    detail = " ".join(filter(None, [speaking.name, str(speaking.link), speaking.link_detail]))
    return way._replace(is_link_up=bool(up), link_since=speaking.link_since_utc, link_detail=detail)


def _rejected(sources: Sequence[tuple[SpoolSource, Rejects]]) -> tuple[float | None, str]:
    """Return the share of rejected ones among the records since the last call, and the last one.

    None if there are too few to say. Records that wait for the database are not among them.
    """
    count = sum(rejects.total for _, rejects in sources)
    if count < _LEAST_REJECTS:
        return None, ""
    since = sum(max(s.settled_sequence - s.watermark, 0) for s, r in sources if r.total)
    newest = max((pair for pair in sources if pair[1].total), key=_received)
    return min(1.0, count / max(since, count)), newest[1].sample


def _received(pair: tuple[SpoolSource, Rejects]) -> datetime:
    return pair[0].last_received_utc or _EARLIEST


_EARLIEST = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
