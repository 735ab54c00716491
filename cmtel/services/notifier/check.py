"""What ``cmtel notifier check`` and ``cmtel status`` say: the notifier as it left its store.

Beside a running service, its own last evaluation is the answer, if it is fresh: a second reader
would compete for the feed, and could contradict the mails. A service that holds its lock and does
not look any more is degraded, whatever it found last. Where no service runs, the command looks
itself, once (services/notifier/single_look.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cmtel.domain.incidents.states import FeedState
from cmtel.errors import ExitStatus
from cmtel.services.notifier.health import Health, health, health_of
from cmtel.services.notifier.ports import NotifierStore
from cmtel.services.notifier.report import (
    feed_report,
    last_mail_report,
    outbox_report,
    request_report,
)

#: A look takes a while, and a look of the loop at its clocks may come first.
_SLACK = timedelta(seconds=30)


class Checked(NamedTuple):
    """The answer: what to end with, and the document to show."""

    exit_status: ExitStatus
    document: dict[str, Any]


def checked(
    store: NotifierStore, now: datetime, process_id: int | None, check_secs: int,
    feed: str | None = None,
) -> Checked:  # fmt: skip
    """Return how all feeds stand, or one, by what the service found last.

    Args:
        process_id: Of the running service; None: it does not run, and nothing here is fresh.
        check_secs: X; what was read less than two of them ago is fresh.

    Raises:
        UsageError: There is no such feed.
        SpoolError: The store cannot be read.
    """
    found = health(store, now, feed)
    oldest = now - timedelta(seconds=2 * check_secs) - _SLACK
    stale = {state.feed for state in found.feeds if _is_stale(state, oldest)}
    status = _status(found, is_running=process_id is not None, is_stale=bool(stale))
    document = _document(found, store, process_id)
    feeds = [{**each, "is_stale": each["feed"] in stale} for each in document["feeds"]]
    return Checked(status, {"exit_status": int(status), **document, "feeds": feeds})


def checked_once(states: Iterable[FeedState], store: NotifierStore, now: datetime) -> Checked:
    """Return how feeds stand by a look of our own, where no service runs.

    Raises:
        SpoolError: The store cannot be read.
    """
    found = health_of(states, store, now)
    document = _document(found, store, None)
    feeds = [{**each, "is_stale": False} for each in document["feeds"]]
    status = found.exit_status
    return Checked(status, {"exit_status": int(status), **document, "feeds": feeds})


def notifier_document(
    store: NotifierStore, now: datetime, process_id: int | None
) -> dict[str, Any]:
    """Return the notifier as one JSON object: its process, feeds and mails."""
    return _document(health(store, now), store, process_id)


def _document(found: Health, store: NotifierStore, process_id: int | None) -> dict[str, Any]:
    return {
        "process_id": process_id,
        "feeds": [feed_report(state) for state in found.feeds],
        "outbox": outbox_report(store.open_rows(), found.failing_mails),
        "last_mail": last_mail_report(store.last_mail()),
        "requests": [request_report(request) for request in store.requests()],
    }


def _is_stale(state: FeedState, oldest: datetime) -> bool:
    """A feed that is paused is not read, and one that cannot be read is told of as such."""
    if state.pause is not None or state.failing_since is not None:
        return False
    return state.last_read_at is None or state.last_read_at < oldest


def _status(found: Health, *, is_running: bool, is_stale: bool) -> ExitStatus:
    if not is_running:
        return ExitStatus.NOT_RUNNING
    if found.exit_status is ExitStatus.DONE and is_stale:
        return ExitStatus.DEGRADED
    return found.exit_status
