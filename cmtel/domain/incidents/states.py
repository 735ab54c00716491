"""What is remembered of a feed between two steps. All instants are aware and UTC."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where a feed stands."""

    INIT = "init"
    OK = "ok"
    LATE = "late"
    STALLED = "stalled"
    RECOVERING = "recovering"
    BLIND = "blind"


class IncidentKind(StrEnum):
    """What went wrong: charging stalled, or the feed cannot be read."""

    STALL = "stall"
    BLIND = "blind"


class Silence(StrEnum):
    """The verdict's word; the same words as the silence rule's."""

    NORMAL = "normal"
    LATE = "late"
    OVERDUE = "overdue"
    CLOSED = "closed"


class Judgement(NamedTuple):
    """Whether it is too quiet, with the numbers; field by field the silence rule's verdict."""

    silence: Silence
    silence_secs: float
    #: Calls missed so far, and the limit; None where time alone decides.
    expected: float | None = None
    limit: float | None = None
    #: When it is overdue, and late, if nothing comes; None: not in sight.
    alarm_at: datetime | None = None
    late_at: datetime | None = None
    is_learning: bool = False


class Ack(NamedTuple):
    """Somebody knows; repeats are held back until the incident closes."""

    by: str
    reason: str
    at: datetime


class Downtime(NamedTuple):
    """Planned work: first mails and repeats are held back."""

    id: str
    starts_at: datetime
    ends_at: datetime
    by: str
    reason: str


class Pause(NamedTuple):
    """Reading has stopped, so that the source can be maintained."""

    id: str
    since: datetime
    until: datetime
    by: str
    reason: str


class Incident(NamedTuple):
    """A stall, or a time of blindness, from its opening to its close.

    Attributes:
        thread_id: The incident whose mails this one's mails answer to; its own id, or that of
            an earlier one that it reopens (row 8).
        recurrence: 1, or how often this thread has stalled.
        seq: The number of the last mail; every mail of the incident has its own.
        first_queued_at: When the first mail was queued; None: it is held back (``first_sent=0``).
        last_queued_at: When the last first mail or repeat was queued; repeats count from it.
        told: Who gets the mails of this incident; those are owed a closing mail.
        escalated: The lists that were added, by name.
        repeats_now: A repeat is due whatever the timer says (rows 12 and 14).
    """

    id: str
    kind: IncidentKind
    feed: str
    opened_at: datetime
    thread_id: str
    silent_since: datetime | None = None
    recurrence: int = 1
    seq: int = 0
    first_queued_at: datetime | None = None
    last_queued_at: datetime | None = None
    repeats: int = 0
    repeats_now: bool = False
    flaps: int = 0
    told: tuple[str, ...] = ()
    escalated: tuple[str, ...] = ()
    ack: Ack | None = None
    reason: str = ""
    closed_at: datetime | None = None


class FeedState(NamedTuple):
    """One feed. ``state`` is what was judged; overlays and incidents stand beside it.

    Attributes:
        last_arrival: When the last record became visible to us.
        last_read_at: The last good read.
        overdue_reads: Good reads in a row that found it overdue.
        reads_to_prove: How many of those are needed before any mail may say "stalled"; set by a
            start, a resume and the end of blindness, 0 once proven.
        recovering_since, recovered_arrivals, first_record: Of row 5, for row 6.
        failing_since, failing_reason: Of the first failed read since the last good one.
        frozen: The state before BLIND.
        last_closed: The stall that closed last (row 8).
        suspended: Stretches in which the machine slept, after ``last_arrival``.
        incident_count: How many incidents there were; makes their ids differ.
        judgement: Of the last good read; for status.
    """

    feed: str
    state: State = State.INIT
    last_arrival: datetime | None = None
    last_read_at: datetime | None = None
    overdue_reads: int = 0
    reads_to_prove: int = 0
    recovering_since: datetime | None = None
    recovered_arrivals: int = 0
    first_record: str = ""
    failing_since: datetime | None = None
    failing_reason: str = ""
    frozen: State | None = None
    stall: Incident | None = None
    blind: Incident | None = None
    last_closed: Incident | None = None
    downtimes: tuple[Downtime, ...] = ()
    pause: Pause | None = None
    suspended: tuple[tuple[datetime, datetime], ...] = ()
    stopped_at: datetime | None = None
    incident_count: int = 0
    judgement: Judgement | None = None

    @property
    def judged(self) -> State:
        """The judged state: that before BLIND, while it is frozen."""
        return self.frozen if self.frozen is not None else self.state

    def is_down_for_work(self, now: datetime) -> bool:
        """Tell whether a downtime holds mails back at ``now``."""
        return any(work.starts_at <= now < work.ends_at for work in self.downtimes)
