"""First mails, repeats and escalation: rows 3, 4 and 12, as far as they mail.

All of it happens on a good read, so no mail says "still stalled" without having looked; and none
of it on a read that is made up for afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cmtel.domain.incidents.actions import Level
from cmtel.domain.incidents.events import Read
from cmtel.domain.incidents.rules import Escalation, IncidentRules
from cmtel.domain.incidents.states import FeedState, Incident, IncidentKind, State
from cmtel.domain.incidents.turn import Turn
from cmtel.domain.mails.kinds import MailKind


def remind(turn: Turn, read: Read) -> None:
    """Queue what is due now, unless an overlay holds it back."""
    if read.is_made_up:
        return
    _end_downtimes(turn)
    if turn.state.stall is not None:
        _dismiss(turn, turn.state.stall, wanted_recipients(turn.state.stall, turn.rules))
    if turn.state.state is not State.STALLED or turn.state.stall is None:
        return
    if is_held_back(turn.state, turn.now) or turn.state.reads_to_prove > 0:
        return
    if turn.state.stall.first_queued_at is None:
        _first(turn, turn.state.stall)
        return
    _repeat(turn, turn.state.stall)
    _escalate(turn)
    _join(turn, turn.state.stall, wanted_recipients(turn.state.stall, turn.rules))


def is_held_back(state: FeedState, now: datetime) -> bool:
    """Tell whether DOWNTIME or PAUSED holds first mails and repeats back."""
    return state.pause is not None or state.is_down_for_work(now)


def repeat_due_at(incident: Incident, rules: IncidentRules) -> datetime | None:
    """Return when the next repeat is due; None while the first mail is held back."""
    if incident.last_queued_at is None:
        return None
    return incident.last_queued_at + rules.repeats.after(incident.repeats)


def tell_of_blindness(turn: Turn) -> None:
    """Row 9: once, to the list for it, and to those whose repeats now wait."""
    blind = turn.state.blind
    if blind is None:
        return
    waiting = turn.state.stall.told if turn.state.stall else ()
    wanted = tuple(dict.fromkeys((*turn.rules.blind_recipients, *waiting)))
    _dismiss(turn, blind, wanted)
    if is_held_back(turn.state, turn.now):
        return
    if blind.first_queued_at is not None:
        _join(turn, turn.state.blind, wanted)
        return
    since, why = turn.state.failing_since, turn.state.failing_reason
    blind = turn.mail(
        MailKind.BLIND, blind, wanted, suspends_repeats=bool(waiting), silent_since=since, why=why
    )
    turn.change_incident(blind, told=wanted, first_queued_at=turn.now, last_queued_at=turn.now)


def _first(turn: Turn, incident: Incident) -> None:
    """Row 3, and row 12 where the first mail was held back."""
    next_at = turn.now + turn.rules.repeats.after(0)
    incident = turn.mail(MailKind.FIRST, incident, turn.rules.recipients, next_repeat_at=next_at)
    turn.change_incident(
        incident,
        told=turn.rules.recipients,
        first_queued_at=turn.now,
        last_queued_at=turn.now,
        repeats_now=False,
    )


def _repeat(turn: Turn, incident: Incident) -> None:
    """Row 4; at the end of a downtime (row 12) or a pause (row 14) at once."""
    due = repeat_due_at(incident, turn.rules)
    is_due = incident.repeats_now or (due is not None and turn.now >= due)
    if incident.ack is not None or not is_due:
        return
    number = incident.repeats + 1
    next_at = turn.now + turn.rules.repeats.after(number)
    incident = turn.mail(
        MailKind.REPEAT, incident, incident.told, repeat_number=number, next_repeat_at=next_at
    )
    turn.change_incident(incident, repeats=number, last_queued_at=turn.now, repeats_now=False)


def _escalate(turn: Turn) -> None:
    """Add the lists whose time has come; an acknowledged stall does not escalate."""
    incident = turn.state.stall
    if incident is None or incident.ack is not None:
        return
    for escalation in turn.rules.escalations:
        if escalation.name not in incident.escalated and _is_time(turn, incident, escalation):
            names = (*incident.escalated, escalation.name)
            incident = turn.change_incident(incident, escalated=names)
            turn.log(Level.WARNING, "ESCALATE", incident=incident.id, list=escalation.name)


def _is_time(turn: Turn, incident: Incident, escalation: Escalation) -> bool:
    if escalation.repeats is not None:
        return incident.repeats >= escalation.repeats
    since = incident.first_queued_at or turn.now
    return turn.now - since >= timedelta(seconds=escalation.after_secs or 0)


def wanted_recipients(incident: Incident, rules: IncidentRules) -> tuple[str, ...]:
    """Return who is to be told of a stall now: the list, and the lists it escalated to."""
    added = [to for e in rules.escalations if e.name in incident.escalated for to in e.recipients]
    return tuple(dict.fromkeys((*rules.recipients, *added)))


def _join(turn: Turn, incident: Incident | None, wanted: tuple[str, ...]) -> None:
    """Those who became recipients of an open incident learn what happened so far (2.6, 8)."""
    added = tuple(to for to in wanted if incident is not None and to not in incident.told)
    if incident is not None and added:
        incident = turn.mail(MailKind.JOINING, incident, added, **_joining_facts(turn, incident))
        turn.change_incident(incident, told=(*incident.told, *added))


def _joining_facts(turn: Turn, incident: Incident) -> dict[str, Any]:
    if incident.ack is not None:
        return {"by": incident.ack.by, "why": incident.ack.reason}
    if incident.kind is IncidentKind.BLIND:
        return {}
    return {"next_repeat_at": repeat_due_at(incident, turn.rules)}


def _dismiss(turn: Turn, incident: Incident | None, wanted: tuple[str, ...]) -> None:
    """Those who are recipients no more get their last mail (2.6, 8); no overlay holds it back."""
    removed = tuple(to for to in (incident.told if incident else ()) if to not in wanted)
    if incident is not None and removed:
        incident = turn.mail(MailKind.REMOVED, incident, removed)
        kept = tuple(to for to in incident.told if to in wanted)
        turn.change_incident(incident, told=kept)


def _end_downtimes(turn: Turn) -> None:
    """Row 12: what is over is dropped; a stall that was told of is repeated now."""
    running = tuple(work for work in turn.state.downtimes if work.ends_at > turn.now)
    if running == turn.state.downtimes:
        return
    turn.change(downtimes=running)
    turn.log(Level.INFO, "DOWNTIME", result="ended")
    incident = turn.state.stall
    if incident and incident.first_queued_at and not turn.state.is_down_for_work(turn.now):
        turn.change_incident(incident, repeats_now=True)
