"""A row of the outbox: one mail to one recipient, from queueing to its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import OPENING, MailKind

#: What is still undelivered after so long, with its incident closed, is given up.
EXPIRES_AFTER = timedelta(hours=72)


class MailState(StrEnum):
    """Where a mail stands."""

    QUEUED = "queued"
    #: Handed to a server just now; found so at a start: nobody knows how that ended.
    SENDING = "sending"
    ACCEPTED = "accepted"
    #: Not taken; tried again at ``next_try``.
    DEFERRED = "deferred"
    #: This recipient was refused for this mail.
    REFUSED = "refused"
    #: Perhaps taken: the answer was lost. Retried once, then left so (``next_try`` None).
    UNCERTAIN = "uncertain"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


WAITING = frozenset({MailState.QUEUED, MailState.DEFERRED})


class OutboxRow(NamedTuple):
    """One mail to one recipient; (incident_id, seq, recipient) is its key.

    Attributes:
        references: The message id that this mail answers to; empty for the first of a thread.
        message: The mail as it goes over the wire, written once, when it was queued.
        attempts: Tries so far, over all servers.
        next_try: When it is tried again; None: never.
        last_code, last_text: The last answer; the code is None where there was none.
        has_resorted: It was handed to the last resort.
        doubts: How often its answer was lost.
    """

    incident_id: str
    thread_id: str
    seq: int
    kind: MailKind
    recipient: str
    message_id: str
    references: str
    message: bytes
    facts: MailFacts
    created_at: datetime
    next_try: datetime | None
    state: MailState = MailState.QUEUED
    attempts: int = 0
    last_code: int | None = None
    last_text: str = ""
    finished_at: datetime | None = None
    has_resorted: bool = False
    doubts: int = 0

    @property
    def key(self) -> tuple[str, int, str]:
        """What names this mail for ever."""
        return self.incident_id, self.seq, self.recipient

    @property
    def is_waiting(self) -> bool:
        """Never handed over in a way that might have succeeded."""
        return self.state in WAITING

    @property
    def is_open(self) -> bool:
        """Something may still happen to it."""
        return self.is_waiting or self.state is MailState.SENDING or self.is_retried

    @property
    def is_retried(self) -> bool:
        """An uncertain one whose one retry is still to come."""
        return self.state is MailState.UNCERTAIN and self.next_try is not None

    @property
    def may_have_arrived(self) -> bool:
        """The recipient has it, or may have it."""
        return self.doubts > 0 or self.state in (MailState.ACCEPTED, MailState.SENDING)

    def is_expired(self, now: datetime) -> bool:
        """Opening mails and repeats never expire: the incident that they are about is open.

        The retry of an uncertain mail does, whatever its kind: it may have been delivered.
        """
        if now - self.created_at < EXPIRES_AFTER:
            return False
        is_lasting = self.kind in OPENING or self.kind is MailKind.REPEAT
        return self.is_retried or (self.is_waiting and not is_lasting)
