"""Which mails that wait are no longer wanted: supersession and merging, per recipient.

Per incident and recipient, in the order of their numbers:

1. Of several repeats that wait only the newest stays.
2. A closing mail supersedes repeats and notices that wait.
3. If the first mail waits too, it is superseded, and the closing mail becomes a SUMMARY of both;
   to somebody who was only removed from the list nothing is sent at all.
4. If nothing ever reached him (his server refused it), no closing mail goes out.

Rules 2 to 4 look at one episode at a time: from an opening mail to the closing one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cmtel.domain.mails.kinds import ALONE, CLOSING, OPENING, MailKind
from cmtel.domain.mails.outbox import MailState, OutboxRow


def settle(rows: Iterable[OutboxRow], now: datetime) -> list[OutboxRow]:
    """Return the rows that change, changed; a row turned into SUMMARY has still to be written.

    Args:
        rows: All rows of one incident and one recipient.
        now: When, for those that end.
    """
    changed: list[OutboxRow] = []
    for episode in _episodes(sorted(rows, key=lambda row: row.seq)):
        closing = episode[-1] if episode[-1].kind in CLOSING else None
        if closing is None:
            changed += _newest_repeat_stays(episode, now)
        elif closing.is_waiting and closing.kind is not MailKind.SUMMARY:
            changed += _closed(episode[:-1], closing, now)
    return changed


def _episodes(rows: Sequence[OutboxRow]) -> list[list[OutboxRow]]:
    """Cut after each closing mail."""
    episodes: list[list[OutboxRow]] = [[]]
    for row in rows:
        if row.kind not in ALONE:
            episodes[-1].append(row)
            if row.kind in CLOSING:
                episodes.append([])
    return [episode for episode in episodes if episode]


def _newest_repeat_stays(episode: Sequence[OutboxRow], now: datetime) -> list[OutboxRow]:
    waiting = [row for row in episode if row.kind is MailKind.REPEAT and row.is_waiting]
    return [superseded(row, now) for row in waiting[:-1]]


def _closed(before: Sequence[OutboxRow], closing: OutboxRow, now: datetime) -> list[OutboxRow]:
    waiting = [row for row in before if row.is_waiting]
    tellers = [row for row in before if row.kind in OPENING or row.kind is MailKind.REPEAT]
    if any(row.may_have_arrived for row in tellers):
        return [superseded(row, now) for row in waiting if row.kind not in OPENING]
    ended = [superseded(row, now) for row in waiting]
    is_worth_telling = closing.kind is not MailKind.REMOVED
    if is_worth_telling and any(row in tellers for row in waiting):
        return [*ended, closing._replace(kind=MailKind.SUMMARY)]
    return [*ended, superseded(closing, now)]


def superseded(row: OutboxRow, now: datetime) -> OutboxRow:
    """Return the row, ended without delivery."""
    return row._replace(state=MailState.SUPERSEDED, next_try=None, finished_at=now)
