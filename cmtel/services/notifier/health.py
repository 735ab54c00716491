"""How the notifier stands, for ``check`` and ``status``: read from the store, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from cmtel.domain.incidents.states import FeedState, State
from cmtel.domain.mails.outbox import OutboxRow
from cmtel.errors import ExitStatus
from cmtel.services.notifier.asking import states_of
from cmtel.services.notifier.ports import NotifierStore

#: A mail that was tried and has waited so long makes the notifier degraded.
_FAILING_AFTER = timedelta(minutes=5)


class Health(NamedTuple):
    """The feeds' states, the mails that wait, and the worst of it as exit status."""

    feeds: tuple[FeedState, ...]
    failing_mails: tuple[OutboxRow, ...]
    exit_status: ExitStatus


def health(store: NotifierStore, now: datetime, feed: str | None = None) -> Health:
    """Return how it stands, or one feed; paused before stalled before degraded.

    That is the order of DESIGN.md section 2. Mails that fail count whatever feed is asked for.

    Raises:
        UsageError: There is no such feed.
        SpoolError: The store cannot be read.
    """
    return health_of(states_of(store, feed), store, now)


def health_of(states: Iterable[FeedState], store: NotifierStore, now: datetime) -> Health:
    """Return how it stands with these states of the feeds, whoever found them.

    Raises:
        SpoolError: The store cannot be read.
    """
    feeds = tuple(states)
    failing = tuple(row for row in store.open_rows() if _is_failing(row, now))
    return Health(feeds, failing, _status(feeds, is_mail_failing=bool(failing)))


def _is_failing(row: OutboxRow, now: datetime) -> bool:
    return row.attempts > 0 and now - row.created_at >= _FAILING_AFTER


def _status(feeds: Iterable[FeedState], *, is_mail_failing: bool) -> ExitStatus:
    if any(feed.pause is not None for feed in feeds):
        return ExitStatus.PAUSED
    if any(feed.stall is not None or feed.state is State.STALLED for feed in feeds):
        return ExitStatus.STALLED
    if is_mail_failing or any(feed.state is State.BLIND for feed in feeds):
        return ExitStatus.DEGRADED
    return ExitStatus.DONE
