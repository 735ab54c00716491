"""Where a stream of calls stopped: the first stage of the way that does not move.

    switch -> link -> bytes -> records -> database -> charged table

The stages are asked in this order, so that the answer is the cause nearest to the switch.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

#: Where this share of the records since the last call was rejected, what comes cannot be decoded:
#: the rest is no calls either, but headings, blank lines, and the ends of connections.
UNDECODABLE_SHARE = 0.2
#: A call is dated by its start and delivered after its end; only what is delivered so much later
#: than the last priced one shows that prices are missing.
_CALL = timedelta(minutes=10)


class Stage(StrEnum):
    """What stopped. The renderer has the words and the remedy of each."""

    #: The link to the switch is down.
    LINK = "link"
    #: The link is up, but nothing comes over it.
    BYTES = "bytes"
    #: Bytes come, but nothing in them can be decoded.
    RECORDS = "records"
    #: Records are accepted, but the database does not take them.
    DATABASE = "database"
    #: Calls are in the journal, but the charged table does not move.
    CHARGING = "charging"


class Way(NamedTuple):
    """What is known of each stage; None: nothing is."""

    is_link_up: bool | None = None
    link_since: datetime | None = None
    link_detail: str = ""
    last_bytes_at: datetime | None = None
    last_accepted_at: datetime | None = None
    #: Of the records since the last call: how many were rejected, 0 to 1, and one of them.
    rejected_share: float | None = None
    sample: str = ""
    database_error: str = ""
    waiting: int = 0
    last_delivered_at: datetime | None = None


class Stop(NamedTuple):
    """The stage that does not move, since when, and what it says itself."""

    stage: Stage
    since: datetime | None
    detail: str = ""


def where_it_stopped(way: Way, silent_since: datetime | None) -> Stop | None:
    """Return the stage at which the stream stopped, or None if nothing is known of it.

    Args:
        way: The stages as they are now.
        silent_since: The last arrival at the end of the way.
    """
    if way.is_link_up is False:
        return Stop(Stage.LINK, way.link_since, way.link_detail)
    if way.database_error and way.waiting:
        return Stop(Stage.DATABASE, way.last_delivered_at, way.database_error)
    if way.rejected_share is not None and way.rejected_share >= UNDECODABLE_SHARE:
        share = f"{way.rejected_share:.0%} rejected"
        return Stop(Stage.RECORDS, way.last_accepted_at, f"{share}, last: {way.sample}")
    if _is_after(way.last_delivered_at, silent_since):
        return Stop(Stage.CHARGING, silent_since)
    if way.is_link_up:
        return Stop(Stage.BYTES, way.last_bytes_at)
    return None


def _is_after(moment: datetime | None, silent_since: datetime | None) -> bool:
    return moment is not None and silent_since is not None and moment > silent_since + _CALL
