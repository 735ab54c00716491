"""When the machine wants to be called again, beside the check every X."""

from __future__ import annotations

from datetime import datetime, timedelta

from cmtel.domain.incidents.reminders import is_held_back, repeat_due_at
from cmtel.domain.incidents.rules import IncidentRules
from cmtel.domain.incidents.states import FeedState, Judgement, Silence, State


def wake_at(
    state: FeedState, judgement: Judgement | None, now: datetime, rules: IncidentRules
) -> datetime | None:
    """Return the next instant after ``now`` at which a read may change something, or None.

    ``judgement`` is that of the last good read; None if the last read failed.
    """
    wanted = [moment for moment in _moments(state, judgement, now, rules) if moment is not None]
    return min((moment for moment in wanted if moment > now), default=None)


def _moments(
    state: FeedState, judgement: Judgement | None, now: datetime, rules: IncidentRules
) -> list[datetime | None]:
    if state.pause is not None:
        return [state.pause.until]
    moments: list[datetime | None] = [work.ends_at for work in state.downtimes]
    if state.failing_since is not None:
        moments.append(state.failing_since + timedelta(seconds=rules.blind_grace_secs))
    elif judgement is not None:
        moments += [
            judgement.alarm_at,
            _to_confirm(state, judgement, now, rules),
            _hold_end(state, rules),
            _repeat(state, now, rules),
        ]
    return moments


def _to_confirm(
    state: FeedState, judgement: Judgement, now: datetime, rules: IncidentRules
) -> datetime | None:
    needed = max(rules.confirm if state.stall is None else 0, state.reads_to_prove)
    if judgement.silence is Silence.OVERDUE and state.overdue_reads < needed:
        return now + rules.confirm_delay
    return None


def _hold_end(state: FeedState, rules: IncidentRules) -> datetime | None:
    if state.state is not State.RECOVERING or state.recovering_since is None:
        return None
    return state.recovering_since + rules.hold(state.stall.recurrence if state.stall else 1)


def _repeat(state: FeedState, now: datetime, rules: IncidentRules) -> datetime | None:
    incident = state.stall
    if state.state is not State.STALLED or incident is None or incident.ack is not None:
        return None
    return None if is_held_back(state, now) else repeat_due_at(incident, rules)
