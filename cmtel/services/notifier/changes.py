"""What one transaction of the notifier's store writes: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cmtel.domain.incidents.actions import Log
from cmtel.domain.incidents.states import FeedState, Incident
from cmtel.domain.mails.outbox import OutboxRow

RowKey = tuple[str, int, str]


class Request(NamedTuple):
    """What an operator asks for, left in the store for the service to find.

    ``verb``: ack, unack, downtime-add, downtime-remove, pause, resume. ``feed`` None: all feeds.
    ``arguments``: by, reason, id; until and starts in ISO 8601 with offset.
    """

    verb: str
    feed: str | None
    arguments: Mapping[str, str]
    id: int = 0


class HistoryEvent(NamedTuple):
    """An entry of the history; what the log file says, but kept with the state."""

    at: datetime
    log: Log


class Residual(NamedTuple):
    """A gap between two arrivals that ended at ``at``, and the calls missed in it by the rule."""

    feed: str
    at: datetime
    gap_secs: float
    expected: float | None


class PastIncident(NamedTuple):
    """An incident, open or closed, and how many mails of it servers took."""

    incident: Incident
    accepted_mails: int


@dataclass(slots=True)
class Changes:
    """Collected during one step, committed at its end."""

    state: FeedState | None = None
    cursor: str | None = None
    archived: list[Incident] = field(default_factory=list)
    rows: dict[RowKey, OutboxRow] = field(default_factory=dict)
    events: list[HistoryEvent] = field(default_factory=list)
    residuals: list[Residual] = field(default_factory=list)
    done_requests: list[int] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    #: What the silence rule has learned, by feed.
    profiles: dict[str, str] = field(default_factory=dict)
    #: A feed that is no longer watched.
    forgotten_feed: str | None = None
