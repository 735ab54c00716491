"""Rows 9 and 10: a feed that cannot be read, and the first good read after it.

A failed read says nothing about charging: it never opens or closes a stall (invariant I7).
"""

from __future__ import annotations

from datetime import timedelta

from cmtel.domain.incidents import reminders
from cmtel.domain.incidents.actions import Level
from cmtel.domain.incidents.events import ReadFailed
from cmtel.domain.incidents.rules import READS_AFTER_BLIND
from cmtel.domain.incidents.states import IncidentKind, State
from cmtel.domain.incidents.turn import Turn
from cmtel.domain.mails.kinds import MailKind


def on_read_failed(turn: Turn, event: ReadFailed) -> None:
    """Row 9: note it; blind once it has lasted for the grace."""
    state = turn.state
    if state.failing_since is None or state.failing_reason != event.reason:
        since = state.failing_since or turn.now
        turn.change(failing_since=since, failing_reason=event.reason)
        turn.log(Level.ERROR, "READ", reason=event.reason, since=since.isoformat())
    turn.change(overdue_reads=0)
    if turn.state.state is not State.BLIND and _is_past_grace(turn):
        incident = turn.open(IncidentKind.BLIND, turn.state.failing_since, event.reason)
        turn.change(frozen=turn.state.state)
        turn.move(State.BLIND, Level.ERROR, incident=incident.id, reason=event.reason)
    reminders.tell_of_blindness(turn)


def leave(turn: Turn) -> None:
    """Row 10: a good read. The state is what it was; the silence has to be proven anew."""
    if turn.state.failing_since is None:
        return
    turn.log(Level.INFO, "READ", result="readable again", reason=turn.state.failing_reason)
    turn.change(failing_since=None, failing_reason="")
    if turn.state.state is not State.BLIND:
        return
    if turn.state.blind is not None:
        turn.close(turn.state.blind, MailKind.RECOVERED_BLIND)
    turn.move(turn.state.judged, Level.WARNING)
    needed = max(READS_AFTER_BLIND, turn.rules.confirm)
    turn.change(frozen=None, reads_to_prove=needed, overdue_reads=0)


def _is_past_grace(turn: Turn) -> bool:
    since = turn.state.failing_since or turn.now
    return turn.now - since >= timedelta(seconds=turn.rules.blind_grace_secs)
