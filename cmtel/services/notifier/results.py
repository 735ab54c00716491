"""What an answer makes of a row of the outbox, and the log line of the attempt. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from cmtel.domain.incidents.actions import FieldValue, Level, Log
from cmtel.domain.mails.back_off import (
    MISCONFIGURED_WAIT,
    REFUSED_WAIT,
    UNCERTAIN_WAIT,
    wait_after,
)
from cmtel.domain.mails.kinds import CLOSING
from cmtel.domain.mails.outbox import MailState, OutboxRow
from cmtel.domain.mails.remedies import remedy_of
from cmtel.domain.mails.replies import Outcome, Reply, outcome

#: In place of an answer: the service was killed while it waited for one.
INTERRUPTED = "the service was interrupted"
_LEVELS = {
    MailState.ACCEPTED: Level.INFO,
    MailState.REFUSED: Level.ERROR,
    MailState.EXPIRED: Level.ERROR,
}


def after_reply(row: OutboxRow, reply: Reply, now: datetime) -> OutboxRow:
    """Return the row after an attempt.

    One that was uncertain before stays uncertain until a server takes or refuses it: its retry
    waits as a deferred one does, and a second lost answer ends it. A closing mail is owed: where
    a recipient's server refuses it, it is tried again until it expires.
    """
    meaning = outcome(reply)
    row = row._replace(
        attempts=row.attempts + 1, last_code=reply.code, last_text=reply.text, next_try=None
    )
    if meaning is Outcome.UNCERTAIN:
        is_first = row.doubts == 0
        retry_at = now + UNCERTAIN_WAIT if is_first else None
        ended = None if is_first else now
        return row._replace(
            state=MailState.UNCERTAIN, doubts=row.doubts + 1, next_try=retry_at, finished_at=ended
        )
    is_owed = meaning is Outcome.REFUSED and row.kind in CLOSING
    if is_owed or meaning in (Outcome.DEFERRED, Outcome.MISCONFIGURED):
        wait = _wait(row, meaning)
        state = MailState.UNCERTAIN if row.doubts else MailState.DEFERRED
        return row._replace(state=state, next_try=now + wait)
    ended_as = MailState.ACCEPTED if meaning is Outcome.ACCEPTED else MailState.REFUSED
    return row._replace(state=ended_as, finished_at=now)


def after_interruption(row: OutboxRow, now: datetime) -> OutboxRow:
    """Return the row that was being handed over when the service was killed.

    Unlike a lost answer, which most often means that the mail was taken, a kill is as likely
    before the mail had left. So it is tried again after every one: a kill repeats at most one mail
    to a recipient, and loses none.
    """
    return row._replace(
        state=MailState.UNCERTAIN, attempts=row.attempts + 1, doubts=row.doubts + 1,
        next_try=now + UNCERTAIN_WAIT, last_code=None, last_text=INTERRUPTED,
    )  # fmt: skip


def _wait(row: OutboxRow, meaning: Outcome) -> timedelta:
    if meaning is Outcome.MISCONFIGURED:
        return MISCONFIGURED_WAIT
    if meaning is Outcome.REFUSED:
        return REFUSED_WAIT
    return wait_after(row.attempts, row.message_id)


def mail_entry(
    row: OutboxRow,
    server: str,
    reply: Reply | None,
    note: str = "",
    level: Level | None = None,
    *,
    elapsed_ms: int = 0,
) -> Log:
    """Return the log entry of one attempt to one recipient, or of the end of a mail."""
    fields: list[tuple[str, FieldValue]] = [
        ("kind", row.kind.value),
        ("seq", row.seq),
        ("to", row.recipient),
    ]
    if reply is not None:
        answer = reply.code if reply.code is not None else reply.stage.value
        fields += [("server", server), ("result", answer), ("text", reply.text)]
    fields += [("state", note or row.state.value), ("id", row.message_id)]
    fields += [("attempt", row.attempts), ("ms", elapsed_ms)]
    if row.next_try is not None:
        fields.append(("next", row.next_try.isoformat()))
    if reply is not None and (remedy := _remedy(reply)):
        fields.append(("hint", remedy))
    return Log(level or _LEVELS.get(row.state, Level.WARNING), "MAIL", tuple(fields))


def _remedy(reply: Reply) -> str:
    return "" if outcome(reply) is Outcome.ACCEPTED else remedy_of(reply.code, reply.text)
