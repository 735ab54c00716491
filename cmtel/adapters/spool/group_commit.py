"""Group commit: whoever gets the write lock commits for everybody who waits.

An fsync costs milliseconds. Ten sources that accept at the same time share one: each puts its
ticket into the queue and waits for the lock; the first one through commits all tickets that are
queued, the others find theirs done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from cmtel.errors import CmtelError

Work = TypeVar("Work")


class Ticket(Generic[Work]):
    """One caller's work and what became of it; a commit sets ``error`` if it was not done."""

    __slots__ = ("error", "is_done", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.is_done = False
        self.error: CmtelError | None = None


class GroupCommit(Generic[Work]):
    """Runs ``commit`` over the tickets of all who wait, under ``lock``.

    ``commit`` does all tickets in one transaction. It sets the ``error`` of a ticket that it
    leaves out; what it raises concerns every ticket.
    """

    def __init__(self, lock: threading.Lock, commit: Callable[[list[Ticket[Work]]], None]) -> None:
        self._lock = lock
        self._commit = commit
        self._queue: list[Ticket[Work]] = []
        self._queue_lock = threading.Lock()

    def submit(self, work: Work) -> None:
        """Return when ``work`` is committed, or raise why it was not."""
        ticket = Ticket(work)
        with self._queue_lock:
            self._queue.append(ticket)
        with self._lock:
            if not ticket.is_done:
                self._commit_queue()
        if ticket.error is not None:
            raise ticket.error

    def _commit_queue(self) -> None:
        with self._queue_lock:
            tickets, self._queue = self._queue, []
        try:
            self._commit(tickets)
        except CmtelError as error:
            for ticket in tickets:
                ticket.error = error
        finally:
            for ticket in tickets:
                ticket.is_done = True
