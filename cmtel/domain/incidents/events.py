"""What can happen to a feed. Each is one call of :func:`cmtel.domain.incidents.step.step`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from cmtel.domain.incidents.states import Downtime, Judgement, Pause


class Read(NamedTuple):
    """The feed was read, and the silence after its last arrival was judged."""

    judgement: Judgement
    #: When the new arrivals became visible, oldest first; a batch is one arrival.
    arrivals: tuple[datetime, ...] = ()
    #: The first of them, for people.
    first_record: str = ""
    #: A read that would have been made while paused or down, made up for afterwards.
    is_made_up: bool = False
    #: The limits were changed since the last read.
    is_rejudged: bool = False


class ReadFailed(NamedTuple):
    """The feed could not be read: unreachable, other columns, no right, no time zone."""

    reason: str


class Acked(NamedTuple):
    """Row 11. ``by`` may be a recipient's address: he is not mailed about his own act."""

    by: str
    reason: str


class Unacked(NamedTuple):
    """Row 11, taken back."""

    by: str


class DowntimeAdded(NamedTuple):
    """Planned work was announced."""

    downtime: Downtime


class DowntimeRemoved(NamedTuple):
    """Planned work is over, or was called off."""

    id: str
    by: str


class Paused(NamedTuple):
    """Row 13."""

    pause: Pause


class Resumed(NamedTuple):
    """Row 14, by an operator."""

    by: str


class TimePassed(NamedTuple):
    """Nothing but time: the expiry of a pause (row 14)."""


class Stopped(NamedTuple):
    """Row 15. False for ``is_by_operator``: a restart, an upgrade, the machine going down."""

    is_by_operator: bool


class Started(NamedTuple):
    """Row 16: the state was loaded."""


class ClockJumped(NamedTuple):
    """The wall clock was set by ``step``, or the machine slept, or both."""

    step: timedelta
    slept: tuple[datetime, datetime] | None = None


class FeedRemoved(NamedTuple):
    """The feed is no longer in the settings."""


Event = (
    Read
    | ReadFailed
    | Acked
    | Unacked
    | DowntimeAdded
    | DowntimeRemoved
    | Paused
    | Resumed
    | TimePassed
    | Stopped
    | Started
    | ClockJumped
    | FeedRemoved
)
