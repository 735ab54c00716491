"""Rows 1 to 8: what a good read and its verdict do to the state of a feed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cmtel.domain.incidents import blindness, reminders
from cmtel.domain.incidents.actions import Level
from cmtel.domain.incidents.events import Read
from cmtel.domain.incidents.states import IncidentKind, Judgement, Silence, State
from cmtel.domain.incidents.turn import Turn
from cmtel.domain.mails.facts import LIMITS_CHANGED
from cmtel.domain.mails.kinds import MailKind

_TOO_QUIET = (Silence.LATE, Silence.OVERDUE)


def on_read(turn: Turn, read: Read) -> None:
    """Judge, in this order.

    1. Blindness ends (row 10).
    2. The arrivals are noted; reads that find it overdue are counted.
    3. The transitions of the state (rows 1 to 3 and 5 to 8), several in one step if need be.
    4. Downtimes that are over end (row 12); mails that are due are queued (rows 3, 4 and 12).
    """
    turn.judgement, turn.is_made_up = read.judgement, read.is_made_up
    blindness.leave(turn)
    _note(turn, read)
    _TRANSITIONS[turn.state.state](turn, read)
    _prove(turn, read.judgement)
    reminders.remind(turn, read)


def _note(turn: Turn, read: Read) -> None:
    is_overdue = read.judgement.silence is Silence.OVERDUE
    last_arrival = read.arrivals[-1] if read.arrivals else turn.state.last_arrival
    turn.change(
        last_read_at=turn.now,
        judgement=read.judgement,
        # An empty source: silence counts from the first look at it.
        last_arrival=last_arrival or turn.now,
        overdue_reads=turn.state.overdue_reads + 1 if is_overdue else 0,
    )
    if read.arrivals and turn.state.suspended:
        kept = tuple(span for span in turn.state.suspended if span[1] > read.arrivals[-1])
        turn.change(suspended=kept)


def _prove(turn: Turn, judgement: Judgement) -> None:
    """After a start, resume or blindness the silence has to be seen anew before it is mailed."""
    is_proven = turn.state.overdue_reads >= turn.state.reads_to_prove
    if turn.state.reads_to_prove == 0 or turn.is_made_up:
        return
    if is_proven or judgement.silence is not Silence.OVERDUE:
        turn.change(reads_to_prove=0)


def _init(turn: Turn, read: Read) -> None:
    """Row 1."""
    turn.move(State.OK, last_arrival=str(turn.state.last_arrival))
    _ok_or_late(turn, read)


def _ok_or_late(turn: Turn, read: Read) -> None:
    """Rows 2, 3 and 8."""
    silence = read.judgement.silence
    if silence is Silence.OVERDUE and turn.state.overdue_reads >= _reads_needed(turn):
        _stall(turn, read.judgement)
    elif silence in _TOO_QUIET and turn.state.state is State.OK:
        turn.move(State.LATE, **_numbers(read.judgement))
    elif turn.state.state is State.LATE and _is_over(read):
        turn.move(State.OK)


def _is_over(read: Read) -> bool:
    """Closed time alone does not end lateness."""
    silence = read.judgement.silence
    return silence is Silence.NORMAL or (bool(read.arrivals) and silence is Silence.CLOSED)


def _reads_needed(turn: Turn) -> int:
    return max(turn.rules.confirm, turn.state.reads_to_prove)


def _stall(turn: Turn, judgement: Judgement) -> None:
    """Rows 3 and 8: a new incident; soon after a close it goes on with that one's thread."""
    incident = turn.open(IncidentKind.STALL, turn.state.last_arrival)
    last = turn.state.last_closed
    if last is not None and _is_soon_after(turn, last.closed_at or turn.now):
        has_thread = last.first_queued_at is not None or last.thread_id != last.id
        incident = turn.change_incident(
            incident,
            recurrence=last.recurrence + 1,
            thread_id=last.thread_id if has_thread else incident.id,
        )
    turn.change(recovering_since=None, recovered_arrivals=0, first_record="")
    turn.move(State.STALLED, Level.WARNING, incident=incident.id, **_numbers(judgement))


def _is_soon_after(turn: Turn, closed_at: datetime) -> bool:
    return turn.now - closed_at <= timedelta(seconds=turn.rules.merge_secs)


def _stalled(turn: Turn, read: Read) -> None:
    """Row 5; and limits that were changed so that it is not overdue any more."""
    if read.arrivals:
        turn.move(State.RECOVERING, arrivals=len(read.arrivals))
        turn.change(recovering_since=turn.now, recovered_arrivals=0, first_record=read.first_record)
        _recovering(turn, read)
    elif read.is_rejudged and read.judgement.silence not in _TOO_QUIET:
        _close(turn, why=LIMITS_CHANGED)


def _recovering(turn: Turn, read: Read) -> None:
    """Rows 6 and 7."""
    turn.change(recovered_arrivals=turn.state.recovered_arrivals + len(read.arrivals))
    is_too_quiet = read.judgement.silence in _TOO_QUIET
    if _is_recovered(turn, is_too_quiet=is_too_quiet):
        _close(turn)
    elif is_too_quiet and turn.state.stall is not None:
        incident = turn.state.stall
        turn.change_incident(incident, flaps=incident.flaps + 1)
        turn.change(recovering_since=None, recovered_arrivals=0)
        turn.move(State.STALLED, Level.WARNING, flaps=incident.flaps + 1)


def _is_recovered(turn: Turn, *, is_too_quiet: bool) -> bool:
    """Row 6. A thread that stalls again and again (row 8) is held, however much arrives."""
    state, rules = turn.state, turn.rules
    recurrence = state.stall.recurrence if state.stall else 1
    if recurrence == 1 and state.recovered_arrivals >= rules.recover_records:
        return True
    since = state.recovering_since or turn.now
    return turn.now - since >= rules.hold(recurrence) and not is_too_quiet


def _close(turn: Turn, why: str = "") -> None:
    incident = turn.state.stall
    if incident is None:
        return
    closed = turn.close(incident, MailKind.RECOVERED, why)
    turn.move(State.OK, Level.WARNING, incident=closed.id, recurrence=closed.recurrence)
    turn.change(last_closed=closed, recovering_since=None, recovered_arrivals=0, overdue_reads=0)


def _numbers(judgement: Judgement) -> dict[str, Any]:
    return {
        "silence_secs": round(judgement.silence_secs),
        "expected": None if judgement.expected is None else round(judgement.expected, 1),
        "limit": None if judgement.limit is None else round(judgement.limit, 1),
    }


_TRANSITIONS = {
    State.INIT: _init,
    State.OK: _ok_or_late,
    State.LATE: _ok_or_late,
    State.STALLED: _stalled,
    State.RECOVERING: _recovering,
}
